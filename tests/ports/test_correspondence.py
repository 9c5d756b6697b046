"""What clients want to be written about is kept, and chosen by them and their agency only."""

import pytest

from application.access import Scope
from domain.mail import MailTopic
from tests.ports.places import Place
from tests.village import Village, two_villages

Villages = tuple[Village, Village]


@pytest.fixture
async def villages(place: Place) -> Villages:
    here, there, both = two_villages()
    await place.plant(both)
    return here, there


def scope_of_ana(village: Village) -> Scope:
    return village.viewer(village.ana).scope


async def test_what_is_declined_is_kept_and_read_with_the_client(place: Place, villages: Villages) -> None:
    here, _ = villages
    some = frozenset({MailTopic.REMINDERS, MailTopic.PQRS})
    for topics in (some, frozenset[MailTopic](), frozenset(MailTopic)):
        async with place.unit_of_work(scope_of_ana(here)) as uow:
            await uow.correspondence.decline(here.ana.id, topics)
            await uow.commit()
        async with place.unit_of_work(Scope.of_agency(here.agency.id)) as uow:
            assert await uow.correspondence.declined(here.ana.id) == topics
        async with place.readings.of(here.staff) as reading:
            found = await reading.clients.get_many([here.ana.id, here.berta.id])
        assert set(found[here.ana.id].declined_mail) == topics
        assert found[here.berta.id].declined_mail == ()


async def test_what_was_not_committed_is_not_declined(place: Place, villages: Villages) -> None:
    here, _ = villages
    async with place.unit_of_work(scope_of_ana(here)) as uow:
        await uow.correspondence.decline(here.ana.id, {MailTopic.PQRS})
    async with place.unit_of_work(scope_of_ana(here)) as uow:
        assert await uow.correspondence.declined(here.ana.id) == frozenset()


async def test_nobody_else_sees_or_chooses_it(place: Place, villages: Villages) -> None:
    here, there = villages
    berta = here.viewer(here.berta).scope
    for scope in (berta, Scope.of_agency(there.agency.id), here.visitor.scope):
        async with place.unit_of_work(scope) as uow:
            assert await uow.correspondence.declined(here.ana.id) is None
            await uow.correspondence.decline(here.ana.id, {MailTopic.PQRS})
            await uow.commit()
    async with place.unit_of_work(scope_of_ana(here)) as uow:
        assert await uow.correspondence.declined(here.ana.id) == frozenset()
