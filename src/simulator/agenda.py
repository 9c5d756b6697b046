"""What has to happen later by the simulator's clock."""

import asyncio
import contextlib
import heapq
import itertools
import logging
from collections.abc import Awaitable, Callable
from datetime import datetime

from simulator.clock import Clock

_log = logging.getLogger(__name__)

_AT_ONCE = 50

Action = Callable[[datetime], Awaitable[None]]
"""Something to do; it is given the instant for which it was planned, which is earlier than now after a big advance."""


class Agenda:
    """Planned actions in order of their instants; among equals, in the order in which they were planned."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._planned: list[tuple[datetime, int, Action]] = []
        self._numbers = itertools.count()
        self._one_runner = asyncio.Lock()
        self._changed = asyncio.Event()
        self._going: set[asyncio.Task[None]] = set()

    def __len__(self) -> int:
        return len(self._planned)

    def plan(self, at: datetime, action: Action) -> None:
        """Adds an action for `at`."""
        heapq.heappush(self._planned, (at, next(self._numbers), action))
        self.wake()

    def wake(self) -> None:
        """Tells the background worker that the clock or the plan changed."""
        self._changed.set()

    def clear(self) -> None:
        """Forgets everything planned."""
        self._planned.clear()
        self.wake()

    async def run_due(self) -> int:
        """Runs all that is due, one after another, also what falls due meanwhile; answers how many actions ran.

        Waits for what is already going on, so that afterwards nothing that was due is left undone.
        """
        ran = 0
        async with self._one_runner:
            while self._going or self._is_due():
                if self._going:
                    await asyncio.wait(self._going)
                    continue
                await self._run(*self._next())
                ran += 1
        return ran

    async def work(self) -> None:
        """Runs due actions as time passes, until cancelled. Many at once: a gateway does not keep the news of one
        payment back because the server of another does not answer."""
        try:
            while True:
                self._changed.clear()
                while self._is_due() and len(self._going) < _AT_ONCE:
                    begun = asyncio.create_task(self._run(*self._next()))
                    self._going.add(begun)
                    begun.add_done_callback(self._over)
                wait = None
                if self._planned and len(self._going) < _AT_ONCE:
                    wait = max(0.0, (self._planned[0][0] - self._clock.now()).total_seconds())
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(wait):
                        await self._changed.wait()
        finally:
            for task in self._going:
                task.cancel()

    def _is_due(self) -> bool:
        return bool(self._planned) and self._planned[0][0] <= self._clock.now()

    def _next(self) -> tuple[datetime, Action]:
        at, _, action = heapq.heappop(self._planned)
        return at, action

    def _over(self, task: asyncio.Task[None]) -> None:
        self._going.discard(task)
        self.wake()

    @staticmethod
    async def _run(at: datetime, action: Action) -> None:
        try:
            await action(at)
        except Exception:  # one that fails must not keep the others from happening
            _log.exception("a planned action failed")
