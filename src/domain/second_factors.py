"""A proof besides the password: codes of an application (TOTP, RFC 6238), and codes on paper for when it is lost.

NIST SP 800-63B-4, 3.1.2 and 3.1.4: a code is accepted once; a recovery code has 120 random bits, so that its SHA-256
alone may be kept.
"""

import base64
import hashlib
import secrets
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from domain.ids import AccountId, AgencyId

STEP_SECONDS = 30
WINDOW = 1
"""Codes of so many steps before and after the present one are good too: clocks of telephones differ."""
RECOVERY_CODES = 10
_RECOVERY_BYTES = 15
_GROUP = 6


class SecondFactorChange(StrEnum):
    """What the owner of an account is told of. RECOVERY: one of the codes on paper opened the door. RESET: another
    person of the agency took it away."""

    ON = "on"
    OFF = "off"
    RENEWED = "renewed"
    RECOVERY = "recovery"
    RESET = "reset"


@dataclass(frozen=True, slots=True, kw_only=True)
class Enrolment:
    """What an application needs, told once: the secret in base32, the same as an otpauth:// address, and that as a
    picture (PNG)."""

    secret: str = field(repr=False)
    address: str = field(repr=False)
    picture: bytes = field(repr=False)


@dataclass(slots=True, kw_only=True, eq=False)
class SecondFactor:
    """Of one account. `secret` is sealed. It is on once `confirmed_at` is set. `last_step` is the step of the last code
    that was accepted; `recovery` holds the hashes of the codes on paper that are left."""

    account_id: AccountId
    agency_id: AgencyId
    secret: str = field(repr=False)
    begun_at: datetime
    confirmed_at: datetime | None = None
    last_step: int | None = None
    recovery: tuple[str, ...] = ()

    @property
    def is_on(self) -> bool:
        return self.confirmed_at is not None

    def confirm(self, *, at: datetime) -> tuple[str, ...]:
        """It is on from now; the first recovery codes."""
        self.confirmed_at = at
        return self.renew_recovery()

    def renew_recovery(self) -> tuple[str, ...]:
        """New recovery codes, told once; those before serve no more."""
        codes = tuple(_new_code() for _ in range(RECOVERY_CODES))
        self.recovery = tuple(map(recovery_hash, codes))
        return codes

    def spend_recovery(self, code: str) -> bool:
        """Whether it is one of those that are left, which it then is no more."""
        spent = recovery_hash(code)
        if spent not in self.recovery:
            return False
        self.recovery = tuple(kept for kept in self.recovery if kept != spent)
        return True


def tidy_code(text: str) -> str:
    """As codes are compared: without blanks and hyphens, in capitals."""
    return "".join(letter for letter in text[:100] if letter not in " -\t\n").upper()


def recovery_hash(code: str) -> str:
    """SHA-256 in hexadecimal, whatever the blanks, hyphens and letter case."""
    return hashlib.sha256(tidy_code(code).encode("utf-8", "surrogatepass")).hexdigest()


def _new_code() -> str:
    text = base64.b32encode(secrets.token_bytes(_RECOVERY_BYTES)).decode()
    return "-".join(text[start : start + _GROUP] for start in range(0, len(text), _GROUP))
