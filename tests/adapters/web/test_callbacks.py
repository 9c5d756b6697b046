"""Turns of those who call us."""

import asyncio

import pytest

from adapters.web.callbacks import Turns
from application.patience import REQUEST_SECONDS, seconds_left
from domain.errors import Busy


class Door:
    """Callers that have come in and stay until `leave` is set."""

    def __init__(self, turns: Turns) -> None:
        self.turns, self.leave = turns, asyncio.Event()
        self.inside: list[str] = []
        self.came_in = asyncio.Semaphore(0)

    def call(self, account: str) -> "asyncio.Task[None]":
        return asyncio.create_task(self._stay(account))

    async def _stay(self, account: str) -> None:
        async with self.turns.one(account):
            self.inside.append(account)
            self.came_in.release()
            await self.leave.wait()


async def test_an_account_with_many_callers_leaves_room_for_another() -> None:
    door = Door(Turns(3, wait_seconds=60, of_account=2))
    callers = [door.call("a") for _ in range(5)]
    for _ in range(2):
        await door.came_in.acquire()
    callers.append(door.call("b"))
    await door.came_in.acquire()
    assert door.inside == ["a", "a", "b"]

    door.leave.set()
    await asyncio.gather(*callers)
    assert sorted(door.inside) == ["a"] * 5 + ["b"]


async def test_who_waited_in_vain_is_busy_and_holds_nothing() -> None:
    door = Door(Turns(2, wait_seconds=0.01, of_account=1))
    callers = [door.call("a"), door.call("b")]
    for _ in callers:
        await door.came_in.acquire()
    for account in ("a", "c"):
        with pytest.raises(Busy):
            await door.call(account)

    door.leave.set()
    await asyncio.gather(*callers)

    await asyncio.gather(door.call("c"), door.call("a"))


async def test_a_turn_has_a_requests_patience_with_gateways() -> None:
    async with Turns(1, wait_seconds=1).one():
        left = seconds_left()
        assert left is not None
        assert 0 < left <= REQUEST_SECONDS
    assert seconds_left() is None
