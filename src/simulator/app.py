"""The simulator as an ASGI application."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from http import HTTPStatus

import httpx
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Mount
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Receive, Scope, Send

from simulator.console import Console
from simulator.control import Control
from simulator.page import HERE, page
from simulator.settings import Settings
from simulator.simulation import Simulation
from simulator.web import BadRequest, json_answer

_WORDS = {404: "No existe.", 405: "Ese método no se admite aquí."}


class _OwnOriginOnly:
    """Keeps pages of other sites, open in the same browser, from steering the simulator."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["path"].startswith(("/_sim", "/consola")):
            headers = dict(scope["headers"])
            if headers.get(b"sec-fetch-site") == b"cross-site":
                await JSONResponse({"error": "Otro sitio no puede manejar el simulador."}, 403)(scope, receive, send)
                return
        await self._app(scope, receive, send)


def _refusal(request: Request, status: int, message: str) -> Response:
    simulation: Simulation = request.app.state.simulation
    programs = [path for gateway in simulation.gateways.values() for path in gateway.for_programs]
    if request.url.path.startswith(("/_sim", *programs)):
        return json_answer({"error": message}, status)
    return page("problem.html", status, title="Algo no está bien", message=message)


async def _on_bad_request(request: Request, error: Exception) -> Response:
    if not isinstance(error, BadRequest):
        raise error
    return _refusal(request, error.status, error.message)


async def _on_http_exception(request: Request, error: Exception) -> Response:
    if not isinstance(error, HTTPException):
        raise error
    return _refusal(request, error.status_code, _WORDS.get(error.status_code, HTTPStatus(error.status_code).phrase))


def create_app(settings: Settings | None = None, *, transport: httpx.AsyncBaseTransport | None = None) -> Starlette:
    """The application; `app.state.simulation` holds its parts.

    `transport` carries the notifications instead of the network, for tests. The background worker runs only within
    the lifespan, and only if the settings ask for it.
    """
    simulation = Simulation(settings or Settings(), transport)

    @contextlib.asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        worker = asyncio.create_task(simulation.agenda.work()) if simulation.settings.background else None
        yield
        if worker is not None:
            worker.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await worker
        await simulation.courier.close()

    app = Starlette(
        routes=[
            *Console(simulation).routes(),
            *Control(simulation).routes(),
            *(route for gateway in simulation.gateways.values() for route in gateway.routes()),
            Mount("/static", StaticFiles(directory=HERE / "static")),
        ],
        middleware=[Middleware(_OwnOriginOnly)],
        exception_handlers={BadRequest: _on_bad_request, HTTPException: _on_http_exception},
        lifespan=lifespan,
    )
    app.state.simulation = simulation
    return app
