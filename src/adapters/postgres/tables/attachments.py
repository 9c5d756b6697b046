"""Files that go with PQRS."""

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import SQLModel

from adapters.postgres.tables import columns as c
from adapters.postgres.tables import tags as t


class AttachmentRow(SQLModel, table=True):
    """`content` is read only where a file is asked for: lists are made of the other columns."""

    __tablename__ = "attachments"
    __table_args__ = (
        sa.UniqueConstraint("agency_id", "id"),
        # With the client, so that nobody hangs a file of one client's on a case of another's.
        c.belongs_to("pqrs_id", "pqrs", "client_id"),
        # With what the message is, so that a file of a note is not shown to the client by mistake.
        c.belongs_to("message_id", "pqrs_messages", "pqrs_id", "internal"),
        c.belongs_to("client_id", "clients"),
        sa.CheckConstraint("author = 'AGENCY' or not internal", name="internal_of_agency"),
        sa.Index(None, "agency_id", "pqrs_id", "author"),
        sa.Index(None, "agency_id", "message_id"),
        t.held("Archivos adjuntos", removed=True, unless="internal"),
    )

    id: UUID = c.identity()
    agency_id: UUID = c.of_agency()
    pqrs_id: UUID = c.reference()
    message_id: UUID | None = c.reference()
    client_id: UUID = c.owner()
    author: str = c.code(t.fact("De quién viene"))
    internal: bool = c.flag(t.STRUCTURE)
    added_at: datetime = c.instant(t.fact("Recibido"))
    position: int = c.position()
    file_name: str = c.text(t.person("Nombre"))
    content_type: str = c.code(t.fact("Tipo"))
    byte_size: int = c.whole(t.fact("Tamaño en bytes"))
    sha256: str = c.text(t.DERIVED)
    content: bytes = c.blob(t.person("Contenido"))
