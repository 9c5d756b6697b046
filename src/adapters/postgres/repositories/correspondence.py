"""What clients want to be written about, in Postgres."""

from collections.abc import Collection

import sqlalchemy as sa

from adapters.postgres.scoping import ScopedRepository, table_of
from adapters.postgres.tables import ClientRow
from application.ports.correspondence import Correspondence
from domain.ids import ClientId
from domain.mail import MailTopic

CLIENTS = table_of(ClientRow)


class PostgresCorrespondence(ScopedRepository, Correspondence):
    async def declined(self, client_id: ClientId) -> frozenset[MailTopic] | None:
        found = await self.connection.scalar(
            self.select(CLIENTS, CLIENTS.c.declined_mail).where(CLIENTS.c.id == client_id).with_for_update()
        )
        return None if found is None else frozenset(map(MailTopic, found))

    async def decline(self, client_id: ClientId, topics: Collection[MailTopic]) -> None:
        await self.write(
            sa.update(CLIENTS).where(CLIENTS.c.agency_id == self.scope.agency, CLIENTS.c.id == client_id),
            {"declined_mail": sorted(topic.value for topic in topics)},
        )
