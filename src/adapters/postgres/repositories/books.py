"""Journals, findings, daily reports and answered requests in Postgres, the writing side."""

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID, uuid4

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from adapters.postgres.mapping import Mapper
from adapters.postgres.scoping import ScopedRepository, table_of
from adapters.postgres.tables import (
    FindingRow,
    LedgerEntryRow,
    LedgerJournalRow,
    PaymentAllocationRow,
    PaymentRow,
    ReconciliationRow,
    RequestKeyRow,
)
from application.ports.books import (
    AnsweredRequest,
    Findings,
    InvoiceDifference,
    Ledger,
    Reconciliation,
    Reconciliations,
    RequestKeys,
)
from domain.findings import Finding, FindingKind
from domain.ids import AccountId, InvoiceId
from domain.ledger import Journal, LedgerAccount, LedgerEntry
from domain.money import ZERO

ALLOCATIONS = table_of(PaymentAllocationRow)
ENTRIES = table_of(LedgerEntryRow)
FINDINGS = table_of(FindingRow)
JOURNALS = table_of(LedgerJournalRow)
KEYS = table_of(RequestKeyRow)
PAYMENTS = table_of(PaymentRow)
RECONCILIATIONS = table_of(ReconciliationRow)
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
        rows = await self.connection.execute(
            sa.select(
                sa.func.coalesce(receipts.c.invoice_id, ledger.c.invoice_id).label("invoice_id"),
                said.label("receipts"),
                booked.label("ledger"),
            )
            .select_from(receipts.outerjoin(ledger, receipts.c.invoice_id == ledger.c.invoice_id, full=True))
            .where(said != booked)
        )
        return [InvoiceDifference(InvoiceId(row.invoice_id), row.receipts, row.ledger) for row in rows]


class PostgresFindings(ScopedRepository, Findings):
    async def report(self, finding: Finding) -> bool:
        statement = insert(FINDINGS).values(FINDING.values(finding))
        return bool(await self.write(statement.on_conflict_do_nothing(index_elements=["agency_id", "key"])))

    async def get(self, finding_id: UUID) -> Finding | None:
        row = (await self.connection.execute(self.select(FINDINGS).where(FINDINGS.c.id == finding_id))).one_or_none()
        return None if row is None else FINDING.entity(row._mapping)

    async def resolve(self, finding_id: UUID, *, at: datetime, by: AccountId | None) -> None:
        await self._resolve(FINDINGS.c.id == finding_id, at=at, by=by)

    async def resolve_about(self, intent_id: UUID, kinds: Sequence[FindingKind], *, at: datetime) -> None:
        about = (FINDINGS.c.intent_id == intent_id) & FINDINGS.c.kind.in_([kind.value for kind in kinds])
        await self._resolve(about, at=at, by=None)

    async def _resolve(self, which: sa.ColumnElement[bool], *, at: datetime, by: AccountId | None) -> None:
        is_open = (FINDINGS.c.agency_id == self.scope.agency) & FINDINGS.c.resolved_at.is_(None)
        await self.write(sa.update(FINDINGS).where(is_open, which).values(resolved_at=at, resolved_by=by))


class PostgresReconciliations(ScopedRepository, Reconciliations):
    async def of_day(self, on: date) -> Reconciliation | None:
        found = self.select(RECONCILIATIONS).where(RECONCILIATIONS.c.on == on)
        row = (await self.connection.execute(found)).one_or_none()
        if row is None:
            return None
        return Reconciliation(id=row.id, agency_id=row.agency_id, on=row._mapping["on"], at=row.at, figures=row.figures)

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
        await self.connection.execute(
            sa.text("select pg_advisory_xact_lock(hashtextextended(:key, 0))"), {"key": f"act:{account_id}:{key}"}
        )
        known = self.select(KEYS).where(KEYS.c.account_id == account_id, KEYS.c.key == key)
        row = (await self.connection.execute(known)).one_or_none()
        return None if row is None else AnsweredRequest(row.result_id, row.request_hash)

    async def remember(self, account_id: AccountId, key: str, answered: AnsweredRequest) -> None:
        values = {"agency_id": self.scope.agency, "account_id": account_id, "key": key}
        more = {"request_hash": answered.request_hash, "result_id": answered.result_id}
        await self.write(sa.insert(KEYS), values | more)
