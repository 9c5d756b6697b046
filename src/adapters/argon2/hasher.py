"""argon2id in one thread of its own, behind a queue that says no when it is full."""

import asyncio
import os
import sys
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from typing import TypeVar

from argon2 import PasswordHasher as Argon2
from argon2.exceptions import InvalidHashError, VerificationError, VerifyMismatchError
from argon2.low_level import Type

from application.ports.passwords import PasswordCheck, PasswordHasher
from domain.errors import Busy

Result = TypeVar("Result")

MEMORY_KIB, TIME_COST, PARALLELISM = 19_456, 2, 1
"""OWASP, Password Storage Cheat Sheet: argon2id, 19 MiB, two passes, one lane."""

QUEUE = 20
"""Waiting at most: about one second's work for one core."""

_NICENESS = 10
_RETRY_AFTER_SECONDS = 2


class Argon2PasswordHasher(PasswordHasher):
    """One worker and at most `queue` waiting; one more is refused with Busy.

    A single worker leaves the other cores to everybody who is already signed in, whatever the number of sign-ins; on
    Linux it also gives way to them on its own core. argon2 lets go of the interpreter while it computes.
    """

    def __init__(
        self,
        *,
        memory_kib: int = MEMORY_KIB,
        time_cost: int = TIME_COST,
        parallelism: int = PARALLELISM,
        queue: int = QUEUE,
    ) -> None:
        self._argon2 = Argon2(
            time_cost=time_cost, memory_cost=memory_kib, parallelism=parallelism, hash_len=32, salt_len=16, type=Type.ID
        )
        self._nobody = self._argon2.hash(os.urandom(32))
        self._room = queue + 1
        self._lock = threading.Lock()
        self._worker = ThreadPoolExecutor(max_workers=1, thread_name_prefix="argon2", initializer=_give_way)

    async def hash(self, password: str) -> str:
        return await self._run(lambda: self._argon2.hash(_bytes(password)))

    async def verify(self, stored_hash: str | None, password: str) -> PasswordCheck:
        return await self._run(lambda: self._verify(stored_hash, _bytes(password)))

    def close(self) -> None:
        """Ends the worker after the computation in hand; those that wait are cancelled."""
        self._worker.shutdown(wait=True, cancel_futures=True)

    def _verify(self, stored_hash: str | None, password: bytes) -> PasswordCheck:
        if stored_hash is not None:
            try:
                self._argon2.verify(stored_hash, password)
            except VerifyMismatchError:
                return PasswordCheck(matches=False)
            except (InvalidHashError, VerificationError):
                pass  # not a hash of ours: nobody signs in with it, and nobody is to notice
            else:
                return PasswordCheck(matches=True, needs_rehash=self._argon2.check_needs_rehash(stored_hash))
        with suppress(VerificationError):
            self._argon2.verify(self._nobody, password)
        return PasswordCheck(matches=False)

    async def _run(self, work: Callable[[], Result]) -> Result:
        with self._lock:
            if not self._room:
                raise Busy(_RETRY_AFTER_SECONDS)
            self._room -= 1
        try:
            job = self._worker.submit(work)
        except RuntimeError:
            self._leave()
            raise Busy(_RETRY_AFTER_SECONDS) from None  # stopping
        job.add_done_callback(self._leave)
        return await asyncio.wrap_future(job)

    def _leave(self, _: "Future[Result] | None" = None) -> None:
        with self._lock:
            self._room += 1


def _bytes(password: str) -> bytes:
    """UTF-8; half a surrogate pair, which JSON can carry, becomes bytes too instead of an error."""
    return password.encode("utf-8", "surrogatepass")


def _give_way() -> None:
    if sys.platform == "linux":  # where niceness is the thread's, not the whole process's
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), _NICENESS)
