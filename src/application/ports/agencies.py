"""Agencies, how they are found, and numbers without gaps."""

from collections.abc import Sequence
from typing import Protocol

from domain.agencies import Agency
from domain.ids import AgencyId


class Agencies(Protocol):
    async def by_key(self, key: str) -> AgencyId | None:
        """The agency of a host name or slug; of `*`, the only one there is. The scope must hold the same key."""
        ...

    async def knows_origin(self, origin: str) -> bool:
        """Whether some agency lists that web origin. The scope must hold the same origin key."""
        ...

    async def ids(self) -> Sequence[AgencyId]:
        """All agencies, for a scope of the workers; to others none."""
        ...

    async def get(self, agency_id: AgencyId, *, for_update: bool = False) -> Agency | None:
        """`for_update`: whoever else asks so waits until this work ends."""
        ...

    async def add(self, agency: Agency, *, hosts: tuple[str, ...]) -> None:
        """Raises InvalidInput DUPLICATE on `slug` or `host` that another agency has."""
        ...

    async def save(self, agency: Agency) -> None: ...


class Counters(Protocol):
    async def next(self, name: str) -> int:
        """The next number of a series of the agency, from 1, locked until the end so that a rollback leaves no gap."""
        ...
