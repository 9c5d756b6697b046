"""`make torture` in its short form: some hundred payments, and whatever serves them dies several times."""

import os
import re
import sys
import tempfile
from asyncio.subprocess import PIPE, STDOUT, create_subprocess_exec
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from tests.torture.storm import Plan

SHORT = {"payments": 60, "kills": 4, "postgres-kills": 2, "services": 2, "tenants": 8, "seed": 7}


@pytest.fixture
def folder() -> Iterator[Path]:
    """Where the run makes its own; it has to leave nothing in it."""
    made = Path(tempfile.mkdtemp(prefix="portal-tormenta-"))
    made.chmod(0o711)  # for root the database runs as another user, who must get through
    yield made
    made.rmdir()


async def test_nothing_is_lost_doubled_or_guessed_while_what_serves_it_dies(folder: Path) -> None:
    options = [text for name, number in SHORT.items() for text in (f"--{name}", str(number))]
    process = await create_subprocess_exec(
        *(sys.executable, "-m", "tests.torture", *options),
        env=os.environ | {"TMPDIR": str(folder)},
        stdout=PIPE,
        stderr=STDOUT,
        start_new_session=True,
    )
    told = (await process.communicate())[0].decode()

    assert process.returncode == 0, told
    counts = {name: int(number) for name, number in re.findall(r"^  ([a-z ]+?) +(\d+)$", told, re.MULTILINE)}
    assert counts["violations"] == 0
    assert counts["receipts"] == counts["payments"] >= SHORT["payments"]
    assert (counts["service kills"], counts["postgres kills"]) == (SHORT["kills"], SHORT["postgres-kills"])
    assert counts["worker kills"] == 1
    assert counts["restarts"] == SHORT["kills"] + 1
    assert left_of(process.pid, folder) == []


def left_of(session: int, folder: Path) -> list[str]:
    """What still runs of what was started; the database's server has a session of its own and is told by its folder."""
    left = []
    for other in psutil.process_iter(["cmdline"]):
        command = " ".join(other.info["cmdline"] or [])
        try:
            ours = os.getsid(other.pid) == session or str(folder) in command
        except ProcessLookupError:
            continue
        if command and ours:  # a dead one that nobody has asked about has no command any more
            left.append(command)
    return left


def test_the_full_form_is_what_is_promised() -> None:
    plan = Plan()

    assert (plan.payments, plan.kills, plan.postgres_kills) == (20_000, 200, 50)
    assert plan.invoices * plan.tenants > plan.payments
