"""Whether an agency's record is what was written, for its operator."""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from application.access import StaffViewer
from application.ports.reading import AuditReader, Readings
from domain.audit import AuditHead
from domain.audit_chain import ChainCheck, FaultyEntry
from domain.ids import AgencyId

_log = logging.getLogger(__name__)

_AT_ONCE = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditChecked:
    """How many entries there are, where the chain ends, and what is wrong with it."""

    entries: int
    head: AuditHead | None
    faults: tuple[FaultyEntry, ...]


async def checked(
    record: AuditReader, *, keys: Sequence[bytes], noted: Mapping[int, str] | None = None
) -> AuditChecked:
    """Look at every entry of a record. `keys` are those that may have made its hashes, `noted` the hashes of entries
    by number as they were kept elsewhere."""
    check = ChainCheck(keys, dict(noted or {}))
    head, entries = await record.head(), 0
    faults: list[FaultyEntry] = []
    after = None
    while lot := await record.chain(after=after, limit=_AT_ONCE):
        faults += [fault for entry in lot for fault in check.see(entry)]
        entries += len(lot)
        after = (lot[-1].number, lot[-1].id)
    faults += check.end(head)
    return AuditChecked(entries=entries, head=head, faults=tuple(faults))


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckAudit:
    """Whether anything of an agency's record was changed, put in, taken out, swapped or cut off. For the operator.

    `noted`: hashes by number that were kept where whoever has the database cannot write; only they show that the
    record was put back to an earlier state as a whole.
    """

    readings: Readings
    keys: Sequence[bytes]

    async def __call__(self, agency_id: AgencyId, *, noted: Mapping[int, str] | None = None) -> AuditChecked:
        async with self.readings.of(StaffViewer.of_nobody(agency_id)) as reading:
            return await checked(reading.audit, keys=self.keys, noted=noted)


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteAuditHead:
    """Tell the log where a chain ends, for logs are kept apart from the database: it is nothing to worry about, so that
    whoever wants it there asks for this module's INFO. For the workers and the operator; None for an agency that has
    recorded nothing."""

    readings: Readings

    async def __call__(self, agency_id: AgencyId) -> AuditHead | None:
        async with self.readings.of(StaffViewer.of_nobody(agency_id)) as reading:
            head, agency = await reading.audit.head(), await reading.agency()
        if head is not None:
            _log.info("audit head of %s: %s", agency.slug, head.told())
        return head
