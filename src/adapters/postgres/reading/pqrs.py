"""PQRS as they are read."""

from collections.abc import Collection, Sequence
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from adapters.postgres.reading.invoices import matching_clients
from adapters.postgres.reading.listing import Condition, Order, SnapshotListing, fold
from adapters.postgres.repositories.pqrs import CASE, EVENT, EVENTS, MESSAGE, MESSAGES, PQRS
from application.filters import Parent, PqrsFilter, PqrsOrder
from application.ports.reading import Many, PqrsReader
from domain.pqrs import OPEN_STATUSES, Pqrs, PqrsEvent, PqrsMessage

OPEN = tuple(status.value for status in OPEN_STATUSES)


class PostgresPqrsReader(SnapshotListing[Pqrs, PqrsFilter], PqrsReader):
    table, mapper = PQRS, CASE

    def order(self, narrowed: PqrsFilter) -> Order:
        if narrowed.order is PqrsOrder.DUE_FIRST:
            return Order(PQRS.c.due_on, PQRS.c.filing_number, descending=False)
        return Order(PQRS.c.filed_at, PQRS.c.filing_number)

    def conditions(self, narrowed: PqrsFilter) -> Sequence[Condition]:
        found: list[Condition] = []
        if narrowed.search:
            found += matching_clients(self, PQRS, narrowed.search, fold(PQRS.c.filing_number))
        for wanted, column in (
            (narrowed.status, PQRS.c.status),
            (narrowed.classification, PQRS.c.classification),
            (narrowed.subject, PQRS.c.subject),
        ):
            if wanted is not None:
                found.append(column.in_([member.value for member in wanted]))
        if narrowed.overdue is not None:
            overdue = PQRS.c.status.in_(OPEN) & (PQRS.c.due_on < narrowed.today)
            found.append(overdue if narrowed.overdue else sa.not_(overdue))
        if narrowed.assignee_id is not None:
            found.append(PQRS.c.assignee_id == narrowed.assignee_id)
        return found

    def under(self, parent: Parent, parent_id: Any) -> Condition:
        condition: Condition = PQRS.c.client_id == parent_id
        return condition

    async def events(self, ids: Collection[UUID]) -> Many[Sequence[PqrsEvent]]:
        rows = await self.source.rows(
            self.select(EVENTS).where(EVENTS.c.pqrs_id.in_(ids)).order_by(EVENTS.c.pqrs_id, EVENTS.c.position)
        )
        found: dict[UUID, list[PqrsEvent]] = {}
        for row in rows:
            found.setdefault(row.pqrs_id, []).append(EVENT.entity(row._mapping))
        return found

    async def messages(self, ids: Collection[UUID]) -> Many[Sequence[PqrsMessage]]:
        rows = await self.source.rows(
            self.select(MESSAGES).where(MESSAGES.c.pqrs_id.in_(ids)).order_by(MESSAGES.c.pqrs_id, MESSAGES.c.position)
        )
        found: dict[UUID, list[PqrsMessage]] = {}
        for row in rows:
            found.setdefault(row.pqrs_id, []).append(MESSAGE.entity(row._mapping))
        return found

    async def messages_by_id(self, ids: Collection[UUID]) -> Many[PqrsMessage]:
        rows = await self.source.rows(self.select(MESSAGES).where(MESSAGES.c.id.in_(ids)))
        return {row.id: MESSAGE.entity(row._mapping) for row in rows}

    async def open_counts(self, client_ids: Collection[UUID]) -> Many[int]:
        rows = await self.source.rows(
            self.select(PQRS, PQRS.c.client_id, sa.func.count().label("open"))
            .where(PQRS.c.client_id.in_(client_ids), PQRS.c.status.in_(OPEN))
            .group_by(PQRS.c.client_id)
        )
        return {row.client_id: row.open for row in rows}
