"""Counting attempts, and remembering where people are known, in one place for all processes."""

from datetime import timedelta
from typing import Protocol

from domain.ids import AgencyId
from domain.throttling import Backoff


class RateLimiter(Protocol):
    """Keys say what is counted and hold no personal data in the clear; each agency has its own."""

    async def hit(self, agency_id: AgencyId, key: str, rule: Backoff) -> int:
        """Count one attempt, at once and for good; how many there are with it. TooManyAttempts, uncounted, where the
        next one has to wait."""
        ...

    async def forgive(self, agency_id: AgencyId, key: str) -> None:
        """Take the last attempt back: it succeeded."""
        ...

    async def clear(self, agency_id: AgencyId, *keys: str) -> None:
        """Forget everything under the keys: whoever they are about has proved to be in control."""
        ...

    async def clear_under(self, agency_id: AgencyId, *beginnings: str) -> None:
        """Forget everything under keys that begin like one of these, places that are known included."""
        ...


class FamiliarPlaces(Protocol):
    """From where people signed in lately, under keys that name nobody."""

    async def knows(self, agency_id: AgencyId, key: str) -> bool: ...

    async def remember(self, agency_id: AgencyId, *keys: str, lasting: timedelta) -> None:
        """Know them from now on for so long."""
        ...
