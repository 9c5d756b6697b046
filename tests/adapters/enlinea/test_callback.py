"""The address the payer comes back to, over ASGI."""

import asyncio
import json
import logging
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette

from adapters.enlinea.callback import enlinea_routes
from adapters.enlinea.returning import return_url, token_fits, token_for
from application.ports.payment_gateway import NotificationRejected, Rejection
from domain.errors import Busy, NotFound, Unavailable
from domain.gateway_reports import Hint
from domain.payments import PaymentGatewayCode
from tests.adapters.enlinea.examples import ACCOUNT, BACK, HOME, REFERENCE, SECRET
from tests.adapters.payu.examples import FORM

TOKEN = token_for(SECRET, ACCOUNT, REFERENCE)
COPY = f"/callbacks/enlinea/{ACCOUNT}"
PATH = f"{COPY}/{REFERENCE}"
BACK_WITH = {
    "referencia": REFERENCE,
    "moneda": "COP",
    "valor": "1850000.00",
    "respuesta": "APROBADA",
    "cuentanro": "",
    "metodousado": "TC",
    "autorizacion": "654321",
    "nrotransaccion": "901",
}
HINT = Hint(reference=REFERENCE, transaction_id="901", told="APROBADA")


class Receiver:
    """Stands for the use case: keeps what it is given, answers or raises what the test wants."""

    def __init__(self, result: str | Exception = HOME) -> None:
        self.result = result
        self.received: list[tuple[str, Hint, bytes, str | None]] = []

    async def __call__(
        self, *, gateway: PaymentGatewayCode, account: str, hint: Hint, body: bytes, ip: str | None
    ) -> str:
        assert gateway is PaymentGatewayCode.ENLINEA
        self.received.append((account, hint, body, ip))
        if isinstance(self.result, Exception):
            raise self.result
        return self.result

    @property
    def hints(self) -> list[Hint]:
        return [hint for _, hint, _, _ in self.received]


def client(receiver: Any, **options: Any) -> httpx.AsyncClient:
    app = Starlette(routes=enlinea_routes(receiver, secret=SECRET, **options))
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="https://api.example")


async def get(receiver: Receiver, path: str = PATH, **fields: str) -> httpx.Response:
    async with client(receiver) as http:
        return await http.get(path, params={"k": TOKEN} | fields)


async def post(receiver: Receiver, body: Any, *, path: str = f"{PATH}?k={TOKEN}", **headers: str) -> httpx.Response:
    async with client(receiver) as http:
        if isinstance(body, dict):
            return await http.post(path, data=body, headers=headers)
        return await http.post(path, content=body, headers=FORM | headers)


def test_the_token_is_the_one_that_was_agreed() -> None:
    agreed = "5ad9aa64e5172e2810301d26aa5c36f7d2e3fac051882a7a9c0fda2a64ff2ca3"
    assert token_for(b"local-only-secret", "tenant-7", "INV0001234A01") == agreed
    assert token_fits(b"local-only-secret", "tenant-7", "INV0001234A01", agreed)


@pytest.mark.parametrize(
    ("account", "reference", "token"),
    [
        ("tenant-8", REFERENCE, token_for(SECRET, "tenant-7", REFERENCE)),
        ("tenant-7", "INV0001234A02", token_for(SECRET, "tenant-7", REFERENCE)),
        ("tenant-7", REFERENCE, token_for(b"another", "tenant-7", REFERENCE)),
        ("tenant-7", REFERENCE, token_for(SECRET, "tenant-7", REFERENCE).upper()),
        ("tenant-7", REFERENCE, token_for(SECRET, "tenant-7", REFERENCE)[:-1]),
        ("tenant-7", REFERENCE, ""),
        ("tenant-7", REFERENCE, "ñ\ud800\x00"),
    ],
)
def test_a_token_opens_one_reference_of_one_account(account: str, reference: str, token: str) -> None:
    assert not token_fits(SECRET, account, reference, token)


async def test_the_browser_is_sent_home_and_the_hint_is_passed_on() -> None:
    receiver = Receiver()
    response = await get(receiver, **BACK_WITH)
    assert (response.status_code, response.headers["location"]) == (303, HOME)
    assert response.headers["cache-control"] == "no-store"
    ((account, hint, body, ip),) = receiver.received
    assert (account, hint, ip) == (ACCOUNT, HINT, "127.0.0.1")
    assert b"nrotransaccion=901" in body


