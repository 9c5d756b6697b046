"""Whether an agency's record is what was written: entry by entry, in the order of their numbers."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from domain.audit import START, UNFOUNDED, AuditEntry, AuditHead, hash_of, seal_of


class ChainFault(StrEnum):
    """CHANGED: the entry does not say what was written, or was never written by us. MISSING: there is none of that
    number. REPEATED: there is more than one. UNLINKED: it does not follow the one before it. HEAD: the end of the
    chain is not where its seal says, or the seal is not ours. OTHER: it is not the one that was noted elsewhere.
    UNFOUNDED: it is the first, and not that the agency was created."""

    CHANGED = "CHANGED"
    MISSING = "MISSING"
    REPEATED = "REPEATED"
    UNLINKED = "UNLINKED"
    HEAD = "HEAD"
    OTHER = "OTHER"
    UNFOUNDED = "UNFOUNDED"


@dataclass(frozen=True, slots=True)
class FaultyEntry:
    """What is wrong, and with the entry of which number."""

    fault: ChainFault
    number: int


@dataclass(slots=True)
class ChainCheck:
    """Shown all entries by `see`, in the order of their numbers, and the head by `end`; each tells what is wrong.

    `keys`: those that may have been used, the newest first. `noted`: heads that were kept elsewhere, hash by number;
    the first entry is known to be the first where it is among them. A gap is told once, by its first number.
    """

    keys: Sequence[bytes]
    noted: dict[int, str] = field(default_factory=dict)
    number: int = 0
    _last: str = START
    _trusted: bool = True

    def see(self, entry: AuditEntry) -> Iterator[FaultyEntry]:
        expected = self.number + 1
        if entry.number < expected:
            yield FaultyEntry(ChainFault.REPEATED, entry.number)
            return
        if entry.number > expected:
            yield FaultyEntry(ChainFault.MISSING, expected)
        intact = self._is_ours(lambda key: hash_of(entry, key), entry.hash)
        if not intact:
            yield FaultyEntry(ChainFault.CHANGED, entry.number)
        elif entry.number == 1 and entry.previous == UNFOUNDED:
            if self.noted.get(1) != entry.hash:
                yield FaultyEntry(ChainFault.UNFOUNDED, 1)
        elif entry.number == expected and self._trusted and entry.previous != self._last:
            yield FaultyEntry(ChainFault.UNLINKED, entry.number)
        if self.noted.pop(entry.number, entry.hash) != entry.hash:
            yield FaultyEntry(ChainFault.OTHER, entry.number)
        # After an entry that is not ours, one that does not follow it is no news.
        self.number, self._last, self._trusted = entry.number, entry.hash, intact

    def end(self, head: AuditHead | None) -> Iterator[FaultyEntry]:
        """After the last entry. A record with nothing in it was emptied: that the agency was created is its first."""
        if head is None or head.number == 0:
            if self.number:
                yield FaultyEntry(ChainFault.HEAD, self.number)
            elif not any(number > 0 for number in self.noted):
                yield FaultyEntry(ChainFault.MISSING, 1)
        elif not self._is_ours(lambda key: seal_of(head.agency_id, head.number, head.hash, key), head.seal):
            yield FaultyEntry(ChainFault.HEAD, head.number)
        elif head.number > self.number:
            yield FaultyEntry(ChainFault.MISSING, self.number + 1)
        elif head.number < self.number or (self._trusted and head.hash != self._last):
            yield FaultyEntry(ChainFault.HEAD, head.number)
        for number in sorted(self.noted):
            yield FaultyEntry(ChainFault.MISSING if number > self.number else ChainFault.OTHER, number)

    def _is_ours(self, made: Callable[[bytes], str], kept: str) -> bool:
        return any(made(key) == kept for key in self.keys)


def faults_of(
    entries: Iterable[AuditEntry], head: AuditHead | None, *, keys: Sequence[bytes], noted: dict[int, str] | None = None
) -> list[FaultyEntry]:
    """All that is wrong with a chain."""
    check = ChainCheck(keys, dict(noted or {}))
    found = [fault for entry in entries for fault in check.see(entry)]
    return [*found, *check.end(head)]
