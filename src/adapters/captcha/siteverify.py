"""reCAPTCHA and Turnstile: the browser's token is shown to the provider, which says whether it is good."""

import json
import logging
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import httpx

from adapters.web.calls import BoundedCalls, NoAnswer
from application.ports.captcha import CaptchaChallenge, CaptchaVerifier
from domain.agencies import CaptchaProvider
from domain.errors import CaptchaUnavailable

RECAPTCHA_URL = "https://www.google.com/recaptcha/api/siteverify"
TURNSTILE_URL = "https://challenges.cloudflare.com/turnstile/v0/siteverify"

DEADLINE_SECONDS = 3.0
"""For the whole exchange: nobody waits longer to be told that sign-in has to wait."""
BODY_LIMIT = 16 * 1024
TOKEN_LIMIT = 8192
MINIMUM_SCORE = 0.5
"""What reCAPTCHA v3 recommends as a first threshold; v2 and Turnstile give no score."""

_OUR_FAULT = {"missing-input-secret", "invalid-input-secret", "bad-request", "internal-error"}
"""Error codes of both providers that say nothing about the visitor; only those accuse the token instead:
missing-input-response, invalid-input-response, timeout-or-duplicate."""
_FORM = {"Content-Type": "application/x-www-form-urlencoded"}
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteVerifier(CaptchaVerifier):
    """One agency's keys at one provider, whose siteverify page is at `url`.

    `hostnames`: pages on which the token must have been made; empty leaves that check to the provider's console.
    """

    provider: CaptchaProvider
    url: str
    site_key: str
    secret: str
    http: httpx.AsyncClient
    hostnames: frozenset[str] = frozenset()
    deadline_seconds: float = DEADLINE_SECONDS

    async def issue(self) -> CaptchaChallenge:
        return CaptchaChallenge(provider=self.provider, site_key=self.site_key)

    async def verify(self, token: str | None, *, ip: str | None) -> bool:
        if not token or len(token) > TOKEN_LIMIT:
            return False
        verdict = await self._ask(token, ip)
        codes = verdict.get("error-codes")
        if verdict.get("success") is not True:
            if isinstance(codes, list) and _OUR_FAULT.intersection(code for code in codes if isinstance(code, str)):
                raise self._unavailable(f"the provider refused the request: {sorted(map(str, codes))[:5]}")
            return False
        if self.hostnames and verdict.get("hostname") not in self.hostnames:
            return False
        score = verdict.get("score", 1.0)
        return isinstance(score, int | float) and score >= MINIMUM_SCORE

    async def _ask(self, token: str, ip: str | None) -> dict[str, Any]:
        form = {"secret": self.secret, "response": token}
        if ip:
            form["remoteip"] = ip
        calls = BoundedCalls(client=self.http, total_seconds=self.deadline_seconds, max_bytes=BODY_LIMIT)
        try:
            answer = await calls.post(self.url, content=urlencode(form), headers=_FORM)
            verdict = json.loads(answer.body) if answer.status == httpx.codes.OK else None
        except NoAnswer as silence:
            raise self._unavailable(str(silence)) from silence
        except (ValueError, RecursionError) as problem:
            raise self._unavailable(type(problem).__name__) from problem
        if not isinstance(verdict, dict):
            raise self._unavailable(f"status {answer.status}, no verdict")
        return verdict

    def _unavailable(self, why: str) -> CaptchaUnavailable:
        _log.warning("captcha provider unavailable", extra={"provider": self.provider.value, "reason": why})
        return CaptchaUnavailable(retry_after_seconds=30)
