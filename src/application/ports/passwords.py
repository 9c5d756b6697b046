"""Turning passwords into hashes, and comparing."""

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class PasswordCheck:
    """`needs_rehash`: it matches, but its hash was made with older parameters; store a new one while it is at hand."""

    matches: bool
    needs_rehash: bool = False


class PasswordHasher(Protocol):
    """Slow on purpose, so done apart from the requests and with a bounded queue.

    Every method raises Busy, without having begun, when the queue is full. A text is taken exactly as typed:
    not trimmed, not normalised, not cut.
    """

    async def hash(self, password: str) -> str:
        """The hash to store, with its salt and parameters inside; twice the same password gives two hashes."""
        ...

    async def verify(self, stored_hash: str | None, password: str) -> PasswordCheck:
        """Whether the password is the one that was hashed.

        Without a hash (no such account, an account without a password) it takes as long and answers no.
        """
        ...
