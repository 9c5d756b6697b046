"""One-time links: who finds one, and what ending them ends; and what staff do to the accounts of others."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from application.access import Scope
from application.filters import AccountFilter, Parent
from application.pagination import PageRequest
from domain.accounts import Account, AccountRole, AccountStatus
from domain.clients import ClientProfile
from domain.contracts import PartyRole
from domain.errors import FieldProblem, FieldProblemCode, InvalidInput
from domain.links import AccountLink, LinkPurpose
from tests import factories as a
from tests.factories import NOON
from tests.fakes.store import FakeStore
from tests.ports.places import Place
from tests.ports.test_accounts import Office, open_office
from tests.told import told

P = LinkPurpose
LATER = NOON + timedelta(minutes=5)


@pytest.fixture
async def office(place: Place) -> Office:
    return await open_office(place)


async def add(office: Office, *links: AccountLink) -> None:
    async with office.place.unit_of_work(office.staff) as uow:
        await uow.links.add(links)
        await uow.commit()


async def stored(office: Office, link: AccountLink) -> AccountLink | None:
    async with office.place.unit_of_work(office.staff) as uow:
        return await uow.links.get(link.id)


@pytest.mark.parametrize("purpose", P)
async def test_all_of_a_link_is_kept_and_found_by_its_token(office: Office, purpose: LinkPurpose) -> None:
    link = a.a_link(office.account, purpose)
    await add(office, link)

    visitor = Scope(agency_id=office.agency.id, link_key=link.token_hash)
    async with office.place.unit_of_work(visitor) as uow:
        assert told(await uow.links.find(link.token_hash)) == told(link)
    async with office.place.readings.of(a.staff_of(office.agency)) as reading:
        assert told(await reading.links([link.id])) == told({link.id: link})


async def test_nobody_else_finds_it(office: Office) -> None:
    link, other = a.a_link(office.account), await open_office(office.place)
    await add(office, link)
    stranger = a.an_account(office.berta)
    await office.add(stranger)

    for scope in (
        Scope(agency_id=office.agency.id),
        Scope(agency_id=office.agency.id, link_key="otra"),
        Scope(agency_id=other.agency.id, link_key=link.token_hash),
        replace(other.staff, link_key=link.token_hash),
        a.viewer_as(stranger).scope,
    ):
        async with office.place.unit_of_work(scope) as uow:
            assert await uow.links.find(link.token_hash) is None
            assert await uow.links.get(link.id) is None
    for viewer in (a.viewer_as(office.account), a.viewer_as(stranger), a.staff_of(other.agency)):
        async with office.place.readings.of(viewer) as reading:
            assert await reading.links([link.id]) == {}


async def test_whoever_holds_its_token_alone_ends_nothing(office: Office) -> None:
    link = a.a_link(office.account)
    await add(office, link)

    async with office.place.unit_of_work(Scope(agency_id=office.agency.id, link_key=link.token_hash)) as uow:
        await uow.links.end_all(office.account.id, at=LATER)
        await uow.commit()

    assert told(await stored(office, link)) == told(link)


@pytest.mark.parametrize(
    "scope_of",
    [
        lambda office: office.staff,
        lambda office: office.as_ana,
        lambda office: Scope.of_account(office.account),
        lambda office: Scope(agency_id=office.agency.id, account_id=office.account.id),
    ],
    ids=["staff", "session", "owner", "owner before scope"],
)
async def test_ending_ends_those_of_the_account_that_have_not_ended(
    office: Office, scope_of: Callable[[Office], Scope]
) -> None:
    neighbour = a.an_account(office.berta)
    await office.add(neighbour)
    live, ended, others = a.a_link(office.account), a.a_link(office.account, ended_at=NOON), a.a_link(neighbour)
    await add(office, live, ended, others)

    async with office.place.unit_of_work(scope_of(office)) as uow:
        await uow.links.end_all(office.account.id, at=LATER)
        await uow.commit()

    found = [await stored(office, link) for link in (live, ended, others)]
    assert [link.ended_at if link else "gone" for link in found] == [LATER, NOON, None]


async def test_links_made_since_are_counted_by_account_and_purpose(office: Office) -> None:
    neighbour = a.an_account(office.berta)
    await office.add(neighbour)
    before = replace(a.a_link(office.account), created_at=NOON - timedelta(hours=1))
    await add(
        office,
        before,
        a.a_link(office.account, P.INVITATION),
        a.a_link(office.account, ended_at=NOON),
        a.a_link(neighbour, P.EMAIL_CHANGE),
    )
    ids = [office.account.id, neighbour.id]

    async with office.place.unit_of_work(office.staff) as uow:
        since = NOON - timedelta(hours=1)
        assert await uow.links.made_since(ids, since) == {ids[0]: 2, ids[1]: 1}
        assert await uow.links.made_since(ids, since, P.INVITATION) == {ids[0]: 1, ids[1]: 0}
        assert await uow.links.made_since(ids, since, P.RESET, P.EMAIL_CHANGE) == {ids[0]: 1, ids[1]: 1}
        assert await uow.links.made_since(ids[:1], NOON - timedelta(days=1)) == {ids[0]: 3}
        sent = before.email
        assert await uow.links.made_since(ids[:1], since, email=sent) == {ids[0]: 2}
        assert await uow.links.made_since(ids[:1], since, email=f"otra.{sent}") == {ids[0]: 0}


async def test_a_link_for_anothers_account_is_not_added(office: Office) -> None:
    stranger = a.an_account(office.berta)
    await office.add(stranger)
    for scope in (office.as_ana, Scope(agency_id=office.agency.id)):
        async with office.place.unit_of_work(scope) as uow:
            with pytest.raises(office.place.refused):
                await uow.links.add([a.a_link(stranger)])


async def test_staff_end_the_sessions_of_others_and_clients_only_their_own(office: Office) -> None:
    other = a.an_account(office.berta)
    await office.add(other)
    over, _ = a.a_session(office.account)
    over.end(at=NOON)
    async with office.place.unit_of_work(office.as_ana) as uow:
        await uow.sessions.add(over)
        await uow.commit()

    async with office.place.unit_of_work(a.viewer_as(other).scope) as uow:
        assert await uow.sessions.end_all(office.account.id, at=LATER) == 0
    async with office.place.unit_of_work(office.as_ana) as uow:
        assert await uow.sessions.end_all(office.account.id, at=LATER, but=office.session.id) == 0
    async with office.place.unit_of_work(office.staff) as uow:
        assert await uow.sessions.end_all(office.account.id, at=LATER) == 1
        await uow.commit()

    async with office.place.unit_of_work(office.as_ana) as uow:
        assert await uow.sessions.live(at=LATER) == []
        ended = await uow.sessions.get(over.id)
    assert ended is not None
    assert ended.ended_at == NOON


async def test_sessions_of_staff_without_a_second_factor_end_together(office: Office) -> None:
    agency, elsewhere = office.agency, a.an_agency()
    bare, guarded = a.a_staff_account(agency), a.a_staff_account(agency, second_factor=True)
    both = a.an_account(office.berta, roles=(AccountRole.CLIENT, AccountRole.ADMIN))
    stranger = a.a_staff_account(elsewhere)
    begun = [a.a_session(it) for it in (bare, guarded, both, stranger)]
    begun.append(a.a_session(bare, at=NOON - timedelta(days=2)))  # over by itself
    store = FakeStore()
    store.add(elsewhere, bare, guarded, both, stranger)
    for session, tokens in begun:
        store.add(session, tokens.access, tokens.refresh)
    await office.place.plant(store)

    async def end(scope: Scope) -> int:
        async with office.place.unit_of_work(scope) as uow:
            ended = await uow.sessions.end_without_second_factor(at=LATER)
            await uow.commit()
        return ended

    assert await end(office.as_ana) == 0
    assert await end(office.staff) == 2
    assert await end(office.staff) == 0
    live = {}
    for account in (bare, guarded, both, stranger, office.account):
        async with office.place.unit_of_work(Scope(agency_id=account.agency_id, account_id=account.id)) as uow:
            live[account.id] = len(await uow.sessions.live(at=LATER))
    assert list(live.values()) == [0, 1, 0, 1, 1]


async def test_a_new_email_is_the_clients_too_and_searched_by(office: Office) -> None:
    async with office.place.unit_of_work(Scope.of_account(office.account)) as uow:
        account = await uow.accounts.get(office.account.id, for_update=True)
        assert account is not None
        account.email = "Nueva@Correo.Example"
        await uow.accounts.save_login(account)
        await uow.commit()

    async with office.place.readings.of(a.staff_of(office.agency)) as reading:
        (client,) = (await reading.clients.get_many([office.ana.id])).values()
        assert client.email == "Nueva@Correo.Example"
        assert client.phone == office.ana.phone
        page = PageRequest(size=10)
        for search, found in (("nueva@correo", [office.account.id]), ("ana@correo", [])):
            narrowed = AccountFilter(search=search)
            pages = await reading.accounts.pages(Parent.SCOPE, [office.agency.id], narrowed, page)
            assert [it.id for it in pages[office.agency.id].items] == found


@pytest.mark.parametrize("field", ["username", "email"])
async def test_a_name_that_another_has_is_refused_and_the_work_goes_on(office: Office, field: str) -> None:
    other = a.an_account(office.berta, username="Berta", email="Berta@Correo.Example")
    await office.add(other)

    async with office.place.unit_of_work(office.staff) as uow:
        account = await uow.accounts.get(office.account.id)
        assert account is not None
        setattr(account, field, getattr(other, field).upper())
        with pytest.raises(InvalidInput) as refusal:
            await uow.accounts.save_login(account)
        again = await uow.accounts.get(other.id)
        assert again is not None

    assert refusal.value.problems == (FieldProblem(field, FieldProblemCode.DUPLICATE),)


async def test_staff_find_clients_and_their_accounts_to_invite_them(office: Office) -> None:
    other = await open_office(office.place)
    async with office.place.unit_of_work(office.staff) as uow:
        assert told(await uow.accounts.client(office.ana.id)) == told(office.ana)
        assert told(await uow.accounts.of_client(office.ana.id)) == told(office.account)
        assert await uow.accounts.of_client(office.berta.id) is None
        assert await uow.accounts.client(other.ana.id) is None
        assert await uow.accounts.of_client(other.ana.id) is None
        assert await uow.accounts.taken_logins() == {"ana", "ana@correo.example"}
    async with office.place.unit_of_work(office.as_ana) as uow:
        assert await uow.accounts.client(office.berta.id) is None


async def test_invitees_come_by_name_with_whether_they_have_an_account(office: Office) -> None:
    home = a.a_property(office.agency)
    lease = a.a_lease(home)
    zoe = a.a_client(office.agency, "Zoe")
    store = FakeStore()
    store.add(zoe, home, lease, *a.parties_of(lease, (zoe, PartyRole.TENANT), (office.berta, PartyRole.CO_DEBTOR)))
    await office.place.plant(store)

    async with office.place.unit_of_work(office.staff) as uow:
        every = await uow.accounts.invitees(None, None)
        assert [(it.client.id, it.has_account) for it in every] == [
            (office.ana.id, True),
            (office.berta.id, False),
            (zoe.id, False),
        ]
        some = await uow.accounts.invitees([office.berta.id], None)
        tenants = await uow.accounts.invitees(None, ClientProfile.TENANT)
        nothing = await uow.accounts.invitees([zoe.id], ClientProfile.NONE)
    assert [[it.client.id for it in found] for found in (some, tenants, nothing)] == [[office.berta.id], [zoe.id], []]
    async with office.place.unit_of_work(office.as_ana) as uow:
        assert [it.client.id for it in await uow.accounts.invitees(None, None)] in ([], [office.ana.id])


async def test_of_new_accounts_those_that_somebody_has_meanwhile_are_left_out(office: Office) -> None:
    zoe, yara = (a.a_client(office.agency, name) for name in ("Zoe", "Yara"))
    store = FakeStore()
    store.add(zoe, yara)
    await office.place.plant(store)
    good = a.an_account(office.berta)
    twins = [
        a.an_account(zoe, username="ANA"),
        a.an_account(yara, email="ANA@correo.example"),
        a.an_account(office.ana),
    ]

    async with office.place.unit_of_work(office.staff) as uow:
        assert set(await uow.accounts.add_new([*twins, good])) == {good.id}
        await uow.commit()

    assert told(await office.stored(good)) == told(good)
    assert [await office.stored(twin) for twin in twins] == [None] * 3


async def test_those_who_manage_and_may_sign_in(office: Office) -> None:
    def manager(**given: object) -> Account:
        return a.a_staff_account(office.agency, **({"roles": (AccountRole.STAFF, AccountRole.ADMIN)} | given))

    eva, adan = manager(), manager(roles=(AccountRole.ADMIN,))
    for account in (eva, adan, manager(status=AccountStatus.INVITED), manager(roles=(AccountRole.STAFF,))):
        await office.add(account)
    other = await open_office(office.place)
    await other.add(a.a_staff_account(other.agency, roles=(AccountRole.ADMIN,)))

    async with office.place.unit_of_work(office.staff) as uow:
        assert set(await uow.accounts.active_admins()) == {eva.id, adan.id}


@pytest.mark.parametrize(
    ("given", "names"),
    [
        ({}, ["Berta", "ana", "José Núñez"]),
        ({"search": "jose NUNEZ"}, ["José Núñez"]),
        ({"search": "ana"}, ["ana"]),
        ({"search": "muñoz"}, ["Berta"]),
        ({"role": AccountRole.STAFF}, ["José Núñez"]),
        ({"role": AccountRole.CLIENT}, ["Berta", "ana"]),
        ({"status": AccountStatus.INVITED}, ["Berta"]),
        ({"search": "berta", "status": AccountStatus.ACTIVE}, []),
    ],
)
async def test_accounts_are_listed_newest_first_and_searched_as_people_write(
    place: Place, given: dict[str, object], names: list[str]
) -> None:
    store, agency = FakeStore(), a.an_agency()
    ana, berta = a.a_client(agency, "Lucía Gil"), a.a_client(agency, "Berta MUÑOZ")
    times = [{"created_at": NOON - timedelta(days=days)} for days in (3, 2, 1)]
    store.add(
        agency,
        ana,
        berta,
        a.a_staff_account(agency, username="José Núñez", **times[0]),
        a.an_account(ana, username="ana", email="ana@correo.example", **times[1]),
        a.an_account(berta, username="Berta", email="b@correo.example", status=AccountStatus.INVITED, **times[2]),
    )
    await place.plant(store)

    async with place.readings.of(a.staff_of(agency)) as reading:
        narrowed = AccountFilter(**given)  # type: ignore[arg-type]
        pages = await reading.accounts.pages(Parent.SCOPE, [agency.id], narrowed, PageRequest(size=10))
        counts = await reading.accounts.counts(Parent.SCOPE, [agency.id], narrowed)

    assert [it.username for it in pages[agency.id].items] == names
    assert counts[agency.id] == len(names)
