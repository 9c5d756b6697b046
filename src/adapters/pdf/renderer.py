"""The renderer that the application sees: a few worker processes, replaced when they die or take too long."""

import asyncio
import logging
import multiprocessing
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import suppress
from types import TracebackType
from typing import Self, TypeVar

from adapters.pdf import worker
from adapters.pdf.worker import DocumentView
from application.ports.documents import (
    AcknowledgementView,
    Document,
    DocumentRenderer,
    DocumentUnavailable,
    InvoiceView,
    ReceiptView,
    VoucherView,
)

_log = logging.getLogger(__name__)

_T = TypeVar("_T")

_STARTING_SECONDS = 60
"""A worker is ready in about a second; on a machine out of breath it may take many."""


class _Crew:
    """Worker processes that live as long as the pipe to them is open."""

    def __init__(self, size: int) -> None:
        # Spawned, not forked: this process has threads and an event loop.
        context = multiprocessing.get_context("spawn")
        self._far_end, self._lifeline = context.Pipe(duplex=False)
        self.pool = ProcessPoolExecutor(size, mp_context=context, initializer=worker.prepare, initargs=(self._far_end,))
        # As many tasks at once as there are workers: the pool starts one process for each.
        self._starting = [self.pool.submit(worker.ready) for _ in range(size)]

    @classmethod
    async def hired(cls, size: int) -> "_Crew":
        """A crew of which every worker can draw; BrokenProcessPool when one died on the way, or none got ready."""
        crew = await asyncio.to_thread(cls, size)  # starting processes blocks for some milliseconds each
        try:
            ready = await asyncio.wait_for(asyncio.gather(*map(_watched, crew._starting)), _STARTING_SECONDS)
            _log.info("document workers ready: %s", ready)
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


class PdfDocumentRenderer(DocumentRenderer):
    """Draws documents in at most `max_workers` processes, started at the first document (or by `warm_up`).

    A document gets `timeout_seconds` from when a worker takes it, and may wait as long before that for a free worker;
    after either it is DocumentUnavailable, and a worker that was still busy is ended. When a worker dies, what was
    being drawn is drawn once more by new ones; dying again is DocumentUnavailable.

    Use it as an asynchronous context manager, or call `aclose`: no worker outlives it.
    """

    def __init__(self, *, max_workers: int = 2, timeout_seconds: float = 10.0) -> None:
        self._size = max_workers
        self._timeout = timeout_seconds
        self._free = asyncio.Semaphore(max_workers)
        self._crew: asyncio.Task[_Crew] | None = None
        self._leaving: set[asyncio.Task[None]] = set()
        self._closed = False

    async def invoice(self, view: InvoiceView) -> Document:
        return await self._draw(view)

    async def receipt(self, view: ReceiptView) -> Document:
        return await self._draw(view)

    async def voucher(self, view: VoucherView) -> Document:
        return await self._draw(view)

    async def acknowledgement(self, view: AcknowledgementView) -> Document:
        return await self._draw(view)

    async def warm_up(self) -> None:
        """Starts the workers, so that the first document does not wait for them (about a second)."""
        crew = self._hire()
        try:
            await asyncio.shield(crew)
        except Exception as error:
            self._dismiss(crew)
            raise DocumentUnavailable from error

    async def aclose(self) -> None:
        """Ends the workers and waits until they are gone; what was being drawn is DocumentUnavailable."""
        self._closed = True
        if self._crew:
            self._dismiss(self._crew)
        await asyncio.gather(*self._leaving)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.aclose()

    async def _draw(self, view: DocumentView) -> Document:
        for attempt in (1, 2):
            try:
                return await self._drawn_once(view)
            except BrokenProcessPool as error:
                _log.warning("a document worker died (attempt %d): %s", attempt, error)
        raise DocumentUnavailable

    async def _drawn_once(self, view: DocumentView) -> Document:
        try:
            async with asyncio.timeout(self._timeout):
                await self._free.acquire()
        except TimeoutError:
            raise DocumentUnavailable from None
        try:
            crew = self._hire()
            drawing = await self._submitted(crew, view)
        except BaseException:
            self._free.release()
            raise
        # The place is free when the worker is, which may be after the one who asked has gone away.
        drawing.add_done_callback(lambda _: self._free.release())
        await asyncio.wait((drawing,), timeout=self._timeout)
        if not drawing.done():
            _log.warning("%s took longer than %s s", type(view).__name__, self._timeout)
            self._dismiss(crew)
            raise DocumentUnavailable
        try:
            return drawing.result()
        except (BrokenProcessPool, asyncio.CancelledError):
            self._dismiss(crew)
            raise BrokenProcessPool("the worker ended while drawing") from None

    async def _submitted(self, crew: asyncio.Task[_Crew], view: DocumentView) -> asyncio.Future[Document]:
        # Shielded: whoever gives up waiting must not stop the workers from starting for the others.
        try:
            pool = (await asyncio.shield(crew)).pool
            return _watched(pool.submit(worker.draw, view))
        except Exception as error:  # no process could be started, or the pool broke or was let go meanwhile
            self._dismiss(crew)
            raise BrokenProcessPool(str(error)) from error

    def _hire(self) -> asyncio.Task[_Crew]:
        """The workers, started now if there are none."""
        if self._closed:
            raise DocumentUnavailable
        if self._crew is None:
            self._crew = asyncio.create_task(_Crew.hired(self._size))
        return self._crew

    def _dismiss(self, crew: asyncio.Task[_Crew]) -> None:
        """Lets a crew go; the next document starts another."""
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
