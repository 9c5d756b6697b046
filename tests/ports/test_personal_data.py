"""What somebody authorised stands and is theirs to read; of whose data was taken away the papers' name is left, as
long as the law wants it."""

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta

import pytest

from application.access import Scope
from domain.accounts import Account, AccountRole, AccountStatus
from domain.clients import Client
from domain.contracts import ContractStatus, PartyRole
from domain.personal_data import Consent, ConsentPurpose, Obstacle
from tests import factories as a
from tests.factories import NOON
from tests.fakes.store import FakeStore
from tests.ports.places import Place
from tests.told import told
from tests.village import Village, two_villages

LAST_DAY = date(2026, 12, 31)
"""Of what is kept of Hugo, who paid for the last time on the last evening of 2016 in Bogotá."""


@dataclass
class Town:
    place: Place
    here: Village
    there: Village
    hugo: Client
    account: Account
    ines: Client

    @property
    def staff(self) -> Scope:
        return Scope.of_agency(self.here.agency.id)

    async def decide(self, *consents: Consent, scope: Scope | None = None) -> None:
        async with self.place.unit_of_work(scope or self.staff) as uow:
            await uow.consents.add(consents)
            await uow.commit()

    async def erase(self, client: Client, *, at: datetime = NOON) -> tuple[dict[str, int], date | None]:
        async with self.place.unit_of_work(self.staff) as uow:
            found = await uow.erasures.lock(client.id)
            assert found is not None
            erased = await uow.erasures.erase(found, at=at)
            await uow.commit()
        return dict(erased.rows), erased.keep_until

    async def forget(self, on: date, *, limit: int = 10, scope: Scope | None = None) -> list[tuple[object, date]]:
        async with self.place.unit_of_work(scope or self.staff) as uow:
            gone = await uow.erasures.forget_identities(on=on, limit=limit)
            await uow.commit()
        return list(gone)

    async def papers_of(self, client: Client) -> str | None:
        async with self.place.readings.of(self.here.staff) as reading:
            kept = (await reading.personal_data.on_papers([client.id])).get(client.id)
        return kept.name if kept else None

    async def paid(self, client: Client, at: datetime) -> None:
        later = FakeStore()
        later.add(a.a_payment(client, paid_at=at))
        await self.place.plant(later)


@pytest.fixture
async def town(place: Place) -> Town:
    here, there, both = two_villages()
    hugo, ines = a.a_client(here.agency, "Hugo Mora"), a.a_client(here.agency, "Inés Lara")
    account = a.an_account(hugo)
    lease = a.a_lease(here.depot, status=ContractStatus.TERMINATED, end_on=date(2016, 12, 31))
    both.add(hugo, ines, account, a.a_link(account), a.a_second_factor(account))
    session, pair = a.a_session(account)
    both.add(session, pair.access, pair.refresh)
    both.add(lease, *a.parties_of(lease, (hugo, PartyRole.TENANT), (ines, PartyRole.CO_DEBTOR)))
    for client, day in ((hugo, date(2016, 11, 1)), (ines, date(2015, 1, 1))):
        both.add(a.an_invoice(client, lease, issued_on=day, paid=1_000_000))
    both.add(a.a_payment(hugo, paid_at=datetime(2017, 1, 1, 4, tzinfo=UTC)))
    await place.plant(both)
    return Town(place, here, there, hugo, account, ines)


