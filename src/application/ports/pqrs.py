"""PQRS as use cases keep them."""

from datetime import datetime
from typing import Protocol

from domain.ids import AccountId, ClientId, ContractId, PqrsId, PropertyId
from domain.pqrs import Pqrs, PqrsEvent, PqrsMessage


class PqrsCases(Protocol):
    async def by_idempotency_key(self, account_id: AccountId, key: str) -> Pqrs | None:
        """What that account filed under that key; concurrent filings under one key wait for each other here."""
        ...

    async def filed_since(self, client_id: ClientId, since: datetime) -> int: ...

    async def add(self, case: Pqrs, event: PqrsEvent) -> None: ...

    async def get(self, pqrs_id: PqrsId) -> Pqrs | None:
        """The case, which nobody else changes until this work ends."""
        ...

    async def save(self, case: Pqrs, *events: PqrsEvent) -> None:
        """Keep the case as it is now and add to its history, in this order."""
        ...

    async def message_by_key(self, account_id: AccountId, key: str) -> PqrsMessage | None:
        """What that account sent under that key; who sends under it at the same time waits here."""
        ...

    async def written_since(self, client_id: ClientId, since: datetime) -> int:
        """How many messages the client has written from that instant on. Exact until this work ends: who counts the
        same client's meanwhile waits."""
        ...

    async def add_message(self, message: PqrsMessage) -> None:
        """A client adds what that client wrote, the staff whatever they wrote."""
        ...

    async def hold_client(self, client_id: ClientId) -> bool:
        """The client exists and its data was not erased, nor will be before this work ends."""
        ...

    async def hold_client_of(self, pqrs_id: PqrsId) -> bool:
        """The same of whose case that is; asked before the case is locked, as an erasure locks."""
        ...

    async def property_is_of(self, property_id: PropertyId, client_id: ClientId) -> bool:
        """The client owns the property or is a party of a contract on it."""
        ...

    async def contract_property(self, contract_id: ContractId, client_id: ClientId) -> PropertyId | None:
        """The property of a contract of which the client is a party; None if it is not."""
        ...
