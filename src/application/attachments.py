"""Files that are sent with a case or a message: what is cheap to tell is told first, only what would be kept is looked
into, and it is kept with what it came with."""

import base64
import binascii
import hashlib
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import uuid4

from application.ports.files import FileInspector, FileProblem, FileRefused
from application.ports.unit_of_work import UnitOfWork
from domain.attachments import FILE_LIMIT, FILES_OF, Attachment, FileKind, safe_file_name
from domain.errors import FieldProblem, FieldProblemCode, InvalidInput, refuse
from domain.ids import AccountId, AttachmentId, PqrsMessageId
from domain.pqrs import Pqrs, PqrsActor


@dataclass(frozen=True, slots=True)
class SentFile:
    """A file as it arrives: the name its sender says it has, and base64."""

    file_name: str
    content_base64: str

    @property
    def fingerprint(self) -> tuple[str, str]:
        """Equal for equal files, however often they are sent."""
        return self.file_name, hashlib.sha256(self.content_base64.encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class ReceivedFile:
    """A file that nothing is wrong with as far as its size and its first bytes tell."""

    file_name: str
    content: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckedFile:
    """A file that can be kept."""

    file_name: str
    kind: FileKind
    content: bytes


def receive(sent: Sequence[SentFile], *, author: PqrsActor) -> tuple[tuple[ReceivedFile, ...], list[FieldProblem]]:
    """The files of a request, and what is wrong with them at first sight: on `attachments.N` what is empty, no base64
    or of no kind that is taken, and on `attachments` more files or bytes together than are taken at once (5 MB; as many
    as the side has in a case). Where anything is, none is received."""
    most = FILES_OF[author]
    if len(sent) > most:
        return (), [FieldProblem("attachments", FieldProblemCode.TOO_LONG, "too_many_files", limit=most)]
    contents = [_at_first_sight(f"attachments.{place}", file) for place, file in enumerate(sent)]
    problems = [content for content in contents if isinstance(content, FieldProblem)]
    received = [content for content in contents if isinstance(content, ReceivedFile)]
    if not problems and sum(len(file.content) for file in received) > FILE_LIMIT:
        together = FieldProblemCode.TOO_LONG, "files_too_large_together"
        problems = [FieldProblem("attachments", *together, subject=size_text(FILE_LIMIT))]
    return ((), problems) if problems else (tuple(received), [])


def _at_first_sight(field: str, sent: SentFile) -> ReceivedFile | FieldProblem:
    content = decoded(field, sent.content_base64)
    if isinstance(content, FieldProblem):
        return content
    if FileKind.of(content) is None:
        return problem_of_file(field, FileProblem.KIND)
    return ReceivedFile(sent.file_name, content)


@dataclass(frozen=True, slots=True)
class CheckFiles:
    """Look into all the files of a request, in no unit of work: looking takes long, and holds no connection then.

    For whoever signed in, once everything else about the request is found to be right: the time that it takes is
    shared by all. InvalidInput on `attachments.N` for each that cannot be kept.
    """

    inspector: FileInspector

    async def __call__(self, received: Sequence[ReceivedFile], *, sender: AccountId) -> tuple[CheckedFile, ...]:
        # One after another: a request has no claim to more than one worker at once.
        checked = [await self._checked(place, file, sender) for place, file in enumerate(received)]
        refuse(*(file for file in checked if isinstance(file, FieldProblem)))
        return tuple(file for file in checked if isinstance(file, CheckedFile))

    async def _checked(self, place: int, file: ReceivedFile, sender: AccountId) -> CheckedFile | FieldProblem:
        try:
            found = await self.inspector.attachment(file.content, sender=sender)
        except FileRefused as refused:
            return problem_of_file(f"attachments.{place}", refused.problem)
        return CheckedFile(
            file_name=safe_file_name(file.file_name, found.kind),
            kind=found.kind,
            content=found.content,
        )


async def must_fit(uow: UnitOfWork, case: Pqrs, files: int, *, author: PqrsActor) -> None:
    """InvalidInput on `attachments` where that side would have more in the case than it may."""
    most, there = FILES_OF[author], await uow.attachments.count(case.id, author)
    if there + files > most:
        reason = "too_many_files_of_case" if there else "too_many_files"
        raise InvalidInput(
            FieldProblem("attachments", FieldProblemCode.TOO_LONG, reason, limit=most, subject=str(there))
        )


async def attach(
    uow: UnitOfWork,
    case: Pqrs,
    files: Collection[CheckedFile],
    *,
    author: PqrsActor,
    at: datetime,
    message_id: PqrsMessageId | None = None,
    internal: bool = False,
) -> None:
    """Keep files with a case or with a message of it; InvalidInput where they do not fit (`must_fit`)."""
    if not files:
        return
    await must_fit(uow, case, len(files), author=author)
    kept = [
        (
            Attachment(
                id=AttachmentId(uuid4()),
                agency_id=case.agency_id,
                pqrs_id=case.id,
                client_id=case.client_id,
                author=author,
                added_at=at,
                position=position,
                file_name=file.file_name,
                content_type=file.kind,
                byte_size=len(file.content),
                sha256=hashlib.sha256(file.content).hexdigest(),
                message_id=message_id,
                internal=internal,
            ),
            file.content,
        )
        for position, file in enumerate(files, start=1)
    ]
    await uow.attachments.add(kept)


def decoded(field: str, text: str, *, limit: int = FILE_LIMIT) -> bytes | FieldProblem:
    """The content of a file that came as base64, or why there is none: empty, no base64, or more than `limit` bytes."""
    too_large = problem_of_file(field, FileProblem.TOO_LARGE, limit=limit)
    if len(text) // 4 * 3 > limit + 3:
        return too_large
    try:
        content = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return FieldProblem(field, FieldProblemCode.INVALID, "base64")
    if not content:
        return FieldProblem(field, FieldProblemCode.REQUIRED, "file_empty")
    return too_large if len(content) > limit else content


def problem_of_file(field: str, problem: FileProblem, *, limit: int = FILE_LIMIT) -> FieldProblem:
    """A refused file as the problem of a field."""
    if problem is FileProblem.TOO_LARGE:
        return FieldProblem(field, FieldProblemCode.TOO_LONG, problem.value, limit=limit, subject=size_text(limit))
    return FieldProblem(field, FieldProblemCode.INVALID, problem.value)


def size_text(size: int) -> str:
    """Bytes as people say them: «5 MB», «200 KB»."""
    return f"{size // 1024 // 1024} MB" if size >= 1024 * 1024 else f"{size // 1024} KB"
