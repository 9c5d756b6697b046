"""Connections to Postgres, what their failures mean, and the refusal to serve as a role that sees too much."""

from typing import Any

import asyncpg
import sqlalchemy as sa
from sqlalchemy import event, exc
from sqlalchemy.engine import ExceptionContext
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from domain.errors import Busy, Unavailable

POOL_TIMEOUT = 2.0
"""Seconds to wait for a connection before the caller is told to come back."""


class UnsafeRole(RuntimeError):
    """The database role could read past row-level security."""


def create_engine(url: str, *, pool_size: int = 10, pool_timeout: float = POOL_TIMEOUT) -> AsyncEngine:
    """A pool for the serving role. Unreachable becomes Unavailable, a full pool and a lost race for locks Busy,
    wherever it is used."""
    engine = create_async_engine(
        url,
        pool_size=pool_size,
        max_overflow=0,
        pool_timeout=pool_timeout,
        pool_pre_ping=False,
        pool_use_lifo=True,
        connect_args={
            "timeout": 5,
            "server_settings": {
                "application_name": "area-de-clientes",
                "statement_timeout": "30000",
                "idle_in_transaction_session_timeout": "60000",
                "jit": "off",
            },
        },
    )
    event.listen(engine.sync_engine, "handle_error", _translate, retval=True)
    return engine


_LOST = (
    OSError,
    asyncpg.PostgresConnectionError,
    asyncpg.AdminShutdownError,
    asyncpg.CrashShutdownError,
    asyncpg.CannotConnectNowError,
)


_BEATEN = (asyncpg.DeadlockDetectedError, asyncpg.SerializationError, asyncpg.LockNotAvailableError)
"""Two wanted the same rows, and this one gave way: nothing of its work is left, and it may be begun again."""


def _translate(context: ExceptionContext) -> Unavailable | Busy | None:
    """Give failures of the connection the name that use cases know; a statement's own errors stay as they are."""
    error = context.original_exception
    if not isinstance(error, Exception):  # cancelled: the connection is given up, but nothing failed
        return None
    if isinstance(error.__cause__, (asyncpg.TooManyConnectionsError, *_BEATEN)):  # the former is for all who share it
        return Busy(1)
    lost = context.is_disconnect or isinstance(error, _LOST) or isinstance(error.__cause__, _LOST)
    return Unavailable(2) if lost else None


async def connected(engine: AsyncEngine) -> AsyncConnection:
    """A connection, to be closed by the caller. Raises Unavailable or Busy for what they are names of, and anything
    else as it is."""
    try:
        return await engine.connect()
    except Exception as error:
        known = _why_not_connected(error)
        if known is None:
            raise
        raise known from error


def _why_not_connected(error: Exception) -> Unavailable | Busy | None:
    if isinstance(error, exc.TimeoutError):
        return Busy(1)
    if isinstance(error, OSError | TimeoutError | asyncpg.PostgresConnectionError | asyncpg.CannotConnectNowError):
        return Unavailable(2)
    if isinstance(error, exc.InterfaceError | exc.OperationalError):
        return Unavailable(2)
    return None


def violated_constraint(error: exc.IntegrityError) -> str:
    """Name of the constraint that refused a write, as Postgres reports it."""
    cause: Any = getattr(error.orig, "__cause__", None)
    return str(getattr(cause, "constraint_name", "") or "")


_POWERS = """
select distinct power
from pg_roles r
cross join lateral (values
  ('superuser', r.rolsuper),
  ('BYPASSRLS', r.rolbypassrls),
  ('owner', exists (select from pg_class c
                    where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') and c.relowner = r.oid))
) as held (power, holds)
where holds and pg_has_role(current_user, r.oid, 'member')
order by power
"""


async def refuse_unsafe_role(engine: AsyncEngine) -> None:
    """Raise UnsafeRole where the role is, or is a member of, a superuser, one that bypasses row-level security, or an
    owner of tables."""
    async with engine.connect() as connection:
        powers = (await connection.execute(sa.text(_POWERS))).scalars().all()
    if powers:
        raise UnsafeRole(", ".join(powers))
