"""Journals, findings, daily reports and answered requests in Postgres, the writing side."""

from collections.abc import Collection, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY, insert

from adapters.postgres.mapping import Mapper
from adapters.postgres.scoping import ScopedRepository, table_of
from adapters.postgres.tables import (
    FindingRow,
    InvoiceRow,
    LedgerEntryRow,
    LedgerJournalRow,
    PaymentAllocationRow,
    PaymentIntentRow,
    PaymentReversalRow,
    PaymentRow,
    ReconciliationRow,
    RequestKeyRow,
)
from application.ports.books import (
    OFFICE,
    AnsweredRequest,
    DayFigures,
    Figure,
    Findings,
    InvoiceDifference,
    Ledger,
    Reconciliation,
    Reconciliations,
    RequestKeys,
)
from domain.findings import Finding, FindingKind
from domain.ids import AccountId, InvoiceId, PaymentId
from domain.ledger import RECEIPTS, Journal, JournalKind, LedgerAccount, LedgerEntry
from domain.money import ZERO
from domain.payment_intents import PaymentIntentStatus
from domain.payments import ReversalKind

ALLOCATIONS = table_of(PaymentAllocationRow)
ENTRIES = table_of(LedgerEntryRow)
FINDINGS = table_of(FindingRow)
INTENTS = table_of(PaymentIntentRow)
INVOICES = table_of(InvoiceRow)
JOURNALS = table_of(LedgerJournalRow)
KEYS = table_of(RequestKeyRow)
PAYMENTS = table_of(PaymentRow)
RECONCILIATIONS = table_of(ReconciliationRow)
REVERSALS = table_of(PaymentReversalRow)
ENTRY = Mapper(LedgerEntry, ENTRIES)
FINDING = Mapper(Finding, FINDINGS)


class PostgresLedger(ScopedRepository, Ledger):
    async def post(self, journal: Journal) -> bool:
        journal_id = uuid4()
        added = await self.write(
            insert(JOURNALS)
            .values(
                id=journal_id,
                agency_id=journal.agency_id,
                key=journal.key,
                kind=journal.kind.value,
                client_id=journal.client_id,
                at=journal.at,
                payment_id=journal.payment_id,
                intent_id=journal.intent_id,
                by=journal.by,
                note=journal.note,
            )
            .on_conflict_do_nothing(index_elements=["agency_id", "key"])
        )
        if not added:
            return False
        of_journal = {"agency_id": journal.agency_id, "journal_id": journal_id}
        rows = [
            ENTRY.values(entry) | of_journal | {"position": position}
            for position, entry in enumerate(journal.entries, start=1)
        ]
        await self.write(sa.insert(ENTRIES), rows)
        return True

    async def given_back_by_gateway(self, payment_id: PaymentId) -> Decimal:
        of_journal = (JOURNALS.c.agency_id == ENTRIES.c.agency_id) & (JOURNALS.c.id == ENTRIES.c.journal_id)
        left = (ENTRIES.c.account == LedgerAccount.GATEWAY.value) & (ENTRIES.c.amount < 0)
        total = sa.func.coalesce(-sa.func.sum(ENTRIES.c.amount), ZERO)
        found = self.select(ENTRIES, total).join(JOURNALS, of_journal).where(JOURNALS.c.payment_id == payment_id, left)
        return Decimal(await self.connection.scalar(found) or ZERO)

    async def differences(self) -> Sequence[InvoiceDifference]:
        # What is in the ledger of a receipt: all of one made here; of an imported one what was changed here.
        made_here = PAYMENTS.c.import_digest.is_(None)
        in_force = ALLOCATIONS.c.amount - ALLOCATIONS.c.reversed
        counts = sa.case((made_here | ALLOCATIONS.c.from_credit, in_force), else_=-ALLOCATIONS.c.reversed)
        same = (PAYMENTS.c.agency_id == ALLOCATIONS.c.agency_id) & (PAYMENTS.c.id == ALLOCATIONS.c.payment_id)
        receipts = (
            self.select(ALLOCATIONS, ALLOCATIONS.c.invoice_id, sa.func.sum(counts).label("amount"))
            .join(PAYMENTS, same)
            .group_by(ALLOCATIONS.c.invoice_id)
            .subquery("receipts")
        )
        ledger = (
            self.select(ENTRIES, ENTRIES.c.invoice_id, (-sa.func.sum(ENTRIES.c.amount)).label("amount"))
            .where(ENTRIES.c.account == LedgerAccount.RECEIVABLE.value)
            .group_by(ENTRIES.c.invoice_id)
            .subquery("ledger")
        )
        said, booked = sa.func.coalesce(receipts.c.amount, ZERO), sa.func.coalesce(ledger.c.amount, ZERO)
        both = receipts.outerjoin(ledger, receipts.c.invoice_id == ledger.c.invoice_id, full=True)
        about = sa.func.coalesce(receipts.c.invoice_id, ledger.c.invoice_id)
        rows = await self.connection.execute(
            self.select(INVOICES, INVOICES.c.id, INVOICES.c.number, said.label("receipts"), booked.label("ledger"))
            .join(both, INVOICES.c.id == about)
            .where(said != booked)
            .order_by(INVOICES.c.number, INVOICES.c.id)
        )
        return [InvoiceDifference(InvoiceId(row.id), row.number, row.receipts, row.ledger) for row in rows]


