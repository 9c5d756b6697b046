"""Invoices, receipts and payouts. The lines of a document are part of it and never change alone: JSON in its row."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from adapters.postgres.tables import columns as c


class InvoiceRow(SQLModel, table=True):
    """`balance` is computed by the database, so that lists, sums and filters cannot disagree about it."""

    __tablename__ = "invoices"
    __table_args__ = (
        sa.UniqueConstraint("agency_id", "id"),
        sa.UniqueConstraint("agency_id", "number"),
        c.belongs_to("contract_id", "contracts"),
        c.belongs_to("client_id", "clients"),
        sa.CheckConstraint("paid >= 0 and paid <= total", name="paid_within_total"),
        sa.CheckConstraint("total = subtotal + vat - withholdings", name="total_of_parts"),
        sa.Index(None, "agency_id", "client_id", "issued_on", "number"),
        sa.Index(None, "agency_id", "contract_id", "issued_on", "number"),
        sa.Index(None, "agency_id", "issued_on", "number"),
        sa.Index("ix_invoices_open", "agency_id", "client_id", "due_on", postgresql_where=sa.text("balance > 0")),
    )

    id: UUID = c.identity()
    agency_id: UUID = c.of_agency()
    number: str = c.sorted_text()
    kind: str = c.text()
    contract_id: UUID = c.reference()
    client_id: UUID = c.reference()
    description: str = c.text()
    period: str = c.text()
    issued_on: date
    due_on: date
    status: str = c.text()
    subtotal: Decimal = c.money()
    vat: Decimal = c.money()
    withholdings: Decimal = c.money()
    total: Decimal = c.money()
    paid: Decimal = c.money()
    balance: Decimal = Field(
        sa_column=sa.Column(
            c.MONEY,
            sa.Computed("case when status = 'VOIDED' then 0 else total - paid end", persisted=True),
            nullable=False,
        )
    )
    settled_outside: bool
    lines: list[dict[str, Any]] = c.json()
    cufe: str | None = c.text()
    cufe_issued_at: datetime | None = c.instant()
    import_digest: str | None = c.text()


class PaymentRow(SQLModel, table=True):
    """`verification_code` is unique over all agencies: whoever holds the paper knows only that. Of a receipt that was
    made here a trigger lets only `status`, `reversed` and `credit_left` change, and none be removed."""

    __tablename__ = "payments"
    __table_args__ = (
        sa.UniqueConstraint("agency_id", "id"),
        sa.UniqueConstraint("agency_id", "receipt_number"),
        sa.UniqueConstraint("verification_code"),
        c.belongs_to("client_id", "clients"),
        c.belongs_to("intent_id", "payment_intents"),
        sa.CheckConstraint("amount > 0 and credited >= 0 and credited <= amount", name="credited_within_amount"),
        sa.CheckConstraint("credit_left >= 0 and credit_left <= credited", name="credit_left_within_credited"),
        sa.CheckConstraint("reversed >= 0 and reversed <= amount", name="reversed_within_amount"),
        sa.CheckConstraint("(status = 'REVERSED') = (reversed = amount)", name="reversed_when_nothing_is_left"),
        sa.Index(None, "agency_id", "client_id", "paid_at", "receipt_number"),
        sa.Index(None, "agency_id", "paid_at", "receipt_number"),
        sa.Index(None, "agency_id", "gateway_reference"),
        sa.Index(None, "agency_id", "intent_id"),
        sa.Index("ix_payments_credit", "agency_id", "client_id", postgresql_where=sa.text("credit_left > 0")),
    )

    id: UUID = c.identity()
    agency_id: UUID = c.of_agency()
    receipt_number: str = c.sorted_text()
    client_id: UUID = c.reference()
    paid_at: datetime = c.instant()
    amount: Decimal = c.money()
    credited: Decimal = c.money()
    credit_left: Decimal = c.zero_money()
    reversed: Decimal = c.zero_money()
    method: str = c.text()
    status: str = c.text()
    gateway: str | None = c.text()
    gateway_reference: str | None = c.text()
    intent_id: UUID | None = c.reference()
    verification_code: str = c.text()
    import_digest: str | None = c.text()


class PaymentAllocationRow(SQLModel, table=True):
    """What of a receipt pays an invoice: from the start, or `from_credit` at a later time (`applied_at`)."""

    __tablename__ = "payment_allocations"
    __table_args__ = (
        c.belongs_to("payment_id", "payments"),
        c.belongs_to("invoice_id", "invoices"),
        c.belongs_to("client_id", "clients"),
        sa.CheckConstraint("amount > 0", name="amount_positive"),
        sa.CheckConstraint("reversed >= 0 and reversed <= amount", name="reversed_within_amount"),
        sa.CheckConstraint("from_credit = (applied_at is not null)", name="credit_applied_some_time"),
        sa.Index(None, "agency_id", "invoice_id"),
    )

    agency_id: UUID = c.key_of_agency()
    payment_id: UUID = c.part_of_key()
    position: int = Field(sa_type=sa.Integer, primary_key=True)
    invoice_id: UUID = c.reference()
    client_id: UUID = c.reference()
    amount: Decimal = c.money()
    reversed: Decimal = c.zero_money()
    from_credit: bool = c.no_yet()
    applied_at: datetime | None = c.instant()


class PayoutRow(SQLModel, table=True):
    __tablename__ = "payouts"
    __table_args__ = (
        sa.UniqueConstraint("agency_id", "id"),
        sa.UniqueConstraint("agency_id", "number"),
        c.belongs_to("contract_id", "contracts"),
        c.belongs_to("client_id", "clients"),
        sa.Index(None, "agency_id", "client_id", "paid_on", "number"),
        sa.Index(None, "agency_id", "paid_on", "number"),
    )

    id: UUID = c.identity()
    agency_id: UUID = c.of_agency()
    number: str = c.sorted_text()
    contract_id: UUID = c.reference()
    client_id: UUID = c.reference()
    period: str = c.text()
    paid_on: date
    net: Decimal = c.money()
    method: str | None = c.text()
    bank_reference: str | None = c.text()
    lines: list[dict[str, Any]] = c.json()
    import_digest: str | None = c.text()
