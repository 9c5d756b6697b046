"""How many may ask a gateway at once, and how long."""

import asyncio

import pytest

from adapters.guard.gateway import GuardedGateway
from adapters.guard.limits import time_for_a_call
from application.patience import patience, seconds_left
from domain.errors import GatewayUnavailable
from tests.adapters.guard.doubles import ONE, OTHER, Moody, create, merchant_of, query


class Slow:
    """A gateway that takes calls and answers none until it is told to."""

    def __init__(self, *, at_once: int, of_account: int) -> None:
        self.inner = Moody()
        self.inner.thinking.clear()
        self.gateway = GuardedGateway(self.inner, at_once=at_once, at_once_of_account=of_account)
        self.under_way: list[asyncio.Task[object]] = []

    async def ask(self, *numbers: int, waits: float | None = 3600) -> None:
        """Each asks, and stays until there is an answer."""
        for number in numbers:
            self.under_way.append(asyncio.create_task(query(self.gateway, merchant_of(number), waits=waits)))
            await self.inner.arrived.acquire()

    async def answer(self) -> None:
        self.inner.thinking.set()
        assert await asyncio.gather(*self.under_way) == [()] * len(self.under_way)


async def test_past_so_many_of_an_account_or_in_all_others_are_refused_at_once(
    caplog: pytest.LogCaptureFixture,
) -> None:
    slow = Slow(at_once=5, of_account=3)
    await slow.ask(1, 1, 1)
    for _ in range(5):
        with pytest.raises(GatewayUnavailable) as refused:
            await query(slow.gateway, ONE)
        assert refused.value.retry_after_seconds == 30
    await slow.ask(2, 2)
    with pytest.raises(GatewayUnavailable):
        await query(slow.gateway, merchant_of(3))
    assert len(slow.inner.calls) == 5
    assert [record.getMessage()[:62] for record in caplog.records] == [
        f"query: too many calls of merchant account {str(merchant_of(number).id)[:20]}" for number in (1, 3)
    ]

    await slow.answer()

    for number in (1, 2, 3):
        assert await query(slow.gateway, merchant_of(number)) == ()


async def test_questions_leave_room_for_opening_checkouts() -> None:
    slow = Slow(at_once=2, of_account=1)
    await slow.ask(1, 2)
    opening = asyncio.create_task(create(slow.gateway, OTHER))
    await slow.inner.arrived.acquire()
    assert slow.inner.calls[-1] == ("create", OTHER.id)
    await slow.answer()
    assert (await opening).method == "GET"


async def test_who_goes_away_gives_the_place_back() -> None:
    slow = Slow(at_once=1, of_account=1)
    await slow.ask(1)
    gone = slow.under_way.pop()
    gone.cancel()
    await asyncio.wait([gone])
    await slow.ask(1)
    await slow.answer()


async def test_the_background_takes_half_of_an_accounts_places_and_waits_for_them() -> None:
    slow = Slow(at_once=10, of_account=4)
    await slow.ask(1, 1, waits=None)
    slow.under_way += [asyncio.create_task(query(slow.gateway, ONE, waits=None)) for _ in range(20)]
    await slow.ask(2, 2, waits=None)
    await slow.ask(1, 1)
    assert len(slow.inner.calls) == 6
    with pytest.raises(GatewayUnavailable):
        await query(slow.gateway, ONE)

    await slow.answer()

    assert len(slow.inner.calls) == 26


async def test_being_refused_a_place_says_nothing_about_the_gateway() -> None:
    slow = Slow(at_once=1, of_account=1)
    await slow.ask(1)
    for _ in range(20):
        with pytest.raises(GatewayUnavailable):
            await query(slow.gateway)
    await slow.answer()

    assert await query(slow.gateway) == ()


async def test_a_call_without_an_answer_ends_in_time_and_counts_as_silence() -> None:
    slow = Moody()
    slow.thinking.clear()
    gateway = GuardedGateway(slow, most_seconds=0.02)
    for _ in range(5):
        with pytest.raises(GatewayUnavailable):
            await query(gateway)
    slow.thinking.set()
    with pytest.raises(GatewayUnavailable):
        await query(gateway)
    assert len(slow.calls) == 5


async def test_who_waits_for_an_answer_has_so_much_patience_for_everything_together() -> None:
    assert (seconds_left(), time_for_a_call(60)) == (None, 60)
    with patience(1000):
        assert time_for_a_call(60) == 60
        with patience(20):
            assert 2 <= time_for_a_call(60) <= 20
            with patience(5000):
                assert 2 <= time_for_a_call(60) <= 20
        assert time_for_a_call(60) == 60
    assert seconds_left() is None


async def test_with_too_little_patience_left_nothing_is_asked_and_nobody_blamed() -> None:
    inner = Moody()
    gateway = GuardedGateway(inner)
    with patience(0):
        assert seconds_left() == 0
        for _ in range(20):
            with pytest.raises(GatewayUnavailable) as refused:
                await query(gateway)
            assert refused.value.retry_after_seconds == 1
    assert inner.calls == []
    assert await query(gateway) == ()


async def test_patience_follows_into_what_is_started_meanwhile() -> None:
    with patience(0):
        asked = asyncio.create_task(query(GuardedGateway(Moody())))
    with pytest.raises(GatewayUnavailable):
        await asked
