"""The renderer that the application sees: documents are drawn in worker processes."""

from types import TracebackType
from typing import Self

from adapters.pdf import worker
from adapters.pdf.fonts import typeface
from adapters.pdf.worker import DocumentView
from adapters.workers.workers import NoWorkers, Workers, WorkFailed
from application.ports.documents import (
    AcknowledgementView,
    Document,
    DocumentRenderer,
    DocumentUnavailable,
    InvoiceView,
    ReceiptView,
    VoucherView,
)


class PdfDocumentRenderer(DocumentRenderer):
    """Draws documents in at most `max_workers` processes, started at the first document (or by `warm_up`).

    A document gets `timeout_seconds` from when a worker takes it, and may wait as long before that for a free worker;
    after either it is DocumentUnavailable, and so it is when its worker died twice.

    Use it as an asynchronous context manager, or call `aclose`: no worker outlives it.
    """

    def __init__(self, *, max_workers: int = 2, timeout_seconds: float = 10.0) -> None:
        self._workers = Workers(typeface, size=max_workers, timeout_seconds=timeout_seconds)

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
        try:
            await self._workers.warm_up()
        except NoWorkers as error:
            raise DocumentUnavailable from error

    async def aclose(self) -> None:
        """Ends the workers and waits until they are gone; what was being drawn is DocumentUnavailable."""
        await self._workers.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.aclose()

    async def _draw(self, view: DocumentView) -> Document:
        try:
            return await self._workers.do(worker.draw, view)
        except (NoWorkers, WorkFailed) as error:
            raise DocumentUnavailable from error
