"""Opening a checkout: what is sent, and what is made of every answer."""

import asyncio
import json
import logging
from dataclasses import replace
from urllib.parse import urlsplit

import httpx
import pytest

from adapters.enlinea.dialects import DIALECTS, GANGWAY, WEBCHECKOUT_REST
from adapters.enlinea.gateway import EnlineaGateway
from adapters.enlinea.returning import token_for
from application.ports.payment_gateway import GatewayRefused
from domain.errors import GatewayUnavailable
from domain.payment_intents import Checkout
from tests.adapters.enlinea.examples import (
    A_PAYER,
    ACCOUNT,
    BACK,
    HOME,
    KEY,
    PASSWORD,
    REFERENCE,
    SECRET,
    USER,
    Platform,
    a_merchant,
    an_intent,
    create,
    form_in,
    gateway_at,
    without,
)
from tests.adapters.hostile import BROKEN, ENDLESSLY, LATE, NONSENSE, Behaviour, Wire, redirects_to, silent

PATH = DIALECTS[GANGWAY].creation.path
REST_PATH = DIALECTS[WEBCHECKOUT_REST].creation.path
LINK = "https://www.enlineapagos.com/secure/gangway/pagar.do?t=a1b2"
HOSTS = {"127.0.0.1", "www.enlineapagos.com"}
AN_ANSWER = json.dumps({"link": LINK}).replace("/", "\\/").encode()


def answering(body: bytes | str, *, status: str = "200 OK", content_type: str = "text/html") -> Platform:
    text = body.encode() if isinstance(body, str) else body
    return Platform({PATH: text, REST_PATH: text}, status=status, content_type=content_type)


async def test_the_payer_gets_a_link_and_no_secret() -> None:
    platform = answering(AN_ANSWER)
    async with gateway_at(platform, allowed_hosts=HOSTS) as (gateway, _):
        checkout = await create(gateway)
    assert checkout == Checkout(url=LINK, method="GET", fields=())
    ((path, headers, body),) = platform.asked
    token = token_for(SECRET, ACCOUNT, REFERENCE)
    assert path == "/secure/gangway/index.do"
    assert headers["content-type"] == "application/x-www-form-urlencoded; charset=UTF-8"
    assert form_in(body) == {
        "usuario": USER,
        "llavemd5": KEY,
        "referencia": REFERENCE,
        "moneda": "COP",
        "valor": "1850000",
        "iva": "0",
        "baseiva": "0",
        "descripcion": f"Inmobiliaria Andina: FV-1 {REFERENCE}",
        "urlback": f"{BACK}/{REFERENCE}?k={token}",
        "nombres": "Ana María",
        "apellidos": "Peña Ñúñez",
        "email": "ana@example.com",
        "documentonumero": "52123456",
        "telefono": "3001234567",
        "extra1": REFERENCE,
        "info_opcional1": REFERENCE,
    }


async def test_the_newest_key_opens() -> None:
    platform = answering(AN_ANSWER)
    async with gateway_at(platform, allowed_hosts=HOSTS) as (gateway, _):
        await create(gateway, merchant=a_merchant(keys=("new-key", KEY)))
    assert form_in(platform.asked[0][2])["llavemd5"] == "new-key"


async def test_the_other_dialect_speaks_json_and_sends_the_browser_home_by_itself() -> None:
    platform = answering(json.dumps({"link": LINK}), content_type="application/json")
    async with gateway_at(platform, allowed_hosts=HOSTS) as (gateway, _):
        checkout = await create(gateway, merchant=a_merchant(dialect=WEBCHECKOUT_REST))
    assert checkout.url == LINK
    ((path, headers, body),) = platform.asked
    token = token_for(SECRET, ACCOUNT, REFERENCE)
    assert (path, headers["content-type"]) == ("/app/webservice/webcheckout/rest", "application/json")
    assert json.loads(body) == {
        "username": USER,
        "key_webservice": KEY,
        "account_id": "77",
        "reference": REFERENCE,
        "currency": "COP",
        "value": "1850000",
        "iva": "0",
        "value_base_iva": "0",
        "value_base_not_iva": "1850000",
        "description": f"Inmobiliaria Andina: FV-1 {REFERENCE}",
        "url_back": f"{BACK}/{REFERENCE}?k={token}",
        "url_redirect": HOME,
        "person_data": {
            "person_name": "Ana María",
            "person_lastname": "Peña Ñúñez",
            "person_email": "ana@example.com",
            "person_document": "52123456",
            "person_document_type": "CC",
            "person_phone": "3001234567",
        },
    }


