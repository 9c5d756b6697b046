"""A process that works through the queue, as `portal work` does, and writes down what it did.

    python -m tests.adapters.jobs.crew ADDRESS SILENCE

The subject of a job says what it does: «ok …», «slow SECONDS …», «moody SECONDS …» (slow and, the first time, in
vain), «poison …».
"""

import asyncio
import os
import signal
import sys
from dataclasses import replace
from datetime import timedelta

import asyncpg
import sqlalchemy as sa

from adapters.postgres.jobs.handling import Habits
from adapters.postgres.jobs.worker import PostgresWorker
from application.ports.jobs import Job, JobKind

NOTEBOOK = (
    "create table notebook (id bigserial primary key, what text not null, subject text not null, "
    "process int not null, at timestamptz not null default clock_timestamp())"
)
HABITS = Habits(
    tries=2,
    first_pause=timedelta(milliseconds=100),
    longest_pause=timedelta(milliseconds=200),
    look=timedelta(milliseconds=300),
    restart=timedelta(milliseconds=200),
    tick="* * * * * *",
)
GRACE_SECONDS = 3.0


class Notebook:
    """What was begun and done, on a connection of its own so that nothing of it is rolled back."""

    def __init__(self, connection: asyncpg.Pool) -> None:
        self._connection = connection

    async def write(self, what: str, subject: str = "") -> None:
        await self._connection.execute(
            "insert into notebook (what, subject, process) values ($1, $2, $3)", what, subject, os.getpid()
        )

    async def is_first(self, subject: str) -> bool:
        begun = "select count(*) from notebook where what = 'begun' and subject = $1"
        return bool(await self._connection.fetchval(begun, subject) == 1)

    async def handle(self, job: Job) -> None:
        await self.write("begun", job.subject)
        match job.subject.split():
            case ["slow", seconds, *_]:
                await asyncio.sleep(float(seconds))
            case ["moody", seconds, *_]:
                await asyncio.sleep(float(seconds))
                if await self.is_first(job.subject):
                    await self.write("moody", job.subject)
                    raise ValueError("not today")
            case ["poison", *_]:
                raise ValueError("secreto de la cliente Ana")
        await self.write("done", job.subject)


def worker(address: str, notebook: Notebook, habits: Habits = HABITS) -> PostgresWorker:
    async def tick() -> None:
        await notebook.write("tick")

    return PostgresWorker(address, {JobKind.ASK_GATEWAY: notebook.handle}, on_tick=tick, habits=habits)


def dsn(address: str) -> str:
    return sa.make_url(address).set(drivername="postgresql").render_as_string(hide_password=False)


async def main(address: str, silence: str) -> None:
    habits = replace(HABITS, silence=timedelta(seconds=float(silence)))
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    async with asyncpg.create_pool(dsn(address), min_size=1, max_size=2) as connection:
        print("working", flush=True)  # noqa: T201 (for whoever started it)
        await worker(address, Notebook(connection), habits).run(stop, grace_seconds=GRACE_SECONDS)


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
