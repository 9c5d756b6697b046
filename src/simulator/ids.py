"""Identifiers that look like PayU's and repeat for a given seed."""

import secrets
import uuid
from random import Random


class Ids:
    """One seeded source for every identifier and code the simulator hands out."""

    def __init__(self, seed: int | None = None) -> None:
        self.reseed(seed)

    def reseed(self, seed: int | None = None) -> None:
        """Starts the series of `seed` from its beginning; None picks a seed nobody used yet."""
        self.seed = secrets.randbits(32) if seed is None else seed
        self._random = Random(self.seed)  # noqa: S311 - invented identifiers, meant to be repeatable
        # Beyond 32 bits on purpose: PayU's order ids are, and a client that keeps them in an int4 should notice here.
        self._next_order = 2_200_000_000 + self._random.randrange(1_000_000_000)

    def order_id(self) -> int:
        """The next order id (`reference_pol`)."""
        self._next_order += 1
        return self._next_order

    def uuid(self) -> str:
        """A version 4 UUID, the shape of `transaction_id`."""
        return str(uuid.UUID(int=self._random.getrandbits(128), version=4))

    def digits(self, length: int) -> str:
        """A number of exactly `length` digits without leading zero, as text."""
        return str(self._random.randrange(10 ** (length - 1), 10**length))
