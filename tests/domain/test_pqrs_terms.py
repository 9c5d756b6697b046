"""How long there is to answer, by what is asked and by when."""

from datetime import UTC, date, datetime, timedelta

import pytest

from domain.pqrs import PqrsClassification, PqrsMatter
from domain.pqrs_terms import TERMS, LegalTerm, matters_of, term_of, warned_at

PETITION, COMPLAINT, CLAIM, SUGGESTION = PqrsClassification
TODAY = date(2026, 7, 15)


@pytest.mark.parametrize(
    ("classification", "matter", "days", "extension"),
    [
        (PETITION, PqrsMatter.GENERAL, 15, 15),
        (PETITION, PqrsMatter.DOCUMENTS, 10, 10),
        (COMPLAINT, PqrsMatter.GENERAL, 15, 0),
        (CLAIM, PqrsMatter.GENERAL, 15, 0),
        (SUGGESTION, PqrsMatter.GENERAL, 15, 15),
    ],
)
def test_terms_are_those_of_the_law(
    classification: PqrsClassification, matter: PqrsMatter, days: int, extension: int
) -> None:
    term = term_of(classification, matter, on=TODAY)

    assert (term.days, term.extension) == (days, extension)
    assert term.source


def test_every_classification_has_a_general_term_and_only_petitions_ask_for_documents() -> None:
    assert {it: matters_of(it) for it in PqrsClassification if PqrsMatter.GENERAL not in matters_of(it)} == {}
    assert [it for it in PqrsClassification if PqrsMatter.DOCUMENTS in matters_of(it)] == [PETITION]
    with pytest.raises(ValueError, match="DOCUMENTS"):
        term_of(CLAIM, PqrsMatter.DOCUMENTS, on=TODAY)


def test_a_new_row_holds_from_its_day_on() -> None:
    old = term_of(CLAIM, PqrsMatter.GENERAL, on=TODAY)
    new = LegalTerm(CLAIM, PqrsMatter.GENERAL, TODAY, days=8, extension=4, source="Ley nueva")
    terms = (new, *TERMS)

    assert term_of(CLAIM, PqrsMatter.GENERAL, on=TODAY, terms=terms) is new
    assert term_of(CLAIM, PqrsMatter.GENERAL, on=TODAY - timedelta(days=1), terms=terms) is old
    assert term_of(CLAIM, PqrsMatter.GENERAL, on=date.min, terms=terms) is old


@pytest.mark.parametrize(
    ("due_on", "warned_on"),
    [
        ("2026-07-16", "2026-07-14"),
        ("2026-07-22", "2026-07-17"),  # over a holiday and a weekend
        ("2026-07-18", "2026-07-16"),  # a Saturday, which no term ends on
    ],
)
def test_staff_are_told_at_eight_two_business_days_before_the_last_one(due_on: str, warned_on: str) -> None:
    holiday = date(2026, 7, 20)

    at = warned_at(date.fromisoformat(due_on), is_holiday=holiday.__eq__)

    assert at.astimezone(UTC) == datetime.fromisoformat(f"{warned_on}T13:00:00+00:00")
