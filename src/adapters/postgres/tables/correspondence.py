"""When clients were reminded of what they owe."""

from datetime import date, datetime
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import SQLModel

from adapters.postgres.tables import columns as c
from adapters.postgres.tables import tags as t


class ContactRow(SQLModel, table=True):
    """Proof of how the law on collection was kept; one a day for each client at most."""

    __tablename__ = "contacts"
    __table_args__ = (
        sa.UniqueConstraint("agency_id", "client_id", "contacted_on"),
        c.belongs_to("client_id", "clients"),
        t.held("Recordatorios de pago"),
    )

    id: UUID = c.identity()
    agency_id: UUID = c.of_agency()
    client_id: UUID = c.owner()
    contacted_on: date = c.day(t.proof("Día"))
    at: datetime = c.instant(t.proof("Fecha y hora"))
    channel: str = c.code(t.proof("Medio"))
    kind: str = c.code(t.proof("Clase"))
    event: str = c.text(t.STRUCTURE)