class PostgresFindings(ScopedRepository, Findings):
    async def report(self, finding: Finding) -> bool:
        statement = insert(FINDINGS).values(FINDING.values(finding))
        return bool(await self.write(statement.on_conflict_do_nothing(index_elements=["agency_id", "key"])))

    async def get(self, finding_id: UUID) -> Finding | None:
        return await self.one(FINDING, self.select(FINDINGS).where(FINDINGS.c.id == finding_id))

    async def of_keys(self, keys: Collection[str]) -> Sequence[Finding]:
        wanted = FINDINGS.c.key == sa.any_(sa.cast(sorted(keys), ARRAY(sa.Text)))
        rows = self.select(FINDINGS).where(wanted).order_by(FINDINGS.c.at, FINDINGS.c.id)
        return [FINDING.entity(row._mapping) for row in await self.connection.execute(rows)]

    async def resolve(self, finding_id: UUID, *, at: datetime, by: AccountId | None, note: str | None = None) -> bool:
        return bool(await self._resolve(FINDINGS.c.id == finding_id, at=at, by=by, note=note))

    async def resolve_keys(self, keys: Collection[str], *, at: datetime) -> int:
        return await self._resolve(FINDINGS.c.key.in_(keys), at=at, by=None)

    async def open_ones(self, kinds: Collection[FindingKind], *, limit: int) -> Sequence[Finding]:
        wanted = FINDINGS.c.resolved_at.is_(None) & FINDINGS.c.kind.in_([kind.value for kind in kinds])
        rows = self.select(FINDINGS).where(wanted).order_by(FINDINGS.c.at, FINDINGS.c.id).limit(limit)
        return [FINDING.entity(row._mapping) for row in await self.connection.execute(rows)]

    async def resolve_about(
        self,
        intent_id: UUID,
        kinds: Sequence[FindingKind],
        *,
        at: datetime,
        by: AccountId | None = None,
        note: str | None = None,
    ) -> int:
        about = (FINDINGS.c.intent_id == intent_id) & FINDINGS.c.kind.in_([kind.value for kind in kinds])
        return await self._resolve(about, at=at, by=by, note=note)

    async def _resolve(
        self, which: sa.ColumnElement[bool], *, at: datetime, by: AccountId | None, note: str | None = None
    ) -> int:
        is_open = (FINDINGS.c.agency_id == self.scope.agency) & FINDINGS.c.resolved_at.is_(None)
        newer = {"resolved_at": at, "resolved_by": by, "note": note}
        return await self.write(sa.update(FINDINGS).where(is_open, which).values(newer))


