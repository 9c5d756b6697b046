"""What is exported does nothing in a spreadsheet, and comes back as it was."""

import csv
import io

from hypothesis import given
from hypothesis import strategies as st

from adapters.csv.inert import as_given, inert

dangerous = st.builds(str.__add__, st.sampled_from("=+-@\t\r"), st.text())


@given(dangerous)
def test_dangerous_text_is_quoted_and_comes_back(text: str) -> None:
    assert inert(text) == f"'{text}"
    assert as_given(inert(text)) == text


@given(st.text(alphabet=st.characters(exclude_categories=["Cs"])))
def test_no_exported_cell_starts_a_formula_after_parsing(text: str) -> None:
    written = io.StringIO()
    csv.writer(written, delimiter=";").writerow([inert(text), "x"])

    cell = next(csv.reader(io.StringIO(written.getvalue(), newline=""), delimiter=";"))[0]

    assert not cell.startswith(("=", "+", "-", "@", "\t", "\r"))


@given(st.text().filter(lambda text: not text.startswith("'")))
def test_any_text_without_a_quote_before_it_survives_export_and_import(text: str) -> None:
    assert as_given(inert(text)) == text
