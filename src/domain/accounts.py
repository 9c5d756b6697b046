"""The identity with which a person signs in."""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from domain.errors import InvalidTransition
from domain.ids import AccountId, AgencyId, ClientId


class AccountRole(StrEnum):
    CLIENT = "CLIENT"
    STAFF = "STAFF"
    ADMIN = "ADMIN"


class AccountStatus(StrEnum):
    """INVITED: has no password yet. LOCKED: a new password by mail is needed. DISABLED: by the agency."""

    INVITED = "INVITED"
    ACTIVE = "ACTIVE"
    LOCKED = "LOCKED"
    DISABLED = "DISABLED"


@dataclass(slots=True, kw_only=True, eq=False)
class Account:
    """A client's, a staff member's, or both; e-mail and user name are unique in the agency, letter case apart.
    `second_factor`: signing in takes a code too."""

    id: AccountId
    agency_id: AgencyId
    username: str
    email: str
    password_hash: str | None
    status: AccountStatus
    roles: tuple[AccountRole, ...]
    client_id: ClientId | None
    created_at: datetime
    last_login_at: datetime | None = None
    second_factor: bool = False

    @property
    def is_staff(self) -> bool:
        return AccountRole.STAFF in self.roles or AccountRole.ADMIN in self.roles

    @property
    def may_sign_in(self) -> bool:
        return self.status is AccountStatus.ACTIVE and self.password_hash is not None

    def as_of_client(self) -> "Account":
        """What of it is a client's: of one that also works for the agency neither that nor when it last came in."""
        return replace(self, roles=(AccountRole.CLIENT,), last_login_at=None) if self.is_staff else self

    def set_password(self, password_hash: str) -> None:
        """Of one who proved to be its owner: from now on it may sign in."""
        self.password_hash = password_hash
        self.status = AccountStatus.ACTIVE

    def disable(self) -> None:
        """Keep it from signing in; InvalidTransition where it is kept already."""
        if self.status is AccountStatus.DISABLED:
            raise InvalidTransition
        self.status = AccountStatus.DISABLED

    def enable(self) -> None:
        """Let a disabled one in again, with the password it had; one that never had any is invited, as before."""
        if self.status is not AccountStatus.DISABLED:
            raise InvalidTransition
        self.status = AccountStatus.ACTIVE if self.password_hash else AccountStatus.INVITED


def login_key(text: str) -> str:
    """What two spellings of a user name or e-mail have in common; the unique key of both."""
    return text.strip().casefold()
