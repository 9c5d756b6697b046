"""Who a request turns out to come from, by its token, its host and the agency it names."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest

from application.access import ClientViewer, StaffViewer, Viewer, Visitor
from application.ports.reading import Entry
from domain.accounts import Account, AccountRole, AccountStatus
from domain.agencies import Agency
from domain.errors import AgencyNotFound, Unauthenticated
from domain.sessions import Session, TokenPair
from tests import factories as a
from tests.factories import NOON
from tests.fakes.clock import FakeClock
from tests.fakes.store import FakeStore
from tests.ports.conftest import opened
from tests.ports.places import Place
from tests.postgres import Database

NOWHERE = "nowhere.example"


@dataclass
class Town:
    """An agency with a host name, a client and a session of the client's."""

    store: FakeStore
    agency: Agency
    account: Account
    session: Session
    tokens: TokenPair

    @property
    def host(self) -> str:
        return f"{self.agency.slug}.example"

    @property
    def viewer(self) -> ClientViewer:
        assert self.account.client_id is not None
        return ClientViewer(
            agency_id=self.agency.id,
            account_id=self.account.id,
            session_id=self.session.id,
            client_id=self.account.client_id,
        )

    @property
    def visitor(self) -> Visitor:
        return Visitor(agency_id=self.agency.id)

    @property
    def bearer(self) -> str:
        return self.tokens.access.token_hash


def a_town(**account: Any) -> Town:
    store, agency = FakeStore(), a.an_agency()
    client = a.a_client(agency)
    owner = a.an_account(client, **account)
    session, tokens = a.a_session(owner)
    store.add(agency, client, owner, session, tokens.access, tokens.refresh)
    store.agency_keys[f"{agency.slug}.example"] = agency.id
    return Town(store, agency, owner, session, tokens)


async def entered(place: Place, entry: Entry) -> Viewer:
    """The viewer, whose snapshot answers with the same agency."""
    async with place.readings.enter(entry) as reading:
        assert (await reading.agency()).id == reading.viewer.agency_id
        return reading.viewer


@pytest.fixture
async def here(place: Place) -> Town:
    town, other = a_town(), a_town()
    await place.plant(town.store)
    await place.plant(other.store)
    return town


@pytest.fixture
async def there(place: Place) -> Town:
    town = a_town()
    await place.plant(town.store)
    return town


def entry(town: Town | None = None, **said: Any) -> Entry:
    common: dict[str, Any] = {"token_hash": town.bearer if town else None, "host": NOWHERE}
    return Entry(**(common | said))


async def test_a_visitor_comes_to_the_agency_of_the_host(place: Place, here: Town, there: Town) -> None:
    assert await entered(place, entry(host=here.host)) == here.visitor
    # A header counts only where the host is no agency's.
    assert await entered(place, entry(host=here.host, slug=there.agency.slug)) == here.visitor
    assert await entered(place, entry(host=here.host, slug="nobody")) == here.visitor


async def test_a_visitor_comes_to_the_agency_that_the_header_names(place: Place, here: Town) -> None:
    assert await entered(place, entry(slug=here.agency.slug)) == here.visitor


@pytest.mark.parametrize("slug", [None, "nobody", "*", "", "a b *", "' or true --"])
async def test_a_visitor_without_an_agency_is_refused_where_there_are_several(
    place: Place, here: Town, slug: str | None
) -> None:
    with pytest.raises(AgencyNotFound):
        await entered(place, entry(slug=slug))
    with pytest.raises(AgencyNotFound):
        await entered(place, entry(host="*", slug=slug))


@pytest.mark.parametrize("name", ["in_memory", "postgres"])
async def test_a_visitor_comes_to_the_only_agency_there_is(name: str, clock: FakeClock, database: Database) -> None:
    async with opened(name, clock, database) as place:
        with pytest.raises(AgencyNotFound):
            await entered(place, entry())
        only = a_town()
        await place.plant(only.store)
        assert await entered(place, entry()) == only.visitor
        with pytest.raises(AgencyNotFound):
            await entered(place, entry(slug="nobody"))
        assert await entered(place, entry(only)) == only.viewer

        await place.plant(a_town().store)
        with pytest.raises(AgencyNotFound):
            await entered(place, entry())


async def test_a_token_lets_its_client_in_wherever_nothing_disagrees(place: Place, here: Town) -> None:
    for said in ({}, {"host": here.host}, {"slug": here.agency.slug}, {"host": here.host, "slug": here.agency.slug}):
        assert await entered(place, entry(here, **said)) == here.viewer
        assert await entered(place, entry(here, **said, tolerant=True)) == here.viewer


async def test_a_token_tells_when_its_session_was_last_seen(place: Place, here: Town) -> None:
    async with place.readings.enter(entry(here)) as reading:
        assert reading.last_seen_at == here.session.last_seen_at
    async with place.readings.enter(entry(host=here.host)) as reading:
        assert reading.last_seen_at is None


