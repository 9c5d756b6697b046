"""Amounts as two conventions write them, and files that follow one, none or both."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.imports.amounts import Census, Convention, attested_by, read_amount
from domain.imports.problems import FileReason, FileRefused

amounts = st.decimals(min_value=0, max_value=10**11, places=2)


def written(amount: Decimal, convention: Convention, *, thousands: bool, decimals: int) -> str:
    english = f"{amount:{',' if thousands else ''}.{decimals}f}"
    return english if convention is Convention.POINT else english.translate(str.maketrans(",.", ".,"))


@given(amounts, st.sampled_from(Convention), st.booleans(), st.integers(min_value=0, max_value=2))
def test_what_a_convention_writes_is_read_back(
    amount: Decimal, convention: Convention, thousands: bool, decimals: int
) -> None:
    text = written(amount, convention, thousands=thousands, decimals=decimals)

    assert read_amount(text, convention) == Decimal(f"{amount:.{decimals}f}")
    assert attested_by(text) in ((None,) if text.isdigit() else (convention,))


@given(st.text(alphabet="0123456789.,-", max_size=14))
def test_no_cell_has_two_readings_that_differ(text: str) -> None:
    readings = {read_amount(text, convention) for convention in Convention} - {None}

    assert len(readings) <= 1


@given(st.lists(st.tuples(amounts, st.booleans(), st.integers(0, 2))), st.sampled_from(Convention))
def test_a_file_written_in_one_convention_is_read_in_it(
    cells: list[tuple[Decimal, bool, int]], convention: Convention
) -> None:
    census = Census()
    texts = [written(amount, convention, thousands=many, decimals=places) for amount, many, places in cells]
    for row, text in enumerate(texts, start=2):
        census.hear(row, "valor", text, [text])

    found = census.convention(";")

    assert [read_amount(text, found) for text in texts] == [Decimal(f"{c[0]:.{c[2]}f}") for c in cells]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1250000,00", "1250000.00"),
        ("1.250.000,00", "1250000.00"),
        ("1.250", "1250.00"),
        ("0,5", "0.50"),
        ("-3,25", "-3.25"),
        (" 7 ", "7.00"),
    ],
)
def test_readings_with_the_comma(text: str, value: str) -> None:
    assert read_amount(text, Convention.COMMA) == Decimal(value)
    assert str(read_amount(text, Convention.COMMA)) == value


@pytest.mark.parametrize(
    ("text", "value"), [("1250000.00", "1250000.00"), ("1,250,000.00", "1250000.00"), ("1,250", "1250.00")]
)
def test_readings_with_the_point(text: str, value: str) -> None:
    assert read_amount(text, Convention.POINT) == Decimal(value)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "1,2,3",
        "1.2.3",
        "1250.000,00",
        "1.25.000",
        "1.250.00",
        "1,250,00",
        "1250,000",
        "12,3456",
        "$1250",
        "1250 000",
        "1e5",
        "+5",
        "--5",
        "5-",
        "1250,",
        ",50",
        "NaN",
        "٣٣",
        "9" * 41,
    ],
)
def test_a_cell_without_a_reading_attests_nothing(text: str) -> None:
    assert {read_amount(text, convention) for convention in Convention} == {None}
    assert attested_by(text) is None


def test_minus_zero_is_zero() -> None:
    assert str(read_amount("-0,00", Convention.COMMA)) == "0.00"


def test_the_parts_of_a_cell_attest_together() -> None:
    assert attested_by("60,00", "40") is Convention.COMMA
    assert attested_by("60", "40") is None
    assert attested_by("60,00", "40.00") is None


@pytest.mark.parametrize(
    ("separator", "convention"), [(";", Convention.COMMA), ("\t", Convention.COMMA), (",", Convention.POINT)]
)
def test_a_file_that_attests_nothing_follows_its_separator(separator: str, convention: Convention) -> None:
    census = Census()
    census.hear(2, "valor", "1250000", ["1250000"])
    census.hear(3, "valor", "1,2,3", ["1,2,3"])

    assert census.convention(separator) is convention


def test_a_file_that_attests_one_convention_follows_it_whatever_its_separator() -> None:
    census = Census()
    census.hear(2, "valor", "1,250,000", ["1,250,000"])

    assert census.convention(";") is Convention.POINT


def test_a_file_that_attests_both_is_refused_telling_the_first_of_each() -> None:
    census = Census()
    census.hear(2, "valor", "10", ["10"])
    census.hear(3, "valor", "10,5", ["10,5"])
    census.hear(4, "iva", "1,250", ["1,250"])
    census.hear(5, "valor", "10.5", ["10.5"])

    with pytest.raises(FileRefused) as refused:
        census.convention(";")

    (problem,) = refused.value.file_problems
    assert (problem.reason, problem.column) == (FileReason.MIXED_AMOUNTS, "iva")
    assert problem.told == {
        "comma": "10,5",
        "comma_row": "3",
        "comma_column": "valor",
        "point": "1,250",
        "point_row": "4",
        "point_column": "iva",
    }
