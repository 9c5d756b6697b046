"""The record of what was done as it is read from memory."""

from collections.abc import Sequence
from uuid import UUID

from application.filters import AuditFilter
from application.ports.reading import AuditReader
from domain.audit import AuditEntry, AuditHead
from tests.fakes.reading.listing import FakeListing, Order


class FakeAuditReader(FakeListing[AuditEntry, AuditFilter], AuditReader):
    def seen(self) -> list[AuditEntry]:
        return [entry for entry in self.store.audit if self.sight.is_staff and self.sight.of_agency(entry)]

    def order(self, narrowed: AuditFilter) -> Order:
        return Order("audit_entries.number", lambda row: f"{row.number:020d}", lambda row: str(row.id))

    def matches(self, row: AuditEntry, narrowed: AuditFilter) -> bool:
        return narrowed.entity in (None, (row.entity_type, row.entity_id))

    async def head(self) -> AuditHead | None:
        return self.store.heads.get(self.scope.agency) if self.sight.is_staff else None

    async def chain(self, *, after: tuple[int, UUID] | None, limit: int) -> Sequence[AuditEntry]:
        placed = sorted(self.seen(), key=lambda entry: (entry.number, entry.id))
        return [entry for entry in placed if after is None or (entry.number, entry.id) > after][:limit]
