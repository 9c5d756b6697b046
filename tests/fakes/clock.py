"""A clock that stands still until it is told to move."""

from datetime import UTC, date, datetime, timedelta

from application.ports.clock import Clock
from domain.periods import bogota_date

NOON_IN_BOGOTA = datetime(2026, 7, 1, 17, tzinfo=UTC)


class FakeClock(Clock):
    def __init__(self, now: datetime = NOON_IN_BOGOTA) -> None:
        self._now = now.astimezone(UTC)

    def now(self) -> datetime:
        return self._now

    def today(self) -> date:
        return bogota_date(self._now)

    def advance(self, by: timedelta | float) -> datetime:
        """Moves on by a duration, or by seconds; answers the new instant."""
        self._now += by if isinstance(by, timedelta) else timedelta(seconds=by)
        return self._now

    def set(self, now: datetime) -> None:
        self._now = now.astimezone(UTC)
