"""What is stored, by the keys of the back office."""

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from adapters.postgres.imports.bulk import any_of
from adapters.postgres.scoping import ScopedRepository, table_of
from adapters.postgres.tables import (
    AccountRow,
    ClientRow,
    ContractPartyRow,
    ContractRow,
    InvoiceRow,
    PaymentAllocationRow,
    PaymentIntentRow,
    PaymentRow,
    PayoutRow,
    PropertyRow,
)
from domain.contracts import ContractKind, PartyRole
from domain.ids import ClientId, ContractId, InvoiceId, PaymentId, PayoutId
from domain.imports.clients import StoredClient
from domain.imports.contracts import StoredContract
from domain.imports.invoices import StoredInvoice
from domain.imports.outcomes import StoredRow
from domain.imports.payments import StoredPayment
from domain.imports.sheets import ImportKind
from domain.invoices import InvoiceStatus
from domain.money import ZERO
from domain.payments import PaymentStatus

ACCOUNTS = table_of(AccountRow)
ALLOCATIONS = table_of(PaymentAllocationRow)
CLIENTS = table_of(ClientRow)
CONTRACTS = table_of(ContractRow)
INTENTS = table_of(PaymentIntentRow)
INVOICES = table_of(InvoiceRow)
PARTIES = table_of(ContractPartyRow)
PAYMENTS = table_of(PaymentRow)
PAYOUTS = table_of(PayoutRow)
PROPERTIES = table_of(PropertyRow)
_OURS = re.compile(r"[0-9]{6}[A-Z0-9]{12}", re.ASCII)
"""A reference that was given to a gateway here."""


