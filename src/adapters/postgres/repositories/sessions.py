"""Sessions and their tokens in Postgres."""

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa

from adapters.postgres.mapping import Mapper
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

    def _own(self) -> sa.Select[tuple[object, ...]]:
        return sa.select(SESSIONS).where(
            SESSIONS.c.agency_id == self.scope.agency, SESSIONS.c.account_id == self.scope.account_id
        )
