"""Whatever an entity can hold comes back from its table as it was: for every mapper that the adapter has."""

import dataclasses
import importlib
import pkgutil
import types
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import Enum
from typing import Any, NewType, Union, get_args, get_origin, get_type_hints
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

import adapters.postgres
from adapters.postgres.engine import create_engine
from adapters.postgres.mapping import Mapper
from adapters.postgres.tables import metadata
from domain.clients import Client
from domain.periods import BillingPeriod
from domain.properties import Property
from tests.postgres import Database
from tests.told import told


def every_mapper() -> dict[str, Mapper[Any]]:
    """By entity and table, wherever in the package it is made."""
    found: dict[str, Mapper[Any]] = {}
    for module in pkgutil.walk_packages(adapters.postgres.__path__, "adapters.postgres."):
        for value in vars(importlib.import_module(module.name)).values():
            if isinstance(value, Mapper):
                found[f"{entity_of(value).__name__} in {table_of(value).name}"] = value
    return found


def entity_of(mapper: Mapper[Any]) -> type[Any]:
    return mapper._entity


def table_of(mapper: Mapper[Any]) -> sa.Table:
    table = mapper.columns[0].table
    assert isinstance(table, sa.Table)
    return table


MAPPERS = every_mapper()


def filled(hint: Any, *, full: bool = True) -> Any:
    """A value of a type, with every part of it there; without `full`, nothing that may be absent is."""
    while isinstance(hint, NewType):
        hint = hint.__supertype__
    if get_origin(hint) in (Union, types.UnionType):
        inner = next(part for part in get_args(hint) if part is not type(None))
        return filled(inner, full=full) if full else None
    if get_origin(hint) is tuple:
        kinds = get_args(hint)
        many = (kinds[0],) * 2 if kinds[-1] is Ellipsis else kinds
        return tuple(filled(kind, full=full) for kind in many) if full else ()
    if dataclasses.is_dataclass(hint) and isinstance(hint, type) and hint is not BillingPeriod:
        hints = get_type_hints(hint)
        return hint(**{field.name: filled(hints[field.name], full=full) for field in dataclasses.fields(hint)})
    if isinstance(hint, type) and issubclass(hint, Enum):
        return list(hint)[-1]
    samples: dict[Any, Any] = {
        str: "ÑANDU1",
        int: 7,
        bool: True,
        bytes: b"\0\xff",
        Decimal: Decimal("12.30"),
        date: date(2026, 7, 15),
        datetime: datetime(2026, 7, 15, 23, 59, 59, 123456, tzinfo=UTC),
        BillingPeriod: BillingPeriod(2026, 7),
        UUID: uuid4(),
    }
    return samples[hint]


def entity(mapper: Mapper[Any], *, full: bool) -> Any:
    kind = entity_of(mapper)
    hints = get_type_hints(kind)
    given = {field.name: filled(hints[field.name], full=full) for field in dataclasses.fields(kind)}
    if given.get("reference"):
        given["reference"] = "REF123"
    return kind(**given)


def apart(mapper: Mapper[Any], whole: Any) -> dict[str, Any]:
    """The fields that are no columns, as the mapper's caller gives them."""
    stored = {column.name for column in mapper.columns}
    return {field.name: getattr(whole, field.name) for field in dataclasses.fields(whole) if field.name not in stored}


@pytest.fixture(scope="module")
async def tables(module_database: Database) -> AsyncIterator[AsyncConnection]:
    """A connection on which every table is an empty copy of itself that asks for nothing but the types."""
    engine = create_engine(module_database.app_url)
    async with engine.connect() as connection:
        for table in metadata.sorted_tables:
            await connection.exec_driver_sql(f'create temporary table "{table.name}" (like public."{table.name}")')
            for column in table.columns:
                await connection.exec_driver_sql(
                    f'alter table pg_temp."{table.name}" alter column "{column.name}" drop not null'
                )
        yield connection
    await engine.dispose()


def test_all_mappers_are_here() -> None:
    mapped = {table_of(mapper).name for mapper in MAPPERS.values()}
    written_by_hand = {
        "agency_keys",
        "contract_readers",
        "counters",
        "ledger_journals",
        "payment_intent_keys",
        "property_readers",
        "rate_limits",
        "reconciliations",
        "request_keys",
        "spent_challenges",
        "suppressed_documents",
    }
    assert mapped == {table.name for table in metadata.sorted_tables} - written_by_hand


@pytest.mark.parametrize("full", [True, False], ids=["full", "bare"])
@pytest.mark.parametrize("name", MAPPERS)
async def test_an_entity_comes_back_from_its_table_as_it_was(tables: AsyncConnection, name: str, full: bool) -> None:
    mapper = MAPPERS[name]
    whole, table = entity(mapper, full=full), table_of(mapper)
    await tables.execute(sa.delete(table))
    unset: dict[str, Any] = dict.fromkeys(column.name for column in table.primary_key)
    await tables.execute(sa.insert(table), unset | mapper.values(whole))

    row = (await tables.execute(sa.select(table))).one()

    assert told(mapper.entity(row._mapping, **apart(mapper, whole))) == told(whole)


def test_a_field_that_is_neither_a_column_nor_given_stops_the_program() -> None:
    with pytest.raises(TypeError, match="kind"):
        Mapper(Client, metadata.tables["properties"])
    assert Mapper(Property, metadata.tables["properties"]).columns
