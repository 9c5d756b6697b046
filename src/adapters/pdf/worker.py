"""What runs in a worker process: getting ready, and drawing one document at a time."""

import os
import signal
import threading
from multiprocessing.connection import Connection

from adapters.pdf import acknowledgement, invoice, receipt, voucher
from adapters.pdf.fonts import typeface
from adapters.pdf.text import cleaned
from application.ports.documents import AcknowledgementView, Document, InvoiceView, ReceiptView, VoucherView

DocumentView = InvoiceView | ReceiptView | VoucherView | AcknowledgementView

_NICENESS = 5
"""Drawing gives way to the process that answers requests."""


def prepare(lifeline: Connection) -> None:
    """First thing in a worker: load what every document needs, and end with whoever holds the lifeline's other end.

    The far end closes when the renderer lets its workers go and when its process dies, of whatever cause: a worker
    never outlives it. Ctrl-C reaches the whole terminal, so it is left to the parent to finish what is being drawn.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with, args=(lifeline,), name="lifeline", daemon=True).start()
    os.nice(_NICENESS)
    typeface()


def ready() -> int:
    """Answers, once the worker is prepared, with its process id."""
    return os.getpid()


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


def _end_with(lifeline: Connection) -> None:
    try:
        lifeline.recv_bytes()
    except (EOFError, OSError):
        os._exit(0)
