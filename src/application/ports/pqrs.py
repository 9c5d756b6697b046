"""PQRS as use cases keep them."""

from datetime import datetime
from typing import Protocol

from domain.ids import AccountId, ClientId, ContractId, PropertyId
from domain.pqrs import Pqrs, PqrsEvent


class PqrsCases(Protocol):
    async def by_idempotency_key(self, account_id: AccountId, key: str) -> Pqrs | None:
        """What that account filed under that key; concurrent filings under one key wait for each other here."""
        ...

    async def filed_since(self, client_id: ClientId, since: datetime) -> int: ...

    async def add(self, case: Pqrs, event: PqrsEvent) -> None: ...

    async def client_exists(self, client_id: ClientId) -> bool: ...

    async def property_is_of(self, property_id: PropertyId, client_id: ClientId) -> bool:
        """The client owns the property or is a party of a contract on it."""
        ...

    async def contract_property(self, contract_id: ContractId, client_id: ClientId) -> PropertyId | None:
        """The property of a contract of which the client is a party; None if it is not."""
        ...
