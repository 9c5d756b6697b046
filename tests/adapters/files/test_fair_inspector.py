"""Whoever sends many files, and however long each takes, keeps nobody else's from being looked into."""

import asyncio
from uuid import uuid4

import pytest

from adapters.files.inspector import FairFileInspector
from domain.errors import Busy
from tests.fakes.attachments import FakeFileInspector

SLOW, QUICK = b"%PDF-slow", b"%PDF-quick"
ONE, OTHER = uuid4(), uuid4()


async def everybody_has_gone_as_far_as_they_can() -> None:
    for _ in range(20):
        await asyncio.sleep(0)


async def test_one_file_of_each_sender_is_looked_into_at_a_time() -> None:
    inner = FakeFileInspector()
    inner.endless[SLOW] = asyncio.Event()
    fair = FairFileInspector(inner)

    theirs = [asyncio.create_task(fair.attachment(SLOW, sender=ONE)) for _ in range(4)]
    theirs.append(asyncio.create_task(fair.logo(b"\xff\xd8\xff", sender=ONE)))
    await everybody_has_gone_as_far_as_they_can()
    assert inner.looked == [SLOW]
    assert (await fair.attachment(QUICK, sender=OTHER)).content == QUICK

    assert inner.looked == [SLOW, QUICK]
    inner.endless[SLOW].set()
    await asyncio.gather(*theirs)
    assert inner.looked == [SLOW, QUICK, SLOW, SLOW, SLOW, b"\xff\xd8\xff"]


async def test_who_waits_too_long_for_the_own_turn_is_told_to_come_again() -> None:
    inner = FakeFileInspector()
    inner.endless[SLOW] = asyncio.Event()
    fair = FairFileInspector(inner, wait_seconds=0)
    first = asyncio.create_task(fair.attachment(SLOW, sender=ONE))
    await everybody_has_gone_as_far_as_they_can()

    with pytest.raises(Busy):
        await fair.attachment(QUICK, sender=ONE)

    inner.endless[SLOW].set()
    assert (await first).content == SLOW
    assert (await fair.attachment(QUICK, sender=ONE)).content == QUICK


async def test_who_goes_away_gives_the_turn_back() -> None:
    inner = FakeFileInspector()
    inner.endless[SLOW] = asyncio.Event()
    fair = FairFileInspector(inner)
    first, second = (asyncio.create_task(fair.attachment(SLOW, sender=ONE)) for _ in range(2))
    await everybody_has_gone_as_far_as_they_can()

    second.cancel()
    first.cancel()
    await asyncio.wait([first, second])

    assert (await fair.attachment(QUICK, sender=ONE)).content == QUICK
