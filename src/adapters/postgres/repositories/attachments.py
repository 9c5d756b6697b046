"""Files of PQRS in Postgres, the writing side."""

from collections.abc import Collection

import sqlalchemy as sa

from adapters.postgres.mapping import Mapper
from adapters.postgres.repositories.pqrs import PQRS
from adapters.postgres.scoping import ScopedRepository, table_of
from adapters.postgres.tables import AttachmentRow
from application.ports.attachments import Attachments
from domain.attachments import Attachment
from domain.ids import PqrsId
from domain.pqrs import PqrsActor

ATTACHMENTS = table_of(AttachmentRow)
ATTACHMENT = Mapper(Attachment, ATTACHMENTS)


class PostgresAttachments(ScopedRepository, Attachments):
    async def count(self, pqrs_id: PqrsId, author: PqrsActor) -> int:
        # Whoever counts has the case until the end, so that two who add at once do not both find room.
        await self.connection.execute(self.select(PQRS, PQRS.c.id).where(PQRS.c.id == pqrs_id).with_for_update())
        counted = self.select(ATTACHMENTS, sa.func.count()).where(
            ATTACHMENTS.c.pqrs_id == pqrs_id, ATTACHMENTS.c.author == author.value
        )
        return int((await self.connection.execute(counted)).scalar_one())

    async def add(self, files: Collection[tuple[Attachment, bytes]]) -> None:
        rows = [ATTACHMENT.values(file) | {"content": content} for file, content in files]
        await self.write(sa.insert(ATTACHMENTS), rows)
