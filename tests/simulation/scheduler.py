"""Many coroutines on one virtual clock, taken a step at a time in an order that one source of randomness decides.

A coroutine stops wherever it calls a port (`Pause`). There, by the same source, it goes on, goes on later, loses its
connection, is given up by whoever asked for it, or dies together with all that run in its process.
"""

import os
import random as standard_random
from collections.abc import Callable, Coroutine, Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import Enum, auto
from heapq import heappop, heappush
from itertools import count
from random import Random
from typing import Any

from tests.fakes.clock import FakeClock


class Pause:
    """A call of a port that `what` names. `failure` makes what the caller is told when the other side is lost there;
    with `free` false it waits for something that another coroutine has."""

    __slots__ = ("failure", "free", "what")

    def __init__(
        self, what: str, failure: Callable[[], Exception] | None = None, free: Callable[[], bool] | None = None
    ) -> None:
        self.what = what
        self.failure = failure
        self.free = free

    def __await__(self) -> Generator["Pause", None, None]:
        yield self


class Fate(Enum):
    """CRASH: its process dies, with all that runs there. GIVEN_UP: nobody waits for it any more. LOST: the connection
    breaks. SLOW: it takes its time."""

    CRASH = auto()
    GIVEN_UP = auto()
    LOST = auto()
    SLOW = auto()
    GOES_ON = auto()


@dataclass(frozen=True, slots=True, kw_only=True)
class Faults:
    """How often, of all steps: a process dies, a caller gives up, a connection is lost, something takes its time."""

    crash: float = 0.0
    given_up: float = 0.0
    lost: float = 0.0
    slow: float = 0.0

    @property
    def rates(self) -> tuple[float, ...]:
        """In the order of `Fate`."""
        return self.crash, self.given_up, self.lost, self.slow


@dataclass(slots=True, eq=False)
class Ended:
    """How a coroutine ended: with a value, with an error, or with neither because it was killed."""

    value: Any = None
    error: Exception | None = None
    killed: bool = False


@dataclass(slots=True, eq=False)
class Running:
    name: str
    coroutine: Coroutine[Pause, None, Any]
    process: int
    then: Callable[[Ended], None]
    ready_at: datetime
    pause: Pause | None = None
    dead: bool = False


@dataclass(slots=True, kw_only=True)
class Tally:
    """What happened in a run. `choices` counts steps at which more than one coroutine could have gone on."""

    steps: int = 0
    choices: int = 0
    crashes: int = 0
    given_up: int = 0
    lost: int = 0
    slow: int = 0
    deadlocks: int = 0
    commits: int = 0

    def add(self, other: "Tally") -> None:
        for name in self.__slots__:
            setattr(self, name, getattr(self, name) + getattr(other, name))


_PROCESSES = 2
_DELAYS = (timedelta(milliseconds=50), timedelta(seconds=2), timedelta(seconds=40), timedelta(minutes=31))


