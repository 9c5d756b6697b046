"""Which days the law declares holidays."""

from datetime import date
from typing import Protocol


class HolidayCalendar(Protocol):
    def is_holiday(self, on: date) -> bool:
        """Whether a Bogotá date is a public holiday; a Sunday as such is not one."""
        ...
