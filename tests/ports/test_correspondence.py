"""What clients want to be written about is kept, and chosen by them and their agency only."""

from datetime import date, timedelta
from uuid import uuid4

import pytest

from application.access import Scope
from domain.clients import Client
from domain.collections import Contact, ContactChannel, ContactKind
from domain.ids import ClientId
from domain.mail import MailTopic
from domain.personal_data import Consent, ConsentPurpose
from tests import factories as a
from tests.factories import NOON
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


async def test_whoever_was_erased_chooses_nothing(place: Place) -> None:
    v = Village()
    gone = a.a_client(v.agency, erased_at=NOON)
    v.store.add(gone)
    await place.plant(v.store)
    async with place.unit_of_work(Scope.of_agency(v.agency.id)) as uow:
        assert await uow.correspondence.declined(gone.id) is None


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


def a_contact(client: Client, on: date, kind: ContactKind = ContactKind.REMINDER) -> Contact:
    return Contact(
        id=uuid4(),
        agency_id=client.agency_id,
        client_id=client.id,
        contacted_on=on,
        at=a.NOON,
        channel=ContactChannel.EMAIL,
        kind=kind,
        event=f"{kind} {on}",
    )


async def logged(place: Place, *contacts: Contact, scope: Scope | None = None) -> None:
    async with place.unit_of_work(scope or Scope.of_agency(contacts[0].agency_id)) as uow:
        for contact in contacts:
            await uow.correspondence.log(contact)
        await uow.commit()


async def test_contacts_are_kept_and_read_by_their_client_and_the_agency(place: Place, villages: Villages) -> None:
    here, there = villages
    first, last = a_contact(here.ana, a.TODAY - timedelta(days=9)), a_contact(here.ana, a.TODAY)
    await logged(place, last, first, a_contact(here.berta, a.TODAY))

    for scope, found in (
        (Scope.of_agency(here.agency.id), [first, last]),
        (scope_of_ana(here), [first, last]),
        (here.viewer(here.berta).scope, []),
        (Scope.of_agency(there.agency.id), []),
    ):
        async with place.unit_of_work(scope) as uow:
            assert list(await uow.correspondence.contacts(here.ana.id, since=date(2020, 1, 1))) == found
            assert list(await uow.correspondence.contacts(here.ana.id, since=a.TODAY)) == found[1:]


async def test_only_the_agency_writes_that_it_wrote(place: Place, villages: Villages) -> None:
    here, there = villages
    for scope in (scope_of_ana(here), Scope.of_agency(there.agency.id)):
        with pytest.raises(place.refused):
            await logged(place, a_contact(here.ana, a.TODAY), scope=scope)


async def test_a_round_is_begun_once_a_day_by_each_agency(place: Place, villages: Villages) -> None:
    here, there = villages
    rounds = []
    for village, days in ((here, 0), (here, 0), (here, 3), (here, 2), (there, 0)):
        async with place.unit_of_work(Scope.of_agency(village.agency.id)) as uow:
            rounds.append(await uow.correspondence.begin_round(a.TODAY + timedelta(days=days)))
            await uow.commit()
    yesterday = a.TODAY - timedelta(days=1)
    assert rounds == [yesterday, None, a.TODAY, None, yesterday]


async def test_who_owes_is_found_by_when_it_is_due(place: Place, villages: Villages) -> None:
    here, there = villages

    async def owing(due_from: date, due_to: date, since: date | None = None, village: Village = here) -> set[str]:
        async with place.unit_of_work(Scope.of_agency(village.agency.id)) as uow:
            found = await uow.correspondence.owing(due_from, due_to, not_reminded_since=since)
        names = {client.id: client.name for client in village.store.clients.values()}
        return {names[key] for key in found}

    ever, july = date(2000, 1, 1), date(2026, 7, 10)
    assert await owing(ever, july) == {here.ana.name, here.diana.name, here.felix.name}
    assert await owing(date(2026, 8, 10), date(2026, 8, 10)) == {here.ana.name}
    assert await owing(date(2026, 8, 11), date(2027, 1, 1)) == set()
    assert await owing(ever, july, village=there) == {there.ana.name, there.diana.name, there.felix.name}

    await logged(place, a_contact(here.ana, a.TODAY - timedelta(days=6)))
    await logged(place, a_contact(here.diana, a.TODAY, ContactKind.COURTESY))
    async with place.unit_of_work(here.viewer(here.felix).scope) as uow:
        await uow.correspondence.decline(here.felix.id, {MailTopic.REMINDERS, MailTopic.PQRS})
        await uow.commit()
    assert await owing(ever, july, a.TODAY - timedelta(days=6)) == {here.diana.name}
    assert await owing(ever, july, a.TODAY - timedelta(days=5)) == {here.ana.name, here.diana.name}


async def test_only_who_authorised_it_last_is_found_to_collect_from(place: Place, villages: Villages) -> None:
    here, there = villages
    ever, july = date(2000, 1, 1), date(2026, 7, 10)
    debtors = (here.ana, here.diana, here.felix)

    async def decide(*consents: Consent) -> None:
        async with place.unit_of_work(Scope.of_agency(here.agency.id)) as uow:
            await uow.consents.add(consents)
            await uow.commit()

    async def found(since: date | None) -> set[ClientId]:
        async with place.unit_of_work(Scope.of_agency(here.agency.id)) as uow:
            return set(await uow.correspondence.owing(ever, july, not_reminded_since=since))

    no, earlier = {"granted": False}, a.NOON - timedelta(days=60)
    await decide(
        a.a_consent(here.ana, here.rosa, **no),
        a.a_consent(here.diana, here.rosa, **no, at=earlier),
        a.a_consent(here.felix, here.rosa, **no, purpose=ConsentPurpose.COMMERCIAL),
        a.a_consent(here.berta, here.rosa),
    )
    assert await found(a.TODAY) == {here.diana.id, here.felix.id}
    assert await found(None) == {client.id for client in debtors}

    await decide(a.a_consent(here.ana, here.rosa, at=a.NOON + timedelta(days=1)))
    assert await found(a.TODAY) == {client.id for client in debtors}
    async with place.unit_of_work(Scope.of_agency(there.agency.id)) as uow:
        assert len(await uow.correspondence.owing(ever, july, not_reminded_since=a.TODAY)) == 3
