"""Files of PQRS as they are read: what is known of them apart from what is in them."""

from collections.abc import Collection, Sequence
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from adapters.postgres.reading.listing import SnapshotReader
from adapters.postgres.repositories.attachments import ATTACHMENT, ATTACHMENTS
from application.ports.attachments import AttachmentReader
from application.ports.reading import Many
from domain.attachments import Attachment

IN_ORDER = (ATTACHMENTS.c.added_at, ATTACHMENTS.c.position, ATTACHMENTS.c.id)


class PostgresAttachmentReader(SnapshotReader, AttachmentReader):
    async def get_many(self, ids: Collection[UUID]) -> Many[Attachment]:
        rows = await self.source.rows(self._known().where(ATTACHMENTS.c.id.in_(ids)))
        return {row.id: ATTACHMENT.entity(row._mapping) for row in rows}

    async def of_cases(self, ids: Collection[UUID]) -> Many[Sequence[Attachment]]:
        of_filing = self._known().where(ATTACHMENTS.c.pqrs_id.in_(ids), ATTACHMENTS.c.message_id.is_(None))
        return await self._grouped(of_filing, "pqrs_id")

    async def of_messages(self, ids: Collection[UUID]) -> Many[Sequence[Attachment]]:
        return await self._grouped(self._known().where(ATTACHMENTS.c.message_id.in_(ids)), "message_id")

    async def contents(self, ids: Collection[UUID]) -> Many[bytes]:
        rows = await self.source.rows(
            self.select(ATTACHMENTS, ATTACHMENTS.c.id, ATTACHMENTS.c.content).where(ATTACHMENTS.c.id.in_(ids))
        )
        return {row.id: row.content for row in rows}

    def _known(self) -> sa.Select[Any]:
        return self.select(ATTACHMENTS, *ATTACHMENT.columns)

    async def _grouped(self, found: sa.Select[Any], parent: str) -> Many[Sequence[Attachment]]:
        grouped: dict[UUID, list[Attachment]] = {}
        for row in await self.source.rows(found.order_by(*IN_ORDER)):
            grouped.setdefault(row._mapping[parent], []).append(ATTACHMENT.entity(row._mapping))
        return grouped
