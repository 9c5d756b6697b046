"""The one connection of a snapshot, handed round in turns."""

import asyncio
from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import PendingRollbackError
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.errors import Unavailable


class SnapshotConnection:
    """Runs one statement at a time; a connection cannot do two."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection: AsyncConnection | None = connection
        self._turn = asyncio.Lock()
        self._pending = 0

    @property
    def is_idle(self) -> bool:
        return self._pending == 0

    async def rows(self, statement: sa.Executable, parameters: dict[str, Any] | None = None) -> Sequence[sa.Row[Any]]:
        """All rows of a statement. Unavailable also for those whose turn comes after the connection was lost."""
        self._pending += 1
        try:
            async with self._turn:
                if self._connection is None:
                    raise RuntimeError("this snapshot is closed")
                return (await self._connection.execute(statement, parameters)).all()
        except PendingRollbackError as error:
            raise Unavailable(2) from error
        finally:
            self._pending -= 1

    async def close(self) -> None:
        async with self._turn:
            connection, self._connection = self._connection, None
            if connection is not None:
                await asyncio.shield(connection.close())
