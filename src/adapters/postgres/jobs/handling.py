"""One job in a worker's hands: how long it may take, what its failure means, and that no interruption loses it."""

import asyncio
import logging
import traceback
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from uuid import UUID

from pgqueuer import RetryRequested
from pgqueuer.models import Job as QueuedJob

from adapters.postgres.jobs.outbox import AGENCY_HEADER
from application.ports.jobs import Job, JobKind
from domain.errors import RetryLater
from domain.ids import AgencyId

_log = logging.getLogger(__name__)

Handler = Callable[[Job], Awaitable[None]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Habits:
    """How workers go about it.

    A job has `longest` to be done. One that fails is tried `tries` more times, the first after `first_pause` and each
    after twice the pause before, up to `longest_pause`; one that waits for something that does not answer now (a mail
    server) has `patience` tries. A worker that shows no sign for `silence` is taken for dead, and its jobs are begun
    anew. `at_once`: jobs under way in one process. `look`: how often the queue is looked at without being told, which
    is how tries that were put off and jobs of the dead are found. `restart`: the pause after the database was lost.
    `tick`: when what is regular is looked after, as cron writes it.
    """

    longest: timedelta = timedelta(seconds=90)
    tries: int = 5
    patience: int = 300
    first_pause: timedelta = timedelta(seconds=10)
    longest_pause: timedelta = timedelta(minutes=15)
    silence: timedelta = timedelta(seconds=30)
    at_once: int = 10
    look: timedelta = timedelta(seconds=5)
    restart: timedelta = timedelta(seconds=2)
    tick: str = "* * * * *"

    def pause(self, attempts: int) -> timedelta:
        """After that many failed tries."""
        return min(self.first_pause * (1 << min(attempts, 20)), self.longest_pause)


class JobFailed(Exception):
    """A try of a job came to nothing. The text names the kind of error and its place, and nothing of what it was
    about: the queue keeps it where errors of the database, with all their values, have no business."""


def job_of(queued: QueuedJob) -> Job:
    headers = queued.headers or {}
    return Job(
        kind=JobKind(queued.entrypoint),
        agency_id=AgencyId(UUID(str(headers[AGENCY_HEADER]))),
        subject=(queued.payload or b"").decode(),
    )


@dataclass(frozen=True, slots=True)
class Handling:
    """Does jobs of one kind for the library. `giving_up` is set when the process cannot wait any longer: what is under
    way then goes back to the queue."""

    handler: Handler
    habits: Habits
    giving_up: asyncio.Event

    async def __call__(self, queued: QueuedJob) -> None:
        doing = asyncio.create_task(self._do(queued))
        over = asyncio.create_task(self.giving_up.wait())
        try:
            await asyncio.wait({doing, over}, return_when=asyncio.FIRST_COMPLETED)
        except asyncio.CancelledError:
            # The library ends its tasks so when it loses the database, and would then write the job off as cancelled.
            _log.warning("job %s of %s was interrupted", queued.id, queued.entrypoint)
        finally:
            over.cancel()
        if not doing.done():
            doing.cancel()
            await asyncio.wait({doing})
            raise RetryRequested(reason="interrupted")
        await doing

    async def _do(self, queued: QueuedJob) -> None:
        try:
            async with asyncio.timeout(self.habits.longest.total_seconds()):
                await self.handler(job_of(queued))
        except RetryLater as error:
            if queued.attempts >= self.habits.patience:
                raise JobFailed(_told(error)) from None
            delay = max(self.habits.pause(queued.attempts), timedelta(seconds=error.retry_after_seconds))
            _log.info("job %s of %s has to wait: %s", queued.id, queued.entrypoint, _told(error))
            raise RetryRequested(delay=delay, reason=_told(error)) from None
        except Exception as error:
            told = _told(error)
            _log.error("job %s of %s failed, try %s: %s", queued.id, queued.entrypoint, queued.attempts + 1, told)
            raise JobFailed(told) from None


def _told(error: Exception) -> str:
    frames = traceback.extract_tb(error.__traceback__)
    place = f" ({Path(frames[-1].filename).name}:{frames[-1].lineno} {frames[-1].name})" if frames else ""
    return f"{type(error).__name__}{place}"
