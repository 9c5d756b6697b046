"""Bogotá dates and billing months."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.periods import BillingPeriod, add_months, bogota_date, midnight

DATES = st.dates(min_value=date(1900, 1, 1), max_value=date(2200, 12, 31))


@pytest.mark.parametrize(
    ("instant", "day"),
    [
        (datetime(2026, 7, 15, 4, 59, 59, tzinfo=UTC), date(2026, 7, 14)),
        (datetime(2026, 7, 15, 5, tzinfo=UTC), date(2026, 7, 15)),
        (datetime(2027, 1, 1, 0, 30, tzinfo=UTC), date(2026, 12, 31)),
        (datetime(2026, 1, 1, 5, tzinfo=UTC), date(2026, 1, 1)),
    ],
)
def test_a_day_begins_at_midnight_in_bogota(instant: datetime, day: date) -> None:
    assert bogota_date(instant) == day
    assert midnight(day) <= instant < midnight(day + timedelta(days=1))
    assert midnight(day).astimezone(UTC).hour == 5


@given(DATES)
def test_a_period_is_read_as_it_is_written(day: date) -> None:
    period = BillingPeriod.of(day)

    assert BillingPeriod.parse(str(period)) == period
    assert period.first_day == day.replace(day=1)


NO_MONTHS = ["", "2026", "2026-1", "2026-13", "2026-00", "0000-01", "26-01", "2026-01-01", "2026/01", " 2026-01"]


@pytest.mark.parametrize("text", [*NO_MONTHS, "2026-01\n", "２０２６-01"])
def test_what_is_no_month_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="not a month"):
        BillingPeriod.parse(text)


@given(DATES, st.integers(-600, 600))
def test_months_are_counted_over_years_and_back(day: date, months: int) -> None:
    period = BillingPeriod.of(day)

    assert period.plus(months).plus(-months) == period
    assert (period.plus(months) > period) is (months > 0)
    assert 1 <= period.plus(months).month <= 12


def test_periods_sort_by_time() -> None:
    assert sorted([BillingPeriod(2026, 1), BillingPeriod(2025, 12), BillingPeriod(2025, 2)]) == [
        BillingPeriod(2025, 2),
        BillingPeriod(2025, 12),
        BillingPeriod(2026, 1),
    ]


@pytest.mark.parametrize(
    ("day", "months", "expected"),
    [
        ("2026-01-31", 1, "2026-02-28"),
        ("2024-01-31", 1, "2024-02-29"),
        ("2024-02-29", 12, "2025-02-28"),
        ("2024-02-29", 48, "2028-02-29"),
        ("2026-12-15", 1, "2027-01-15"),
        ("2026-03-31", -1, "2026-02-28"),
        ("9998-12-31", 12, "9999-12-31"),
    ],
)
def test_the_same_day_of_another_month_or_its_last(day: str, months: int, expected: str) -> None:
    assert add_months(date.fromisoformat(day), months) == date.fromisoformat(expected)
