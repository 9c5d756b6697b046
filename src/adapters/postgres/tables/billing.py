"""Invoices, receipts and payouts. The lines of a document are part of it and never change alone: JSON in its row."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from adapters.postgres.tables import columns as c
from adapters.postgres.tables import tags as t


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
        t.held("Facturas"),
    )

    id: UUID = c.identity()
    agency_id: UUID = c.of_agency()
    number: str = c.sorted_text(t.tax("Número"))
    kind: str = c.code(t.tax("Clase"))
    contract_id: UUID = c.reference()
    client_id: UUID = c.owner()
    description: str = c.text(t.tax("Descripción"))
    period: str = c.code(t.tax("Periodo"))
    issued_on: date = c.day(t.tax("Fecha de emisión"))
    due_on: date = c.day(t.tax("Fecha de vencimiento"))
    status: str = c.code(t.tax("Estado"))
    subtotal: Decimal = c.money(t.tax("Subtotal"))
    vat: Decimal = c.money(t.tax("IVA"))
    withholdings: Decimal = c.money(t.tax("Retenciones"))
    total: Decimal = c.money(t.tax("Total"))
    paid: Decimal = c.money(t.tax("Pagado"))
    balance: Decimal = Field(
        sa_column=sa.Column(
            c.MONEY,
            sa.Computed("case when status = 'VOIDED' then 0 else total - paid end", persisted=True),
            nullable=False,
            info={"tag": t.tax("Saldo")},
        )
    )
    settled_outside: bool = c.flag(t.STRUCTURE)
    lines: list[dict[str, Any]] = c.json(t.tax("Renglones"))
    cufe: str | None = c.text(t.tax("CUFE"))
    cufe_issued_at: datetime | None = c.instant(t.tax("Fecha del CUFE"))
    import_digest: str | None = c.text(t.STRUCTURE)


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
        t.held("Recibos de pago"),
    )

    id: UUID = c.identity()
    agency_id: UUID = c.of_agency()
    receipt_number: str = c.sorted_text(t.tax("Número del recibo"))
    client_id: UUID = c.owner()
    paid_at: datetime = c.instant(t.tax("Fecha y hora"))
    amount: Decimal = c.money(t.tax("Valor"))
    credited: Decimal = c.money(t.tax("A saldo a favor"))
    credit_left: Decimal = c.zero_money(t.tax("Saldo a favor sin usar"))
    reversed: Decimal = c.zero_money(t.tax("Devuelto"))
    method: str = c.code(t.tax("Medio de pago"))
    status: str = c.code(t.tax("Estado"))
    gateway: str | None = c.code(t.tax("Pasarela"))
    gateway_reference: str | None = c.text(t.tax("Referencia de la pasarela"))
    intent_id: UUID | None = c.reference()
    verification_code: str = c.text(t.tax("Código de verificación"))
    import_digest: str | None = c.text(t.STRUCTURE)


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
        t.held("Aplicación de los pagos"),
    )

    agency_id: UUID = c.key_of_agency()
    payment_id: UUID = c.part_of_key()
    position: int = c.position(primary_key=True)
    invoice_id: UUID = c.reference()
    client_id: UUID = c.owner()
    amount: Decimal = c.money(t.tax("Valor"))
    reversed: Decimal = c.zero_money(t.tax("Devuelto"))
    from_credit: bool = c.no_yet(t.tax("De saldo a favor"))
    applied_at: datetime | None = c.instant(t.tax("Aplicado"))


class PayoutRow(SQLModel, table=True):
    __tablename__ = "payouts"
    __table_args__ = (
        sa.UniqueConstraint("agency_id", "id"),
        sa.UniqueConstraint("agency_id", "number"),
        c.belongs_to("contract_id", "contracts"),
        c.belongs_to("client_id", "clients"),
        sa.Index(None, "agency_id", "client_id", "paid_on", "number"),
        sa.Index(None, "agency_id", "paid_on", "number"),
        t.held("Egresos"),
    )

    id: UUID = c.identity()
    agency_id: UUID = c.of_agency()
    number: str = c.sorted_text(t.tax("Número"))
    contract_id: UUID = c.reference()
    client_id: UUID = c.owner()
    period: str = c.code(t.tax("Periodo"))
    paid_on: date = c.day(t.tax("Fecha"))
    net: Decimal = c.money(t.tax("Valor girado"))
    method: str | None = c.text(t.tax("Forma de pago"))
    bank_reference: str | None = c.text(t.tax("Referencia bancaria"))
    lines: list[dict[str, Any]] = c.json(t.tax("Renglones"))
    import_digest: str | None = c.text(t.STRUCTURE)
