"""Days from seeds keep every invariant, and a seed gives the same day again."""

import hashlib
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.simulation.__main__ import how_to_repeat, live_through
from tests.simulation.day import Day

ROOT = Path(__file__).parents[2]
SEEDS = 1_000


def test_no_seed_violates_an_invariant() -> None:
    tally, failures, _ = live_through(range(1, SEEDS + 1))

    told = "\n".join(f"seed {seed}: {failure} — {how_to_repeat(seed)}" for seed, failure in failures.items())
    assert failures == {}, told
    # It was no quiet time: coroutines met, and everything that can go wrong went wrong.
    assert tally.choices > 10 * SEEDS
    assert min(tally.crashes, tally.given_up, tally.lost, tally.slow) > SEEDS // 4


def digest_of(seed: int) -> str:
    trace: list[str] = []
    Day(seed, trace=trace).live()
    return hashlib.sha256("\n".join(trace).encode()).hexdigest()


@pytest.mark.parametrize("hash_seed", ["1", "2"])
def test_a_seed_gives_the_same_day_in_any_process(hash_seed: str) -> None:
    code = "from tests.simulation.test_simulation import digest_of; print(*map(digest_of, range(20, 26)))"
    environment = os.environ | {"PYTHONHASHSEED": hash_seed, "PYTHONPATH": str(ROOT)}

    elsewhere = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, env=environment, capture_output=True, text=True, check=True
    )

    assert elsewhere.stdout.split() == [digest_of(seed) for seed in range(20, 26)]
    assert len(set(elsewhere.stdout.split())) == 6


def test_a_failing_seed_is_told_with_the_command_that_repeats_it() -> None:
    told = subprocess.run(
        [sys.executable, "-m", "tests.simulation", "--seed", "20"], cwd=ROOT, capture_output=True, text=True, check=True
    )

    assert "| start key-" in told.stdout
    assert "commit" in told.stdout
