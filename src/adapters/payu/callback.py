"""Where PayU posts its confirmations: the return leg of what we sent there, not a second API.

Source: PayU, «Confirmation page»: a form posted to a public address without authentication, repeated until it is
answered with 200. A redirect would count as a failure.
"""

import asyncio
import logging
import re
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from typing import Protocol

from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route

from application.ports.payment_gateway import NotificationRejected, Reception, Rejection
from domain.errors import Busy, GatewayUnavailable, Unavailable
from domain.payments import PaymentGatewayCode

_log = logging.getLogger(__name__)

_MAX_BYTES = 64 * 1024
_READ_SECONDS = 10.0
_AT_ONCE = 3
_WAIT_SECONDS = 4.0
_RETRY_AFTER = 30
_ACCOUNT = re.compile(r"[A-Za-z0-9_-]{1,64}")
_STATUS = {
    Rejection.MALFORMED: 400,
    Rejection.BAD_SIGNATURE: 401,
    Rejection.WRONG_MERCHANT: 403,
    Rejection.UNKNOWN_ACCOUNT: 404,
}


class ReceiveNotification(Protocol):
    """What becomes of a notice: stored, checked and applied. Raises NotificationRejected for one that proves nothing,
    anything else for one that could not be dealt with now."""

    async def __call__(
        self, *, gateway: PaymentGatewayCode, account: str, body: bytes, headers: Mapping[str, str], ip: str | None
    ) -> Reception: ...


def payu_routes(
    receive: ReceiveNotification, *, at_once: int = _AT_ONCE, wait_seconds: float = _WAIT_SECONDS
) -> list[Route]:
    """`POST /callbacks/payu/{account}`, with or without a final slash, so that no router answers with a redirect."""
    handler = payu_callback(receive, at_once=at_once, wait_seconds=wait_seconds)
    return [Route(f"/callbacks/payu/{{account}}{end}", handler, methods=["POST"]) for end in ("", "/")]


def payu_callback(
    receive: ReceiveNotification, *, at_once: int = _AT_ONCE, wait_seconds: float = _WAIT_SECONDS
) -> Callable[[Request], Awaitable[Response]]:
    """The handler. Answers with an empty body: 200 for what was processed, known or stored for a person; 400 for no
    such form or one over 64 KiB; 401 for a bad signature; 403 for another merchant's; 404 for an unknown account;
    503 when it could not be processed now, so that PayU sends it again.

    Anybody may post here: no more than `at_once` notices are dealt with at a time, so that the database has time for
    others too, and one that waited `wait_seconds` for its turn has to come again."""
    places = asyncio.Semaphore(at_once)

    async def handle(request: Request) -> Response:
        account = request.path_params["account"]
        if not _ACCOUNT.fullmatch(account):
            return Response(status_code=404)
        try:
            body = await _body(request)
            async with _one_of(places, wait_seconds):
                reception = await receive(
                    gateway=PaymentGatewayCode.PAYU,
                    account=account,
                    body=body,
                    headers=request.headers,
                    ip=request.client.host if request.client else None,
                )
        except NotificationRejected as rejection:
            _log.warning("notice to account %s rejected: %s", account, rejection)
            return Response(status_code=_STATUS[rejection.kind])
        except ClientDisconnect:
            return Response(status_code=400)
        except (Busy, GatewayUnavailable, Unavailable) as error:
            _log.warning("notice to account %s has to come again: %s", account, type(error).__name__)
            return _later(error.retry_after_seconds)
        except Exception:
            # Whatever it was, a later repetition may go better; 503 is what makes PayU repeat.
            _log.exception("notice to account %s not processed", account)
            return _later(_RETRY_AFTER)
        _log.info("notice to account %s: %s", account, reception)
        return Response(status_code=200)

    return handle


def _later(seconds: int) -> Response:
    return Response(status_code=503, headers={"Retry-After": str(seconds)})


@asynccontextmanager
async def _one_of(places: asyncio.Semaphore, wait_seconds: float) -> AsyncIterator[None]:
    try:
        async with asyncio.timeout(wait_seconds):
            await places.acquire()
    except TimeoutError:
        raise Busy(_RETRY_AFTER) from None
    try:
        yield
    finally:
        places.release()


async def _body(request: Request) -> bytes:
    """The body, at most 64 KiB and within ten seconds."""
    body = bytearray()
    try:
        async with asyncio.timeout(_READ_SECONDS):
            async for chunk in request.stream():
                body += chunk
                if len(body) > _MAX_BYTES:
                    raise NotificationRejected(Rejection.MALFORMED, "size")
    except TimeoutError as error:
        raise NotificationRejected(Rejection.MALFORMED, "too slow") from error
    return bytes(body)
