"""PQRS, the history of their states, and what both sides wrote."""

from datetime import date, datetime
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import SQLModel

from adapters.postgres.tables import columns as c
from adapters.postgres.tables import tags as t


class PqrsRow(SQLModel, table=True):
    __tablename__ = "pqrs"
    __table_args__ = (
        sa.UniqueConstraint("agency_id", "id"),
        sa.UniqueConstraint("agency_id", "id", "client_id"),
        sa.UniqueConstraint("agency_id", "filing_number"),
        sa.UniqueConstraint("agency_id", "filed_by", "idempotency_key"),
        c.belongs_to("client_id", "clients"),
        c.belongs_to("filed_by", "accounts"),
        c.belongs_to("property_id", "properties"),
        c.belongs_to("contract_id", "contracts"),
        c.belongs_to("assignee_id", "accounts"),
        sa.Index(None, "agency_id", "client_id", "filed_at", "filing_number"),
        sa.Index(None, "agency_id", "filed_at", "filing_number"),
        sa.Index(None, "agency_id", "due_on", "filing_number"),
        sa.Index(None, "agency_id", "assignee_id", "filed_at"),
        t.held("PQRS"),
    )

    id: UUID = c.identity()
    agency_id: UUID = c.of_agency()
    filing_number: str = c.sorted_text(t.proof("Radicado"))
    client_id: UUID = c.owner()
    filed_by: UUID = c.reference()
    status: str = c.code(t.fact("Estado"))
    classification: str = c.code(t.fact("Clase"))
    subject: str = c.code(t.fact("Asunto"))
    start_on: date = c.day(t.fact("Fecha de inicio"))
    description: str = c.text(t.person("Descripción"))
    filed_at: datetime = c.instant(t.fact("Radicada"))
    term_from_on: date = c.day(t.fact("Desde cuándo corre el término"))
    due_on: date = c.day(t.fact("Fecha límite de respuesta"))
    idempotency_key: str = c.text(t.derived("{id}"))
    request_hash: str = c.text(t.DERIVED)
    property_id: UUID | None = c.reference()
    contract_id: UUID | None = c.reference()
    matter: str = c.code(t.fact("Materia"), sa_column_kwargs={"server_default": "GENERAL"})
    assignee_id: UUID | None = c.reference()
    extended_at: datetime | None = c.instant(t.fact("Prorrogada"))
    answered_at: datetime | None = c.instant(t.fact("Respondida"))
    closed_at: datetime | None = c.instant(t.fact("Cerrada"))


class PqrsEventRow(SQLModel, table=True):
    __tablename__ = "pqrs_events"
    __table_args__ = (
        c.belongs_to("pqrs_id", "pqrs"),
        c.belongs_to("client_id", "clients"),
        c.belongs_to("account_id", "accounts"),
        t.held("Historia de las PQRS"),
    )

    agency_id: UUID = c.key_of_agency()
    pqrs_id: UUID = c.part_of_key()
    position: int = c.position(primary_key=True)
    client_id: UUID = c.owner()
    at: datetime = c.instant(t.fact("Fecha y hora"))
    from_status: str | None = c.code(t.fact("Estado anterior"))
    to_status: str = c.code(t.fact("Estado"))
    by: str = c.code(t.fact("Quién"))
    note: str | None = c.text(t.INTERNAL)
    account_id: UUID | None = c.reference()
    due_on: date | None = c.day(t.fact("Fecha límite desde entonces"))


class PqrsMessageRow(SQLModel, table=True):
    """`position` counts over all messages of all cases, since who writes does not see all of the case's. Rows that are
    `internal` are the staff's own, and no part of what a client is told."""

    __tablename__ = "pqrs_messages"
    __table_args__ = (
        sa.UniqueConstraint("agency_id", "id"),
        sa.UniqueConstraint("agency_id", "id", "pqrs_id", "internal"),
        sa.UniqueConstraint("agency_id", "account_id", "idempotency_key"),
        c.belongs_to("pqrs_id", "pqrs"),
        c.belongs_to("client_id", "clients"),
        c.belongs_to("account_id", "accounts"),
        sa.Index(None, "agency_id", "pqrs_id", "position"),
        sa.Index(None, "agency_id", "client_id", "sent_at"),
        t.held("Mensajes de las PQRS", unless="internal"),
    )

    id: UUID = c.identity()
    agency_id: UUID = c.of_agency()
    pqrs_id: UUID = c.reference()
    position: int = c.counted()
    client_id: UUID = c.owner()
    author: str = c.code(t.fact("Quién"))
    account_id: UUID = c.reference()
    kind: str = c.code(t.fact("Clase"))
    body: str = c.text(t.person("Texto"))
    sent_at: datetime = c.instant(t.fact("Enviado"))
    internal: bool = c.flag(t.STRUCTURE)
    due_on: date | None = c.day(t.fact("Nueva fecha límite"))
    idempotency_key: str | None = c.text(t.DERIVED)
    request_hash: str | None = c.text(t.DERIVED)
