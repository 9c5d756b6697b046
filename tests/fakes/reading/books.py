"""Findings and daily reports as they are read from memory."""

from application.filters import FindingFilter, ReconciliationFilter
from application.ports.books import Reconciliation
from application.ports.reading import FindingReader, ReconciliationReader
from domain.findings import Finding
from tests.fakes.reading.listing import FakeListing, Order
from tests.fakes.reading.money import within


class FakeFindingReader(FakeListing[Finding, FindingFilter], FindingReader):
    def seen(self) -> list[Finding]:
        mine = (finding for finding in self.store.findings.values() if self.sight.of_agency(finding))
        return list(mine) if self.sight.is_staff else []

    def order(self, narrowed: FindingFilter) -> Order:
        return Order("findings.at", lambda row: row.at.isoformat(), lambda row: str(row.id))

    def matches(self, row: Finding, narrowed: FindingFilter) -> bool:
        is_open = row.resolved_at is None
        return narrowed.open in (None, is_open) and (narrowed.kind is None or row.kind in narrowed.kind)


class FakeReconciliationReader(FakeListing[Reconciliation, ReconciliationFilter], ReconciliationReader):
    def seen(self) -> list[Reconciliation]:
        mine = (report for report in self.store.reports.values() if self.sight.of_agency(report))
        return list(mine) if self.sight.is_staff else []

    def order(self, narrowed: ReconciliationFilter) -> Order:
        return Order("reconciliations.on", lambda row: row.on.isoformat(), lambda row: str(row.id))

    def matches(self, row: Reconciliation, narrowed: ReconciliationFilter) -> bool:
        return within(narrowed.from_on, row.on, narrowed.to_on)
