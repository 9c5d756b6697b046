"""All tables of the first release."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("set local lock_timeout = '5s'")
    op.create_table(
        "agencies",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("slug", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("tax_id", sa.Text(), nullable=False),
        sa.Column("check_digit", sa.Integer(), nullable=False),
        sa.Column("phone", sa.Text(), nullable=True),
        sa.Column("email", sa.Text(), nullable=True),
        sa.Column("address", sa.Text(), nullable=True),
        sa.Column("city", sa.Text(), nullable=True),
        sa.Column("logo", sa.LargeBinary(), nullable=True),
        sa.Column("logo_content_type", sa.Text(), nullable=True),
        sa.Column("landlord_registration", sa.Text(), nullable=True),
        sa.Column("privacy_policy_url", sa.Text(), nullable=True),
        sa.Column("partial_payments_allowed", sa.Boolean(), nullable=False),
        sa.Column("captcha_provider", sa.Text(), nullable=False),
        sa.Column("captcha_site_key", sa.Text(), nullable=True),
        sa.Column("captcha_secret", sa.Text(), nullable=True),
        sa.Column("return_urls", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("origins", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("gateways", postgresql.ARRAY(sa.Text()), server_default="{}", nullable=False),
        sa.Column("test_gateways", postgresql.ARRAY(sa.Text()), server_default="{}", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_agencies")),
        sa.UniqueConstraint("slug", name=op.f("uq_agencies_slug")),
    )
    op.create_table(
        "agency_keys",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("agency_id", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(["agency_id"], ["agencies.id"], name=op.f("fk_agency_keys_agency_id")),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_agency_keys")),
    )
    op.create_table(
        "clients",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("agency_id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.Text(collation="C"), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("document_type", sa.Text(), nullable=False),
        sa.Column("document_number", sa.Text(), nullable=False),
        sa.Column("check_digit", sa.Integer(), nullable=True),
        sa.Column("email", sa.Text(), nullable=True),
        sa.Column("phone", sa.Text(), nullable=True),
        sa.Column("address", sa.Text(), nullable=True),
        sa.Column("city", sa.Text(), nullable=True),
        sa.Column("name_key", sa.Text(collation="C"), nullable=False),
        sa.Column("search", sa.Text(), nullable=False),
        sa.Column("import_digest", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["agency_id"], ["agencies.id"], name=op.f("fk_clients_agency_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_clients")),
        sa.UniqueConstraint("agency_id", "code", name=op.f("uq_clients_agency_id_code")),
        sa.UniqueConstraint("agency_id", "id", "name", name=op.f("uq_clients_agency_id_id_name")),
        sa.UniqueConstraint("agency_id", "id", name=op.f("uq_clients_agency_id_id")),
    )
    op.create_index(
        op.f("ix_clients_agency_id_name_key_code"), "clients", ["agency_id", "name_key", "code"], unique=False
    )
    op.create_table(
        "counters",
        sa.Column("agency_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("value", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["agency_id"], ["agencies.id"], name=op.f("fk_counters_agency_id")),
        sa.PrimaryKeyConstraint("agency_id", "name", name=op.f("pk_counters")),
    )
    op.create_table(
        "gateway_accounts",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("agency_id", sa.Uuid(), nullable=False),
        sa.Column("gateway", sa.Text(), nullable=False),
        sa.Column("public_key", sa.Text(), nullable=False),
        sa.Column("enabled", sa.Boolean(), nullable=False),
        sa.Column("settings", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("secrets", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["agency_id"], ["agencies.id"], name=op.f("fk_gateway_accounts_agency_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_gateway_accounts")),
        sa.UniqueConstraint("agency_id", "gateway", name=op.f("uq_gateway_accounts_agency_id_gateway")),
        sa.UniqueConstraint("agency_id", "id", name=op.f("uq_gateway_accounts_agency_id_id")),
        sa.UniqueConstraint("public_key", name=op.f("uq_gateway_accounts_public_key")),
    )
    op.create_table(
        "properties",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("agency_id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.Text(collation="C"), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("city", sa.Text(), nullable=False),
        sa.Column("use", sa.Text(), nullable=False),
        sa.Column("search", sa.Text(), nullable=False),
        sa.Column("import_digest", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["agency_id"], ["agencies.id"], name=op.f("fk_properties_agency_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_properties")),
        sa.UniqueConstraint("agency_id", "code", name=op.f("uq_properties_agency_id_code")),
        sa.UniqueConstraint("agency_id", "id", name=op.f("uq_properties_agency_id_id")),
    )
    op.create_table(
        "rate_limits",
        sa.Column("agency_id", sa.Uuid(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("window_started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("blocked_until", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["agency_id"], ["agencies.id"], name=op.f("fk_rate_limits_agency_id")),
        sa.PrimaryKeyConstraint("agency_id", "key", name=op.f("pk_rate_limits")),
    )
    op.create_table(
        "spent_challenges",
        sa.Column("agency_id", sa.Uuid(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["agency_id"], ["agencies.id"], name=op.f("fk_spent_challenges_agency_id")),
        sa.PrimaryKeyConstraint("agency_id", "key", name=op.f("pk_spent_challenges")),
    )
    op.create_index(
        op.f("ix_spent_challenges_agency_id_expires_at"), "spent_challenges", ["agency_id", "expires_at"], unique=False
    )
    op.create_table(
        "accounts",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("agency_id", sa.Uuid(), nullable=False),
        sa.Column("username", sa.Text(), nullable=False),
        sa.Column("username_key", sa.Text(), nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("email_key", sa.Text(), nullable=False),
        sa.Column("password_hash", sa.Text(), nullable=True),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("roles", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("client_id", sa.Uuid(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_login_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["agency_id", "client_id"],
            ["clients.agency_id", "clients.id"],
            name=op.f("fk_accounts_agency_id_client_id"),
        ),
        sa.ForeignKeyConstraint(["agency_id"], ["agencies.id"], name=op.f("fk_accounts_agency_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_accounts")),
        sa.UniqueConstraint("agency_id", "client_id", name=op.f("uq_accounts_agency_id_client_id")),
        sa.UniqueConstraint("agency_id", "email_key", name=op.f("uq_accounts_agency_id_email_key")),
        sa.UniqueConstraint("agency_id", "id", name=op.f("uq_accounts_agency_id_id")),
        sa.UniqueConstraint("agency_id", "username_key", name=op.f("uq_accounts_agency_id_username_key")),
    )
    op.create_table(
        "contracts",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("agency_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Text(collation="C"), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("property_id", sa.Uuid(), nullable=False),
        sa.Column("start_on", sa.Date(), nullable=False),
        sa.Column("end_on", sa.Date(), nullable=True),
        sa.Column("rent", sa.Numeric(precision=14, scale=2), nullable=True),
        sa.Column("building_fee", sa.Numeric(precision=14, scale=2), nullable=True),
        sa.Column("commission_rate", sa.Numeric(precision=5, scale=2), nullable=True),
        sa.Column("rent_vat_rate", sa.Numeric(precision=5, scale=2), nullable=True),
        sa.Column("last_increase_on", sa.Date(), nullable=True),
        sa.Column("import_digest", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["agency_id", "property_id"],
            ["properties.agency_id", "properties.id"],
            name=op.f("fk_contracts_agency_id_property_id"),
        ),
        sa.ForeignKeyConstraint(["agency_id"], ["agencies.id"], name=op.f("fk_contracts_agency_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contracts")),
        sa.UniqueConstraint("agency_id", "id", name=op.f("uq_contracts_agency_id_id")),
        sa.UniqueConstraint("agency_id", "number", name=op.f("uq_contracts_agency_id_number")),
    )
    op.create_index(op.f("ix_contracts_agency_id_property_id"), "contracts", ["agency_id", "property_id"], unique=False)
    op.create_index(
        op.f("ix_contracts_agency_id_start_on_number"), "contracts", ["agency_id", "start_on", "number"], unique=False
    )
    op.create_table(
        "gateway_events",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("agency_id", sa.Uuid(), nullable=False),
        sa.Column("gateway_account_id", sa.Uuid(), nullable=False),
        sa.Column("dedup_key", sa.Text(), nullable=False),
        sa.Column("reference", sa.Text(), nullable=True),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("source_ip", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("authentic", sa.Boolean(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=True),
        sa.Column("deliveries", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["agency_id", "gateway_account_id"],
            ["gateway_accounts.agency_id", "gateway_accounts.id"],
            name=op.f("fk_gateway_events_agency_id_gateway_account_id"),
        ),
        sa.ForeignKeyConstraint(["agency_id"], ["agencies.id"], name=op.f("fk_gateway_events_agency_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_gateway_events")),
        sa.UniqueConstraint("agency_id", "dedup_key", name=op.f("uq_gateway_events_agency_id_dedup_key")),
    )
    op.create_index(
        op.f("ix_gateway_events_agency_id_reference"), "gateway_events", ["agency_id", "reference"], unique=False
    )
    op.create_table(
        "payment_intents",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("agency_id", sa.Uuid(), nullable=False),
        sa.Column("client_id", sa.Uuid(), nullable=False),
        sa.Column("gateway_account_id", sa.Uuid(), nullable=False),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("gateway", sa.Text(), nullable=False),
        sa.Column("amount", sa.Numeric(precision=14, scale=2), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("status_reason", sa.Text(), nullable=True),
        sa.Column("method", sa.Text(), nullable=True),
        sa.Column("gateway_reference", sa.Text(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("return_url", sa.Text(), nullable=False),
        sa.Column("idempotency_key", sa.Text(), nullable=False),
        sa.Column("request_hash", sa.Text(), nullable=False),
        sa.Column("checkout", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("queried_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("amount > 0", name=op.f("ck_payment_intents_amount_positive")),
        sa.ForeignKeyConstraint(
            ["agency_id", "client_id"],
            ["clients.agency_id", "clients.id"],
            name=op.f("fk_payment_intents_agency_id_client_id"),
        ),
        sa.ForeignKeyConstraint(
            ["agency_id", "gateway_account_id"],
            ["gateway_accounts.agency_id", "gateway_accounts.id"],
            name=op.f("fk_payment_intents_agency_id_gateway_account_id"),
        ),
        sa.ForeignKeyConstraint(["agency_id"], ["agencies.id"], name=op.f("fk_payment_intents_agency_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payment_intents")),
        sa.UniqueConstraint(
            "agency_id",
            "client_id",
            "idempotency_key",
            name=op.f("uq_payment_intents_agency_id_client_id_idempotency_key"),
        ),
        sa.UniqueConstraint("agency_id", "id", name=op.f("uq_payment_intents_agency_id_id")),
        sa.UniqueConstraint("agency_id", "reference", name=op.f("uq_payment_intents_agency_id_reference")),
    )
    op.create_index(
        op.f("ix_payment_intents_agency_id_client_id_created_at"),
        "payment_intents",
        ["agency_id", "client_id", "created_at"],
        unique=False,
    )
    op.create_table(
        "property_owners",
        sa.Column("agency_id", sa.Uuid(), nullable=False),
        sa.Column("property_id", sa.Uuid(), nullable=False),
        sa.Column("client_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("share", sa.Numeric(precision=5, scale=2), nullable=False),
        sa.ForeignKeyConstraint(
            ["agency_id", "client_id", "name"],
            ["clients.agency_id", "clients.id", "clients.name"],
            name=op.f("fk_property_owners_agency_id_client_id_name"),
            onupdate="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["agency_id", "property_id"],
            ["properties.agency_id", "properties.id"],
            name=op.f("fk_property_owners_agency_id_property_id"),
        ),
        sa.ForeignKeyConstraint(["agency_id"], ["agencies.id"], name=op.f("fk_property_owners_agency_id")),
        sa.PrimaryKeyConstraint("agency_id", "property_id", "client_id", name=op.f("pk_property_owners")),
    )
    op.create_index(
        op.f("ix_property_owners_agency_id_client_id"), "property_owners", ["agency_id", "client_id"], unique=False
    )
    op.create_table(
        "property_readers",
        sa.Column("agency_id", sa.Uuid(), nullable=False),
        sa.Column("property_id", sa.Uuid(), nullable=False),
        sa.Column("client_id", sa.Uuid(), nullable=False),
        sa.Column("as_owner", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["agency_id", "client_id"],
            ["clients.agency_id", "clients.id"],
            name=op.f("fk_property_readers_agency_id_client_id"),
        ),
        sa.ForeignKeyConstraint(
            ["agency_id", "property_id"],
            ["properties.agency_id", "properties.id"],
            name=op.f("fk_property_readers_agency_id_property_id"),
        ),
        sa.ForeignKeyConstraint(["agency_id"], ["agencies.id"], name=op.f("fk_property_readers_agency_id")),
        sa.PrimaryKeyConstraint("agency_id", "property_id", "client_id", name=op.f("pk_property_readers")),
    )
    op.create_index(
        op.f("ix_property_readers_agency_id_client_id"), "property_readers", ["agency_id", "client_id"], unique=False
    )
    op.create_table(
        "contract_parties",
        sa.Column("agency_id", sa.Uuid(), nullable=False),
        sa.Column("contract_id", sa.Uuid(), nullable=False),
        sa.Column("client_id", sa.Uuid(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["agency_id", "client_id", "name"],
            ["clients.agency_id", "clients.id", "clients.name"],
            name=op.f("fk_contract_parties_agency_id_client_id_name"),
            onupdate="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["agency_id", "contract_id"],
            ["contracts.agency_id", "contracts.id"],
            name=op.f("fk_contract_parties_agency_id_contract_id"),
        ),
        sa.ForeignKeyConstraint(["agency_id"], ["agencies.id"], name=op.f("fk_contract_parties_agency_id")),
        sa.PrimaryKeyConstraint("agency_id", "contract_id", "client_id", "role", name=op.f("pk_contract_parties")),
    )
    op.create_index(
        op.f("ix_contract_parties_agency_id_client_id"), "contract_parties", ["agency_id", "client_id"], unique=False
    )
    op.create_table(
        "contract_readers",
        sa.Column("agency_id", sa.Uuid(), nullable=False),
        sa.Column("contract_id", sa.Uuid(), nullable=False),
        sa.Column("client_id", sa.Uuid(), nullable=False),
        sa.Column("as_party", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["agency_id", "client_id"],
            ["clients.agency_id", "clients.id"],
            name=op.f("fk_contract_readers_agency_id_client_id"),
        ),
        sa.ForeignKeyConstraint(
            ["agency_id", "contract_id"],
            ["contracts.agency_id", "contracts.id"],
            name=op.f("fk_contract_readers_agency_id_contract_id"),
        ),
        sa.ForeignKeyConstraint(["agency_id"], ["agencies.id"], name=op.f("fk_contract_readers_agency_id")),
        sa.PrimaryKeyConstraint("agency_id", "contract_id", "client_id", name=op.f("pk_contract_readers")),
    )
    op.create_index(
        op.f("ix_contract_readers_agency_id_client_id"), "contract_readers", ["agency_id", "client_id"], unique=False
    )
    op.create_table(
        "invoices",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("agency_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Text(collation="C"), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("contract_id", sa.Uuid(), nullable=False),
        sa.Column("client_id", sa.Uuid(), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("period", sa.Text(), nullable=False),
        sa.Column("issued_on", sa.Date(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("subtotal", sa.Numeric(precision=14, scale=2), nullable=False),
        sa.Column("vat", sa.Numeric(precision=14, scale=2), nullable=False),
        sa.Column("withholdings", sa.Numeric(precision=14, scale=2), nullable=False),
        sa.Column("total", sa.Numeric(precision=14, scale=2), nullable=False),
        sa.Column("paid", sa.Numeric(precision=14, scale=2), nullable=False),
        sa.Column(
            "balance",
            sa.Numeric(precision=14, scale=2),
            sa.Computed("case when status = 'VOIDED' then 0 else total - paid end", persisted=True),
            nullable=False,
        ),
        sa.Column("settled_outside", sa.Boolean(), nullable=False),
        sa.Column("lines", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("cufe", sa.Text(), nullable=True),
        sa.Column("cufe_issued_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("import_digest", sa.Text(), nullable=True),
        sa.CheckConstraint("paid >= 0 and paid <= total", name=op.f("ck_invoices_paid_within_total")),
        sa.CheckConstraint("total = subtotal + vat - withholdings", name=op.f("ck_invoices_total_of_parts")),
        sa.ForeignKeyConstraint(
            ["agency_id", "client_id"],
            ["clients.agency_id", "clients.id"],
            name=op.f("fk_invoices_agency_id_client_id"),
        ),
        sa.ForeignKeyConstraint(
            ["agency_id", "contract_id"],
            ["contracts.agency_id", "contracts.id"],
            name=op.f("fk_invoices_agency_id_contract_id"),
        ),
        sa.ForeignKeyConstraint(["agency_id"], ["agencies.id"], name=op.f("fk_invoices_agency_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_invoices")),
        sa.UniqueConstraint("agency_id", "id", name=op.f("uq_invoices_agency_id_id")),
        sa.UniqueConstraint("agency_id", "number", name=op.f("uq_invoices_agency_id_number")),
    )
    op.create_index(
        op.f("ix_invoices_agency_id_client_id_issued_on_number"),
        "invoices",
        ["agency_id", "client_id", "issued_on", "number"],
        unique=False,
    )
    op.create_index(
        op.f("ix_invoices_agency_id_contract_id_issued_on_number"),
        "invoices",
        ["agency_id", "contract_id", "issued_on", "number"],
        unique=False,
    )
    op.create_index(
        op.f("ix_invoices_agency_id_issued_on_number"), "invoices", ["agency_id", "issued_on", "number"], unique=False
    )
    op.create_index(
        "ix_invoices_open",
        "invoices",
        ["agency_id", "client_id", "due_on"],
        unique=False,
        postgresql_where=sa.text("balance > 0"),
    )
    op.create_table(
        "payments",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("agency_id", sa.Uuid(), nullable=False),
        sa.Column("receipt_number", sa.Text(collation="C"), nullable=False),
        sa.Column("client_id", sa.Uuid(), nullable=False),
        sa.Column("paid_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("amount", sa.Numeric(precision=14, scale=2), nullable=False),
        sa.Column("credited", sa.Numeric(precision=14, scale=2), nullable=False),
        sa.Column("method", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("gateway", sa.Text(), nullable=True),
        sa.Column("gateway_reference", sa.Text(), nullable=True),
        sa.Column("intent_id", sa.Uuid(), nullable=True),
        sa.Column("verification_code", sa.Text(), nullable=False),
        sa.Column("import_digest", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "amount > 0 and credited >= 0 and credited <= amount", name=op.f("ck_payments_credited_within_amount")
        ),
        sa.ForeignKeyConstraint(
            ["agency_id", "client_id"],
            ["clients.agency_id", "clients.id"],
            name=op.f("fk_payments_agency_id_client_id"),
        ),
        sa.ForeignKeyConstraint(
            ["agency_id", "intent_id"],
            ["payment_intents.agency_id", "payment_intents.id"],
            name=op.f("fk_payments_agency_id_intent_id"),
        ),
        sa.ForeignKeyConstraint(["agency_id"], ["agencies.id"], name=op.f("fk_payments_agency_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payments")),
        sa.UniqueConstraint("agency_id", "id", name=op.f("uq_payments_agency_id_id")),
        sa.UniqueConstraint("agency_id", "receipt_number", name=op.f("uq_payments_agency_id_receipt_number")),
        sa.UniqueConstraint("verification_code", name=op.f("uq_payments_verification_code")),
    )
    op.create_index(
        op.f("ix_payments_agency_id_client_id_paid_at_receipt_number"),
        "payments",
        ["agency_id", "client_id", "paid_at", "receipt_number"],
        unique=False,
    )
    op.create_index(
        op.f("ix_payments_agency_id_gateway_reference"), "payments", ["agency_id", "gateway_reference"], unique=False
    )
    op.create_index(op.f("ix_payments_agency_id_intent_id"), "payments", ["agency_id", "intent_id"], unique=False)
    op.create_index(
        op.f("ix_payments_agency_id_paid_at_receipt_number"),
        "payments",
        ["agency_id", "paid_at", "receipt_number"],
        unique=False,
    )
    op.create_table(
        "payouts",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("agency_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Text(collation="C"), nullable=False),
        sa.Column("contract_id", sa.Uuid(), nullable=False),
        sa.Column("client_id", sa.Uuid(), nullable=False),
        sa.Column("period", sa.Text(), nullable=False),
        sa.Column("paid_on", sa.Date(), nullable=False),
        sa.Column("net", sa.Numeric(precision=14, scale=2), nullable=False),
        sa.Column("method", sa.Text(), nullable=True),
        sa.Column("bank_reference", sa.Text(), nullable=True),
        sa.Column("lines", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("import_digest", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["agency_id", "client_id"], ["clients.agency_id", "clients.id"], name=op.f("fk_payouts_agency_id_client_id")
        ),
        sa.ForeignKeyConstraint(
            ["agency_id", "contract_id"],
            ["contracts.agency_id", "contracts.id"],
            name=op.f("fk_payouts_agency_id_contract_id"),
        ),
        sa.ForeignKeyConstraint(["agency_id"], ["agencies.id"], name=op.f("fk_payouts_agency_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payouts")),
        sa.UniqueConstraint("agency_id", "id", name=op.f("uq_payouts_agency_id_id")),
        sa.UniqueConstraint("agency_id", "number", name=op.f("uq_payouts_agency_id_number")),
    )
    op.create_index(
        op.f("ix_payouts_agency_id_client_id_paid_on_number"),
        "payouts",
        ["agency_id", "client_id", "paid_on", "number"],
        unique=False,
    )
    op.create_index(
        op.f("ix_payouts_agency_id_paid_on_number"), "payouts", ["agency_id", "paid_on", "number"], unique=False
    )
    op.create_table(
        "pqrs",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("agency_id", sa.Uuid(), nullable=False),
        sa.Column("filing_number", sa.Text(collation="C"), nullable=False),
        sa.Column("client_id", sa.Uuid(), nullable=False),
        sa.Column("filed_by", sa.Uuid(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("classification", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("start_on", sa.Date(), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("filed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("idempotency_key", sa.Text(), nullable=False),
        sa.Column("request_hash", sa.Text(), nullable=False),
        sa.Column("property_id", sa.Uuid(), nullable=True),
        sa.Column("contract_id", sa.Uuid(), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["agency_id", "client_id"], ["clients.agency_id", "clients.id"], name=op.f("fk_pqrs_agency_id_client_id")
        ),
        sa.ForeignKeyConstraint(
            ["agency_id", "contract_id"],
            ["contracts.agency_id", "contracts.id"],
            name=op.f("fk_pqrs_agency_id_contract_id"),
        ),
        sa.ForeignKeyConstraint(
            ["agency_id", "filed_by"], ["accounts.agency_id", "accounts.id"], name=op.f("fk_pqrs_agency_id_filed_by")
        ),
        sa.ForeignKeyConstraint(
            ["agency_id", "property_id"],
            ["properties.agency_id", "properties.id"],
            name=op.f("fk_pqrs_agency_id_property_id"),
        ),
        sa.ForeignKeyConstraint(["agency_id"], ["agencies.id"], name=op.f("fk_pqrs_agency_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pqrs")),
        sa.UniqueConstraint(
            "agency_id", "filed_by", "idempotency_key", name=op.f("uq_pqrs_agency_id_filed_by_idempotency_key")
        ),
        sa.UniqueConstraint("agency_id", "filing_number", name=op.f("uq_pqrs_agency_id_filing_number")),
        sa.UniqueConstraint("agency_id", "id", name=op.f("uq_pqrs_agency_id_id")),
    )
    op.create_index(
        op.f("ix_pqrs_agency_id_client_id_filed_at_filing_number"),
        "pqrs",
        ["agency_id", "client_id", "filed_at", "filing_number"],
        unique=False,
    )
    op.create_index(
        op.f("ix_pqrs_agency_id_filed_at_filing_number"),
        "pqrs",
        ["agency_id", "filed_at", "filing_number"],
        unique=False,
    )
    op.create_table(
        "sessions",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("agency_id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("staff", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("user_agent", sa.Text(), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["agency_id", "account_id"],
            ["accounts.agency_id", "accounts.id"],
            name=op.f("fk_sessions_agency_id_account_id"),
        ),
        sa.ForeignKeyConstraint(["agency_id"], ["agencies.id"], name=op.f("fk_sessions_agency_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sessions")),
        sa.UniqueConstraint("agency_id", "id", name=op.f("uq_sessions_agency_id_id")),
    )
    op.create_index(op.f("ix_sessions_agency_id_account_id"), "sessions", ["agency_id", "account_id"], unique=False)
    op.create_table(
        "gateway_transactions",
        sa.Column("agency_id", sa.Uuid(), nullable=False),
        sa.Column("gateway_account_id", sa.Uuid(), nullable=False),
        sa.Column("transaction_id", sa.Text(), nullable=False),
        sa.Column("intent_id", sa.Uuid(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("amount", sa.Numeric(precision=14, scale=2), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("method", sa.Text(), nullable=True),
        sa.Column("gateway_reference", sa.Text(), nullable=True),
        sa.Column("message", sa.Text(), nullable=True),
        sa.Column("verified_by", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("payment_id", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(
            ["agency_id", "gateway_account_id"],
            ["gateway_accounts.agency_id", "gateway_accounts.id"],
            name=op.f("fk_gateway_transactions_agency_id_gateway_account_id"),
        ),
        sa.ForeignKeyConstraint(
            ["agency_id", "intent_id"],
            ["payment_intents.agency_id", "payment_intents.id"],
            name=op.f("fk_gateway_transactions_agency_id_intent_id"),
        ),
        sa.ForeignKeyConstraint(
            ["agency_id", "payment_id"],
            ["payments.agency_id", "payments.id"],
            name=op.f("fk_gateway_transactions_agency_id_payment_id"),
        ),
        sa.ForeignKeyConstraint(["agency_id"], ["agencies.id"], name=op.f("fk_gateway_transactions_agency_id")),
        sa.PrimaryKeyConstraint(
            "agency_id", "gateway_account_id", "transaction_id", name=op.f("pk_gateway_transactions")
        ),
    )
    op.create_index(
        op.f("ix_gateway_transactions_agency_id_intent_id"),
        "gateway_transactions",
        ["agency_id", "intent_id"],
        unique=False,
    )
    op.create_table(
        "payment_allocations",
        sa.Column("agency_id", sa.Uuid(), nullable=False),
        sa.Column("payment_id", sa.Uuid(), nullable=False),
        sa.Column("invoice_id", sa.Uuid(), nullable=False),
        sa.Column("client_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("amount", sa.Numeric(precision=14, scale=2), nullable=False),
        sa.CheckConstraint("amount > 0", name=op.f("ck_payment_allocations_amount_positive")),
        sa.ForeignKeyConstraint(
            ["agency_id", "client_id"],
            ["clients.agency_id", "clients.id"],
            name=op.f("fk_payment_allocations_agency_id_client_id"),
        ),
        sa.ForeignKeyConstraint(
            ["agency_id", "invoice_id"],
            ["invoices.agency_id", "invoices.id"],
            name=op.f("fk_payment_allocations_agency_id_invoice_id"),
        ),
        sa.ForeignKeyConstraint(
            ["agency_id", "payment_id"],
            ["payments.agency_id", "payments.id"],
            name=op.f("fk_payment_allocations_agency_id_payment_id"),
        ),
        sa.ForeignKeyConstraint(["agency_id"], ["agencies.id"], name=op.f("fk_payment_allocations_agency_id")),
        sa.PrimaryKeyConstraint("agency_id", "payment_id", "invoice_id", name=op.f("pk_payment_allocations")),
    )
    op.create_index(
        op.f("ix_payment_allocations_agency_id_invoice_id"),
        "payment_allocations",
        ["agency_id", "invoice_id"],
        unique=False,
    )
    op.create_table(
        "payment_intent_invoices",
        sa.Column("agency_id", sa.Uuid(), nullable=False),
        sa.Column("intent_id", sa.Uuid(), nullable=False),
        sa.Column("invoice_id", sa.Uuid(), nullable=False),
        sa.Column("client_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("amount", sa.Numeric(precision=14, scale=2), nullable=False),
        sa.Column("live", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["agency_id", "client_id"],
            ["clients.agency_id", "clients.id"],
            name=op.f("fk_payment_intent_invoices_agency_id_client_id"),
        ),
        sa.ForeignKeyConstraint(
            ["agency_id", "intent_id"],
            ["payment_intents.agency_id", "payment_intents.id"],
            name=op.f("fk_payment_intent_invoices_agency_id_intent_id"),
        ),
        sa.ForeignKeyConstraint(
            ["agency_id", "invoice_id"],
            ["invoices.agency_id", "invoices.id"],
            name=op.f("fk_payment_intent_invoices_agency_id_invoice_id"),
        ),
        sa.ForeignKeyConstraint(["agency_id"], ["agencies.id"], name=op.f("fk_payment_intent_invoices_agency_id")),
        sa.PrimaryKeyConstraint("agency_id", "intent_id", "invoice_id", name=op.f("pk_payment_intent_invoices")),
    )
    op.create_index(
        "uq_payment_intent_invoices_live",
        "payment_intent_invoices",
        ["agency_id", "invoice_id"],
        unique=True,
        postgresql_where=sa.text("live"),
    )
    op.create_table(
        "payment_intent_keys",
        sa.Column("agency_id", sa.Uuid(), nullable=False),
        sa.Column("client_id", sa.Uuid(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("request_hash", sa.Text(), nullable=False),
        sa.Column("intent_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["agency_id", "client_id"],
            ["clients.agency_id", "clients.id"],
            name=op.f("fk_payment_intent_keys_agency_id_client_id"),
        ),
        sa.ForeignKeyConstraint(
            ["agency_id", "intent_id"],
            ["payment_intents.agency_id", "payment_intents.id"],
            name=op.f("fk_payment_intent_keys_agency_id_intent_id"),
        ),
        sa.ForeignKeyConstraint(["agency_id"], ["agencies.id"], name=op.f("fk_payment_intent_keys_agency_id")),
        sa.PrimaryKeyConstraint("agency_id", "client_id", "key", name=op.f("pk_payment_intent_keys")),
    )
    op.create_index(
        op.f("ix_payment_intent_keys_agency_id_intent_id"),
        "payment_intent_keys",
        ["agency_id", "intent_id"],
        unique=False,
    )
    op.create_table(
        "pqrs_events",
        sa.Column("agency_id", sa.Uuid(), nullable=False),
        sa.Column("pqrs_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("client_id", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("from_status", sa.Text(), nullable=True),
        sa.Column("to_status", sa.Text(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["agency_id", "client_id"],
            ["clients.agency_id", "clients.id"],
            name=op.f("fk_pqrs_events_agency_id_client_id"),
        ),
        sa.ForeignKeyConstraint(
            ["agency_id", "pqrs_id"], ["pqrs.agency_id", "pqrs.id"], name=op.f("fk_pqrs_events_agency_id_pqrs_id")
        ),
        sa.ForeignKeyConstraint(["agency_id"], ["agencies.id"], name=op.f("fk_pqrs_events_agency_id")),
        sa.PrimaryKeyConstraint("agency_id", "pqrs_id", "position", name=op.f("pk_pqrs_events")),
    )
    op.create_table(
        "session_tokens",
        sa.Column("token_hash", sa.Text(), nullable=False),
        sa.Column("agency_id", sa.Uuid(), nullable=False),
        sa.Column("session_id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("rotated_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["agency_id", "account_id"],
            ["accounts.agency_id", "accounts.id"],
            name=op.f("fk_session_tokens_agency_id_account_id"),
        ),
        sa.ForeignKeyConstraint(
            ["agency_id", "session_id"],
            ["sessions.agency_id", "sessions.id"],
            name=op.f("fk_session_tokens_agency_id_session_id"),
        ),
        sa.ForeignKeyConstraint(["agency_id"], ["agencies.id"], name=op.f("fk_session_tokens_agency_id")),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_session_tokens")),
    )
    op.create_index(
        op.f("ix_session_tokens_agency_id_session_id"), "session_tokens", ["agency_id", "session_id"], unique=False
    )


def downgrade() -> None:
    op.execute("set local lock_timeout = '5s'")
    op.drop_index(op.f("ix_session_tokens_agency_id_session_id"), table_name="session_tokens")
    op.drop_table("session_tokens")
    op.drop_table("pqrs_events")
    op.drop_index(op.f("ix_payment_intent_keys_agency_id_intent_id"), table_name="payment_intent_keys")
    op.drop_table("payment_intent_keys")
    op.drop_index(
        "uq_payment_intent_invoices_live", table_name="payment_intent_invoices", postgresql_where=sa.text("live")
    )
    op.drop_table("payment_intent_invoices")
    op.drop_index(op.f("ix_payment_allocations_agency_id_invoice_id"), table_name="payment_allocations")
    op.drop_table("payment_allocations")
    op.drop_index(op.f("ix_gateway_transactions_agency_id_intent_id"), table_name="gateway_transactions")
    op.drop_table("gateway_transactions")
    op.drop_index(op.f("ix_sessions_agency_id_account_id"), table_name="sessions")
    op.drop_table("sessions")
    op.drop_index(op.f("ix_pqrs_agency_id_filed_at_filing_number"), table_name="pqrs")
    op.drop_index(op.f("ix_pqrs_agency_id_client_id_filed_at_filing_number"), table_name="pqrs")
    op.drop_table("pqrs")
    op.drop_index(op.f("ix_payouts_agency_id_paid_on_number"), table_name="payouts")
    op.drop_index(op.f("ix_payouts_agency_id_client_id_paid_on_number"), table_name="payouts")
    op.drop_table("payouts")
    op.drop_index(op.f("ix_payments_agency_id_paid_at_receipt_number"), table_name="payments")
    op.drop_index(op.f("ix_payments_agency_id_intent_id"), table_name="payments")
    op.drop_index(op.f("ix_payments_agency_id_gateway_reference"), table_name="payments")
    op.drop_index(op.f("ix_payments_agency_id_client_id_paid_at_receipt_number"), table_name="payments")
    op.drop_table("payments")
    op.drop_index("ix_invoices_open", table_name="invoices", postgresql_where=sa.text("balance > 0"))
    op.drop_index(op.f("ix_invoices_agency_id_issued_on_number"), table_name="invoices")
    op.drop_index(op.f("ix_invoices_agency_id_contract_id_issued_on_number"), table_name="invoices")
    op.drop_index(op.f("ix_invoices_agency_id_client_id_issued_on_number"), table_name="invoices")
    op.drop_table("invoices")
    op.drop_index(op.f("ix_contract_readers_agency_id_client_id"), table_name="contract_readers")
    op.drop_table("contract_readers")
    op.drop_index(op.f("ix_contract_parties_agency_id_client_id"), table_name="contract_parties")
    op.drop_table("contract_parties")
    op.drop_index(op.f("ix_property_readers_agency_id_client_id"), table_name="property_readers")
    op.drop_table("property_readers")
    op.drop_index(op.f("ix_property_owners_agency_id_client_id"), table_name="property_owners")
    op.drop_table("property_owners")
    op.drop_index(op.f("ix_payment_intents_agency_id_client_id_created_at"), table_name="payment_intents")
    op.drop_table("payment_intents")
    op.drop_index(op.f("ix_gateway_events_agency_id_reference"), table_name="gateway_events")
    op.drop_table("gateway_events")
    op.drop_index(op.f("ix_contracts_agency_id_start_on_number"), table_name="contracts")
    op.drop_index(op.f("ix_contracts_agency_id_property_id"), table_name="contracts")
    op.drop_table("contracts")
    op.drop_table("accounts")
    op.drop_index(op.f("ix_spent_challenges_agency_id_expires_at"), table_name="spent_challenges")
    op.drop_table("spent_challenges")
    op.drop_table("rate_limits")
    op.drop_table("properties")
    op.drop_table("gateway_accounts")
    op.drop_table("counters")
    op.drop_index(op.f("ix_clients_agency_id_name_key_code"), table_name="clients")
    op.drop_table("clients")
    op.drop_table("agency_keys")
    op.drop_table("agencies")
