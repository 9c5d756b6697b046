"""Money, dates and identity documents as people in Colombia write them."""

import re
from datetime import date, datetime
from decimal import Decimal

from babel.dates import format_date, format_time
from babel.numbers import format_decimal

from application.ports.documents import Party
from domain.clients import IdentityDocumentType
from domain.periods import BOGOTA, BillingPeriod

_LOCALE = "es_CO"
_NIT = re.compile(r"(\d{4,15})-(\d)\Z", re.ASCII)

_DOCUMENT_TYPES = {
    IdentityDocumentType.CC: "C.C.",
    IdentityDocumentType.CE: "C.E.",
    IdentityDocumentType.NIT: "NIT",
    IdentityDocumentType.PAS: "Pasaporte",
    IdentityDocumentType.PPT: "PPT",
    IdentityDocumentType.TI: "T.I.",
}


def money(amount: Decimal) -> str:
    """«$ 1.250.000», with decimals only where there are centavos; the sign goes first: «-$ 86.000»."""
    pattern = "#,##0" if amount == amount.to_integral_value() else "#,##0.00"
    return f"{'-' if amount < 0 else ''}$ {format_decimal(abs(amount), pattern, locale=_LOCALE)}"


def number(value: Decimal) -> str:
    """A quantity without decimals that say nothing: «1», «0,5»."""
    return str(format_decimal(value, "#,##0.####", locale=_LOCALE))


def percent(rate: Decimal) -> str:
    """«19 %», from 19.00."""
    return f"{number(rate)} %"


def day(on: date) -> str:
    """«5 de noviembre de 2026»."""
    return str(format_date(on, "d 'de' MMMM 'de' y", locale=_LOCALE))


def moment(at: datetime) -> str:
    """«5 de noviembre de 2026, 3:04 p. m.», in Bogotá time."""
    local = at.astimezone(BOGOTA)
    # tzinfo is taken off because babel would convert once more; the space before «m.» is one that breaks no line.
    hour = format_time(local.time().replace(tzinfo=None), "h:mm a", locale=_LOCALE)
    return f"{day(local.date())}, {' '.join(hour.split())}"


def month(period: BillingPeriod) -> str:
    """«noviembre de 2026»."""
    return str(format_date(period.first_day, "MMMM 'de' y", locale=_LOCALE))


def nit(tax_id: str) -> str:
    """«900.123.456-7» from the same digits with or without points; anything else is left as it came."""
    found = _NIT.match(tax_id.replace(".", "").replace(" ", ""))
    return f"{_grouped(found[1])}-{found[2]}" if found else tax_id


def identity(party: Party) -> str:
    """«C.C. 1.234.567», «NIT 800.197.268-4», «Pasaporte AX107325»."""
    shown = party.document_number
    if party.document_type is not IdentityDocumentType.PAS and shown.isascii() and shown.isdigit():
        shown = _grouped(shown)
    if party.check_digit is not None:
        shown = f"{shown}-{party.check_digit}"
    return f"{_DOCUMENT_TYPES[party.document_type]} {shown}"


def _grouped(digits: str) -> str:
    # On the text, not the number: a leading zero is part of a document.
    head = len(digits) % 3
    return ".".join(filter(None, (digits[:head], *(digits[at : at + 3] for at in range(head, len(digits), 3)))))
