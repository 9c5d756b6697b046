"""What the staff have to look at, and the daily reports, as they are read."""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from adapters.postgres.mapping import Mapper
from adapters.postgres.reading.listing import Condition, Order, SnapshotListing
from adapters.postgres.repositories.books import FINDING, FINDINGS, RECONCILIATIONS
from application.filters import FindingFilter, Parent, ReconciliationFilter
from application.ports.books import Reconciliation
from application.ports.reading import FindingReader, ReconciliationReader
from domain.findings import Finding


class PostgresFindingReader(SnapshotListing[Finding, FindingFilter], FindingReader):
    table, mapper = FINDINGS, FINDING

    def order(self, narrowed: FindingFilter) -> Order:
        return Order(FINDINGS.c.at, FINDINGS.c.id)

    def conditions(self, narrowed: FindingFilter) -> Sequence[Condition]:
        found: list[Condition] = []
        if narrowed.open is not None:
            found.append(FINDINGS.c.resolved_at.is_(None) if narrowed.open else FINDINGS.c.resolved_at.is_not(None))
        if narrowed.kind is not None:
            found.append(FINDINGS.c.kind.in_([kind.value for kind in narrowed.kind]))
        return found

    def under(self, parent: Parent, parent_id: Any) -> Condition:
        condition: Condition = FINDINGS.c.client_id == parent_id
        return condition


class PostgresReconciliationReader(SnapshotListing[Reconciliation, ReconciliationFilter], ReconciliationReader):
    table, mapper = RECONCILIATIONS, Mapper(Reconciliation, RECONCILIATIONS)

    def order(self, narrowed: ReconciliationFilter) -> Order:
        return Order(RECONCILIATIONS.c.on, RECONCILIATIONS.c.id)

    def conditions(self, narrowed: ReconciliationFilter) -> Sequence[Condition]:
        found: list[Condition] = []
        if narrowed.from_on is not None:
            found.append(RECONCILIATIONS.c.on >= narrowed.from_on)
        if narrowed.to_on is not None:
            found.append(RECONCILIATIONS.c.on <= narrowed.to_on)
        return found

    def under(self, parent: Parent, parent_id: Any) -> Condition:
        """Hangs under nothing but the agency."""
        return sa.false()
