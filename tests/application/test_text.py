"""How text is folded for search and order, and what no field may hold."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from application.text import folded, problem_of_text
from domain.errors import FieldProblemCode


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("Peña  VÉLEZ", "pena velez"),
        ("  Núñez\tGüiza\n", "nunez guiza"),
        ("MUN\u0303OZ", "munoz"),
        ("Straße", "strasse"),
        ("ﬁnca №5", "finca no5"),
        ("ᴬna", "ana"),
        ("", ""),
    ],
)
def test_accents_case_and_spaces_are_folded_away(typed: str, expected: str) -> None:
    assert folded(typed) == expected


@given(st.text(alphabet=st.characters()))
def test_folding_twice_changes_nothing_more(text: str) -> None:
    assert folded(folded(text)) == folded(text)


@given(st.text(alphabet="abcñáéíóúüz ABCÑÁÉÍÓÚÜZ"))
def test_capitals_fold_like_small_letters(text: str) -> None:
    assert folded(text.upper()) == folded(text.lower()) == folded(text)


@given(st.text(alphabet=st.one_of(st.characters(), st.characters(categories=["Cs"]), st.just("\0"))))
def test_what_is_folded_can_be_stored(text: str) -> None:
    assert "\0" not in folded(text)
    assert folded(text).encode().decode() == folded(text)


@pytest.mark.parametrize("text", ["", "Ñandú & Cía.", "100 %", "🏠", "a\u200db", "x" * 10])
def test_what_people_write_is_no_problem(text: str) -> None:
    assert problem_of_text("name", text, limit=10 if text == "x" * 10 else 20) is None


@pytest.mark.parametrize("text", ["a\0", "a\x1b[31m", "a\x7f", "a\x85", "media \ud83d", "two\nlines", "a\tb"])
def test_control_characters_are_refused(text: str) -> None:
    problem = problem_of_text("name", text, limit=20)

    assert problem is not None
    assert (problem.field, problem.code, problem.reason) == ("name", FieldProblemCode.INVALID, "control_characters")


def test_lines_and_tabs_stand_only_where_lines_do() -> None:
    assert problem_of_text("description", "one\r\n\ttwo", limit=20, lines=True) is None
    assert problem_of_text("description", "one\x0btwo", limit=20, lines=True) is not None


def test_a_text_may_be_as_long_as_its_limit_and_no_longer() -> None:
    problem = problem_of_text("name", "x" * 11, limit=10)

    assert problem is not None
    assert (problem.code, problem.limit) == (FieldProblemCode.TOO_LONG, 10)
