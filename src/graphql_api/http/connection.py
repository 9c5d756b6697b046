"""Work that is worth doing only while its client is there."""

import asyncio
from collections.abc import Awaitable
from typing import TypeVar

from starlette.types import Receive

from graphql_api.http.body import Disconnected

T = TypeVar("T")


async def while_connected(work: Awaitable[T], receive: Receive) -> T:
    """Await `work`, and cancel it when the client goes away: nobody would read the answer."""
    task = asyncio.ensure_future(work)
    gone = asyncio.ensure_future(_disconnection(receive))
    try:
        await asyncio.wait({task, gone}, return_when=asyncio.FIRST_COMPLETED)
        if not task.done():
            raise Disconnected
        return task.result()
    finally:
        gone.cancel()
        if not task.done():
            task.cancel()
        await asyncio.gather(task, gone, return_exceptions=True)


async def _disconnection(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
