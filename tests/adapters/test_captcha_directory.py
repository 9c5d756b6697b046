from collections.abc import AsyncIterator
from datetime import UTC, datetime
from uuid import uuid4

import httpx
import pytest

from adapters.captcha.altcha import AltchaVerifier, Effort
from adapters.captcha.directory import CaptchaByAgency
from adapters.captcha.open_gate import OpenGate
from adapters.captcha.siteverify import DEADLINE_SECONDS, SiteVerifier
from application.ports.captcha import captcha_secret_place
from application.ports.secrets import SecretBox, SecretUnreadable
from domain.agencies import Agency, CaptchaProvider
from domain.errors import CaptchaUnavailable
from domain.ids import AgencyId
from tests.fakes.captcha import FakeSpentChallenges
from tests.fakes.clock import FakeClock


class Box(SecretBox):
    """Seals by writing the place in front."""

    def seal(self, secret: str, *, place: str) -> str:
        return f"{place}|{secret}"

    def open(self, sealed: str, *, place: str) -> str:
        sealed_for, _, secret = sealed.partition("|")
        if sealed_for != place:
            raise SecretUnreadable
        return secret


def an_agency(provider: CaptchaProvider, **settings: object) -> Agency:
    agency = Agency(
        id=AgencyId(uuid4()), slug="andina", name="Andina", tax_id="900123456", check_digit=8, captcha_provider=provider
    )
    for name, value in settings.items():
        setattr(agency, name, value)
    return agency


def with_keys(provider: CaptchaProvider, *, origins: tuple[str, ...] = ()) -> Agency:
    agency = an_agency(provider, captcha_site_key="public", origins=origins)
    agency.captcha_secret = Box().seal("private", place=captcha_secret_place(agency.id))
    return agency


@pytest.fixture
async def directory() -> AsyncIterator[CaptchaByAgency]:
    async with httpx.AsyncClient() as http:
        yield a_directory(http)


def a_directory(http: httpx.AsyncClient, *, open_gate_allowed: bool = False) -> CaptchaByAgency:
    return CaptchaByAgency(
        altcha_secret=b"s" * 32,
        spent=FakeSpentChallenges(),
        clock=FakeClock(datetime.now(UTC)),
        secrets=Box(),
        http=http,
        open_gate_allowed=open_gate_allowed,
        own_hosts=frozenset({"api.example"}),
        altcha_effort=Effort(cost=1, fewest=1, most=2),
    )


async def test_an_agency_that_chose_nothing_has_altcha(directory: CaptchaByAgency) -> None:
    agency = Agency(id=AgencyId(uuid4()), slug="andina", name="Andina", tax_id="900123456", check_digit=8)

    verifier = directory.of(agency)

    assert isinstance(verifier, AltchaVerifier)
    assert verifier.agency_id == agency.id
    assert (await verifier.issue()).provider is CaptchaProvider.ALTCHA


@pytest.mark.parametrize(
    ("provider", "host"),
    [(CaptchaProvider.RECAPTCHA, "www.google.com"), (CaptchaProvider.TURNSTILE, "challenges.cloudflare.com")],
)
async def test_a_provider_is_asked_at_its_own_address_with_the_agencys_keys(
    directory: CaptchaByAgency, provider: CaptchaProvider, host: str
) -> None:
    verifier = directory.of(with_keys(provider, origins=("https://clientes.andina.example", "http://localhost:3000")))

    assert isinstance(verifier, SiteVerifier)
    assert httpx.URL(verifier.url).scheme == "https"
    assert httpx.URL(verifier.url).host == host
    assert (verifier.provider, verifier.site_key, verifier.secret) == (provider, "public", "private")
    assert verifier.hostnames == {"clientes.andina.example", "localhost", "api.example"}
    assert verifier.deadline_seconds == DEADLINE_SECONDS == 3


async def test_without_origins_the_page_is_left_to_the_provider(directory: CaptchaByAgency) -> None:
    verifier = directory.of(with_keys(CaptchaProvider.TURNSTILE))

    assert isinstance(verifier, SiteVerifier)
    assert verifier.hostnames == frozenset()


@pytest.mark.parametrize(
    "agency",
    [
        an_agency(CaptchaProvider.RECAPTCHA),
        an_agency(CaptchaProvider.TURNSTILE, captcha_site_key="public"),
        an_agency(CaptchaProvider.TURNSTILE, captcha_secret="sealed"),
        an_agency(CaptchaProvider.TURNSTILE, captcha_site_key="public", captcha_secret="for another place|private"),
    ],
)
async def test_settings_that_cannot_be_used_are_an_outage(directory: CaptchaByAgency, agency: Agency) -> None:
    with pytest.raises(CaptchaUnavailable):
        directory.of(agency)


async def test_asking_nothing_is_for_development_only(directory: CaptchaByAgency) -> None:
    agency = an_agency(CaptchaProvider.NONE)

    with pytest.raises(CaptchaUnavailable):
        directory.of(agency)

    gate = a_directory(directory.http, open_gate_allowed=True).of(agency)
    assert isinstance(gate, OpenGate)
    assert (await gate.issue()).provider is CaptchaProvider.NONE
    assert await gate.verify(None, ip=None)
