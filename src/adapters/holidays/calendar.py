"""Colombia's public holidays, from the `holidays` library."""

from datetime import date

import holidays

from application.ports.calendar import HolidayCalendar


class ColombianHolidays(HolidayCalendar):
    """National holidays: Ley 51 de 1983 («Emiliani»), and Ley 2578 de 2026 (Virgen de Chiquinquirá) from 2026 on.

    Years are worked out when they are first asked for and kept.
    """

    def __init__(self) -> None:
        self._calendar = holidays.country_holidays("CO")

    def is_holiday(self, on: date) -> bool:
        return on in self._calendar
