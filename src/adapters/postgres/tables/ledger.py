"""Facts about money that are never changed (journals, reversals), and what the staff have to look at."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import SQLModel

from adapters.postgres.tables import columns as c
from adapters.postgres.tables import tags as t


class LedgerJournalRow(SQLModel, table=True):
    """Append-only: the serving role may neither change nor remove rows, and a trigger refuses it to everybody. A
    deferred trigger demands that the entries sum to zero."""

    __tablename__ = "ledger_journals"
    __table_args__ = (
        sa.UniqueConstraint("agency_id", "id"),
        sa.UniqueConstraint("agency_id", "key"),
        c.belongs_to("client_id", "clients"),
        c.belongs_to("payment_id", "payments"),
        c.belongs_to("intent_id", "payment_intents"),
        c.belongs_to("by", "accounts"),
        sa.Index(None, "agency_id", "client_id", "at"),
        sa.Index(None, "agency_id", "payment_id"),
        sa.Index(None, "agency_id", "intent_id"),
        t.held("Asientos"),
    )

    id: UUID = c.identity()
    agency_id: UUID = c.of_agency()
    key: str = c.text(t.STRUCTURE)
    kind: str = c.code(t.tax("Clase"))
    client_id: UUID = c.owner()
    at: datetime = c.instant(t.tax("Fecha y hora"))
    payment_id: UUID | None = c.reference()
    intent_id: UUID | None = c.reference()
    by: UUID | None = c.reference()
    note: str | None = c.text(t.INTERNAL_TAX)


class LedgerEntryRow(SQLModel, table=True):
    __tablename__ = "ledger_entries"
    __table_args__ = (
        c.belongs_to("journal_id", "ledger_journals"),
        c.belongs_to("invoice_id", "invoices"),
        sa.CheckConstraint("amount <> 0", name="says_something"),
        sa.CheckConstraint("(account = 'RECEIVABLE') = (invoice_id is not null)", name="invoice_of_receivable"),
        sa.Index(None, "agency_id", "invoice_id"),
        t.held("Renglones de los asientos"),
    )

    agency_id: UUID = c.key_of_agency()
    journal_id: UUID = c.owner(primary_key=True)
    position: int = c.position(primary_key=True)
    account: str = c.code(t.tax("Cuenta"))
    amount: Decimal = c.money(t.tax("Valor"))
    invoice_id: UUID | None = c.reference()


class PaymentReversalRow(SQLModel, table=True):
    """Append-only, like the journals."""

    __tablename__ = "payment_reversals"
    __table_args__ = (
        sa.UniqueConstraint("agency_id", "id"),
        c.belongs_to("payment_id", "payments"),
        c.belongs_to("client_id", "clients"),
        c.belongs_to("by", "accounts"),
        sa.CheckConstraint("amount > 0", name="amount_positive"),
        sa.Index(None, "agency_id", "payment_id"),
        t.held("Devoluciones y reversos"),
    )

    id: UUID = c.identity()
    agency_id: UUID = c.of_agency()
    payment_id: UUID = c.reference()
    client_id: UUID = c.owner()
    kind: str = c.code(t.tax("Clase"))
    amount: Decimal = c.money(t.tax("Valor"))
    reason: str = c.text(t.INTERNAL_TAX)
    at: datetime = c.instant(t.tax("Fecha y hora"))
    by: UUID | None = c.reference()


class RefundRow(SQLModel, table=True):
    """Requests to return a charge through its gateway; at most one open for each charge."""

    __tablename__ = "refunds"
    __table_args__ = (
        sa.UniqueConstraint("agency_id", "id"),
        c.belongs_to("intent_id", "payment_intents"),
        c.belongs_to("requested_by", "accounts"),
        c.belongs_to("resolved_by", "accounts"),
        sa.CheckConstraint("amount > 0", name="amount_positive"),
        sa.Index(None, "agency_id", "intent_id"),
        sa.Index(
            "uq_refunds_open",
            "agency_id",
            "intent_id",
            "charge_id",
            unique=True,
            postgresql_where=sa.text("status = 'REQUESTED'"),
        ),
        t.held("Reembolsos"),
    )

    id: UUID = c.identity()
    agency_id: UUID = c.of_agency()
    intent_id: UUID = c.owner()
    charge_id: str = c.text(t.tax("Cargo"))
    amount: Decimal = c.money(t.tax("Valor"))
    status: str = c.code(t.tax("Estado"))
    reason: str = c.text(t.INTERNAL_TAX)
    requested_at: datetime = c.instant(t.tax("Pedido"))
    requested_by: UUID | None = c.reference()
    gateway_id: str | None = c.text(t.tax("Número en la pasarela"))
    resolved_at: datetime | None = c.instant(t.tax("Resuelto"))
    resolved_by: UUID | None = c.reference()
    note: str | None = c.text(t.INTERNAL_TAX)


class RequestKeyRow(SQLModel, table=True):
    """Idempotency keys of acts that move money here: what each account's key was answered with."""

    __tablename__ = "request_keys"
    __table_args__ = (c.belongs_to("account_id", "accounts"), t.held(removed=True))

    agency_id: UUID = c.key_of_agency()
    account_id: UUID = c.owner(primary_key=True)
    key: str = c.part_of_key(sa.Text, t.DERIVED)
    request_hash: str = c.text(t.DERIVED)
    result_id: UUID = c.reference()


class FindingRow(SQLModel, table=True):
    __tablename__ = "findings"
    __table_args__ = (
        sa.UniqueConstraint("agency_id", "id"),
        sa.UniqueConstraint("agency_id", "key"),
        c.belongs_to("client_id", "clients"),
        c.belongs_to("intent_id", "payment_intents"),
        c.belongs_to("payment_id", "payments"),
        c.belongs_to("resolved_by", "accounts"),
        sa.Index(None, "agency_id", "at", "id"),
        sa.Index(None, "agency_id", "intent_id"),
    )

    id: UUID = c.identity()
    agency_id: UUID = c.of_agency()
    kind: str = c.code(t.STRUCTURE)
    key: str = c.text(t.STRUCTURE)
    at: datetime = c.instant(t.STRUCTURE)
    reference: str | None = c.text(t.STRUCTURE)
    client_id: UUID | None = c.owner()
    intent_id: UUID | None = c.reference()
    payment_id: UUID | None = c.reference()
    amount: Decimal | None = c.money(t.STRUCTURE)
    detail: str = c.text(t.INTERNAL)
    due_on: date | None = c.day(t.STRUCTURE)
    resolved_at: datetime | None = c.instant(t.STRUCTURE)
    resolved_by: UUID | None = c.reference()
    note: str | None = c.text(t.INTERNAL)


class ReconciliationRow(SQLModel, table=True):
    """The report of one day: its figures, as they stood when it was made."""

    __tablename__ = "reconciliations"
    __table_args__ = (sa.UniqueConstraint("agency_id", "id"), sa.UniqueConstraint("agency_id", "on"))

    id: UUID = c.identity()
    agency_id: UUID = c.of_agency()
    on: date = c.day(t.AGENCY)
    at: datetime = c.instant(t.AGENCY)
    figures: dict[str, Any] = c.json(t.AGENCY)
