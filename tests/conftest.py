"""Fixtures for every test; what each gives is told where it is defined."""

import signal

from tests.browser import browser, page
from tests.postgres import database, database_server, module_database

__all__ = ["browser", "database", "database_server", "module_database", "page"]


def pytest_configure() -> None:
    # Asked to end, the run ends as by Ctrl-C: what it started is stopped and what it made is removed.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
