"""Amounts of money in Spanish words, as receipts and invoices in Colombia write them."""

import re
from decimal import Decimal

from num2words import num2words

from domain.money import pesos

_MILLION = 1_000_000
_ONE = re.compile(r"\b(veinti)?uno\b")


def amount_in_words(amount: Decimal) -> str:
    """«un millón de pesos m/cte», «veintiún mil pesos con 50/100 m/cte»; a negative amount begins with «menos».

    Refuses (ValueError) more than two decimals. Only the library's cardinals are used: its currency mode knows neither
    «un millón de pesos» nor «veintiún mil pesos».
    """
    exact = pesos(amount)
    whole, centavos = divmod(int(abs(exact) * 100), 100)
    words = f"{_cardinal(whole)} {_noun(whole)}"
    if centavos:
        words += f" con {centavos:02d}/100"
    return f"{'menos ' if exact < 0 else ''}{words} m/cte"


def _cardinal(number: int) -> str:
    # Every "uno" stands before a masculine noun here (mil, millones, pesos), where Spanish drops its ending.
    return _ONE.sub(lambda found: "veintiún" if found[1] else "un", str(num2words(number, lang="es")))


def _noun(number: int) -> str:
    if number == 1:
        return "peso"
    return "de pesos" if number and number % _MILLION == 0 else "pesos"
