"""The endpoint: one address, POST for operations, GET for the explorer's page, OPTIONS for preflights.

There is no batching, no multipart, no WebSocket and no GET for operations: each would be one more way to make a
browser or a cache do what its user did not mean.
"""

import asyncio
from collections.abc import Callable, Mapping
from functools import partial
from types import MappingProxyType
from typing import Any

import strawberry
from graphql import OperationType
from graphql.execution import ExecutionResult
from starlette.datastructures import Headers, QueryParams
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from graphql_api.http import errors
from graphql_api.http.body import BodyLimits, Disconnected, GraphQLRequest, read_body, read_request, require_json
from graphql_api.http.codes import EXECUTED, MEANINGS, Code, RequestRefused, refusal
from graphql_api.http.connection import while_connected
from graphql_api.http.documents import DocumentRefused, Documents, Prepared
from graphql_api.http.execution import require_plain, run
from graphql_api.http.facts import (
    BadHost,
    KnowsBearer,
    MayIntrospect,
    OpenContext,
    OperationFacts,
    RequestFacts,
    host_of,
    read_facts,
)
from graphql_api.http.negotiation import JSON, accepted, wants_page
from graphql_api.http.origins import MayCall, cross_origin_headers, nobody_may_call, preflight_headers
from graphql_api.http.responses import SecurityHeaders, json_response
from graphql_api.http.shares import Shares
from graphql_api.limits import Limits, TooComplex

_ALLOW = "POST, GET, HEAD, OPTIONS"
_VARY = "Origin, Accept"
_OPERATION_PARAMETERS = frozenset({"query", "mutation", "operationName", "variables", "extensions"})


def nobody_may(_context: Any) -> bool:
    return False


async def any_bearer(_facts: RequestFacts) -> bool:
    return True


