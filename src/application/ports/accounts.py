"""Accounts, their second factors and their sessions as use cases keep them."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from domain.accounts import Account
from domain.clients import Client, ClientProfile
from domain.ids import AccountId, ClientId, SessionId
from domain.second_factors import SecondFactor
from domain.sessions import Session, SessionToken


@dataclass(frozen=True, slots=True)
class Invitee:
    """A client, and whether there is an account already."""

    client: Client
    has_account: bool


class Accounts(Protocol):
    async def by_login(self, login_key: str) -> Account | None:
        """The account with that folded user name or e-mail. A visitor's scope must hold the same key."""
        ...

    async def get(self, account_id: AccountId, *, for_update: bool = False) -> Account | None: ...

    async def add(self, account: Account) -> None:
        """Raises InvalidInput DUPLICATE on `username`, `email` or `client` when the agency has one already. A client
        without an e-mail gets the account's: the two change together from then on."""
        ...

    async def save(self, account: Account) -> None:
        """Save what is neither its user name nor its e-mail."""
        ...

    async def save_login(self, account: Account) -> None:
        """Save its user name and e-mail too, the latter also on its client. Raises InvalidInput DUPLICATE on
        `username` or `email` when another account of the agency has it."""
        ...

    async def client(self, client_id: ClientId) -> Client | None:
        """The client, locked until the end; None where the scope sees no such client."""
        ...

    async def of_client(self, client_id: ClientId) -> Account | None:
        """The client's account, locked until the end."""
        ...

    async def invitees(
        self, client_ids: Collection[ClientId] | None, profile: ClientProfile | None
    ) -> Sequence[Invitee]:
        """Those of these clients who have that profile, or of all, in the order of their names. For staff."""
        ...

    async def taken_logins(self) -> Collection[str]:
        """Folded user names and e-mails of all accounts. For staff."""
        ...

    async def add_new(self, accounts: Sequence[Account]) -> Collection[AccountId]:
        """Add accounts of clients whose e-mail they have; those whose name, e-mail or client has one meanwhile are left
        out. Which were added."""
        ...

    async def active_admins(self) -> Collection[AccountId]:
        """Accounts that manage the agency and may sign in, locked until the end so that the last one stays. For
        staff."""
        ...

    async def change_profile(
        self, account: Account, *, phone: str | None, address: str | None, city: str | None
    ) -> None:
        """Write contact data on the client of the account."""
        ...

    async def contact_data(self, account: Account) -> tuple[str | None, str | None, str | None] | None:
        """Phone, address and city of the account's client, locked until the end; None where they were erased."""
        ...


class SecondFactors(Protocol):
    """Of the scope's account; staff besides remove those of others."""

    async def get(self, account_id: AccountId) -> SecondFactor | None:
        """Locked until the end, so that a code that is used twice at once is accepted once."""
        ...

    async def put(self, factor: SecondFactor) -> None:
        """Keep it in place of whatever the account had."""
        ...

    async def remove(self, account_id: AccountId) -> bool:
        """False where there was none."""
        ...


class Sessions(Protocol):
    """The sessions of the scope's account; with a session key in the scope, the one token of that key."""

    async def find_token(self, token_hash: str) -> SessionToken | None:
        """A token by its SHA-256; the scope must hold the same as its session key."""
        ...

    async def get(self, session_id: SessionId, *, for_update: bool = False) -> Session | None: ...

    async def live(self, *, at: datetime) -> Sequence[Session]:
        """Sessions of the account that are neither ended nor expired, the newest first."""
        ...

    async def add(self, session: Session) -> None: ...

    async def save(self, session: Session) -> None: ...

    async def add_tokens(self, tokens: Sequence[SessionToken]) -> None: ...

    async def mark_rotated(self, session_id: SessionId, *, at: datetime) -> None:
        """Give every refresh token of the session that has none its `rotated_at`."""
        ...

    async def end_all(self, account_id: AccountId, *, at: datetime, but: SessionId | None = None) -> int:
        """End the live sessions of an account, that one excepted; how many ended. For who has the account, and for
        staff."""
        ...

    async def end_without_second_factor(self, *, at: datetime) -> int:
        """End the live sessions of the agency's staff whose accounts have no second factor; how many ended. For
        staff."""
        ...

    async def siblings(self, session_id: SessionId) -> int:
        """How many refresh tokens of the session have no `rotated_at`."""
        ...

    async def forget_expired(self, session_id: SessionId, *, at: datetime) -> None:
        """Remove the session's tokens that have run out by then."""
        ...

    async def whose_are_over(self, *, before: datetime, limit: int) -> Collection[AccountId]:
        """Accounts, so many at most, with sessions that ended or ran out before then. For staff."""
        ...

    async def forget(self, *, before: datetime) -> int:
        """Take away, with their tokens, those of the account that ended or ran out before then; how many."""
        ...
