"""Dates as a Colombian back office writes them: dd/mm/aaaa or ISO, with hh:mm where a time is known; Bogotá time."""

import re
from datetime import UTC, date, datetime

from domain.periods import BOGOTA

_SHAPE = re.compile(
    r"(?:(?P<day>[0-9]{2})/(?P<month>[0-9]{2})/(?P<year>[0-9]{4})"
    r"|(?P<iso_year>[0-9]{4})-(?P<iso_month>[0-9]{2})-(?P<iso_day>[0-9]{2}))"
    r"(?:[ T](?P<hour>[0-9]{2}):(?P<minute>[0-9]{2}))?"
)
_YEARS = range(1900, 2201)


def read_moment(cell: str) -> tuple[datetime, bool] | None:
    """The UTC instant, and whether the cell has a time of day (00:00 in Bogotá without one); None if it is no date."""
    found = _SHAPE.fullmatch(cell.strip())
    if not found:
        return None
    year, month, day = (int(found[name] or found[f"iso_{name}"]) for name in ("year", "month", "day"))
    if year not in _YEARS:
        return None
    try:
        local = datetime(year, month, day, int(found["hour"] or 0), int(found["minute"] or 0), tzinfo=BOGOTA)
    except ValueError:
        return None
    return local.astimezone(UTC), found["hour"] is not None


def read_date(cell: str) -> date | None:
    """The day in Bogotá; None if the cell is no date."""
    found = read_moment(cell)
    return found[0].astimezone(BOGOTA).date() if found else None
