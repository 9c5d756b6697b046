from datetime import timedelta
from uuid import uuid4

import pytest

from application.access import ClientViewer, StaffViewer
from domain.accounts import AccountRole, AccountStatus
from domain.errors import NotFound, TokenExpired, Unauthenticated
from domain.ids import SessionId
from domain.sessions import new_token, token_hash
from tests.application.access_world import World

MINUTE = timedelta(minutes=1)


@pytest.fixture
def world() -> World:
    return World()


async def test_a_refresh_token_is_exchanged_for_a_new_pair(world: World) -> None:
    opened = await world.signs_in(world.an_account())
    world.clock.advance(14 * MINUTE)

    renewed = await world.refresh(world.visitor, refresh_token=opened.refresh_token)

    assert renewed.viewer == opened.viewer
    assert renewed.access_token_expires_at == world.clock.now() + 15 * MINUTE
    assert not {renewed.access_token, renewed.refresh_token} & {opened.access_token, opened.refresh_token}
    assert {token_hash(renewed.access_token), token_hash(renewed.refresh_token)} < set(world.store.tokens)
    assert world.session(renewed).last_seen_at == world.clock.now()


async def test_a_repeat_within_ten_seconds_gets_a_sibling(world: World) -> None:
    opened = await world.signs_in(world.an_account())
    first = await world.refresh(None, refresh_token=opened.refresh_token)
    world.clock.advance(10)

    second = await world.refresh(None, refresh_token=opened.refresh_token)

    assert second.refresh_token != first.refresh_token
    world.clock.advance(5 * MINUTE)
    assert (await world.refresh(None, refresh_token=second.refresh_token)).access_token


async def test_a_later_repeat_ends_the_session_for_everybody(world: World) -> None:
    opened = await world.signs_in(world.an_account())
    renewed = await world.refresh(None, refresh_token=opened.refresh_token)
    world.clock.advance(11)

    with pytest.raises(TokenExpired):
        await world.refresh(None, refresh_token=opened.refresh_token)

    assert world.session(opened).ended_at == world.clock.now()
    with pytest.raises(TokenExpired):
        await world.refresh(None, refresh_token=renewed.refresh_token)


async def test_the_theft_of_one_session_does_not_end_the_others(world: World) -> None:
    account = world.an_account()
    stolen, other = await world.signs_in(account), await world.signs_in(account)
    await world.refresh(None, refresh_token=stolen.refresh_token)
    world.clock.advance(11)

    with pytest.raises(TokenExpired):
        await world.refresh(None, refresh_token=stolen.refresh_token)

    assert (await world.refresh(None, refresh_token=other.refresh_token)).access_token


@pytest.mark.parametrize("token", ["", "x", "nul\0", "media \ud83d", "y" * 10_000])
async def test_what_is_no_token_is_refused(world: World, token: str) -> None:
    await world.signs_in(world.an_account())
    commits = world.access.commits

    with pytest.raises(TokenExpired):
        await world.refresh(world.visitor, refresh_token=token)
    with pytest.raises(TokenExpired):
        await world.refresh(world.visitor, refresh_token=new_token())

    assert world.access.commits == commits


async def test_an_access_token_is_not_exchanged(world: World) -> None:
    opened = await world.signs_in(world.an_account())
    commits = world.access.commits

    with pytest.raises(TokenExpired):
        await world.refresh(None, refresh_token=opened.access_token)

    assert world.access.commits == commits
    assert world.session(opened).ended_at is None


async def test_a_token_of_another_agency_is_refused_and_stays_good_there(world: World) -> None:
    elsewhere = world.an_agency("sabana", "Inmuebles de la Sabana")
    opened = await world.signs_in(world.an_account(agency=elsewhere))
    commits = world.access.commits

    with pytest.raises(TokenExpired):
        await world.refresh(world.visitor, refresh_token=opened.refresh_token)

    assert world.access.commits == commits
    assert (await world.refresh(None, refresh_token=opened.refresh_token)).access_token


