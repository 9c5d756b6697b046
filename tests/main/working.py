"""`portal work` with a short patience for the dead, over a database and a mail server that are given.

python -m tests.main.working DATABASE MAIL_SERVER PROFILE [INSTANT]

With an instant its clock stands still there.
"""

import asyncio
import signal
import sys
from dataclasses import replace
from datetime import datetime, timedelta

from adapters.postgres.jobs.handling import Habits
from main.bootstrap import portal
from main.settings import Profile
from main.work import work
from tests.fakes.clock import FakeClock
from tests.served import PUBLIC_URL, cheap_hasher, settings

HABITS = Habits(
    silence=timedelta(seconds=2),
    look=timedelta(milliseconds=300),
    first_pause=timedelta(milliseconds=200),
    longest_pause=timedelta(seconds=1),
)


async def main(app_url: str, smtp_url: str, profile: str, instant: str = "") -> None:
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    given = settings(smtp_url=smtp_url)
    clock = FakeClock(datetime.fromisoformat(instant)) if instant else None
    async with portal(given, app_url=app_url, public_url=PUBLIC_URL, clock=clock, hasher=cheap_hasher()) as opened:
        print("working", flush=True)  # noqa: T201 (for whoever started it)
        # The portal itself would speak to the gateways' real servers in production.
        given = given.model_copy(update={"profile": Profile(profile)})
        await work(replace(opened, settings=given), stop, habits=HABITS)


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
