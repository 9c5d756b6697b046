"""What opens nothing any more is taken away by whom it belongs to: links by their agency, sessions by their account."""

from datetime import timedelta

import pytest

from application.access import Scope
from domain.ids import AccountId
from tests import factories as a
from tests.factories import NOON
from tests.ports.places import Place
from tests.ports.test_accounts import Office, open_office

LATER = NOON + timedelta(minutes=5)


@pytest.fixture
async def office(place: Place) -> Office:
    return await open_office(place)


async def test_links_that_ran_out_are_forgotten_by_the_staff_of_their_agency_alone(office: Office) -> None:
    other = await open_office(office.place)
    old, used = a.a_link(office.account, expires_at=LATER), a.a_link(office.account, ended_at=NOON, expires_at=LATER)
    young = a.a_link(office.account, ended_at=NOON, expires_at=LATER + timedelta(seconds=1))
    async with office.place.unit_of_work(office.staff) as uow:
        await uow.links.add([old, used, young])
        await uow.commit()
    before = LATER + timedelta(seconds=1)

    async def forget(scope: Scope) -> int:
        async with office.place.unit_of_work(scope) as uow:
            gone = await uow.links.forget(before=before)
            await uow.commit()
        return gone

    held = Scope(agency_id=office.agency.id, link_key=old.token_hash)
    for scope in (held, office.as_ana, Scope.of_account(office.account), other.staff):
        assert await forget(scope) == 0
    assert (await forget(office.staff), await forget(office.staff)) == (2, 0)
    async with office.place.unit_of_work(office.staff) as uow:
        found = [await uow.links.get(link.id) for link in (old, used, young)]
    assert [it is None for it in found] == [True, True, False]


async def test_sessions_that_are_over_are_found_by_staff_and_forgotten_by_whose_they_are(office: Office) -> None:
    neighbour = a.an_account(office.berta)
    await office.add(neighbour)
    before = NOON - timedelta(days=30)
    over, out, live = (a.a_session(office.account) for _ in range(3))
    theirs = a.a_session(neighbour)
    over[0].ended_at, out[0].expires_at, theirs[0].ended_at = (before - timedelta(seconds=1),) * 3
    live[0].ended_at = before
    for scope, sessions in ((office.as_ana, (over, out, live)), (a.viewer_as(neighbour).scope, (theirs,))):
        async with office.place.unit_of_work(scope) as uow:
            for session, pair in sessions:
                await uow.sessions.add(session)
                await uow.sessions.add_tokens([pair.access, pair.refresh])
            await uow.commit()

    async def told_of(scope: Scope, limit: int = 9) -> list[AccountId]:
        async with office.place.unit_of_work(scope) as uow:
            return list(await uow.sessions.whose_are_over(before=before, limit=limit))

    async def forget(scope: Scope) -> int:
        async with office.place.unit_of_work(scope) as uow:
            gone = await uow.sessions.forget(before=before)
            await uow.commit()
        return gone

    whose = sorted([office.account.id, neighbour.id])
    other = await open_office(office.place)
    assert (await told_of(office.staff), await told_of(office.staff, 1)) == (whose, whose[:1])
    assert await told_of(other.staff) == await told_of(Scope(agency_id=office.agency.id)) == []
    for scope in (office.staff, Scope(agency_id=office.agency.id), other.staff):
        assert await forget(scope) == 0
    bare = Scope(agency_id=office.agency.id, account_id=office.account.id)
    assert (await forget(bare), await forget(bare)) == (2, 0)
    assert await told_of(office.staff) == [neighbour.id]
    async with office.place.unit_of_work(office.as_ana) as uow:
        found = [await uow.sessions.get(session.id) for session, _ in (over, out, live)]
        assert [it is None for it in found] == [True, True, False]
    for pair, there in ((over[1], False), (live[1], True)):
        key = pair.refresh.token_hash
        async with office.place.unit_of_work(Scope(session_key=key)) as uow:
            assert (await uow.sessions.find_token(key) is not None) == there
