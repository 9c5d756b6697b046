"""Telling people from programs before a password is looked at."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from domain.agencies import Agency, CaptchaProvider
from domain.ids import AgencyId


@dataclass(frozen=True, slots=True, kw_only=True)
class CaptchaChallenge:
    """What a sign-in form needs. `challenge` is ALTCHA's, as JSON; the other providers have a `site_key`."""

    provider: CaptchaProvider
    site_key: str | None = None
    challenge: str | None = None


class CaptchaVerifier(Protocol):
    """One agency's way of telling."""

    async def issue(self) -> CaptchaChallenge:
        """A new challenge, good for one attempt."""
        ...

    async def verify(self, token: str | None, *, ip: str | None) -> bool:
        """Whether the answer is right, in time and used for the first time; it is spent by asking.

        Raises CaptchaUnavailable when that cannot be found out: an outage is never a yes.
        """
        ...


class CaptchaDirectory(Protocol):
    """Which way each agency has chosen."""

    def of(self, agency: Agency) -> CaptchaVerifier:
        """The verifier that the agency's settings ask for; CaptchaUnavailable if they cannot be used."""
        ...


class SpentChallenges(Protocol):
    """Answers that have been used, shared by all processes."""

    async def spend(self, agency_id: AgencyId, key: str, *, expires_at: datetime) -> bool:
        """True for the first who spends this key, False ever after; it may be forgotten after `expires_at`."""
        ...


def captcha_secret_place(agency_id: AgencyId) -> str:
    """The `place` under which an agency's CAPTCHA secret is sealed (SecretBox)."""
    return f"captcha:{agency_id}"
