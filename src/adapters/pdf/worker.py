"""What runs in a worker process: drawing one document at a time."""

from adapters.pdf import acknowledgement, invoice, receipt, voucher
from adapters.pdf.fonts import typeface
from adapters.pdf.text import cleaned
from application.ports.documents import AcknowledgementView, Document, InvoiceView, ReceiptView, VoucherView

DocumentView = InvoiceView | ReceiptView | VoucherView | AcknowledgementView


def draw(view: DocumentView) -> Document:
    """The document of a view: equal views give equal bytes, in whatever process and on whatever day."""
    view = cleaned(view, typeface().coverage)
    match view:
        case InvoiceView():
            return invoice.draw(view)
        case ReceiptView():
            return receipt.draw(view)
        case VoucherView():
            return voucher.draw(view)
        case AcknowledgementView():
            return acknowledgement.draw(view)
