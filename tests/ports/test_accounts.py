"""Accounts and sessions: who finds them, what is unique about them, and what changing them changes."""

from dataclasses import dataclass, replace
from datetime import timedelta

import pytest

from application.access import Scope, Visitor
from domain.accounts import Account, AccountRole, AccountStatus, login_key
from domain.agencies import Agency
from domain.clients import Client
from domain.errors import FieldProblem, FieldProblemCode, InvalidInput
from domain.sessions import Session, TokenPair
from tests import factories as a
from tests.factories import NOON
from tests.fakes.store import FakeStore
from tests.ports.places import Place
from tests.told import told


@dataclass
class Office:
    """An agency with two clients, of whom Ana has an account and a session."""

    place: Place
    agency: Agency
    ana: Client
    berta: Client
    account: Account
    session: Session
    tokens: TokenPair

    @property
    def staff(self) -> Scope:
        return Scope.of_agency(self.agency.id)

    @property
    def as_ana(self) -> Scope:
        return a.viewer_as(self.account).scope

    async def stored(self, account: Account) -> Account | None:
        async with self.place.unit_of_work(self.staff) as uow:
            return await uow.accounts.get(account.id)

    async def add(self, account: Account) -> None:
        async with self.place.unit_of_work(self.staff) as uow:
            await uow.accounts.add(account)
            await uow.commit()


async def open_office(place: Place) -> Office:
    store, agency = FakeStore(), a.an_agency()
    ana, berta = a.a_client(agency, "Ana"), a.a_client(agency, "Berta")
    account = a.an_account(ana, username="Ana", email="Ana@Correo.Example")
    session, tokens = a.a_session(account)
    store.add(agency, ana, berta, account, session, tokens.access, tokens.refresh)
    await place.plant(store)
    return Office(place, agency, ana, berta, account, session, tokens)


@pytest.fixture
async def office(place: Place) -> Office:
    return await open_office(place)


@pytest.mark.parametrize("login", ["ana", " ANA ", "ana@correo.example", "ANA@CORREO.EXAMPLE"])
async def test_a_visitor_finds_the_account_whose_login_was_typed(office: Office, login: str) -> None:
    visitor = Visitor(agency_id=office.agency.id)

    async with office.place.unit_of_work(visitor.with_login(login_key(login))) as uow:
        found = await uow.accounts.by_login(login_key(login))

    assert told(found) == told(office.account)


async def test_a_visitor_finds_no_other_account(office: Office) -> None:
    other = await open_office(office.place)
    for scope in (
        Scope(agency_id=office.agency.id),
        Scope(agency_id=office.agency.id, login_key="berta"),
        Scope(agency_id=other.agency.id, login_key=login_key(office.account.email) + "x"),
        Scope(login_key="ana", agency_id=None),
    ):
        async with office.place.unit_of_work(scope) as uow:
            if scope.agency_id is not None:
                assert await uow.accounts.by_login("ana") is None
                assert await uow.accounts.get(office.account.id) is None
    async with office.place.unit_of_work(Scope(agency_id=other.agency.id, login_key="ana")) as uow:
        found = await uow.accounts.by_login("ana")
    assert found is not None
    assert found.id == other.account.id


async def test_staff_find_all_accounts_and_a_client_the_own_one(office: Office) -> None:
    account = a.an_account(office.berta)
    await office.add(account)

    async with office.place.unit_of_work(office.staff) as uow:
        assert await uow.accounts.get(office.account.id, for_update=True) is not None
        assert await uow.accounts.get(account.id) is not None
    async with office.place.unit_of_work(office.as_ana) as uow:
        assert await uow.accounts.get(office.account.id, for_update=True) is not None
        assert await uow.accounts.get(account.id) is None
        assert await uow.accounts.by_login(login_key(account.username)) is None


@pytest.mark.parametrize(("before", "after"), [(None, "berta@correo.example"), ("otra@correo.example", None)])
async def test_a_client_without_an_email_gets_the_accounts(
    office: Office, before: str | None, after: str | None
) -> None:
    client = a.a_client(office.agency, "Berta", email=before)
    store = FakeStore()
    store.add(client)
    await office.place.plant(store)
    await office.add(a.an_account(client, email="berta@correo.example"))

    async with office.place.readings.of(a.staff_of(office.agency)) as reading:
        found = (await reading.clients.get_many([client.id]))[client.id]
    assert found.email == (after or before)


