"""Paying online: merchant accounts, attempts of the payer, what the gateway reported."""

from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import SQLModel

from adapters.postgres.tables import columns as c
from adapters.postgres.tables import tags as t


class GatewayAccountRow(SQLModel, table=True):
    """An agency's merchant account. `public_key` is the opaque last part of its notification address; `settings`
    holds what is no secret, `secrets` the credentials, encrypted."""

    __tablename__ = "gateway_accounts"
    __table_args__ = (
        sa.UniqueConstraint("agency_id", "id"),
        sa.UniqueConstraint("agency_id", "gateway"),
        sa.UniqueConstraint("public_key"),
    )

    id: UUID = c.identity()
    agency_id: UUID = c.of_agency()
    gateway: str = c.code(t.AGENCY)
    public_key: str = c.text(t.AGENCY)
    enabled: bool = c.flag(t.AGENCY)
    settings: dict[str, Any] = c.json(t.AGENCY)
    secrets: str | None = c.text(t.SECRET)


class PaymentIntentRow(SQLModel, table=True):
    """`asked_at` is when the gateway was last asked, answered or not: who asks next waits for a while. `queried_at` is
    when it last answered, `next_check_at` when it is to be asked next. Until `opening_until` somebody is opening the
    checkout."""

    __tablename__ = "payment_intents"
    __table_args__ = (
        sa.UniqueConstraint("agency_id", "id"),
        sa.UniqueConstraint("agency_id", "reference"),
        sa.UniqueConstraint("agency_id", "client_id", "idempotency_key"),
        c.belongs_to("client_id", "clients"),
        c.belongs_to("gateway_account_id", "gateway_accounts"),
        sa.CheckConstraint("amount > 0", name="amount_positive"),
        sa.Index(None, "agency_id", "client_id", "created_at"),
        sa.Index(None, "agency_id", "created_at", "reference"),
        sa.Index(None, "agency_id", "status", "created_at"),
        sa.Index(None, "agency_id", "next_check_at", postgresql_where=sa.text("next_check_at is not null")),
        t.held("Pagos en línea"),
    )

    id: UUID = c.identity()
    agency_id: UUID = c.of_agency()
    client_id: UUID = c.owner()
    gateway_account_id: UUID = c.reference()
    reference: str = c.text(t.tax("Referencia"))
    gateway: str = c.code(t.tax("Pasarela"))
    amount: Decimal = c.money(t.tax("Valor"))
    status: str = c.code(t.tax("Estado"))
    status_reason: str | None = c.text(t.tax("Motivo"))
    method: str | None = c.code(t.tax("Medio de pago"))
    gateway_reference: str | None = c.text(t.tax("Referencia de la pasarela"))
    created_at: datetime = c.instant(t.tax("Empezado"))
    expires_at: datetime | None = c.instant(t.tax("Vence"))
    return_url: str = c.text(t.DERIVED)
    idempotency_key: str = c.text(t.derived("{id}"))
    request_hash: str = c.text(t.DERIVED)
    checkout: dict[str, Any] | None = c.json(t.person("Datos enviados a la pasarela"))
    queried_at: datetime | None = c.instant(t.STRUCTURE)
    asked_at: datetime | None = c.instant(t.STRUCTURE)
    opening_until: datetime | None = c.instant(t.STRUCTURE)
    next_check_at: datetime | None = c.instant(t.STRUCTURE)
    dispute: str = c.code(t.tax("Disputa"), sa_column_kwargs={"server_default": "NONE"})
    transaction_hints: list[str] = c.texts(t.STRUCTURE, sa_column_kwargs={"server_default": "{}"})


