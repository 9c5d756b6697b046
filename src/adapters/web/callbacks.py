"""What addresses that anybody may call have in common: bodies with an end, and room for few at a time."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

from starlette.requests import Request
from starlette.responses import Response

from application.patience import patience
from domain.errors import Busy

RETRY_AFTER = 30
"""Seconds, where nothing better is known."""


class BodyRefused(Exception):
    """A body that is too long or comes too slowly; the message says which."""


async def read_body(request: Request, *, max_bytes: int = 64 * 1024, seconds: float = 10.0) -> bytes:
    """The whole body. BodyRefused past `max_bytes` or after `seconds`; ClientDisconnect if the caller went away."""
    body = bytearray()
    try:
        async with asyncio.timeout(seconds):
            async for chunk in request.stream():
                body += chunk
                if len(body) > max_bytes:
                    raise BodyRefused("size")
    except TimeoutError as error:
        raise BodyRefused("too slow") from error
    return bytes(body)


class _Queue:
    """Those who call at one account's address: their places, and how many have or want one."""

    def __init__(self, places: int) -> None:
        self.places = asyncio.Semaphore(places)
        self.callers = 0


class Turns:
    """`at_once` callers are dealt with at a time, so that the database has time for others too, and `of_account` of
    them about one account, so that one whose gateway is slow leaves room for the others; whoever waited `wait_seconds`
    for a turn is Busy and has to come again. What is asked of a gateway meanwhile is asked with the patience of who
    waits for an answer.
    """

    def __init__(self, at_once: int, *, wait_seconds: float, of_account: int | None = None) -> None:
        self._places = asyncio.Semaphore(at_once)
        self._of_account = at_once if of_account is None else of_account
        self._wait_seconds = wait_seconds
        self._queues: dict[str, _Queue] = {}

    @asynccontextmanager
    async def one(self, account: str = "") -> AsyncIterator[None]:
        """A turn for a call about that account."""
        queue = self._queues.setdefault(account, _Queue(self._of_account))
        queue.callers += 1
        try:
            async with AsyncExitStack() as held:
                try:
                    async with asyncio.timeout(self._wait_seconds):
                        await held.enter_async_context(queue.places)
                        await held.enter_async_context(self._places)
                except TimeoutError:
                    raise Busy(RETRY_AFTER) from None
                with patience():
                    yield
        finally:
            queue.callers -= 1
            if not queue.callers:
                self._queues.pop(account, None)


def come_again(seconds: int = RETRY_AFTER) -> Response:
    """503 with an empty body: the caller should repeat it then."""
    return Response(status_code=503, headers={"Retry-After": str(seconds)})
