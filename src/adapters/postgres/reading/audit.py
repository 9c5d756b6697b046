"""The record of what was done, as it is read and checked."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from adapters.postgres.reading.listing import Condition, Order, SnapshotListing
from adapters.postgres.repositories.audit import ENTRIES, ENTRY, HEAD, HEADS
from application.filters import AuditFilter, Parent
from application.ports.reading import AuditReader
from domain.audit import AuditEntry, AuditHead

_FIRST, _LAST = datetime(1, 1, 2, tzinfo=UTC), datetime(9999, 12, 30, tzinfo=UTC)


class PostgresAuditReader(SnapshotListing[AuditEntry, AuditFilter], AuditReader):
    table, mapper = ENTRIES, ENTRY

    def order(self, narrowed: AuditFilter) -> Order:
        return Order(ENTRIES.c.number, ENTRIES.c.id)

    def conditions(self, narrowed: AuditFilter) -> Sequence[Condition]:
        if narrowed.entity is None:
            return []
        name, key = narrowed.entity
        return [ENTRIES.c.entity_id == key, ENTRIES.c.entity_type == name]

    def under(self, parent: Parent, parent_id: Any) -> Condition:
        """Hangs under nothing but the agency."""
        return sa.false()

    async def head(self) -> AuditHead | None:
        rows = await self.source.rows(self.select(HEADS))
        return HEAD.entity(rows[0]._mapping) if rows else None

    async def chain(self, *, after: tuple[int, UUID] | None, limit: int) -> Sequence[AuditEntry]:
        # An instant that Python has no name for was put there by somebody else: any other one tells as much.
        at = sa.func.greatest(sa.func.least(ENTRIES.c.at, _LAST), _FIRST).label("at")
        columns = [at if column is ENTRIES.c.at else column for column in ENTRIES.c]
        entries = self.select(ENTRIES, *columns).order_by(ENTRIES.c.number, ENTRIES.c.id).limit(limit)
        if after is not None:
            entries = entries.where(sa.tuple_(ENTRIES.c.number, ENTRIES.c.id) > sa.tuple_(*map(sa.literal, after)))
        return [ENTRY.entity(row._mapping) for row in await self.source.rows(entries)]
