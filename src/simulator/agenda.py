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
        """Runs all that is due, also what falls due meanwhile; answers how many actions ran.

        Waits for a run that is already going on, so that afterwards nothing that was due is left undone.
        """
        ran = 0
        async with self._one_runner:
            while self._planned and self._planned[0][0] <= self._clock.now():
                at, _, action = heapq.heappop(self._planned)
                try:
                    await action(at)
                except Exception:  # one that fails must not keep the others from happening
                    _log.exception("a planned action failed")
                ran += 1
        return ran

    async def work(self) -> None:
        """Runs due actions as time passes, until cancelled."""
        while True:
            self._changed.clear()
            await self.run_due()
            wait = None
            if self._planned:
                wait = max(0.0, (self._planned[0][0] - self._clock.now()).total_seconds())
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(wait):
                    await self._changed.wait()