@pytest.mark.parametrize("roles", [(AccountRole.STAFF,), (AccountRole.ADMIN,), (AccountRole.CLIENT, AccountRole.STAFF)])
async def test_a_token_of_staff_lets_staff_in(place: Place, roles: tuple[AccountRole, ...]) -> None:
    town = a_town(roles=roles)
    await place.plant(town.store)

    viewer = await entered(place, entry(town))

    assert viewer == StaffViewer(
        agency_id=town.agency.id,
        account_id=town.account.id,
        session_id=town.session.id,
        client_id=town.account.client_id,
        is_admin=AccountRole.ADMIN in roles,
    )


async def test_a_host_or_header_of_another_agency_makes_the_token_no_good(
    place: Place, here: Town, there: Town
) -> None:
    for said, visitor in (
        ({"host": there.host}, there.visitor),
        ({"slug": there.agency.slug}, there.visitor),
        ({"host": there.host, "slug": here.agency.slug}, there.visitor),
        ({"host": here.host, "slug": there.agency.slug}, here.visitor),
        ({"host": here.host, "slug": "nobody"}, here.visitor),
    ):
        with pytest.raises(Unauthenticated):
            await entered(place, entry(here, **said))
        async with place.readings.enter(entry(here, **said, tolerant=True)) as reading:
            assert reading.viewer == visitor
            assert await reading.clients.get_many([here.viewer.client_id]) == {}
            assert await reading.accounts.get_many([here.account.id]) == {}
            assert await reading.sessions(at=NOON) == []
    with pytest.raises(Unauthenticated):
        await entered(place, entry(here, slug="nobody"))


async def test_a_token_that_nobody_has_is_refused_or_left_aside(place: Place, here: Town) -> None:
    for token in ("0" * 64, "", here.tokens.access_token, here.tokens.refresh.token_hash):
        with pytest.raises(Unauthenticated):
            await entered(place, entry(token_hash=token, host=here.host))
        with pytest.raises(Unauthenticated):
            await entered(place, entry(token_hash=token))
        tolerant = entry(token_hash=token, host=here.host, tolerant=True)
        assert await entered(place, tolerant) == here.visitor
        with pytest.raises(AgencyNotFound):
            await entered(place, entry(token_hash=token, tolerant=True))


async def test_a_token_serves_until_it_expires(place: Place, here: Town, clock: FakeClock) -> None:
    clock.set(here.tokens.access.expires_at - timedelta(microseconds=1))
    assert await entered(place, entry(here)) == here.viewer

    clock.set(here.tokens.access.expires_at)
    with pytest.raises(Unauthenticated):
        await entered(place, entry(here))
    assert await entered(place, entry(here, host=here.host, tolerant=True)) == here.visitor


async def test_a_token_serves_no_longer_than_its_session(place: Place, clock: FakeClock) -> None:
    idle, ended = a_town(), a_town()
    idle.session.expires_at = NOON + timedelta(minutes=1)
    ended.session.end(at=NOON)
    await place.plant(idle.store)
    await place.plant(ended.store)

    assert await entered(place, entry(idle)) == idle.viewer
    clock.advance(60)
    for town in (idle, ended):
        with pytest.raises(Unauthenticated):
            await entered(place, entry(town))
        assert await entered(place, entry(town, host=town.host, tolerant=True)) == town.visitor


@pytest.mark.parametrize("status", [status for status in AccountStatus if status is not AccountStatus.ACTIVE])
async def test_a_token_serves_no_longer_than_its_account(place: Place, status: AccountStatus) -> None:
    town = a_town(status=status)
    await place.plant(town.store)

    with pytest.raises(Unauthenticated):
        await entered(place, entry(town))
    assert await entered(place, entry(town, host=town.host, tolerant=True)) == town.visitor


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ((AccountRole.CLIENT,), (AccountRole.CLIENT, AccountRole.STAFF)),
        ((AccountRole.CLIENT,), (AccountRole.ADMIN,)),
        ((AccountRole.STAFF,), (AccountRole.CLIENT,)),
        ((AccountRole.CLIENT, AccountRole.ADMIN), (AccountRole.CLIENT,)),
    ],
)
async def test_a_token_serves_no_longer_than_the_role_that_its_session_began_with(
    place: Place, before: tuple[AccountRole, ...], after: tuple[AccountRole, ...]
) -> None:
    town = a_town(roles=before)
    town.account.roles = after
    await place.plant(town.store)

    with pytest.raises(Unauthenticated):
        await entered(place, entry(town))
    assert await entered(place, entry(town, host=town.host, tolerant=True)) == town.visitor


async def test_an_account_of_nobody_is_let_in_nowhere(place: Place) -> None:
    town = a_town(client_id=None)
    await place.plant(town.store)

    with pytest.raises(Unauthenticated):
        await entered(place, entry(town))
    assert await entered(place, entry(town, host=town.host, tolerant=True)) == town.visitor


async def test_a_snapshot_that_was_entered_shows_what_one_for_its_viewer_shows(place: Place, here: Town) -> None:
    async with place.readings.enter(entry(here)) as entered_as, place.readings.of(here.viewer) as opened_for:
        for reading in (entered_as, opened_for):
            assert set(await reading.clients.get_many([here.viewer.client_id])) == {here.viewer.client_id}
            assert set(await reading.accounts.get_many([here.account.id])) == {here.account.id}
            assert [session.id for session in await reading.sessions(at=NOON)] == [here.session.id]
