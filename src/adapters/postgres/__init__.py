"""Postgres: tables, scope and row-level security, repositories, the snapshot that a query reads."""
