"""The same machine in memory, in thousands of examples, and on Postgres in some."""

from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.postgres import Database
from tests.simulation.benches import BenchInMemory, BenchOnPostgres
from tests.simulation.machine import Machine

_SOME = settings(deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))


def test_whatever_happens_the_books_hold_in_memory() -> None:
    class InMemory(Machine):
        make_bench = staticmethod(BenchInMemory)

    run_state_machine_as_test(InMemory, settings=settings(_SOME, max_examples=1000, stateful_step_count=30))


@pytest.fixture
def bench(module_database: Database) -> Iterator[BenchOnPostgres]:
    bench = BenchOnPostgres(module_database.app_url)
    yield bench
    bench.close()


def test_whatever_happens_the_books_hold_on_postgres(bench: BenchOnPostgres) -> None:
    class OnPostgres(Machine):
        make_bench = staticmethod(lambda: bench)

    run_state_machine_as_test(OnPostgres, settings=settings(_SOME, max_examples=30, stateful_step_count=30))
