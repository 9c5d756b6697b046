"""Of several who would open the same checkout one does, and a crash in between is survived."""

import asyncio
from dataclasses import replace

import pytest

from application.ports.payment_gateway import GatewayRefused
from domain.errors import GatewayUnavailable, PaymentInProgress
from domain.payment_intents import PaymentIntent, PaymentIntentStatus
from tests.application.payments_world import World

S = PaymentIntentStatus


async def no_time(seconds: float) -> None:
    """To look again at once."""


def start(world: World, key: str = "key-1") -> "asyncio.Task[PaymentIntent]":
    return asyncio.create_task(world.start(world.viewer, world.invoices[0], key=key))


async def being_opened() -> tuple[World, "asyncio.Task[PaymentIntent]"]:
    """The gateway takes its time."""
    world = World()
    world.gateway.opening.clear()
    first = start(world)
    await world.gateway.begun.wait()
    return world, first


@pytest.mark.parametrize("key", ["key-1", "key-2"])
async def test_a_second_start_waits_for_the_checkout_that_the_first_opens(key: str) -> None:
    world, first = await being_opened()
    second = start(world, key)
    for _ in range(50):
        await asyncio.sleep(0)
    world.gateway.opening.set()

    one, other = await asyncio.gather(first, second)

    assert len(world.gateway.checkouts) == 1
    assert one.checkout == other.checkout is not None
    assert one.id == other.id


async def test_who_waits_in_vain_is_told_that_it_is_in_progress_and_opens_nothing() -> None:
    world, first = await being_opened()
    world.start_payment = replace(world.start_payment, pause=no_time)

    with pytest.raises(PaymentInProgress) as told:
        await start(world)

    assert len(world.gateway.checkouts) == 1
    world.gateway.opening.set()
    assert (await first).id == told.value.intent_id


async def test_who_died_while_opening_keeps_nobody_waiting_for_longer_than_half_a_minute() -> None:
    world, first = await being_opened()
    first.cancel()
    await asyncio.gather(first, return_exceptions=True)
    world.gateway.opening.set()
    world.start_payment = replace(world.start_payment, pause=no_time)
    with pytest.raises(PaymentInProgress):
        await start(world)
    world.clock.advance(30)

    intent = await start(world)

    assert intent.status is S.REDIRECTED
    assert world.gateway.checkouts == [intent.reference] * 2
    assert len(world.books.intents) == 1


async def test_where_the_first_was_refused_the_second_is_told_what_became_of_it() -> None:
    world, first = await being_opened()
    world.gateway.closed = GatewayRefused("no")
    second = start(world)
    for _ in range(50):
        await asyncio.sleep(0)
    world.gateway.opening.set()

    with pytest.raises(GatewayUnavailable):
        await first
    assert (await second).status is S.CANCELLED
    assert len(world.gateway.checkouts) == 1
