"""What becomes of a row that nothing keeps out."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Generic, Protocol, TypeVar

R = TypeVar("R")


class Outcome(StrEnum):
    CREATED = "created"
    UPDATED = "updated"
    UNCHANGED = "unchanged"


@dataclass(frozen=True, slots=True)
class Meeting(Generic[R]):
    """A record that has met what is stored: how it counts, what is to be stored if `write`, the digest to remember."""

    outcome: Outcome
    record: R
    digest: str
    write: bool


class Stored(Protocol):
    """A row that exists; `digest` is None where no import wrote it."""

    @property
    def digest(self) -> str | None: ...


@dataclass(frozen=True, slots=True)
class StoredRow:
    digest: str | None


def meet(record: R, digest: str, stored: Stored | None) -> Meeting[R]:
    """By digest alone, for what nobody edits in the portal."""
    if stored is None:
        return Meeting(Outcome.CREATED, record, digest, write=True)
    changed = digest != stored.digest
    return Meeting(Outcome.UPDATED if changed else Outcome.UNCHANGED, record, digest, write=changed)
