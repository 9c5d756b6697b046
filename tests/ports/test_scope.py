"""Who finds what: the same rows through the rules in memory and through SQL, and the rules said by hand."""

import re
from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import pytest

from adapters.postgres.engine import create_engine
from application.access import Viewer
from domain.clients import ClientProfile
from domain.money import ZERO
from domain.payments import PaymentGatewayCode
from tests.fakes.clock import FakeClock
from tests.fakes.store import FakeStore
from tests.ports.everything import everything
from tests.ports.places import InMemory, InPostgres, Place
from tests.postgres import Database
from tests.village import Village, two_villages


def viewers(village: Village) -> dict[str, Viewer]:
    people = (village.ana, village.berta, village.ciro, village.diana, village.elias, village.felix, village.gloria)
    found: dict[str, Viewer] = {it.name: village.viewer(it) for it in people}
    return found | {"visitor": village.visitor, "staff": village.staff}


@pytest.fixture
async def postgres(module_database: Database, clock: FakeClock) -> AsyncIterator[InPostgres]:
    engine = create_engine(module_database.app_url)
    yield InPostgres(engine, clock)
    await engine.dispose()


async def test_memory_and_postgres_show_every_viewer_the_same(postgres: InPostgres, clock: FakeClock) -> None:
    one, two, both = two_villages()
    memory = InMemory(clock)
    await memory.plant(both)
    await postgres.plant(both)

    for village in (one, two):
        for name, viewer in viewers(village).items():
            async with memory.readings.of(viewer) as reading:
                said = await everything(reading, both)
            async with postgres.readings.of(viewer) as reading:
                found = await everything(reading, both)
            for question, answer in said.items():
                assert found[question] == answer, (name, question)


@dataclass
class Neighbours:
    """Two agencies planted in one place."""

    place: Place
    here: Village
    there: Village
    rows: FakeStore

    async def asked(self, viewer: Viewer) -> dict[str, Any]:
        async with self.place.readings.of(viewer) as reading:
            return await everything(reading, self.rows)

    async def found(self, viewer: Viewer) -> dict[str, set[UUID]]:
        """The ids of all rows, by kind, that the viewer finds by id; lists must have the same ones."""
        answers = await self.asked(viewer)
        found = {kind: set(answers[f"{kind} by id"]) for kind in KINDS}
        for kind in KINDS:
            _, counts = answers[f"{kind} of scope"]
            assert counts == {viewer.agency_id: len(found[kind])}, kind
        return found


KINDS = ("clients", "properties", "contracts", "invoices", "payments", "payouts", "pqrs")


@pytest.fixture(scope="module")
async def neighbours(library: Place) -> Neighbours:
    here, there, rows = two_villages()
    await library.plant(rows)
    return Neighbours(library, here, there, rows)


def ids(**found: Iterable[Any]) -> dict[str, set[UUID]]:
    return {kind: {row.id for row in found.get(kind, ())} for kind in KINDS}


async def test_a_tenant_reads_nothing_of_the_owner(neighbours: Neighbours) -> None:
    here = neighbours.here
    viewer = here.viewer(here.ana)

    assert await neighbours.found(viewer) == ids(
        clients=[here.ana],
        properties=[here.flat],
        contracts=[here.flat_lease],
        invoices=[*here.rents, here.voided],
        payments=[here.receipt, here.reversed],
        pqrs=[here.cases[0]],
    )
    answers = await neighbours.asked(viewer)
    assert answers["owners"] == {}
    assert set(answers["active contracts"]) == {here.flat.id}
    assert [name_of(it) for it in answers["active contracts"][here.flat.id]] == [here.flat_lease.number]
    assert {key: [name_of(it) for it in parties] for key, parties in answers["parties"].items()} == {
        here.flat_lease.id: [here.ana.name, here.elias.name]
    }


async def test_an_owner_reads_the_leases_on_own_properties_but_nobody_in_them(neighbours: Neighbours) -> None:
    here = neighbours.here
    viewer = here.viewer(here.berta)

    assert await neighbours.found(viewer) == ids(
        clients=[here.berta],
        properties=[here.flat, here.shop],
        contracts=[here.flat_lease, here.flat_management, here.shop_lease, here.shop_management],
        invoices=[here.commission],
        payouts=[here.payouts[0]],
        pqrs=[here.cases[1]],
    )
    answers = await neighbours.asked(viewer)
    assert set(answers["parties"]) == {here.flat_management.id, here.shop_management.id}
    assert [name_of(it) for it in answers["owners"][here.flat.id]] == [here.berta.name, here.ciro.name]
    assert set(answers["owners"]) == {here.flat.id, here.shop.id}
    assert [name_of(it) for it in answers["active contracts"][here.shop.id]] == [
        here.shop_management.number,
        here.shop_lease.number,
    ]
    _, listed = answers["contracts of client"]
    assert listed[here.berta.id] == 2  # the contracts of which she is a party; leases are read on the property
    (settled,) = answers["payout invoices"].values()
    assert dict(settled[1:])["rent"] is None
    assert name_of(dict(settled[1:])["commission"]) == here.commission.number


