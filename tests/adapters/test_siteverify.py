"""Against a server of our own that answers as the providers do, well and badly."""

import asyncio
import socket
import threading
import time
from collections.abc import AsyncIterator, Iterator

import httpx
import pytest
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, RedirectResponse, Response, StreamingResponse
from starlette.routing import Route

from adapters.captcha.siteverify import SiteVerifier
from domain.agencies import CaptchaProvider
from domain.errors import CaptchaUnavailable

SECRET = "the agency's secret"
SPENT: set[str] = set()
CALLS: list[dict[str, str]] = []


async def siteverify(request: Request) -> Response:
    form = {key: str(value) for key, value in (await request.form()).items()}
    CALLS.append(form)
    token = form.get("response", "")
    if form.get("secret") != SECRET:
        return JSONResponse({"success": False, "error-codes": ["invalid-input-secret"]})
    if token in SPENT:
        return JSONResponse({"success": False, "error-codes": ["timeout-or-duplicate"]})
    SPENT.add(token)
    match token.split("-")[0]:
        case "good":
            return JSONResponse({"success": True, "hostname": "clientes.andina.example", "action": "login"})
        case "robot":
            return JSONResponse({"success": True, "hostname": "clientes.andina.example", "score": 0.1})
        case "human":
            return JSONResponse({"success": True, "hostname": "clientes.andina.example", "score": 0.9})
        case "nan":
            return Response('{"success": true, "score": NaN}', media_type="application/json")
        case "elsewhere":
            return JSONResponse({"success": True, "hostname": "evil.example"})
        case "almost":
            return JSONResponse({"success": "true"})
        case "fault":
            return JSONResponse({"success": False, "error-codes": ["internal-error"]})
        case "slow":
            await asyncio.sleep(0.6)
            return JSONResponse({"success": True})
        case "trickle":
            return StreamingResponse(_trickle(), media_type="application/json")
        case "status":
            return JSONResponse({"success": True}, status_code=500)
        case "html":
            return PlainTextResponse("<html>down for maintenance</html>")
        case "list":
            return JSONResponse([True])
        case "deep":
            return PlainTextResponse("[" * 10_000)
        case "huge":
            return PlainTextResponse('{"success": true, "pad": "' + "x" * 100_000 + '"}')
        case "redirect":
            return RedirectResponse("/yes", status_code=307)
        case _:
            return JSONResponse({"success": False, "error-codes": ["invalid-input-response"]})


async def _trickle() -> AsyncIterator[bytes]:
    for byte in b'{"success": true}':
        yield bytes([byte])
        await asyncio.sleep(0.1)


async def always_yes(request: Request) -> Response:
    CALLS.append({"redirected": "yes"})
    return JSONResponse({"success": True})


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    routes = [Route("/siteverify", siteverify, methods=["POST"]), Route("/yes", always_yes, methods=["GET", "POST"])]
    listening = socket.create_server(("127.0.0.1", 0))
    config = uvicorn.Config(Starlette(routes=routes), log_level="error", lifespan="off", timeout_graceful_shutdown=1)
    server = uvicorn.Server(config)
    thread = threading.Thread(target=lambda: asyncio.run(server.serve(sockets=[listening])))
    thread.start()
    while not server.started:
        time.sleep(0.01)
    yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    server.should_exit = True
    thread.join(10)
    listening.close()


@pytest.fixture
async def http() -> AsyncIterator[httpx.AsyncClient]:
    SPENT.clear()
    CALLS.clear()
    async with httpx.AsyncClient(follow_redirects=True) as client:
        yield client


def a_verifier(
    http: httpx.AsyncClient, address: str, *, secret: str = SECRET, hostnames: frozenset[str] = frozenset()
) -> SiteVerifier:
    return SiteVerifier(
        provider=CaptchaProvider.TURNSTILE,
        url=f"{address}/siteverify",
        site_key="0x4AAA",
        secret=secret,
        http=http,
        hostnames=hostnames,
        deadline_seconds=0.4,
    )


