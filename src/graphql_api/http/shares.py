"""How many operations there may be under way in this process, in all and of one sender."""

import hashlib
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

from graphql_api.http.codes import Code, refusal
from graphql_api.http.facts import RequestFacts

_RETRY_AFTER = 1


class Shares:
    """Places for `in_all` operations, refused with BUSY past that; `per_bearer` with the same token and `per_address`
    of visitors from the same address, refused with RATE_LIMITED. Nobody waits for a place."""

    def __init__(self, *, in_all: int, per_bearer: int, per_address: int) -> None:
        self._in_all = in_all
        self._per_bearer = per_bearer
        self._per_address = per_address
        self._under_way = 0
        self._held: Counter[str] = Counter()

    @contextmanager
    def request(self, facts: RequestFacts) -> Iterator[None]:
        """For the time in which a body arrives, and after: it may be large, and nobody else has this token. Visitors
        are not counted yet: who sends slowly must not keep out others behind the same address."""
        if facts.bearer is None:
            yield
            return
        with self._place(hashlib.sha256(facts.bearer.encode()).hexdigest(), self._per_bearer):
            yield

    @contextmanager
    def operation(self, facts: RequestFacts) -> Iterator[None]:
        """For the time in which an operation whose text is there is answered."""
        if facts.bearer is None:
            with self._place(facts.ip, self._per_address), self._one_of_all():
                yield
        else:
            with self._one_of_all():
                yield

    @contextmanager
    def _place(self, sender: str, most: int) -> Iterator[None]:
        if self._held[sender] >= most:
            raise refusal(Code.RATE_LIMITED, retry_after=_RETRY_AFTER)
        self._held[sender] += 1
        try:
            yield
        finally:
            self._held[sender] -= 1
            if not self._held[sender]:
                del self._held[sender]

    @contextmanager
    def _one_of_all(self) -> Iterator[None]:
        if self._under_way >= self._in_all:
            raise refusal(Code.BUSY)
        self._under_way += 1
        try:
            yield
        finally:
            self._under_way -= 1
