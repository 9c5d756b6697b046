"""Invoices as they are read."""

from collections.abc import Collection, Sequence
from datetime import date
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import distinct_on

from adapters.postgres.mapping import Mapper
from adapters.postgres.reading.listing import (
    Condition,
    Order,
    SnapshotListing,
    SnapshotReader,
    fold,
    stands,
)
from adapters.postgres.reading.people import CLIENTS
from adapters.postgres.scoping import table_of
from adapters.postgres.tables import InvoiceRow, PaymentAllocationRow, PaymentRow
from application.filters import InvoiceFilter, InvoiceOrder, Parent
from application.ports.reading import InvoiceReader, Many
from application.text import words_of
from domain.invoices import Invoice, InvoiceKind
from domain.payments import Allocation

INVOICES = table_of(InvoiceRow)
PAYMENTS = table_of(PaymentRow)
ALLOCATIONS = table_of(PaymentAllocationRow)
INVOICE = Mapper(Invoice, INVOICES)
ALLOCATION = Mapper(
    Allocation,
    ALLOCATIONS,
    apart=("receipt_number", "invoice_number", "paid_at"),
)


class PostgresInvoiceReader(SnapshotListing[Invoice, InvoiceFilter], InvoiceReader):
    table, mapper = INVOICES, INVOICE

    def order(self, narrowed: InvoiceFilter) -> Order:
        match narrowed.order:
            case InvoiceOrder.DUE_FIRST:
                return Order(INVOICES.c.due_on, INVOICES.c.number, descending=False)
            case InvoiceOrder.OLDEST:
                return Order(INVOICES.c.issued_on, INVOICES.c.number, descending=False)
            case _:
                return Order(INVOICES.c.issued_on, INVOICES.c.number)

    def conditions(self, narrowed: InvoiceFilter) -> Sequence[Condition]:
        table = INVOICES.c
        found: list[Condition] = []
        if narrowed.search:
            found += matching_clients(self, INVOICES, narrowed.search, fold(table.number))
        if narrowed.kind is not None:
            found.append(table.kind == narrowed.kind.value)
        if narrowed.status is not None:
            found.append(table.status.in_([status.value for status in narrowed.status]))
        if narrowed.overdue is not None:
            overdue = (table.balance > 0) & (table.due_on < narrowed.today)
            found.append(overdue if narrowed.overdue else sa.not_(overdue))
        if narrowed.contract_id is not None:
            found.append(table.contract_id == narrowed.contract_id)
        for bound, column, lowest in (
            (narrowed.issued_from, table.issued_on, True),
            (narrowed.issued_to, table.issued_on, False),
            (narrowed.due_from, table.due_on, True),
            (narrowed.due_to, table.due_on, False),
        ):
            if bound is not None:
                found.append(column >= bound if lowest else column <= bound)
        return found

    def under(self, parent: Parent, parent_id: Any) -> Condition:
        column = INVOICES.c.client_id if parent is Parent.CLIENT else INVOICES.c.contract_id
        condition: Condition = column == parent_id
        return condition

    async def allocations(self, ids: Collection[UUID]) -> Many[Sequence[Allocation]]:
        """What pays them now: what was taken back is gone, and used credit counts from when it was used."""
        in_force = ALLOCATIONS.c.amount > ALLOCATIONS.c.reversed
        return await read_allocations(self, ALLOCATIONS.c.invoice_id, ids, in_force)

    async def next_due(self, client_ids: Collection[UUID], *, today: date) -> Many[Invoice]:
        late = INVOICES.c.due_on < today
        rows = await self.source.rows(
            self.select(INVOICES)
            .where(
                INVOICES.c.client_id.in_(client_ids),
                INVOICES.c.kind == InvoiceKind.RENT.value,
                INVOICES.c.balance > 0,
            )
            .ext(distinct_on(INVOICES.c.client_id))
            .order_by(INVOICES.c.client_id, late, INVOICES.c.due_on, INVOICES.c.number)
        )
        return {row.client_id: INVOICE.entity(row._mapping) for row in rows}


async def read_allocations(
    reader: SnapshotReader, column: sa.Column[Any], ids: Collection[UUID], which: sa.ColumnElement[bool]
) -> Many[Sequence[Allocation]]:
    """Allocations by invoice or by payment, with both numbers and the instant from which they count."""
    by_invoice = column is ALLOCATIONS.c.invoice_id
    amount = ALLOCATIONS.c.amount - ALLOCATIONS.c.reversed if by_invoice else ALLOCATIONS.c.amount
    counts_from = sa.func.coalesce(ALLOCATIONS.c.applied_at, PAYMENTS.c.paid_at)
    same_payment = (PAYMENTS.c.agency_id == ALLOCATIONS.c.agency_id) & (PAYMENTS.c.id == ALLOCATIONS.c.payment_id)
    same_invoice = (INVOICES.c.agency_id == ALLOCATIONS.c.agency_id) & (INVOICES.c.id == ALLOCATIONS.c.invoice_id)
    rows = await reader.source.rows(
        reader.select(
            ALLOCATIONS,
            ALLOCATIONS.c.payment_id,
            ALLOCATIONS.c.invoice_id,
            ALLOCATIONS.c.client_id,
            amount.label("amount"),
            PAYMENTS.c.receipt_number,
            counts_from.label("paid_at"),
            INVOICES.c.number.label("invoice_number"),
        )
        .join(PAYMENTS, same_payment)
        .join(INVOICES, same_invoice)
        .where(column.in_(ids), which)
        .order_by(column, counts_from, PAYMENTS.c.receipt_number, ALLOCATIONS.c.position)
    )
    found: dict[UUID, list[Allocation]] = {}
    for row in rows:
        allocation = ALLOCATION.entity(
            row._mapping, receipt_number=row.receipt_number, invoice_number=row.invoice_number, paid_at=row.paid_at
        )
        found.setdefault(row._mapping[column.name], []).append(allocation)
    return found


def matching_clients(
    reader: SnapshotListing[Any, Any], table: sa.Table, search: str, *columns: sa.ColumnElement[str]
) -> list[Condition]:
    """Every word stands in one of the columns, or in the name or document of the row's client."""
    return [
        stands(word, *columns)
        | table.c.client_id.in_(reader.select(CLIENTS, CLIENTS.c.id).where(stands(word, CLIENTS.c.search)))
        for word in words_of(search)
    ]
