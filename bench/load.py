"""A closed loop of a few connections that costs little itself: requests are bytes made beforehand."""

import asyncio
import json
import time
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import psutil

CONNECTIONS = 8


@dataclass(frozen=True, slots=True)
class Sample:
    """One variant during one round."""

    requests: int
    seconds: float
    cpu_seconds: float

    @property
    def per_second(self) -> float:
        return self.requests / self.seconds

    @property
    def cpu_ms(self) -> float:
        """Of the serving process, per request."""
        return self.cpu_seconds / self.requests * 1000


def request_bytes(url: str, token: str, body: dict[str, Any]) -> bytes:
    payload = json.dumps(body).encode()
    head = (
        f"POST /graphql HTTP/1.1\r\nHost: {urlsplit(url).netloc}\r\nAuthorization: Bearer {token}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(payload)}\r\n\r\n"
    )
    return head.encode() + payload


async def exchange(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, request: bytes) -> bytes:
    """The body of an answer."""
    body = await exchange_or_busy(reader, writer, request)
    if body is None:
        raise RuntimeError("the service is busy")
    return body


async def exchange_or_busy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, request: bytes) -> bytes | None:
    """The same; none where the service has no time for it."""
    writer.write(request)
    head = await reader.readuntil(b"\r\n\r\n")
    if not head.startswith((b"HTTP/1.1 200 ", b"HTTP/1.1 503 ")):
        raise RuntimeError(head.decode())
    at = head.lower().index(b"content-length:") + len(b"content-length:")
    body = await reader.readexactly(int(head[at : head.index(b"\r\n", at)]))
    return body if head.startswith(b"HTTP/1.1 200 ") else None


async def measure(url: str, request: bytes, *, seconds: float, pid: int) -> Sample:
    """Ask the same again and again on all connections."""
    place = urlsplit(url)
    process = psutil.Process(pid)
    done = 0

    async def keep_asking(until: float) -> None:
        nonlocal done
        reader, writer = await asyncio.open_connection(place.hostname, place.port, limit=1 << 20)
        try:
            while time.perf_counter() < until:
                await exchange(reader, writer, request)
                done += 1
        finally:
            writer.close()

    before, began = process.cpu_times(), time.perf_counter()
    async with asyncio.TaskGroup() as group:
        for _ in range(CONNECTIONS):
            group.create_task(keep_asking(began + seconds))
    after = process.cpu_times()
    spent = after.user + after.system - before.user - before.system
    return Sample(done, time.perf_counter() - began, spent)


async def one_answer(url: str, request: bytes) -> Any:
    """The answer to one request, parsed."""
    place = urlsplit(url)
    reader, writer = await asyncio.open_connection(place.hostname, place.port, limit=1 << 22)
    try:
        return json.loads(await exchange(reader, writer, request))
    finally:
        writer.close()
