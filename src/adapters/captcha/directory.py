"""The agency's settings, turned into the verifier they ask for."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass, field

import httpx

from adapters.captcha.altcha import DEFAULT_EFFORT, AltchaVerifier, Effort
from adapters.captcha.open_gate import OpenGate
from adapters.captcha.siteverify import RECAPTCHA_URL, TURNSTILE_URL, SiteVerifier
from application.ports.captcha import CaptchaDirectory, CaptchaVerifier, SpentChallenges, captcha_secret_place
from application.ports.clock import Clock
from application.ports.secrets import SecretBox, SecretUnreadable
from domain.agencies import Agency, CaptchaProvider
from domain.errors import CaptchaUnavailable

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class CaptchaByAgency(CaptchaDirectory):
    """`altcha_secret` signs challenges; `secrets` opens what providers gave the agency; `urls` are their addresses.

    `open_gate_allowed` is for development: elsewhere an agency that asks nothing is treated as an outage, because a
    sign-in page without any question is an accident. `own_hosts` are where the service's own sign-in page (GraphiQL)
    stands: an agency that names its origins accepts tokens from those and from these.
    """

    altcha_secret: bytes
    spent: SpentChallenges
    clock: Clock
    secrets: SecretBox
    http: httpx.AsyncClient
    open_gate_allowed: bool = False
    own_hosts: frozenset[str] = frozenset()
    altcha_effort: Effort = DEFAULT_EFFORT
    urls: Mapping[CaptchaProvider, str] = field(
        default_factory=lambda: {CaptchaProvider.RECAPTCHA: RECAPTCHA_URL, CaptchaProvider.TURNSTILE: TURNSTILE_URL}
    )

    def of(self, agency: Agency) -> CaptchaVerifier:
        match agency.captcha_provider:
            case CaptchaProvider.ALTCHA:
                return AltchaVerifier(
                    agency_id=agency.id,
                    secret=self.altcha_secret,
                    spent=self.spent,
                    clock=self.clock,
                    effort=self.altcha_effort,
                )
            case CaptchaProvider.NONE:
                if self.open_gate_allowed:
                    return OpenGate()
                raise self._unusable(agency, "no captcha is allowed in development only")
            case provider:
                return self._at(provider, agency)

    def _at(self, provider: CaptchaProvider, agency: Agency) -> SiteVerifier:
        if not agency.captcha_site_key or not agency.captcha_secret:
            raise self._unusable(agency, "site key or secret missing")
        try:
            secret = self.secrets.open(agency.captcha_secret, place=captcha_secret_place(agency.id))
        except SecretUnreadable:
            raise self._unusable(agency, "secret unreadable") from None
        return SiteVerifier(
            provider=provider,
            url=self.urls[provider],
            site_key=agency.captcha_site_key,
            secret=secret,
            http=self.http,
            hostnames=_hosts(agency.origins) | self.own_hosts if agency.origins else frozenset(),
        )

    def _unusable(self, agency: Agency, why: str) -> CaptchaUnavailable:
        _log.error("captcha settings unusable", extra={"agency": agency.slug, "reason": why})
        return CaptchaUnavailable(retry_after_seconds=300)


def _hosts(origins: tuple[str, ...]) -> frozenset[str]:
    """Host names of the agency's web addresses: where its sign-in pages are, and so where tokens come from."""
    return frozenset(host for origin in origins if (host := httpx.URL(origin).host))