class Lookups(ScopedRepository):
    async def clients(self, codes: Collection[str]) -> Mapping[str, StoredClient]:
        if not codes:
            return {}
        has_account = self.select(ACCOUNTS, sa.true()).where(ACCOUNTS.c.client_id == CLIENTS.c.id).exists()
        query = self.select(CLIENTS, CLIENTS, has_account.label("has_account")).where(any_of(CLIENTS.c.code, codes))
        return {
            row.code: StoredClient(
                id=ClientId(row.id),
                digest=row.import_digest,
                email=row.email,
                phone=row.phone,
                address=row.address,
                city=row.city,
                has_account=row.has_account,
                erased=row.erased_at is not None,
            )
            for row in await self.connection.execute(query)
        }

    async def properties(self, codes: Collection[str]) -> Mapping[str, StoredRow]:
        return await self._digests(PROPERTIES, PROPERTIES.c.code, codes)

    async def payouts(self, numbers: Collection[str]) -> Mapping[str, StoredRow]:
        return await self._digests(PAYOUTS, PAYOUTS.c.number, numbers)

    async def has_any(self, kind: ImportKind) -> bool:
        table = {ImportKind.INVOICES: INVOICES, ImportKind.PAYOUTS: PAYOUTS}[kind]
        return bool(await self.connection.scalar(sa.select(self.select(table, sa.true()).limit(1).exists())))

    async def invoice_ids(self, numbers: Collection[str]) -> Mapping[str, InvoiceId]:
        return {number: InvoiceId(key) for number, key in await self._ids(INVOICES, numbers)}

    async def payout_ids(self, numbers: Collection[str]) -> Mapping[str, PayoutId]:
        return {number: PayoutId(key) for number, key in await self._ids(PAYOUTS, numbers)}

    async def invoice_digests(self, numbers: Collection[str]) -> Mapping[str, StoredRow]:
        return await self._digests(INVOICES, INVOICES.c.number, numbers)

    async def contracts(self, numbers: Collection[str]) -> Mapping[str, StoredContract]:
        if not numbers:
            return {}
        holders = (
            sa.select(sa.func.array_agg(CLIENTS.c.code))
            .where(
                PARTIES.c.agency_id == CONTRACTS.c.agency_id,
                PARTIES.c.contract_id == CONTRACTS.c.id,
                PARTIES.c.role != PartyRole.CO_DEBTOR.value,
                CLIENTS.c.agency_id == PARTIES.c.agency_id,
                CLIENTS.c.id == PARTIES.c.client_id,
            )
            .scalar_subquery()
        )
        in_use = sa.or_(
            *(
                sa.exists().where(table.c.agency_id == CONTRACTS.c.agency_id, table.c.contract_id == CONTRACTS.c.id)
                for table in (INVOICES, PAYOUTS)
            )
        )
        query = self.select(CONTRACTS, CONTRACTS, holders.label("holders"), in_use.label("in_use")).where(
            any_of(CONTRACTS.c.number, numbers)
        )
        return {
            row.number: StoredContract(
                id=ContractId(row.id),
                digest=row.import_digest,
                kind=ContractKind(row.kind),
                holders=frozenset(row.holders or ()),
                in_use=row.in_use,
            )
            for row in await self.connection.execute(query)
        }

    async def invoices(self, numbers: Collection[str]) -> Mapping[str, StoredInvoice]:
        """The lock comes first: one statement that waits for locks would sum up what was there when it began."""
        if not numbers:
            return {}
        query = (
            self.select(INVOICES, INVOICES, CLIENTS.c.code.label("client"))
            .join_from(INVOICES, CLIENTS, _same(INVOICES.c.agency_id, INVOICES.c.client_id, CLIENTS))
            .where(any_of(INVOICES.c.number, numbers))
            .order_by(INVOICES.c.id)
            .with_for_update(of=INVOICES)
        )
        rows = (await self.connection.execute(query)).all()
        allocated = await self._allocated([row.id for row in rows])
        return {
            row.number: StoredInvoice(
                id=InvoiceId(row.id),
                number=row.number,
                digest=row.import_digest,
                client=row.client,
                total=row.total,
                allocated=allocated.get(row.id, ZERO),
                voided=row.status == InvoiceStatus.VOIDED.value,
                settled_outside=row.settled_outside,
            )
            for row in rows
        }

    async def _allocated(self, invoice_ids: Collection[Any]) -> dict[Any, Decimal]:
        """What accepted payments put on each invoice."""
        query = (
            self.select(
                ALLOCATIONS,
                ALLOCATIONS.c.invoice_id,
                sa.func.sum(ALLOCATIONS.c.amount - ALLOCATIONS.c.reversed).label("allocated"),
            )
            .join_from(ALLOCATIONS, PAYMENTS, _same(ALLOCATIONS.c.agency_id, ALLOCATIONS.c.payment_id, PAYMENTS))
            .where(any_of(ALLOCATIONS.c.invoice_id, invoice_ids), PAYMENTS.c.status == PaymentStatus.APPLIED.value)
            .group_by(ALLOCATIONS.c.invoice_id)
        )
        return {row.invoice_id: row.allocated for row in await self.connection.execute(query)}

    async def payments(self, receipts: Collection[str], references: Collection[str]) -> Sequence[StoredPayment]:
        of_client = _same(PAYMENTS.c.agency_id, PAYMENTS.c.client_id, CLIENTS)
        of_intent = _same(PAYMENTS.c.agency_id, PAYMENTS.c.intent_id, INTENTS)
        told = (CLIENTS.c.code.label("client"), INTENTS.c.reference.label("intent_reference"))
        known = self.select(PAYMENTS, PAYMENTS, *told).join_from(PAYMENTS, CLIENTS, of_client)
        known = known.outerjoin(INTENTS, of_intent)
        by_receipt = known.where(any_of(PAYMENTS.c.receipt_number, receipts))
        rows = list(await self.connection.execute(by_receipt))
        if references:  # a query of its own: with OR between them neither would use its index
            by_reference = known.where(
                PAYMENTS.c.import_digest.is_(None), any_of(PAYMENTS.c.gateway_reference, references)
            )
            found = {row.id for row in rows}
            rows += [row for row in await self.connection.execute(by_reference) if row.id not in found]
        ours = [reference for reference in references if _OURS.fullmatch(reference)]
        if ours:
            through = self.select(INTENTS, INTENTS.c.id).where(any_of(INTENTS.c.reference, ours))
            by_intent = known.where(PAYMENTS.c.intent_id.in_(through))
            found = {row.id for row in rows}
            rows += [row for row in await self.connection.execute(by_intent) if row.id not in found]
        allocations = await self._allocations([row.id for row in rows])
        return [
            StoredPayment(
                id=PaymentId(row.id),
                receipt_number=row.receipt_number,
                client=row.client,
                amount=row.amount,
                at_office=row.gateway is None,
                reference=row.gateway_reference,
                intent_reference=row.intent_reference,
                digest=row.import_digest,
                reversed_here=row.reversed > ZERO,
                credit_used_here=row.credit_left + row.reversed < row.credited,
                allocations=tuple(allocations.get(row.id, ())),
            )
            for row in rows
        ]

    async def _allocations(self, payment_ids: Collection[Any]) -> dict[Any, list[tuple[str, Decimal]]]:
        found: dict[Any, list[tuple[str, Decimal]]] = {}
        if payment_ids:
            query = (
                self.select(ALLOCATIONS, ALLOCATIONS.c.payment_id, INVOICES.c.number, ALLOCATIONS.c.amount)
                .join_from(ALLOCATIONS, INVOICES, _same(ALLOCATIONS.c.agency_id, ALLOCATIONS.c.invoice_id, INVOICES))
                .where(any_of(ALLOCATIONS.c.payment_id, payment_ids))
                .order_by(ALLOCATIONS.c.payment_id, ALLOCATIONS.c.position)
            )
            for payment_id, number, amount in await self.connection.execute(query):
                found.setdefault(payment_id, []).append((number, amount))
        return found

    async def _ids(self, table: sa.Table, numbers: Collection[str]) -> Iterable[tuple[str, UUID]]:
        found = await self.connection.execute(
            self.select(table, table.c.number, table.c.id).where(any_of(table.c.number, numbers))
        )
        return [(number, key) for number, key in found]

    async def _digests(
        self, table: sa.Table, key: sa.ColumnElement[str], values: Collection[str]
    ) -> Mapping[str, StoredRow]:
        if not values:
            return {}
        rows = await self.connection.execute(self.select(table, key, table.c.import_digest).where(any_of(key, values)))
        return {found: StoredRow(digest) for found, digest in rows}


def _same(agency_id: Any, reference: Any, table: sa.Table) -> sa.ColumnElement[bool]:
    return sa.and_(table.c.agency_id == agency_id, table.c.id == reference)
