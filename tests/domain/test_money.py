"""Pesos: exact where they are stored, half-even to the peso where they are computed."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.money import ZERO, percentage_of, pesos, rounded

AMOUNTS = st.decimals(min_value=-(10**12), max_value=10**12, places=4)


@pytest.mark.parametrize(
    ("value", "expected"),
    [(0, "0.00"), ("1250000", "1250000.00"), ("0.1", "0.10"), ("-3.50", "-3.50"), ("1E+3", "1000.00")],
)
def test_an_amount_has_two_decimals(value: int | str, expected: str) -> None:
    assert str(pesos(value)) == expected


@pytest.mark.parametrize("value", ["0.001", "1.999", "NaN", "Infinity", "", "mil", "1E+40"])
def test_what_is_no_amount_to_the_cent_is_refused(value: str) -> None:
    with pytest.raises(ValueError, match=r"decimals|not an amount"):
        pesos(value)


@pytest.mark.parametrize(
    ("amount", "expected"),
    [
        ("0.50", "0.00"),
        ("1.50", "2.00"),
        ("2.50", "2.00"),
        ("2.51", "3.00"),
        ("-0.50", "0.00"),
        ("-1.50", "-2.00"),
        ("28498.10", "28498.00"),
        ("123456789012.5", "123456789012.00"),
    ],
)
def test_halves_are_rounded_to_the_even_peso(amount: str, expected: str) -> None:
    assert str(rounded(Decimal(amount))) == expected


@given(AMOUNTS)
def test_rounding_moves_by_half_a_peso_at_most_and_only_once(amount: Decimal) -> None:
    assert abs(rounded(amount) - amount) <= Decimal("0.5")
    assert rounded(rounded(amount)) == rounded(amount)
    assert rounded(amount) == pesos(rounded(amount))
    assert rounded(-amount) == -rounded(amount)


@pytest.mark.parametrize(
    ("amount", "percent", "expected"),
    [
        ("2000000.00", "10.00", "200000.00"),
        ("200000.00", "19.00", "38000.00"),
        ("1499999.00", "19.00", "285000.00"),  # 284999.81
        ("50.00", "19.00", "10.00"),  # 9.50, to the even peso
        ("5000000.00", "0.966", "48300.00"),
        ("1000.00", "0.00", "0.00"),
    ],
)
def test_a_percentage_is_rounded_to_the_peso(amount: str, percent: str, expected: str) -> None:
    assert str(percentage_of(Decimal(amount), Decimal(percent))) == expected


def test_nothing_is_nothing_with_two_decimals() -> None:
    assert str(ZERO) == "0.00"
