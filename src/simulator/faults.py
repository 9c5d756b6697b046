"""Answers that go wrong on purpose: what a client of a gateway has to survive."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable

from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response, StreamingResponse

from simulator.scenarios import Fault
from simulator.settings import Settings

ELSEWHERE = "http://otro-sitio.invalid/pagos"
"""Where a redirection leads that names no address; no such host exists."""

LOST_ANSWERS = ("garbage", "html", "huge", "redirect", "slow", "timeout")
"""Faults after which the gateway has done what it was asked all the same: only its answer is lost, or late."""

Answer = Callable[[], Response]

_PAGE = """<!doctype html><html lang="es"><head><title>Mantenimiento</title></head>
<body><h1>Estamos en mantenimiento</h1><p>Intente más tarde. Error 0x8004.</p></body></html>"""
_GARBAGE = b'\x00\x1f\x8b<<{"link": [}\xff\xfe&&&'
_CHUNK = b"A" * 65_536


async def _wait(request: Request, seconds: float) -> None:
    """Waits, but for nobody who has gone."""
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            while (await request.receive())["type"] != "http.disconnect":
                pass


async def _huge(size: int) -> AsyncIterator[bytes]:
    yield b'{"link":"'
    for _ in range(max(1, size // len(_CHUNK))):
        yield _CHUNK
    yield b'"}'


async def answered(
    request: Request,
    fault: Fault | None,
    settings: Settings,
    *,
    error: Answer,
    truth: Callable[[], Awaitable[Response]],
) -> Response:
    """What a caller gets who meets a fault: the truth late, or nothing but the fault.

    error: the gateway's own way of saying that something went wrong. truth: does what was asked, and answers; it is
    done before its answer gets lost, but not at all where the gateway itself fails.
    """
    if fault is None:
        return await truth()
    if fault.value not in LOST_ANSWERS:
        return (
            error()
            if fault.value == "error"
            else Response("Error interno simulado.", int(fault.value), media_type="text/plain")
        )
    true_answer = await truth()
    match fault.value:
        case "slow":
            await _wait(request, float(fault.argument))
            return true_answer
        case "timeout":
            await _wait(request, settings.timeout_hold)
            return Response(status_code=504)
        case "html":
            return HTMLResponse(_PAGE)
        case "garbage":
            return Response(_GARBAGE, media_type="application/octet-stream")
        case "huge":
            return StreamingResponse(_huge(settings.huge_bytes), media_type="application/json")
    return RedirectResponse(fault.argument or ELSEWHERE, 302)
