"""Reading the body of a request: capped while it arrives, strict JSON, members of the right kind."""

import asyncio
import json
import math
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, NoReturn

from starlette.datastructures import Headers
from starlette.types import Receive

from graphql_api.http.codes import Code, RequestRefused, refusal

_DEEPEST = 32
_MOST_VALUES = 20_000
_READ_IN_THREAD = 128 * 1024
"""Bytes: reading more than that would keep everybody else waiting for too long."""
_LONGEST_INTEGER = 40
_CHARSET = re.compile(r'charset\s*=\s*"?\s*utf-?8\s*"?', re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class GraphQLRequest:
    """The members of a GraphQL request over HTTP. `extensions` are checked and not used."""

    query: str
    operation_name: str | None
    variables: dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class BodyLimits:
    """Bytes of a body without and with a session, and seconds in which it must have arrived."""

    without_session: int = 128 * 1024
    with_session: int = 8 * 1024 * 1024
    seconds: float = 10.0


HasSession = Callable[[], Awaitable[bool]]
"""Whether the token of a request is that of a session."""


class Disconnected(Exception):
    """The client went away before its request was complete."""


def require_json(headers: Headers) -> None:
    """Accept `application/json` in UTF-8 and nothing else: a form or plain text may be sent by any web page without
    asking first, and would make cross-site requests possible."""
    media_type, _, parameters = headers.get("content-type", "").partition(";")
    known = media_type.strip().lower() == "application/json"
    charset = parameters.strip()
    if not known or (charset and _CHARSET.fullmatch(charset) is None):
        raise RequestRefused(415, Code.BAD_USER_INPUT, "El cuerpo debe ser application/json en UTF-8.")
    if headers.get("content-encoding", "identity").strip().lower() not in ("", "identity"):
        raise RequestRefused(415, Code.BAD_USER_INPUT, "El cuerpo debe ir sin comprimir.")


async def read_body(receive: Receive, headers: Headers, limits: BodyLimits, has_session: HasSession) -> bytes:
    """The whole body. Refuses what is larger than its cap as soon as that is known, and what arrives too slowly.

    `has_session` is asked when the body is larger than what a visitor may send, before more of it is read: whoever
    writes any Authorization header is refused there with UNAUTHENTICATED.
    """
    cap = limits.with_session if headers.get("authorization") else limits.without_session
    length = headers.get("content-length", "")
    announced = int(length[:20]) if length.isdecimal() else 0
    if announced > cap:
        raise _too_large(cap)
    allowed = limits.without_session
    chunks: list[bytes] = []
    size = 0
    complete = False
    try:
        async with asyncio.timeout(limits.seconds):
            while True:
                if max(announced, size) > allowed:
                    if not await has_session():
                        raise refusal(Code.UNAUTHENTICATED)
                    allowed = cap
                if complete:
                    return b"".join(chunks)
                message = await receive()
                if message["type"] == "http.disconnect":
                    raise Disconnected
                chunk: bytes = message.get("body", b"")
                size += len(chunk)
                if size > cap:
                    raise _too_large(cap)
                chunks.append(chunk)
                complete = not message.get("more_body", False)
    except TimeoutError:
        raise RequestRefused(408, Code.TIMEOUT, "La solicitud tardó demasiado en llegar.") from None


async def read_request(body: bytes) -> GraphQLRequest:
    """Read strict JSON and check the members of a GraphQL request; refuses with BAD_USER_INPUT."""
    if len(body) > _READ_IN_THREAD:
        return await asyncio.to_thread(parse_request, body)
    return parse_request(body)


def parse_request(body: bytes) -> GraphQLRequest:
    """The same at once, for bodies that take no time."""
    value = _json(body)
    if not isinstance(value, dict):
        raise refusal(Code.BAD_USER_INPUT, "El cuerpo debe ser un objeto JSON.")
    query = value.get("query")
    if not isinstance(query, str) or not query.strip():
        raise refusal(Code.BAD_USER_INPUT, "Falta query, el texto de la operación.")
    name = value.get("operationName")
    if name is not None and not isinstance(name, str):
        raise refusal(Code.BAD_USER_INPUT, "operationName debe ser un texto.")
    variables = value.get("variables")
    if variables is not None and not isinstance(variables, dict):
        raise refusal(Code.BAD_USER_INPUT, "variables debe ser un objeto.")
    extensions = value.get("extensions")
    if extensions is not None and not isinstance(extensions, dict):
        raise refusal(Code.BAD_USER_INPUT, "extensions debe ser un objeto.")
    return GraphQLRequest(query=query, operation_name=name or None, variables=variables or {})


def _json(body: bytes) -> Any:
    if _has_too_many_values(body):
        raise refusal(Code.BAD_USER_INPUT, "El cuerpo tiene demasiados valores.")
    try:
        value = json.loads(body.decode("utf-8"), parse_constant=_no_constant, parse_int=_integer, parse_float=_finite)
        _check_values(value)
    except UnicodeDecodeError:
        raise refusal(Code.BAD_USER_INPUT, "El cuerpo no es UTF-8.") from None
    except _Unacceptable as problem:
        raise refusal(Code.BAD_USER_INPUT, str(problem)) from None
    except (ValueError, RecursionError):
        raise refusal(Code.BAD_USER_INPUT, "El cuerpo no es JSON válido.") from None
    return value


def _has_too_many_values(body: bytes) -> bool:
    """Judged before any of them is made: each costs far more than its bytes.

    What stands within texts is not counted. Of what is no JSON, the number is right up to where it stops being that,
    and a parser goes no further.
    """
    without_escapes = body.replace(b"\\\\", b"").replace(b'\\"', b"") if b"\\" in body else body
    if without_escapes.count(b'"') > 4 * _MOST_VALUES:  # a name and a text for each value
        return True
    outside = b"".join(without_escapes.split(b'"')[::2])
    return sum(outside.count(sign) for sign in (b",", b"[", b"{")) > _MOST_VALUES


class _Unacceptable(Exception):
    """JSON that a program would write by mistake or malice only."""


def _no_constant(name: str) -> NoReturn:
    raise _Unacceptable(f"El cuerpo no es JSON válido: {name} no es un número.")


def _integer(text: str) -> int:
    if len(text) > _LONGEST_INTEGER:
        raise _Unacceptable("El cuerpo tiene un número demasiado largo.")
    return int(text)


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise _Unacceptable("El cuerpo tiene un número fuera de rango.")
    return number


def _check_values(value: Any) -> None:
    """Refuse deep nesting, and halves of surrogate pairs, which no UTF-8 text can hold."""
    waiting: list[tuple[Any, int]] = [(value, 1)]
    while waiting:
        item, depth = waiting.pop()
        if isinstance(item, str):
            _check_text(item)
        elif isinstance(item, dict):
            if depth > _DEEPEST:
                raise _Unacceptable("El cuerpo anida demasiados niveles.")
            for key, member in item.items():
                _check_text(key)
                waiting.append((member, depth + 1))
        elif isinstance(item, list):
            if depth > _DEEPEST:
                raise _Unacceptable("El cuerpo anida demasiados niveles.")
            waiting.extend((member, depth + 1) for member in item)


def _check_text(text: str) -> None:
    if not text.isascii():
        try:
            text.encode("utf-8")
        except UnicodeEncodeError:
            raise _Unacceptable("El cuerpo tiene un texto que no es Unicode válido.") from None


def _too_large(cap: int) -> RequestRefused:
    return refusal(Code.PAYLOAD_TOO_LARGE, f"La solicitud pasa de {cap // 1024} KiB.")
