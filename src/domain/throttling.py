"""Slowing guessing down: each failure makes the next try wait longer, and some that go on end the trying."""

import math
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from domain.errors import Cure, TooManyAttempts


@dataclass(frozen=True, slots=True, kw_only=True)
class Backoff:
    """How much is allowed: `free` attempts at once, then `first` to wait, twice as long each time, up to `ceiling`.

    After `forgotten_after` without an attempt the count begins anew. With `most`, no more than that many in a row are
    heard, ever: those beyond the free ones are not forgotten with time, and once they are used up waiting does not
    help, but what `cure` says does.
    """

    free: int
    first: timedelta = timedelta(seconds=1)
    ceiling: timedelta = timedelta(minutes=15)
    forgotten_after: timedelta = timedelta(hours=24)
    most: int | None = None
    cure: Cure = Cure.TIME

    def wait_after(self, attempts: int) -> timedelta:
        """How long after that many attempts the next one is heard."""
        doublings = attempts - self.free
        if doublings < 0:
            return timedelta(0)
        return min(self.first * (1 << min(doublings, 30)), self.ceiling)

    def remembered_until(self, attempts: int, *, at: datetime) -> datetime | None:
        """Until when that many attempts count, the last of them made at `at`; None until somebody clears them."""
        if self.most is not None and attempts > self.free:
            return None
        return at + self.forgotten_after


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempts:
    """What is remembered under one key. `last_at` is when the last one that counted was made."""

    count: int = 0
    last_at: datetime | None = None
    blocked_until: datetime | None = None

    def another(self, rule: Backoff, *, at: datetime) -> "Attempts":
        """One more attempt, counted before it is known how it ends, so that many at once get no more than one by one.

        Before its time it is refused (TooManyAttempts) and not counted, so that insisting does not make it worse.
        """
        until = None if self.last_at is None else rule.remembered_until(self.count, at=self.last_at)
        count = 0 if until is not None and at >= until else self.count
        if rule.most is not None and count >= rule.most:
            raise TooManyAttempts(math.ceil(rule.ceiling.total_seconds()), cure=rule.cure)
        if self.blocked_until is not None and at < self.blocked_until:
            raise TooManyAttempts(math.ceil((self.blocked_until - at).total_seconds()))
        wait = rule.wait_after(count + 1)
        return Attempts(count=count + 1, last_at=at, blocked_until=at + wait if wait else None)

    def one_less(self) -> "Attempts":
        """The last attempt was a success after all: it neither counts nor has to be waited for."""
        return replace(self, count=max(0, self.count - 1), blocked_until=None)