async def test_the_dialect_of_json_may_be_elsewhere() -> None:
    elsewhere = answering(json.dumps({"link": LINK}))
    async with gateway_at(silent) as (_, nowhere), gateway_at(elsewhere) as (_, place), httpx.AsyncClient() as client:
        gateway = EnlineaGateway(client, url=nowhere.url, rest_url=place.url, return_secret=SECRET, allowed_hosts=HOSTS)
        await create(gateway, merchant=a_merchant(dialect=WEBCHECKOUT_REST))
        assert (len(elsewhere.asked), len(nowhere.wires)) == (1, 0)


@pytest.mark.parametrize(
    ("amount", "tax", "tax_base", "sent"),
    [
        ("1850000.00", "0.00", "0.00", ("1850000", "0", "0")),
        ("1190000.00", "190000.00", "1000000.00", ("1190000", "190000", "1000000")),
        # Part of the invoice carries no VAT; the platform wants the two to add up to the amount.
        ("1490000.00", "190000.00", "1000000.00", ("1490000", "190000", "1300000")),
        ("1850000.55", "0.00", "0.00", ("1850000.55", "0", "0")),
    ],
)
async def test_amounts_are_whole_pesos_unless_there_are_centavos_and_tax_and_base_add_up(
    amount: str, tax: str, tax_base: str, sent: tuple[str, str, str]
) -> None:
    platform = answering(AN_ANSWER)
    async with gateway_at(platform, allowed_hosts=HOSTS) as (gateway, _):
        await create(gateway, intent=an_intent(amount=amount), tax=tax, tax_base=tax_base)
    form = form_in(platform.asked[0][2])
    assert (form["valor"], form["iva"], form["baseiva"]) == sent


@pytest.mark.parametrize(
    ("name", "document_type", "names", "surnames"),
    [
        ("Ana Peña", "CC", "Ana", "Peña"),
        ("Ana Peña Díaz", "CC", "Ana", "Peña Díaz"),
        ("Inversiones El Roble S.A.S.", "NIT", "Inversiones El Roble S.A.S.", ""),
        ("Shakira", "CC", "Shakira", ""),
        ("Ana\nPeña 漢字", "CC", "Ana", "Peña"),
    ],
)
async def test_names_are_told_apart_as_well_as_one_can(
    name: str, document_type: str, names: str, surnames: str
) -> None:
    platform = answering(AN_ANSWER)
    payer = without(A_PAYER, name=name.replace(" 漢字", "漢字"), document_type=document_type)
    async with gateway_at(platform, allowed_hosts=HOSTS) as (gateway, _):
        await create(gateway, payer=payer)
    form = form_in(platform.asked[0][2])
    assert (form["nombres"], form.get("apellidos", "")) == (names, surnames)


async def test_the_reference_stays_whole_in_a_long_description() -> None:
    platform = answering(AN_ANSWER)
    async with gateway_at(platform, allowed_hosts=HOSTS) as (gateway, _):
        await create(gateway, description="Factura " * 100)
    sent = form_in(platform.asked[0][2])["descripcion"]
    assert len(sent) <= 200
    assert sent.endswith(f" {REFERENCE}")


@pytest.mark.parametrize(
    "body",
    [
        AN_ANSWER,
        json.dumps({"url": LINK}),
        json.dumps({"x": "y", "url": "no", "link": LINK}),
        json.dumps({"redireccion": LINK, "estado": "ok"}),
        json.dumps({"link": LINK, "error": "", "errors": None, "error_code": 0}),
        json.dumps({"link": f" {LINK}\n"}),
        json.dumps(LINK),
        LINK,
        f"\ufeff{LINK}\r\n",
        f"pague en {LINK}",
        f'{{"link":"{LINK}"'.replace("/", "\\/"),
        f"{{'link': '{LINK}'}}".replace("'", '"') + "\n<!-- cortesía -->",
    ],
)
async def test_the_link_is_found_wherever_the_platform_puts_it(body: bytes | str) -> None:
    async with gateway_at(answering(body), allowed_hosts=HOSTS) as (gateway, _):
        assert (await create(gateway)).url == LINK


async def test_of_two_links_the_one_called_link_is_the_payers() -> None:
    body = json.dumps({"ayuda": "https://www.enlineapagos.com/ayuda", "url": LINK + "2", "link": LINK})
    async with gateway_at(answering(body), allowed_hosts=HOSTS) as (gateway, _):
        assert (await create(gateway)).url == LINK