async def test_decisions_are_kept_and_read_the_newest_first_by_whose_they_are_and_the_staff(town: Town) -> None:
    here, there = town.here, town.there
    ciro = here.accounts[here.ciro.name]
    first = a.a_consent(here.ciro, ciro, at=NOON - timedelta(days=1))
    both = [a.a_consent(here.ciro, ciro, purpose=purpose, granted=False) for purpose in sorted(ConsentPurpose)]
    await town.decide(both[1], first, scope=here.viewer(here.ciro).scope)
    await town.decide(both[2], both[0], a.a_consent(here.berta, here.rosa))

    for viewer in (here.viewer(here.ciro), here.staff):
        async with town.place.unit_of_work(viewer.scope) as uow:
            assert await uow.consents.of(here.ciro.id) == [*both, first]
        async with town.place.readings.of(viewer) as reading:
            assert (await reading.personal_data.consents([here.ciro.id]))[here.ciro.id] == [*both, first]
    for other in (here.viewer(here.berta), there.staff, here.visitor):
        async with town.place.readings.of(other) as reading:
            assert await reading.personal_data.consents([here.ciro.id]) == {}
        async with town.place.unit_of_work(other.scope) as uow:
            assert await uow.consents.of(here.ciro.id) is None
    async with town.place.unit_of_work(town.staff) as uow:
        assert await uow.consents.of(here.gloria.id) == []


async def test_nobody_decides_for_somebody_else(town: Town) -> None:
    here, there = town.here, town.there
    decided = a.a_consent(here.ciro, here.accounts[here.ciro.name])
    for scope in (here.viewer(here.berta).scope, there.staff.scope, here.visitor.scope):
        with pytest.raises(town.place.refused):
            await town.decide(decided, scope=scope)
    async with town.place.unit_of_work(town.staff) as uow:
        assert await uow.consents.of(here.ciro.id) == []


async def test_whose_data_was_erased_decides_nothing_more_and_the_proof_stays(town: Town) -> None:
    decided = a.a_consent(town.hugo, town.account)
    await town.decide(decided)

    await town.erase(town.hugo)

    async with town.place.unit_of_work(town.staff) as uow:
        assert await uow.consents.of(town.hugo.id) is None
    async with town.place.readings.of(town.here.staff) as reading:
        assert await reading.personal_data.consents([town.hugo.id]) == {town.hugo.id: [decided]}


async def test_only_its_agency_has_a_client_to_erase(town: Town) -> None:
    for scope, found in (
        (town.staff, told(town.hugo)),
        (town.there.staff.scope, None),
        (town.here.visitor.scope, None),
    ):
        async with town.place.unit_of_work(scope) as uow:
            client = await uow.erasures.lock(town.hugo.id)
            assert (client and told(client)) == found


async def test_what_stands_in_the_way_is_counted(town: Town) -> None:
    here, found = town.here, {}
    boss = a.an_account(here.gloria, roles=(AccountRole.CLIENT, AccountRole.STAFF))
    boss = replace(boss, id=here.accounts[here.gloria.name].id)
    async with town.place.unit_of_work(town.staff) as uow:
        await uow.accounts.save(boss)
        for client in (here.ana, here.berta, here.gloria, town.hugo):
            found[client.name] = await uow.erasures.obstacles(client.id)

    assert found == {
        here.ana.name: {
            Obstacle.LIVE_CONTRACT: 1,
            Obstacle.OPEN_BALANCE: 3,
            Obstacle.CREDIT_LEFT: 1,
            Obstacle.OPEN_PQRS: 1,
        },
        here.berta.name: {Obstacle.LIVE_CONTRACT: 2, Obstacle.OPEN_BALANCE: 1},
        here.gloria.name: {Obstacle.OF_STAFF: 1},
        town.hugo.name: {},
    }


async def test_an_erasure_leaves_a_client_without_a_name_and_an_account_that_nobody_enters(town: Town) -> None:
    rows, until = await town.erase(town.hugo)

    assert until == LAST_DAY
    one_each = ("Cuenta", "Datos personales", "Enlaces enviados", "Segundo factor", "Sesiones")
    assert {name: rows.get(name) for name in one_each} == dict.fromkeys(one_each, 1)
    async with town.place.readings.of(town.here.staff) as reading:
        client = (await reading.clients.get_many([town.hugo.id]))[town.hugo.id]
    assert (client.name, client.code, client.erased_at) == ("Datos suprimidos", town.hugo.code, NOON)
    assert town.hugo.document_number != client.document_number
    assert (client.email, client.phone, client.address, client.city) == (None, None, None, None)
    async with town.place.unit_of_work(town.staff) as uow:
        account = await uow.accounts.of_client(town.hugo.id)
        assert account is not None
        assert await uow.links.made_since([account.id], NOON - timedelta(days=90)) == {account.id: 0}
    assert (account.status, account.password_hash) == (AccountStatus.DISABLED, None)
    assert not {town.account.username, town.account.email} & {account.username, account.email}
    async with town.place.unit_of_work(a.viewer_as(town.account).scope) as uow:
        assert await uow.sessions.live(at=NOON) == []
        assert await uow.second_factors.get(town.account.id) is None


