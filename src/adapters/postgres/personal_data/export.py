"""Everything held about a client, read by the tags of the columns in one snapshot."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from adapters.postgres.engine import connected
from adapters.postgres.personal_data.owned import owned
from adapters.postgres.scoping import SET_SCOPE, scope_parameters
from adapters.postgres.tables import metadata
from adapters.postgres.tables.tags import About, Tag, held_of, tag_of
from application.access import Scope
from application.ports.personal_data import HeldData, HeldDataReader, HeldSection
from domain.ids import AccountId, AgencyId, ClientId

ROWS = 20_000
"""Of each kind, the newest keys last: far more than anybody has, and an end to what an export costs."""
FILES = 11 * 1024 * 1024
"""Bytes of all files together: with the rest they stay below what one operation may send."""
NOT_HERE = "No cabe en este archivo: puede descargarlo en la solicitud a la que pertenece."

ACCOUNTS = metadata.tables["accounts"]
CLIENTS = metadata.tables["clients"]


class PostgresHeldData(HeldDataReader):
    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)

    async def held(self, agency_id: AgencyId, client_id: ClientId) -> HeldData | None:
        connection = await connected(self._engine)
        try:
            if not await self._enter(connection, agency_id, client_id):
                return None
            files = _Files()
            sections = []
            for table in metadata.sorted_tables:
                section = await _section(connection, table, files, agency_id, client_id)
                if section is not None:
                    sections.append(section)
            return HeldData(sections=tuple(sections), files=files.kept, left_out=files.left_out)
        finally:
            await asyncio.shield(connection.close())

    async def _enter(self, connection: AsyncConnection, agency_id: AgencyId, client_id: ClientId) -> bool:
        """See what the agency sees, and the sessions of the client's account, which only the account sees."""
        scope = Scope.of_agency(agency_id)
        await connection.execute(SET_SCOPE, scope_parameters(scope))
        known = sa.select(CLIENTS.c.id, ACCOUNTS.c.id.label("account_id")).join(
            ACCOUNTS,
            (ACCOUNTS.c.agency_id == CLIENTS.c.agency_id) & (ACCOUNTS.c.client_id == CLIENTS.c.id),
            isouter=True,
        )
        mine = (CLIENTS.c.agency_id == agency_id) & (CLIENTS.c.id == client_id)
        row = (await connection.execute(known.where(mine))).one_or_none()
        if row is None:
            return False
        if row.account_id is not None:
            with_account = replace(scope, account_id=AccountId(row.account_id))
            await connection.execute(SET_SCOPE, scope_parameters(with_account))
        return True


@dataclass
class _Files:
    kept: dict[str, bytes] = field(default_factory=dict)
    left_out: int = 0
    room: int = FILES

    def has_room(self, size: int) -> bool:
        """Asked before a file is read: those for which there is none are counted, and stay where they are."""
        if size > self.room:
            self.left_out += 1
            return False
        self.room -= size
        return True

    def keep(self, name: str, content: bytes) -> str:
        """The path under which it is kept."""
        path = f"archivos/{len(self.kept) + 1:03d}-{_safe(name)}"
        self.kept[path] = content
        return path


async def _section(
    connection: AsyncConnection, table: sa.Table, files: _Files, agency_id: AgencyId, client_id: ClientId
) -> HeldSection | None:
    """The client's rows of a table with those of its columns that are about the client; None where there are none."""
    told = [(column, tag) for column in table.columns if (tag := tag_of(column)) and tag.about is About.PERSON]
    whose = owned(table, agency_id, client_id)
    if not told or whose is None:
        return None
    unless = held_of(table).unless
    mine = whose & sa.not_(table.c[unless]) if unless else whose
    key = [*table.primary_key.columns]
    asked = [_size(column) if _is_file(column) else column for column, _ in told]
    keys = [column.label(f"key_{column.name}") for column in key]
    found = (await connection.execute(sa.select(*asked, *keys).where(mine).order_by(*key).limit(ROWS))).all()
    rows = []
    for row in found:
        this = sa.and_(mine, *(column == value for column, value in zip(key, row[len(told) :], strict=True)))
        rows.append(await _row(connection, told, row, this, files))
    return HeldSection(heading=held_of(table).heading, rows=tuple(rows)) if rows else None


async def _row(
    connection: AsyncConnection,
    told: Sequence[tuple[sa.Column[Any], Tag]],
    row: sa.Row[Any],
    this: sa.ColumnElement[bool],
    files: _Files,
) -> Mapping[str, object]:
    """Of files the content is read only here, one by one, and only where there is room for it."""
    values: dict[str, object] = {}
    for (column, tag), value in zip(told, row, strict=False):
        if not _is_file(column) or value is None:
            values[tag.heading] = value
        elif files.has_room(value):
            content = await connection.scalar(sa.select(column).where(this))
            name = row._mapping.get("file_name") or f"{column.table.name}-{column.name}"
            values[tag.heading] = files.keep(str(name), content or b"")
        else:
            values[tag.heading] = NOT_HERE
    return values


def _is_file(column: sa.Column[Any]) -> bool:
    return isinstance(column.type, sa.LargeBinary)


def _size(column: sa.Column[Any]) -> sa.ColumnElement[int]:
    return sa.func.octet_length(column).label(column.name)


def _safe(name: str) -> str:
    return "".join(letter if letter.isalnum() or letter in ".-_" else "_" for letter in name)[-80:]
