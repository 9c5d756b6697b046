"""Migrations go up, down and up again, and make exactly the tables that the code declares."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import asyncpg
import pytest
import sqlalchemy as sa
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from pgqueuer import AsyncpgDriver
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine

from adapters.postgres.engine import create_engine
from adapters.postgres.jobs.library import queries
from adapters.postgres.tables import metadata
from main.migrations import config_for, is_current, newest, upgrade
from tests.postgres import Database, DatabaseServer

STEPS = [script.revision for script in reversed(list(ScriptDirectory.from_config(config_for("")).walk_revisions()))]

SHAPE = """
select 'column', table_name, column_name, data_type || ' ' || is_nullable || ' ' || coalesce(collation_name, '')
  || coalesce(column_default, '') || coalesce(generation_expression, '')
from information_schema.columns where table_schema in ('public', 'queue')
union all
select 'constraint', conrelid::regclass::text, conname, pg_get_constraintdef(oid)
from pg_constraint where connamespace::regnamespace::text in ('public', 'queue')
union all
select 'index', tablename, indexname, indexdef from pg_indexes where schemaname in ('public', 'queue')
union all
select 'policy', tablename, policyname, permissive || cmd || coalesce(qual, '') || coalesce(with_check, '')
from pg_policies where schemaname in ('public', 'queue')
union all
select 'security', relname, '', relrowsecurity || ' ' || relforcerowsecurity
from pg_class where relnamespace::regnamespace::text in ('public', 'queue') and relkind = 'r'
union all
select 'function', proname, '', prosrc from pg_proc where pronamespace::regnamespace::text in ('public', 'queue')
union all
select 'grant', table_name, grantee, privilege_type from information_schema.role_table_grants
where table_schema in ('public', 'queue') and grantee not in ('postgres', current_user)
order by 1, 2, 3, 4
"""


@pytest.fixture
async def empty(database_server: DatabaseServer) -> AsyncIterator[Database]:
    database = await database_server.create(migrated=False)
    yield database
    await database_server.drop(database)


async def migrate(database: Database, step: str, *, down: bool = False) -> None:
    config = config_for(database.owner_url, database.app_role)
    await asyncio.to_thread(command.downgrade if down else command.upgrade, config, step)


async def shape(database: Database) -> list[tuple[Any, ...]]:
    """Everything that migrations make."""
    engine = create_async_engine(database.owner_url)
    async with engine.connect() as connection:
        found = [tuple(row) for row in await connection.exec_driver_sql(SHAPE)]
    await engine.dispose()
    return [row for row in found if row[1] != "alembic_version"]


async def test_every_step_can_be_taken_back_and_taken_again(empty: Database) -> None:
    before = await shape(empty)
    assert before == []

    for number, step in enumerate(STEPS):
        await migrate(empty, step)
        there = await shape(empty)
        assert there != before
        await migrate(empty, STEPS[number - 1] if number else "base", down=True)
        assert await shape(empty) == before, f"{step} leaves something behind"
        await migrate(empty, step)
        assert await shape(empty) == there, f"{step} is not the same the second time"
        before = there

    assert len(STEPS) >= 2


async def test_the_tables_are_those_that_the_code_declares(module_database: Database) -> None:
    def differences(connection: sa.Connection) -> list[Any]:
        context = MigrationContext.configure(connection, opts={"compare_server_default": True})
        return list(compare_metadata(context, metadata))

    engine = create_async_engine(module_database.owner_url)
    async with engine.connect() as connection:
        assert await connection.run_sync(differences) == []
        assert await collations(connection) == {
            (table.name, column.name): column.type.collation
            for table in metadata.sorted_tables
            for column in table.columns
            if isinstance(column.type, sa.Text) and column.type.collation
        }
    await engine.dispose()


async def test_the_queue_is_what_its_library_expects(module_database: Database) -> None:
    address = sa.make_url(module_database.owner_url).set(drivername="postgresql")
    connection = await asyncpg.connect(address.render_as_string(hide_password=False))
    try:
        plan = await queries(AsyncpgDriver(connection)).plan_upgrade()
    finally:
        await connection.close()

    assert (plan.statements, plan.notes) == ((), ())


async def collations(connection: AsyncConnection) -> dict[tuple[str, str], str]:
    """Columns that do not sort as the database does."""
    rows = await connection.exec_driver_sql(
        "select table_name, column_name, collation_name from information_schema.columns "
        "where table_schema = 'public' and collation_name is not null"
    )
    return {(row.table_name, row.column_name): row.collation_name for row in rows}


async def test_indexes_and_constraints_are_named_by_the_convention(module_database: Database) -> None:
    engine = create_async_engine(module_database.owner_url)
    async with engine.connect() as connection:
        names = await connection.exec_driver_sql(
            "select conname from pg_constraint where connamespace = 'public'::regnamespace "
            "and contype not in ('n', 't') union select indexname from pg_indexes where schemaname = 'public'"
        )
        odd = [name for (name,) in names if name.split("_")[0] not in ("pk", "uq", "fk", "ck", "ix")]
    await engine.dispose()
    assert odd == ["alembic_version_pkc"]


async def test_migrating_a_migrated_database_changes_nothing(empty: Database) -> None:
    await upgrade(empty.owner_url, app_role=empty.app_role)
    there = await shape(empty)

    await upgrade(empty.owner_url, app_role=empty.app_role)

    assert await shape(empty) == there


async def test_the_serving_role_sees_whether_the_schema_is_the_codes(database: Database) -> None:
    engine = create_engine(database.app_url)
    assert await is_current(engine)
    owner = create_async_engine(database.owner_url)
    async with owner.begin() as connection:
        await connection.exec_driver_sql("update alembic_version set version_num = '0000'")
    assert not await is_current(engine)
    assert newest() == STEPS[-1]
    await engine.dispose()
    await owner.dispose()


def test_no_migration_waits_for_ever_behind_a_lock() -> None:
    for script in ScriptDirectory.from_config(config_for("")).walk_revisions():
        source = Path(script.path).read_text(encoding="utf-8")
        for direction in ("upgrade", "downgrade"):
            _, _, body = source.partition(f"def {direction}() -> None:\n")
            assert body.lstrip().startswith('op.execute("set local lock_timeout'), f"{script.path}: {direction}"
