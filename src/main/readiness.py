"""Whether the service can do its work, for whoever sends it requests or replaces it."""

import asyncio
import time
from collections.abc import Mapping

from sqlalchemy.ext.asyncio import AsyncEngine
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from adapters.postgres.jobs.health import health
from main.migrations import is_current

_WITHIN_SECONDS = 1.0
_KEPT_SECONDS = 1.0


class Readiness:
    """Asks the database at most once in `kept_seconds` and one question at a time, however many want to know: they
    are anybody, and the connections are for operations."""

    def __init__(
        self, engine: AsyncEngine, *, within_seconds: float = _WITHIN_SECONDS, kept_seconds: float = _KEPT_SECONDS
    ) -> None:
        self._engine = engine
        self._within_seconds = within_seconds
        self._kept_seconds = kept_seconds
        self._asking = asyncio.Lock()
        self._found: tuple[int, Mapping[str, str]] = 503, {}
        self._good_until = 0.0

    async def answer(self, request: Request) -> Response:
        """200 if the database answers within its time, a second, and has this code's schema, otherwise 503. Jobs that
        nobody does are told and no more: requests are answered as before, and sending them elsewhere would not help."""
        async with self._asking:
            if time.monotonic() >= self._good_until:
                self._found = await self._ask()
                self._good_until = time.monotonic() + self._kept_seconds
        status, found = self._found
        return JSONResponse(found, status, headers={"Cache-Control": "no-store"})

    async def _ask(self) -> tuple[int, Mapping[str, str]]:
        try:
            async with asyncio.timeout(self._within_seconds):
                current = await is_current(self._engine)
                jobs = await health(self._engine) if current else None
        except Exception:
            return 503, {"status": "unavailable", "database": "unreachable"}
        if jobs is None:
            return 503, {"status": "unavailable", "database": "not migrated"}
        return 200, {"status": "ok", "database": "ok", "jobs": jobs.told}
