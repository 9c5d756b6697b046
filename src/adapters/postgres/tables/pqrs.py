"""PQRS and the history of their states."""

from datetime import date, datetime
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import SQLModel

from adapters.postgres.tables import columns as c


class PqrsRow(SQLModel, table=True):
    __tablename__ = "pqrs"
    __table_args__ = (
        sa.UniqueConstraint("agency_id", "id"),
        sa.UniqueConstraint("agency_id", "filing_number"),
        sa.UniqueConstraint("agency_id", "filed_by", "idempotency_key"),
        c.belongs_to("client_id", "clients"),
        c.belongs_to("filed_by", "accounts"),
        c.belongs_to("property_id", "properties"),
        c.belongs_to("contract_id", "contracts"),
        sa.Index(None, "agency_id", "client_id", "filed_at", "filing_number"),
        sa.Index(None, "agency_id", "filed_at", "filing_number"),
    )

    id: UUID = c.identity()
    agency_id: UUID = c.of_agency()
    filing_number: str = c.sorted_text()
    client_id: UUID = c.reference()
    filed_by: UUID = c.reference()
    status: str = c.text()
    classification: str = c.text()
    subject: str = c.text()
    start_on: date
    description: str = c.text()
    filed_at: datetime = c.instant()
    due_on: date
    idempotency_key: str = c.text()
    request_hash: str = c.text()
    property_id: UUID | None = c.reference()
    contract_id: UUID | None = c.reference()
    answered_at: datetime | None = c.instant()
    closed_at: datetime | None = c.instant()


class PqrsEventRow(SQLModel, table=True):
    __tablename__ = "pqrs_events"
    __table_args__ = (c.belongs_to("pqrs_id", "pqrs"), c.belongs_to("client_id", "clients"))

    agency_id: UUID = c.key_of_agency()
    pqrs_id: UUID = c.part_of_key()
    position: int = c.part_of_key(sa.Integer)
    client_id: UUID = c.reference()
    at: datetime = c.instant()
    from_status: str | None = c.text()
    to_status: str = c.text()
    by: str = c.text()
    note: str | None = c.text()
