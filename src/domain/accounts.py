"""The identity with which a person signs in."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from domain.ids import AccountId, AgencyId, ClientId


class AccountRole(StrEnum):
    CLIENT = "CLIENT"
    STAFF = "STAFF"
    ADMIN = "ADMIN"


class AccountStatus(StrEnum):
    INVITED = "INVITED"
    ACTIVE = "ACTIVE"
    LOCKED = "LOCKED"
    DISABLED = "DISABLED"


@dataclass(slots=True, kw_only=True, eq=False)
class Account:
    """A client's, a staff member's, or both; e-mail and user name are unique in the agency, letter case apart."""

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

    @property
    def is_staff(self) -> bool:
        return AccountRole.STAFF in self.roles or AccountRole.ADMIN in self.roles

    @property
    def may_sign_in(self) -> bool:
        return self.status is AccountStatus.ACTIVE and self.password_hash is not None


def login_key(text: str) -> str:
    """What two spellings of a user name or e-mail have in common; the unique key of both."""
    return text.strip().casefold()
