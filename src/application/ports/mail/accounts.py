"""Letters about accounts: the way in, and what somebody did to it. Everybody gets them."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from application.ports.mail import Letter


@dataclass(frozen=True, slots=True, kw_only=True)
class Invitation(Letter):
    """An account waits for its first password, which is chosen at `link` until `expires_at` (aware)."""

    link: str
    username: str
    expires_at: datetime
    staff: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class PasswordReset(Letter):
    """Somebody, the owner or not, asked for another password."""

    limited: ClassVar[bool] = True

    link: str
    username: str
    expires_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class EmailConfirmation(Letter):
    """To the address that an account is to have. Whoever reads it may be somebody else, so it names no one."""

    limited: ClassVar[bool] = True

    link: str
    expires_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class EmailChangeNotice(Letter):
    """To the address that an account has: another one, `new_email`, was asked for at `asked_at` (aware)."""

    new_email: str
    asked_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountActivated(Letter):
    """The account has its first password, since `at` (aware)."""

    username: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class PasswordChanged(Letter):
    """The account has another password, since `at` (aware)."""

    username: str
    at: datetime
