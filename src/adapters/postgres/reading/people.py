"""Clients, properties and contracts as they are read."""

from collections.abc import Collection, Sequence
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from adapters.postgres.mapping import Mapper
from adapters.postgres.reading.listing import Condition, Order, SnapshotListing, fold, stands
from adapters.postgres.repositories.accounts import ACCOUNTS
from adapters.postgres.repositories.accounts import MAPPER as ACCOUNT
from adapters.postgres.scoping import PROPERTY_READERS, table_of
from adapters.postgres.tables import ClientRow, ContractPartyRow, ContractRow, PropertyOwnerRow, PropertyRow
from application.filters import AccountFilter, ClientFilter, ContractFilter, Parent, PropertyFilter
from application.ports.reading import AccountReader, ClientReader, ContractReader, Many, PropertyReader
from application.text import words_of
from domain.accounts import Account
from domain.clients import Client, ClientProfile
from domain.contracts import Contract, ContractParty, ContractStatus, PartyRole
from domain.properties import Ownership, Property

CLIENTS = table_of(ClientRow)
PROPERTIES = table_of(PropertyRow)
CONTRACTS = table_of(ContractRow)
OWNERS = table_of(PropertyOwnerRow)
PARTIES = table_of(ContractPartyRow)
CLIENT = Mapper(Client, CLIENTS)
PROPERTY = Mapper(Property, PROPERTIES)
CONTRACT = Mapper(Contract, CONTRACTS)
OWNERSHIP = Mapper(Ownership, OWNERS)
PARTY = Mapper(ContractParty, PARTIES)


class PostgresAccountReader(SnapshotListing[Account, AccountFilter], AccountReader):
    table, mapper = ACCOUNTS, ACCOUNT

    async def get_many(self, ids: Collection[UUID]) -> Many[Account]:
        """Accounts of staff have no client to narrow by: the policies decide which are seen besides the agency."""
        rows = await self.source.rows(
            sa.select(ACCOUNTS).where(ACCOUNTS.c.agency_id == self.scope.agency, ACCOUNTS.c.id.in_(ids))
        )
        return await self.entities(rows)

    def order(self, narrowed: AccountFilter) -> Order:
        return Order(ACCOUNTS.c.created_at, ACCOUNTS.c.id)

    def conditions(self, narrowed: AccountFilter) -> Sequence[Condition]:
        found = [self._named(word) for word in words_of(narrowed.search)]
        if narrowed.role is not None:
            found.append(sa.literal(narrowed.role.value) == sa.any_(ACCOUNTS.c.roles))
        if narrowed.status is not None:
            found.append(ACCOUNTS.c.status == narrowed.status.value)
        return found

    def under(self, parent: Parent, parent_id: Any) -> Condition:
        raise ValueError(parent)

    def _named(self, word: str) -> Condition:
        """By user name or e-mail, or by what its client is found by."""
        clients = self.select(CLIENTS, CLIENTS.c.id).where(stands(word, CLIENTS.c.search))
        return stands(word, fold(ACCOUNTS.c.username), fold(ACCOUNTS.c.email)) | ACCOUNTS.c.client_id.in_(clients)


class PostgresClientReader(SnapshotListing[Client, ClientFilter], ClientReader):
    table, mapper = CLIENTS, CLIENT

    def order(self, narrowed: ClientFilter) -> Order:
        return Order(CLIENTS.c.name_key, CLIENTS.c.code, descending=False)

    def conditions(self, narrowed: ClientFilter) -> Sequence[Condition]:
        found = self.searched(narrowed.search, CLIENTS.c.search)
        if narrowed.profile is not None:
            found += [
                self._takes_part(PartyRole.TENANT, narrowed.profile.is_tenant),
                self._takes_part(PartyRole.OWNER, narrowed.profile.is_owner),
            ]
        return found

    def under(self, parent: Parent, parent_id: Any) -> Condition:
        raise ValueError(parent)

    async def profiles(self, ids: Collection[UUID]) -> Many[ClientProfile]:
        rows = await self.source.rows(
            self.select(PARTIES, PARTIES.c.client_id, PARTIES.c.role)
            .where(PARTIES.c.client_id.in_(ids), *self.own(PARTIES.c.client_id))
            .distinct()
        )
        roles: dict[UUID, set[PartyRole]] = {client_id: set() for client_id in ids}
        for row in rows:
            roles[row.client_id].add(PartyRole(row.role))
        return {client_id: ClientProfile.of_roles(found) for client_id, found in roles.items()}

    async def accounts(self, ids: Collection[UUID]) -> Many[Account]:
        rows = await self.source.rows(
            sa.select(ACCOUNTS).where(ACCOUNTS.c.agency_id == self.scope.agency, ACCOUNTS.c.client_id.in_(ids))
        )
        return {row.client_id: ACCOUNT.entity(row._mapping) for row in rows}

    def _takes_part(self, role: PartyRole, wanted: bool) -> Condition:
        part = self.select(PARTIES, PARTIES.c.client_id).where(PARTIES.c.role == role.value)
        return CLIENTS.c.id.in_(part) if wanted else CLIENTS.c.id.not_in(part)


