"""A text of its own in every column of every table, for several people, made from the tables' declarations alone."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from hashlib import sha256
from itertools import count
from typing import Any
from uuid import UUID, uuid5

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine

from adapters.postgres.tables import metadata
from adapters.postgres.tables.tags import held_of, ways_of
from tests.postgres import Database

SPACE = UUID(int=1581)
TOKEN = re.compile(r"canario (\w+) (\w+)\.(\w+)")
Row = dict[str, Any]

FITTING: dict[str, Row] = {
    "accounts": {"roles": ["CLIENT"]},
    "attachments": {"author": "AGENCY"},
    "clients": {"kind": "NATURAL", "document_type": "CC", "erased_at": None},
    "invoices": {"status": "PAID"},
    "ledger_entries": {"account": "RECEIVABLE"},
    "payments": {"status": "APPLIED", "reversed": Decimal(0), "credit_left": Decimal(0)},
}
"""What a table's checks and its entity ask for."""


@dataclass
class Person:
    """Somebody with a row in every table that belongs to people; `agency` is the name of theirs."""

    name: str
    agency: str
    rows: dict[str, Row] = field(default_factory=dict)

    @property
    def agency_id(self) -> UUID:
        return key(self.agency, "agencies")

    @property
    def client_id(self) -> UUID:
        return key(self.name, "clients")


def key(who: str, table: str) -> UUID:
    return uuid5(SPACE, f"{who} {table}")


def canary(who: str, column: sa.Column[Any]) -> str:
    return f"canario {who} {column.table.name}.{column.name}"


def belongs_to_people(table: sa.Table) -> bool:
    return table.name == "clients" or bool(ways_of(table))


@dataclass
class Planter:
    """Fills all tables for some people and their agencies."""

    people: list[Person]
    _numbers: Iterator[int] = field(default_factory=lambda: count(1))

    def rows(self) -> Iterator[tuple[sa.Table, Row]]:
        """Parents first."""
        agencies = {person.agency: Person(person.agency, person.agency) for person in self.people}
        for table in metadata.sorted_tables:
            for owner in self.people if belongs_to_people(table) else agencies.values():
                row = self._row(table, owner, agencies[owner.agency])
                owner.rows[table.name] = row
                yield table, row
                if unless := held_of(table).unless:
                    hidden = Person(f"{owner.name}_oculto", owner.agency, owner.rows)
                    apart = {"message_id": None} if "message_id" in row else {}
                    yield table, self._row(table, hidden, agencies[owner.agency]) | {unless: True} | apart

    def _row(self, table: sa.Table, owner: Person, agency: Person) -> Row:
        row: Row = {column.name: self._value(column, owner) for column in table.columns if column.computed is None}
        for constraint in table.foreign_key_constraints:
            for element in constraint.elements:
                there = element.column.table
                rows = owner.rows if belongs_to_people(there) else agency.rows
                if there.name in rows:
                    row[element.parent.name] = rows[there.name][element.column.name]
        for way in ways_of(table):
            if not isinstance(table.c[way.column].type, sa.Uuid):
                row[way.column] = canary(owner.name, metadata.tables[way.table].c[way.other])
        if "agency_id" in row:
            row["agency_id"] = owner.agency_id
        fitting = FITTING.get(table.name, {})
        if "sha256" in row:
            row |= {"sha256": sha256(row["content"]).hexdigest(), "byte_size": len(row["content"])}
        return row | {name: value for name, value in fitting.items() if name in row}

    def _value(self, column: sa.Column[Any], owner: Person) -> Any:
        text = canary(owner.name, column)
        match column.type:
            case sa.Uuid():
                return None if column.nullable else key(owner.name, column.table.name)
            case ARRAY():
                return [] if column.info.get("closed") else [text]
            case JSONB():
                return {"texto": text}
            case sa.LargeBinary():
                return text.encode()
            case sa.Boolean():
                return column.name != held_of(column.table).unless
            case sa.Text():
                return "CODIGO" if column.info.get("closed") else text
            case sa.DateTime():
                return datetime(2020, 1, 1, tzinfo=UTC) + timedelta(hours=next(self._numbers))
            case sa.Date():
                return date(2010, 1, 1) + timedelta(days=next(self._numbers))
            case sa.Numeric():
                return Decimal("1.00")
            case _:
                return next(self._numbers)


async def plant(database: Database, people: list[Person], *more: tuple[str, Row]) -> None:
    """As the owner, past the policies; foreign keys and checks hold. `more` are rows besides."""
    engine = create_async_engine(database.owner_url)
    try:
        async with engine.begin() as connection:
            for table in metadata.sorted_tables:
                await connection.exec_driver_sql(f'alter table "{table.name}" no force row level security')
                await connection.exec_driver_sql(f'alter table "{table.name}" disable trigger user')
            for table, row in Planter(people).rows():
                await connection.execute(sa.insert(table), row)
            for name, row in more:
                await connection.execute(sa.insert(metadata.tables[name]), row)
            await connection.exec_driver_sql("set constraints all immediate")
            for table in metadata.sorted_tables:
                await connection.exec_driver_sql(f'alter table "{table.name}" enable trigger user')
                await connection.exec_driver_sql(f'alter table "{table.name}" force row level security')
    finally:
        await engine.dispose()


CATALOG = """
select table_schema, table_name, column_name from information_schema.columns
where table_schema in ('public', 'queue') order by 1, 2, ordinal_position
"""


async def all_that_is_stored(database: Database) -> dict[tuple[str, str], list[dict[str, str]]]:
    """Every row of every table that the catalog knows, the queue's too, with its values as text."""
    engine = create_async_engine(database.owner_url)
    try:
        async with engine.begin() as connection:
            columns: dict[tuple[str, str], list[str]] = {}
            for row in await connection.exec_driver_sql(CATALOG):
                columns.setdefault((row.table_schema, row.table_name), []).append(row.column_name)
            found = {}
            for (schema, table), names in columns.items():
                found[schema, table] = await _texts(connection, f'"{schema}"."{table}"', names)
            await connection.rollback()
            return found
    finally:
        await engine.dispose()


async def _texts(connection: AsyncConnection, table: str, names: list[str]) -> list[dict[str, str]]:
    await connection.exec_driver_sql(f"alter table {table} no force row level security")
    shown = ", ".join(f'"{name}"::text' for name in names)
    rows = await connection.exec_driver_sql(f"select {shown} from {table}")
    return [dict(zip(names, (_readable(value) for value in row), strict=True)) for row in rows]


def _readable(value: str | None) -> str:
    """Bytes, which Postgres writes in hexadecimal, as the text they are."""
    text = value or ""
    if text.startswith("\\x"):
        return bytes.fromhex(text[2:]).decode("utf-8", "replace")
    return text


def canaries_in(texts: Iterable[str]) -> set[tuple[str, str, str]]:
    """Whose, and of which table and column."""
    return {(match[1], match[2], match[3]) for text in texts for match in TOKEN.finditer(text)}
