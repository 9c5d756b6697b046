"""Each night goes what has served its time, and nothing sooner; of whose name went the record tells."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from application.access import Scope
from application.use_cases.tidying import Tidied, TidyAgency
from domain.accounts import Account
from domain.agencies import Agency
from domain.clients import Client
from domain.contracts import ContractStatus
from domain.links import LinkPurpose
from tests import factories as a
from tests.factories import NOON
from tests.fakes.clock import FakeClock
from tests.fakes.store import FakeStore
from tests.fakes.unit_of_work import FakeDatabase

MONTH = timedelta(days=30)
SECOND = timedelta(seconds=1)


class Night:
    """An agency with a client who was billed in 2016, and another with the like."""

    def __init__(self) -> None:
        self.clock = FakeClock(NOON)
        self.database = FakeDatabase(FakeStore())
        self.tidy = TidyAgency(unit_of_work=self.database, clock=self.clock)
        self.agency, self.client, self.account = self._agency()
        self.other, self.neighbour, _ = self._agency()

    def _agency(self) -> tuple[Agency, Client, Account]:
        agency = a.an_agency()
        client = a.a_client(agency)
        account, home = a.an_account(client), a.a_property(agency)
        lease = a.a_lease(home, status=ContractStatus.TERMINATED)
        paper = a.an_invoice(client, lease, issued_on=NOON.date().replace(year=2016), paid=1_000_000)
        self.database.store.add(agency, client, account, home, lease, paper)
        return agency, client, account

    async def erase(self, client: Client) -> None:
        async with self.database(Scope.of_agency(client.agency_id)) as uow:
            found = await uow.erasures.lock(client.id)
            assert found is not None
            await uow.erasures.erase(found, at=NOON)
            await uow.commit()

    async def __call__(self) -> Tidied:
        return await self.tidy(self.agency.id)

    @property
    def told(self) -> list[tuple[str, object, str]]:
        return [(it.action, it.entity_id, it.changes) for it in self.database.store.audit]


async def test_a_name_goes_on_the_first_day_after_its_papers_time_and_is_recorded_once() -> None:
    night = Night()
    await night.erase(night.client)
    await night.erase(night.neighbour)

    night.clock.set(datetime(2027, 1, 1, 4, 59, tzinfo=UTC))  # the last evening of 2026 in Bogotá
    assert (await night()).identities == 0
    night.clock.set(datetime(2027, 1, 1, 5, tzinfo=UTC))
    assert (await night()).identities == 1
    assert (await night()).identities == 0

    assert night.told == [("IDENTITY_FORGOTTEN", night.client.id, '{"keepUntil":"2026-12-31"}')]
    assert set(night.database.store.kept) == {night.neighbour.id}


async def test_more_names_than_one_work_takes_go_in_one_night() -> None:
    night = Night()
    night.tidy = replace(night.tidy, at_once=1)
    another = a.a_client(night.agency)
    night.database.store.add(another, a.a_payment(another, paid_at=datetime(2016, 1, 1, tzinfo=UTC)))
    for client in (night.client, another):
        await night.erase(client)
    night.clock.set(datetime(2027, 1, 1, 5, tzinfo=UTC))

    assert (await night()).identities == 2
    assert len(night.told) == 2


@pytest.mark.parametrize("purpose", LinkPurpose)
async def test_links_go_a_month_after_they_ran_out_used_or_not(purpose: LinkPurpose) -> None:
    night = Night()
    links = [
        a.a_link(night.account, purpose, ended_at=ended, expires_at=NOON - MONTH - age)
        for age in (SECOND, timedelta(0))
        for ended in (None, NOON - MONTH - 2 * SECOND)
    ]
    night.database.store.add(*links)

    assert (await night()).links == 2
    assert list(night.database.store.links) == [link.id for link in links[2:]]


async def test_sessions_go_with_their_tokens_a_month_after_they_were_over() -> None:
    night = Night()
    kept = []
    for ended, expires, goes in (
        (None, NOON + MONTH, False),
        (NOON - MONTH, NOON + MONTH, False),
        (None, NOON - MONTH, False),
        (NOON - MONTH - SECOND, NOON + MONTH, True),
        (None, NOON - MONTH - SECOND, True),
        (NOON, NOON - MONTH - SECOND, True),
    ):
        session, pair = a.a_session(night.account)
        session.ended_at, session.expires_at = ended, expires
        night.database.store.add(session, pair.access, pair.refresh)
        kept += [] if goes else [session.id]

    assert (await night()).sessions == 3
    assert list(night.database.store.sessions) == kept
    assert {token.session_id for token in night.database.store.tokens.values()} == set(kept)


async def test_nothing_of_another_agency_goes() -> None:
    night = Night()
    await night.erase(night.client)
    account = night.account
    session, pair = a.a_session(account)
    session.expires_at = NOON - 2 * MONTH
    night.database.store.add(session, pair.access, a.a_link(account, expires_at=NOON - 2 * MONTH))
    night.clock.set(datetime(2040, 1, 1, tzinfo=UTC))

    assert await night.tidy(night.other.id) == Tidied(identities=0, links=0, sessions=0)
    assert await night() == Tidied(identities=1, links=1, sessions=1)
