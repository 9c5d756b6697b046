"""Clients, properties and contracts as they are read from memory."""

from collections.abc import Collection, Sequence
from uuid import UUID

from application.access import Scope
from application.filters import AccountFilter, ClientFilter, ContractFilter, Parent, PropertyFilter
from application.ports.reading import AccountReader, ClientReader, ContractReader, Many, PropertyReader
from application.text import folded
from domain.accounts import Account
from domain.clients import Client, ClientProfile
from domain.contracts import Contract, ContractParty, ContractStatus
from domain.properties import Ownership, Property
from tests.fakes.reading.listing import FakeListing, Order, all_stand
from tests.fakes.store import Sight, client_text, property_text


class FakeAccountReader(FakeListing[Account, AccountFilter], AccountReader):
    def seen(self) -> list[Account]:
        return [account for account in self.store.accounts.values() if self.sight.sees_account(account)]

    def order(self, narrowed: AccountFilter) -> Order:
        return Order("accounts.created_at", lambda row: row.created_at.isoformat(), lambda row: str(row.id))

    def matches(self, row: Account, narrowed: AccountFilter) -> bool:
        if narrowed.status not in (None, row.status) or (narrowed.role and narrowed.role not in row.roles):
            return False
        client = self.store.clients.get(row.client_id) if row.client_id else None
        return all_stand(narrowed.search, row.username, row.email, client_text(client) if client else "")

    def hangs(self, row: Account, parent: Parent, parent_id: UUID) -> bool:
        raise ValueError(parent)


class FakeClientReader(FakeListing[Client, ClientFilter], ClientReader):
    def seen(self) -> list[Client]:
        return [client for client in self.store.clients.values() if self.sight.sees_client(client)]

    def order(self, narrowed: ClientFilter) -> Order:
        return Order("clients.name", lambda row: folded(row.name), lambda row: str(row.code), descending=False)

    def matches(self, row: Client, narrowed: ClientFilter) -> bool:
        if narrowed.profile is not None and self._profile(row.id) is not narrowed.profile:
            return False
        return all_stand(narrowed.search, client_text(row))

    def hangs(self, row: Client, parent: Parent, parent_id: UUID) -> bool:
        raise ValueError(parent)

    async def profiles(self, ids: Collection[UUID]) -> Many[ClientProfile]:
        seen = {client.id for client in self.seen()}
        return {key: self._profile(key) if key in seen else ClientProfile.NONE for key in ids}

    async def accounts(self, ids: Collection[UUID]) -> Many[Account]:
        accounts = [account for account in self.store.accounts.values() if self.sight.sees_account(account)]
        return {account.client_id: account for account in accounts if account.client_id and account.client_id in ids}

    def _profile(self, client_id: UUID) -> ClientProfile:
        return ClientProfile.of_roles({part.role for part in self.store.parties if part.client_id == client_id})


class FakePropertyReader(FakeListing[Property, PropertyFilter], PropertyReader):
    def seen(self) -> list[Property]:
        return [home for home in self.store.properties.values() if self.sight.sees_property(home)]

    def order(self, narrowed: PropertyFilter) -> Order:
        return Order("properties.code", lambda row: str(row.code), lambda row: str(row.code), descending=False)

    def matches(self, row: Property, narrowed: PropertyFilter) -> bool:
        return all_stand(narrowed.search, property_text(row))

    def hangs(self, row: Property, parent: Parent, parent_id: UUID) -> bool:
        return asked_for(self.sight, parent_id).sees_property(row)

    async def owners(self, ids: Collection[UUID]) -> Many[Sequence[Ownership]]:
        homes = [home for home in self.store.properties.values() if home.id in ids and self.sight.sees_owners(home)]
        found = {home.id: [owner for owner in self.store.owners if owner.property_id == home.id] for home in homes}
        return {key: owners for key, owners in found.items() if owners}

    async def active_contracts(self, ids: Collection[UUID]) -> Many[Sequence[Contract]]:
        found: dict[UUID, list[Contract]] = {}
        contracts = sorted(self.store.contracts.values(), key=lambda it: (it.start_on, it.number), reverse=True)
        for contract in contracts:
            wanted = contract.property_id in ids and contract.status is ContractStatus.ACTIVE
            if wanted and self.sight.sees_contract(contract):
                found.setdefault(contract.property_id, []).append(contract)
        return found


class FakeContractReader(FakeListing[Contract, ContractFilter], ContractReader):
    def seen(self) -> list[Contract]:
        return [contract for contract in self.store.contracts.values() if self.sight.sees_contract(contract)]

    def order(self, narrowed: ContractFilter) -> Order:
        return Order("contracts.start", lambda row: str(row.start_on), lambda row: str(row.number))

    def matches(self, row: Contract, narrowed: ContractFilter) -> bool:
        if narrowed.kind not in (None, row.kind) or narrowed.status not in (None, row.status):
            return False
        return not narrowed.search or all_stand(narrowed.search, *self._texts(row))

    def hangs(self, row: Contract, parent: Parent, parent_id: UUID) -> bool:
        return asked_for(self.sight, parent_id).is_party(row)

    async def parties(self, ids: Collection[UUID]) -> Many[Sequence[ContractParty]]:
        contracts = [it for it in self.store.contracts.values() if it.id in ids and self.sight.sees_parties(it)]
        found = {it.id: [party for party in self.store.parties if party.contract_id == it.id] for it in contracts}
        return {key: parties for key, parties in found.items() if parties}

    def _texts(self, row: Contract) -> list[str]:
        """Number, property and parties, as far as they are seen."""
        home = self.store.properties[row.property_id]
        texts = [row.number, property_text(home) if self.sight.sees_property(home) else ""]
        parties = {party.client_id for party in self.store.parties if party.contract_id == row.id}
        clients = [client for client in self.store.clients.values() if client.id in parties]
        return texts + [client_text(client) for client in clients if self.sight.sees_client(client)]


def asked_for(sight: Sight, client_id: UUID) -> Sight:
    """What a client sees, as far as the scope may ask about that client."""
    client = next((one for one in sight.store.clients.values() if one.id == client_id), None)
    known = client is not None and sight.sees_client(client)
    scope = Scope(agency_id=sight.scope.agency_id, viewer="client", client_id=client.id if client and known else None)
    return Sight(sight.store, scope)
