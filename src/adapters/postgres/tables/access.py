"""Accounts, sessions and their tokens, and what slows guessing down."""

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import SQLModel

from adapters.postgres.tables import columns as c


class AccountRow(SQLModel, table=True):
    """`username_key` and `email_key` are the folded forms that sign-in looks up and that must be unique."""

    __tablename__ = "accounts"
    __table_args__ = (
        sa.UniqueConstraint("agency_id", "id"),
        sa.UniqueConstraint("agency_id", "username_key"),
        sa.UniqueConstraint("agency_id", "email_key"),
        sa.UniqueConstraint("agency_id", "client_id"),
        c.belongs_to("client_id", "clients"),
    )

    id: UUID = c.identity()
    agency_id: UUID = c.of_agency()
    username: str = c.text()
    username_key: str = c.text()
    email: str = c.text()
    email_key: str = c.text()
    password_hash: str | None = c.text()
    status: str = c.text()
    roles: list[str] = c.texts()
    client_id: UUID | None = c.reference()
    created_at: datetime = c.instant()
    last_login_at: datetime | None = c.instant()


class SessionRow(SQLModel, table=True):
    """A family of tokens. `ended_at` set: none of them serves any more."""

    __tablename__ = "sessions"
    __table_args__ = (
        sa.UniqueConstraint("agency_id", "id"),
        c.belongs_to("account_id", "accounts"),
        sa.Index(None, "agency_id", "account_id"),
    )

    id: UUID = c.identity()
    agency_id: UUID = c.of_agency()
    account_id: UUID = c.reference()
    staff: bool
    created_at: datetime = c.instant()
    last_seen_at: datetime = c.instant()
    expires_at: datetime = c.instant()
    user_agent: str | None = c.text()
    ended_at: datetime | None = c.instant()


class SessionTokenRow(SQLModel, table=True):
    """Only the SHA-256 of a token is kept. `rotated_at` is when a refresh token was exchanged."""

    __tablename__ = "session_tokens"
    __table_args__ = (
        c.belongs_to("session_id", "sessions"),
        c.belongs_to("account_id", "accounts"),
        sa.Index(None, "agency_id", "session_id"),
    )

    token_hash: str = c.part_of_key(sa.Text)
    agency_id: UUID = c.of_agency()
    session_id: UUID = c.reference()
    account_id: UUID = c.reference()
    kind: str = c.text()
    issued_at: datetime = c.instant()
    expires_at: datetime = c.instant()
    rotated_at: datetime | None = c.instant()


class RateLimitRow(SQLModel, table=True):
    """Failures counted under a key (a name, an address); `blocked_until` is when the next try is heard, `kept_until`
    when the row is of no more use (never, where it is absent). A place where somebody is known has no failures."""

    __tablename__ = "rate_limits"
    __table_args__ = (sa.Index(None, "agency_id", "kept_until"),)

    agency_id: UUID = c.key_of_agency()
    key: str = c.part_of_key(sa.Text)
    failures: int
    window_started_at: datetime = c.instant()
    blocked_until: datetime | None = c.instant()
    kept_until: datetime | None = c.instant()


class SpentChallengeRow(SQLModel, table=True):
    """CAPTCHA answers already used, until they would have expired anyway."""

    __tablename__ = "spent_challenges"
    __table_args__ = (sa.Index(None, "agency_id", "expires_at"),)

    agency_id: UUID = c.key_of_agency()
    key: str = c.part_of_key(sa.Text)
    expires_at: datetime = c.instant()
