"""The record of what was done, hash-chained for each agency."""

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import SQLModel

from adapters.postgres.tables import columns as c
from adapters.postgres.tables import tags as t


class AuditEntryRow(SQLModel, table=True):
    """Append-only: the serving role may neither change nor remove rows, and a trigger refuses it to everybody. What
    was acted upon is no reference, so that it may go and the entry stays. Neither clients nor their data are named in
    it, as it is never erased."""

    __tablename__ = "audit_entries"
    __table_args__ = (
        sa.UniqueConstraint("agency_id", "id"),
        sa.UniqueConstraint("agency_id", "number"),
        c.belongs_to("account_id", "accounts"),
        sa.Index(None, "agency_id", "entity_id", "number"),
        t.held("Registro de actos", t.Way("account_id", "accounts", "id"), t.Way("entity_id", "clients", "id")),
    )

    id: UUID = c.identity()
    agency_id: UUID = c.of_agency()
    number: int = c.whole(t.STRUCTURE, sa.BigInteger)
    at: datetime = c.instant(t.fact("Fecha y hora"))
    actor: str = c.text(t.AGENCY)
    account_id: UUID | None = c.reference()
    action: str = c.code(t.fact("Qué se hizo"))
    entity_type: str | None = c.code(t.fact("Sobre qué"))
    entity_id: UUID | None = c.reference()
    changes: str = c.text(t.STRUCTURE)
    previous: str = c.text(t.STRUCTURE)
    hash: str = c.text(t.STRUCTURE)


class AuditHeadRow(SQLModel, table=True):
    """The last number and hash of an agency's chain, locked while the next is written; it only advances."""

    __tablename__ = "audit_heads"

    agency_id: UUID = c.key_of_agency()
    number: int = c.whole(t.STRUCTURE, sa.BigInteger)
    hash: str = c.text(t.STRUCTURE)
    seal: str = c.text(t.STRUCTURE)
