"""The machine's clock."""

from datetime import UTC, date, datetime

from application.ports.clock import Clock
from domain.periods import bogota_date


class SystemClock(Clock):
    def now(self) -> datetime:
        return datetime.now(UTC)

    def today(self) -> date:
        return bogota_date(self.now())
