"""Attempts counted in memory, with the same arithmetic."""

from application.ports.rate_limits import RateLimiter
from domain.ids import AgencyId
from domain.throttling import Attempts, Backoff
from tests.fakes.clock import FakeClock


class FakeRateLimiter(RateLimiter):
    def __init__(self, clock: FakeClock) -> None:
        self.clock = clock
        self.attempts: dict[tuple[AgencyId, str], Attempts] = {}

    async def hit(self, agency_id: AgencyId, key: str, rule: Backoff) -> None:
        before = self.attempts.get((agency_id, key), Attempts())
        self.attempts[agency_id, key] = before.another(rule, at=self.clock.now())

    async def forgive(self, agency_id: AgencyId, key: str) -> None:
        if (agency_id, key) in self.attempts:
            self.attempts[agency_id, key] = self.attempts[agency_id, key].one_less()

    async def clear(self, agency_id: AgencyId, key: str) -> None:
        self.attempts.pop((agency_id, key), None)
