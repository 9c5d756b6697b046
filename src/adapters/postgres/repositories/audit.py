"""The record of what was done in Postgres, the writing side."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import uuid4

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY, insert
from sqlalchemy.ext.asyncio import AsyncConnection

from adapters.postgres.mapping import Mapper
from adapters.postgres.scoping import ScopedRepository, table_of
from adapters.postgres.tables import AccountRow, AuditEntryRow, AuditHeadRow
from application.access import Scope
from application.ports.audit import AuditTrail, Entity
from domain.accounts import AccountRole
from domain.audit import A_CLIENT, COMMAND_LINE, SYSTEM, AuditAct, AuditAction, AuditEntry, AuditHead, record

ACCOUNTS = table_of(AccountRow)
ENTRIES = table_of(AuditEntryRow)
HEADS = table_of(AuditHeadRow)
ENTRY = Mapper(AuditEntry, ENTRIES)
HEAD = Mapper(AuditHead, HEADS)
_STAFF = sa.cast([AccountRole.STAFF.value, AccountRole.ADMIN.value], ARRAY(sa.Text))


class PostgresAuditTrail(ScopedRepository, AuditTrail):
    """`keys`: the first makes the hashes."""

    def __init__(self, connection: AsyncConnection, scope: Scope, keys: Sequence[bytes]) -> None:
        super().__init__(connection, scope)
        self._keys = keys

    async def record(
        self,
        action: AuditAction,
        *,
        at: datetime,
        entity: Entity | None = None,
        changes: Mapping[str, object] | None = None,
    ) -> None:
        found = await self._head() or await self._begun()
        nobody = COMMAND_LINE if self.scope.command_line else SYSTEM
        act = AuditAct(
            id=uuid4(),
            at=at,
            actor=found.username or nobody,
            account_id=self.scope.account_id,
            action=action,
            entity=entity,
            changes=changes or {},
        )
        entry, head = record(act, HEAD.entity(found._mapping), key=self._keys[0])
        await self.write(sa.insert(ENTRIES), ENTRY.values(entry))
        await self.write(sa.update(HEADS).where(HEADS.c.agency_id == entry.agency_id), HEAD.values(head))

    async def _head(self) -> sa.Row[Any] | None:
        """Of the agency's chain, locked, with the name of who acts."""
        agency_id = self.scope.agency
        mine = ACCOUNTS.c.id == self.scope.account_id
        name = sa.case((ACCOUNTS.c.roles.overlap(_STAFF), ACCOUNTS.c.username), else_=A_CLIENT)
        actor = sa.select(name).where(ACCOUNTS.c.agency_id == agency_id, mine).scalar_subquery()
        head = sa.select(HEADS, actor.label("username")).where(HEADS.c.agency_id == agency_id)
        return (await self.connection.execute(head.with_for_update(of=HEADS))).one_or_none()

    async def _begun(self) -> sa.Row[Any]:
        """Of an agency that had recorded nothing; who does so at the same time waits here."""
        first = HEAD.values(AuditHead.before_any(self.scope.agency))
        await self.write(insert(HEADS).values(first).on_conflict_do_nothing())
        begun = await self._head()
        if begun is None:
            raise RuntimeError("the head of an agency's chain is not to be seen")
        return begun
