"""ALTCHA: a proof of work that the service sets and checks by itself, asking no one outside."""

import asyncio
import hmac
import json
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import altcha

from application.ports.captcha import CaptchaChallenge, CaptchaVerifier, SpentChallenges
from application.ports.clock import Clock
from domain.agencies import CaptchaProvider
from domain.ids import AgencyId

ALGORITHM = "PBKDF2/SHA-256"
LIFETIME = timedelta(minutes=10)
"""Long enough to look a password up, short enough that answers cannot be hoarded."""
TOKEN_LIMIT = 4096


@dataclass(frozen=True, slots=True)
class Effort:
    """Work for the visitor's browser: `cost` iterations a try, and between `fewest` and `most` tries.

    The default takes a phone about a second; the service's share is one try to set it and none to check it.
    """

    cost: int = 5000
    fewest: int = 100
    most: int = 300


DEFAULT_EFFORT = Effort()


@dataclass(frozen=True, slots=True, kw_only=True)
class AltchaVerifier(CaptchaVerifier):
    """Challenges of one agency, signed with keys that follow from `secret` and serve no other agency.

    The signature makes the answer good, not unique: `spent` is what makes it good only once.
    """

    agency_id: AgencyId
    secret: bytes
    spent: SpentChallenges
    clock: Clock
    effort: Effort = DEFAULT_EFFORT

    async def issue(self) -> CaptchaChallenge:
        challenge = await asyncio.to_thread(self._create)
        return CaptchaChallenge(provider=CaptchaProvider.ALTCHA, challenge=json.dumps(challenge.to_dict()))

    async def verify(self, token: str | None, *, ip: str | None) -> bool:
        if not token or len(token) > TOKEN_LIMIT:
            return False
        answer = _read(token)
        if answer is None:
            return False
        result = altcha.verify_solution(answer, self._key("challenge"), hmac_key_secret=self._key("solution"))
        if not result.verified:
            return False
        signed = answer.challenge.parameters  # ours, as the signature shows, and so of the types we gave them
        if not signed.expires_at or signed.expires_at <= self.clock.now().timestamp():
            return False
        expires_at = datetime.fromtimestamp(signed.expires_at, UTC)
        return await self.spent.spend(self.agency_id, signed.nonce, expires_at=expires_at)

    def _create(self) -> altcha.Challenge:
        tries = self.effort.fewest + secrets.randbelow(self.effort.most - self.effort.fewest + 1)
        return altcha.create_challenge(
            ALGORITHM,
            self.effort.cost,
            counter=tries,
            expires_at=self.clock.now() + LIFETIME,
            hmac_secret=self._key("challenge"),
            hmac_key_secret=self._key("solution"),
        )

    def _key(self, purpose: str) -> bytes:
        return hmac.digest(self.secret, f"altcha {purpose} {self.agency_id}".encode(), "sha256")


def _read(token: str) -> altcha.Payload | None:
    """The answer inside a token, or nothing if it is not one: whatever a stranger sends, no exception leaves."""
    try:
        return altcha.Payload.from_base64(token)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None