class PostgresPropertyReader(SnapshotListing[Property, PropertyFilter], PropertyReader):
    table, mapper = PROPERTIES, PROPERTY

    def order(self, narrowed: PropertyFilter) -> Order:
        return Order(PROPERTIES.c.code, PROPERTIES.c.code, descending=False)

    def conditions(self, narrowed: PropertyFilter) -> Sequence[Condition]:
        return self.searched(narrowed.search, PROPERTIES.c.search)

    def under(self, parent: Parent, parent_id: Any) -> Condition:
        """Those of a client: owned, or of a contract the client takes part in."""
        return (
            sa.exists()
            .where(
                PROPERTY_READERS.c.agency_id == self.scope.agency,
                PROPERTY_READERS.c.property_id == PROPERTIES.c.id,
                PROPERTY_READERS.c.client_id == parent_id,
            )
            .correlate_except(PROPERTY_READERS)
        )

    async def owners(self, ids: Collection[UUID]) -> Many[Sequence[Ownership]]:
        rows = await self.source.rows(
            self.select(OWNERS).where(OWNERS.c.property_id.in_(ids)).order_by(OWNERS.c.property_id, OWNERS.c.position)
        )
        found: dict[UUID, list[Ownership]] = {}
        for row in rows:
            found.setdefault(row.property_id, []).append(OWNERSHIP.entity(row._mapping))
        return found

    async def active_contracts(self, ids: Collection[UUID]) -> Many[Sequence[Contract]]:
        rows = await self.source.rows(
            self.select(CONTRACTS)
            .where(CONTRACTS.c.property_id.in_(ids), CONTRACTS.c.status == ContractStatus.ACTIVE.value)
            .order_by(CONTRACTS.c.start_on.desc(), CONTRACTS.c.number.desc())
        )
        found: dict[UUID, list[Contract]] = {}
        for row in rows:
            found.setdefault(row.property_id, []).append(CONTRACT.entity(row._mapping))
        return found


class PostgresContractReader(SnapshotListing[Contract, ContractFilter], ContractReader):
    table, mapper = CONTRACTS, CONTRACT

    def order(self, narrowed: ContractFilter) -> Order:
        return Order(CONTRACTS.c.start_on, CONTRACTS.c.number)

    def conditions(self, narrowed: ContractFilter) -> Sequence[Condition]:
        found: list[Condition] = []
        if narrowed.search:
            found += self._matching(narrowed.search)
        if narrowed.kind is not None:
            found.append(CONTRACTS.c.kind == narrowed.kind.value)
        if narrowed.status is not None:
            found.append(CONTRACTS.c.status == narrowed.status.value)
        return found

    def under(self, parent: Parent, parent_id: Any) -> Condition:
        """Those in which a client takes part; a client asks about nobody else, although parties see each other."""
        return (
            sa.exists()
            .where(
                PARTIES.c.agency_id == self.scope.agency,
                PARTIES.c.contract_id == CONTRACTS.c.id,
                PARTIES.c.client_id == parent_id,
                *self.own(PARTIES.c.client_id),
            )
            .correlate_except(PARTIES)
        )

    async def parties(self, ids: Collection[UUID]) -> Many[Sequence[ContractParty]]:
        rows = await self.source.rows(
            self.select(PARTIES)
            .where(PARTIES.c.contract_id.in_(ids))
            .order_by(PARTIES.c.contract_id, PARTIES.c.position)
        )
        found: dict[UUID, list[ContractParty]] = {}
        for row in rows:
            found.setdefault(row.contract_id, []).append(PARTY.entity(row._mapping))
        return found

    def _matching(self, search: str) -> list[Condition]:
        """Number, property or party."""
        conditions: list[Condition] = []
        for word in words_of(search):
            of_property = self.select(PROPERTIES, PROPERTIES.c.id).where(stands(word, PROPERTIES.c.search))
            of_client = (
                self.select(PARTIES, PARTIES.c.contract_id)
                .join(CLIENTS, (CLIENTS.c.agency_id == PARTIES.c.agency_id) & (CLIENTS.c.id == PARTIES.c.client_id))
                .where(stands(word, CLIENTS.c.search))
            )
            conditions.append(
                stands(word, fold(CONTRACTS.c.number))
                | CONTRACTS.c.property_id.in_(of_property)
                | CONTRACTS.c.id.in_(of_client)
            )
        return conditions
