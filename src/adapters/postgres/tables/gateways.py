"""Paying online: merchant accounts, attempts of the payer, what the gateway reported."""

from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from adapters.postgres.tables import columns as c


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
    gateway: str = c.text()
    public_key: str = c.text()
    enabled: bool
    settings: dict[str, Any] = c.json()
    secrets: str | None = c.text()


class PaymentIntentRow(SQLModel, table=True):
    """`asked_at` is when the gateway was last asked, answered or not: who asks next waits for a while. `queried_at` is
    when it last answered, `next_check_at` when it is to be asked next."""

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
    )

    id: UUID = c.identity()
    agency_id: UUID = c.of_agency()
    client_id: UUID = c.reference()
    gateway_account_id: UUID = c.reference()
    reference: str = c.text()
    gateway: str = c.text()
    amount: Decimal = c.money()
    status: str = c.text()
    status_reason: str | None = c.text()
    method: str | None = c.text()
    gateway_reference: str | None = c.text()
    created_at: datetime = c.instant()
    expires_at: datetime | None = c.instant()
    return_url: str = c.text()
    idempotency_key: str = c.text()
    request_hash: str = c.text()
    checkout: dict[str, Any] | None = c.json()
    queried_at: datetime | None = c.instant()
    asked_at: datetime | None = c.instant()
    next_check_at: datetime | None = c.instant()
    dispute: str = c.text(sa_column_kwargs={"server_default": "NONE"})
    transaction_hints: list[str] = c.texts(sa_column_kwargs={"server_default": "{}"})


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
    )

    agency_id: UUID = c.key_of_agency()
    intent_id: UUID = c.part_of_key()
    invoice_id: UUID = c.part_of_key()
    client_id: UUID = c.reference()
    position: int
    amount: Decimal = c.money()
    live: bool


class PaymentIntentKeyRow(SQLModel, table=True):
    """Other idempotency keys under which a client was given an intent that was open already."""

    __tablename__ = "payment_intent_keys"
    __table_args__ = (
        c.belongs_to("client_id", "clients"),
        c.belongs_to("intent_id", "payment_intents"),
        sa.Index(None, "agency_id", "intent_id"),
    )

    agency_id: UUID = c.key_of_agency()
    client_id: UUID = c.part_of_key()
    key: str = c.part_of_key(sa.Text)
    request_hash: str = c.text()
    intent_id: UUID = c.reference()


class GatewayTransactionRow(SQLModel, table=True):
    """One try of the payer at the gateway, in the newest state that was reported."""

    __tablename__ = "gateway_transactions"
    __table_args__ = (
        c.belongs_to("gateway_account_id", "gateway_accounts"),
        c.belongs_to("intent_id", "payment_intents"),
        c.belongs_to("payment_id", "payments"),
        sa.Index(None, "agency_id", "intent_id"),
    )

    agency_id: UUID = c.key_of_agency()
    gateway_account_id: UUID = c.part_of_key()
    transaction_id: str = c.part_of_key(sa.Text)
    intent_id: UUID = c.reference()
    status: str = c.text()
    amount: Decimal = c.money()
    currency: str = c.text()
    method: str | None = c.text()
    gateway_reference: str | None = c.text()
    message: str | None = c.text()
    verified_by: str = c.text()
    at: datetime = c.instant()
    payment_id: UUID | None = c.reference()
    order_id: str | None = c.text()
    charged_back: bool = c.no_yet()
    wrong: str | None = c.text()
    decided: bool = c.no_yet()


class GatewayEventRow(SQLModel, table=True):
    """Inbox: every notification as it came, before anything is done with it. `dedup_key` meets repeats."""

    __tablename__ = "gateway_events"
    __table_args__ = (
        sa.UniqueConstraint("agency_id", "dedup_key"),
        c.belongs_to("gateway_account_id", "gateway_accounts"),
        sa.Index(None, "agency_id", "reference"),
    )

    id: UUID = c.identity()
    agency_id: UUID = c.of_agency()
    gateway_account_id: UUID = c.reference()
    dedup_key: str = c.text()
    reference: str | None = c.text()
    received_at: datetime = c.instant()
    source_ip: str = c.text()
    body: str = c.text()
    authentic: bool
    outcome: str | None = c.text()
    deliveries: int = Field(sa_type=sa.Integer)
