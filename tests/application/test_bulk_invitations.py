"""Inviting everybody at once: who is, who is not and why, and that nobody is twice."""

from uuid import uuid4

import pytest

from application.ports.jobs import Pace
from application.use_cases.bulk_invitations import MOST_AT_ONCE, ClientsInvited, InvitationObstacle, InviteClients
from domain.accounts import AccountStatus
from domain.clients import Client, ClientProfile
from domain.contracts import PartyRole
from domain.errors import InvalidInput, NotAllowed, Unauthenticated
from domain.ids import ClientId
from tests import factories as a
from tests.application.accounts_world import BASE, World, names
from tests.told import told

O = InvitationObstacle  # noqa: E741


@pytest.fixture
def world() -> World:
    """Ana has an account, Ciro no e-mail, Berta can be invited; so can the others, but for what they share."""
    world = World()
    world.add(
        a.a_client(world.agency, "Delia Mora", email="DELIA@correo.example", document_number="100200"),
        a.a_client(world.agency, "Elías Mora", email="delia@correo.example"),
        a.a_client(world.agency, "Fabio Niño", document_number="100200"),
        a.a_client(world.agency, "Gina Vargas", document_number="SARA"),
    )
    return world


def named(world: World, *starts: str) -> list[ClientId]:
    return [next(it.id for it in world.store.clients.values() if it.name.startswith(start)) for start in starts]


async def invite(world: World, *, most: int = MOST_AT_ONCE, **given: object) -> ClientsInvited:
    use_case = InviteClients(unit_of_work=world.database, links=world.links, clock=world.clock, most_at_once=most)
    return await use_case(world.viewer(world.sara), **given)  # type: ignore[arg-type]


async def test_whoever_can_be_is_invited_and_the_others_are_told_by_why(world: World) -> None:
    done = await invite(world)

    assert (done.invited, done.remaining) == (2, 0)
    assert done.skipped == {
        O.HAS_ACCOUNT: named(world, "Ana"),
        O.NO_EMAIL: named(world, "Ciro"),
        O.EMAIL_TAKEN: named(world, "Elías"),
        O.USERNAME_TAKEN: named(world, "Fabio", "Gina"),
    }
    made = {account.email for account in world.store.accounts.values() if account.status is AccountStatus.INVITED}
    assert made == {world.berta.email, "DELIA@correo.example"}
    assert {kept.job.pace for kept in world.store.jobs} == {Pace.BULK}
    mails = await world.post()
    assert names(mails) == ["invitation"] * 2
    assert {mail.address for mail in mails} == made
    (entry,) = world.store.audit
    assert entry.action == "CLIENTS_INVITED"
    assert "correo.example" not in entry.changes


async def test_counting_first_changes_nothing_and_says_the_same(world: World) -> None:
    before = told(vars(world.store))
    counted = await invite(world, dry_run=True)

    assert told(vars(world.store)) == before
    assert counted == await invite(world)


async def test_repeating_it_invites_nobody_twice(world: World) -> None:
    await invite(world)
    await world.post()
    before = told(vars(world.store))

    again = await invite(world)

    assert (again.invited, len(again.skipped[O.HAS_ACCOUNT])) == (0, 3)
    assert told(vars(world.store)) == before


async def test_only_some_by_name_or_by_profile(world: World) -> None:
    home = a.a_property(world.agency)
    lease = a.a_lease(home)
    (delia,) = (it for it in world.store.clients.values() if it.name.startswith("Delia"))
    world.add(home, lease, *a.parties_of(lease, (delia, PartyRole.TENANT)))

    assert (await invite(world, profile=ClientProfile.OWNER, dry_run=True)).invited == 0
    assert (await invite(world, profile=ClientProfile.TENANT, dry_run=True)).invited == 1
    assert (await invite(world, profile=ClientProfile.NONE, dry_run=True)).invited == 3
    assert (await invite(world, client_ids=[world.berta.id])).invited == 1
    assert (await invite(world, client_ids=[])).invited == 0


async def test_clients_of_others_do_not_exist(world: World) -> None:
    elsewhere = a.an_agency(link_base=BASE)
    stranger = a.a_client(elsewhere)
    world.add(elsewhere, stranger)
    before = told(vars(world.store))

    for strange in (stranger.id, ClientId(uuid4())):
        with pytest.raises(InvalidInput) as refusal:
            await invite(world, client_ids=[world.berta.id, strange])
        assert [(it.field, it.code.value) for it in refusal.value.problems] == [("clientIds.1", "NOT_FOUND")]
    with pytest.raises(InvalidInput) as refusal:
        await invite(world, client_ids=[world.berta.id] * 1_001)
    assert [(it.field, it.code.value, it.limit) for it in refusal.value.problems] == [("clientIds", "TOO_LONG", 1_000)]
    assert told(vars(world.store)) == before


async def test_very_many_are_taken_in_turns(world: World) -> None:
    people: list[Client] = [a.a_client(world.agency, f"Persona {number:02d}") for number in range(5)]
    world.add(*people)

    turns = [await invite(world, most=3) for _ in range(4)]

    assert [(it.invited, it.remaining) for it in turns] == [(3, 4), (3, 1), (1, 0), (0, 0)]


async def test_it_is_for_staff_of_an_agency_with_pages(world: World) -> None:
    use_case = InviteClients(unit_of_work=world.database, links=world.links, clock=world.clock)
    with pytest.raises(NotAllowed):
        await use_case(world.viewer(world.ana))
    with pytest.raises(Unauthenticated):
        await use_case(world.visitor)
    world.agency.link_base = None
    with pytest.raises(InvalidInput):
        await invite(world, dry_run=True)
    assert world.store.jobs == []
