"""A renderer that keeps what it was asked to draw."""

from application.ports.documents import (
    AcknowledgementView,
    Document,
    DocumentRenderer,
    DocumentUnavailable,
    InvoiceView,
    ReceiptView,
    VoucherView,
)

DocumentView = InvoiceView | ReceiptView | VoucherView | AcknowledgementView


class FakeDocumentRenderer(DocumentRenderer):
    """`drawn` holds every view in order; with `available` false it refuses, as a renderer without workers does.

    The content is not a PDF but the view's own text, so that equal views give equal documents and others do not.
    """

    def __init__(self, *, available: bool = True) -> None:
        self.available = available
        self.drawn: list[DocumentView] = []

    async def invoice(self, view: InvoiceView) -> Document:
        return self._draw(f"factura-{view.number}.pdf", view)

    async def receipt(self, view: ReceiptView) -> Document:
        return self._draw(f"recibo-{view.receipt_number}.pdf", view)

    async def voucher(self, view: VoucherView) -> Document:
        return self._draw(f"egreso-{view.number}.pdf", view)

    async def acknowledgement(self, view: AcknowledgementView) -> Document:
        return self._draw(f"constancia-{view.filing_number}.pdf", view)

    def _draw(self, file_name: str, view: DocumentView) -> Document:
        if not self.available:
            raise DocumentUnavailable
        self.drawn.append(view)
        return Document(file_name, "application/pdf", repr(view).encode())
