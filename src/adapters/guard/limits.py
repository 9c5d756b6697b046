"""What one call may take: time, and one of so many places."""

import asyncio
import logging
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from typing import TypeVar

from application.patience import seconds_left
from domain.errors import GatewayUnavailable

T = TypeVar("T")
_log = logging.getLogger(__name__)

RETRY_AFTER = 30
"""Seconds, where nothing better is known."""

_BACKGROUND_WAITS = 20.0
"""Seconds for a place."""

LEAST_SECONDS = 2.0
"""What is not given that long is not asked: it would tell nothing about the gateway, and leave a payer's checkout in
doubt for nothing."""


def time_for_a_call(most_seconds: float) -> float:
    """What the patience of whoever waits leaves of `most_seconds`; GatewayUnavailable if that is too little to ask."""
    left = seconds_left()
    if left is not None and left < LEAST_SECONDS:
        raise GatewayUnavailable(1)
    return most_seconds if left is None else min(most_seconds, left)


async def within(seconds: float, call: Callable[[], Awaitable[T]]) -> T:
    """What `call` returns in that time; GatewayUnavailable otherwise."""
    try:
        async with asyncio.timeout(seconds):
            return await call()
    except TimeoutError:
        raise GatewayUnavailable(RETRY_AFTER) from None


class Places:
    """`at_once` of each kind may be under way, `of_account` of them of one account. Past that, who has somebody waiting
    is refused rather than queued, and would only wait for a gateway that is slow.

    The background takes no more than half of an account's places, so that a long list of payments to ask about keeps no
    payer from asking, and waits a while for one. The log has a line for the first that is refused, and none for the
    others until it has become quiet again.
    """

    def __init__(self, at_once: int, *, of_account: int) -> None:
        self._at_once = at_once
        self._of_account = of_account
        self._under_way: Counter[str] = Counter()
        self._crowded: set[str] = set()
        self._background: dict[str, asyncio.Semaphore] = {}

    @asynccontextmanager
    async def one(self, operation: str, account: str) -> AsyncIterator[None]:
        """Hold a place; GatewayUnavailable if there is none."""
        async with AsyncExitStack() as held:
            if seconds_left() is None:
                half = max(1, self._of_account // 2)
                turns = self._background.setdefault(f"{operation} {account}", asyncio.Semaphore(half))
                try:
                    async with asyncio.timeout(_BACKGROUND_WAITS):
                        await held.enter_async_context(turns)
                except TimeoutError:
                    raise GatewayUnavailable(RETRY_AFTER) from None
            held.enter_context(self._taken(operation, account))
            yield

    @contextmanager
    def _taken(self, operation: str, account: str) -> Iterator[None]:
        own = f"{operation} {account}"
        if self._under_way[operation] >= self._at_once or self._under_way[own] >= self._of_account:
            if own not in self._crowded:
                self._crowded.add(own)
                _log.warning("%s: too many calls of merchant account %s or its gateway under way", operation, account)
            raise GatewayUnavailable(RETRY_AFTER)
        self._under_way.update((operation, own))
        try:
            yield
        finally:
            self._under_way.subtract((operation, own))
            if not self._under_way[own]:
                del self._under_way[own]
                self._crowded.discard(own)
