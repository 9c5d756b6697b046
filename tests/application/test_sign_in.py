from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest

from application.access import ClientViewer, StaffViewer, Visitor
from application.attempts import address_attempts, agency_attempts, login_attempts
from application.ports.passwords import PasswordCheck
from domain.accounts import AccountRole, AccountStatus
from domain.errors import (
    AgencyNotFound,
    Busy,
    CaptchaRejected,
    CaptchaUnavailable,
    InvalidCredentials,
    TooManyAttempts,
)
from domain.ids import AgencyId
from domain.sessions import token_hash
from tests.application.access_world import PASSWORD, World, attempt
from tests.fakes.passwords import FakeHasher


@pytest.fixture
def world() -> World:
    return World()


@pytest.mark.parametrize("login", ["ana", "ANA", " Ana ", "ana@correo.example", "Ana@Correo.Example"])
async def test_a_client_signs_in_by_user_name_or_email(world: World, login: str) -> None:
    account = world.an_account("ana")

    opened = await world.sign_in(
        world.visitor, login=login, password=PASSWORD, captcha="person", ip="192.0.2.7", user_agent="Firefox"
    )

    assert isinstance(opened.viewer, ClientViewer)
    assert opened.viewer.account_id == account.id
    assert opened.viewer.client_id == account.client_id
    assert opened.access_token_expires_at == world.clock.now() + timedelta(minutes=15)
    session = world.session(opened)
    assert (session.account_id, session.user_agent, session.staff) == (account.id, "Firefox", False)
    assert world.stored(account).last_login_at == world.clock.now()


async def test_staff_sign_in_for_less_time(world: World) -> None:
    account = world.a_staff_account(client=True)

    opened = await world.signs_in(account)

    assert isinstance(opened.viewer, StaffViewer)
    assert opened.viewer.client_id == account.client_id
    assert world.session(opened).staff
    assert world.session(opened).latest_end == world.clock.now() + timedelta(hours=12)


async def test_tokens_are_stored_as_hashes_only(world: World) -> None:
    opened = await world.signs_in(world.an_account())

    assert set(world.store.tokens) == {token_hash(opened.access_token), token_hash(opened.refresh_token)}
    everything = repr(world.store) + repr(opened)
    assert opened.access_token not in everything
    assert opened.refresh_token not in everything


async def test_every_sign_in_is_a_session_of_its_own(world: World) -> None:
    account = world.an_account()

    first, second = await world.signs_in(account), await world.signs_in(account)

    assert first.viewer.session_id != second.viewer.session_id
    assert len({first.access_token, first.refresh_token, second.access_token, second.refresh_token}) == 4


async def test_unknown_wrong_and_disabled_are_not_told_apart(world: World) -> None:
    world.an_account("ana")
    for status in (AccountStatus.DISABLED, AccountStatus.LOCKED, AccountStatus.INVITED):
        world.an_account(status.lower(), status=status)
    world.an_account("nobody", client=False)
    world.an_account("unset", password_hash=None)
    tries = {
        "unknown": PASSWORD,
        "ana": "otra contraseña",
        "disabled": PASSWORD,
        "locked": PASSWORD,
        "invited": PASSWORD,
        "nobody": PASSWORD,
        "unset": PASSWORD,
        "": PASSWORD,
        "nul\0": PASSWORD,
        "media \ud83d": PASSWORD,
        "x" * 300: PASSWORD,
        "'; drop table accounts; --": PASSWORD,
    }

    for login, password in tries.items():
        work, hits, opened = world.hasher.work, len(world.limiter.attempts), len(world.access.opened)

        assert await attempt(world, login, password) == "InvalidCredentials"

        assert world.hasher.work == work + 1, "as much work for each"
        assert len(world.limiter.attempts) - hits in (1, 3), "counted by login, by address and by hour"
        assert len(world.access.opened) == opened + 1
    assert world.access.commits == 0
    assert not world.store.sessions


async def test_another_agencys_account_does_not_exist_here(world: World) -> None:
    elsewhere = world.an_agency("sabana", "Inmuebles de la Sabana")
    world.an_account("luis", agency=elsewhere)

    assert await attempt(world, "luis") == "InvalidCredentials"
    assert await attempt(world, "luis@correo.example") == "InvalidCredentials"
    assert not world.store.sessions


async def test_the_same_name_in_two_agencies_is_two_people(world: World) -> None:
    elsewhere = world.an_agency("sabana", "Inmuebles de la Sabana")
    here, there = world.an_account("luis"), world.an_account("luis", agency=elsewhere)

    assert (await world.signs_in(here)).viewer.account_id == here.id
    assert (await world.signs_in(there)).viewer.account_id == there.id


@pytest.mark.parametrize("token", [None, "", "robot"])
async def test_without_a_captcha_nothing_is_counted_or_computed(world: World, token: str | None) -> None:
    world.an_account("ana")

    with pytest.raises(CaptchaRejected):
        await world.sign_in(world.visitor, login="ana", password=PASSWORD, captcha=token, ip="192.0.2.7")

    assert world.hasher.work == 0
    assert not world.limiter.attempts
    assert not world.store.sessions


async def test_a_captcha_that_is_down_lets_nobody_in(world: World) -> None:
    world.an_account("ana")
    world.captcha.down = True

    with pytest.raises(CaptchaUnavailable):
        await world.sign_in(world.visitor, login="ana", password=PASSWORD, captcha="person", ip="192.0.2.7")

    assert world.hasher.work == 0
    assert not world.limiter.attempts
    assert not world.store.sessions


