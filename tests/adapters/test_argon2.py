import asyncio
import os
import threading
import time
from collections.abc import Iterator

import pytest

from adapters.argon2.hasher import Argon2PasswordHasher
from application.ports.passwords import PasswordCheck
from domain.errors import Busy

# argon2 reference implementation, src/test.c: version 0x13, t=2, m=2^8 KiB, p=1, "password", "somesalt"
REFERENCE = "$argon2id$v=19$m=256,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4"


@pytest.fixture
def hasher() -> Iterator[Argon2PasswordHasher]:
    """With the real parameters."""
    hasher = Argon2PasswordHasher()
    yield hasher
    hasher.close()


@pytest.fixture
def cheap() -> Iterator[Argon2PasswordHasher]:
    hasher = Argon2PasswordHasher(memory_kib=8, time_cost=1, queue=20)
    yield hasher
    hasher.close()


async def test_a_new_hash_has_the_recommended_parameters(hasher: Argon2PasswordHasher) -> None:
    assert (await hasher.hash("una frase larga")).startswith("$argon2id$v=19$m=19456,t=2,p=1$")


async def test_the_published_vector_matches_and_asks_for_newer_parameters(hasher: Argon2PasswordHasher) -> None:
    assert await hasher.verify(REFERENCE, "password") == PasswordCheck(matches=True, needs_rehash=True)
    assert await hasher.verify(REFERENCE, "Password") == PasswordCheck(matches=False)


async def test_a_hash_with_todays_parameters_needs_no_other(cheap: Argon2PasswordHasher) -> None:
    assert await cheap.verify(await cheap.hash("secreto"), "secreto") == PasswordCheck(matches=True)


async def test_the_same_password_never_has_the_same_hash(cheap: Argon2PasswordHasher) -> None:
    assert await cheap.hash("secreto") != await cheap.hash("secreto")


@pytest.mark.parametrize(
    ("password", "other"),
    [
        ("a" * 128, "a" * 127 + "b"),  # not cut
        ("clave ", "clave"),  # not trimmed
        ("contrase\u00f1a", "contrasen\u0303a"),  # not normalised
        ("🐢🐘🦜", "🐢🐘🦊"),
        ("antes\0despues", "antes\0otro"),
        ("media \ud83d", "media \ud83e"),
    ],
)
async def test_a_password_is_taken_exactly_as_typed(cheap: Argon2PasswordHasher, password: str, other: str) -> None:
    stored = await cheap.hash(password)

    assert (await cheap.verify(stored, password)).matches
    assert not (await cheap.verify(stored, other)).matches


@pytest.mark.parametrize("stored", [None, "", "!", "$argon2id$v=19$m=8,t=1,p=1$bm8$bm8", "$2b$12$abcdefghijklmnop"])
async def test_nobody_signs_in_where_there_is_no_hash(cheap: Argon2PasswordHasher, stored: str | None) -> None:
    for password in ("", "!", stored or "x"):
        assert await cheap.verify(stored, password) == PasswordCheck(matches=False)


async def test_an_unknown_account_costs_what_a_known_one_costs(hasher: Argon2PasswordHasher) -> None:
    stored = await hasher.hash("una frase larga")

    async def cost(of: str | None) -> float:
        start = time.perf_counter()
        await hasher.verify(of, "otra frase larga")
        return time.perf_counter() - start

    known = min([await cost(stored) for _ in range(7)])
    unknown = min([await cost(None) for _ in range(7)])
    garbage = min([await cost("!") for _ in range(7)])

    assert 0.4 < unknown / known < 2.5  # without the dummy's hash it would be a thousandth
    assert 0.4 < garbage / known < 2.5


class Gate:
    """Stands in the worker's way until it is opened."""

    def __init__(self, hasher: Argon2PasswordHasher) -> None:
        self.opened, self.reached = threading.Event(), threading.Event()
        self.job = hasher._worker.submit(self._stand)

    def _stand(self) -> None:
        self.reached.set()
        self.opened.wait(10)


async def test_when_the_queue_is_full_the_next_is_told_to_come_later(cheap: Argon2PasswordHasher) -> None:
    gate = Gate(cheap)
    waiting = [asyncio.create_task(cheap.hash(f"clave {n}")) for n in range(21)]
    await asyncio.sleep(0)

    with pytest.raises(Busy) as refusal:
        await cheap.hash("una más")
    assert refusal.value.retry_after_seconds >= 1

    gate.opened.set()
    assert len(set(await asyncio.gather(*waiting))) == 21
    assert (await cheap.hash("una más")).startswith("$argon2id$")


async def test_who_gives_up_waiting_leaves_room_for_others(cheap: Argon2PasswordHasher) -> None:
    gate = Gate(cheap)
    waiting = [asyncio.create_task(cheap.hash("clave")) for _ in range(21)]
    await asyncio.sleep(0)

    for task in waiting:
        task.cancel()
    await asyncio.gather(*waiting, return_exceptions=True)
    after = [asyncio.create_task(cheap.hash("clave")) for _ in range(21)]
    await asyncio.sleep(0)
    gate.opened.set()

    assert len(await asyncio.gather(*after)) == 21


async def test_hashing_leaves_the_event_loop_free(hasher: Argon2PasswordHasher) -> None:
    beats = 0

    async def heart() -> None:
        nonlocal beats
        while True:
            await asyncio.sleep(0.001)
            beats += 1

    heartbeat = asyncio.create_task(heart())
    await asyncio.gather(*(hasher.hash("una frase larga") for _ in range(5)))
    heartbeat.cancel()

    assert beats > 20


async def test_a_closed_hasher_says_busy() -> None:
    hasher = Argon2PasswordHasher(memory_kib=8, time_cost=1)
    hasher.close()

    with pytest.raises(Busy):
        await hasher.hash("clave")


@pytest.mark.skipif(not hasattr(os, "sched_getscheduler"), reason="niceness of one thread exists on Linux only")
async def test_the_worker_gives_way_to_the_rest(cheap: Argon2PasswordHasher) -> None:
    await cheap.hash("clave")

    worker = next(thread for thread in threading.enumerate() if thread in cheap._worker._threads)
    assert worker.native_id is not None
    assert os.getpriority(os.PRIO_PROCESS, worker.native_id) > os.getpriority(os.PRIO_PROCESS, os.getpid())
