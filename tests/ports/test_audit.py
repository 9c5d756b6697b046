"""The record is kept with the act or not at all, by whoever acts, and is read by staff alone."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from uuid import uuid4

import pytest

from application.access import Scope, Viewer
from application.filters import AuditFilter, Parent
from application.pagination import PageRequest
from domain.audit import A_CLIENT, COMMAND_LINE, SYSTEM, UNFOUNDED, AuditAction, AuditEntry
from domain.audit_chain import ChainFault, FaultyEntry, faults_of
from tests import factories as a
from tests.factories import NOON
from tests.fakes.audit import KEYS
from tests.fakes.store import FakeStore
from tests.ports.places import Place
from tests.village import Village, two_villages

A = AuditAction


@pytest.fixture
async def villages(place: Place) -> tuple[Village, Village]:
    here, there, both = two_villages()
    await place.plant(both)
    return here, there


async def record(place: Place, scope: Scope, action: AuditAction = A.SIGNED_IN, **more: object) -> None:
    async with place.unit_of_work(scope) as uow:
        await uow.audit.record(action, at=NOON, **more)  # type: ignore[arg-type]
        await uow.commit()


async def chain(place: Place, viewer: Viewer) -> Sequence[AuditEntry]:
    """All entries that are to be seen, after whatever keeps them was asked whether they are as they were written."""
    async with place.readings.of(viewer) as reading:
        entries = await reading.audit.chain(after=None, limit=1000)
        faults = faults_of(entries, await reading.audit.head(), keys=KEYS)
    begun = ChainFault.UNFOUNDED if entries else ChainFault.MISSING
    founded = bool(entries) and entries[0].action == A.AGENCY_CREATED
    assert faults == ([] if founded else [FaultyEntry(begun, 1)])
    return entries


async def test_an_act_is_kept_as_it_was_told(place: Place, villages: tuple[Village, Village]) -> None:
    here, _ = villages
    thing = ("Pqrs", uuid4())

    await record(place, here.staff.scope, A.PQRS_FILED, entity=thing, changes={"n": 1, "amount": Decimal("5.10")})

    (entry,) = await chain(place, here.staff)
    assert entry == AuditEntry(
        id=entry.id,
        agency_id=here.agency.id,
        number=1,
        at=NOON,
        actor=here.rosa.username,
        account_id=here.rosa.id,
        action="PQRS_FILED",
        entity_type="Pqrs",
        entity_id=thing[1],
        changes='{"amount":"5.10","n":1}',
        previous=UNFOUNDED,
        hash=entry.hash,
    )


async def test_entries_are_numbered_and_chained_by_agency(place: Place, villages: tuple[Village, Village]) -> None:
    here, there = villages
    for village in (here, there, here, here, there):
        await record(place, village.staff.scope)

    mine, theirs = await chain(place, here.staff), await chain(place, there.staff)

    assert [entry.number for entry in mine] == [1, 2, 3]
    assert [entry.previous for entry in mine] == [UNFOUNDED, mine[0].hash, mine[1].hash]
    assert [entry.number for entry in theirs] == [1, 2]
    async with place.readings.of(here.staff) as reading:
        head = await reading.audit.head()
    assert head is not None
    assert (head.number, head.hash) == (3, mine[2].hash)


async def test_what_is_not_committed_is_not_recorded(place: Place, villages: tuple[Village, Village]) -> None:
    here, _ = villages
    async with place.unit_of_work(here.staff.scope) as uow:
        await uow.audit.record(A.SIGNED_IN, at=NOON)

    assert await chain(place, here.staff) == []
    await record(place, here.staff.scope)
    assert [entry.number for entry in await chain(place, here.staff)] == [1]


async def test_staff_are_named_and_clients_are_not(place: Place, villages: tuple[Village, Village]) -> None:
    """What is recorded stands for ever, and a client may ask to be forgotten."""
    here, _ = villages
    ana = here.accounts["Ana Peña"]
    for scope in (
        here.staff.scope,
        here.viewer(here.ana).scope,
        Scope(agency_id=here.agency.id, account_id=ana.id),  # signing in, before there is a session
        Scope.of_agency(here.agency.id),
        Scope.of_operator(here.agency.id),
        here.visitor.scope,
    ):
        await record(place, scope)

    told = [(entry.actor, entry.account_id) for entry in await chain(place, here.staff)]

    assert told == [
        (here.rosa.username, here.rosa.id),
        (A_CLIENT, ana.id),
        (A_CLIENT, ana.id),
        (SYSTEM, None),
        (COMMAND_LINE, None),
        (SYSTEM, None),
    ]


async def test_only_staff_of_the_agency_read_it(place: Place, villages: tuple[Village, Village]) -> None:
    here, there = villages
    await record(place, here.viewer(here.ana).scope)
    everything = PageRequest(size=5)

    for viewer in (here.viewer(here.ana), here.visitor, there.staff):
        async with place.readings.of(viewer) as reading:
            assert await reading.audit.chain(after=None, limit=5) == []
            assert await reading.audit.head() is None
            for agency_id in (here.agency.id, viewer.agency_id):
                pages = await reading.audit.pages(Parent.SCOPE, [agency_id], AuditFilter(), everything)
                counts = await reading.audit.counts(Parent.SCOPE, [agency_id], AuditFilter())
                assert (pages[agency_id].items, counts[agency_id]) == ([], 0)
    async with place.readings.of(here.staff) as reading:
        (entry,) = await reading.audit.chain(after=None, limit=5)
        assert set(await reading.audit.get_many([entry.id])) == {entry.id}
    async with place.readings.of(there.staff) as reading:
        assert await reading.audit.get_many([entry.id]) == {}


async def test_acts_on_one_thing_are_found_by_it(place: Place, villages: tuple[Village, Village]) -> None:
    here, _ = villages
    thing = ("Payment", uuid4())
    for entity in (thing, ("Pqrs", thing[1]), thing, None):
        await record(place, here.staff.scope, entity=entity)
    agency_id = here.agency.id

    async with place.readings.of(here.staff) as reading:
        narrowed = AuditFilter(entity=thing)
        pages = await reading.audit.pages(Parent.SCOPE, [agency_id], narrowed, PageRequest(size=5))
        assert [entry.number for entry in pages[agency_id].items] == [3, 1]
        assert await reading.audit.counts(Parent.SCOPE, [agency_id], narrowed) == {agency_id: 2}


async def test_the_chain_is_read_in_parts(place: Place, villages: tuple[Village, Village]) -> None:
    here, _ = villages
    for _ in range(5):
        await record(place, here.staff.scope)
    async with place.readings.of(here.staff) as reading:
        first = await reading.audit.chain(after=None, limit=2)
        second = await reading.audit.chain(after=(first[1].number, first[1].id), limit=10)
    assert [entry.number for entry in [*first, *second]] == [1, 2, 3, 4, 5]


async def test_who_records_at_the_same_time_takes_turns(place: Place, villages: tuple[Village, Village]) -> None:
    here, _ = villages

    await asyncio.gather(*(record(place, here.staff.scope) for _ in range(8)))

    assert [entry.number for entry in await chain(place, here.staff)] == [1, 2, 3, 4, 5, 6, 7, 8]


async def test_several_acts_of_one_work_are_several_entries(place: Place, villages: tuple[Village, Village]) -> None:
    here, _ = villages
    async with place.unit_of_work(here.staff.scope) as uow:
        await uow.audit.record(A.SIGNED_IN, at=NOON)
        await uow.audit.record(A.PASSWORD_CHANGED, at=NOON + timedelta(microseconds=1))
        await uow.commit()

    assert [entry.action for entry in await chain(place, here.staff)] == ["SIGNED_IN", "PASSWORD_CHANGED"]


async def test_an_agency_is_recorded_by_the_work_that_makes_it(place: Place) -> None:
    agency = a.an_agency()
    async with place.unit_of_work(Scope.of_operator(agency.id)) as uow:
        await uow.agencies.add(agency, hosts=())
        await uow.audit.record(A.AGENCY_CREATED, at=NOON, entity=("Agency", agency.id), changes={"slug": agency.slug})
        await uow.commit()

    (entry,) = await chain(place, a.staff_of(agency))

    assert (entry.actor, entry.entity_id, entry.previous) == (COMMAND_LINE, agency.id, "")
    assert faults_of([replace(entry, actor=SYSTEM)], None, keys=KEYS) != []


@pytest.mark.parametrize("unwritable", [1.5, b"bytes", object()])
async def test_what_has_no_one_way_to_be_written_is_refused(place: Place, unwritable: object) -> None:
    agency, store = a.an_agency(), FakeStore()
    store.add(agency)
    await place.plant(store)

    with pytest.raises(TypeError):
        await record(place, Scope.of_agency(agency.id), changes={"parts": [unwritable]})

    assert await chain(place, a.staff_of(agency)) == []
