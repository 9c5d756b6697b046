"""What is recent enough to be told."""

from datetime import date, timedelta

import pytest

from domain.imports.news import is_news

TODAY = date(2026, 7, 1)


@pytest.mark.parametrize(
    ("days", "told"), [(-730, False), (-11, False), (-10, True), (0, True), (31, True), (32, False), (365, False)]
)
def test_recent_papers_and_next_months_are_news(days: int, told: bool) -> None:
    assert is_news(TODAY + timedelta(days=days), today=TODAY) is told
