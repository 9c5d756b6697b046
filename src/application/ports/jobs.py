"""Work for later, kept in the transaction of the work that asks for it: it is done after that commits, or never."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum, StrEnum
from typing import Protocol

from domain.ids import AgencyId


class JobKind(StrEnum):
    """What is done later. ASK_GATEWAY: ask about the payment with that reference. OPEN_RESET: make the link for
    somebody who forgot a password. POLL_AGENCY: find the payments of an agency that have to be asked about.
    RECONCILE_AGENCY: keep the report of that day (AAAA-MM-DD). REMIND_AGENCY: have
    those written to who owe rent. SEND_MAIL: write to somebody about what happened
    (`application.announcements`)."""

    ASK_GATEWAY = "ASK_GATEWAY"
    OPEN_RESET = "OPEN_RESET"
    POLL_AGENCY = "POLL_AGENCY"
    RECONCILE_AGENCY = "RECONCILE_AGENCY"
    REMIND_AGENCY = "REMIND_AGENCY"
    SEND_MAIL = "SEND_MAIL"


class Pace(IntEnum):
    """Which jobs of a kind go first, whatever was put before: what somebody waits for, what is usual, and what is put
    by the hundred and may take its time."""

    BULK = -1
    USUAL = 0
    IMMEDIATE = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """One thing to do for an agency.

    `subject` says about what, by ids alone: a job is kept apart from the agencies' rows, and nobody's data stands in
    it. `key` is what it is known by among the agency's jobs of its kind, so that it is not put twice. It is not begun
    before `not_before`.

    A job is done at least once: a process that ends in the middle of it leaves it to another, which begins anew. What
    fails is tried again after a while, and after several tries waits for the agency's staff.
    """

    kind: JobKind
    agency_id: AgencyId
    subject: str = ""
    key: str | None = None
    not_before: datetime | None = None
    pace: Pace = Pace.USUAL


@dataclass(frozen=True, slots=True, kw_only=True)
class FailedJob:
    """One that will not be tried again by itself. `attempts` counts the tries, the last at `failed_at`; `detail` names
    the error and its place in the program, for whoever mends it."""

    id: int
    kind: JobKind
    subject: str
    attempts: int
    failed_at: datetime
    detail: str | None = None


class Jobs(Protocol):
    async def put(self, job: Job) -> bool:
        """Have it done once this work commits. False, and nothing is put, where a job with its key waits or is under
        way; for staff and for workers also where one has failed for good. For a scope of the job's agency, whoever the
        viewer is, and for one of the workers.

        Another transaction that put the same key and has not ended is waited for.
        """
        ...

    async def put_all(self, jobs: Sequence[Job]) -> int:
        """Put many at once, each like `put`; how many were put."""
        ...

    async def retry(self, job_id: int) -> bool:
        """Put one back that failed for good, with all its tries before it; where its key was put anew meanwhile, that
        one takes its place. False where the scope sees no such job. For staff."""
        ...
