"""Cross-origin requests: exactly the origins of the agency's settings, and nobody else's browser pages."""

from collections.abc import Awaitable
from typing import Protocol
from urllib.parse import urlsplit

from starlette.datastructures import Headers

from graphql_api.http.codes import Code, refusal

ALLOWED_HEADERS = "Authorization, Content-Type, X-Agency"
_MAX_AGE = "600"


class MayCall(Protocol):
    """Whether a page of `origin` (`https://clientes.ejemplo.co`, no path) may call the API of the agency that `host`
    or the X-Agency header names.

    A preflight carries the names of the headers to come but not their values, so for it `agency_header` is None even
    where X-Agency decides: say yes then if it may call any agency that can be reached through that host. The request
    itself is checked again with its header.
    """

    def __call__(self, origin: str, host: str, agency_header: str | None, /) -> Awaitable[bool]: ...


async def nobody_may_call(_origin: str, _host: str, _agency_header: str | None, /) -> bool:
    """No page of another origin may call."""
    return False


async def cross_origin_headers(
    headers: Headers, host: str, agency_header: str | None, may_call: MayCall
) -> dict[str, str]:
    """Headers that let the calling page read the answer; refuses a page that may not call.

    A caller without Origin is no page of another origin: a program, or the same origin. Browsers that send
    Sec-Fetch-Site cannot be made to lie about it by a page; for the others Origin is compared with Host.
    """
    origin = headers.get("origin")
    if origin is None:
        if headers.get("sec-fetch-site") == "cross-site":
            raise refusal(Code.FORBIDDEN, "Esta página no puede usar el servicio.")
        return {}
    if headers.get("sec-fetch-site") == "same-origin" or same_origin(origin, headers):
        return {}
    if await may_call(origin, host, agency_header):
        return {"Access-Control-Allow-Origin": origin, "Access-Control-Expose-Headers": "Retry-After"}
    raise refusal(Code.FORBIDDEN, "Esta página no puede usar el servicio: su origen no es de la inmobiliaria.")


async def preflight_headers(headers: Headers, host: str, may_call: MayCall) -> dict[str, str]:
    """Headers of the answer to a preflight; none of them for an origin that may not call."""
    origin = headers.get("origin")
    if origin is None or headers.get("access-control-request-method") is None:
        return {}
    if not await may_call(origin, host, headers.get("x-agency")):
        return {}
    return {
        "Access-Control-Allow-Origin": origin,
        "Access-Control-Allow-Methods": "POST",
        "Access-Control-Allow-Headers": ALLOWED_HEADERS,
        "Access-Control-Max-Age": _MAX_AGE,
    }


def same_origin(origin: str, headers: Headers) -> bool:
    """Whether Origin names the host that is called. The scheme is left out: behind a proxy ours is not the public
    one."""
    try:
        parts = urlsplit(origin)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and parts.netloc.lower() == headers.get("host", "").strip().lower()
