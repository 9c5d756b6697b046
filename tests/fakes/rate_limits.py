"""Attempts counted and places known in memory, with the same arithmetic."""

from datetime import datetime, timedelta

from application.ports.rate_limits import FamiliarPlaces, RateLimiter
from domain.ids import AgencyId
from domain.throttling import Attempts, Backoff
from tests.fakes.clock import FakeClock


class FakeRateLimiter(RateLimiter):
    """`places` are those that are forgotten with it, as both stand in one table."""

    def __init__(self, clock: FakeClock, places: "FakeFamiliarPlaces | None" = None) -> None:
        self.clock = clock
        self.attempts: dict[tuple[AgencyId, str], Attempts] = {}
        self.places = places

    async def hit(self, agency_id: AgencyId, key: str, rule: Backoff) -> int:
        before = self.attempts.get((agency_id, key), Attempts())
        self.attempts[agency_id, key] = after = before.another(rule, at=self.clock.now())
        return after.count

    async def forgive(self, agency_id: AgencyId, key: str) -> None:
        if (agency_id, key) in self.attempts:
            self.attempts[agency_id, key] = self.attempts[agency_id, key].one_less()

    async def clear(self, agency_id: AgencyId, *keys: str) -> None:
        for key in keys:
            self.attempts.pop((agency_id, key), None)

    async def clear_under(self, agency_id: AgencyId, *beginnings: str) -> None:
        for kept in (self.attempts, self.places.until if self.places else {}):
            for whose, key in list(kept):
                if whose == agency_id and key.startswith(beginnings):
                    del kept[whose, key]


class FakeFamiliarPlaces(FamiliarPlaces):
    def __init__(self, clock: FakeClock) -> None:
        self.clock = clock
        self.until: dict[tuple[AgencyId, str], datetime] = {}

    async def knows(self, agency_id: AgencyId, key: str) -> bool:
        until = self.until.get((agency_id, key))
        return until is not None and self.clock.now() < until

    async def remember(self, agency_id: AgencyId, *keys: str, lasting: timedelta) -> None:
        self.until.update({(agency_id, key): self.clock.now() + lasting for key in keys})
