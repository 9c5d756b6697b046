"""Messages to the merchants' servers, and payers' returns, as they are kept on record."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from simulator.web import to_json


class DeliveryState(StrEnum):
    """What became of a message.

    DROPPED: a scenario keeps it back; HELD: it came while everything was kept back. Both leave only when replayed.
    """

    SCHEDULED = "SCHEDULED"
    RETRYING = "RETRYING"
    DELIVERED = "DELIVERED"
    ABANDONED = "ABANDONED"
    DROPPED = "DROPPED"
    HELD = "HELD"


class Kind(StrEnum):
    """NOTIFICATION: from server to server, sent again until it is answered 200. RETURN: what a payer's browser does
    when it comes back, once, whatever is answered. DISPUTE: like a notification, to the address for disputes."""

    NOTIFICATION = "NOTIFICATION"
    RETURN = "RETURN"
    DISPUTE = "DISPUTE"


class Wire(StrEnum):
    """How the fields travel: in the address, as a form, or as JSON."""

    GET = "GET"
    FORM = "FORM"
    JSON = "JSON"


def with_fields(url: str, fields: Mapping[str, str]) -> str:
    """The address with these fields after what it already asks."""
    parts = urlsplit(url)
    own = parse_qsl(parts.query, keep_blank_values=True)
    return urlunsplit(parts._replace(query=urlencode([*own, *fields.items()])))


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """One request: what was sent, and the status that came back, or the error for which none came."""

    number: int
    at: datetime
    body: str
    status: int | None = None
    response_body: str = ""
    error: str = ""


@dataclass(slots=True, kw_only=True)
class Delivery:
    """One message to one address. `next_at` is the planned instant of the next attempt, None when none is.

    counted: the form tells the number of the attempt in `attempts`, as PayU's does. `about` is what a person reads.
    """

    id: int
    gateway: str
    kind: Kind
    wire: Wire
    reference: str
    transaction_id: str
    url: str
    fields: Mapping[str, str]
    state: DeliveryState
    next_at: datetime | None
    about: str
    counted: bool
    attempts: list[Attempt] = field(default_factory=list)

    @property
    def method(self) -> str:
        """GET or POST."""
        return "GET" if self.wire is Wire.GET else "POST"

    @property
    def address(self) -> str:
        """What is requested: the address with the fields, where they travel in it."""
        return with_fields(self.url, self.fields) if self.wire is Wire.GET else self.url

    @property
    def content_type(self) -> str:
        """Of the body."""
        return "application/json" if self.wire is Wire.JSON else "application/x-www-form-urlencoded"

    def body(self, number: int) -> str:
        """What attempt `number` sends; empty for a GET."""
        if self.wire is Wire.GET:
            return ""
        if self.wire is Wire.JSON:
            return to_json(dict(self.fields))
        return urlencode({**self.fields, "attempts": str(number)} if self.counted else self.fields)
