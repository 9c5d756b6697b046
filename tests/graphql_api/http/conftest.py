"""The endpoint over the stand-in schema, reached through ASGI."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from graphql_api.http import GraphQLEndpoint
from tests.graphql_api.http.stand_in import Record, opener, schema

ALLOWED = "https://clientes.andina.example"
BROWSER = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}

Connect = Callable[..., AbstractAsyncContextManager[httpx.AsyncClient]]


async def may_call(origin: str, _host: str, _agency: str | None) -> bool:
    return origin == ALLOWED


def page() -> Response:
    return PlainTextResponse("explorador")


def application(record: Record, **options: Any) -> Starlette:
    options.setdefault("may_call", may_call)
    options.setdefault("page", page)
    options.setdefault("may_introspect", lambda viewer: viewer.is_staff)
    return Starlette(routes=[Route("/graphql", GraphQLEndpoint(schema, opener(record), **options))])


@pytest.fixture
def record() -> Record:
    return Record()


@pytest.fixture
def connect(record: Record) -> Connect:
    """Opens a client to an endpoint with the given options."""

    @asynccontextmanager
    async def open_client(**options: Any) -> AsyncIterator[httpx.AsyncClient]:
        transport = httpx.ASGITransport(application(record, **options), client=("203.0.113.9", 4711))
        async with httpx.AsyncClient(transport=transport, base_url="http://portal.example") as client:
            yield client

    return open_client


@pytest.fixture
async def client(connect: Connect) -> AsyncIterator[httpx.AsyncClient]:
    async with connect() as connected:
        yield connected


def code_of(response: httpx.Response) -> str:
    code: str = response.json()["errors"][0]["extensions"]["code"]
    return code


async def ask(
    client: httpx.AsyncClient, query: str, headers: dict[str, str] | None = None, **members: Any
) -> httpx.Response:
    """Post an operation; header values may hold any Latin-1 character, as they may on the wire."""
    encoded = [(name.encode("ascii"), value.encode("latin-1")) for name, value in (headers or {}).items()]
    return await client.post("/graphql", json={"query": query, **members}, headers=encoded)
