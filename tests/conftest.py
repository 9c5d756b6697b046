"""Fixtures for every test; what each gives is told where it is defined."""

from tests.postgres import database, database_server, module_database

__all__ = ["database", "database_server", "module_database"]
