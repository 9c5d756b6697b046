"""Business days, in which the terms of the law run (Ley 4 de 1913, art. 62)."""

from collections.abc import Callable
from datetime import date, timedelta

_SATURDAY = 5
_SUNDAY = 6


def is_business_day(on: date, *, is_holiday: Callable[[date], bool], saturdays: bool = False) -> bool:
    """Monday to Friday and no holiday; Saturdays count only for who works on them (`saturdays`)."""
    weekday = on.weekday()
    if weekday == _SUNDAY or (weekday == _SATURDAY and not saturdays):
        return False
    return not is_holiday(on)


def add_business_days(after: date, days: int, *, is_holiday: Callable[[date], bool], saturdays: bool = False) -> date:
    """Last day of a term of `days` business days (one or more) that begins to run the day after `after`.

    `after` is the Bogotá date of what sets the term going (a filing, a notice) and may itself be any day.
    Fewer than one day is a ValueError.
    """
    if days < 1:
        raise ValueError(f"a term has at least one business day, not {days}")
    day = after
    while days:
        day += timedelta(days=1)
        if is_business_day(day, is_holiday=is_holiday, saturdays=saturdays):
            days -= 1
    return day


def business_days_between(start: date, end: date, *, is_holiday: Callable[[date], bool]) -> int:
    """How many business days come after `start` until `end` itself; negative where `end` is before `start`."""
    if end < start:
        return -business_days_between(end, start, is_holiday=is_holiday)
    days = (start + timedelta(days=offset) for offset in range(1, (end - start).days + 1))
    return sum(is_business_day(day, is_holiday=is_holiday) for day in days)
