"""PQRS in Postgres, the writing side."""

from datetime import datetime

import sqlalchemy as sa

from adapters.postgres.mapping import Mapper
from adapters.postgres.scoping import ScopedRepository, table_of
from adapters.postgres.tables import (
    ClientRow,
    ContractReaderRow,
    ContractRow,
    PqrsEventRow,
    PqrsMessageRow,
    PqrsRow,
    PropertyReaderRow,
)
from application.ports.pqrs import PqrsCases
from domain.ids import AccountId, ClientId, ContractId, PqrsId, PropertyId
from domain.pqrs import Pqrs, PqrsActor, PqrsEvent, PqrsMessage

PQRS = table_of(PqrsRow)
EVENTS = table_of(PqrsEventRow)
MESSAGES = table_of(PqrsMessageRow)
CLIENTS = table_of(ClientRow)
CONTRACTS = table_of(ContractRow)
CASE = Mapper(Pqrs, PQRS)
EVENT = Mapper(PqrsEvent, EVENTS)
MESSAGE = Mapper(PqrsMessage, MESSAGES)


class PostgresPqrsCases(ScopedRepository, PqrsCases):
    async def by_idempotency_key(self, account_id: AccountId, key: str) -> Pqrs | None:
        # Two filings under one key at once: the second waits here for the first, and then finds it.
        await self.take_turn(f"pqrs:{account_id}:{key}")
        known = self.select(PQRS).where(PQRS.c.filed_by == account_id, PQRS.c.idempotency_key == key)
        return await self.one(CASE, known)

    async def filed_since(self, client_id: ClientId, since: datetime) -> int:
        counted = self.select(PQRS, sa.func.count()).where(PQRS.c.client_id == client_id, PQRS.c.filed_at >= since)
        return int((await self.connection.execute(counted)).scalar_one())

    async def add(self, case: Pqrs, event: PqrsEvent) -> None:
        await self.write(sa.insert(PQRS), CASE.values(case))
        await self._add_event(case, event)

    async def get(self, pqrs_id: PqrsId) -> Pqrs | None:
        return await self.one(CASE, self.select(PQRS).where(PQRS.c.id == pqrs_id).with_for_update())

    async def save(self, case: Pqrs, *events: PqrsEvent) -> None:
        mine = (PQRS.c.agency_id == case.agency_id) & (PQRS.c.id == case.id)
        await self.write(sa.update(PQRS).where(mine).values(CASE.values(case)))
        for event in events:
            await self._add_event(case, event)

    async def message_by_key(self, account_id: AccountId, key: str) -> PqrsMessage | None:
        await self.take_turn(f"pqrs-message:{account_id}:{key}")
        known = self.select(MESSAGES).where(MESSAGES.c.account_id == account_id, MESSAGES.c.idempotency_key == key)
        return await self.one(MESSAGE, known)

    async def written_since(self, client_id: ClientId, since: datetime) -> int:
        await self.take_turn(f"pqrs-messages:{client_id}")
        counted = self.select(MESSAGES, sa.func.count()).where(
            MESSAGES.c.client_id == client_id,
            MESSAGES.c.author == PqrsActor.CLIENT.value,
            MESSAGES.c.sent_at >= since,
        )
        return int((await self.connection.execute(counted)).scalar_one())

    async def add_message(self, message: PqrsMessage) -> None:
        await self.write(sa.insert(MESSAGES), MESSAGE.values(message))

    async def hold_client(self, client_id: ClientId) -> bool:
        return await self._hold(CLIENTS.c.id == client_id)

    async def hold_client_of(self, pqrs_id: PqrsId) -> bool:
        whose = self.select(PQRS, PQRS.c.client_id).where(PQRS.c.id == pqrs_id).scalar_subquery()
        return await self._hold(CLIENTS.c.id == whose)

    async def _hold(self, who: sa.ColumnElement[bool]) -> bool:
        """With the lock that every row of the client's takes for its foreign key: an erasure waits for it, or it for
        an erasure, and others who hold it go on."""
        stays = self.select(CLIENTS, CLIENTS.c.id).where(who, CLIENTS.c.erased_at.is_(None))
        return (await self.connection.execute(stays.with_for_update(read=True, key_share=True))).first() is not None

    async def property_is_of(self, property_id: PropertyId, client_id: ClientId) -> bool:
        readers = table_of(PropertyReaderRow)
        found = await self.connection.execute(
            self.select(readers, readers.c.property_id).where(
                readers.c.property_id == property_id, readers.c.client_id == client_id
            )
        )
        return found.one_or_none() is not None

    async def contract_property(self, contract_id: ContractId, client_id: ClientId) -> PropertyId | None:
        readers = table_of(ContractReaderRow)
        found = await self.connection.scalar(
            self.select(readers, CONTRACTS.c.property_id)
            .join(CONTRACTS, (CONTRACTS.c.agency_id == readers.c.agency_id) & (CONTRACTS.c.id == readers.c.contract_id))
            .where(readers.c.contract_id == contract_id, readers.c.client_id == client_id, readers.c.as_party)
        )
        return PropertyId(found) if found else None

    async def _add_event(self, case: Pqrs, event: PqrsEvent) -> None:
        """After the last one: whoever adds has the case to itself."""
        last = sa.select(sa.func.coalesce(sa.func.max(EVENTS.c.position), 0) + 1).where(
            EVENTS.c.agency_id == case.agency_id, EVENTS.c.pqrs_id == case.id
        )
        whose = {"agency_id": case.agency_id, "client_id": case.client_id, "position": last.scalar_subquery()}
        await self.write(sa.insert(EVENTS).values(EVENT.values(event) | whose))
