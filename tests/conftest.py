"""Fixtures for every test; what each gives is told where it is defined."""

import signal

from tests.postgres import database, database_server, module_database

__all__ = ["database", "database_server", "module_database"]


def pytest_configure() -> None:
    # Asked to end, the run ends as by Ctrl-C: what it started is stopped and what it made is removed.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
