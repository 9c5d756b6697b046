"""Amounts as text: what PayU accepts, what it writes, what a person reads."""

import re
from decimal import Decimal

_AMOUNT = re.compile(r"\d{1,12}(?:\.\d{1,2})?", re.ASCII)


def parse_amount(text: str) -> Decimal:
    """Digits with at most two decimals after a point, no thousands separators; ValueError for anything else."""
    if _AMOUNT.fullmatch(text) is None:
        raise ValueError(text)
    return Decimal(text)


def two_decimals(amount: Decimal) -> str:
    """`1850000.00`: how the notification and the response page write money."""
    return f"{amount:.2f}"


def for_people(amount: Decimal, currency: str = "COP") -> str:
    """`$ 1.250.000`, with centavos only where there are some: `$ 1.250.000,50`; other currencies by their code."""
    text = f"{amount:,.2f}".translate(str.maketrans(",.", ".,")).removesuffix(",00")
    return f"{'$' if currency == 'COP' else currency} {text}"
