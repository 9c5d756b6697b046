"""Sessions and their tokens in Postgres."""

from collections.abc import Collection, Sequence
from datetime import datetime

import sqlalchemy as sa

from adapters.postgres.mapping import Mapper
from adapters.postgres.repositories.accounts import ACCOUNTS
from adapters.postgres.scoping import ScopedRepository, table_of
from adapters.postgres.tables import SessionRow, SessionTokenRow
from application.ports.accounts import Sessions
from domain.ids import AccountId, SessionId
from domain.sessions import Session, SessionToken, TokenKind

SESSIONS = table_of(SessionRow)
TOKENS = table_of(SessionTokenRow)
SESSION = Mapper(Session, SESSIONS)
TOKEN = Mapper(SessionToken, TOKENS)


class PostgresSessions(ScopedRepository, Sessions):
    async def find_token(self, token_hash: str) -> SessionToken | None:
        return await self.one(TOKEN, sa.select(TOKENS).where(TOKENS.c.token_hash == token_hash))

    async def get(self, session_id: SessionId, *, for_update: bool = False) -> Session | None:
        statement = self._own().where(SESSIONS.c.id == session_id)
        return await self.one(SESSION, statement.with_for_update() if for_update else statement)

    async def live(self, *, at: datetime) -> Sequence[Session]:
        rows = await self.connection.execute(
            self._own()
            .where(SESSIONS.c.ended_at.is_(None), SESSIONS.c.expires_at > at)
            .order_by(SESSIONS.c.created_at.desc(), SESSIONS.c.id)
        )
        return [SESSION.entity(row._mapping) for row in rows]

    async def add(self, session: Session) -> None:
        await self.write(sa.insert(SESSIONS), SESSION.values(session))

    async def save(self, session: Session) -> None:
        await self.write(
            sa.update(SESSIONS).where(SESSIONS.c.agency_id == self.scope.agency, SESSIONS.c.id == session.id),
            SESSION.values(session),
        )

    async def add_tokens(self, tokens: Sequence[SessionToken]) -> None:
        await self.write(sa.insert(TOKENS), [TOKEN.values(token) for token in tokens])

    async def mark_rotated(self, session_id: SessionId, *, at: datetime) -> None:
        await self.write(
            sa.update(TOKENS)
            .where(
                TOKENS.c.agency_id == self.scope.agency,
                TOKENS.c.session_id == session_id,
                TOKENS.c.kind == TokenKind.REFRESH.value,
                TOKENS.c.rotated_at.is_(None),
            )
            .values(rotated_at=at)
        )

    async def end_all(self, account_id: AccountId, *, at: datetime, but: SessionId | None = None) -> int:
        live = (SESSIONS.c.ended_at.is_(None)) & (SESSIONS.c.expires_at > at)
        others = sa.true() if but is None else SESSIONS.c.id != but
        return await self.write(
            sa.update(SESSIONS)
            .where(SESSIONS.c.agency_id == self.scope.agency, SESSIONS.c.account_id == account_id, live, others)
            .values(ended_at=at)
        )

    async def end_without_second_factor(self, *, at: datetime) -> int:
        without = sa.select(ACCOUNTS.c.id).where(
            ACCOUNTS.c.agency_id == self.scope.agency, ACCOUNTS.c.second_factor.is_(False)
        )
        return await self.write(
            sa.update(SESSIONS)
            .where(
                SESSIONS.c.agency_id == self.scope.agency,
                SESSIONS.c.staff,
                SESSIONS.c.ended_at.is_(None),
                SESSIONS.c.expires_at > at,
                SESSIONS.c.account_id.in_(without),
            )
            .values(ended_at=at)
        )

    async def siblings(self, session_id: SessionId) -> int:
        count = sa.select(sa.func.count()).where(
            TOKENS.c.agency_id == self.scope.agency,
            TOKENS.c.session_id == session_id,
            TOKENS.c.kind == TokenKind.REFRESH.value,
            TOKENS.c.rotated_at.is_(None),
        )
        return int(await self.connection.scalar(count) or 0)

    async def forget_expired(self, session_id: SessionId, *, at: datetime) -> None:
        await self.write(
            sa.delete(TOKENS).where(
                TOKENS.c.agency_id == self.scope.agency, TOKENS.c.session_id == session_id, TOKENS.c.expires_at <= at
            )
        )

    async def whose_are_over(self, *, before: datetime, limit: int) -> Collection[AccountId]:
        # Of those that the policies let be seen.
        over = sa.select(SESSIONS.c.account_id).where(SESSIONS.c.agency_id == self.scope.agency, _over(before))
        found = await self.connection.execute(over.distinct().order_by(SESSIONS.c.account_id).limit(limit))
        return [AccountId(key) for key in found.scalars()]

    async def forget(self, *, before: datetime) -> int:
        mine = (SESSIONS.c.agency_id == self.scope.agency) & (SESSIONS.c.account_id == self.scope.account_id)
        over = sa.select(SESSIONS.c.id).where(mine, _over(before))
        await self.write(
            sa.delete(TOKENS).where(TOKENS.c.agency_id == self.scope.agency, TOKENS.c.session_id.in_(over))
        )
        return await self.write(sa.delete(SESSIONS).where(mine, _over(before)))

    def _own(self) -> sa.Select[tuple[object, ...]]:
        return sa.select(SESSIONS).where(
            SESSIONS.c.agency_id == self.scope.agency, SESSIONS.c.account_id == self.scope.account_id
        )


def _over(before: datetime) -> sa.ColumnElement[bool]:
    return sa.func.least(SESSIONS.c.ended_at, SESSIONS.c.expires_at) < before
