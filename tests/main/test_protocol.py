"""What a connection may send, and how long it may take: real sockets against a server with short patience."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager

import pytest
import uvicorn
from starlette.types import Receive, Scope, Send

from main.places import bound
from main.protocol import BoundedHttpProtocol

PATIENCE = 0.3
KEPT_ALIVE = 1
AT_MOST = 32 * 1024
Connection = tuple[asyncio.StreamReader, asyncio.StreamWriter]


class Impatient(BoundedHttpProtocol):
    most_seconds = PATIENCE


async def app(scope: Scope, receive: Receive, send: Send) -> None:
    """Answers the path; reads the body first where that is /read, and takes a while where that is /slow."""
    if scope["path"] == "/read":
        while (await receive()).get("more_body"):
            pass
    if scope["path"] == "/slow":
        await asyncio.sleep(PATIENCE * 2)
    said = scope["path"].encode()
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"%d" % len(said))]})
    await send({"type": "http.response.body", "body": said})


class _Server(uvicorn.Server):
    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


@pytest.fixture(scope="module")
async def place() -> AsyncIterator[tuple[str, int]]:
    listening = bound("127.0.0.1", 0)
    server = _Server(
        uvicorn.Config(
            app, http=Impatient, ws="none", lifespan="off", log_level="critical", timeout_keep_alive=KEPT_ALIVE
        )
    )
    task = asyncio.create_task(server.serve(sockets=[listening]))
    while not server.started:  # noqa: ASYNC110 (uvicorn tells it in no other way)
        await asyncio.sleep(0.01)
    yield listening.getsockname()
    server.should_exit = True
    await task


@asynccontextmanager
async def connected(place: tuple[str, int]) -> AsyncIterator[Connection]:
    reader, writer = await asyncio.open_connection(*place)
    try:
        yield reader, writer
    finally:
        writer.transport.abort()
        await asyncio.sleep(0)


@pytest.fixture
async def connection(place: tuple[str, int]) -> AsyncIterator[Connection]:
    async with connected(place) as made:
        yield made


def head(path: str = "/", *lines: str, method: str = "GET") -> bytes:
    return "\r\n".join([f"{method} {path} HTTP/1.1", "Host: a", *lines, "", ""]).encode()


async def answer(reader: asyncio.StreamReader) -> tuple[int, bytes]:
    """Status and body of the next answer."""
    told = await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), 5)
    length = next(line for line in told.lower().split(b"\r\n") if line.startswith(b"content-length:"))
    return int(told.split()[1]), await reader.readexactly(int(length.split(b":")[1]))


async def seconds_until_closed(reader: asyncio.StreamReader) -> float:
    """How long it takes; fails if anything is said first."""
    began = asyncio.get_running_loop().time()
    assert await asyncio.wait_for(_end(reader), 5) == b""
    return asyncio.get_running_loop().time() - began


async def _end(reader: asyncio.StreamReader) -> bytes:
    try:
        return await reader.read()
    except ConnectionResetError:
        return b""


async def test_headers_within_the_bound_are_answered_and_one_byte_more_is_refused(place: tuple[str, int]) -> None:
    for more, status in ((0, 200), (1, 431)):
        padding = "a" * (AT_MOST + more - len(head("/", "X: ")))
        async with connected(place) as (reader, writer):
            writer.write(head("/", f"X: {padding}"))

            assert (await answer(reader))[0] == status


@pytest.mark.parametrize(
    ("start", "line"),
    [
        (b"GET /", b"a" * 1024),
        (head()[:-2], b"X: " + b"a" * 1000 + b"\r\n"),
        (head()[:-2] + b"X: ", b"a" * 1024),
        (b"", b"\r\n" * 512),
        (head("/read", "Transfer-Encoding: chunked", method="POST") + b"0\r\n", b"X: " + b"a" * 1000 + b"\r\n"),
        (head("/read", "Transfer-Encoding: chunked", method="POST") + b"1;", b"a" * 1024),
    ],
    ids=["address", "headers", "header", "empty lines", "trailers", "extension of a chunk"],
)
async def test_what_does_not_end_is_not_kept(connection: Connection, start: bytes, line: bytes) -> None:
    reader, writer = connection
    writer.write(start + line * 66)

    status, _ = await answer(reader)

    assert status == 431
    assert await seconds_until_closed(reader) < PATIENCE


async def test_a_body_may_be_as_long_as_its_reader_lets_it(connection: Connection) -> None:
    reader, writer = connection
    writer.write(head("/read", f"Content-Length: {AT_MOST * 64}", method="POST") + b"a" * AT_MOST * 64)
    assert await answer(reader) == (200, b"/read")

    chunks = b"".join(b"400\r\n" + b"a" * 1024 + b"\r\n" for _ in range(100)) + b"0\r\n\r\n"
    writer.write(head("/read", "Transfer-Encoding: chunked", method="POST") + chunks)
    assert await answer(reader) == (200, b"/read")


@pytest.mark.parametrize("said", [b"", b"\r\n", b"G", head()[:-2], head()[:-2] + b"X"])
async def test_a_connection_without_a_whole_request_is_closed_in_time(connection: Connection, said: bytes) -> None:
    reader, writer = connection
    writer.write(said)

    assert PATIENCE / 2 < await seconds_until_closed(reader) < PATIENCE * 3


async def test_bytes_that_trickle_gain_no_time(connection: Connection) -> None:
    reader, writer = connection

    async def trickle() -> None:
        for byte in head()[:-2] + b"X" * 100:
            writer.write(bytes([byte]))
            await asyncio.sleep(PATIENCE / 10)

    trickling = asyncio.create_task(trickle())
    took = await seconds_until_closed(reader)
    trickling.cancel()

    assert took < PATIENCE * 3


async def test_a_kept_connection_may_rest_longer_than_a_request_may_take_to_come(connection: Connection) -> None:
    reader, writer = connection
    for _ in range(2):
        writer.write(head("/again"))
        assert await answer(reader) == (200, b"/again")
        await asyncio.sleep(PATIENCE * 1.5)
    writer.write(head()[:-2])

    assert PATIENCE / 2 < await seconds_until_closed(reader) < PATIENCE * 3


async def test_a_slow_answer_is_waited_for(connection: Connection) -> None:
    reader, writer = connection
    writer.write(head("/slow"))
    assert await answer(reader) == (200, b"/slow")

    writer.write(head("/slow") + b"GET /half")
    assert await answer(reader) == (200, b"/slow")
    assert await seconds_until_closed(reader) < PATIENCE * 3


async def test_a_body_that_nobody_read_does_not_hold_the_connection(connection: Connection) -> None:
    reader, writer = connection
    writer.write(head("/", "Content-Length: 10", method="POST") + b"12345")
    assert await answer(reader) == (200, b"/")

    assert await seconds_until_closed(reader) < PATIENCE * 3


async def test_after_the_rest_of_such_a_body_the_connection_serves_and_ends_like_another(
    connection: Connection,
) -> None:
    reader, writer = connection
    writer.write(head("/", "Content-Length: 10", method="POST") + b"12345")
    assert await answer(reader) == (200, b"/")
    writer.write(b"67890")
    await asyncio.sleep(PATIENCE * 1.5)
    writer.write(head("/next", "Content-Length: 2", method="POST") + b"1")
    assert await answer(reader) == (200, b"/next")
    writer.write(b"2")

    assert PATIENCE < await seconds_until_closed(reader) < KEPT_ALIVE * 2


async def test_a_few_requests_without_waiting_are_answered_in_turn_and_many_are_not(place: tuple[str, int]) -> None:
    async with connected(place) as (reader, writer):
        writer.write(b"".join(head(f"/{number}") for number in range(10)))
        assert [await answer(reader) for _ in range(10)] == [(200, f"/{number}".encode()) for number in range(10)]

    async with connected(place) as (reader, writer):
        writer.write(head() * 1000)
        assert (await asyncio.wait_for(_end(reader), 5)).count(b"HTTP/1.1") <= 17


async def test_what_is_no_http_is_refused_but_never_in_place_of_an_earlier_answer(place: tuple[str, int]) -> None:
    async with connected(place) as (reader, writer):
        writer.write(b"nonsense\r\n\r\n")
        assert (await answer(reader))[0] == 400

    async with connected(place) as (reader, writer):
        writer.write(head("/slow") + b"nonsense\r\n\r\n")
        assert await seconds_until_closed(reader) < PATIENCE
