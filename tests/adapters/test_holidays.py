"""Colombia's calendar against published lists, and the terms that follow from it."""

from datetime import date, timedelta

import pytest

from adapters.holidays.calendar import ColombianHolidays
from domain.business_days import add_business_days

HOLIDAYS = {
    2025: "01-01 01-06 03-24 04-17 04-18 05-01 06-02 06-23 06-30 07-20 08-07 08-18 10-13 11-03 11-17 12-08 12-25",
    # 13 July: day of the Virgin of Chiquinquirá, Ley 2578 de 2026
    2026: "01-01 01-12 03-23 04-02 04-03 05-01 05-18 06-08 06-15 06-29 07-13 07-20 08-07 08-17 10-12 11-02 11-16 "
    "12-08 12-25",
}
CALENDAR = ColombianHolidays()


@pytest.mark.parametrize("year", HOLIDAYS)
def test_a_year_has_exactly_its_holidays(year: int) -> None:
    days = [date(year, 1, 1) + timedelta(days=n) for n in range(365)]

    assert [day.strftime("%m-%d") for day in days if CALENDAR.is_holiday(day)] == HOLIDAYS[year].split()


def test_two_holidays_on_one_day_are_one_holiday() -> None:
    assert CALENDAR.is_holiday(date(2025, 6, 30))  # Saint Peter and the Sacred Heart
    assert not CALENDAR.is_holiday(date(2025, 7, 1))


@pytest.mark.parametrize(
    ("filed", "days", "due"),
    [
        ("2026-03-30", 10, "2026-04-15"),  # Holy Thursday and Good Friday
        ("2026-03-30", 15, "2026-04-22"),
        ("2026-07-01", 10, "2026-07-16"),  # Chiquinquirá
        ("2025-06-20", 10, "2025-07-08"),  # Corpus Christi, and two holidays that fall together
        ("2025-06-20", 15, "2025-07-15"),
        ("2026-12-18", 10, "2027-01-05"),  # over the turn of the year
        ("2026-12-18", 15, "2027-01-13"),
        ("2026-01-05", 10, "2026-01-20"),
    ],
)
def test_a_legal_term_ends_on_its_day(filed: str, days: int, due: str) -> None:
    ends = add_business_days(date.fromisoformat(filed), days, is_holiday=CALENDAR.is_holiday)

    assert ends == date.fromisoformat(due)
