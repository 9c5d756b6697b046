"""A hasher that hides nothing and counts what it was asked."""

from application.ports.passwords import PasswordCheck, PasswordHasher
from domain.errors import Busy


class FakeHasher(PasswordHasher):
    """Hashes look like "new:secret"; one that begins with "old:" matches and asks to be made anew.

    `work` counts computations, real and dummy alike; while `busy` is set everything is refused.
    """

    def __init__(self) -> None:
        self.work = 0
        self.busy = False

    async def hash(self, password: str) -> str:
        self._begin()
        return f"new:{password}"

    async def verify(self, stored_hash: str | None, password: str) -> PasswordCheck:
        self._begin()
        if stored_hash is None:
            return PasswordCheck(matches=False)
        scheme, _, secret = stored_hash.partition(":")
        matches = secret == password
        return PasswordCheck(matches=matches, needs_rehash=matches and scheme == "old")

    def _begin(self) -> None:
        if self.busy:
            raise Busy(2)
        self.work += 1