async def test_a_link_to_this_machine_is_taken_where_a_simulator_may_be() -> None:
    async with gateway_at(answering('{"link": "http://127.0.0.1:8001/pagar?t=1"}')) as (gateway, _):
        assert (await create(gateway)).url == "http://127.0.0.1:8001/pagar?t=1"


@pytest.mark.parametrize(
    "body",
    [
        '{"error":"Usuario o llave no válidos"}',
        '{"link":"", "error":"1"}',
        json.dumps({"link": LINK, "error": "llave vencida"}),
        json.dumps({"message": "Comercio inactivo"}),
        json.dumps({"estado": "ERROR"}),
        "error: comercio no encontrado".encode("iso-8859-1"),
        f"Error. Vea {LINK}",
        "Transacción inválida: ERROR 34".encode("iso-8859-1"),
    ],
)
async def test_an_error_inside_a_success_is_a_refusal(body: bytes | str) -> None:
    async with gateway_at(answering(body), allowed_hosts=HOSTS) as (gateway, _):
        with pytest.raises(GatewayRefused):
            await create(gateway)


async def test_a_link_may_contain_the_word_error() -> None:
    link = f"{LINK}&alerror=1"
    async with gateway_at(answering(json.dumps({"link": link})), allowed_hosts=HOSTS) as (gateway, _):
        assert (await create(gateway)).url == link


@pytest.mark.parametrize("status", ["400 Bad Request", "401 Unauthorized", "403 Forbidden", "422 Unprocessable"])
async def test_a_refusal_by_status_is_one_too(status: str) -> None:
    async with gateway_at(answering(AN_ANSWER, status=status), allowed_hosts=HOSTS) as (gateway, _):
        with pytest.raises(GatewayRefused):
            await create(gateway)


async def test_a_refusal_repeats_no_credentials() -> None:
    body = json.dumps({"error": f"llave {KEY} y clave {PASSWORD} no valen"})
    async with gateway_at(answering(body)) as (gateway, _):
        with pytest.raises(GatewayRefused) as refused:
            await create(gateway)
    assert refused.value.detail == "error: llave *** y clave *** no valen"


@pytest.mark.parametrize(
    "link",
    [
        "https://enlineapagos.com.evil.example/pagar",
        "https://www.enlineapagos.com@evil.example/pagar",
        "https://evil.example/?x=https://www.enlineapagos.com/",
        "http://www.enlineapagos.com/pagar",
        "https://127.0.0.1.evil.example/",
        "javascript:alert(1)//https://www.enlineapagos.com",
        "https:\\\\evil.example\\",
        "//evil.example/",
        "https://www.enlineapagos.com:0/",
    ],
)
async def test_nobody_is_sent_anywhere_else(link: str, caplog: pytest.LogCaptureFixture) -> None:
    body = json.dumps({"link": link})
    async with gateway_at(answering(body), allowed_hosts={"127.0.0.1", "www.enlineapagos.com"}) as (gateway, _):
        with pytest.raises((GatewayUnavailable, GatewayRefused)):
            await create(gateway)
    assert KEY not in caplog.text


@pytest.mark.parametrize(
    "body",
    [
        "",
        "{}",
        "[]",
        "null",
        "1" * 5000,
        "[" * 100_000,
        '{"link": 5}',
        "ok",
        f'<!doctype html><a href="{LINK}">Mantenimiento</a>',
        f"<HTML><body>{LINK}",
        b"\xff\xfe\x00",
    ],
    ids=lambda body: str(body[:20]),
)
async def test_an_answer_that_is_neither_leaves_the_outcome_open(body: bytes | str) -> None:
    async with gateway_at(answering(body), allowed_hosts=HOSTS) as (gateway, _):
        with pytest.raises((GatewayUnavailable, GatewayRefused)) as raised:
            await create(gateway)
    assert raised.type is (GatewayRefused if body == '{"link": 5}' else GatewayUnavailable)


@pytest.mark.parametrize("status", ["500 Internal Server Error", "503 Service Unavailable", "429 Too Many Requests"])
async def test_a_failure_of_the_platform_leaves_the_outcome_open(status: str) -> None:
    async with gateway_at(answering(AN_ANSWER, status=status), allowed_hosts=HOSTS) as (gateway, _):
        with pytest.raises(GatewayUnavailable):
            await create(gateway)