@dataclass(slots=True, kw_only=True, eq=False)
class Scheduler:
    """Every step takes a `tick`. `trace`, where there is one, is told every step."""

    random: Random
    clock: FakeClock
    faults: Faults = field(default_factory=Faults)
    tick: timedelta = timedelta(milliseconds=7)
    trace: list[str] | None = None
    tally: Tally = field(default_factory=Tally)
    current: Running | None = None
    _running: list[Running] = field(default_factory=list)
    _agenda: list[tuple[datetime, int, Callable[[], None]]] = field(default_factory=list)
    _numbers: Iterator[int] = field(default_factory=count)

    def start(self, name: str, coroutine: Coroutine[Any, Any, Any], then: Callable[[Ended], None]) -> None:
        """Have it run, in one of the processes; `then` is told how it ended."""
        process = int(self.random.random() * _PROCESSES)
        self._running.append(Running(name, coroutine, process, then, self.clock.now()))

    def later(self, after: timedelta, action: Callable[[], None]) -> None:
        heappush(self._agenda, (self.clock.now() + after, next(self._numbers), action))

    def run(self) -> None:
        """Until nothing runs and nothing is planned."""
        while self.step():
            pass

    def step(self) -> bool:
        """Let one coroutine go on, or the time pass until one can. False once there is nothing more to do."""
        now = self.clock.now()
        while self._agenda and self._agenda[0][0] <= now:
            heappop(self._agenda)[2]()
        ready = [it for it in self._running if it.ready_at <= now and _may_go_on(it)]
        if not ready:
            moments = [it.ready_at for it in self._running if _may_go_on(it)]
            if self._agenda:
                moments.append(self._agenda[0][0])
            if not moments:
                if self._running:
                    raise AssertionError(f"waiting for ever: {[it.name for it in self._running]}")
                return False
            self.clock.set(max(now, min(moments)))
            return True
        self.clock.advance(self.tick)
        self.tally.steps += 1
        self.tally.choices += len(ready) > 1
        chosen = ready[int(self.random.random() * len(ready))]
        self._go_on(chosen)
        return True

    def fate(self, running: Running, pause: Pause) -> Fate:
        """What happens to it where it stopped."""
        drawn = self.random.random()
        for fate, rate in zip(Fate, self.faults.rates, strict=False):
            if drawn < rate:
                return fate
            drawn -= rate
        return Fate.GOES_ON

    def _go_on(self, running: Running) -> None:
        pause = running.pause
        if pause is None:
            self._say(running, "begins")
            return self._resume(running, None)
        fate = self.fate(running, pause) if pause.free is None else Fate.GOES_ON
        match fate:
            case Fate.CRASH:
                self._say(running, f"the process {running.process} dies at {pause.what}")
                self.tally.crashes += 1
                for other in [it for it in self._running if it.process == running.process]:
                    self._kill(other)
            case Fate.GIVEN_UP:
                self._say(running, f"given up at {pause.what}")
                self.tally.given_up += 1
                self._kill(running)
            case Fate.LOST if pause.failure is not None:
                self._say(running, f"loses {pause.what}")
                self.tally.lost += 1
                self._resume(running, pause.failure())
            case Fate.SLOW:
                delay = _DELAYS[int(self.random.random() * len(_DELAYS))]
                self._say(running, f"waits {delay} at {pause.what}")
                self.tally.slow += 1
                running.ready_at = self.clock.now() + delay
            case _:
                self._say(running, pause.what)
                self._resume(running, None)
        return None

    def _resume(self, running: Running, error: Exception | None) -> None:
        self.current = running
        try:
            if error is None:
                running.pause = running.coroutine.send(None)
            else:
                running.pause = running.coroutine.throw(error)
        except StopIteration as ended:
            self._end(running, Ended(value=ended.value))
        except AssertionError:
            raise
        except Exception as error:
            self._end(running, Ended(error=error))
        finally:
            self.current = None

    def _kill(self, running: Running) -> None:
        """As when its process ends: nothing it would do on its way out does anything any more."""
        running.dead = True
        self.current = running
        running.coroutine.close()
        self.current = None
        self._end(running, Ended(killed=True))

    def _end(self, running: Running, ended: Ended) -> None:
        self._running.remove(running)
        if self.trace is not None:
            how = "killed" if ended.killed else repr(ended.error) if ended.error else _short(ended.value)
            self._say(running, f"ends: {how}")
        running.then(ended)

    def _say(self, running: Running, what: str) -> None:
        if self.trace is not None:
            self.trace.append(f"{self.clock.now():%d %H:%M:%S.%f} {running.process}| {running.name}: {what}")

    def note(self, what: str) -> None:
        """Tell the trace of something that happened outside."""
        if self.trace is not None:
            self.trace.append(f"{self.clock.now():%d %H:%M:%S.%f}  | {what}")


def _may_go_on(running: Running) -> bool:
    return running.pause is None or running.pause.free is None or running.pause.free()


def _short(value: object) -> str:
    return repr(getattr(value, "status", value))


@contextmanager
def all_randomness_from(source: Random) -> Iterator[None]:
    """Whatever asks the operating system for randomness meanwhile (new ids, references, codes on receipts) gets it
    from `source`, so that a run can be had again."""
    kept = os.urandom, vars(standard_random)["_urandom"]
    os.urandom = source.randbytes
    vars(standard_random)["_urandom"] = source.randbytes
    try:
        yield
    finally:
        os.urandom, vars(standard_random)["_urandom"] = kept