async def test_the_address_we_give_is_one_we_take() -> None:
    receiver = Receiver()
    async with client(receiver) as http:
        address = return_url(BACK, SECRET, account=ACCOUNT, reference=REFERENCE)
        response = await http.get(f"{address}&nrotransaccion=901&respuesta=APROBADA")
    assert (response.status_code, receiver.hints) == (303, [HINT])


@pytest.mark.parametrize("slash", ["", "/"])
async def test_a_form_posted_by_the_browser_is_the_same(slash: str) -> None:
    receiver = Receiver()
    response = await post(receiver, BACK_WITH, path=f"{PATH}{slash}?k={TOKEN}")
    assert (response.status_code, receiver.hints) == (303, [HINT])


async def test_the_token_may_come_back_in_the_form() -> None:
    receiver = Receiver()
    response = await post(receiver, BACK_WITH | {"k": TOKEN}, path=PATH)
    assert (response.status_code, receiver.hints) == (303, [HINT])


async def test_the_token_is_not_kept() -> None:
    receiver = Receiver()
    await get(receiver, **BACK_WITH)
    await post(receiver, {"k": TOKEN} | BACK_WITH, path=PATH)
    await post(receiver, BACK_WITH | {"k": TOKEN}, path=f"{PATH}?k={TOKEN}")
    assert [TOKEN.encode() in body for _, _, body, _ in receiver.received] == [False, False, False]


@pytest.mark.parametrize("path", [COPY, COPY + "/"])
async def test_a_copy_names_its_reference_itself_and_is_answered_with_an_empty_200(path: str) -> None:
    receiver = Receiver()
    response = await post(receiver, BACK_WITH | {"k": TOKEN}, path=path)
    assert (response.status_code, response.content, receiver.hints) == (200, b"", [HINT])


async def test_the_notice_of_the_other_dialect_is_a_hint_too() -> None:
    receiver = Receiver()
    told = {"reference": REFERENCE, "response": "Aprobada", "amount": 1850000.0, "payment_reference": 901, "x": None}
    response = await post(receiver, json.dumps(told), **{"Content-Type": "application/json; charset=utf-8"})
    assert (response.status_code, response.content) == (200, b"")
    assert receiver.hints == [Hint(reference=REFERENCE, transaction_id="901", told="Aprobada")]


@pytest.mark.parametrize(
    ("fields", "number", "told"),
    [
        ({}, None, ""),
        ({"nrotransaccion": "", "respuesta": ""}, None, ""),
        ({"nrotransaccion": "1" * 65}, None, ""),
        ({"nrotransaccion": "1 or 1=1"}, None, ""),
        ({"nrotransaccion": "١٢٣"}, None, ""),
        ({"nrotransaccion": " A-1.b_2 "}, "A-1.b_2", ""),
        ({"respuesta": "x" * 500}, None, "x" * 40),
        ({"respuesta": "a\r\nb\x00c"}, None, "abc"),
        ({"referencia": "OTHER000001", "nrotransaccion": "5"}, "5", ""),
    ],
)
async def test_a_return_says_what_can_be_used_and_is_never_an_error(
    fields: dict[str, str], number: str | None, told: str
) -> None:
    receiver = Receiver()
    assert (await get(receiver, **fields)).status_code == 303
    assert receiver.hints == [Hint(reference=REFERENCE, transaction_id=number, told=told)]


@pytest.mark.parametrize(
    "body",
    [b"", b"\xff\xfe=%", b"&&&==", b"a=1&" * 1000, b"%%%", b"nombre=Pe\xf1a", b"{", b"[]", b"1" * 5000, b"[" * 60_000],
    ids=lambda body: repr(body[:12]),
)
@pytest.mark.parametrize("content_type", ["application/x-www-form-urlencoded", "application/json", "text/plain", ""])
async def test_a_body_that_cannot_be_read_still_brings_the_browser_home(body: bytes, content_type: str) -> None:
    receiver = Receiver()
    response = await post(receiver, body, **{"Content-Type": content_type})
    assert response.status_code == (200 if content_type == "application/json" else 303)
    assert receiver.hints == [Hint(reference=REFERENCE, transaction_id=None)]


