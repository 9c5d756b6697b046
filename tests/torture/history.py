"""What clients asked and what they were told, in the manner of Jepsen: each call is invoked, and ends or not.

A file of JSON lines: `{"n": 7, "t": 1.25, "type": "invoke", "client": "norte/T001", "act": "start", "asked": {…}}` and,
for the same `n`, `{"type": "ok" | "fail" | "unknown", "told": {…}}`. Times are seconds since the beginning, by one
monotonic clock, so that «before» is real time.
"""

import json
import math
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from itertools import count
from pathlib import Path
from typing import Any, Self, TextIO


class Outcome(StrEnum):
    """OK: done, with an answer. FAIL: certainly not done. UNKNOWN: done or not; the answer was lost."""

    OK = "ok"
    FAIL = "fail"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """One call. One that never ended is UNKNOWN and ends after everything else."""

    number: int
    client: str
    act: str
    began: float
    ended: float = math.inf
    outcome: Outcome = Outcome.UNKNOWN
    asked: Mapping[str, Any] = field(default_factory=dict)
    told: Mapping[str, Any] = field(default_factory=dict)

    def precedes(self, other: "Operation") -> bool:
        """It had ended when the other began."""
        return self.ended < other.began


class Recorder:
    """Writes a history while it happens."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._file: TextIO = path.open("w", encoding="utf-8", buffering=1 << 16)
        self._numbers = count(1)
        self._began = time.monotonic()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    def now(self) -> float:
        return round(time.monotonic() - self._began, 6)

    def invoke(self, client: str, act: str, /, **asked: Any) -> int:
        number = next(self._numbers)
        self._write({"n": number, "t": self.now(), "type": "invoke", "client": client, "act": act, "asked": asked})
        return number

    def end(self, number: int, outcome: Outcome, /, **told: Any) -> None:
        self._write({"n": number, "t": self.now(), "type": outcome.value, "told": told})

    def note(self, what: str, **more: Any) -> None:
        """Something that was done to the service, for whoever reads the file."""
        self._write({"t": self.now(), "type": "note", "what": what, **more})

    def _write(self, line: dict[str, Any]) -> None:
        self._file.write(json.dumps(line, ensure_ascii=False, separators=(",", ":")) + "\n")


def operations_in(lines: Iterable[str]) -> list[Operation]:
    """The calls of a history in the order in which they began."""
    found: dict[int, Operation] = {}
    for text in lines:
        line = json.loads(text)
        if line["type"] == "note":
            continue
        number = line["n"]
        if line["type"] == "invoke":
            found[number] = Operation(
                number=number, client=line["client"], act=line["act"], began=line["t"], asked=line["asked"]
            )
        else:
            found[number] = replace(found[number], ended=line["t"], outcome=Outcome(line["type"]), told=line["told"])
    return sorted(found.values(), key=lambda operation: operation.began)


def read(path: Path) -> list[Operation]:
    with path.open(encoding="utf-8") as file:
        return operations_in(file)