@pytest.mark.parametrize("status", [AccountStatus.DISABLED, AccountStatus.LOCKED])
async def test_a_disabled_account_refreshes_nothing(world: World, status: AccountStatus) -> None:
    account = world.an_account()
    opened = await world.signs_in(account)
    world.stored(account).status = status
    commits = world.access.commits

    with pytest.raises(TokenExpired):
        await world.refresh(None, refresh_token=opened.refresh_token)

    assert world.access.commits == commits


@pytest.mark.parametrize("staff", [True, False])
async def test_a_session_ends_with_the_role_of_staff_that_its_lifetime_is_of(world: World, staff: bool) -> None:
    account = world.a_staff_account(client=True) if staff else world.an_account()
    opened = await world.signs_in(account)
    before = account.roles
    world.stored(account).roles = (AccountRole.CLIENT,) if staff else (AccountRole.CLIENT, AccountRole.STAFF)
    commits = world.access.commits

    with pytest.raises(TokenExpired):
        await world.refresh(None, refresh_token=opened.refresh_token)

    assert isinstance(opened.viewer, StaffViewer if staff else ClientViewer)
    assert world.access.commits == commits
    world.stored(account).roles = before
    assert (await world.refresh(None, refresh_token=opened.refresh_token)).access_token


async def test_a_role_beside_it_changes_no_session(world: World) -> None:
    account = world.a_staff_account(client=True)
    opened = await world.signs_in(account)
    world.stored(account).roles = (AccountRole.ADMIN,)

    renewed = await world.refresh(None, refresh_token=opened.refresh_token)

    assert isinstance(renewed.viewer, StaffViewer)
    assert renewed.viewer.is_admin


async def test_a_repeat_gets_ten_tokens_beside_one_another_and_no_more(world: World) -> None:
    opened = await world.signs_in(world.an_account())
    pairs = [await world.refresh(None, refresh_token=opened.refresh_token) for _ in range(10)]
    tokens, commits = len(world.store.tokens), world.access.commits

    with pytest.raises(TokenExpired):
        await world.refresh(None, refresh_token=opened.refresh_token)

    assert (len(world.store.tokens), world.access.commits) == (tokens, commits)
    assert world.session(opened).ended_at is None
    newest = await world.refresh(None, refresh_token=pairs[4].refresh_token)
    assert (await world.refresh(None, refresh_token=newest.refresh_token)).access_token


async def test_tokens_that_have_run_out_are_forgotten_at_the_next_rotation(world: World) -> None:
    account = world.an_account()
    opened, other = await world.signs_in(account), await world.signs_in(account)
    world.clock.advance(15 * MINUTE)

    renewed = await world.refresh(None, refresh_token=opened.refresh_token)

    kept = {opened.refresh_token, renewed.access_token, renewed.refresh_token, other.access_token, other.refresh_token}
    assert set(world.store.tokens) == {token_hash(token) for token in kept}


@pytest.mark.parametrize(
    ("staff", "idle"), [(False, timedelta(days=7)), (True, timedelta(minutes=30))], ids=["client", "staff"]
)
async def test_a_session_not_used_for_too_long_is_over(world: World, staff: bool, idle: timedelta) -> None:
    account = world.a_staff_account() if staff else world.an_account()
    in_time, late = await world.signs_in(account), await world.signs_in(account)

    world.clock.advance(idle - timedelta(seconds=1))
    assert (await world.refresh(None, refresh_token=in_time.refresh_token)).access_token
    world.clock.advance(1)
    with pytest.raises(TokenExpired):
        await world.refresh(None, refresh_token=late.refresh_token)


@pytest.mark.parametrize(
    ("staff", "absolute", "every"),
    [(False, timedelta(days=30), timedelta(days=5)), (True, timedelta(hours=12), timedelta(minutes=20))],
    ids=["client", "staff"],
)
async def test_no_session_lasts_for_ever(world: World, staff: bool, absolute: timedelta, every: timedelta) -> None:
    opened = await world.signs_in(world.a_staff_account() if staff else world.an_account())
    end = world.clock.now() + absolute

    while world.clock.now() + every < end:
        world.clock.advance(every)
        opened = await world.refresh(None, refresh_token=opened.refresh_token)
    world.clock.set(end - timedelta(seconds=1))
    opened = await world.refresh(None, refresh_token=opened.refresh_token)

    assert opened.access_token_expires_at == end
    world.clock.set(end)
    with pytest.raises(TokenExpired):
        await world.refresh(None, refresh_token=opened.refresh_token)


