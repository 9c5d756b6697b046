"""Who kills: services in turn and PostgreSQL, at moments when something is under way, spread over the payments."""

import asyncio
import random
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from tests.torture.door import Door
from tests.torture.history import Recorder
from tests.torture.processes import Postgres, Program, Service, Worker

_MOMENTS = frozenset({"start", "pay", "refresh"})
"""Calls under which money or an intent is being written."""

_SECONDS_INTO_IT = 0.06
_PATIENCE = 2.0
_PAUSE = 0.2


@dataclass(slots=True, kw_only=True)
class Killer:
    """`progress` tells how much of the payments is done, from 0 to 1. The process that does background jobs dies once
    for ten deaths of the others, besides."""

    door: Door
    services: list[Service]
    worker: Worker
    postgres: Postgres
    history: Recorder
    chance: random.Random
    progress: Callable[[], float]
    service_kills: int
    postgres_kills: int
    killed: int = 0
    worker_killed: int = 0
    postgres_killed: int = 0
    failures: list[str] = field(default_factory=list)
    over: bool = False
    """Nobody is killed any more, whatever was planned."""
    _reviving: set["asyncio.Task[None]"] = field(default_factory=set)
    _postgres_busy: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def kill_services(self) -> None:
        """The number asked for, never more than half of them dead at a time."""
        for due in self._plan(self.service_kills):
            await self._until(due)
            await self._until_most_are_up()
            if self.over:
                break
            victim = self.chance.choice([service for service in self.services if service.up])
            act = self.chance.choice(sorted(_MOMENTS))
            await self.door.moment(frozenset({act}), place=None if act == "pay" else victim.place, at_most=_PATIENCE)
            await asyncio.sleep(self.chance.uniform(0, _SECONDS_INTO_IT))
            await victim.kill()
            self.killed += 1
            self.history.note("kill -9 service", place=victim.place)
            self._revive(victim)
        await self._all_revived()

    async def kill_worker(self) -> None:
        for due in self._plan(max(1, self.service_kills // 10) if self.service_kills else 0):
            await self._until(due)
            while not self.worker.up:  # noqa: ASYNC110
                await asyncio.sleep(0.05)
            if self.over:
                break
            await asyncio.sleep(self.chance.uniform(0, 2))
            await self.worker.kill()
            self.worker_killed += 1
            self.history.note("kill -9 worker")
            self._revive(self.worker)
        await self._all_revived()

    async def kill_postgres(self) -> None:
        for due in self._plan(self.postgres_kills):
            await self._until(due)
            if self.over:
                break
            await self.door.moment(_MOMENTS, at_most=_PATIENCE)
            await asyncio.sleep(self.chance.uniform(0, _SECONDS_INTO_IT))
            if not self.postgres.kill():
                self.failures.append("PostgreSQL was not running when its turn came")
                continue
            self.postgres_killed += 1
            self.history.note("kill -9 postgres")
            await self.postgres.start()
            self.history.note("postgres is back")
            await asyncio.sleep(_PAUSE)

    def _plan(self, kills: int) -> list[float]:
        """At which progress each comes."""
        return sorted((number + self.chance.random()) / kills * 0.97 for number in range(kills))

    async def _until(self, due: float) -> None:
        while self.progress() < due and not self.over:  # noqa: ASYNC110 (what it waits for grows by itself)
            await asyncio.sleep(0.05)

    async def _until_most_are_up(self) -> None:
        while sum(service.up for service in self.services) <= (len(self.services) + 1) // 2:  # noqa: ASYNC110
            await asyncio.sleep(0.05)

    async def _all_revived(self) -> None:
        while self._reviving:
            await asyncio.wait(self._reviving)

    def _revive(self, program: Program) -> None:
        task = asyncio.create_task(self._start_again(program))
        self._reviving.add(task)
        task.add_done_callback(self._reviving.discard)

    async def _start_again(self, program: Program) -> None:
        """A supervisor starts what has died, and again if the database was away just then."""
        deadline = time.monotonic() + 120
        while True:
            try:
                await program.start()
                return
            except (RuntimeError, TimeoutError) as error:
                if time.monotonic() > deadline:
                    self.failures.append(str(error))
                    raise
                await asyncio.sleep(0.5)
