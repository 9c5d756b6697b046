"""Amounts as sentences say them."""

from decimal import Decimal


def pesos(amount: Decimal) -> str:
    """$ 1.250.000, with two decimals only where there are centavos."""
    whole = amount == amount.to_integral_value()
    text = f"{abs(amount):,.0f}" if whole else f"{abs(amount):,.2f}"
    sign = "-" if amount < 0 else ""
    return f"{sign}$ {text}".replace(",", "·").replace(".", ",").replace("·", ".")
