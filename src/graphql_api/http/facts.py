"""What the endpoint knows about a request before it opens its context, and how it reads it."""

import ipaddress
import re
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Any, Literal, Protocol

from starlette.datastructures import Headers
from starlette.types import Scope

_LONGEST_TOKEN = 1024
_LONGEST_USER_AGENT = 300
_HOST = re.compile(r"(\[[0-9a-f:.]+\]|[a-z0-9._-]{1,253})(:\d{1,5})?", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestFacts:
    """Who asks, as far as headers tell.

    `bearer` is None without an Authorization header; a header of another scheme or shape is given as it is, so that it
    is answered like any token that is not good. `host` is lower case and without port. `agency_header` is X-Agency.
    `ip` is the client's address as the trusted proxies saw it.
    """

    bearer: str | None
    host: str
    agency_header: str | None
    ip: str
    user_agent: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class OperationFacts:
    """What is asked: a valid operation within its limits, not yet executed.

    `root_fields` are names of the schema, not aliases. `introspects` tells whether __schema or __type is among them.
    `cost` is in objects, as limits count it.
    """

    kind: Literal["query", "mutation"]
    name: str | None
    root_fields: frozenset[str]
    introspects: bool
    cost: int


class OpenContext(Protocol):
    """Opens what resolvers work with for one operation and closes it before the answer is sent.

    Raises RequestRefused on entering where the request must not run (a token that is no longer good, an agency that
    does not exist). An exception while leaving turns the answer into an error: nothing is reported as done that was
    not kept.
    """

    def __call__(self, facts: RequestFacts, operation: OperationFacts, /) -> AbstractAsyncContextManager[Any]: ...


KnowsBearer = Callable[[RequestFacts], Awaitable[bool]]
"""Whether the token of a request is that of a session, asked before a large body is read. May raise what `explain`
knows."""

MayIntrospect = Callable[[Any], bool]
"""Whether the viewer of an opened context may read the schema where introspection is not open to everyone."""


class BadHost(Exception):
    """The Host header is missing or is no host."""


def read_facts(scope: Scope, headers: Headers, *, trusted_hops: int) -> RequestFacts:
    """Read the facts of a request; refuses with BadHost."""
    agency = headers.get("x-agency")
    return RequestFacts(
        bearer=_bearer(headers.get("authorization")),
        host=host_of(headers),
        agency_header=agency.strip() if agency and agency.strip() else None,
        ip=client_ip(scope, headers, trusted_hops=trusted_hops),
        user_agent=_user_agent(headers.get("user-agent")),
    )


def host_of(headers: Headers) -> str:
    found = _HOST.fullmatch(headers.get("host", "").strip())
    if found is None:
        raise BadHost
    return found.group(1).lower().rstrip(".")


def client_ip(scope: Scope, headers: Headers, *, trusted_hops: int) -> str:
    """The client's address, seen through `trusted_hops` proxies of ours.

    Each proxy appends the address it was called from to X-Forwarded-For, so only the last `trusted_hops` entries were
    written by us; what stands before them is whatever the client cared to send.
    """
    client = scope.get("client")
    peer: str = client[0] if client else ""
    chain = [part.strip() for value in headers.getlist("x-forwarded-for") for part in value.split(",") if part.strip()]
    chain.append(peer)
    candidate = chain[-1 - trusted_hops] if trusted_hops < len(chain) else chain[0]
    return _address(candidate) or _address(peer) or "0.0.0.0"  # noqa: S104 (an unknown address, nothing is bound)


def _address(text: str) -> str | None:
    if text.startswith("[") and "]" in text:
        text = text[1 : text.index("]")]
    elif text.count(":") == 1:
        text = text.split(":")[0]
    try:
        address = ipaddress.ip_address(text.split("%")[0])
    except ValueError:
        return None
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped is not None:
        return str(address.ipv4_mapped)
    return str(address)


def _bearer(header: str | None) -> str | None:
    if header is None:
        return None
    scheme, _, token = header.strip().partition(" ")
    token = token.strip()
    good = scheme.lower() == "bearer" and token and token.isascii() and not any(c.isspace() for c in token)
    return (token if good else f"not a bearer: {header}")[:_LONGEST_TOKEN]


def _user_agent(header: str | None) -> str | None:
    if header is None:
        return None
    printable = "".join(character for character in header if character.isprintable()).strip()
    return printable[:_LONGEST_USER_AGENT] or None
