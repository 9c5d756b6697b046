"""The service as an ASGI application: GraphQL, its explorer, the gateways' return leg, health."""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager, nullcontext

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route
from starlette.types import ASGIApp

from adapters.enlinea.callback import enlinea_routes
from adapters.payu.callback import payu_dispute_routes, payu_routes
from application.ports.documents import DocumentUnavailable
from graphql_api.entrance import Entrance, may_introspect
from graphql_api.graphiql import Explorer
from graphql_api.handlers import explain
from graphql_api.http import GraphQLEndpoint, SecurityHeaders
from graphql_api.schema import build_schema
from main.bootstrap import Portal
from main.readiness import Readiness
from main.settings import Secrets
from main.work import at_work

_IMPORT_SECONDS = 120.0
"""For files near the limit of a body: tens of thousands of rows."""
_FILES_SECONDS = 60.0
"""For files that are looked into one after another."""
PATIENCE = {
    "importRecords": _IMPORT_SECONDS,
    **dict.fromkeys(("createPqrs", "addPqrsMessage", "addPqrsNote", "updateAgency"), _FILES_SECONDS),
}
"""Seconds for operations with these root fields, where the usual ones are too few."""
_log = logging.getLogger(__name__)

OpenPortal = Callable[[], AbstractAsyncContextManager[Portal]]


def create_app(open_portal: OpenPortal, *, https_only: bool = False, jobs: bool = False) -> ASGIApp:
    """The service. `open_portal` is entered when the server starts and left when it has answered its last request.
    With `jobs` this process does background jobs too, to the end of those under way."""

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        async with open_portal() as opened, at_work(opened) if jobs else nullcontext():
            app.router.routes.extend(routes_of(opened))
            warming = asyncio.create_task(_warm_up(opened))
            yield
            warming.cancel()

    app = Starlette(lifespan=lifespan)
    # A path with one slash too many does not exist: a redirect would go to whatever host the request named.
    app.router.redirect_slashes = False
    # Around everything, so that a page that does not exist and an error nobody foresaw carry the headers too.
    return SecurityHeaders(app, https_only=https_only)


async def _warm_up(opened: Portal) -> None:
    """Start the workers that draw documents, so that the first one does not wait for them."""
    try:
        await opened.renderer.warm_up()
    except DocumentUnavailable:
        _log.warning("documents cannot be drawn yet")


def routes_of(portal: Portal) -> list[BaseRoute]:
    """Every route of the service over an open portal."""
    production = portal.settings.is_production
    explorer = Explorer(open_to_visitors=not production)
    entrance = Entrance(use_cases=portal.use_cases, readings=portal.readings, clock=portal.clock)
    endpoint = GraphQLEndpoint(
        build_schema(),
        entrance,
        introspection_open=not production,
        may_introspect=may_introspect,
        may_call=portal.use_cases.may_call,
        patience=PATIENCE,
        knows_bearer=entrance.knows,
        explain=explain,
        page=explorer.page,
        trusted_hops=portal.settings.trusted_proxies,
        https_only=production,
    )
    return [
        Route("/graphql", endpoint),
        *explorer.routes,
        *payu_routes(portal.use_cases.receive_gateway_report),
        *payu_dispute_routes(portal.use_cases.receive_dispute_notice),
        *enlinea_routes(portal.use_cases.receive_return, secret=Secrets(portal.settings).enlinea),
        Route("/healthz", _alive, methods=["GET"]),
        Route("/readyz", Readiness(portal.engine).answer, methods=["GET"]),
    ]


async def _alive(request: Request) -> Response:
    return JSONResponse({"status": "ok"}, headers={"Cache-Control": "no-store"})
