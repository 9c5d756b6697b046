"""Calendar of the business: Bogotá dates and billing months. UTC−5 all year, so 19:30 in Bogotá is tomorrow in UTC."""

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, timezone

BOGOTA = timezone(timedelta(hours=-5), "America/Bogota")
"""Colombia has had no daylight saving since 1993."""

_MONTH = re.compile(r"(\d{4})-(0[1-9]|1[0-2])\Z", re.ASCII)


def bogota_date(at: datetime) -> date:
    """The calendar day in Bogotá of an aware instant."""
    return at.astimezone(BOGOTA).date()


def midnight(day: date) -> datetime:
    """The first instant of a calendar day in Bogotá."""
    return datetime.combine(day, time.min, BOGOTA)


@dataclass(frozen=True, slots=True, order=True)
class BillingPeriod:
    """A month that is billed, written AAAA-MM."""

    year: int
    month: int

    @classmethod
    def parse(cls, text: str) -> "BillingPeriod":
        """From AAAA-MM; anything else is a ValueError."""
        found = _MONTH.match(text)
        if not found or found[1] == "0000":
            raise ValueError(f"not a month: {text!r}")
        return cls(int(found[1]), int(found[2]))

    @classmethod
    def of(cls, day: date) -> "BillingPeriod":
        return cls(day.year, day.month)

    def __str__(self) -> str:
        return f"{self.year:04d}-{self.month:02d}"

    def plus(self, months: int) -> "BillingPeriod":
        """The period that many months later, or earlier when negative."""
        index = self.year * 12 + self.month - 1 + months
        return BillingPeriod(index // 12, index % 12 + 1)

    @property
    def first_day(self) -> date:
        return date(self.year, self.month, 1)


def add_months(day: date, months: int) -> date:
    """The same day of a later month, or that month's last day where it is shorter."""
    target = BillingPeriod.of(day).plus(months)
    _, last = monthrange(target.year, target.month)
    return date(target.year, target.month, min(day.day, last))
