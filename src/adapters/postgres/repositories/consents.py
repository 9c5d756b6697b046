"""What people authorised, in Postgres, the writing side."""

from collections.abc import Collection, Sequence

import sqlalchemy as sa

from adapters.postgres.mapping import Mapper
from adapters.postgres.scoping import ScopedRepository, table_of
from adapters.postgres.tables import ClientRow, ConsentRow
from application.ports.personal_data import Consents
from domain.ids import ClientId
from domain.personal_data import Consent

CLIENTS = table_of(ClientRow)
CONSENTS = table_of(ConsentRow)
CONSENT = Mapper(Consent, CONSENTS)


class PostgresConsents(ScopedRepository, Consents):
    async def of(self, client_id: ClientId) -> Sequence[Consent] | None:
        stays = (CLIENTS.c.id == client_id) & CLIENTS.c.erased_at.is_(None)
        locked = self.select(CLIENTS, CLIENTS.c.id).where(stays).with_for_update()
        if (await self.connection.execute(locked)).one_or_none() is None:
            return None
        rows = await self.connection.execute(
            self.select(CONSENTS)
            .where(CONSENTS.c.client_id == client_id)
            .order_by(CONSENTS.c.at.desc(), CONSENTS.c.purpose)
        )
        return [CONSENT.entity(row._mapping) for row in rows]

    async def add(self, consents: Collection[Consent]) -> None:
        if consents:
            await self.write(sa.insert(CONSENTS), [CONSENT.values(consent) for consent in consents])
