"""Reading requests within bounds and answering JSON, for every part of the simulator."""

import json
import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any
from urllib.parse import parse_qsl

from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

_DECIMAL = re.compile(r'"\\u0000(-?\d+\.\d\d)"')
_MOST_FIELDS = 200


class BadRequest(Exception):
    """A request that cannot be understood: the HTTP status, and a sentence in Spanish for whoever sent it."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.message = message


async def read_body(request: Request, limit: int) -> bytes:
    """The body, refused with 413 as soon as it is longer than `limit` bytes."""
    body = b""
    try:
        async for chunk in request.stream():
            body += chunk
            if len(body) > limit:
                raise BadRequest(413, f"El cuerpo supera {limit // 1024} KiB.")
    except ClientDisconnect:
        raise BadRequest(400, "El cuerpo llegó incompleto.") from None
    return body


async def read_form(request: Request, limit: int) -> dict[str, str]:
    """The fields of an urlencoded form in UTF-8, empty ones included; a repeated field is refused as ambiguous."""
    body = await read_body(request, limit)
    if request.headers.get("content-type", "").split(";")[0].strip().lower() != "application/x-www-form-urlencoded":
        raise BadRequest(415, "El formulario debe enviarse como application/x-www-form-urlencoded.")
    try:
        pairs = parse_qsl(
            body.decode(), keep_blank_values=True, encoding="utf-8", errors="strict", max_num_fields=_MOST_FIELDS
        )
    except ValueError:
        raise BadRequest(400, "El formulario no es texto UTF-8 o tiene demasiados campos.") from None
    form = dict(pairs)
    if len(form) < len(pairs):
        raise BadRequest(400, "El formulario repite un campo.")
    return form


async def read_json_object(request: Request, limit: int) -> dict[str, Any]:
    """The JSON object of the body, numbers with decimals as Decimal; an empty body is an empty object."""
    body = await read_body(request, limit)
    if not body.strip():
        return {}
    try:
        read = json.loads(body, parse_float=Decimal)
    except (ValueError, RecursionError):
        raise BadRequest(400, "El cuerpo no es JSON válido en UTF-8.") from None
    if not isinstance(read, dict):
        raise BadRequest(400, "El cuerpo debe ser un objeto JSON.")
    return read


def _default(value: object) -> str:
    if isinstance(value, Decimal):
        return f"\0{value:.2f}"  # no text that came in can look like this: control characters are refused
    raise TypeError(type(value).__name__)


def to_json(value: object, *, indent: int | None = None) -> str:
    """JSON in which a Decimal is a number with two decimals (`1850000.00`): every Decimal here is money."""
    return _DECIMAL.sub(r"\1", json.dumps(value, ensure_ascii=False, indent=indent, default=_default))


def json_answer(value: object, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """An `application/json` answer."""
    return Response(to_json(value), status, headers, media_type="application/json")
