"""What runs in a worker process: looking into one file at a time."""

import resource
from contextlib import suppress

from adapters.files.pdfs import looked_into
from adapters.files.pictures import Frame, redrawn
from application.ports.files import FileProblem, FileRefused, InspectedFile
from domain.attachments import FILE_LIMIT, FileKind

ATTACHED = Frame(side=4096, size=FILE_LIMIT)
"""Pixels to see a crack in a wall by, or to read a letter."""
PRINTED = Frame(side=1200, size=200 * 1024)
"""Twice what documents print of a logo."""
_MEMORY = 1024 * 1024 * 1024
"""Bytes that a worker may take: no file that is accepted needs half of it."""


def prepare() -> None:
    """A file that would fill the memory ends its worker, and nothing else."""
    with suppress(ValueError, OSError):  # not every system has this limit
        resource.setrlimit(resource.RLIMIT_DATA, (_MEMORY, _MEMORY))


def attachment(content: bytes) -> InspectedFile | FileProblem:
    """A PDF as it is, or a picture made anew; the problem of any other file."""
    return _judged(content, ATTACHED, frozenset(FileKind))


def logo(content: bytes) -> InspectedFile | FileProblem:
    """A picture made anew, small enough for every document."""
    return _judged(content, PRINTED, frozenset({FileKind.JPEG, FileKind.PNG}))


def _judged(content: bytes, frame: Frame, accepted: frozenset[FileKind]) -> InspectedFile | FileProblem:
    kind = FileKind.of(content)
    if kind is None or kind not in accepted:
        return FileProblem.KIND
    try:
        return looked_into(content) if kind is FileKind.PDF else redrawn(content, kind, frame)
    except FileRefused as refused:
        return refused.problem
    except MemoryError:
        return FileProblem.HUGE
