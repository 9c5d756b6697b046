"""HTTP/1.1 for many small calls of one program: cheap, so that the two cores are there for what is being tested.

It tells what a client library hides: whether a call that failed can have been heard.
"""

import asyncio
import time
from collections import defaultdict
from dataclasses import dataclass
from typing import NamedTuple
from urllib.parse import urlsplit

_KEPT_SECONDS = 1.0
"""A connection that was idle for longer is not used again: the other side may be closing it just then."""
_LONGEST_HEAD = 1 << 16


class NotSent(Exception):
    """Nobody listened: the call was certainly not heard."""


class Lost(Exception):
    """The connection broke, or nothing came in time: heard or not, nobody knows."""


@dataclass(frozen=True, slots=True)
class Reply:
    status: int
    headers: dict[str, str]
    body: bytes


class _Line(NamedTuple):
    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter


class Wire:
    """Connections to any number of places, used again when they were answered completely."""

    def __init__(self, *, seconds: float) -> None:
        self._seconds = seconds
        self._idle: dict[str, list[tuple[float, _Line]]] = defaultdict(list)

    async def send(
        self, method: str, url: str, body: bytes = b"", *, media_type: str = "", headers: dict[str, str] | None = None
    ) -> Reply:
        """One call. Raises NotSent or Lost."""
        place = urlsplit(url)
        target = place.path + (f"?{place.query}" if place.query else "")
        lines = [f"{method} {target} HTTP/1.1", f"Host: {place.netloc}", f"Content-Length: {len(body)}"]
        if media_type:
            lines.append(f"Content-Type: {media_type}")
        lines += [f"{name}: {value}" for name, value in (headers or {}).items()]
        line = self._idle_line(place.netloc) or await self._connected(place.hostname or "", place.port or 80)
        try:
            async with asyncio.timeout(self._seconds):
                line.writer.write("\r\n".join([*lines, "", ""]).encode() + body)
                reply = await self._read(line.reader)
        except (OSError, EOFError, ValueError, asyncio.LimitOverrunError) as error:  # TimeoutError is an OSError
            line.writer.close()
            raise Lost(type(error).__name__) from error
        except BaseException:
            line.writer.close()
            raise
        if reply.headers.get("connection", "").lower() == "close":
            line.writer.close()
        else:
            self._idle[place.netloc].append((time.monotonic(), line))
        return reply

    def close(self) -> None:
        for kept in self._idle.values():
            for _, line in kept:
                line.writer.close()
        self._idle.clear()

    def _idle_line(self, netloc: str) -> _Line | None:
        """The one that was used last; the others are closed when they are too old."""
        kept, fresh = self._idle[netloc], time.monotonic() - _KEPT_SECONDS
        while kept and kept[0][0] < fresh:
            kept.pop(0)[1].writer.close()
        return kept.pop()[1] if kept else None

    async def _connected(self, host: str, port: int) -> _Line:
        try:
            async with asyncio.timeout(self._seconds):
                return _Line(*await asyncio.open_connection(host, port, limit=_LONGEST_HEAD))
        except OSError as error:
            raise NotSent(type(error).__name__) from error

    @staticmethod
    async def _read(reader: asyncio.StreamReader) -> Reply:
        first, *lines = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        headers: dict[str, str] = {}
        for text in filter(None, lines):
            name, _, value = text.partition(":")
            headers[name.strip().lower()] = value.strip()
        body = b""
        if headers.get("transfer-encoding", "").lower() == "chunked":
            while size := int(await reader.readuntil(b"\r\n"), 16):
                body += (await reader.readexactly(size + 2))[:-2]
            await reader.readuntil(b"\r\n")
        else:
            body = await reader.readexactly(int(headers.get("content-length", "0")))
        return Reply(int(first.split(" ")[1]), headers, body)
