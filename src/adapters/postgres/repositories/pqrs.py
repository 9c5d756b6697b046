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
    PqrsRow,
    PropertyReaderRow,
)
from application.ports.pqrs import PqrsCases
from domain.ids import AccountId, ClientId, ContractId, PropertyId
from domain.pqrs import Pqrs, PqrsEvent

PQRS = table_of(PqrsRow)
EVENTS = table_of(PqrsEventRow)
CLIENTS = table_of(ClientRow)
CONTRACTS = table_of(ContractRow)
CASE = Mapper(Pqrs, PQRS)
EVENT = Mapper(PqrsEvent, EVENTS)


class PostgresPqrsCases(ScopedRepository, PqrsCases):
    async def by_idempotency_key(self, account_id: AccountId, key: str) -> Pqrs | None:
        # Two filings under one key at once: the second waits here for the first, and then finds it.
        await self.connection.execute(
            sa.text("select pg_advisory_xact_lock(hashtextextended(:key, 0))"), {"key": f"pqrs:{account_id}:{key}"}
        )
        found = await self.connection.execute(
            self.select(PQRS).where(PQRS.c.filed_by == account_id, PQRS.c.idempotency_key == key)
        )
        row = found.one_or_none()
        return CASE.entity(row._mapping) if row else None

    async def filed_since(self, client_id: ClientId, since: datetime) -> int:
        counted = self.select(PQRS, sa.func.count()).where(PQRS.c.client_id == client_id, PQRS.c.filed_at >= since)
        return int((await self.connection.execute(counted)).scalar_one())

    async def add(self, case: Pqrs, event: PqrsEvent) -> None:
        await self.write(sa.insert(PQRS), CASE.values(case))
        await self.write(
            sa.insert(EVENTS),
            EVENT.values(event) | {"agency_id": case.agency_id, "client_id": case.client_id, "position": 1},
        )

    async def client_exists(self, client_id: ClientId) -> bool:
        found = await self.connection.execute(self.select(CLIENTS, CLIENTS.c.id).where(CLIENTS.c.id == client_id))
        return found.one_or_none() is not None

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
