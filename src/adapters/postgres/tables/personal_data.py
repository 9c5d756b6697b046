"""What people authorised, and what is left of those whose data was erased."""

from datetime import date, datetime
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import SQLModel

from adapters.postgres.tables import columns as c
from adapters.postgres.tables import tags as t


class ConsentRow(SQLModel, table=True):
    """Append-only: what somebody decided at some time about a purpose, under a version of the policy."""

    __tablename__ = "consents"
    __table_args__ = (
        sa.UniqueConstraint("agency_id", "id"),
        c.belongs_to("client_id", "clients"),
        c.belongs_to("account_id", "accounts"),
        sa.Index(None, "agency_id", "client_id", "at"),
        t.held("Autorizaciones de tratamiento de datos"),
    )

    id: UUID = c.identity()
    agency_id: UUID = c.of_agency()
    client_id: UUID = c.owner()
    purpose: str = c.code(t.proof("Finalidad"))
    granted: bool = c.flag(t.proof("Autoriza"))
    policy_version: str = c.text(t.proof("Versión de la política"))
    at: datetime = c.instant(t.proof("Fecha y hora"))
    channel: str = c.code(t.proof("Canal"))
    account_id: UUID = c.reference()


class KeptIdentityRow(SQLModel, table=True):
    """Who stands on the books' papers of a client whose data was erased: those papers are drawn with it, and nothing
    else reads it."""

    __tablename__ = "kept_identities"
    __table_args__ = (c.belongs_to("client_id", "clients"), t.held("Identidad en los documentos contables"))

    agency_id: UUID = c.key_of_agency()
    client_id: UUID = c.owner(primary_key=True)
    name: str = c.text(t.tax("Nombre"))
    document_type: str = c.code(t.tax("Tipo de documento"))
    document_number: str = c.text(t.tax("Número de documento"))
    check_digit: int | None = c.whole(t.tax("Dígito de verificación"))
    keep_until: date = c.day(t.tax("Se conserva hasta"))


class SuppressedDocumentRow(SQLModel, table=True):
    """Document numbers, under a keyed digest, of those whose data an import must not bring back."""

    __tablename__ = "suppressed_documents"
    __table_args__ = (c.belongs_to("client_id", "clients"), sa.Index(None, "agency_id", "client_id"))

    agency_id: UUID = c.key_of_agency()
    digest: str = c.part_of_key(sa.Text, t.INTERNAL_PROOF)
    client_id: UUID = c.owner()
    at: datetime = c.instant(t.STRUCTURE)