async def test_who_is_tenant_and_owner_reads_both_sides_apart(neighbours: Neighbours) -> None:
    here = neighbours.here
    viewer = here.viewer(here.diana)

    assert await neighbours.found(viewer) == ids(
        clients=[here.diana],
        properties=[here.shop, here.depot],
        contracts=[here.shop_lease, here.depot_management, here.old_lease],
        invoices=[here.shop_rent, here.diana_commission],
        payouts=[here.payouts[2]],
        pqrs=[here.cases[2]],
    )
    answers = await neighbours.asked(viewer)
    assert set(answers["owners"]) == {here.depot.id}
    assert set(answers["parties"]) == {here.shop_lease.id, here.depot_management.id}


async def test_a_co_debtor_reads_the_lease_and_nothing_that_was_billed(neighbours: Neighbours) -> None:
    here = neighbours.here
    viewer = here.viewer(here.elias)

    assert await neighbours.found(viewer) == ids(
        clients=[here.elias], properties=[here.flat], contracts=[here.flat_lease]
    )
    assert (await neighbours.asked(viewer))["owners"] == {}


async def test_a_client_without_contracts_reads_own_data_only(neighbours: Neighbours) -> None:
    here = neighbours.here
    viewer = here.viewer(here.gloria)

    assert await neighbours.found(viewer) == ids(clients=[here.gloria])
    answers = await neighbours.asked(viewer)
    account = here.accounts[here.gloria.name]
    assert set(answers["accounts"]) == {account.id}
    assert set(answers["client accounts"]) == {here.gloria.id}
    assert len(answers["sessions"]) == 1


async def test_who_was_billed_under_a_contract_goes_on_reading_it_after_leaving_it(place: Place) -> None:
    here = Village()
    here.store.parties = [party for party in here.store.parties if party.client_id != here.felix.id]
    await place.plant(here.store)

    async with place.readings.of(here.viewer(here.felix)) as reading:
        answers = await everything(reading, here.store)

    assert set(answers["contracts by id"]) == {here.old_lease.id}
    assert set(answers["properties by id"]) == {here.depot.id}
    assert answers["parties"] == {}


async def test_staff_read_all_of_their_agency_and_nothing_of_another(neighbours: Neighbours) -> None:
    for village in (neighbours.here, neighbours.there):
        store = village.store
        assert await neighbours.found(village.staff) == ids(
            clients=store.clients.values(),
            properties=store.properties.values(),
            contracts=store.contracts.values(),
            invoices=store.invoices.values(),
            payments=[payment for payment, _ in store.payments.values()],
            payouts=store.payouts.values(),
            pqrs=store.pqrs.values(),
        )
        answers = await neighbours.asked(village.staff)
        assert set(answers["intents"]) == set(answers["intents' attempts"]) == {village.intent.id}
        assert set(answers["accounts"]) == set(store.accounts)
        assert set(answers["owners"]) == set(store.properties)
        assert len(answers["sessions"]) == 1


async def test_attempts_at_the_gateway_are_for_staff(neighbours: Neighbours) -> None:
    here = neighbours.here

    answers = await neighbours.asked(here.viewer(here.felix))

    assert set(answers["intents"]) == {here.intent.id}
    assert dict(answers["intents"][here.intent.id][1:])["attempts"] == ()
    assert answers["intents' attempts"] == {}


async def test_a_visitor_reads_the_agency_and_no_row_at_all(neighbours: Neighbours) -> None:
    viewer = neighbours.here.visitor

    assert await neighbours.found(viewer) == ids()
    answers = await neighbours.asked(viewer)
    # What is asked of many at once answers about each of them, with nothing.
    assert set(answers.pop("profiles").values()) == {ClientProfile.NONE}
    assert {dict(sums[1:])["this_year"] for sums in answers.pop("owners' sums").values()} == {ZERO}
    assert name_of(answers.pop("agency")) == neighbours.here.agency.slug
    assert answers.pop("gateways") == (PaymentGatewayCode.PAYU,)
    lists = {question for question in answers if " of " in question}
    assert {count for question in lists for count in answers[question][1].values()} == {0}
    assert {question for question, answer in answers.items() if answer and question not in lists} == set()


async def test_ids_of_another_agency_answer_like_ids_that_do_not_exist(neighbours: Neighbours) -> None:
    here, there = neighbours.here, neighbours.there

    for viewer in (here.staff, here.viewer(here.ana), here.viewer(here.berta), here.visitor):
        async with neighbours.place.readings.of(viewer) as reading:
            theirs = await everything(reading, there.store)
        async with neighbours.place.readings.of(viewer) as reading:
            nobodys = await everything(reading, Village().store)
        # Apart from the ids that were asked about, the two say the same.
        for question in ("agency", "gateways", "sessions"):
            assert theirs.pop(question) == nobodys.pop(question)
        assert sorted(map(shape, theirs.items())) == sorted(map(shape, nobodys.items()))


def name_of(entity: Any) -> str:
    """The number, name or slug in what was told of an entity."""
    said = dict(entity[1:])
    return str(next(said[name] for name in ("number", "slug", "name") if name in said))


def shape(answer: tuple[str, Any]) -> str:
    """A question and its answer without ids."""
    return re.sub(r"UUID\('[^']*'\)|[0-9A-F]{20}", "…", repr(answer))
