"""The pages' frame: templates, what they show in common, and headers that keep them to themselves."""

from datetime import datetime
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.responses import HTMLResponse, Response

from simulator.clock import BOGOTA
from simulator.money import for_people

HERE = Path(__file__).parent

BANNER = "SIMULADOR – NO ES DINERO REAL"

# Forms may lead to any web address, because a checkout ends at the merchant's site.
PAGE_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self' http: https:; "
        "base-uri 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cache-Control": "no-store",
    "X-Robots-Tag": "noindex",
}

_MONTHS = ("ene", "feb", "mar", "abr", "may", "jun", "jul", "ago", "sep", "oct", "nov", "dic")


def local_time(instant: datetime) -> str:
    """`5 mar 2026, 3:07 p. m.` in Bogotá."""
    local = instant.astimezone(BOGOTA)
    half = "a. m." if local.hour < 12 else "p. m."
    return f"{local.day} {_MONTHS[local.month - 1]} {local.year}, {local.hour % 12 or 12}:{local.minute:02} {half}"


_WORDS = {
    "NEW": "Sin intentos",
    "IN_PROGRESS": "En proceso",
    "CAPTURED": "Pagada",
    "DECLINED": "Rechazada",
    "CANCELLED": "Vencida",
    "REFUNDED": "Reembolsada",
    "CHARGEBACK": "Contracargo",
    "APPROVED": "Aprobada",
    "PENDING": "Pendiente",
    "EXPIRED": "Vencida",
    "ERROR": "Con error",
    "SCHEDULED": "Programado",
    "RETRYING": "Por reintentar",
    "DELIVERED": "Entregado",
    "ABANDONED": "No entregado",
    "DROPPED": "Retenido",
    "HELD": "En espera",
}


def in_words(state: str) -> str:
    """A state of an order, a transaction or a delivery, for people."""
    return _WORDS.get(state, state)


_ENVIRONMENT = Environment(
    loader=FileSystemLoader(HERE / "templates"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
_ENVIRONMENT.filters.update(dinero=for_people, hora=local_time, estado=in_words)
_ENVIRONMENT.globals["BANNER"] = BANNER


def page(template: str, status: int = 200, **shown: Any) -> Response:
    """A page from `templates/`, everything in it escaped."""
    return HTMLResponse(_ENVIRONMENT.get_template(template).render(shown), status, PAGE_HEADERS)
