"""Accounts, sessions and their tokens, and what slows guessing down."""

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import SQLModel

from adapters.postgres.tables import columns as c
from adapters.postgres.tables import tags as t


class AccountRow(SQLModel, table=True):
    """`username_key` and `email_key` are the folded forms that sign-in looks up and that must be unique."""

    __tablename__ = "accounts"
    __table_args__ = (
        sa.UniqueConstraint("agency_id", "id"),
        sa.UniqueConstraint("agency_id", "username_key"),
        sa.UniqueConstraint("agency_id", "email_key"),
        sa.UniqueConstraint("agency_id", "client_id"),
        c.belongs_to("client_id", "clients"),
        sa.Index(None, "agency_id", "created_at", "id"),
        t.held("Cuenta"),
    )

    id: UUID = c.identity()
    agency_id: UUID = c.of_agency()
    username: str = c.text(t.person("Usuario", instead="suprimido-{id}"))
    username_key: str = c.text(t.derived("suprimido-{id}"))
    email: str = c.text(t.person("Correo", instead="{id}@suprimido.invalid"))
    email_key: str = c.text(t.derived("{id}@suprimido.invalid"))
    password_hash: str | None = c.text(t.SECRET)
    status: str = c.code(t.fact("Estado"))
    roles: list[str] = c.codes(t.fact("Papeles"))
    client_id: UUID | None = c.owner()
    created_at: datetime = c.instant(t.fact("Creada"))
    last_login_at: datetime | None = c.instant(t.person("Último ingreso"))
    second_factor: bool = c.no_yet(t.fact("Segundo factor"))


class SecondFactorRow(SQLModel, table=True):
    """The sealed secret of an account's application, the step of its last code, and hashes of the codes on paper."""

    __tablename__ = "second_factors"
    __table_args__ = (c.belongs_to("account_id", "accounts"), t.held("Segundo factor", removed=True))

    agency_id: UUID = c.key_of_agency()
    account_id: UUID = c.owner(primary_key=True)
    secret: str = c.text(t.SECRET)
    begun_at: datetime = c.instant(t.fact("Empezado"))
    confirmed_at: datetime | None = c.instant(t.fact("Activo desde"))
    last_step: int | None = c.whole(t.SECRET, sa.BigInteger)
    recovery: list[str] = c.texts(t.SECRET)


class SessionRow(SQLModel, table=True):
    """A family of tokens. `ended_at` set: none of them serves any more."""

    __tablename__ = "sessions"
    __table_args__ = (
        sa.UniqueConstraint("agency_id", "id"),
        c.belongs_to("account_id", "accounts"),
        sa.Index(None, "agency_id", "account_id"),
        t.held("Sesiones", removed=True),
    )

    id: UUID = c.identity()
    agency_id: UUID = c.of_agency()
    account_id: UUID = c.owner()
    staff: bool = c.flag(t.STRUCTURE)
    created_at: datetime = c.instant(t.fact("Empezó"))
    last_seen_at: datetime = c.instant(t.fact("Último uso"))
    expires_at: datetime = c.instant(t.fact("Vence"))
    user_agent: str | None = c.text(t.person("Navegador o aplicación"))
    ended_at: datetime | None = c.instant(t.fact("Terminó"))


class SessionTokenRow(SQLModel, table=True):
    """Only the SHA-256 of a token is kept. `rotated_at` is when a refresh token was exchanged; an access token
    with `as_client_id` shows the staff what that client sees."""

    __tablename__ = "session_tokens"
    __table_args__ = (
        c.belongs_to("session_id", "sessions"),
        c.belongs_to("account_id", "accounts"),
        c.belongs_to("as_client_id", "clients"),
        sa.Index(None, "agency_id", "session_id"),
        t.held(removed=True),
    )

    token_hash: str = c.part_of_key(sa.Text, t.SECRET)
    agency_id: UUID = c.of_agency()
    session_id: UUID = c.reference()
    account_id: UUID = c.owner()
    kind: str = c.code(t.STRUCTURE)
    issued_at: datetime = c.instant(t.STRUCTURE)
    expires_at: datetime = c.instant(t.STRUCTURE)
    rotated_at: datetime | None = c.instant(t.STRUCTURE)
    as_client_id: UUID | None = c.owner()


class AccountLinkRow(SQLModel, table=True):
    """Only the SHA-256 of a link's token is kept. Addresses are kept as long as the row is."""

    __tablename__ = "account_links"
    __table_args__ = (
        sa.UniqueConstraint("token_hash"),
        c.belongs_to("account_id", "accounts"),
        sa.Index(None, "agency_id", "account_id", "created_at"),
        t.held("Enlaces enviados", removed=True),
    )

    id: UUID = c.identity()
    agency_id: UUID = c.of_agency()
    account_id: UUID = c.owner()
    purpose: str = c.code(t.fact("Para qué"))
    token_hash: str = c.text(t.SECRET)
    email: str = c.text(t.person("Correo al que se envió"))
    former_email: str | None = c.text(t.person("Correo que reemplazaría"))
    created_at: datetime = c.instant(t.fact("Enviado"))
    expires_at: datetime = c.instant(t.fact("Sirve hasta"))
    ended_at: datetime | None = c.instant(t.fact("Dejó de servir"))


class RateLimitRow(SQLModel, table=True):
    """Failures counted under a key (a name, an address); `blocked_until` is when the next try is heard, `kept_until`
    when the row is of no more use (never, where it is absent). A place where somebody is known has no failures."""

    __tablename__ = "rate_limits"
    __table_args__ = (sa.Index(None, "agency_id", "kept_until"),)

    agency_id: UUID = c.key_of_agency()
    key: str = c.part_of_key(sa.Text)
    failures: int = c.whole(t.STRUCTURE)
    window_started_at: datetime = c.instant(t.STRUCTURE)
    blocked_until: datetime | None = c.instant(t.STRUCTURE)
    kept_until: datetime | None = c.instant(t.STRUCTURE)


class SpentChallengeRow(SQLModel, table=True):
    """CAPTCHA answers already used, until they would have expired anyway."""

    __tablename__ = "spent_challenges"
    __table_args__ = (sa.Index(None, "agency_id", "expires_at"),)

    agency_id: UUID = c.key_of_agency()
    key: str = c.part_of_key(sa.Text)
    expires_at: datetime = c.instant(t.STRUCTURE)