@pytest.mark.parametrize("token", ["", "x", TOKEN[:-1], TOKEN + "0", TOKEN.upper(), "0" * 64, "ñ" * 64])
@pytest.mark.parametrize("method", ["GET", "POST"])
async def test_a_token_that_is_not_ours_does_nothing(token: str, method: str) -> None:
    receiver = Receiver()
    async with client(receiver) as http:
        response = await http.request(method, PATH, params=BACK_WITH | {"k": token})
        copy = await http.post(COPY, data=BACK_WITH | {"k": token})
    assert (response.status_code, response.content) == (401, b"")
    assert copy.status_code == 401
    assert receiver.received == []


async def test_a_token_of_another_account_or_reference_does_nothing() -> None:
    receiver = Receiver()
    for path in (f"/callbacks/enlinea/another/{REFERENCE}", f"{COPY}/INV0001234A02"):
        assert (await get(receiver, path)).status_code == 401
    assert receiver.received == []


@pytest.mark.parametrize(
    "path", [f"{COPY}/abc", f"{COPY}/INV~1234567", f"/callbacks/enlinea/a%20b/{REFERENCE}", f"{PATH}/x"]
)
async def test_what_is_no_address_is_not_there(path: str) -> None:
    receiver = Receiver()
    assert (await get(receiver, path)).status_code == 404
    assert receiver.received == []


@pytest.mark.parametrize("error", [NotificationRejected(Rejection.UNKNOWN_ACCOUNT), NotFound()])
async def test_what_is_not_known_is_not_there(error: Exception) -> None:
    response = await get(Receiver(error), **BACK_WITH)
    assert (response.status_code, response.content) == (404, b"")


@pytest.mark.parametrize("error", [Unavailable(2), Busy(2), ConnectionRefusedError(), RuntimeError("a secret")])
async def test_what_could_not_be_dealt_with_says_so_to_the_payer(
    error: Exception, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING, logger="adapters.enlinea.callback"):
        response = await get(Receiver(error), **BACK_WITH)
    assert (response.status_code, response.headers["retry-after"]) == (503, "30")
    assert response.text.startswith("No pudimos mostrar el resultado de su pago. No pague de nuevo")
    assert "secret" not in response.text
    assert TOKEN not in caplog.text


async def test_a_body_over_64_kib_is_refused_and_does_nothing() -> None:
    receiver = Receiver()
    assert (await post(receiver, b"a" * (64 * 1024 + 1))).status_code == 400
    assert receiver.received == []


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "TRACE"])
async def test_only_get_and_post_are_served(method: str) -> None:
    receiver = Receiver()
    async with client(receiver) as http:
        assert (await http.request(method, PATH, params={"k": TOKEN})).status_code == 405
        assert (await http.get(COPY, params={"k": TOKEN, "referencia": REFERENCE})).status_code == 405
    assert receiver.received == []


class Slow(Receiver):
    """One that waits for a word, and knows how many it had at once."""

    def __init__(self) -> None:
        super().__init__()
        self.go, self.came = asyncio.Event(), asyncio.Event()
        self.now = self.most = 0

    async def __call__(self, **given: Any) -> str:
        self.now += 1
        self.most = max(self.most, self.now)
        self.came.set()
        await self.go.wait()
        self.now -= 1
        return await super().__call__(**given)


async def test_returns_take_turns() -> None:
    receiver = Slow()
    receiver.go.set()
    async with client(receiver, at_once=3) as http:
        answers = await asyncio.gather(*(http.get(PATH, params={"k": TOKEN, "n": str(n)}) for n in range(20)))
    assert {answer.status_code for answer in answers} == {303}
    assert receiver.most <= 3


async def test_one_that_waits_too_long_has_to_come_again_and_was_not_dealt_with() -> None:
    receiver = Slow()
    async with client(receiver, at_once=1, wait_seconds=0.05) as http:
        first = asyncio.create_task(http.get(PATH, params={"k": TOKEN}))
        await receiver.came.wait()
        second = await http.get(PATH, params={"k": TOKEN})
        receiver.go.set()
        assert ((await first).status_code, second.status_code) == (303, 503)
    assert len(receiver.received) == 1
