"""What becomes of a row that nothing keeps out."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Generic, TypeVar

R = TypeVar("R")


class Outcome(StrEnum):
    CREATED = "created"
    UPDATED = "updated"
    UNCHANGED = "unchanged"


@dataclass(frozen=True, slots=True)
class Meeting(Generic[R]):
    """A record that has met what is stored: how it counts, what is to be stored, and the digest to remember."""

    outcome: Outcome
    record: R
    digest: str


def meet(record: R, digest: str, stored_digest: str | None, *, exists: bool) -> Meeting[R]:
    """By digest alone, for what nobody edits in the portal."""
    if not exists:
        return Meeting(Outcome.CREATED, record, digest)
    return Meeting(Outcome.UNCHANGED if digest == stored_digest else Outcome.UPDATED, record, digest)
