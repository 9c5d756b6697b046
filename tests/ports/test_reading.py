"""A snapshot: what it answers about many at once, and that it stays as it was when it was opened."""

import asyncio
import itertools
from collections.abc import Awaitable, Callable, Collection
from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import Any
from uuid import UUID, uuid4

import pytest

from application.access import Scope
from application.filters import (
    ContractFilter,
    InvoiceFilter,
    Parent,
    PeriodFilter,
    PqrsFilter,
    PropertyFilter,
)
from application.merchants import Merchants
from application.pagination import PageRequest
from application.ports.reading import Listing
from domain.clients import ClientProfile
from domain.ids import ClientId
from domain.payment_intents import PaymentIntentStatus
from domain.payments import PaymentGatewayCode
from tests import factories as a
from tests.factories import NOON, TODAY
from tests.fakes.clock import FakeClock
from tests.fakes.secrets import FakeSecretBox
from tests.fakes.store import FakeStore
from tests.ports.conftest import opened
from tests.ports.everything import everything
from tests.ports.places import Place
from tests.postgres import Database
from tests.told import told
from tests.village import Village


@pytest.fixture(scope="module")
async def village(library: Place) -> Village:
    village = Village()
    await library.plant(village.store)
    return village


async def test_many_parents_at_once_are_told_what_each_is_told_alone(library: Place, village: Village) -> None:
    clients = [*village.store.clients, ClientId(uuid4())]
    request = PageRequest(size=2)

    async with library.readings.of(village.staff) as reading:
        for listing, narrowed in (
            (reading.invoices, InvoiceFilter(today=TODAY)),
            (reading.payments, PeriodFilter()),
            (reading.payouts, PeriodFilter()),
            (reading.pqrs, PqrsFilter(today=TODAY)),
            (reading.contracts, ContractFilter()),
            (reading.properties, PropertyFilter()),
        ):
            lists: Listing[Any, Any] = listing
            together = await lists.pages(Parent.CLIENT, clients, narrowed, request)
            counted = await lists.counts(Parent.CLIENT, clients, narrowed)
            assert list(together) == list(counted) == clients
            for client in clients:
                alone = await lists.pages(Parent.CLIENT, [client], narrowed, request)
                assert told(together[client]) == told(alone[client])
                assert counted[client] == (await lists.counts(Parent.CLIENT, [client], narrowed))[client]
            twice = await lists.pages(Parent.CLIENT, [clients[0], clients[0]], narrowed, request)
            assert told(twice) == told({clients[0]: together[clients[0]]})
            assert await lists.pages(Parent.CLIENT, [], narrowed, request) == {}
            assert await lists.counts(Parent.CLIENT, [], narrowed) == {}
        assert sum(counted.values()) > len(village.store.properties)  # a property hangs under several clients


async def test_questions_about_many_are_questions_about_each(library: Place, village: Village) -> None:
    rows = village.store
    async with library.readings.of(village.staff) as reading:
        batches: list[tuple[Callable[[Collection[UUID]], Awaitable[Any]], list[UUID]]] = [
            (reading.clients.profiles, [*rows.clients]),
            (reading.clients.accounts, [*rows.clients]),
            (reading.properties.owners, [*rows.properties]),
            (reading.properties.active_contracts, [*rows.properties]),
            (reading.contracts.parties, [*rows.contracts]),
            (reading.invoices.allocations, [*rows.invoices]),
            (partial(reading.invoices.next_due, today=TODAY), [*rows.clients]),
            (reading.payments.allocations, [*rows.payments]),
            (reading.payments.last, [*rows.clients]),
            (reading.payouts.last, [*rows.clients]),
            (reading.payouts.invoices, [*rows.payouts]),
            (reading.pqrs.events, [*rows.pqrs]),
            (reading.pqrs.open_counts, [*rows.clients]),
            (reading.intents.payments, [*rows.intents]),
            (reading.intents.attempts, [*rows.intents]),
            (partial(reading.dashboards.tenants, today=TODAY), [*rows.clients]),
            (partial(reading.dashboards.owners, today=TODAY), [*rows.clients]),
        ]
        for ask, ids in batches:
            together = await ask(ids)
            apart: dict[UUID, Any] = {}
            for key in ids:
                apart |= await ask([key])
            assert told(together) == told(apart)
            assert together
            assert await ask([]) == {}


async def test_profiles_follow_contracts(library: Place, village: Village) -> None:
    people = (village.ana, village.berta, village.diana, village.elias, village.felix, village.gloria)

    async with library.readings.of(village.staff) as reading:
        profiles = await reading.clients.profiles([client.id for client in people])

    assert list(profiles.values()) == [
        ClientProfile.TENANT,
        ClientProfile.OWNER,
        ClientProfile.TENANT_OWNER,
        ClientProfile.NONE,  # a co-debtor
        ClientProfile.TENANT,  # of a contract that ended
        ClientProfile.NONE,
    ]


async def test_allocations_are_told_by_receipt_and_by_invoice(library: Place, village: Village) -> None:
    may, june = village.rents[:2]
    async with library.readings.of(village.staff) as reading:
        by_payment = (await reading.payments.allocations([village.receipt.id]))[village.receipt.id]
        by_invoice = await reading.invoices.allocations([may.id, june.id, village.rents[2].id])

    assert [(it.invoice_number, it.amount) for it in by_payment] == [(may.number, may.total), (june.number, june.paid)]
    assert {key: [it.receipt_number for it in parts] for key, parts in by_invoice.items()} == {
        may.id: [village.receipt.receipt_number],
        june.id: [village.receipt.receipt_number],
    }
    assert {it.paid_at for it in by_payment} == {village.receipt.paid_at}


