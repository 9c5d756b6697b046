"""Calls over real connections to a server that misbehaves."""

import asyncio
import tracemalloc

import httpx
import pytest

from adapters.web.calls import Answer, BoundedCalls, NoAnswer, http_client
from tests.adapters import hostile as wire
from tests.adapters.hostile import BROKEN, ENDLESSLY, LATE, Behaviour, Wire, hostile

LIMIT = 64 * 1024
MUCH = 24 * 1024 * 1024
"""What the systems' own buffers between two sockets may take, with room to spare."""


async def post(url: str, *, seconds: float = 10.0) -> Answer:
    async with http_client(2) as client:
        calls = BoundedCalls(client=client, total_seconds=seconds, max_bytes=LIMIT)
        return await calls.post(url, content="a=1", headers={"Content-Type": "text/plain"})


async def test_an_answer_comes_with_its_status_type_and_bytes() -> None:
    async def answers(it: Wire) -> None:
        await it.answer(b"\xc1", status="500 Oops", head=b"Content-Type: text/xml; charset=ISO-8859-1\r\n")

    async with hostile(answers) as place:
        assert await post(place.url) == Answer(500, "text/xml; charset=ISO-8859-1", b"\xc1")
    (only,) = place.wires
    head = only.request.lower()
    assert head.startswith(b"post / http/1.1\r\n")
    assert only.request.endswith(b"\r\n\r\na=1")
    assert head.count(b"accept-encoding: identity\r\n") == head.count(b"accept-encoding") == 1


@pytest.mark.parametrize("behaviour", LATE)
async def test_a_deadline_ends_what_is_slow_however_it_is_slow(behaviour: Behaviour) -> None:
    async with hostile(behaviour) as place:
        with pytest.raises(NoAnswer, match="Timeout"):
            await post(place.url, seconds=0.1)
    assert len(place.wires) == 1  # and it was not tried again


@pytest.mark.parametrize("behaviour", ENDLESSLY)
async def test_what_has_no_end_is_not_read_to_the_end(behaviour: Behaviour) -> None:
    async with hostile(behaviour) as place:
        tracemalloc.start()
        try:
            with pytest.raises(NoAnswer):
                await post(place.url)
            peak = tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()
    assert place.sent < MUCH
    assert peak < MUCH


@pytest.mark.parametrize("behaviour", BROKEN)
async def test_a_broken_conversation_is_no_answer(behaviour: Behaviour) -> None:
    async with hostile(behaviour) as place:
        with pytest.raises(NoAnswer):
            await post(place.url)
    assert len(place.wires) == 1


async def test_nobody_there_is_no_answer() -> None:
    with pytest.raises(NoAnswer, match="ConnectError"):
        await post(f"http://127.0.0.1:{wire.free_port()}/")


@pytest.mark.parametrize("url", ["http://[", "gopher://127.0.0.1/", ""])
async def test_an_address_that_is_none_is_no_answer(url: str) -> None:
    with pytest.raises(NoAnswer):
        await post(url)


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_a_redirect_is_not_followed_even_by_a_client_that_would(status: int) -> None:
    async def answers(it: Wire) -> None:
        await it.answer(b"{}")

    async with hostile(answers) as other:

        async def redirects(it: Wire) -> None:
            await it.answer(b"", status=f"{status} Elsewhere", head=b"Location: %s\r\n" % other.url.encode())

        async with hostile(redirects) as place, httpx.AsyncClient(follow_redirects=True) as client:
            with pytest.raises(NoAnswer, match="redirect"):
                await BoundedCalls(client=client, total_seconds=10, max_bytes=LIMIT).post(
                    place.url, content="", headers={}
                )
        assert other.wires == []


async def test_what_one_call_was_told_to_remember_is_not_sent_with_the_next() -> None:
    async def sets_a_cookie(it: Wire) -> None:
        await it.answer(b"{}", head=b"Set-Cookie: PHPSESSID=of-agency-a; Path=/\r\n")

    async with hostile(sets_a_cookie) as place, http_client(1) as client:
        calls = BoundedCalls(client=client, total_seconds=10, max_bytes=LIMIT)
        for _ in range(2):
            await calls.post(place.url, content="", headers={})
    assert [b"cookie" in it.request.lower() for it in place.wires] == [False, False]


async def test_the_silence_of_another_says_nothing_of_what_was_asked() -> None:
    async with hostile(wire.speaks_something_else) as place:
        with pytest.raises(NoAnswer) as silence:
            await post(f"{place.url}?key=a-secret")
    assert str(silence.value) == "RemoteProtocolError"


async def test_who_is_called_off_is_not_told_of_a_silence() -> None:
    async with hostile(wire.silent) as place:
        call = asyncio.create_task(post(place.url))
        await place.asked.acquire()
        call.cancel()
        with pytest.raises(asyncio.CancelledError):
            await call
