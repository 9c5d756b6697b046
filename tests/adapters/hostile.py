"""A gateway that misbehaves on the wire: a TCP server of our own that answers in every way it should not."""

import asyncio
import socket
import struct
import zlib
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import cache

Behaviour = Callable[["Wire"], Awaitable[None]]
"""What is done with a connection once the whole request was read."""

ENDLESS = 256 * 1024 * 1024
"""Bytes that an endless answer would have if somebody read it all."""
_JSON = b"Content-Type: application/json\r\n"


@dataclass(slots=True)
class Wire:
    """One connection: what came in, and the way out. `sent` counts what the other side's system took."""

    writer: asyncio.StreamWriter
    request: bytes
    sent: int = 0

    async def send(self, data: bytes) -> None:
        self.writer.write(data)
        await self.writer.drain()
        self.sent += len(data)

    async def answer(
        self, body: bytes, *, status: str = "200 OK", head: bytes = _JSON, length: int | None = None
    ) -> None:
        length = len(body) if length is None else length
        await self.send(b"HTTP/1.1 %s\r\n%sContent-Length: %d\r\n\r\n%s" % (status.encode(), head, length, body))

    def reset(self) -> None:
        """Break the connection off with RST instead of an orderly end."""
        sock = self.writer.get_extra_info("socket")
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.writer.transport.abort()


@dataclass(slots=True)
class Hostile:
    """Where it listens, and the connections it had; `asked` has one more to acquire with each."""

    port: int
    wires: list[Wire] = field(default_factory=list)
    asked: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(0))

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/"

    @property
    def sent(self) -> int:
        return sum(wire.sent for wire in self.wires)


@asynccontextmanager
async def hostile(behaviour: Behaviour) -> AsyncIterator[Hostile]:
    """Listening with that behaviour, and gone with all its connections afterwards."""
    handling: set[asyncio.Task[None]] = set()

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        handling.add(task)
        try:
            wire = Wire(writer, await _request(reader))
            place.wires.append(wire)
            place.asked.release()
            await behaviour(wire)
        except (ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass  # who asked has gone, or the test is over
        finally:
            writer.transport.abort()
            handling.discard(task)

    server = await asyncio.start_server(handle, "127.0.0.1", 0)
    place = Hostile(server.sockets[0].getsockname()[1])
    try:
        yield place
    finally:
        server.close()
        for task in tuple(handling):
            task.cancel()
        await asyncio.gather(*handling, return_exceptions=True)


async def _request(reader: asyncio.StreamReader) -> bytes:
    head = await reader.readuntil(b"\r\n\r\n")
    length = next(
        (int(line.partition(b":")[2]) for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")), 0
    )
    return head + await reader.readexactly(length)


def free_port() -> int:
    """Where nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port: int = taken.getsockname()[1]
    return port


async def silent(wire: Wire) -> None:
    """A black hole: the request is taken, and nothing ever comes back."""
    await asyncio.Event().wait()


async def drips_headers(wire: Wire) -> None:
    await wire.send(b"HTTP/1.1 200 OK\r\nX-Slow: ")
    while True:
        await wire.send(b"x")
        await asyncio.sleep(0.01)


async def drips_its_body(wire: Wire) -> None:
    await wire.send(b"HTTP/1.1 200 OK\r\n%sContent-Length: 1000000\r\n\r\n{" % _JSON)
    while True:
        await wire.send(b" ")
        await asyncio.sleep(0.01)


async def asks_for_patience_for_ever(wire: Wire) -> None:
    while True:
        await wire.send(b"HTTP/1.1 102 Processing\r\n\r\n")
        await asyncio.sleep(0.01)


async def has_no_end(wire: Wire) -> None:
    await wire.send(b"HTTP/1.1 200 OK\r\n%sTransfer-Encoding: chunked\r\n\r\n" % _JSON)
    piece = b"%x\r\n%s\r\n" % (65536, b" " * 65536)
    for _ in range(ENDLESS // 65536):
        await wire.send(piece)


async def has_headers_without_end(wire: Wire) -> None:
    await wire.send(b"HTTP/1.1 200 OK\r\n")
    for number in range(ENDLESS // 1024):
        await wire.send(b"X-%d: %s\r\n" % (number, b"x" * 1000))


async def is_a_bomb(wire: Wire) -> None:
    """Some kilobytes that would be a hundred megabytes."""
    await wire.answer(_bomb(), head=_JSON + b"Content-Encoding: gzip\r\n")


@cache
def _bomb() -> bytes:
    """Made piece by piece, so that making it takes no memory either."""
    gzip = zlib.compressobj(wbits=31)
    return b"".join(gzip.compress(b" " * 1024 * 1024) for _ in range(100)) + gzip.flush()


async def is_cut_off(wire: Wire) -> None:
    await wire.answer(b'{"code": "SUCCESS", "result": {"pay')


async def is_html(wire: Wire) -> None:
    await wire.answer(b"<!doctype html><h1>Mantenimiento</h1>", head=b"Content-Type: text/html\r\n")


async def is_empty(wire: Wire) -> None:
    await wire.answer(b"")


async def failed(wire: Wire) -> None:
    await wire.answer(b'{"error": "boom"}', status="500 Internal Server Error")


async def is_overloaded(wire: Wire) -> None:
    await wire.answer(b"", status="503 Service Unavailable", head=b"Retry-After: 1\r\n")


async def promises_more_than_comes(wire: Wire) -> None:
    await wire.answer(b'{"code": "SUCCESS"}', length=1000)


async def promises_less_than_comes(wire: Wire) -> None:
    await wire.answer(b'{"code": "SUCCESS", "result": {"payload": null}}', length=20)


async def breaks_off(wire: Wire) -> None:
    wire.reset()


async def breaks_off_in_the_middle(wire: Wire) -> None:
    await wire.answer(b'{"code": ', length=1000)
    wire.reset()


async def hangs_up(wire: Wire) -> None:
    """An orderly end without a word."""


async def speaks_something_else(wire: Wire) -> None:
    await wire.send(b"SSH-2.0-OpenSSH_9.2p1\r\n")


def redirects_to(url: str) -> Behaviour:
    async def redirects(wire: Wire) -> None:
        await wire.answer(b"", status="302 Found", head=b"Location: %s\r\n" % url.encode())

    return redirects


LATE: tuple[Behaviour, ...] = (silent, drips_headers, drips_its_body, asks_for_patience_for_ever)
"""Those that only a deadline ends."""

ENDLESSLY: tuple[Behaviour, ...] = (has_no_end, has_headers_without_end, is_a_bomb)
"""Those that would fill the memory."""

BROKEN: tuple[Behaviour, ...] = (
    promises_more_than_comes,
    breaks_off,
    breaks_off_in_the_middle,
    hangs_up,
    speaks_something_else,
)
"""Those that break HTTP itself."""

NONSENSE: tuple[Behaviour, ...] = (
    is_cut_off,
    is_html,
    is_empty,
    failed,
    is_overloaded,
    promises_less_than_comes,
)
"""Those that are answers in form only."""
