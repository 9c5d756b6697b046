"""Files of PQRS in memory, and one who looks into files without opening any."""

import asyncio
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from uuid import UUID

from application.access import Scope
from application.ports.attachments import AttachmentReader, Attachments
from application.ports.files import FileInspector, FileProblem, FileRefused, InspectedFile
from application.ports.reading import Many
from domain.attachments import Attachment, FileKind
from domain.ids import PqrsId
from domain.pqrs import PqrsActor
from tests.fakes.reading.listing import FakeReader
from tests.fakes.store import FakeStore, Sight


@dataclass
class FakeAttachments(Attachments):
    store: FakeStore
    scope: Scope

    async def count(self, pqrs_id: PqrsId, author: PqrsActor) -> int:
        sight = Sight(self.store, self.scope)
        seen = [file for file, _ in self.store.attachments.values() if sight.sees_file(file)]
        return sum((file.pqrs_id, file.author) == (pqrs_id, author) for file in seen)

    async def add(self, files: Collection[tuple[Attachment, bytes]]) -> None:
        sight = Sight(self.store, self.scope)
        for file, content in files:
            own = file.author is PqrsActor.CLIENT or sight.is_staff
            if not sight.sees_file(file) or not own or not self._belongs(file):
                raise PermissionError("row-level security")
            self.store.attachments[file.id] = (file, content)

    def _belongs(self, file: Attachment) -> bool:
        """Where it says: on a case of its client's, and with a message of that case, internal where the file is."""
        case = self.store.pqrs[file.pqrs_id]
        message = self.store.pqrs_messages[file.message_id] if file.message_id else None
        with_it = message is None or (message.pqrs_id, message.internal) == (file.pqrs_id, file.internal)
        return case.client_id == file.client_id and with_it


class FakeAttachmentReader(FakeReader, AttachmentReader):
    async def get_many(self, ids: Collection[UUID]) -> Many[Attachment]:
        return {file.id: file for file in self._seen() if file.id in ids}

    async def of_cases(self, ids: Collection[UUID]) -> Many[Sequence[Attachment]]:
        found: dict[UUID, list[Attachment]] = {}
        for file in self._seen():
            if file.pqrs_id in ids and file.message_id is None:
                found.setdefault(file.pqrs_id, []).append(file)
        return found

    async def of_messages(self, ids: Collection[UUID]) -> Many[Sequence[Attachment]]:
        found: dict[UUID, list[Attachment]] = {}
        for file in self._seen():
            if file.message_id is not None and file.message_id in ids:
                found.setdefault(file.message_id, []).append(file)
        return found

    async def contents(self, ids: Collection[UUID]) -> Many[bytes]:
        return {file.id: self.store.attachments[file.id][1] for file in self._seen() if file.id in ids}

    def _seen(self) -> list[Attachment]:
        seen = [file for file, _ in self.store.attachments.values() if self.sight.sees_file(file)]
        return sorted(seen, key=lambda file: (file.added_at, file.position, file.id))


class FakeFileInspector(FileInspector):
    """Believes the first bytes; the word DAMAGED in a file makes it damaged. `looked` holds every content, in order;
    a content in `endless` is looked into until its event is set."""

    def __init__(self) -> None:
        self.looked: list[bytes] = []
        self.endless: dict[bytes, asyncio.Event] = {}

    async def attachment(self, content: bytes, *, sender: UUID) -> InspectedFile:
        return await self._look(content, frozenset(FileKind))

    async def logo(self, content: bytes, *, sender: UUID) -> InspectedFile:
        return await self._look(content, frozenset({FileKind.PNG, FileKind.JPEG}))

    async def _look(self, content: bytes, accepted: frozenset[FileKind]) -> InspectedFile:
        self.looked.append(content)
        if content in self.endless:
            await self.endless[content].wait()
        kind = FileKind.of(content)
        if kind not in accepted or kind is None:
            raise FileRefused(FileProblem.KIND)
        if b"DAMAGED" in content:
            raise FileRefused(FileProblem.DAMAGED)
        return InspectedFile(kind, content)