async def test_all_of_an_account_is_kept(office: Office) -> None:
    account = a.an_account(
        office.berta, roles=(AccountRole.CLIENT, AccountRole.ADMIN), status=AccountStatus.INVITED, password_hash=None
    )
    await office.add(account)
    assert told(await office.stored(account)) == told(account)

    account.status, account.password_hash, account.last_login_at = AccountStatus.LOCKED, "otro", NOON
    account.email, account.roles = "Nuevo@Correo.Example", (AccountRole.STAFF,)
    async with office.place.unit_of_work(office.staff) as uow:
        await uow.accounts.save(account)
        await uow.commit()

    assert told(await office.stored(account)) == told(account)
    async with office.place.unit_of_work(office.staff) as uow:
        assert await uow.accounts.by_login("nuevo@correo.example") is not None


@pytest.mark.parametrize("field", ["username", "email", "client"])
async def test_name_email_and_client_are_unique_in_the_agency(office: Office, field: str) -> None:
    given = {"username": "ANA", "email": "ana@correo.EXAMPLE", "client": office.ana.id}
    name = "client_id" if field == "client" else field
    twin = a.an_account(office.berta, **{name: given[field]})

    async with office.place.unit_of_work(office.staff) as uow:
        with pytest.raises(InvalidInput) as refusal:
            await uow.accounts.add(twin)
        # What the refusal leaves is usable: nothing was added, and the work goes on.
        assert await uow.accounts.get(twin.id) is None
        await uow.commit()

    assert refusal.value.problems == (FieldProblem(field, FieldProblemCode.DUPLICATE),)
    assert await office.stored(twin) is None
    other = await open_office(office.place)
    assert told(await other.stored(other.account)) == told(other.account)  # the same names, in another agency


async def test_contact_data_are_those_of_the_accounts_client(office: Office) -> None:
    before = (office.ana.phone, office.ana.address, office.ana.city)
    async with office.place.unit_of_work(office.as_ana) as uow:
        assert await uow.accounts.contact_data(office.account) == before
        await uow.accounts.change_profile(office.account, phone=None, address="Calle 9", city="Cali")
        await uow.commit()

    async with office.place.readings.of(a.staff_of(office.agency)) as reading:
        clients = await reading.clients.get_many([office.ana.id, office.berta.id])
    ana, berta = clients[office.ana.id], clients[office.berta.id]
    assert (ana.phone, ana.address, ana.city) == (None, "Calle 9", "Cali")
    assert (ana.name, ana.email) == (office.ana.name, office.ana.email)
    assert told(berta) == told(office.berta)


async def test_a_token_is_found_by_who_holds_its_key_only(office: Office) -> None:
    tokens = office.tokens
    for key, asked, found in (
        (tokens.refresh.token_hash, tokens.refresh, True),
        (tokens.access.token_hash, tokens.access, True),
        (tokens.access.token_hash, tokens.refresh, False),
        ("", tokens.access, False),
    ):
        async with office.place.unit_of_work(Scope(session_key=key)) as uow:
            token = await uow.sessions.find_token(asked.token_hash)
            assert told(token) == (told(asked) if found else None)


async def test_sessions_are_those_of_the_scopes_account(office: Office) -> None:
    other = a.an_account(office.berta)
    await office.add(other)
    staff = replace(office.staff, account_id=other.id)

    async with office.place.unit_of_work(office.as_ana) as uow:
        assert told(await uow.sessions.get(office.session.id, for_update=True)) == told(office.session)
        assert told(await uow.sessions.live(at=NOON)) == told([office.session])
    for scope in (staff, office.staff, a.viewer_as(other).scope, Scope(agency_id=office.agency.id)):
        async with office.place.unit_of_work(scope) as uow:
            assert await uow.sessions.get(office.session.id) is None
            assert await uow.sessions.live(at=NOON) == []


async def test_live_sessions_are_neither_ended_nor_expired_and_the_newest_first(office: Office) -> None:
    begun = [a.a_session(office.account, at=NOON + timedelta(minutes=minute))[0] for minute in (1, 3, 2)]
    begun[0].end(at=NOON)
    begun[1].expires_at = NOON + timedelta(minutes=5)
    async with office.place.unit_of_work(office.as_ana) as uow:
        for session in begun:
            await uow.sessions.add(session)
        await uow.commit()

    for minute, expected in ((4, [begun[1], begun[2], office.session]), (5, [begun[2], office.session])):
        async with office.place.unit_of_work(office.as_ana) as uow:
            live = await uow.sessions.live(at=NOON + timedelta(minutes=minute))
        assert [session.id for session in live] == [session.id for session in expected]


