"""How long whoever waits for an answer has patience with a gateway."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

REQUEST_SECONDS = 8.0
"""For all that one request asks of gateways: payers do not wait longer, nor do gateways that call us."""

_until: ContextVar[float | None] = ContextVar("_until", default=None)


@contextmanager
def patience(seconds: float | None = None) -> Iterator[None]:
    """Whatever is asked of gateways in this block has to be answered in that time (a request's, if none is given), all
    of it together; within another such block, no later than the outer one ends. What runs in the background has no
    such block, and waits longer."""
    until = asyncio.get_running_loop().time() + (REQUEST_SECONDS if seconds is None else seconds)
    outer = _until.get()
    token = _until.set(until if outer is None else min(outer, until))
    try:
        yield
    finally:
        _until.reset(token)


def seconds_left() -> float | None:
    """Of the block around, never less than zero; None where nobody waits."""
    until = _until.get()
    return None if until is None else max(0.0, until - asyncio.get_running_loop().time())
