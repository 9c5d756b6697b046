"""Texts as the platform reads and writes them."""

import re
from decimal import Decimal

from domain.money import pesos

_AMOUNT = re.compile(r"[0-9]{1,12}(\.[0-9]{1,2}0*)?", re.ASCII)
_DECLARED = re.compile(rb"""^\s*<\?xml[^>]{0,100}?encoding\s*=\s*["']([A-Za-z0-9._-]{1,20})["']""")
_CHARSET = re.compile(r"""charset\s*=\s*["']?([A-Za-z0-9._-]{1,20})""")
_LATIN = frozenset({"iso-8859-1", "latin-1", "latin1", "iso8859-1", "windows-1252", "cp1252", "iso-8859-15"})


def amount_text(amount: Decimal) -> str:
    """Whole pesos, which PSE demands; two decimals only where there are centavos."""
    return format(amount.quantize(Decimal(1)) if amount == amount.to_integral_value() else amount, "f")


def read_amount(text: str) -> Decimal:
    """Pesos with a point before the centavos. ValueError for anything else."""
    if not _AMOUNT.fullmatch(text):
        raise ValueError(f"not an amount: {text[:40]!r}")
    return pesos(text)


def one_line(text: str, limit: int) -> str:
    """One line of printable text that the platform's character set has, at most `limit` long."""
    printable = "".join(letter if letter.isprintable() else " " for letter in text)
    return " ".join(printable.encode("iso-8859-1", "ignore").decode("iso-8859-1").split())[:limit].rstrip()


def decoded(body: bytes, content_type: str) -> str:
    """The text of an answer: by what it declares, else UTF-8 where it is that, else the platform's ISO-8859-1. Never
    fails: what the text then means is for the caller to judge."""
    declared = _DECLARED.match(body)
    named = _CHARSET.search(content_type)
    name = declared[1].decode("ascii") if declared else named[1] if named else ""
    if name.lower() in _LATIN:
        return body.decode("cp1252" if "1252" in name else "iso-8859-1", "replace")
    try:
        return body.decode("utf-8-sig")
    except UnicodeDecodeError:
        return body.decode("iso-8859-1")
