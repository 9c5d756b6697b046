"""Bring a database to the newest schema, and see whether it is there."""

import asyncio
from pathlib import Path

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import NullPool
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

FOLDER = Path(__file__).parents[2] / "migrations"
_NEVER_MIGRATED = frozenset({"28000", "28P01", "42501", "42P01"})
"""SQLSTATEs: no such role, wrong password, no right to the table, no such table."""


def config_for(owner_url: str, app_role: str = "portal_app") -> Config:
    """Alembic's configuration without a file: the folder, the owner's address, the role that will serve."""
    config = Config()
    config.set_main_option("script_location", str(FOLDER))
    config.set_main_option("path_separator", "os")
    config.set_main_option("prepend_sys_path", str(FOLDER.parent))
    config.attributes.update(url=owner_url, app_role=app_role)
    return config


def newest() -> str:
    """Identifier of the newest migration of this code."""
    head = ScriptDirectory.from_config(config_for("")).get_current_head()
    if head is None:
        raise RuntimeError("no migrations")
    return head


async def upgrade(owner_url: str, *, app_role: str = "portal_app", app_password: str | None = None) -> None:
    """Migrate forward as the owner; with `app_password`, let the serving role sign in with it."""
    await asyncio.to_thread(command.upgrade, config_for(owner_url, app_role), "head")
    if app_password is not None:
        engine = create_async_engine(owner_url)
        async with engine.begin() as connection:
            quoted = await connection.scalar(
                sa.text("select format('alter role %I login password %L', cast(:r as text), cast(:p as text))"),
                {"r": app_role, "p": app_password},
            )
            await connection.exec_driver_sql(str(quoted))
        await engine.dispose()


async def is_current_at(url: str) -> bool:
    """The same for an address; False also for a database that was never migrated, which has no such role or table."""
    engine = create_async_engine(url, poolclass=NullPool)
    try:
        return await is_current(engine)
    except DBAPIError as error:
        if getattr(error.orig, "sqlstate", None) in _NEVER_MIGRATED:
            return False
        raise
    finally:
        await engine.dispose()


async def is_current(engine: AsyncEngine) -> bool:
    """Whether the database that `engine` reaches has the newest schema."""
    async with engine.connect() as connection:
        found = await connection.scalar(sa.text("select version_num from alembic_version"))
    return bool(found == newest())