async def test_the_captcha_is_the_agencys_and_sees_the_address(world: World) -> None:
    await world.signs_in(world.an_account())

    assert world.captcha.agencies == [world.agency.id]
    assert world.captcha.asked == [("person", "192.0.2.7")]


async def test_the_sixth_guess_waits_and_is_not_even_compared(world: World) -> None:
    world.an_account("ana")

    outcomes = [await attempt(world, "ana", f"guess {n}") for n in range(6)]

    assert outcomes == ["InvalidCredentials"] * 5 + ["TooManyAttempts"]
    assert world.hasher.work == 5


async def test_the_right_password_has_to_wait_too(world: World) -> None:
    world.an_account("ana")
    for n in range(5):
        await attempt(world, "ana", f"guess {n}")

    assert await attempt(world, "ana") == "TooManyAttempts"
    world.clock.advance(1)
    assert await attempt(world, "ana") == "in"


async def test_signing_in_gives_five_free_attempts_again(world: World) -> None:
    world.an_account("ana")
    for _ in range(3):
        for n in range(4):
            assert await attempt(world, "ana", f"guess {n}") == "InvalidCredentials"
        assert await attempt(world, "ana") == "in"


async def test_unknown_logins_wait_like_known_ones(world: World) -> None:
    known = world.an_account("ana")

    outcomes = {
        login: [await attempt(world, login, f"guess {n}") for n in range(8)] for login in ("ana", "berta", known.email)
    }

    assert outcomes["ana"] == outcomes["berta"] == outcomes[known.email]


async def test_signing_in_does_not_use_the_address_up(world: World) -> None:
    account = world.an_account("ana")

    for _ in range(150):
        await world.signs_in(account)

    assert world.limiter.attempts[world.agency.id, address_attempts("192.0.2.7")].count == 0


async def test_keys_of_attempts_name_nobody(world: World) -> None:
    await attempt(world, "ana@correo.example")

    keys = [key for _, key in world.limiter.attempts]
    hour = agency_attempts(world.clock.now())
    assert sorted(keys) == sorted([login_attempts("ana@correo.example"), address_attempts("192.0.2.7"), hour])
    assert not [key for key in keys if "ana" in key or "192.0.2" in key]


async def test_an_address_is_the_same_however_it_is_written() -> None:
    assert address_attempts("::ffff:192.0.2.7") == address_attempts("192.0.2.7")
    assert address_attempts("2001:DB8:0:0::1") == address_attempts("2001:db8::2")
    assert address_attempts(None) == address_attempts("") != address_attempts("192.0.2.7")


async def test_when_hashing_is_busy_nothing_is_held_against_anybody(world: World) -> None:
    world.an_account("ana")
    world.hasher.busy = True

    for _ in range(8):
        with pytest.raises(Busy):
            await world.sign_in(world.visitor, login="ana", password=PASSWORD, captcha="person", ip="192.0.2.7")

    world.hasher.busy = False
    assert await attempt(world, "ana") == "in"


async def test_an_old_hash_is_made_anew(world: World) -> None:
    account = world.an_account(password_hash=f"old:{PASSWORD}")

    await world.signs_in(account)

    assert world.stored(account).password_hash == f"new:{PASSWORD}"


async def test_an_old_hash_stays_when_the_password_is_wrong(world: World) -> None:
    account = world.an_account("ana", password_hash=f"old:{PASSWORD}")

    assert await attempt(world, "ana", "otra") == "InvalidCredentials"

    assert world.stored(account).password_hash == f"old:{PASSWORD}"
    assert world.hasher.work == 1


async def test_an_account_disabled_meanwhile_does_not_get_in(world: World) -> None:
    account = world.an_account("ana")

    class Slow(FakeHasher):
        async def verify(self, stored_hash: str | None, password: str) -> PasswordCheck:
            world.stored(account).status = AccountStatus.DISABLED
            return await super().verify(stored_hash, password)

    world.sign_in = replace(world.sign_in, hasher=Slow())

    assert await attempt(world, "ana") == "InvalidCredentials"
    assert not world.store.sessions


async def test_an_agency_that_is_gone_is_told_as_such(world: World) -> None:
    nowhere = Visitor(agency_id=AgencyId(uuid4()))

    with pytest.raises(AgencyNotFound):
        await world.sign_in(nowhere, login="ana", password=PASSWORD, captcha="person", ip=None)


async def test_anybody_gets_a_challenge(world: World) -> None:
    assert (await world.issue_captcha(world.agency)).challenge


async def test_an_administrator_is_staff(world: World) -> None:
    viewer = await world.viewer(world.an_account("rosa", roles=(AccountRole.ADMIN,), client=False))

    assert isinstance(viewer, StaffViewer)
    assert viewer.is_admin


async def test_too_many_attempts_says_when_to_come_back(world: World) -> None:
    for n in range(5):
        await attempt(world, "ana", f"guess {n}")

    with pytest.raises(TooManyAttempts) as refusal:
        await world.sign_in(world.visitor, login="ana", password=PASSWORD, captcha="person", ip=None)
    assert refusal.value.retry_after_seconds == 1


async def test_an_account_is_needed_for_a_password_to_be_right(world: World) -> None:
    with pytest.raises(InvalidCredentials):
        await world.sign_in(world.visitor, login="nobody", password="", captcha="person", ip=None)