async def test_the_form_gets_the_site_key(http: httpx.AsyncClient, address: str) -> None:
    challenge = await a_verifier(http, address).issue()

    assert (challenge.provider, challenge.site_key, challenge.challenge) == (CaptchaProvider.TURNSTILE, "0x4AAA", None)


async def test_a_good_token_lets_in(http: httpx.AsyncClient, address: str) -> None:
    assert await a_verifier(http, address).verify("good", ip="192.0.2.7")

    assert CALLS == [{"secret": SECRET, "response": "good", "remoteip": "192.0.2.7"}]


async def test_an_unknown_address_is_not_sent(http: httpx.AsyncClient, address: str) -> None:
    assert await a_verifier(http, address).verify("good", ip=None)

    assert CALLS == [{"secret": SECRET, "response": "good"}]


async def test_a_bad_token_is_refused(http: httpx.AsyncClient, address: str) -> None:
    assert not await a_verifier(http, address).verify("bad", ip=None)


async def test_a_spent_token_is_refused(http: httpx.AsyncClient, address: str) -> None:
    verifier = a_verifier(http, address)

    assert await verifier.verify("good", ip=None)
    assert not await verifier.verify("good", ip=None)


@pytest.mark.parametrize("token", [None, "", "x" * 8193])
async def test_what_cannot_be_a_token_is_refused_without_asking(
    http: httpx.AsyncClient, address: str, token: str | None
) -> None:
    assert not await a_verifier(http, address).verify(token, ip=None)

    assert not CALLS


async def test_a_token_made_on_another_page_is_refused(http: httpx.AsyncClient, address: str) -> None:
    verifier = a_verifier(http, address, hostnames=frozenset({"clientes.andina.example"}))

    assert await verifier.verify("good", ip=None)
    assert not await verifier.verify("elsewhere", ip=None)


async def test_a_low_score_is_refused(http: httpx.AsyncClient, address: str) -> None:
    verifier = a_verifier(http, address)

    assert await verifier.verify("human", ip=None)
    assert not await verifier.verify("robot", ip=None)
    assert not await verifier.verify("nan", ip=None)


async def test_only_true_is_true(http: httpx.AsyncClient, address: str) -> None:
    assert not await a_verifier(http, address).verify("almost", ip=None)


@pytest.mark.parametrize("token", ["slow", "trickle", "status", "html", "list", "deep", "huge", "redirect", "fault"])
async def test_a_provider_that_fails_is_an_outage_and_never_a_yes(
    http: httpx.AsyncClient, address: str, token: str
) -> None:
    started = time.monotonic()

    with pytest.raises(CaptchaUnavailable) as refusal:
        await a_verifier(http, address).verify(token, ip=None)

    assert time.monotonic() - started < 5
    assert refusal.value.retry_after_seconds >= 1
    assert {"redirected": "yes"} not in CALLS


async def test_a_secret_the_provider_does_not_know_is_our_outage(
    http: httpx.AsyncClient, address: str, caplog: pytest.LogCaptureFixture
) -> None:
    with pytest.raises(CaptchaUnavailable):
        await a_verifier(http, address, secret="a mistyped secret").verify("good", ip=None)

    logged = "".join(str(record.__dict__) for record in caplog.records)
    assert "invalid-input-secret" in logged
    assert "a mistyped secret" not in logged
    assert "good" not in [str(value) for record in caplog.records for value in record.__dict__.values()]


async def test_a_provider_that_is_down_is_an_outage(http: httpx.AsyncClient) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]

    with pytest.raises(CaptchaUnavailable):
        await a_verifier(http, f"http://127.0.0.1:{port}").verify("good", ip=None)


async def test_an_address_that_is_none_is_an_outage(http: httpx.AsyncClient) -> None:
    with pytest.raises(CaptchaUnavailable):
        await a_verifier(http, "http://[").verify("good", ip=None)
