"""Who guesses passwords gets few tries; whose account it is gets in all the same."""

import logging
from collections import Counter
from datetime import timedelta

import pytest

from application.attempts import attempts_on
from domain.accounts import Account
from domain.errors import Cure, TooManyAttempts
from tests.application.access_world import PASSWORD, World, attempt

HOME = "192.0.2.7"


@pytest.fixture
def world() -> World:
    return World()


async def guesses(world: World, login: str, times: int, *, wait: timedelta = timedelta(minutes=15)) -> Counter[str]:
    """Each from an address of its own, with so long between them."""
    outcomes: Counter[str] = Counter()
    for n in range(times):
        world.clock.advance(wait)
        outcomes[await attempt(world, login, f"guess {n}", ip=f"2001:db8:{n:x}::1")] += 1
    return outcomes


async def a_new_password_comes_by_mail(world: World, account: Account) -> None:
    await world.limiter.clear(account.agency_id, *attempts_on(account))


async def test_guessing_from_many_addresses_at_once_is_slowed_and_then_goes_on(world: World) -> None:
    world.an_account("ana")

    outcomes = await guesses(world, "ana", 200, wait=timedelta(0))

    assert outcomes == {"InvalidCredentials": 5, "TooManyAttempts": 195}
    world.clock.advance(timedelta(minutes=15))
    assert await attempt(world, "ana") == "in"


@pytest.mark.parametrize("wait", [timedelta(minutes=15), timedelta(days=1), timedelta(days=29)])
async def test_two_hundred_patient_guesses_are_never_a_hundred(world: World, wait: timedelta) -> None:
    account = world.an_account("ana")

    for login in ("ana", account.email):
        assert await guesses(world, login, 200, wait=wait) == {"InvalidCredentials": 35, "TooManyAttempts": 165}

    assert world.hasher.work == 70


async def test_not_even_a_year_gives_more_once_the_free_ones_are_used(world: World) -> None:
    world.an_account("ana")
    await guesses(world, "ana", 6)

    world.clock.advance(timedelta(days=365))

    assert (await guesses(world, "ana", 200))["InvalidCredentials"] == 29


async def test_mistakes_of_long_ago_are_forgotten(world: World) -> None:
    world.an_account("ana")
    await guesses(world, "ana", 5, wait=timedelta(0))

    world.clock.advance(timedelta(days=30))

    assert (await guesses(world, "ana", 6, wait=timedelta(0)))["InvalidCredentials"] == 5


async def test_the_owner_gets_in_from_where_they_did_before_whatever_others_do(world: World) -> None:
    account = world.an_account("ana")
    assert await attempt(world, "ana", ip=HOME) == "in"

    for login in ("ana", account.email):
        await guesses(world, login, 100)

    for login in ("ana", account.email):
        assert await attempt(world, login, ip="192.0.2.200") == "in", "from the same neighbourhood"
        assert await attempt(world, login, ip="192.0.3.7") == "TooManyAttempts"


async def test_getting_in_from_home_gives_guessers_nothing_new(world: World) -> None:
    world.an_account("ana")
    assert await attempt(world, "ana", ip=HOME) == "in"
    await guesses(world, "ana", 100)

    assert await attempt(world, "ana", ip=HOME) == "in"

    assert await guesses(world, "ana", 100) == {"TooManyAttempts": 100}


async def test_a_place_is_known_for_ninety_days_and_to_one_account(world: World) -> None:
    for name in ("ana", "berta"):
        world.an_account(name)
        assert await attempt(world, name, ip=HOME if name == "ana" else "198.51.100.7") == "in"
        await guesses(world, name, 40)

    assert await attempt(world, "berta", ip=HOME) == "TooManyAttempts"
    world.clock.advance(timedelta(days=89))
    assert await attempt(world, "ana", ip=HOME) == "in"
    world.clock.advance(timedelta(days=90))
    assert await attempt(world, "ana", ip=HOME) == "TooManyAttempts"


async def test_a_known_place_is_no_place_to_guess_from(world: World) -> None:
    world.an_account("ana")
    assert await attempt(world, "ana", ip=HOME) == "in"

    outcomes: Counter[str] = Counter()
    for n in range(100):
        world.clock.advance(timedelta(minutes=15))
        outcomes[await attempt(world, "ana", f"guess {n}", ip=HOME)] += 1

    assert outcomes == {"InvalidCredentials": 10, "TooManyAttempts": 90}
    assert await attempt(world, "ana", ip="198.51.100.1") == "in", "and elsewhere nothing was used up"


async def test_a_new_password_opens_the_door_again(world: World) -> None:
    account = world.an_account("ana")
    for login in ("ana", account.email):
        await guesses(world, login, 100)
        assert await attempt(world, login) == "TooManyAttempts"

    await a_new_password_comes_by_mail(world, account)

    assert await attempt(world, "ana", ip="198.51.100.1") == "in"
    assert await attempt(world, account.email, ip="198.51.100.2") == "in"


async def test_who_is_shut_out_is_told_what_helps(world: World) -> None:
    world.an_account("ana")

    for login in ("ana", "nadie"):
        await guesses(world, login, 35)
        with pytest.raises(TooManyAttempts) as refusal:
            await world.sign_in(world.visitor, login=login, password=PASSWORD, captcha="person", ip=HOME)
        assert refusal.value.cure is Cure.PASSWORD


async def test_names_that_nobody_has_are_counted_like_others(world: World) -> None:
    account = world.an_account("ana")

    told = {login: await guesses(world, login, 60) for login in ("ana", account.email, "nadie", "x" * 300)}

    assert len({frozenset(outcomes.items()) for outcomes in told.values()}) == 1


async def test_one_password_tried_on_everybody_is_stopped(world: World) -> None:
    outcomes = Counter([await attempt(world, f"user {n}", ip="203.0.113.9") for n in range(500)])

    assert outcomes == {"InvalidCredentials": 100, "TooManyAttempts": 400}
    assert world.hasher.work == 100


async def test_neighbours_in_one_ipv6_network_are_one_address(world: World) -> None:
    for n in range(100):
        await attempt(world, f"user {n}", ip=f"2001:db8:1:2::{n:x}")

    assert await attempt(world, "another", ip="2001:db8:1:2:ffff::1") == "TooManyAttempts"
    assert await attempt(world, "another", ip="2001:db8:1:3::1") == "InvalidCredentials"


async def test_what_comes_from_everywhere_is_told_of_as_it_grows(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    def told() -> list[int]:
        return [record.__dict__["failures_this_hour"] for record in caplog.records]

    with caplog.at_level(logging.WARNING, "application.use_cases.sign_in"):
        for n in range(900):
            await attempt(world, f"user {n}", ip=f"2001:db8:{n:x}::1")
        assert told() == [100, 200, 400, 800]
        world.clock.advance(timedelta(hours=1))
        for n in range(120):
            await attempt(world, f"other {n}", ip=f"2001:db8:{n:x}::1")

    assert told() == [100, 200, 400, 800, 100]
    assert not [record for record in caplog.records if "user" in record.getMessage()]


async def test_who_guesses_at_an_address_keeps_nobody_out_who_is_known_there(world: World) -> None:
    for name in ("ana", "berta"):
        world.an_account(name)
    assert await attempt(world, "ana", ip=HOME) == "in"
    for n in range(150):
        await attempt(world, f"user {n}", ip=HOME)

    assert await attempt(world, "ana", ip=HOME) == "in"

    for login in ("berta", "nadie"):
        assert await attempt(world, login, ip=HOME) == "TooManyAttempts", "and what others did there is not forgiven"
