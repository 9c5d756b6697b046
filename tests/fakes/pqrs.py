"""PQRS in memory, the writing side."""

from dataclasses import dataclass
from datetime import datetime

from application.access import Scope
from application.ports.pqrs import PqrsCases
from domain.ids import AccountId, ClientId, ContractId, PqrsId, PropertyId
from domain.pqrs import Pqrs, PqrsActor, PqrsEvent, PqrsMessage
from tests.fakes.store import FakeStore, Sight


@dataclass
class FakePqrsCases(PqrsCases):
    store: FakeStore
    scope: Scope

    @property
    def sight(self) -> Sight:
        return Sight(self.store, self.scope)

    async def by_idempotency_key(self, account_id: AccountId, key: str) -> Pqrs | None:
        cases = (case for case in self._seen() if (case.filed_by, case.idempotency_key) == (account_id, key))
        return next(cases, None)

    async def filed_since(self, client_id: ClientId, since: datetime) -> int:
        return sum(case.client_id == client_id and case.filed_at >= since for case in self._seen())

    async def add(self, case: Pqrs, event: PqrsEvent) -> None:
        self._must(self.sight.sees(case))
        filed = (case.filed_by, case.idempotency_key)
        assert all((other.filed_by, other.idempotency_key) != filed for other in self.store.pqrs.values())
        self.store.add(case, event)

    async def get(self, pqrs_id: PqrsId) -> Pqrs | None:
        return next((case for case in self._seen() if case.id == pqrs_id), None)

    async def save(self, case: Pqrs, *events: PqrsEvent) -> None:
        assert case.id in self.store.pqrs
        self._must(self.sight.sees(case))
        self.store.add(case, *events)

    async def message_by_key(self, account_id: AccountId, key: str) -> PqrsMessage | None:
        messages = (it for it in self._written() if (it.account_id, it.idempotency_key) == (account_id, key))
        return next(messages, None)

    async def written_since(self, client_id: ClientId, since: datetime) -> int:
        mine = (it for it in self._written() if it.client_id == client_id and it.author is PqrsActor.CLIENT)
        return sum(message.sent_at >= since for message in mine)

    async def add_message(self, message: PqrsMessage) -> None:
        own = message.author is PqrsActor.CLIENT and not message.internal
        self._must(self.sight.sees(message) and (self.sight.is_staff or own))
        self.store.add(message)

    async def hold_client(self, client_id: ClientId) -> bool:
        client = self.store.clients.get(client_id)
        return client is not None and client.erased_at is None and self.sight.sees_client(client)

    async def hold_client_of(self, pqrs_id: PqrsId) -> bool:
        case = await self.get(pqrs_id)
        return case is not None and await self.hold_client(case.client_id)

    async def property_is_of(self, property_id: PropertyId, client_id: ClientId) -> bool:
        home = self.store.properties.get(property_id)
        return home is not None and self._theirs(client_id).sees_property(home)

    async def contract_property(self, contract_id: ContractId, client_id: ClientId) -> PropertyId | None:
        contract = self.store.contracts.get(contract_id)
        if contract is None or not self._theirs(client_id).is_party(contract) or not self.sight.of_agency(contract):
            return None
        return contract.property_id

    def _theirs(self, client_id: ClientId) -> Sight:
        """What that client sees, as far as the scope may ask about that client."""
        asked = client_id if self.sight.is_staff or self.sight.is_me(client_id) else None
        return Sight(self.store, Scope(agency_id=self.scope.agency_id, viewer="client", client_id=asked))

    def _seen(self) -> list[Pqrs]:
        return [case for case in self.store.pqrs.values() if self.sight.sees(case)]

    def _written(self) -> list[PqrsMessage]:
        return [message for message in self.store.pqrs_messages.values() if self.sight.sees_message(message)]

    def _must(self, allowed: bool) -> None:
        if not allowed:
            raise PermissionError("row-level security")
