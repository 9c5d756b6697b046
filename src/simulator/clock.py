"""The simulator's own time, which the control API can push forward, and ISO 8601 durations."""

import re
from datetime import UTC, datetime, timedelta, timezone

BOGOTA = timezone(timedelta(hours=-5), "America/Bogota")
"""Colombia keeps no summer time."""

_LONGEST = timedelta(days=3660)

_DURATION = re.compile(
    r"P(?:(?P<weeks>\d{1,6})W)?(?:(?P<days>\d{1,6})D)?"
    r"(?:T(?=\d)(?:(?P<hours>\d{1,6})H)?(?:(?P<minutes>\d{1,6})M)?(?:(?P<seconds>\d{1,6})S)?)?",
    re.ASCII,
)


def parse_duration(text: str) -> timedelta:
    """`PT3H`, `P1DT12H`, `P2W`: an ISO 8601 duration without years and months, at most ten years.

    Raises ValueError for anything else.
    """
    match = _DURATION.fullmatch(text)
    if match is None or not any(match.groups()):
        raise ValueError(text)
    duration = timedelta(**{unit: int(amount) for unit, amount in match.groupdict().items() if amount})
    if duration > _LONGEST:
        raise ValueError(text)
    return duration


class Clock:
    """The real time, or a frozen instant, plus what was added by `advance`."""

    def __init__(self, frozen_at: datetime | None = None) -> None:
        self._frozen_at = frozen_at
        self._ahead = timedelta()

    @property
    def ahead(self) -> timedelta:
        """How far this clock has been pushed forward."""
        return self._ahead

    def now(self) -> datetime:
        """The simulated instant, in UTC."""
        return (self._frozen_at or datetime.now(UTC)) + self._ahead

    def advance(self, by: timedelta) -> None:
        """Pushes the clock forward; never past ten years in all, so that dates stay printable."""
        if self._ahead + by > _LONGEST:
            raise ValueError(by)
        self._ahead += by

    def reset(self) -> None:
        """Takes back every advance."""
        self._ahead = timedelta()
