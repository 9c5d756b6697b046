"""The inspector that the application sees: files are opened in worker processes, on which nothing else depends, and
whoever sends many waits for the own ones."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from types import TracebackType
from typing import Self
from uuid import UUID
from weakref import WeakValueDictionary

from adapters.files import worker
from adapters.workers.workers import AllBusy, NoWorkers, Workers, WorkFailed
from application.ports.files import FileInspector, FileProblem, FileRefused, InspectedFile
from domain.errors import Busy, Unavailable


class IsolatedFileInspector(FileInspector):
    """Looks into files in at most `max_workers` processes, started at the first file.

    A file over which a worker takes longer than `timeout_seconds`, or dies twice, is DAMAGED: nobody else should try.
    A sender who has one that long in a worker leaves the others to everybody else: put FairFileInspector around it.
    Use it as an asynchronous context manager: no worker outlives it.
    """

    def __init__(self, *, max_workers: int = 2, timeout_seconds: float = 10.0) -> None:
        self._workers = Workers(worker.prepare, size=max_workers, timeout_seconds=timeout_seconds)

    async def attachment(self, content: bytes, *, sender: UUID) -> InspectedFile:
        return await self._inspected(worker.attachment, content)

    async def logo(self, content: bytes, *, sender: UUID) -> InspectedFile:
        return await self._inspected(worker.logo, content)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._workers.aclose()

    async def _inspected(self, work: Callable[[bytes], InspectedFile | FileProblem], content: bytes) -> InspectedFile:
        try:
            found = await self._workers.do(work, content)
        except AllBusy as error:
            raise Busy(5) from error
        except NoWorkers as error:
            raise Unavailable(5) from error
        except WorkFailed as error:
            raise FileRefused(FileProblem.DAMAGED) from error
        if isinstance(found, FileProblem):
            raise FileRefused(found)
        return found


class FairFileInspector(FileInspector):
    """`inner`, which looks into one file of each sender at a time: however many one sends, and however long each takes,
    they take the place of one. A second one waits `wait_seconds` for its turn, and is Busy then."""

    def __init__(self, inner: FileInspector, *, wait_seconds: float = 10.0) -> None:
        self._inner = inner
        self._wait = wait_seconds
        self._turns: WeakValueDictionary[UUID, asyncio.Lock] = WeakValueDictionary()

    async def attachment(self, content: bytes, *, sender: UUID) -> InspectedFile:
        async with self._turn(sender):
            return await self._inner.attachment(content, sender=sender)

    async def logo(self, content: bytes, *, sender: UUID) -> InspectedFile:
        async with self._turn(sender):
            return await self._inner.logo(content, sender=sender)

    @asynccontextmanager
    async def _turn(self, sender: UUID) -> AsyncIterator[None]:
        turn = self._turns.setdefault(sender, asyncio.Lock())  # kept while somebody has it or waits for it
        try:
            async with asyncio.timeout(self._wait):
                await turn.acquire()
        except TimeoutError:
            raise Busy(5) from None
        try:
            yield
        finally:
            turn.release()
