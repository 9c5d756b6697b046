"""A calendar whose holidays a test chooses."""

from collections.abc import Iterable
from datetime import date

from application.ports.calendar import HolidayCalendar


class FakeHolidays(HolidayCalendar):
    def __init__(self, holidays: Iterable[date] = ()) -> None:
        self.holidays = set(holidays)

    def is_holiday(self, on: date) -> bool:
        return on in self.holidays
