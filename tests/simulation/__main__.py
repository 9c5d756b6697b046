"""`make simulate`: many seeds on all processors (SEEDS), or one with everything that happened in it (SEED)."""

import logging
import os
import sys
import traceback
from argparse import ArgumentParser
from collections.abc import Iterable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import fields
from time import process_time

from tests.simulation.day import Day
from tests.simulation.scheduler import Tally
from tests.simulation.town import Making

_AT_ONCE = 100


def failure_of(seed: int, tally: Tally, make: Making | None = None) -> str | None:
    """What went wrong in the day of that seed, if anything; what happened is added to `tally`."""
    day = Day(seed, make=make)
    try:
        day.live()
    except Exception as error:
        return f"{type(error).__name__}: {error}"
    finally:
        tally.add(day.town.scheduler.tally)
    return None


def live_through(seeds: Iterable[int]) -> tuple[Tally, dict[int, str], float]:
    """All of them: what happened, what went wrong by seed, and the seconds of processor that it took."""
    tally, begun = Tally(), process_time()
    logging.disable(logging.ERROR)
    failures = {seed: failure for seed in seeds if (failure := failure_of(seed, tally)) is not None}
    logging.disable(logging.NOTSET)
    return tally, failures, process_time() - begun


def how_to_repeat(seed: int) -> str:
    return f"make simulate SEED={seed}"


def _tell(seed: int) -> int:
    trace: list[str] = []
    day = Day(seed, trace=trace)
    try:
        day.live()
    except Exception:
        print("\n".join(trace))
        traceback.print_exc(file=sys.stdout)
        return 1
    print("\n".join(trace))
    print(day.town.scheduler.tally)
    return 0


def main() -> int:
    parser = ArgumentParser(prog="python -m tests.simulation", description=__doc__)
    parser.add_argument("--seeds", type=int, default=10_000)
    parser.add_argument("--first", type=int, default=1)
    parser.add_argument("--seed", type=int)
    given = parser.parse_args()
    if given.seed is not None:
        return _tell(given.seed)
    last = given.first + given.seeds
    blocks = [range(begin, min(begin + _AT_ONCE, last)) for begin in range(given.first, last, _AT_ONCE)]
    total, seconds = Tally(), 0.0
    failures: dict[int, str] = {}
    with ProcessPoolExecutor(os.cpu_count()) as pool:
        for tally, failed, took in pool.map(live_through, blocks):
            total.add(tally)
            failures |= failed
            seconds += took
    for seed, failure in failures.items():
        print(f"seed {seed}: {failure}\n  {how_to_repeat(seed)}")
    told = ", ".join(f"{getattr(total, field.name)} {field.name.replace('_', ' ')}" for field in fields(Tally))
    print(f"{given.seeds} seeds, {len(failures)} failures; {told}; {seconds:.0f} s of processor")
    return bool(failures)


if __name__ == "__main__":
    sys.exit(main())
