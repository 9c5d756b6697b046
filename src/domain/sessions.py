"""Sessions: opaque tokens, how long they last, and what a refresh token that comes back means.

A session is a family of tokens that began with one sign-in. Access tokens are short; refresh tokens are exchanged for
a new pair and so rotate (RFC 9700, section 4.14). Only the SHA-256 of a token is ever stored.
"""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from domain.ids import AccountId, AgencyId, ClientId, SessionId

ACCESS_TOKEN_LIFETIME = timedelta(minutes=15)
REFRESH_GRACE = timedelta(seconds=10)
"""After a rotation the old token still serves this long: the answer was lost, or two tabs asked at once."""
MAX_SIBLINGS = 10
"""How many refresh tokens of a session may stand beside one another."""
TOUCH_INTERVAL = timedelta(minutes=1)
"""Being seen is written down at most this often; idle time is exact to within it."""
USER_AGENT_LIMIT = 200


@dataclass(frozen=True, slots=True)
class Lifetime:
    """How long a session lasts at most, and how long without being used."""

    absolute: timedelta
    idle: timedelta


CLIENT_LIFETIME = Lifetime(absolute=timedelta(days=30), idle=timedelta(days=7))
STAFF_LIFETIME = Lifetime(absolute=timedelta(hours=12), idle=timedelta(minutes=30))


class TokenKind(StrEnum):
    ACCESS = "ACCESS"
    REFRESH = "REFRESH"


class RefreshVerdict(StrEnum):
    """What presenting a refresh token means.

    ROTATE: the newest of its family; a new pair replaces it and its siblings.
    REPEAT: replaced moments ago; a sibling of the newest is due, and nothing else changes.
    REUSED: replaced long since, so two parties hold the family; it has to end.
    OVER: the session has ended or run out, or it is not a refresh token.
    """

    ROTATE = "ROTATE"
    REPEAT = "REPEAT"
    REUSED = "REUSED"
    OVER = "OVER"


@dataclass(slots=True, kw_only=True, eq=False)
class Session:
    """One sign-in on one device. `staff` chooses the stricter lifetime.

    `expires_at` is when it ends if it is not used again: the earlier of the absolute and the idle end.
    """

    id: SessionId
    agency_id: AgencyId
    account_id: AccountId
    staff: bool
    created_at: datetime
    last_seen_at: datetime
    expires_at: datetime
    user_agent: str | None = None
    ended_at: datetime | None = None

    @classmethod
    def begin(
        cls,
        *,
        id: SessionId,  # noqa: A002
        agency_id: AgencyId,
        account_id: AccountId,
        staff: bool,
        user_agent: str | None,
        at: datetime,
    ) -> "Session":
        """A session that begins now. Of the user agent, printable characters are kept, 200 at most."""
        lifetime = STAFF_LIFETIME if staff else CLIENT_LIFETIME
        return cls(
            id=id,
            agency_id=agency_id,
            account_id=account_id,
            staff=staff,
            created_at=at,
            last_seen_at=at,
            expires_at=at + min(lifetime.idle, lifetime.absolute),
            user_agent=_printable(user_agent),
        )

    @property
    def lifetime(self) -> Lifetime:
        return STAFF_LIFETIME if self.staff else CLIENT_LIFETIME

    @property
    def latest_end(self) -> datetime:
        """When it ends however much it is used."""
        return self.created_at + self.lifetime.absolute

    def is_live(self, *, at: datetime) -> bool:
        return self.ended_at is None and at < self.expires_at

    def touch(self, *, at: datetime) -> bool:
        """Notes that it was used. False, and no change, when it is over or that was noted less than a minute ago."""
        if not self.is_live(at=at) or at < self.last_seen_at + TOUCH_INTERVAL:
            return False
        self._seen(at)
        return True

    def end(self, *, at: datetime) -> None:
        """Ends it for good; ending it twice changes nothing."""
        if self.ended_at is None:
            self.ended_at = at

    def issue(self, *, at: datetime) -> "TokenPair":
        """A new pair for a live session, which counts as using it. Neither token outlives the session."""
        self._seen(at)
        access, refresh = new_token(), new_token()
        return TokenPair(
            access_token=access,
            refresh_token=refresh,
            access=self._token(access, TokenKind.ACCESS, at, min(at + ACCESS_TOKEN_LIFETIME, self.latest_end)),
            refresh=self._token(refresh, TokenKind.REFRESH, at, self.latest_end),
        )

    def show_as(self, client_id: ClientId, *, at: datetime) -> "tuple[str, SessionToken]":
        """A token of a staff session that shows what the client sees: the secret, and what is stored of it. Nothing
        renews it, and it does not outlive the session as it stands."""
        token = new_token()
        until = min(at + ACCESS_TOKEN_LIFETIME, self.expires_at)
        kept = self._token(token, TokenKind.ACCESS, at, until)
        kept.as_client_id = client_id
        return token, kept

    def judge(self, token: "SessionToken", *, at: datetime) -> RefreshVerdict:
        """What it means that this token of the session is presented for a new pair; changes nothing."""
        if token.kind is not TokenKind.REFRESH or not self.is_live(at=at):
            return RefreshVerdict.OVER
        if token.rotated_at is None:
            return RefreshVerdict.ROTATE
        return RefreshVerdict.REPEAT if at <= token.rotated_at + REFRESH_GRACE else RefreshVerdict.REUSED

    def _seen(self, at: datetime) -> None:
        self.last_seen_at = max(self.last_seen_at, at)
        self.expires_at = min(self.last_seen_at + self.lifetime.idle, self.latest_end)

    def _token(self, token: str, kind: TokenKind, at: datetime, expires_at: datetime) -> "SessionToken":
        return SessionToken(
            token_hash=token_hash(token),
            agency_id=self.agency_id,
            session_id=self.id,
            account_id=self.account_id,
            kind=kind,
            issued_at=at,
            expires_at=expires_at,
        )


@dataclass(slots=True, kw_only=True, eq=False)
class SessionToken:
    """What is kept of a token: its SHA-256. `rotated_at`: since when a newer refresh token stands for it.

    At a rotation every refresh token of the session that has no `rotated_at` gets it, siblings included: whichever
    sibling is used first overtakes the others, so that a thief and the owner cannot go on side by side. With
    `as_client_id` it shows what that client sees, and does nothing.
    """

    token_hash: str
    agency_id: AgencyId
    session_id: SessionId
    account_id: AccountId
    kind: TokenKind
    issued_at: datetime
    expires_at: datetime
    rotated_at: datetime | None = None
    as_client_id: ClientId | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenPair:
    """The two secrets, which exist here and in the answer only, and what is stored of them."""

    access_token: str
    refresh_token: str
    access: SessionToken
    refresh: SessionToken

    def __repr__(self) -> str:
        return f"TokenPair(session={self.access.session_id})"


def new_token() -> str:
    """256 random bits, as 43 characters that need no escaping in a header or URL."""
    return secrets.token_urlsafe(32)


def token_hash(token: str) -> str:
    """SHA-256 of a token in hexadecimal, by which it is stored and found; any text has one."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


def _printable(text: str | None) -> str | None:
    kept = "".join(character for character in (text or "")[: 4 * USER_AGENT_LIMIT] if character.isprintable())
    return kept[:USER_AGENT_LIMIT].strip() or None
