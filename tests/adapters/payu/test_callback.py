"""The address that PayU posts to, over ASGI."""

import asyncio
import logging
from collections.abc import AsyncIterator, Mapping
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette

from adapters.payu.callback import payu_routes
from application.ports.payment_gateway import NotificationRejected, Reception, Rejection
from domain.errors import Busy, GatewayUnavailable, Unavailable
from domain.payments import PaymentGatewayCode
from tests.adapters.payu.examples import FORM, a_confirmation, encoded

PATH = "/callbacks/payu/acc9f2c"


class Receiver:
    """Stands for the use case: keeps what it is given, answers or raises what the test wants."""

    def __init__(self, result: Reception | Exception = Reception.PROCESSED) -> None:
        self.result = result
        self.received: list[tuple[str, bytes, str | None, str | None]] = []

    async def __call__(
        self, *, gateway: PaymentGatewayCode, account: str, body: bytes, headers: Mapping[str, str], ip: str | None
    ) -> Reception:
        assert gateway is PaymentGatewayCode.PAYU
        self.received.append((account, body, headers.get("content-type"), ip))
        if isinstance(self.result, Exception):
            raise self.result
        return self.result


@pytest.mark.parametrize("reception", list(Reception))
async def test_what_was_accepted_is_answered_with_an_empty_200(reception: Reception) -> None:
    receiver = Receiver(reception)

    response = await post(receiver, encoded(a_confirmation()))

    assert (response.status_code, response.content) == (200, b"")
    assert receiver.received == [("acc9f2c", encoded(a_confirmation()), FORM["Content-Type"], "127.0.0.1")]


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (NotificationRejected(Rejection.MALFORMED, "value"), 400),
        (NotificationRejected(Rejection.BAD_SIGNATURE), 401),
        (NotificationRejected(Rejection.WRONG_MERCHANT), 403),
        (NotificationRejected(Rejection.UNKNOWN_ACCOUNT), 404),
        (Unavailable(2), 503),
        (GatewayUnavailable(30), 503),
        (ConnectionRefusedError(), 503),
        (RuntimeError("a secret in a message"), 503),
    ],
)
async def test_what_was_not_is_answered_so_that_payu_repeats_it_without_a_word(error: Exception, status: int) -> None:
    response = await post(Receiver(error), b"x")
    assert (response.status_code, response.content) == (status, b"")


async def test_an_unexpected_failure_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.ERROR):
        await post(Receiver(RuntimeError("boom")), b"x")
    assert "boom" in caplog.text


@pytest.mark.parametrize("error", [GatewayUnavailable(17), Unavailable(17), Busy(17)])
async def test_what_has_to_come_again_is_one_line_and_says_when(
    error: Exception, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO, logger="adapters.payu.callback"):
        response = await post(Receiver(error), b"x")
    assert (response.status_code, response.headers["Retry-After"]) == (503, "17")
    ((record),) = [it for it in caplog.records if it.name == "adapters.payu.callback"]
    assert record.getMessage() == f"notice to account acc9f2c has to come again: {type(error).__name__}"
    assert (record.levelno, record.exc_info) == (logging.WARNING, None)


class Slow(Receiver):
    """One that takes its time, and knows how many notices it had at once."""

    def __init__(self, seconds: float) -> None:
        super().__init__()
        self.seconds = seconds
        self.now = self.most = 0

    async def __call__(
        self, *, gateway: PaymentGatewayCode, account: str, body: bytes, headers: Mapping[str, str], ip: str | None
    ) -> Reception:
        self.now += 1
        self.most = max(self.most, self.now)
        await asyncio.sleep(self.seconds)
        self.now -= 1
        return await super().__call__(gateway=gateway, account=account, body=body, headers=headers, ip=ip)


async def test_notices_of_an_account_take_turns_three_at_once() -> None:
    receiver = Slow(0.01)
    async with client(receiver) as http:
        answers = await asyncio.gather(
            *(http.post(PATH + "/" * (n % 2), content=b"x", headers=FORM) for n in range(20))
        )
    assert ({answer.status_code for answer in answers}, receiver.most, len(receiver.received)) == ({200}, 3, 20)


async def test_a_notice_that_waits_too_long_has_to_come_again_and_was_not_dealt_with() -> None:
    receiver = Slow(0.3)
    async with client(receiver, at_once=1, wait_seconds=0.05) as http:
        first, second = await asyncio.gather(*(http.post(PATH, content=b"x", headers=FORM) for _ in range(2)))
        third = await http.post(PATH, content=b"x", headers=FORM)
    assert [answer.status_code for answer in (first, second, third)] == [200, 503, 200]
    assert int(second.headers["Retry-After"]) > 0
    assert len(receiver.received) == 2


@pytest.mark.parametrize("declared", [True, False])
async def test_a_body_over_64_kib_is_refused_before_anybody_reads_it(declared: bool) -> None:
    async def chunks() -> AsyncIterator[bytes]:
        for _ in range(70):
            yield b"x" * 1024

    receiver = Receiver()
    response = await post(receiver, b"x" * 70_000 if declared else chunks())

    assert (response.status_code, response.content) == (400, b"")
    assert receiver.received == []


async def test_64_kib_are_read() -> None:
    receiver = Receiver()
    assert (await post(receiver, b"x" * 65_536)).status_code == 200


@pytest.mark.parametrize("account", ["a.b", "ñ", "x" * 65, "%00"])
async def test_an_impossible_account_is_not_found(account: str) -> None:
    receiver = Receiver()
    assert (await post(receiver, b"x", path=f"/callbacks/payu/{account}")).status_code == 404
    assert receiver.received == []


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "HEAD"])
async def test_only_post_is_served(method: str) -> None:
    receiver = Receiver()
    async with client(receiver) as http:
        assert (await http.request(method, PATH)).status_code == 405
    assert receiver.received == []


async def test_a_final_slash_is_no_redirect() -> None:
    assert (await post(Receiver(), b"x", path=PATH + "/")).status_code == 200


def client(receiver: Receiver, **options: Any) -> httpx.AsyncClient:
    app = Starlette(routes=payu_routes(receiver, **options))
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://api.example")


async def post(receiver: Receiver, body: bytes | AsyncIterator[bytes], *, path: str = PATH) -> httpx.Response:
    async with client(receiver) as http:
        return await http.post(path, content=body, headers=FORM)
