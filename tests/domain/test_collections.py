"""Hours, days and frequency of the law on collection, through a whole year."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from uuid import uuid4

import pytest

from domain.collections import Contact, ContactChannel, ContactKind, allowed, may_follow, next_slot
from domain.ids import AgencyId, ClientId
from domain.periods import BOGOTA

REMINDER, COURTESY = ContactKind.REMINDER, ContactKind.COURTESY
HOLIDAYS = {
    date(2026, month, day)
    for month, days in {
        1: (1, 12),
        3: (23,),
        4: (2, 3),
        5: (1, 18),
        6: (8, 15, 29),
        7: (13, 20),
        8: (7, 17),
        10: (12,),
        11: (2, 16),
        12: (8, 25),
    }.items()
    for day in days
}
MINUTE = timedelta(minutes=1)


def is_holiday(on: date) -> bool:
    return on in HOLIDAYS


def at(on: date, hour: int, minute: int = 0) -> datetime:
    """By the clocks of Bogotá, as the program keeps it."""
    return datetime.combine(on, time(hour, minute), BOGOTA).astimezone(UTC)


def year() -> Iterator[date]:
    return (date(2026, 1, 1) + timedelta(days=day) for day in range(365))


def test_every_day_of_a_year_has_its_hours_to_the_minute() -> None:
    for day in year():
        opens, closes = (8, 15) if day.weekday() == 5 else (7, 19)
        is_open = day.weekday() < 6 and day not in HOLIDAYS
        for moment, inside in (
            (at(day, opens) - MINUTE, False),
            (at(day, opens), True),
            (at(day, opens) + MINUTE, True),
            (at(day, closes) - MINUTE, True),
            (at(day, closes) - timedelta(microseconds=1), True),
            (at(day, closes), False),
            (at(day, closes) + MINUTE, False),
            (at(day, 0), False),
            (at(day, 23, 59), False),
        ):
            assert allowed(moment, is_holiday=is_holiday) is (is_open and inside), moment


def test_the_next_slot_is_the_first_minute_that_is_allowed() -> None:
    start = at(date(2026, 3, 28), 0)
    minutes = [start + MINUTE * n for n in range(9 * 24 * 60)]  # over Holy Week, with its two holidays
    following = None
    for moment in reversed(minutes):
        if allowed(moment, is_holiday=is_holiday):
            following = moment
        if following is not None:
            assert next_slot(moment, is_holiday=is_holiday) == following


@pytest.mark.parametrize(
    ("now", "slot"),
    [
        (at(date(2026, 7, 10), 19), at(date(2026, 7, 11), 8)),  # a Friday evening
        (at(date(2026, 7, 11), 15), at(date(2026, 7, 14), 7)),  # a Saturday, before a Sunday and a holiday
        (at(date(2026, 4, 1), 20), at(date(2026, 4, 4), 8)),  # Holy Wednesday
        (at(date(2026, 12, 31), 22), at(date(2027, 1, 1), 7)),  # 2027 has no holidays here
    ],
)
def test_what_comes_too_late_waits_for_the_next_day_that_is_allowed(now: datetime, slot: datetime) -> None:
    assert next_slot(now, is_holiday=is_holiday) == slot


def made(on: date, kind: ContactKind) -> Contact:
    return Contact(
        id=uuid4(),
        agency_id=AgencyId(uuid4()),
        client_id=ClientId(uuid4()),
        contacted_on=on,
        at=at(on, 9),
        channel=ContactChannel.EMAIL,
        kind=kind,
        event="x",
    )


def test_nobody_is_written_to_twice_a_day_nor_reminded_twice_in_seven() -> None:
    today = date(2026, 7, 15)
    for kind in ContactKind:
        assert may_follow(kind, today, [])
        assert not may_follow(kind, today, [made(today, REMINDER)])
        assert not may_follow(kind, today, [made(today, COURTESY)])
        assert may_follow(kind, today, [made(today - timedelta(days=1), COURTESY)])
        assert may_follow(kind, today, [made(today - timedelta(days=7), REMINDER)])
    for days in range(1, 7):
        assert not may_follow(REMINDER, today, [made(today - timedelta(days=days), REMINDER)])
        assert may_follow(COURTESY, today, [made(today - timedelta(days=days), REMINDER)])
