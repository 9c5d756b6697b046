"""The service does not start as a role that row-level security does not hold."""

import secrets
from collections.abc import AsyncIterator

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from adapters.postgres.engine import UnsafeRole, create_engine, refuse_unsafe_role
from tests.postgres import Database


def address(url: str, role: str) -> str:
    return sa.make_url(url).set(username=role, password="clave").render_as_string(hide_password=False)


@pytest.fixture(scope="module")
async def superuser(module_database: Database) -> AsyncIterator[AsyncEngine]:
    """Who may make roles of any kind: the server's own, which somebody else's server may keep to itself."""
    engine = create_async_engine(sa.make_url(module_database.owner_url).set(username="postgres"))
    try:
        async with engine.connect() as connection:
            powerful = await connection.scalar(sa.text("select rolsuper from pg_roles where rolname = current_user"))
    except (DBAPIError, OSError):
        powerful = False
    if not powerful:
        await engine.dispose()
        pytest.skip("needs a superuser of the server")
    yield engine
    await engine.dispose()


async def refusal(url: str) -> str:
    """Why that role is refused; empty if it is not."""
    engine = create_engine(url)
    try:
        await refuse_unsafe_role(engine)
    except UnsafeRole as error:
        return str(error)
    finally:
        await engine.dispose()
    return ""


async def test_the_serving_role_is_let_through(module_database: Database) -> None:
    assert await refusal(module_database.app_url) == ""


async def test_an_owner_of_tables_is_refused(module_database: Database) -> None:
    assert "owner" in await refusal(module_database.owner_url)


async def test_a_superuser_is_refused(module_database: Database, superuser: AsyncEngine) -> None:
    assert "superuser" in await refusal(superuser.url.render_as_string(hide_password=False))


@pytest.mark.parametrize(
    ("power", "reason"),
    [("bypassrls", "BYPASSRLS"), ("in role {bypassing}", "BYPASSRLS"), ("in role {owner}", "owner")],
)
async def test_a_role_that_has_or_can_take_such_powers_is_refused(
    module_database: Database, superuser: AsyncEngine, power: str, reason: str
) -> None:
    role, bypassing = (f"portal_test_{secrets.token_hex(4)}" for _ in range(2))
    owner = sa.make_url(module_database.owner_url).username
    async with superuser.begin() as connection:
        await connection.exec_driver_sql(f"create role {bypassing} bypassrls")
        granted = power.format(bypassing=bypassing, owner=owner)
        await connection.exec_driver_sql(f"create role {role} login password 'clave' {granted}")
    try:
        assert await refusal(address(module_database.app_url, role)) == reason
    finally:
        async with superuser.begin() as connection:
            await connection.exec_driver_sql(f"drop role {role}, {bypassing}")


async def test_the_serving_role_can_undo_nothing_that_protects_it(module_database: Database) -> None:
    engine = create_engine(module_database.app_url)
    for statement in (
        "alter table invoices disable row level security",
        "alter table invoices no force row level security",
        "drop policy agency on invoices",
        "create policy mine on invoices using (true)",
        "truncate invoices",
        "update alembic_version set version_num = version_num",
        "create table public.mine ()",
        f"set role {sa.make_url(module_database.owner_url).username}",
    ):
        async with engine.connect() as connection:
            with pytest.raises(DBAPIError, match=r"must be owner|permission denied"):
                await connection.exec_driver_sql(statement)
    await engine.dispose()
