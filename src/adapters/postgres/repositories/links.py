"""One-time links in Postgres."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from adapters.postgres.mapping import Mapper
from adapters.postgres.scoping import ScopedRepository, table_of
from adapters.postgres.tables import AccountLinkRow
from application.ports.links import Links
from domain.ids import AccountId, LinkId
from domain.links import AccountLink, LinkPurpose

LINKS = table_of(AccountLinkRow)
LINK = Mapper(AccountLink, LINKS)


class PostgresLinks(ScopedRepository, Links):
    async def find(self, token_hash: str) -> AccountLink | None:
        return await self._one(LINKS.c.token_hash == token_hash)

    async def get(self, link_id: LinkId) -> AccountLink | None:
        return await self._one(LINKS.c.id == link_id)

    async def add(self, links: Sequence[AccountLink]) -> None:
        await self.write(sa.insert(LINKS), [LINK.values(link) for link in links])

    async def end_all(self, account_id: AccountId, *, at: datetime) -> None:
        await self.write(
            sa.update(LINKS)
            .where(LINKS.c.agency_id == self.scope.agency, LINKS.c.account_id == account_id, LINKS.c.ended_at.is_(None))
            .values(ended_at=at)
        )

    async def made_since(
        self, account_ids: Collection[AccountId], since: datetime, *purposes: LinkPurpose, email: str | None = None
    ) -> Mapping[AccountId, int]:
        counted = (
            sa.select(LINKS.c.account_id, sa.func.count())
            .where(
                LINKS.c.agency_id == self.scope.agency,
                LINKS.c.account_id.in_(account_ids),
                LINKS.c.created_at > since,
                *([LINKS.c.purpose.in_([it.value for it in purposes])] if purposes else []),
                *([LINKS.c.email == email] if email else []),
            )
            .group_by(LINKS.c.account_id)
        )
        found = {AccountId(key): number for key, number in await self.connection.execute(counted)}
        return {key: found.get(key, 0) for key in account_ids}

    async def forget(self, *, before: datetime) -> int:
        return await self.write(
            sa.delete(LINKS).where(LINKS.c.agency_id == self.scope.agency, LINKS.c.expires_at < before)
        )

    async def _one(self, condition: Any) -> AccountLink | None:
        """Of those that the policies let be seen."""
        return await self.one(LINK, sa.select(LINKS).where(LINKS.c.agency_id == self.scope.agency, condition))
