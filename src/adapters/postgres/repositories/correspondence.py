"""What clients want to be written about, and when they were reminded, in Postgres."""

from collections.abc import Collection, Sequence
from datetime import date, timedelta

import sqlalchemy as sa

from adapters.postgres.mapping import Mapper
from adapters.postgres.repositories.consents import CONSENTS
from adapters.postgres.scoping import ScopedRepository, table_of
from adapters.postgres.tables import AgencyRow, ClientRow, ContactRow, InvoiceRow
from application.ports.correspondence import Correspondence
from domain.collections import Contact, ContactKind
from domain.ids import ClientId
from domain.invoices import InvoiceKind
from domain.mail import MailTopic
from domain.personal_data import ConsentPurpose

AGENCIES = table_of(AgencyRow)
CLIENTS = table_of(ClientRow)
CONTACTS = table_of(ContactRow)
INVOICES = table_of(InvoiceRow)
CONTACT = Mapper(Contact, CONTACTS)


class PostgresCorrespondence(ScopedRepository, Correspondence):
    async def declined(self, client_id: ClientId) -> frozenset[MailTopic] | None:
        found = await self.connection.scalar(
            self.select(CLIENTS, CLIENTS.c.declined_mail)
            .where(CLIENTS.c.id == client_id, CLIENTS.c.erased_at.is_(None))
            .with_for_update()
        )
        return None if found is None else frozenset(map(MailTopic, found))

    async def decline(self, client_id: ClientId, topics: Collection[MailTopic]) -> None:
        await self.write(
            sa.update(CLIENTS).where(CLIENTS.c.agency_id == self.scope.agency, CLIENTS.c.id == client_id),
            {"declined_mail": sorted(topic.value for topic in topics)},
        )

    async def begin_round(self, on: date) -> date | None:
        mine = AGENCIES.c.id == self.scope.agency
        last = await self.connection.scalar(sa.select(AGENCIES.c.reminded_on).where(mine).with_for_update())
        if last is not None and last >= on:
            return None
        await self.write(sa.update(AGENCIES).where(mine), {"reminded_on": on})
        return last or on - timedelta(days=1)

    async def owing(
        self, due_from: date, due_to: date, *, not_reminded_since: date | None = None
    ) -> Sequence[ClientId]:
        agency = self.scope.agency
        owes = sa.exists().where(
            INVOICES.c.agency_id == agency,
            INVOICES.c.client_id == CLIENTS.c.id,
            INVOICES.c.kind == InvoiceKind.RENT.value,
            INVOICES.c.balance > 0,
            INVOICES.c.due_on.between(due_from, due_to),
        )
        query = self.select(CLIENTS, CLIENTS.c.id).where(
            owes, sa.literal(MailTopic.REMINDERS.value) != sa.all_(CLIENTS.c.declined_mail)
        )
        if not_reminded_since is not None:
            reminded = sa.exists().where(
                CONTACTS.c.agency_id == agency,
                CONTACTS.c.client_id == CLIENTS.c.id,
                CONTACTS.c.kind == ContactKind.REMINDER.value,
                CONTACTS.c.contacted_on >= not_reminded_since,
            )
            last_decision = (
                sa.select(CONSENTS.c.granted)
                .where(
                    CONSENTS.c.agency_id == agency,
                    CONSENTS.c.client_id == CLIENTS.c.id,
                    CONSENTS.c.purpose == ConsentPurpose.COLLECTION.value,
                )
                .order_by(CONSENTS.c.at.desc())
                .limit(1)
                .correlate(CLIENTS)
            )
            query = query.where(~reminded, last_decision.scalar_subquery())
        return [ClientId(key) for key in (await self.connection.execute(query.order_by(CLIENTS.c.id))).scalars()]

    async def contacts(self, client_id: ClientId, *, since: date) -> Sequence[Contact]:
        rows = await self.connection.execute(
            self.select(CONTACTS)
            .where(CONTACTS.c.client_id == client_id, CONTACTS.c.contacted_on >= since)
            .order_by(CONTACTS.c.contacted_on)
        )
        return [CONTACT.entity(row._mapping) for row in rows]

    async def log(self, contact: Contact) -> None:
        await self.write(sa.insert(CONTACTS), CONTACT.values(contact))