class GraphQLEndpoint:
    """ASGI application for one route, to be mounted as `Route("/graphql", endpoint)`.

    `open_context` is described at OpenContext. Introspection is open to everybody with `introspection_open`; without
    it, to whom `may_introspect(context)` allows, and errors of documents then suggest no names. `may_call`
    tells which origins may call; `knows_bearer` which tokens may send large bodies; `explain` maps known exceptions to
    refusals; `page` answers a browser's GET. `trusted_hops` is the number of proxies of ours before the service.
    `deadline` is in seconds, `patience` the longer ones of operations with certain root fields. For the numbers of
    operations under way at once, see Shares.
    """

    def __init__(
        self,
        schema: strawberry.Schema,
        open_context: OpenContext,
        *,
        limits: Limits | None = None,
        body_limits: BodyLimits | None = None,
        introspection_open: bool = False,
        may_introspect: MayIntrospect = nobody_may,
        may_call: MayCall = nobody_may_call,
        knows_bearer: KnowsBearer = any_bearer,
        explain: errors.Explain = errors.explain_nothing,
        page: Callable[[], Response] | None = None,
        trusted_hops: int = 0,
        deadline: float = 20.0,
        patience: Mapping[str, float] = MappingProxyType({}),
        most_errors: int = 5,
        most_in_flight: int = 256,
        most_per_bearer: int = 8,
        most_per_address: int = 64,
        wait_for_place: float = 5.0,
        https_only: bool = False,
    ) -> None:
        require_plain(schema)
        self._schema = schema
        self._open_context = open_context
        self._body_limits = body_limits or BodyLimits()
        self._introspection_open = introspection_open
        self._may_introspect = may_introspect
        self._may_call = may_call
        self._knows_bearer = knows_bearer
        self._explain = explain
        self._page = page
        self._trusted_hops = trusted_hops
        self._deadline = deadline
        self._patience = patience
        self._most_errors = most_errors
        self._shares = Shares(
            in_all=most_in_flight, per_bearer=most_per_bearer, per_address=most_per_address, wait=wait_for_place
        )
        self._documents = Documents(
            schema._schema, limits or Limits(), suggestions=introspection_open, most_errors=most_errors
        )
        self._app = SecurityHeaders(self._handle, https_only=https_only)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self._app(scope, receive, send)

    async def _handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = Headers(scope=scope)
        try:
            if scope["method"] == "POST":
                response = await self._post(scope, headers, receive)
            elif scope["method"] in ("GET", "HEAD"):
                response = self._get(scope, headers)
            elif scope["method"] == "OPTIONS":
                response = await self._options(headers)
            else:
                response = _method_not_allowed("El servicio se usa con POST.")
        except Disconnected:
            return
        response.headers.setdefault("Vary", _VARY)
        await response(scope, receive, send)

    def _get(self, scope: Scope, headers: Headers) -> Response:
        asked = QueryParams(scope.get("query_string", b"").decode("latin-1"))
        if self._page is None or not wants_page(headers) or not _OPERATION_PARAMETERS.isdisjoint(asked):
            return _method_not_allowed("Las operaciones se envían con POST y un cuerpo JSON.")
        return self._page()

    async def _options(self, headers: Headers) -> Response:
        try:
            allowed = await preflight_headers(headers, host_of(headers), self._may_call)
        except BadHost:
            allowed = {}
        preflight = headers.get("access-control-request-method") is not None
        return Response(status_code=403 if preflight and not allowed else 204, headers={**allowed, "Allow": _ALLOW})

    async def _post(self, scope: Scope, headers: Headers, receive: Receive) -> Response:
        media_type = accepted(headers)
        if media_type is None:
            problem = RequestRefused(406, Code.BAD_USER_INPUT, "El servicio responde application/json.")
            return self._refused(problem, JSON, {})
        cross_origin: dict[str, str] = {}
        try:
            facts = read_facts(scope, headers, trusted_hops=self._trusted_hops)
            cross_origin = await cross_origin_headers(headers, facts.host, facts.agency_header, self._may_call)
            require_json(headers)
            async with self._shares.request(facts):
                has_session = partial(self._knows_bearer, facts)
                request = await read_request(await read_body(receive, headers, self._body_limits, has_session))
                async with self._shares.operation(facts):
                    status, body = await self._answer(facts, request, receive)
        except BadHost:
            return self._refused(refusal(Code.BAD_USER_INPUT, "La cabecera Host no es válida."), media_type, {})
        except RequestRefused as problem:
            return self._refused(problem, media_type, cross_origin)
        except DocumentRefused as problem:
            return _not_executed(errors.refused_document(problem), Code.BAD_USER_INPUT, media_type, cross_origin)
        except TooComplex as problem:
            return _not_executed(errors.too_complex(problem), Code.QUERY_TOO_COMPLEX, media_type, cross_origin)
        except Disconnected:
            raise
        except Exception as error:
            known = self._explain(error)
            if known is not None:
                return self._refused(known, media_type, cross_origin)
            return _not_executed(errors.unexpected(error, operation=None), Code.INTERNAL, media_type, cross_origin)
        return json_response(status, body, media_type, cross_origin)

    async def _answer(
        self, facts: RequestFacts, request: GraphQLRequest, receive: Receive
    ) -> tuple[int, dict[str, Any]]:
        prepared = self._documents.prepare(request.query, request.operation_name, request.variables)
        measured = prepared.measure
        operation = OperationFacts(
            kind="mutation" if measured.kind is OperationType.MUTATION else "query",
            name=measured.name,
            root_fields=frozenset(measured.root_fields),
            introspects=measured.introspects,
            cost=measured.cost,
        )
        work = self._execute(facts, operation, prepared, request.variables)
        if operation.kind == "mutation":
            # What a mutation does must not depend on whether somebody still listens.
            return await work
        return await while_connected(work, receive)

    async def _execute(
        self, facts: RequestFacts, operation: OperationFacts, prepared: Prepared, variables: Mapping[str, Any]
    ) -> tuple[int, dict[str, Any]]:
        name = operation.name
        try:
            async with asyncio.timeout(self._time_for(operation)) as deadline:
                async with self._open_context(facts, operation) as context:
                    if operation.introspects and not (self._introspection_open or self._may_introspect(context)):
                        raise refusal(Code.FORBIDDEN, "El esquema solo lo puede consultar el personal.")
                    result = await run(self._schema, prepared, variables, context)
                    self._refuse_if_nothing_ran(prepared, result)
        except TimeoutError as error:
            if deadline.expired():
                meaning = MEANINGS[Code.TIMEOUT]
                problem = RequestRefused(meaning.status, Code.TIMEOUT, meaning.sentence)
                return meaning.status, {"errors": errors.refused_request(problem), "data": None}
            return self._failed(error, name)
        except RequestRefused:
            raise
        except Exception as error:
            return self._failed(error, name)
        body: dict[str, Any] = {"data": result.data}
        if result.errors:
            told = errors.executed(result.errors, operation=name, explain=self._explain, most=self._most_errors)
            body = {"errors": told, **body}
        return EXECUTED, body

    def _time_for(self, operation: OperationFacts) -> float:
        return max([self._deadline, *(self._patience.get(name, 0.0) for name in operation.root_fields)])

    def _failed(self, error: Exception, operation: str | None) -> tuple[int, dict[str, Any]]:
        """The answer when opening or closing the context failed."""
        known = self._explain(error)
        if known is not None:
            raise known
        return MEANINGS[Code.INTERNAL].status, {"errors": errors.unexpected(error, operation=operation)}

    def _refuse_if_nothing_ran(self, prepared: Prepared, result: ExecutionResult) -> None:
        """What only time cures (busy, unavailable) refuses the whole request, unless some root field has an answer to
        keep: clients and proxies know what to do with a 503. Any other refusal of a resolver is part of what was
        executed, and answered with 200.

        After several mutations nobody could tell from such a refusal which of them took place, so there it stays an
        error among the others.
        """
        if not result.errors or any(value is not None for value in (result.data or {}).values()):
            return
        if prepared.measure.kind is OperationType.MUTATION and len(prepared.measure.root_fields) > 1:
            return
        for error in result.errors:
            refused = errors.refusal_behind(error, self._explain)
            if refused is not None and refused.retry_after is not None:
                raise refused

    def _refused(self, problem: RequestRefused, media_type: str, headers: Mapping[str, str]) -> Response:
        extra = dict(headers)
        if problem.retry_after is not None:
            extra["Retry-After"] = str(problem.retry_after)
        if problem.status == 401:
            extra["WWW-Authenticate"] = "Bearer"
        if problem.status in (408, 413):
            # What is left of the body is not read, so nothing else can follow on this connection.
            extra["Connection"] = "close"
        body: dict[str, Any] = {"errors": errors.refused_request(problem)}
        if problem.status == EXECUTED:
            body["data"] = None
        return json_response(problem.status, body, media_type, extra)


def _not_executed(told: list[dict[str, Any]], code: Code, media_type: str, headers: Mapping[str, str]) -> Response:
    return json_response(MEANINGS[code].status, {"errors": told}, media_type, headers)


def _method_not_allowed(sentence: str) -> Response:
    problem = RequestRefused(405, Code.BAD_USER_INPUT, sentence)
    return json_response(405, {"errors": errors.refused_request(problem)}, JSON, {"Allow": _ALLOW})
