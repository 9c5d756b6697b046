"""What addresses that anybody may call have in common: bodies with an end, and room for few at a time."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

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


class Turns:
    """`at_once` callers are dealt with at a time, so that the database has time for others too; whoever waited
    `wait_seconds` for a turn is Busy and has to come again. What is asked of a gateway meanwhile is asked with the
    patience of who waits for an answer."""

    def __init__(self, at_once: int, *, wait_seconds: float) -> None:
        self._places = asyncio.Semaphore(at_once)
        self._wait_seconds = wait_seconds

    @asynccontextmanager
    async def one(self) -> AsyncIterator[None]:
        try:
            async with asyncio.timeout(self._wait_seconds):
                await self._places.acquire()
        except TimeoutError:
            raise Busy(RETRY_AFTER) from None
        try:
            with patience():
                yield
        finally:
            self._places.release()


def come_again(seconds: int = RETRY_AFTER) -> Response:
    """503 with an empty body: the caller should repeat it then."""
    return Response(status_code=503, headers={"Retry-After": str(seconds)})
