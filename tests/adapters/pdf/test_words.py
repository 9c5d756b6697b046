from decimal import Decimal

import pytest

from adapters.pdf.words import amount_in_words


@pytest.mark.parametrize(
    ("amount", "words"),
    [
        ("0", "cero pesos m/cte"),
        ("1", "un peso m/cte"),
        ("2", "dos pesos m/cte"),
        ("16", "dieciséis pesos m/cte"),
        ("21", "veintiún pesos m/cte"),
        ("22", "veintidós pesos m/cte"),
        ("31", "treinta y un pesos m/cte"),
        ("100", "cien pesos m/cte"),
        ("101", "ciento un pesos m/cte"),
        ("500", "quinientos pesos m/cte"),
        ("700", "setecientos pesos m/cte"),
        ("900", "novecientos pesos m/cte"),
        ("1000", "mil pesos m/cte"),
        ("1001", "mil un pesos m/cte"),
        ("21000", "veintiún mil pesos m/cte"),
        ("31000", "treinta y un mil pesos m/cte"),
        ("101000", "ciento un mil pesos m/cte"),
        ("121021", "ciento veintiún mil veintiún pesos m/cte"),
        ("1000000", "un millón de pesos m/cte"),
        ("1000001", "un millón un pesos m/cte"),
        ("1250000", "un millón doscientos cincuenta mil pesos m/cte"),
        ("2000000", "dos millones de pesos m/cte"),
        ("21000000", "veintiún millones de pesos m/cte"),
        ("31000000", "treinta y un millones de pesos m/cte"),
        ("101000000", "ciento un millones de pesos m/cte"),
        ("1000000000", "mil millones de pesos m/cte"),
        ("1021000000", "mil veintiún millones de pesos m/cte"),
        ("21000000001", "veintiún mil millones un pesos m/cte"),
        ("1000000000000", "un billón de pesos m/cte"),
        ("0.50", "cero pesos con 50/100 m/cte"),
        ("1.01", "un peso con 01/100 m/cte"),
        ("1000000.50", "un millón de pesos con 50/100 m/cte"),
        ("1249999.99", "un millón doscientos cuarenta y nueve mil novecientos noventa y nueve pesos con 99/100 m/cte"),
        ("-86000", "menos ochenta y seis mil pesos m/cte"),
        ("-0.00", "cero pesos m/cte"),
    ],
)
def test_amounts_are_spoken_as_in_colombia(amount: str, words: str) -> None:
    assert amount_in_words(Decimal(amount)) == words


def test_a_fraction_of_a_centavo_has_no_words() -> None:
    with pytest.raises(ValueError, match="more than two decimals"):
        amount_in_words(Decimal("1.005"))