async def test_being_seen_is_noted_at_most_once_a_minute(world: World) -> None:
    opened = await world.signs_in(world.an_account())
    began, commits = world.clock.now(), world.access.commits

    world.clock.advance(59)
    await world.touch(opened.viewer)
    assert (world.session(opened).last_seen_at, world.access.commits) == (began, commits)

    world.clock.advance(1)
    await world.touch(opened.viewer)
    assert world.session(opened).last_seen_at == began + MINUTE


async def test_nothing_is_noted_of_a_visitor_or_an_ended_session(world: World) -> None:
    opened = await world.signs_in(world.an_account())
    await world.sign_out(opened.viewer)
    commits = world.access.commits
    world.clock.advance(2 * MINUTE)

    await world.touch(world.visitor)
    await world.touch(opened.viewer)

    assert world.access.commits == commits


async def test_signing_out_ends_this_session_only(world: World) -> None:
    account = world.an_account()
    here, there = await world.signs_in(account), await world.signs_in(account)

    assert await world.sign_out(here.viewer) == 1

    assert world.session(here).ended_at == world.clock.now()
    assert world.session(there).ended_at is None
    with pytest.raises(TokenExpired):
        await world.refresh(None, refresh_token=here.refresh_token)
    assert await world.sign_out(here.viewer) == 0


async def test_signing_out_everywhere_ends_all_of_ones_own(world: World) -> None:
    account, neighbour = world.an_account(), world.a_staff_account()
    here, there = await world.signs_in(account), await world.signs_in(account)
    other = await world.signs_in(neighbour)

    assert await world.sign_out(here.viewer, everywhere=True) == 2

    assert not world.session(there).is_live(at=world.clock.now())
    assert world.session(other).is_live(at=world.clock.now())


async def test_one_session_is_ended_by_its_id(world: World) -> None:
    account = world.an_account()
    here, there = await world.signs_in(account), await world.signs_in(account)

    assert await world.end_session(here.viewer, session_id=there.viewer.session_id) == 1

    assert world.session(there).ended_at == world.clock.now()
    assert world.session(here).ended_at is None


async def test_the_present_session_may_be_ended_by_its_id(world: World) -> None:
    here = await world.signs_in(world.an_account())

    assert await world.end_session(here.viewer, session_id=here.viewer.session_id) == 1

    assert world.live_sessions() == 0


@pytest.mark.parametrize("staff", [False, True])
async def test_anothers_session_does_not_exist(world: World, staff: bool) -> None:
    viewer = await world.viewer(world.a_staff_account() if staff else world.an_account("luis"))
    elsewhere = world.an_agency("sabana", "Inmuebles de la Sabana")
    neighbours = [world.an_account("ana"), world.an_account("berta", agency=elsewhere)]
    theirs = [(await world.signs_in(neighbour)).viewer.session_id for neighbour in neighbours]
    live, commits = world.live_sessions(), world.access.commits

    for session_id in (*theirs, SessionId(uuid4())):
        with pytest.raises(NotFound):
            await world.end_session(viewer, session_id=session_id)

    assert (world.live_sessions(), world.access.commits) == (live, commits)


async def test_an_ended_session_does_not_exist_any_more(world: World) -> None:
    account = world.an_account()
    here, there = await world.signs_in(account), await world.signs_in(account)
    await world.sign_out(there.viewer)

    with pytest.raises(NotFound):
        await world.end_session(here.viewer, session_id=there.viewer.session_id)


async def test_a_visitor_has_no_session_to_end(world: World) -> None:
    opened = await world.signs_in(world.an_account())

    with pytest.raises(Unauthenticated):
        await world.sign_out(world.visitor)
    with pytest.raises(Unauthenticated):
        await world.sign_out(world.visitor, everywhere=True)
    with pytest.raises(Unauthenticated):
        await world.end_session(world.visitor, session_id=opened.viewer.session_id)

    assert world.live_sessions() == 1
