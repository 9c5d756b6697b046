"""Files of PQRS, as use cases keep them and as they are read."""

from collections.abc import Collection, Mapping, Sequence
from typing import Protocol
from uuid import UUID

from domain.attachments import Attachment
from domain.ids import PqrsId
from domain.pqrs import PqrsActor


class Attachments(Protocol):
    async def count(self, pqrs_id: PqrsId, author: PqrsActor) -> int:
        """How many files of that side the case has. Exact until this work ends: whoever counts the same case's
        meanwhile waits."""
        ...

    async def add(self, files: Collection[tuple[Attachment, bytes]]) -> None:
        """Keep files with their content. A client adds the client's own to an own case, the staff any."""
        ...


class AttachmentReader(Protocol):
    """What is not the viewer's is absent, and so are files of the staff's notes for a client."""

    async def get_many(self, ids: Collection[UUID]) -> Mapping[UUID, Attachment]: ...

    async def of_cases(self, ids: Collection[UUID]) -> Mapping[UUID, Sequence[Attachment]]:
        """Those that came with the filing of each case, in their order; none of its messages."""
        ...

    async def of_messages(self, ids: Collection[UUID]) -> Mapping[UUID, Sequence[Attachment]]: ...

    async def contents(self, ids: Collection[UUID]) -> Mapping[UUID, bytes]:
        """What is in the files: megabytes, so only where a file itself is asked for."""
        ...
