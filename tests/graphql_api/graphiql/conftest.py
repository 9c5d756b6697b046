"""The explorer over a stand-in service: reached through ASGI, and through a port for a real browser."""

import asyncio
import socket
import threading
import time
from collections.abc import Callable, Iterator

import pytest
import uvicorn
from playwright.async_api import Page
from starlette.applications import Starlette
from starlette.routing import Route

from graphql_api.graphiql import Explorer
from graphql_api.http import GraphQLEndpoint
from tests.graphql_api.graphiql.driving import Watched
from tests.graphql_api.graphiql.stand_in import Service, schema

Serve = Callable[..., str]


def application(service: Service, *, open_to_visitors: bool = False) -> Starlette:
    explorer = Explorer(open_to_visitors=open_to_visitors)
    endpoint = GraphQLEndpoint(
        schema,
        service.open_context,
        introspection_open=open_to_visitors,
        may_introspect=service.may_introspect,
        page=explorer.page,
    )
    return Starlette(routes=[Route("/graphql", endpoint), *explorer.routes])


@pytest.fixture
def service() -> Service:
    return Service()


@pytest.fixture
def serve(service: Service) -> Iterator[Serve]:
    """Serves the stand-in on a free port and gives the address of its endpoint."""
    running: list[tuple[uvicorn.Server, threading.Thread, socket.socket]] = []

    def start(*, open_to_visitors: bool = False) -> str:
        listening = socket.create_server(("127.0.0.1", 0))
        app = application(service, open_to_visitors=open_to_visitors)
        server = uvicorn.Server(uvicorn.Config(app, log_level="error", lifespan="off", timeout_graceful_shutdown=1))
        thread = threading.Thread(target=lambda: asyncio.run(server.serve(sockets=[listening])))
        thread.start()
        running.append((server, thread, listening))
        while not server.started:
            time.sleep(0.01)
        return f"http://127.0.0.1:{listening.getsockname()[1]}/graphql"

    yield start
    for server, thread, listening in running:
        server.should_exit = True
        thread.join(10)
        listening.close()


@pytest.fixture
async def watched(page: Page) -> Watched:
    page.set_default_timeout(20_000)
    watched = Watched(page)
    await watched.start()
    return watched
