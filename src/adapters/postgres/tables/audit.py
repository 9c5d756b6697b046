"""The record of what was done, hash-chained for each agency."""

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from adapters.postgres.tables import columns as c


class AuditEntryRow(SQLModel, table=True):
    """Append-only: the serving role may neither change nor remove rows, and a trigger refuses it to everybody. What
    was acted upon is no reference, so that it may go and the entry stays."""

    __tablename__ = "audit_entries"
    __table_args__ = (
        sa.UniqueConstraint("agency_id", "id"),
        sa.UniqueConstraint("agency_id", "number"),
        c.belongs_to("account_id", "accounts"),
        sa.Index(None, "agency_id", "entity_id", "number"),
    )

    id: UUID = c.identity()
    agency_id: UUID = c.of_agency()
    number: int = Field(sa_type=sa.BigInteger)
    at: datetime = c.instant()
    actor: str = c.text()
    account_id: UUID | None = c.reference()
    action: str = c.text()
    entity_type: str | None = c.text()
    entity_id: UUID | None = c.reference()
    changes: str = c.text()
    previous: str = c.text()
    hash: str = c.text()


class AuditHeadRow(SQLModel, table=True):
    """The last number and hash of an agency's chain, locked while the next is written; it only advances."""

    __tablename__ = "audit_heads"

    agency_id: UUID = c.key_of_agency()
    number: int = Field(sa_type=sa.BigInteger)
    hash: str = c.text()
    seal: str = c.text()