class PaymentIntentInvoiceRow(SQLModel, table=True):
    """The frozen part of each invoice. `live` while the attempt may still end in money: the partial unique index
    lets an invoice have one live attempt."""

    __tablename__ = "payment_intent_invoices"
    __table_args__ = (
        c.belongs_to("intent_id", "payment_intents"),
        c.belongs_to("invoice_id", "invoices"),
        c.belongs_to("client_id", "clients"),
        sa.Index(
            "uq_payment_intent_invoices_live",
            "agency_id",
            "invoice_id",
            unique=True,
            postgresql_where=sa.text("live"),
        ),
        t.held("Facturas de los pagos en línea"),
    )

    agency_id: UUID = c.key_of_agency()
    intent_id: UUID = c.part_of_key()
    invoice_id: UUID = c.part_of_key()
    client_id: UUID = c.owner()
    position: int = c.position()
    amount: Decimal = c.money(t.tax("Valor"))
    live: bool = c.flag(t.STRUCTURE)


class PaymentIntentKeyRow(SQLModel, table=True):
    """Other idempotency keys under which a client was given an intent that was open already."""

    __tablename__ = "payment_intent_keys"
    __table_args__ = (
        c.belongs_to("client_id", "clients"),
        c.belongs_to("intent_id", "payment_intents"),
        sa.Index(None, "agency_id", "intent_id"),
        t.held(removed=True),
    )

    agency_id: UUID = c.key_of_agency()
    client_id: UUID = c.owner(primary_key=True)
    key: str = c.part_of_key(sa.Text, t.DERIVED)
    request_hash: str = c.text(t.DERIVED)
    intent_id: UUID = c.reference()


class GatewayTransactionRow(SQLModel, table=True):
    """One try of the payer at the gateway, in the newest state that was reported."""

    __tablename__ = "gateway_transactions"
    __table_args__ = (
        c.belongs_to("gateway_account_id", "gateway_accounts"),
        c.belongs_to("intent_id", "payment_intents"),
        c.belongs_to("payment_id", "payments"),
        sa.Index(None, "agency_id", "intent_id"),
        t.held("Transacciones en la pasarela"),
    )

    agency_id: UUID = c.key_of_agency()
    gateway_account_id: UUID = c.part_of_key()
    transaction_id: str = c.part_of_key(sa.Text, t.tax("Transacción"))
    intent_id: UUID = c.owner()
    status: str = c.code(t.tax("Estado"))
    amount: Decimal = c.money(t.tax("Valor"))
    currency: str = c.code(t.tax("Moneda"))
    method: str | None = c.text(t.tax("Medio de pago"))
    gateway_reference: str | None = c.text(t.tax("Referencia de la pasarela"))
    message: str | None = c.text(t.tax("Respuesta de la pasarela"))
    verified_by: str = c.code(t.STRUCTURE)
    at: datetime = c.instant(t.tax("Fecha y hora"))
    payment_id: UUID | None = c.reference()
    order_id: str | None = c.text(t.STRUCTURE)
    charged_back: bool = c.no_yet(t.tax("Contracargo"))
    wrong: str | None = c.text(t.STRUCTURE)
    decided: bool = c.no_yet(t.STRUCTURE)


class GatewayEventRow(SQLModel, table=True):
    """Inbox: every notification as it came, before anything is done with it. `dedup_key` meets repeats."""

    __tablename__ = "gateway_events"
    __table_args__ = (
        sa.UniqueConstraint("agency_id", "dedup_key"),
        c.belongs_to("gateway_account_id", "gateway_accounts"),
        sa.Index(None, "agency_id", "reference"),
        sa.Index(
            "ix_gateway_events_left",
            "agency_id",
            "received_at",
            postgresql_where=sa.text("authentic and outcome is null"),
        ),
        t.held("Avisos de la pasarela", t.Way("reference", "payment_intents", "reference")),
    )

    id: UUID = c.identity()
    agency_id: UUID = c.of_agency()
    gateway_account_id: UUID = c.reference()
    dedup_key: str = c.text(t.STRUCTURE)
    reference: str | None = c.text(t.tax("Referencia"))
    received_at: datetime = c.instant(t.tax("Recibido"))
    source_ip: str = c.text(t.STRUCTURE)
    body: str = c.text(t.person("Aviso de la pasarela"))
    authentic: bool = c.flag(t.STRUCTURE)
    outcome: str | None = c.text(t.STRUCTURE)
    deliveries: int = c.whole(t.STRUCTURE)
