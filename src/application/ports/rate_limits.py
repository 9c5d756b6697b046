"""Counting attempts, in one place for all processes."""

from typing import Protocol

from domain.ids import AgencyId
from domain.throttling import Backoff


class RateLimiter(Protocol):
    """Keys say what is counted and hold no personal data in the clear; each agency has its own."""

    async def hit(self, agency_id: AgencyId, key: str, rule: Backoff) -> None:
        """Count one attempt, at once and for good; TooManyAttempts, uncounted, where the next one has to wait."""
        ...

    async def forgive(self, agency_id: AgencyId, key: str) -> None:
        """Take the last attempt back: it succeeded."""
        ...

    async def clear(self, agency_id: AgencyId, key: str) -> None:
        """Forget everything under the key: whoever it is about has proved to be in control."""
        ...
