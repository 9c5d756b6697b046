"""HTTP/1.1 as the server speaks it: uvicorn's protocol, with bounds on what it waits for and what it keeps meanwhile.

uvicorn hands a request to the application when its headers are complete, and bounds neither how many they are nor how
long they take: a connection could say nothing for ever, or send header lines without end.
"""

import asyncio
from http import HTTPStatus
from typing import ClassVar

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle

_TOO_LARGE = b"La solicitud tiene demasiadas cabeceras."
_ANSWER = (
    f"HTTP/1.1 431 {HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE.phrase}\r\n"
    f"content-type: text/plain; charset=utf-8\r\ncontent-length: {len(_TOO_LARGE)}\r\nconnection: close\r\n\r\n"
).encode() + _TOO_LARGE


class _TooManyWaiting(Exception):
    """Ends the parsing of what a connection sends."""


class BoundedHttpProtocol(HttpToolsProtocol):
    """Refuses (431, and the end of the connection) more than `most_bytes` that complete neither headers nor a part of
    a body; closes a connection `most_seconds` after it was made, or after the first byte of its next request, if the
    headers of a request are not complete by then; answers at most `most_waiting` requests that were sent without
    waiting for the answers to earlier ones.

    How long a body may take is for whoever reads it; what is still missing of one that nobody read when the answer is
    complete gets `most_seconds` too. Between requests, uvicorn's `timeout_keep_alive` counts.
    """

    most_bytes: ClassVar[int] = 32 * 1024
    most_seconds: ClassVar[float] = 10.0
    most_waiting: ClassVar[int] = 16

    _in_headers = True
    """Those of a request are to come, or coming; False while a body does."""
    _progress = False
    _unfinished = 0
    _limit: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._start_limit()

    def connection_lost(self, exc: Exception | None) -> None:
        self._end_limit()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        if self._in_headers:
            self._start_limit()
        while data and not self.transport.is_closing():
            # No more at a time than may still come without completing anything, so that nothing beyond it is kept.
            part = data[: self.most_bytes - self._unfinished]
            if not part:
                self._refuse()
                return
            data = data[len(part) :]
            self._progress = False
            super().data_received(part)
            self._unfinished = 0 if self._progress else self._unfinished + len(part)
        self._wait_for_the_next()

    def on_message_begin(self) -> None:
        if len(self.pipeline) >= self.most_waiting:
            raise _TooManyWaiting
        self._start_limit()
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        self._progress = True
        self._in_headers = False
        self._end_limit()
        super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        self._progress = True
        super().on_body(body)

    def on_message_complete(self) -> None:
        self._progress = self._in_headers = True
        self._end_limit()
        super().on_message_complete()

    def on_response_complete(self) -> None:
        super().on_response_complete()
        if not self._in_headers and not self._in_flight and not self.transport.is_closing():
            self._start_limit()

    def send_400_response(self, msg: str) -> None:
        if self._may_answer:
            super().send_400_response(msg)
        else:
            self.transport.close()

    @property
    def _in_flight(self) -> bool:
        cycle = self._latest
        return cycle is not None and not cycle.response_complete

    @property
    def _latest(self) -> RequestResponseCycle | None:
        return self.cycle  # None before the first, whatever its annotation says

    @property
    def _may_answer(self) -> bool:
        """Whether an answer now would be taken for the one to what is being received."""
        if self._in_headers:
            return not self._in_flight
        return not self.pipeline and not self.cycle.response_started

    def _refuse(self) -> None:
        if self._may_answer:
            self.transport.write(_ANSWER)
        self.transport.close()

    def _wait_for_the_next(self) -> None:
        """uvicorn stops its timer between requests at any byte, those of a body that nobody read included."""
        waits = self._limit is not None or self.timeout_keep_alive_task is not None
        if not (waits or self._in_flight or self.transport.is_closing()):
            self.timeout_keep_alive_task = self.loop.call_later(
                self.timeout_keep_alive, self.timeout_keep_alive_handler
            )

    def _start_limit(self) -> None:
        if self._limit is None:
            self._limit = self.loop.call_later(self.most_seconds, self._too_slow)

    def _end_limit(self) -> None:
        if self._limit is not None:
            self._limit.cancel()
            self._limit = None

    def _too_slow(self) -> None:
        self._limit = None
        if self._in_flight:  # half of a next request has come; the answer to this one goes first
            self._start_limit()
        else:
            self.transport.close()
