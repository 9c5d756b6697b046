"""How many operations there may be under way in this process, in all and of one sender."""

import asyncio
import hashlib
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager

from graphql_api.http.codes import Code, refusal
from graphql_api.http.facts import RequestFacts

_RETRY_AFTER = 1
_WAITING_TIMES = 8


class _Queue:
    """One sender's places, and how many of theirs have or want one."""

    def __init__(self, most: int) -> None:
        self.places = asyncio.Semaphore(most)
        self.senders = 0


class Shares:
    """Places for `in_all` operations, refused with BUSY past that; `per_bearer` with the same token and `per_address`
    of visitors from the same address. As many again, eight times over, wait `wait` seconds for one of the sender's
    own places; who finds none is refused with RATE_LIMITED."""

    def __init__(self, *, in_all: int, per_bearer: int, per_address: int, wait: float) -> None:
        self._in_all = in_all
        self._per_bearer = per_bearer
        self._per_address = per_address
        self._wait = wait
        self._under_way = 0
        self._queues: dict[str, _Queue] = {}

    @asynccontextmanager
    async def request(self, facts: RequestFacts) -> AsyncIterator[None]:
        """For the time in which a body arrives, and after: it may be large, and nobody else has this token. Visitors
        are not counted yet: who sends slowly must not keep out others behind the same address."""
        if facts.bearer is None:
            yield
            return
        async with self._place(hashlib.sha256(facts.bearer.encode()).hexdigest(), self._per_bearer):
            yield

    @asynccontextmanager
    async def operation(self, facts: RequestFacts) -> AsyncIterator[None]:
        """For the time in which an operation whose text is there is answered."""
        if facts.bearer is None:
            async with self._place(facts.ip, self._per_address):
                with self._one_of_all():
                    yield
        else:
            with self._one_of_all():
                yield

    @asynccontextmanager
    async def _place(self, sender: str, most: int) -> AsyncIterator[None]:
        queue = self._queues.setdefault(sender, _Queue(most))
        if queue.senders >= most * (1 + _WAITING_TIMES):
            raise refusal(Code.RATE_LIMITED, retry_after=_RETRY_AFTER)
        queue.senders += 1
        try:
            try:
                async with asyncio.timeout(self._wait):
                    await queue.places.acquire()
            except TimeoutError:
                raise refusal(Code.RATE_LIMITED, retry_after=_RETRY_AFTER) from None
            try:
                yield
            finally:
                queue.places.release()
        finally:
            queue.senders -= 1
            if not queue.senders:
                self._queues.pop(sender, None)

    @contextmanager
    def _one_of_all(self) -> Iterator[None]:
        if self._under_way >= self._in_all:
            raise refusal(Code.BUSY)
        self._under_way += 1
        try:
            yield
        finally:
            self._under_way -= 1