async def test_without_papers_nothing_is_kept_and_without_a_commit_nothing_is_gone(town: Town) -> None:
    async with town.place.unit_of_work(town.staff) as uow:
        client = await uow.erasures.lock(town.hugo.id)
        assert client is not None
        await uow.erasures.erase(client, at=NOON)
    async with town.place.readings.of(town.here.staff) as reading:
        assert told((await reading.clients.get_many([town.hugo.id]))[town.hugo.id]) == told(town.hugo)

    _, until = await town.erase(town.here.gloria)

    assert until is None
    assert await town.papers_of(town.here.gloria) is None
    assert await town.papers_of(town.hugo) is None


async def test_as_whom_somebody_stands_on_papers_is_the_staffs_to_see(town: Town) -> None:
    await town.erase(town.hugo)

    for viewer, names in (
        (town.here.staff, {town.hugo.id: "Hugo Mora"}),
        (a.viewer_as(town.account), {}),
        (town.there.staff, {}),
        (town.here.visitor, {}),
    ):
        async with town.place.readings.of(viewer) as reading:
            found = await reading.personal_data.on_papers([town.hugo.id, town.ines.id])
            assert {key: kept.name for key, kept in found.items()} == names


async def test_a_name_is_forgotten_when_its_papers_have_had_their_time(town: Town) -> None:
    await town.erase(town.hugo)
    await town.erase(town.ines)

    assert await town.forget(date(2025, 12, 31)) == []
    assert await town.forget(LAST_DAY) == [(town.ines.id, date(2025, 12, 31))]
    assert await town.papers_of(town.hugo) == "Hugo Mora"
    for scope in (town.there.staff.scope, a.viewer_as(town.account).scope, town.here.visitor.scope):
        assert await town.forget(date(2027, 1, 1), scope=scope) == []
    assert await town.forget(date(2027, 1, 1)) == [(town.hugo.id, LAST_DAY)]
    assert await town.forget(date(2027, 1, 1)) == []
    assert await town.papers_of(town.hugo) is None


async def test_names_are_forgotten_so_many_at_a_time(town: Town) -> None:
    await town.erase(town.hugo)
    await town.erase(town.ines)

    lots = [await town.forget(date(2027, 1, 1), limit=1) for _ in range(3)]

    assert [len(lot) for lot in lots] == [1, 1, 0]
    assert {key for lot in lots for key, _ in lot} == {town.hugo.id, town.ines.id}


async def test_papers_that_came_since_count(town: Town) -> None:
    await town.erase(town.hugo)
    await town.paid(town.hugo, datetime(2018, 5, 1, tzinfo=UTC))

    assert await town.forget(date(2027, 1, 1)) == []
    assert await town.forget(date(2028, 12, 31)) == []
    assert await town.forget(date(2029, 1, 1)) == [(town.hugo.id, date(2028, 12, 31))]


async def test_an_erasure_done_again_keeps_its_day_and_counts_the_papers_that_came_since(town: Town) -> None:
    await town.erase(town.hugo)
    await town.paid(town.hugo, datetime(2018, 5, 1, tzinfo=UTC))

    _, until = await town.erase(town.hugo, at=NOON + timedelta(days=1))

    assert until == date(2028, 12, 31)
    assert await town.papers_of(town.hugo) == "Hugo Mora"
    async with town.place.readings.of(town.here.staff) as reading:
        assert (await reading.clients.get_many([town.hugo.id]))[town.hugo.id].erased_at == NOON