class PostgresReconciliations(ScopedRepository, Reconciliations):
    async def of_day(self, on: date) -> Reconciliation | None:
        found = self.select(RECONCILIATIONS).where(RECONCILIATIONS.c.on == on)
        row = (await self.connection.execute(found)).one_or_none()
        if row is None:
            return None
        return Reconciliation(id=row.id, agency_id=row.agency_id, on=row._mapping["on"], at=row.at, figures=row.figures)

    async def figures(self, *, since: datetime, until: datetime) -> DayFigures:
        same = (PAYMENTS.c.agency_id == JOURNALS.c.agency_id) & (PAYMENTS.c.id == JOURNALS.c.payment_id)
        of_journal = (JOURNALS.c.agency_id == ENTRIES.c.agency_id) & (JOURNALS.c.id == ENTRIES.c.journal_id)
        booked = (JOURNALS.c.at >= since) & (JOURNALS.c.at < until)
        to_credit = (ENTRIES.c.account == LedgerAccount.CREDIT.value) & booked
        place = sa.func.coalesce(PAYMENTS.c.gateway, OFFICE)
        received = self._figures(JOURNALS, place, PAYMENTS.c.amount).join(PAYMENTS, same)
        taken_back = self._figures(REVERSALS, REVERSALS.c.kind, REVERSALS.c.amount)
        credit = self._figures(ENTRIES, JOURNALS.c.kind, -ENTRIES.c.amount).join(JOURNALS, of_journal)
        intents = self._figures(INTENTS, INTENTS.c.status, INTENTS.c.amount)
        findings = self._figures(FINDINGS, FINDINGS.c.kind, FINDINGS.c.amount).where(FINDINGS.c.resolved_at.is_(None))
        ledger = self._figures(ENTRIES, ENTRIES.c.account, ENTRIES.c.amount).join(JOURNALS, of_journal)
        receipts = received.where(booked, JOURNALS.c.kind.in_([kind.value for kind in RECEIPTS]))
        backs = taken_back.where(REVERSALS.c.at >= since, REVERSALS.c.at < until)
        begun = intents.where(INTENTS.c.created_at >= since, INTENTS.c.created_at < until)
        balances = await self._read(ledger.where(JOURNALS.c.at < until))
        return DayFigures(
            received=await self._read(receipts),
            taken_back={ReversalKind(name): it for name, it in (await self._read(backs)).items()},
            credit={JournalKind(name): it for name, it in (await self._read(credit.where(to_credit))).items()},
            intents={PaymentIntentStatus(name): it for name, it in (await self._read(begun)).items()},
            findings={FindingKind(name): it for name, it in (await self._read(findings)).items()},
            ledger={LedgerAccount(name): it.amount for name, it in balances.items()},
        )

    def _figures(self, table: sa.Table, by: sa.ColumnElement[Any], amount: sa.ColumnElement[Any]) -> sa.Select[Any]:
        """Rows of a table counted and summed by a name."""
        total = sa.func.coalesce(sa.func.sum(amount), ZERO).label("amount")
        return (
            self.select(table, by.label("name"), sa.func.count().label("number"), total).select_from(table).group_by(by)
        )

    async def _read(self, counted: sa.Select[Any]) -> dict[str, Figure]:
        rows = await self.connection.execute(counted)
        return {row.name: Figure(row.number, row.amount) for row in rows}

    async def keep(self, report: Reconciliation) -> None:
        values = {
            "id": report.id,
            "agency_id": report.agency_id,
            "on": report.on,
            "at": report.at,
            "figures": dict(report.figures),
        }
        newer = {name: values[name] for name in ("at", "figures")}
        await self.write(
            insert(RECONCILIATIONS).values(values).on_conflict_do_update(index_elements=["agency_id", "on"], set_=newer)
        )


class PostgresRequestKeys(ScopedRepository, RequestKeys):
    async def find(self, account_id: AccountId, key: str) -> AnsweredRequest | None:
        await self.take_turn(f"act:{account_id}:{key}")
        known = self.select(KEYS).where(KEYS.c.account_id == account_id, KEYS.c.key == key)
        row = (await self.connection.execute(known)).one_or_none()
        return None if row is None else AnsweredRequest(row.result_id, row.request_hash)

    async def remember(self, account_id: AccountId, key: str, answered: AnsweredRequest) -> None:
        values = {"agency_id": self.scope.agency, "account_id": account_id, "key": key}
        more = {"request_hash": answered.request_hash, "result_id": answered.result_id}
        await self.write(sa.insert(KEYS), values | more)
