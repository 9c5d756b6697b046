"""A few worker processes, replaced when they die or take too long."""

import asyncio
import logging
import multiprocessing
from collections.abc import Callable
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import suppress
from typing import TypeVar

from adapters.workers import process

_log = logging.getLogger(__name__)

_T = TypeVar("_T")
_Given = TypeVar("_Given")

_STARTING_SECONDS = 60
"""A worker is ready in about a second; on a machine out of breath it may take many."""


class NoWorkers(Exception):
    """None could be started, or they were let go."""


class AllBusy(NoWorkers):
    """No worker became free in time."""


class WorkFailed(Exception):
    """The work took too long, or ended its worker twice."""


class _Crew:
    """Worker processes that live as long as the pipe to them is open."""

    def __init__(self, size: int, prepare: Callable[[], object]) -> None:
        # Spawned, not forked: this process has threads and an event loop.
        context = multiprocessing.get_context("spawn")
        self._far_end, self._lifeline = context.Pipe(duplex=False)
        self.pool = ProcessPoolExecutor(
            size, mp_context=context, initializer=process.begin, initargs=(self._far_end, prepare)
        )
        # As many tasks at once as there are workers: the pool starts one process for each.
        self._starting = [self.pool.submit(process.ready) for _ in range(size)]

    @classmethod
    async def hired(cls, size: int, prepare: Callable[[], object]) -> "_Crew":
        """A crew of which every worker can work; BrokenProcessPool when one died on the way, or none got ready."""
        crew = await asyncio.to_thread(cls, size, prepare)  # starting processes blocks for some milliseconds each
        try:
            ready = await asyncio.wait_for(asyncio.gather(*map(_watched, crew._starting)), _STARTING_SECONDS)
            _log.info("workers ready: %s", ready)
        except TimeoutError:
            await crew.leave()
            raise BrokenProcessPool("the workers did not get ready") from None
        except BaseException:
            await crew.leave()
            raise
        return crew

    async def leave(self) -> None:
        """Ends the workers now, whatever they are doing, and waits until they are gone."""
        self._lifeline.close()
        self._far_end.close()
        await asyncio.to_thread(self.pool.shutdown, wait=True, cancel_futures=True)


class Workers:
    """At most `size` processes, started at the first work (or by `warm_up`), each of which ran `prepare` first.

    Work gets `timeout_seconds` from when a worker takes it, and may wait as long before that for a free worker; after
    either it fails, and a worker that was still busy is ended. When a worker dies, what was being done is done once
    more by new ones.
    """

    def __init__(self, prepare: Callable[[], object], *, size: int, timeout_seconds: float) -> None:
        self._prepare = prepare
        self._size = size
        self._timeout = timeout_seconds
        self._free = asyncio.Semaphore(size)
        self._crew: asyncio.Task[_Crew] | None = None
        self._leaving: set[asyncio.Task[None]] = set()
        self._closed = False

    async def do(self, work: Callable[[_Given], _T], given: _Given) -> _T:
        """What `work` makes of what is given, in a worker; what it raises is raised here. Both have to be of a module,
        and what is given and made to travel. Raises AllBusy, NoWorkers, WorkFailed."""
        for attempt in (1, 2):
            try:
                return await self._done_once(work, given)
            except BrokenProcessPool as error:
                _log.warning("a worker died (attempt %d): %s", attempt, error)
        raise WorkFailed

    async def warm_up(self) -> None:
        """Starts the workers, so that the first work does not wait for them (about a second); raises NoWorkers."""
        crew = self._hire()
        try:
            await asyncio.shield(crew)
        except Exception as error:
            self._dismiss(crew)
            raise NoWorkers from error

    async def aclose(self) -> None:
        """Ends the workers and waits until they are gone; what was being done fails."""
        self._closed = True
        if self._crew:
            self._dismiss(self._crew)
        await asyncio.gather(*self._leaving)

    async def _done_once(self, work: Callable[[_Given], _T], given: _Given) -> _T:
        try:
            async with asyncio.timeout(self._timeout):
                await self._free.acquire()
        except TimeoutError:
            raise AllBusy from None
        try:
            crew = self._hire()
            doing = await self._submitted(crew, work, given)
        except BaseException:
            self._free.release()
            raise
        # The place is free when the worker is, which may be after the one who asked has gone away.
        doing.add_done_callback(lambda _: self._free.release())
        await asyncio.wait((doing,), timeout=self._timeout)
        if not doing.done():
            _log.warning("%s took longer than %s s", getattr(work, "__name__", work), self._timeout)
            self._dismiss(crew)
            raise WorkFailed
        try:
            return doing.result()
        except (BrokenProcessPool, asyncio.CancelledError):
            self._dismiss(crew)
            raise BrokenProcessPool("the worker ended while working") from None

    async def _submitted(
        self, crew: asyncio.Task[_Crew], work: Callable[[_Given], _T], given: _Given
    ) -> asyncio.Future[_T]:
        # Shielded: whoever gives up waiting must not stop the workers from starting for the others.
        try:
            pool = (await asyncio.shield(crew)).pool
            return _watched(pool.submit(work, given))
        except Exception as error:  # no process could be started, or the pool broke or was let go meanwhile
            self._dismiss(crew)
            raise BrokenProcessPool(str(error)) from error

    def _hire(self) -> asyncio.Task[_Crew]:
        """The workers, started now if there are none."""
        if self._closed:
            raise NoWorkers
        if self._crew is None:
            self._crew = asyncio.create_task(_Crew.hired(self._size, self._prepare))
        return self._crew

    def _dismiss(self, crew: asyncio.Task[_Crew]) -> None:
        """Lets a crew go; the next work starts another."""
        if self._crew is crew:
            self._crew = None
            leaving = asyncio.create_task(_let_go(crew))
            self._leaving.add(leaving)
            leaving.add_done_callback(self._leaving.discard)


async def _let_go(crew: asyncio.Task[_Crew]) -> None:
    with suppress(Exception):  # a crew that never started has nobody to let go
        await (await crew).leave()


def _watched(future: Future[_T]) -> asyncio.Future[_T]:
    """The future for the event loop. Its error is looked at once: whoever asked may be gone when it comes."""
    wrapped = asyncio.wrap_future(future)
    wrapped.add_done_callback(lambda done: done.cancelled() or done.exception())
    return wrapped
