"""When an account's gateway is not asked any more, and how it is found out that it answers again."""

import asyncio
import logging
from collections.abc import Awaitable

import pytest

from adapters.guard.gateway import GuardedGateway
from application.ports.payment_gateway import CredentialsRefused, GatewayRefused
from domain.errors import GatewayUnavailable, RefundNotPossible
from tests.adapters.guard.doubles import ONE, OTHER, SILENCE, Monotonic, Moody, create, query

IN_A_ROW = 5
OPEN_SECONDS = 15


class Street:
    """A gateway behind a guard that has room for everybody, so that only circuits refuse."""

    def __init__(self) -> None:
        self.inner, self.clock = Moody(), Monotonic()
        self.gateway = GuardedGateway(self.inner, clock=self.clock, at_once=1000, at_once_of_account=1000)

    async def refused(self, call: Awaitable[object]) -> int:
        """Seconds after which it may be tried again."""
        with pytest.raises(GatewayUnavailable) as refusal:
            await call
        return refusal.value.retry_after_seconds

    async def break_down(self) -> None:
        """So many silences that the first account's questions are stopped."""
        self.inner.mood = SILENCE
        for _ in range(IN_A_ROW):
            await self.refused(query(self.gateway))
        self.inner.calls.clear()


@pytest.fixture
async def street() -> Street:
    return Street()


async def test_what_stays_silent_again_and_again_is_not_asked_for_a_while(street: Street) -> None:
    street.inner.mood = SILENCE
    for _ in range(IN_A_ROW):
        assert await street.refused(query(street.gateway)) == 30
    assert len(street.inner.calls) == IN_A_ROW

    assert await street.refused(query(street.gateway)) == OPEN_SECONDS
    street.clock.seconds += OPEN_SECONDS - 0.5
    assert await street.refused(query(street.gateway)) == 1
    assert len(street.inner.calls) == IN_A_ROW


async def test_a_silence_now_and_then_stops_nothing(street: Street) -> None:
    for _ in range(10):
        street.inner.mood = SILENCE
        await street.refused(query(street.gateway))
        street.inner.mood = None
        for _ in range(2):
            assert await query(street.gateway) == ()


async def test_of_a_hundred_callers_one_tries_and_its_answer_lets_the_others_in(street: Street) -> None:
    await street.break_down()
    street.clock.seconds += OPEN_SECONDS
    street.inner.mood = None
    street.inner.thinking.clear()

    callers = [asyncio.create_task(query(street.gateway)) for _ in range(100)]
    waiting = set(callers)
    while len(waiting) > 1:  # all but one are refused without waiting for anything
        _, waiting = await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
    refusals = [caller.exception() for caller in callers if caller not in waiting]

    assert [type(refusal) for refusal in refusals] == [GatewayUnavailable] * 99
    assert {refusal.retry_after_seconds for refusal in refusals if isinstance(refusal, GatewayUnavailable)} == {10}
    assert len(street.inner.calls) == 1
    street.inner.thinking.set()
    assert await waiting.pop() == ()
    assert await asyncio.gather(*(query(street.gateway) for _ in range(100))) == [()] * 100


async def test_who_tries_in_vain_lets_nobody_in_for_longer_and_longer(street: Street) -> None:
    await street.break_down()
    for expected in (30, 60, 120, 120):
        street.clock.seconds += 120
        assert await street.refused(query(street.gateway)) == 30  # asked, and no answer
        assert await street.refused(query(street.gateway)) == expected
    assert len(street.inner.calls) == 4

    street.clock.seconds += 120
    street.inner.mood = None
    assert await query(street.gateway) == ()
    await street.break_down()
    assert await street.refused(query(street.gateway)) == OPEN_SECONDS


async def test_one_accounts_silence_is_not_anothers_and_asking_is_not_opening(street: Street) -> None:
    await street.break_down()
    street.inner.mood = None

    assert await query(street.gateway, OTHER) == ()
    assert (await create(street.gateway)).method == "GET"
    await street.refused(query(street.gateway))

    assert street.inner.calls == [("query", OTHER.id), ("create", ONE.id)]


@pytest.mark.parametrize("answer", [CredentialsRefused(30), GatewayRefused("no"), RefundNotPossible()])
async def test_a_no_is_an_answer_however_often_it_comes(street: Street, answer: Exception) -> None:
    street.inner.mood = answer
    for _ in range(50):
        with pytest.raises(type(answer)):
            await query(street.gateway)
    assert len(street.inner.calls) == 50


async def test_who_tries_and_goes_away_leaves_the_try_to_the_next(street: Street) -> None:
    await street.break_down()
    street.clock.seconds += OPEN_SECONDS
    street.inner.mood = None
    street.inner.thinking.clear()
    trying = asyncio.create_task(query(street.gateway))
    while not street.inner.calls:
        await street.inner.arrived.acquire()
    trying.cancel()
    await asyncio.wait([trying])

    street.inner.thinking.set()

    assert await query(street.gateway) == ()


async def test_an_answer_from_before_does_not_tell_that_it_answers_now(street: Street) -> None:
    slow = street.inner.thinking
    slow.clear()
    early = asyncio.create_task(query(street.gateway))
    await street.inner.arrived.acquire()
    street.inner.thinking = asyncio.Event()  # the early call waits on, for the first
    street.inner.thinking.set()
    await street.break_down()

    street.inner.mood = None
    slow.set()

    assert await early == ()
    await street.refused(query(street.gateway))
    assert street.inner.calls == []


async def test_operators_read_of_each_change_once_and_of_no_secret(
    street: Street, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO, logger="adapters.guard"):
        await street.break_down()
        for _ in range(20):
            await street.refused(query(street.gateway))
        street.clock.seconds += OPEN_SECONDS
        street.inner.mood = None
        for _ in range(20):
            await query(street.gateway)

    account = "gateway of merchant account 00000000-0000-0000-0000-000000000001: query"
    assert [record.getMessage() for record in caplog.records] == [
        f"{account} does not answer and is not asked for a while",
        f"{account} is tried with one call",
        f"{account} answers again",
    ]
    told = "".join(str(record.__dict__) for record in caplog.records)
    assert not [secret for secret in (ONE.api_login, *ONE.api_keys) if secret in told]
