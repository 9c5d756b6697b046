"""What runs in a worker process before any work does."""

import os
import signal
import threading
from collections.abc import Callable
from multiprocessing.connection import Connection

_NICENESS = 5
"""The work gives way to the process that answers requests."""


def begin(lifeline: Connection, prepare: Callable[[], object]) -> None:
    """First thing in a worker: get ready for its work, and end with whoever holds the lifeline's other end.

    The far end closes when the workers are let go and when the process that has them dies, of whatever cause: a worker
    never outlives it. Ctrl-C reaches the whole terminal, so it is left to the parent to finish what is under way.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with, args=(lifeline,), name="lifeline", daemon=True).start()
    os.nice(_NICENESS)
    prepare()


def ready() -> int:
    """Answers, once the worker is prepared, with its process id."""
    return os.getpid()


def _end_with(lifeline: Connection) -> None:
    try:
        lifeline.recv_bytes()
    except (EOFError, OSError):
        os._exit(0)