@pytest.mark.parametrize("behaviour", [*BROKEN, *NONSENSE, *ENDLESSLY, redirects_to(LINK)])
async def test_a_platform_that_breaks_leaves_the_outcome_open(behaviour: Behaviour) -> None:
    async with gateway_at(behaviour, allowed_hosts=HOSTS) as (gateway, place):
        with pytest.raises((GatewayUnavailable, GatewayRefused)):
            await create(gateway)
        assert len(place.wires) == 1  # asked once, whatever came


@pytest.mark.parametrize("behaviour", LATE)
async def test_a_platform_that_is_late_is_given_up(behaviour: Behaviour) -> None:
    async with gateway_at(behaviour, total_timeout=0.2) as (gateway, _):
        async with asyncio.timeout(10):
            with pytest.raises(GatewayUnavailable):
                await create(gateway)


async def test_many_who_ask_at_once_open_one_checkout_and_one_who_goes_away_takes_it_from_nobody() -> None:
    platform, go = answering(AN_ANSWER), asyncio.Event()

    async def slowly(wire: Wire) -> None:
        await go.wait()
        await platform(wire)

    async with gateway_at(slowly, allowed_hosts=HOSTS) as (gateway, place):
        first, *others = [asyncio.create_task(create(gateway)) for _ in range(5)]
        await place.asked.acquire()
        first.cancel()
        await asyncio.wait([first])
        go.set()
        assert {checkout.url for checkout in await asyncio.gather(*others)} == {LINK}
        assert len(platform.asked) == 1
        assert (await create(gateway)).url == LINK  # before anybody could store it
        assert len(platform.asked) == 1


async def test_as_many_as_are_remembered_and_no_more_are_kept() -> None:
    platform = answering(AN_ANSWER)
    async with gateway_at(platform, allowed_hosts=HOSTS) as (gateway, _):
        for number in range(202):
            await create(gateway, intent=replace(an_intent(), reference=f"REFERENCE{number}"))
        for number in (201, 0):
            await create(gateway, intent=replace(an_intent(), reference=f"REFERENCE{number}"))
    assert len(platform.asked) == 203


async def test_a_failure_is_everybodys_who_asked_and_is_not_remembered() -> None:
    platform = answering("{}")
    async with gateway_at(platform, allowed_hosts=HOSTS) as (gateway, _):
        failed = await asyncio.gather(*(create(gateway) for _ in range(3)), return_exceptions=True)
        assert {type(failure) for failure in failed} == {GatewayUnavailable}
        platform.answers[PATH] = AN_ANSWER
        assert (await create(gateway)).url == LINK


async def test_an_address_too_long_to_pass_is_refused_before_anything_is_sent() -> None:
    platform = answering(AN_ANSWER)
    async with gateway_at(platform, allowed_hosts=HOSTS) as (gateway, _):
        with pytest.raises(ValueError, match="longer"):
            await create(gateway, back="https://api.example/" + "x" * 250)
    assert platform.asked == []


async def test_nothing_secret_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG, logger="adapters"):
        async with gateway_at(answering(f'{{"error": "{KEY}"}}')) as (gateway, _):
            with pytest.raises(GatewayRefused):
                await create(gateway)
        async with gateway_at(answering(KEY)) as (gateway, _):
            with pytest.raises(GatewayUnavailable):
                await create(gateway)
    assert KEY not in caplog.text
    assert token_for(SECRET, ACCOUNT, REFERENCE) not in caplog.text


@pytest.mark.parametrize(
    "url", ["https://evil.example/", "http://www.enlineapagos.com/", "https://www.enlineapagos.com.evil.example", ""]
)
async def test_only_addresses_of_the_platform_are_called(url: str) -> None:
    async with httpx.AsyncClient() as client:
        with pytest.raises(ValueError, match="EnLineaPagos"):
            EnlineaGateway(client, return_secret=SECRET, url=url)
        with pytest.raises(ValueError, match="EnLineaPagos"):
            EnlineaGateway(client, return_secret=SECRET, url="https://www.enlineapagos.com", rest_url=url or "x")


def test_the_return_address_of_the_longest_reference_fits() -> None:
    """255 characters are known to pass; 64 of them are the token, 24 the account's key, 30 the reference."""
    service = "https://" + "a" * 90 + ".example"
    address = f"{service}/callbacks/enlinea/{'x' * 24}/{'R' * 30}?k={'0' * 64}"
    assert urlsplit(address).hostname
    assert len(address) <= 255
