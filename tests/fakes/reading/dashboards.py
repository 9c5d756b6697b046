"""PQRS and the sums of the main page, as they are read from memory."""

from collections.abc import Collection, Sequence
from datetime import date
from decimal import Decimal
from uuid import UUID

from application.filters import PqrsFilter, PqrsOrder
from application.ports.reading import DashboardReader, Many, OwnerSums, PqrsReader, TenantSums
from domain.contracts import ContractKind, ContractStatus
from domain.invoices import Invoice, InvoiceKind
from domain.money import ZERO
from domain.periods import BillingPeriod
from domain.pqrs import Pqrs, PqrsEvent, PqrsMessage
from tests.fakes.reading.listing import FakeListing, FakeReader, Order
from tests.fakes.reading.money import grouped


class FakePqrsReader(FakeListing[Pqrs, PqrsFilter], PqrsReader):
    def seen(self) -> list[Pqrs]:
        return [case for case in self.store.pqrs.values() if self.sight.sees(case)]

    def order(self, narrowed: PqrsFilter) -> Order:
        if narrowed.order is PqrsOrder.DUE_FIRST:
            return Order(
                "pqrs.due", lambda row: row.due_on.isoformat(), lambda row: str(row.filing_number), descending=False
            )
        return Order("pqrs.filed", lambda row: row.filed_at.isoformat(), lambda row: str(row.filing_number))

    def matches(self, row: Pqrs, narrowed: PqrsFilter) -> bool:
        return (
            (narrowed.status is None or row.status in narrowed.status)
            and (narrowed.classification is None or row.classification in narrowed.classification)
            and (narrowed.subject is None or row.subject in narrowed.subject)
            and narrowed.overdue in (None, row.is_overdue(on=narrowed.today))
            and narrowed.assignee_id in (None, row.assignee_id)
            and self.found_by(narrowed.search, row, row.filing_number)
        )

    async def events(self, ids: Collection[UUID]) -> Many[Sequence[PqrsEvent]]:
        seen = {case.id for case in self.seen()}
        return grouped((event for event in self.store.pqrs_events if event.pqrs_id in seen), "pqrs_id", ids)

    async def messages(self, ids: Collection[UUID]) -> Many[Sequence[PqrsMessage]]:
        return grouped(self._written(), "pqrs_id", ids)

    async def messages_by_id(self, ids: Collection[UUID]) -> Many[PqrsMessage]:
        return {message.id: message for message in self._written() if message.id in ids}

    def _written(self) -> list[PqrsMessage]:
        return [message for message in self.store.pqrs_messages.values() if self.sight.sees_message(message)]

    async def open_counts(self, client_ids: Collection[UUID]) -> Many[int]:
        open_cases = [case for case in self.seen() if case.is_open]
        return {key: len(cases) for key, cases in grouped(open_cases, "client_id", client_ids).items()}


class FakeDashboards(FakeReader, DashboardReader):
    async def tenants(self, client_ids: Collection[UUID], *, today: date) -> Many[TenantSums]:
        owing = grouped(self._owing(InvoiceKind.RENT), "client_id", client_ids)
        receipts = [payment for payment, _ in self.store.payments.values() if self.sight.sees(payment)]
        with_credit = [payment for payment in receipts if payment.credit_left > 0]
        credits_of = grouped(with_credit, "client_id", client_ids)
        return {
            key: TenantSums(
                pending=sum((row.balance for row in owing.get(key, ())), ZERO),
                invoices=len(owing.get(key, ())),
                overdue=sum((row.balance for row in owing.get(key, ()) if row.is_overdue(on=today)), ZERO),
                credit=sum((payment.credit_left for payment in credits_of.get(key, ())), ZERO),
            )
            for key in owing.keys() | credits_of.keys()
        }

    async def owners(self, client_ids: Collection[UUID], *, today: date) -> Many[OwnerSums]:
        months = [BillingPeriod.of(today).plus(-back) for back in range(11, -1, -1)]
        return {key: self._owner(key, months, today) for key in client_ids}

    def _owner(self, client_id: UUID, months: list[BillingPeriod], today: date) -> OwnerSums:
        commission = grouped(self._owing(InvoiceKind.COMMISSION), "client_id", [client_id])
        payouts = [it for it in self.store.payouts.values() if self.sight.sees(it) and it.client_id == client_id]
        income: dict[BillingPeriod, Decimal] = dict.fromkeys(months, ZERO)
        for payout in payouts:
            month = BillingPeriod.of(payout.paid_on)
            if month in income:
                income[month] += payout.net
        return OwnerSums(
            rented_properties=len(self._rented(client_id)),
            pending_commission=sum((row.balance for row in commission.get(client_id, ())), ZERO),
            this_year=sum((net for month, net in income.items() if month.year == today.year), ZERO),
            income=tuple(income.items()),
        )

    def _rented(self, client_id: UUID) -> set[UUID]:
        homes = {owner.property_id for owner in self.store.owners if owner.client_id == client_id}
        return {
            contract.property_id
            for contract in self.store.contracts.values()
            if contract.property_id in homes
            and contract.kind is ContractKind.LEASE
            and contract.status is ContractStatus.ACTIVE
            and self.sight.sees_owners(self.store.properties[contract.property_id])
        }

    def _owing(self, kind: InvoiceKind) -> list[Invoice]:
        rows = [row for row in self.store.invoices.values() if self.sight.sees(row)]
        return [row for row in rows if row.kind is kind and row.balance > 0]
