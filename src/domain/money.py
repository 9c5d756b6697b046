"""Colombian pesos as Decimal. Two decimals are stored; what is computed is rounded half-even to the peso (NTC 3711)."""

from decimal import ROUND_HALF_EVEN, Decimal, InvalidOperation

ZERO = Decimal("0.00")
_CENT = Decimal("0.01")
_PESO = Decimal(1)


def pesos(value: Decimal | int | str) -> Decimal:
    """The amount with exactly two decimals; refuses (ValueError) what has more, instead of rounding in silence, and
    what is no amount."""
    try:
        amount = Decimal(value)
        exact = amount.quantize(_CENT)
    except InvalidOperation as error:
        raise ValueError(f"not an amount: {value}") from error
    if exact != amount:
        raise ValueError(f"more than two decimals: {value}")
    return exact


def rounded(amount: Decimal) -> Decimal:
    """Half-even to the whole peso, written with two decimals: the one rounding rule of the system."""
    return amount.quantize(_PESO, rounding=ROUND_HALF_EVEN).quantize(_CENT) + ZERO  # nothing has no sign


def percentage_of(amount: Decimal, percent: Decimal) -> Decimal:
    """`percent` per cent of the amount, rounded to the peso."""
    return rounded(amount * percent / 100)
