"""Batches over one snapshot. A resolver returns a loader's future; the batch function is what reads.

What a loader gives back are types of the schema already, built in the batch by `show`, so that no object of a list
costs a coroutine of its own.
"""

from collections.abc import Awaitable, Callable, Hashable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Protocol
from uuid import UUID

from application.filters import Parent
from application.pagination import PageRequest
from application.ports.reading import Listing, Reading
from graphql_api.batches import Batch
from graphql_api.connections import connection

Read = Callable[[list[Any]], Awaitable[Any]]


class Show(Protocol):
    """Makes an entity the type that the schema shows."""

    def __call__(self, entity: Any, /) -> Any: ...


@dataclass(frozen=True, slots=True)
class PageKey:
    """Which page of which list under which parent."""

    parent: Parent
    parent_id: UUID
    narrowed: Hashable
    page: PageRequest


@dataclass(frozen=True, slots=True)
class CountKey:
    parent: Parent
    parent_id: UUID
    narrowed: Hashable


class Loaders:
    """Every batch of one operation. `at` is its instant, `today` its Bogotá date."""

    def __init__(self, reading: Reading, show: Show, *, at: datetime, today: date) -> None:
        self._reading = reading
        self._show = show
        self._at = at
        self._today = today
        self.accounts = self._one(reading.accounts.get_many)
        self.accounts_of_clients = self._one(reading.clients.accounts)
        self.clients = self._one(reading.clients.get_many)
        self.properties = self._one(reading.properties.get_many)
        self.contracts = self._one(reading.contracts.get_many)
        self.invoices = self._one(reading.invoices.get_many)
        self.payments = self._one(reading.payments.get_many)
        self.payouts = self._one(reading.payouts.get_many)
        self.pqrs = self._one(reading.pqrs.get_many)
        self.attachments = self._one(reading.attachments.get_many)
        self.intents = self._one(reading.intents.get_many)
        self.findings = self._one(reading.findings.get_many)
        self.audit = self._one(reading.audit.get_many)
        self.reconciliations = self._one(reading.reconciliations.get_many)
        self.profiles = Batch(self._profiles)
        self.property_owners = self._many(reading.properties.owners, absent=None)
        self.active_contracts = self._many(reading.properties.active_contracts)
        self.contract_parties = self._many(reading.contracts.parties)
        self.invoice_allocations = self._many(reading.invoices.allocations)
        self.payment_allocations = self._many(reading.payments.allocations)
        self.pqrs_events = self._many(reading.pqrs.events)
        self.pqrs_messages = self._many(reading.pqrs.messages)
        self.pqrs_messages_by_id = self._one(reading.pqrs.messages_by_id)
        self.pqrs_files = self._many(reading.attachments.of_cases)
        self.pqrs_message_files = self._many(reading.attachments.of_messages)
        self.intent_payments = self._many(reading.intents.payments)
        self.intent_attempts = self._many(reading.intents.attempts)
        self.intent_refunds = self._many(reading.intents.refunds)
        self.payment_reversals = self._many(reading.payments.reversals)
        self.payout_invoices = Batch(self._payout_invoices)
        self.next_due = self._one(lambda ids: reading.invoices.next_due(ids, today=today))
        self.last_payments = self._one(reading.payments.last)
        self.last_payouts = self._one(reading.payouts.last)
        self.tenant_sums = Batch(self._tenant_sums)
        self.owner_sums = Batch(self._owner_sums)
        self.open_pqrs = Batch(self._open_pqrs)
        self.gateways = Batch(self._gateways)
        self.gateway_setups = Batch(self._gateway_setups)
        self.gateways_of_invoices = Batch(self._gateways_of_invoices)
        self.agency = Batch(self._agency)
        self.consents = Batch(self._consents)
        self.own_sessions = Batch(self._own_sessions)
        self.own_recovery_codes = Batch(self._own_recovery_codes)
        self._lists: dict[str, tuple[Batch, Batch]] = {
            name: (Batch(self._pages(listing, name)), Batch(self._counts(listing)))
            for name, listing in (
                ("accounts", reading.accounts),
                ("clients", reading.clients),
                ("properties", reading.properties),
                ("contracts", reading.contracts),
                ("intents", reading.intents),
                ("invoices", reading.invoices),
                ("payments", reading.payments),
                ("payouts", reading.payouts),
                ("pqrs", reading.pqrs),
                ("findings", reading.findings),
                ("reconciliations", reading.reconciliations),
                ("audit", reading.audit),
            )
        }

    def page(self, name: str, parent: Parent, parent_id: UUID, narrowed: Any, page: PageRequest) -> Any:
        """The future of a connection: a page of the named list under a parent."""
        return self._lists[name][0].load(PageKey(parent, parent_id, narrowed, page))

    def _one(self, read: Read) -> Batch:
        """One thing by key, shown; None where it is absent."""

        async def load(keys: list[UUID]) -> list[Any]:
            found = await read(keys)
            return [self._show(found[key]) if key in found else None for key in keys]

        return Batch(load)

    def _many(self, read: Read, *, absent: Sequence[Any] | None = ()) -> Batch:
        """All things of a key, shown; `absent` where there are none."""

        async def load(keys: list[UUID]) -> list[Any]:
            found = await read(keys)
            return [[self._show(item) for item in found[key]] if key in found else absent for key in keys]

        return Batch(load)

    def _pages(self, listing: Listing[Any, Any], name: str) -> Callable[[list[PageKey]], Awaitable[list[Any]]]:
        async def load(keys: list[PageKey]) -> list[Any]:
            found: dict[PageKey, Any] = {}
            for alike in _grouped(keys, lambda key: (key.parent, key.narrowed, key.page)):
                first = alike[0]
                try:
                    pages = await listing.pages(
                        first.parent, [key.parent_id for key in alike], first.narrowed, first.page
                    )
                except Exception as error:
                    found |= dict.fromkeys(alike, error)
                else:
                    found |= {key: self._connection(name, key, pages[key.parent_id]) for key in alike}
            return [found[key] for key in keys]

        return load

    def _connection(self, name: str, key: PageKey, page: Any) -> Any:
        counting = self._lists[name][1]
        return connection(page, self._show, lambda: counting.load(CountKey(key.parent, key.parent_id, key.narrowed)))

    def _counts(self, listing: Listing[Any, Any]) -> Callable[[list[CountKey]], Awaitable[list[int]]]:
        async def load(keys: list[CountKey]) -> list[int]:
            found: dict[CountKey, int] = {}
            for alike in _grouped(keys, lambda key: (key.parent, key.narrowed)):
                counts = await listing.counts(alike[0].parent, [key.parent_id for key in alike], alike[0].narrowed)
                found |= {key: counts[key.parent_id] for key in alike}
            return [found[key] for key in keys]

        return load

    async def _profiles(self, keys: list[UUID]) -> list[Any]:
        found = await self._reading.clients.profiles(keys)
        return [found[key] for key in keys]

    async def _payout_invoices(self, keys: list[UUID]) -> list[Any]:
        found = await self._reading.payouts.invoices(keys)
        return [found.get(key) for key in keys]

    async def _tenant_sums(self, keys: list[UUID]) -> list[Any]:
        found = await self._reading.dashboards.tenants(keys, today=self._today)
        return [found.get(key) for key in keys]

    async def _owner_sums(self, keys: list[UUID]) -> list[Any]:
        found = await self._reading.dashboards.owners(keys, today=self._today)
        return [found.get(key) for key in keys]

    async def _open_pqrs(self, keys: list[UUID]) -> list[int]:
        found = await self._reading.pqrs.open_counts(keys)
        return [found.get(key, 0) for key in keys]

    async def _consents(self, keys: list[UUID]) -> list[Any]:
        """Of each client all, as they are kept."""
        found = await self._reading.personal_data.consents(keys)
        return [found.get(key, ()) for key in keys]

    async def _agency(self, keys: list[bool]) -> list[Any]:
        agency = self._show(await self._reading.agency())
        return [agency for _ in keys]

    async def _own_sessions(self, keys: list[UUID]) -> list[Any]:
        """The viewer's live sessions, for each time that one of them, or all, are asked for."""
        found = await self._reading.sessions(at=self._at)
        return [found for _ in keys]

    async def _own_recovery_codes(self, keys: list[UUID]) -> list[int | None]:
        """How many the viewer has left."""
        left = await self._reading.recovery_codes_left()
        return [left for _ in keys]

    async def _gateways(self, keys: list[bool]) -> list[Any]:
        enabled = [self._show(code) for code in await self._reading.gateways()]
        return [enabled for _ in keys]

    async def _gateway_setups(self, keys: list[bool]) -> list[Any]:
        found = await self._reading.gateway_setups()
        return [found for _ in keys]

    async def _gateways_of_invoices(self, keys: list[UUID]) -> list[Any]:
        """With what each invoice may be paid online now: with nothing while a payment of it is in process."""
        enabled = await self.gateways.load(True)
        taken = await self._reading.intents.in_process(keys) if enabled else ()
        return [[] if key in taken else enabled for key in keys]


def _grouped(keys: list[Any], kind: Callable[[Any], Hashable]) -> list[list[Any]]:
    groups: dict[Hashable, list[Any]] = {}
    for key in keys:
        groups.setdefault(kind(key), []).append(key)
    return list(groups.values())
