from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.business_days import add_business_days, business_days_between, is_business_day


def no_holiday(_: date) -> bool:
    return False


def test_the_term_begins_the_day_after() -> None:
    assert add_business_days(date(2026, 11, 23), 1, is_holiday=no_holiday) == date(2026, 11, 24)


@pytest.mark.parametrize("filed", [date(2026, 11, 20), date(2026, 11, 21), date(2026, 11, 22)])
def test_a_weekend_is_not_counted(filed: date) -> None:
    assert add_business_days(filed, 1, is_holiday=no_holiday) == date(2026, 11, 23)


def test_a_holiday_is_not_counted() -> None:
    holiday = date(2026, 11, 24)

    assert add_business_days(date(2026, 11, 23), 1, is_holiday=holiday.__eq__) == date(2026, 11, 25)


def test_saturdays_count_for_an_agency_that_works_on_them() -> None:
    friday = date(2026, 11, 20)

    assert add_business_days(friday, 1, is_holiday=no_holiday, saturdays=True) == date(2026, 11, 21)
    assert add_business_days(friday, 2, is_holiday=no_holiday, saturdays=True) == date(2026, 11, 23)


def test_a_holiday_on_a_saturday_does_not_count_even_then() -> None:
    saturday = date(2026, 11, 21)

    assert not is_business_day(saturday, is_holiday=saturday.__eq__, saturdays=True)


@pytest.mark.parametrize("days", [0, -1])
def test_a_term_without_days_is_refused(days: int) -> None:
    with pytest.raises(ValueError, match="at least one"):
        add_business_days(date(2026, 11, 23), days, is_holiday=no_holiday)


@given(
    after=st.dates(date(2020, 1, 1), date(2030, 12, 31)),
    days=st.integers(1, 40),
    holidays=st.sets(st.dates(date(2020, 1, 1), date(2031, 12, 31)), max_size=60),
)
def test_the_days_counted_are_as_many_as_the_term(after: date, days: int, holidays: set[date]) -> None:
    due = add_business_days(after, days, is_holiday=holidays.__contains__)

    passed = [after + timedelta(days=n) for n in range(1, (due - after).days + 1)]
    counted = [day for day in passed if day.weekday() < 5 and day not in holidays]
    assert len(counted) == days
    assert counted[-1] == due


@pytest.mark.parametrize(
    ("start", "end", "days"),
    [
        ("2026-07-15", "2026-07-15", 0),
        ("2026-07-15", "2026-07-16", 1),
        ("2026-07-17", "2026-07-20", 0),  # the weekend, and a holiday on Monday
        ("2026-07-17", "2026-07-21", 1),
        ("2026-07-21", "2026-07-17", -1),
        ("2026-07-18", "2026-07-19", 0),
    ],
)
def test_business_days_between_two_days_leave_the_first_one_out(start: str, end: str, days: int) -> None:
    holiday = date(2026, 7, 20)
    found = business_days_between(date.fromisoformat(start), date.fromisoformat(end), is_holiday=holiday.__eq__)

    assert found == days
