"""Looking into files that people send, where looking can do no harm."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol
from uuid import UUID

from domain.attachments import FileKind


class FileProblem(StrEnum):
    """Why a file is not taken.

    KIND: none of those that are accepted. DAMAGED: it calls itself one, and cannot be read as one to its end.
    TOO_LARGE: more bytes than are accepted. HUGE: more pixels, or more bytes once unpacked. LOCKED: a PDF that asks
    for a password. ACTIVE: a PDF that does something when it is opened or used, or holds other files. TRAILING: a PDF
    with something after its end.
    """

    KIND = "file_kind"
    DAMAGED = "file_damaged"
    TOO_LARGE = "file_too_large"
    HUGE = "file_huge"
    LOCKED = "file_locked"
    ACTIVE = "file_active"
    TRAILING = "file_trailing"


class FileRefused(Exception):
    """The file is not taken, and why."""

    def __init__(self, problem: FileProblem) -> None:
        super().__init__(problem.value)
        self.problem = problem


@dataclass(frozen=True, slots=True)
class InspectedFile:
    """What of a file is kept, and what it is."""

    kind: FileKind
    content: bytes


class FileInspector(Protocol):
    """Judges a file by its content alone. Pictures are made anew, upright and without anything that is no picture
    (place and camera included); PDFs stay as they came, to the byte, so that signatures in them stand.

    `sender` is the account that sends it, or the agency where its operator does: however many files one sends, the
    others' are looked into meanwhile. Raises FileRefused; Busy when too many files wait, Unavailable when nobody can
    look.
    """

    async def attachment(self, content: bytes, *, sender: UUID) -> InspectedFile: ...

    async def logo(self, content: bytes, *, sender: UUID) -> InspectedFile:
        """A picture of the size that documents and pages need, PNG or JPEG as it came; a PDF is refused (KIND)."""
        ...
