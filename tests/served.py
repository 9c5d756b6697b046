"""The whole service inside this process, put together as `portal serve` does: over ASGI, or over HTTP on a free port.

    async with opened(database, clock=clock) as service:
        async with service.client() as http: ...

    async with served(database) as url: ...

Passwords are hashed with the cheapest parameters, because hashing is hardly ever the subject.
"""

import asyncio
import socket
import tempfile
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

import httpx
import uvicorn
from starlette.applications import Starlette
from starlette.types import ASGIApp

from adapters.argon2.hasher import Argon2PasswordHasher
from application.ports.clock import Clock
from application.ports.documents import DocumentRenderer
from application.use_cases.documents import DrawDocuments
from graphql_api.http import SecurityHeaders
from main.asgi import create_app, routes_of
from main.bootstrap import Portal, portal
from main.places import bound, url_of
from main.settings import Settings
from tests.postgres import Database

PUBLIC_URL = "https://api.portal.example"
SECRET_KEY = "una clave de pruebas que no abre nada fuera de ellas"


def cheap_hasher() -> Argon2PasswordHasher:
    return Argon2PasswordHasher(memory_kib=8, time_cost=1)


def settings(**given: Any) -> Settings:
    """Those of development, whatever the environment says, with a data directory of nobody's and no gateway."""
    common: dict[str, Any] = {"secret_key": SECRET_KEY, "data_dir": Path(tempfile.gettempdir()) / "portal-pruebas"}
    gateways = dict.fromkeys(
        ("payu_checkout_url", "payu_api_url", "payu_reports_url", "enlinea_url"), "http://127.0.0.1:9/"
    )
    return Settings(**(common | gateways | given))


@dataclass(frozen=True)
class Service:
    """The portal and its application, without a server."""

    portal: Portal

    @property
    def app(self) -> ASGIApp:
        return SecurityHeaders(Starlette(routes=routes_of(self.portal)))

    def drawing_with(self, renderer: DocumentRenderer) -> "Service":
        """The same with another renderer."""
        use_cases = replace(self.portal.use_cases, draw_documents=DrawDocuments(renderer=renderer))
        return Service(replace(self.portal, use_cases=use_cases))

    def client(self, **options: Any) -> httpx.AsyncClient:
        """A browser or program at 203.0.113.9 that calls the service under the host portal.example."""
        transport = httpx.ASGITransport(self.app, client=("203.0.113.9", 4711))
        options.setdefault("base_url", "http://portal.example")
        return httpx.AsyncClient(transport=transport, **options)


@asynccontextmanager
async def opened(
    database: Database, *, clock: Clock | None = None, hasher: Argon2PasswordHasher | None = None, **given: Any
) -> AsyncIterator[Service]:
    """The service without a server; `given` are settings."""
    async with portal(
        settings(**given),
        app_url=database.app_url,
        public_url=PUBLIC_URL,
        clock=clock,
        hasher=hasher or cheap_hasher(),
    ) as made:
        yield Service(made)


class _Server(uvicorn.Server):
    """One that leaves the signals of this process alone."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


@asynccontextmanager
async def served(
    database: Database,
    *,
    clock: Clock | None = None,
    opened: Callable[[Portal], None] = lambda portal: None,
    hasher: Argon2PasswordHasher | None = None,
    jobs: bool = False,
    **given: Any,
) -> AsyncIterator[str]:
    """The service behind a real server on a free port; its address. `opened` hears of the portal. With `jobs` it does
    background jobs too."""
    place = bound("127.0.0.1", 0)
    url = url_of(place)

    def open_portal() -> AbstractAsyncContextManager[Portal]:
        return _open()

    @asynccontextmanager
    async def _open() -> AsyncIterator[Portal]:
        async with portal(
            settings(**given),
            app_url=database.app_url,
            public_url=url,
            clock=clock,
            hasher=hasher or cheap_hasher(),
        ) as made:
            opened(made)
            yield made

    async with listening(create_app(open_portal, jobs=jobs), place, lifespan="on"):
        yield url


@asynccontextmanager
async def listening(
    app: ASGIApp, place: socket.socket, *, lifespan: Literal["on", "off"] = "off"
) -> AsyncIterator[str]:
    """An application behind a real server at that place; its address."""
    server = _Server(uvicorn.Config(app, log_level="warning", ws="none", lifespan=lifespan))
    task = asyncio.create_task(server.serve(sockets=[place]))
    try:
        while not server.started:
            if task.done():
                await task
                raise RuntimeError("the service did not start")
            await asyncio.sleep(0.01)
        yield url_of(place)
    finally:
        server.should_exit = True
        await task
