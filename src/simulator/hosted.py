"""What the pages that gateways host have in common: how a try ended, and the way back to the merchant's site."""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from starlette.responses import RedirectResponse, Response

from simulator.page import PAGE_HEADERS

ENDED = {
    "APPROVED": ("Pago aprobado", "Su pago fue aprobado. Guarde los datos de la transacción."),
    "DECLINED": ("Pago rechazado", "El pago no se realizó y no se hizo ningún cobro."),
    "EXPIRED": ("Pago vencido", "El plazo para pagar terminó y no se hizo ningún cobro."),
}
"""Title and sentence of a result that is final, by its state."""

FINAL = frozenset({"APPROVED", "PENDING"})
"""States that the payer cannot better by trying again."""


@dataclass(frozen=True, slots=True)
class WayBack:
    """The form that takes the payer's browser back: its address, its fields in their order, and its method."""

    address: str
    fields: tuple[tuple[str, str], ...]
    method: str = "get"

    @classmethod
    def asking(cls, address: str, fields: Mapping[str, str]) -> "WayBack":
        """With GET, keeping what the address already asks."""
        parts = urlsplit(address)
        own = tuple(parse_qsl(parts.query, keep_blank_values=True))
        return cls(urlunsplit(parts._replace(query="")), own + tuple(fields.items()))

    @property
    def url(self) -> str:
        """All of it as one URL."""
        parts = urlsplit(self.address)
        return urlunsplit(parts._replace(query=urlencode(self.fields)))


def redirect(url: str) -> Response:
    """On to the next page, which is asked for with GET."""
    return RedirectResponse(url, 303, headers=PAGE_HEADERS)