async def test_the_last_of_each_client_is_the_newest(library: Place, village: Village) -> None:
    async with library.readings.of(village.staff) as reading:
        payments = await reading.payments.last([*village.store.clients])
        payouts = await reading.payouts.last([*village.store.clients])

    assert {key: it.id for key, it in payments.items()} == {
        village.ana.id: village.reversed.id,
        village.felix.id: village.paid_online.id,
    }
    assert {key: it.id for key, it in payouts.items()} == {it.client_id: it.id for it in village.payouts}


async def test_a_payout_settles_the_commission_and_the_rent_of_its_month(library: Place, village: Village) -> None:
    july, december, january = village.payouts
    async with library.readings.of(village.staff) as reading:
        found = await reading.payouts.invoices([july.id, december.id, january.id])

    assert set(found) == {july.id}
    settled = found[july.id]
    assert settled.rent is not None
    assert settled.commission is not None
    assert (settled.rent.id, settled.commission.id) == (village.rents[2].id, village.commission.id)


async def test_an_intent_is_read_with_what_it_froze_and_what_became_of_it(library: Place, village: Village) -> None:
    intent = village.intent
    async with library.readings.of(village.staff) as reading:
        by_id, named = await reading.intents.get_many([intent.id]), await reading.intents.by_reference(intent.reference)
        payments, attempts = await reading.intents.payments([intent.id]), await reading.intents.attempts([intent.id])
        assert await reading.intents.by_reference("NOBODYS99") is None

    assert told(by_id[intent.id]) == told(named) == told(replace(intent, attempts=()))
    assert told(payments[intent.id]) == told([village.paid_online])
    assert told(attempts[intent.id]) == told(intent.attempts)


@pytest.mark.parametrize("status", list(PaymentIntentStatus))
async def test_an_invoice_is_in_process_while_an_attempt_on_it_is_pending(
    place: Place, status: PaymentIntentStatus
) -> None:
    village = Village()
    village.store.intents[village.intent.id] = replace(village.intent, status=status)
    await place.plant(village.store)
    paying = [part.invoice_id for part in village.intent.invoices]
    async with place.readings.of(village.staff) as reading:
        found = await reading.intents.in_process([*paying, village.commission.id])

    assert set(found) == (set(paying) if status is PaymentIntentStatus.PENDING else set())


async def test_agency_gateways_and_sessions_are_those_of_the_viewer(library: Place, village: Village) -> None:
    mine = [it for it in village.store.sessions.values() if it.account_id == village.accounts["Ana Peña"].id]
    async with library.readings.of(village.viewer(village.ana)) as reading:
        assert told(await reading.agency()) == told(village.agency)
        assert await reading.gateways() == (PaymentGatewayCode.PAYU,)
        assert told(await reading.sessions(at=NOON)) == told(mine)
        assert await reading.sessions(at=NOON + timedelta(days=7)) == []


@pytest.mark.parametrize("name", ["in_memory", "postgres"])
@pytest.mark.parametrize("test_gateways", [True, False])
async def test_the_ways_to_pay_are_those_that_a_payment_may_be_started_with(
    name: str, test_gateways: bool, clock: FakeClock, module_database: Database
) -> None:
    merchants = Merchants(secrets=FakeSecretBox(), test_allowed=test_gateways)
    async with opened(name, clock, module_database, test_gateways=test_gateways) as place:
        village = Village()
        await place.plant(village.store)
        for enabled, test, secrets in itertools.product((True, False), (True, False), (None, "sellado")):
            account = replace(village.merchant, enabled=enabled, test=test, secrets=secrets)
            async with place.unit_of_work(Scope.of_agency(village.agency.id)) as uow:
                await uow.gateway_accounts.save(account)
                await uow.commit()
            for viewer in (village.staff, village.viewer(village.ana), village.visitor):
                async with place.readings.of(viewer) as reading:
                    assert bool(await reading.gateways()) is merchants.usable(account), (enabled, test, secrets)


async def test_what_is_committed_meanwhile_is_seen_by_the_next_snapshot_only(place: Place) -> None:
    village = Village()
    await place.plant(village.store)
    newcomer, more = a.a_client(village.agency, "Zacarías"), FakeStore()
    more.add(newcomer)

    async with place.readings.of(village.staff) as reading:
        await reading.clients.get_many([newcomer.id])
        await place.plant(more)
        assert await reading.clients.get_many([newcomer.id]) == {}
    async with place.readings.of(village.staff) as reading:
        assert set(await reading.clients.get_many([newcomer.id])) == {newcomer.id}


async def test_calls_made_at_once_take_turns(library: Place, village: Village) -> None:
    async with library.readings.of(village.staff) as reading:
        one_by_one = await everything(reading, village.store)
        at_once = await asyncio.gather(*(everything(reading, village.store) for _ in range(2)))
        assert reading.is_idle

    assert at_once == [one_by_one, one_by_one]


async def test_of_a_closed_snapshot_nothing_is_read(library: Place, village: Village) -> None:
    async with library.readings.of(village.staff) as reading:
        await reading.close()
        with pytest.raises(RuntimeError):
            await reading.clients.get_many([village.ana.id])
        with pytest.raises(RuntimeError):
            await reading.agency()
        await reading.close()