async def test_rotating_marks_the_refresh_tokens_that_still_counted(office: Office) -> None:
    sibling, elsewhere = office.session.issue(at=NOON), a.a_session(office.account)
    sibling.refresh.rotated_at = NOON - timedelta(hours=1)
    at = NOON + timedelta(minutes=1)
    async with office.place.unit_of_work(office.as_ana) as uow:
        await uow.sessions.add(elsewhere[0])
        await uow.sessions.add_tokens([sibling.access, sibling.refresh, elsewhere[1].refresh])
        office.session.last_seen_at = at
        await uow.sessions.save(office.session)
        await uow.sessions.mark_rotated(office.session.id, at=at)
        await uow.commit()

    rotated = {}
    for token in (office.tokens.access, office.tokens.refresh, sibling.access, sibling.refresh, elsewhere[1].refresh):
        async with office.place.unit_of_work(Scope(session_key=token.token_hash)) as uow:
            found = await uow.sessions.find_token(token.token_hash)
        assert found is not None
        rotated[token.token_hash] = found.rotated_at
    assert list(rotated.values()) == [None, at, None, NOON - timedelta(hours=1), None]
    async with office.place.unit_of_work(office.as_ana) as uow:
        assert told(await uow.sessions.get(office.session.id)) == told(office.session)


async def test_a_second_factor_is_kept_in_place_of_the_one_before(office: Office) -> None:
    first = a.a_second_factor(office.account)
    second = a.a_second_factor(
        office.account, secret="another", confirmed_at=NOON, last_step=59_000_000_000, recovery=("one", "two")
    )
    for factor in (first, second):
        async with office.place.unit_of_work(office.as_ana) as uow:
            await uow.second_factors.put(factor)
            await uow.commit()
        async with office.place.unit_of_work(office.as_ana) as uow:
            assert told(await uow.second_factors.get(office.account.id)) == told(factor)


async def test_how_many_codes_on_paper_are_left_is_told_of_ones_own_account_once_it_is_on(office: Office) -> None:
    ana = a.viewer_as(office.account)
    seen: list[int | None] = []
    for changes in (None, {"recovery": ("one",)}, {"confirmed_at": NOON, "recovery": ("one", "two")}, {"recovery": ()}):
        if changes is not None:
            factor = a.a_second_factor(office.account, **({"confirmed_at": NOON} if seen[2:] else {}) | changes)
            async with office.place.unit_of_work(office.as_ana) as uow:
                await uow.second_factors.put(factor)
                await uow.commit()
        async with office.place.readings.of(ana) as reading:
            seen.append(await reading.recovery_codes_left())
    assert seen == [None, None, 2, 0]

    berta = a.an_account(office.berta)
    await office.add(berta)
    elsewhere = replace(ana, agency_id=(await open_office(office.place)).agency.id)
    for other in (a.viewer_as(berta), a.staff_of(office.agency), Visitor(agency_id=office.agency.id), elsewhere):
        async with office.place.readings.of(other) as reading:
            assert await reading.recovery_codes_left() is None


async def test_a_second_factor_is_its_owners_and_staff_only_take_it_away(office: Office) -> None:
    berta = a.an_account(office.berta)
    await office.add(berta)
    factor = a.a_second_factor(office.account)
    for scope in (a.viewer_as(berta).scope, office.staff, Visitor(agency_id=office.agency.id).scope):
        async with office.place.unit_of_work(scope) as uow:
            with pytest.raises(office.place.refused):
                await uow.second_factors.put(factor)
    async with office.place.unit_of_work(office.as_ana) as uow:
        await uow.second_factors.put(factor)
        await uow.commit()

    other = await open_office(office.place)
    for scope in (a.viewer_as(berta).scope, Visitor(agency_id=office.agency.id).scope, other.staff):
        async with office.place.unit_of_work(scope) as uow:
            assert await uow.second_factors.get(office.account.id) is None
            assert not await uow.second_factors.remove(office.account.id)
    async with office.place.unit_of_work(office.staff) as uow:
        assert await uow.second_factors.get(office.account.id) is None
        assert await uow.second_factors.remove(office.account.id)
        assert not await uow.second_factors.remove(office.account.id)
        await uow.commit()
    async with office.place.unit_of_work(office.as_ana) as uow:
        assert await uow.second_factors.get(office.account.id) is None
