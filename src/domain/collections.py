"""When the law lets people be reminded of what they owe (Ley 2300 de 2023, «dejen de fregar»), and who was.

It binds whoever collects, for themselves or for others (art. 1), rents included (SIC, concepto 23-463720). A courtesy
note before the due date is no collection; it goes out by day all the same.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from uuid import UUID

from domain.ids import AgencyId, ClientId
from domain.periods import BOGOTA

_WEEKDAYS = (time(7), time(19))
_SATURDAYS = (time(8), time(15))
"""Art. 3: never on Sundays nor holidays. The last minute of an interval is the one before its end."""
_SATURDAY, _SUNDAY = 5, 6

REST = timedelta(days=7)
"""Between one reminder and the next. The law forbids the second contact of a day (art. 3); once a week is ours."""

IsHoliday = Callable[[date], bool]


class ContactKind(StrEnum):
    """REMINDER: of invoices that are overdue, which is collection. COURTESY: of invoices that will be due."""

    REMINDER = "REMINDER"
    COURTESY = "COURTESY"


class ContactChannel(StrEnum):
    """There is one: the law forbids several in the same week."""

    EMAIL = "EMAIL"


@dataclass(frozen=True, slots=True, kw_only=True)
class Contact:
    """Somebody was written to about what they owe: proof that the law was kept. `contacted_on` is the Bogotá date of
    `at`; a client has one a day at most. `event` names the letter, so that sending it again is no other contact."""

    id: UUID
    agency_id: AgencyId
    client_id: ClientId
    contacted_on: date
    at: datetime
    channel: ContactChannel
    kind: ContactKind
    event: str


def allowed(at: datetime, *, is_holiday: IsHoliday) -> bool:
    """Whether somebody may be reminded at an aware instant."""
    local = at.astimezone(BOGOTA)
    hours = _hours(local.date(), is_holiday)
    return hours is not None and hours[0] <= local.time() < hours[1]


def next_slot(at: datetime, *, is_holiday: IsHoliday) -> datetime:
    """The first instant from `at` on, `at` included, when it is allowed."""
    if allowed(at, is_holiday=is_holiday):
        return at
    local = at.astimezone(BOGOTA)
    day = local.date()
    while True:
        hours = _hours(day, is_holiday)
        if hours is not None and (day > local.date() or local.time() < hours[0]):
            return datetime.combine(day, hours[0], BOGOTA).astimezone(at.tzinfo)
        day += timedelta(days=1)


def may_follow(kind: ContactKind, on: date, earlier: Collection[Contact]) -> bool:
    """Whether a contact of that kind may be made on a Bogotá date after those that were made."""
    if any(it.contacted_on == on for it in earlier):
        return False
    reminded = [it.contacted_on for it in earlier if it.kind is ContactKind.REMINDER]
    return kind is not ContactKind.REMINDER or all(on - last >= REST for last in reminded)


def _hours(on: date, is_holiday: IsHoliday) -> tuple[time, time] | None:
    if on.weekday() == _SUNDAY or is_holiday(on):
        return None
    return _SATURDAYS if on.weekday() == _SATURDAY else _WEEKDAYS
