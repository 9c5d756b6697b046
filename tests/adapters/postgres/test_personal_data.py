"""An export holds all that is somebody's and nothing else, an erasure leaves only what the law keeps: both asked of
every column there is, by texts planted in all of them."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from adapters.postgres.engine import create_engine
from adapters.postgres.personal_data.export import PostgresHeldData
from adapters.postgres.tables import metadata
from adapters.postgres.tables.tags import About, held_of, tag_of
from adapters.postgres.unit_of_work import PostgresUnitOfWorkFactory
from application.access import Scope
from application.ports.personal_data import HeldData
from domain.ids import AgencyId, ClientId
from tests.adapters.postgres.canaries import (
    Person,
    all_that_is_stored,
    belongs_to_people,
    canaries_in,
    canary,
    key,
    plant,
)
from tests.factories import NOON
from tests.fakes.audit import KEYS
from tests.postgres import Database

ANA, BERTA, CARLA = Person("ana", "andina"), Person("berta", "andina"), Person("carla", "boreal")
TOLD = [
    (table, [column for column in table.columns if (tag := tag_of(column)) and tag.about is About.PERSON])
    for table in metadata.sorted_tables
]


@pytest.fixture(scope="module")
async def planted(module_database: Database) -> Database:
    await plant(module_database, [ANA, BERTA, CARLA])
    await plant_shared(module_database)
    return module_database


async def plant_shared(database: Database) -> None:
    """Berta takes part in Ana's contract and owns a part of Ana's property."""
    engine = create_async_engine(database.owner_url)
    async with engine.begin() as connection:
        for name, place in (("contract_parties", "contract_id"), ("property_owners", "property_id")):
            row = BERTA.rows[name] | {place: ANA.rows[name][place]}
            await connection.exec_driver_sql(f"alter table {name} no force row level security")
            await connection.execute(sa.insert(metadata.tables[name]), row)
            await connection.exec_driver_sql(f"alter table {name} force row level security")
    await engine.dispose()


@pytest.fixture
async def export(planted: Database) -> HeldData:
    async with serving(planted) as engine:
        held = await PostgresHeldData(engine).held(AgencyId(ANA.agency_id), ClientId(ANA.client_id))
    assert held is not None
    return held


@pytest.mark.parametrize(("table", "columns"), TOLD, ids=lambda it: it.name if isinstance(it, sa.Table) else "")
async def test_an_export_has_every_column_about_the_person(
    export: HeldData, table: sa.Table, columns: list[sa.Column[Any]]
) -> None:
    sections = {section.heading: section.rows for section in export.sections}
    if not columns:
        assert not held_of(table).heading
        return
    planted = {column.name: ANA.rows[table.name].get(column.name) for column in columns if column.computed is None}

    rows = sections[held_of(table).heading]

    assert any(
        all(told(row[tag_of(table.c[name]).heading], export) == value for name, value in planted.items())  # type: ignore[union-attr]
        for row in rows
    )


async def test_an_export_has_nothing_of_others_and_nothing_that_is_not_told(export: HeldData) -> None:
    texts = [repr(section) for section in export.sections] + [it.decode() for it in export.files.values()]

    found = canaries_in(texts)

    assert {who for who, _, _ in found} == {"ana"}
    untold = [
        (table, column)
        for _, table, column in found
        if tag_of(metadata.tables[table].c[column]).about is not About.PERSON  # type: ignore[union-attr]
    ]
    assert untold == []


async def test_nobody_is_exported_from_another_agency(planted: Database) -> None:
    async with serving(planted) as engine:
        reader = PostgresHeldData(engine)

        assert await reader.held(AgencyId(ANA.agency_id), ClientId(CARLA.client_id)) is None
        assert await reader.held(AgencyId(CARLA.agency_id), ClientId(ANA.client_id)) is None


async def test_an_erasure_leaves_what_the_law_keeps_and_touches_nobody_else(database: Database) -> None:
    people = [Person("ana", "andina"), Person("berta", "andina"), Person("carla", "boreal")]
    await plant(database, people)
    before = await all_that_is_stored(database)

    await erase(database, people[0])

    after = await all_that_is_stored(database)
    left = {
        (name, column)
        for (_, name), rows in after.items()
        for row in rows
        for column, text in row.items()
        if any(who == "ana" for who, _, _ in canaries_in([text]))
    }
    assert left, "the books keep something"
    assert [place for place in left if not kept(*place)] == []
    for place, rows in before.items():
        others = [row for row in rows if not any(who == "ana" for who, _, _ in canaries_in(row.values()))]
        gone = [row for row in others if row not in after[place] and not machinery(place[1], row)]
        assert gone == [], place


async def test_an_erasure_that_is_not_committed_changes_nothing(database: Database) -> None:
    person = Person("ana", "andina")
    await plant(database, [person])
    before = await all_that_is_stored(database)

    await erase(database, person, commit=False)

    assert await all_that_is_stored(database) == before


@asynccontextmanager
async def serving(database: Database) -> AsyncIterator[AsyncEngine]:
    engine = create_engine(database.app_url)
    try:
        yield engine
    finally:
        await engine.dispose()


async def erase(database: Database, person: Person, *, commit: bool = True) -> None:
    scope = Scope.of_agency(AgencyId(person.agency_id))
    async with serving(database) as engine, PostgresUnitOfWorkFactory(engine, KEYS)(scope) as uow:
        client = await uow.erasures.lock(ClientId(person.client_id))
        assert client is not None
        assert await uow.erasures.obstacles(client.id) == {}
        erased = await uow.erasures.erase(client, at=NOON)
        assert erased.rows["Datos personales"] == erased.rows["Cuenta"] == 1
        if commit:
            await uow.commit()


def kept(table: str, column: str) -> bool:
    """By the law, or because the column tells nothing of anybody."""
    tag = tag_of(metadata.tables[table].c[column])
    return tag is not None and not tag.is_erased


def machinery(table: str, row: dict[str, str]) -> bool:
    """A row of Ana's in which no text tells whose it is."""
    mine = {str(key("ana", name)) for name in metadata.tables}
    return belongs_to_people(metadata.tables[table]) and bool(mine & set(row.values()))


def told(value: object, export: HeldData) -> object:
    """A file is told by its path."""
    return export.files.get(value, value) if isinstance(value, str) else value


def test_canaries_are_told_apart() -> None:
    column = metadata.tables["clients"].c["email"]
    assert canaries_in([canary("ana", column)]) == {("ana", "clients", "email")}
