from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from adapters.spanish import formatting
from application.ports.documents import Party
from domain.clients import IdentityDocumentType
from domain.periods import BillingPeriod


@pytest.mark.parametrize(
    ("amount", "shown"),
    [
        ("0.00", "$ 0"),
        ("999.00", "$ 999"),
        ("1250000.00", "$ 1.250.000"),
        ("1250000.50", "$ 1.250.000,50"),
        ("1250000.05", "$ 1.250.000,05"),
        ("-86000.00", "-$ 86.000"),
        ("-0.00", "$ 0"),
        ("20437642823.00", "$ 20.437.642.823"),
    ],
)
def test_money_shows_centavos_only_where_there_are_any(amount: str, shown: str) -> None:
    assert formatting.money(Decimal(amount)) == shown


@pytest.mark.parametrize(("rate", "shown"), [("19.00", "19 %"), ("0", "0 %"), ("9.66", "9,66 %")])
def test_rates_lose_decimals_that_say_nothing(rate: str, shown: str) -> None:
    assert formatting.percent(Decimal(rate)) == shown


def test_dates_are_long_and_in_spanish() -> None:
    assert formatting.day(date(2026, 11, 5)) == "5 de noviembre de 2026"
    assert formatting.month(BillingPeriod(2026, 1)) == "enero de 2026"


def test_an_instant_is_told_in_bogota_time() -> None:
    assert formatting.moment(datetime(2026, 12, 1, 0, 30, tzinfo=UTC)) == "30 de noviembre de 2026, 7:30 p. m."
    assert formatting.moment(datetime(2026, 11, 1, 5, 5, tzinfo=UTC)) == "1 de noviembre de 2026, 12:05 a. m."


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("900123456-7", "900.123.456-7"),
        ("900.123.456-7", "900.123.456-7"),
        ("8600029644-1", "8.600.029.644-1"),
        ("en trámite", "en trámite"),
    ],
)
def test_a_nit_is_grouped_by_thousands(given: str, shown: str) -> None:
    assert formatting.nit(given) == shown


@pytest.mark.parametrize(
    ("document_type", "number", "check_digit", "shown"),
    [
        (IdentityDocumentType.CC, "1234567", None, "C.C. 1.234.567"),
        (IdentityDocumentType.CC, "0123456", None, "C.C. 0.123.456"),
        (IdentityDocumentType.NIT, "800197268", 4, "NIT 800.197.268-4"),
        (IdentityDocumentType.NIT, "899999063", 0, "NIT 899.999.063-0"),
        (IdentityDocumentType.CE, "104649", None, "C.E. 104.649"),
        (IdentityDocumentType.PAS, "AX107325", None, "Pasaporte AX107325"),
        (IdentityDocumentType.PPT, "5551234", None, "PPT 5.551.234"),
        (IdentityDocumentType.TI, "1023456789", None, "T.I. 1.023.456.789"),
    ],
)
def test_a_person_is_named_by_type_and_number(
    document_type: IdentityDocumentType, number: str, check_digit: int | None, shown: str
) -> None:
    party = Party(name="Íngrid", document_type=document_type, document_number=number, check_digit=check_digit)
    assert formatting.identity(party) == shown
