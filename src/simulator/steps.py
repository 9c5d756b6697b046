"""The words of a scenario that every gateway understands the same way."""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from decimal import Decimal

from simulator.clock import parse_duration

FAULT_STEPS = ("http", "query")
"""Steps that make a coming answer of the gateway go wrong."""

FAULTS = ("error", "garbage", "html", "huge", "redirect", "slow", "timeout")
"""Ways in which an answer goes wrong, besides a status from 500 to 599."""

_OPTION = re.compile(r"([a-z_.A-Z0-9]+)(?:=(.*))?")
_AMOUNT = re.compile(r"[+-]?\d{1,12}(?:\.\d{1,2})?", re.ASCII)
_MOST_REPEATS = 50
_MOST_SECONDS = 600
_DEFAULT_PENDING = timedelta(minutes=10)


class BadStep(ValueError):
    """A step that says nothing; its text is a sentence in Spanish for the person who wrote the script."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """What is odd about the messages of a step, and about the charge they tell of.

    amount: text of the scenario, absolute or with a sign for a difference. dropped, return_dropped: the notification,
    or the payer's return, does not leave. overrides, answers: fields of the message, and of what the gateway answers
    when it is asked.
    """

    amount: str = ""
    currency: str = ""
    method: str = ""
    is_test: bool | None = None
    bad_sign: bool = False
    copies: int = 1
    delay: timedelta = timedelta()
    dropped: bool = False
    return_dropped: bool = False
    replay_new_id: bool = False
    overrides: Mapping[str, str] = field(default_factory=dict)
    answers: Mapping[str, str] = field(default_factory=dict)

    def amount_for(self, amount: Decimal) -> Decimal:
        """What is charged instead of `amount`; never below zero."""
        if not self.amount:
            return amount
        changed = Decimal(self.amount) + (amount if self.amount[0] in "+-" else 0)
        return max(changed, Decimal(0))


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One step. `value` is the code, the pending reason, the decision or the kind of fault, as `kind` asks.

    argument: the seconds of `http:slow=3`, the address of `http:redirect=…`.
    """

    kind: str
    value: str = ""
    argument: str = ""
    duration: timedelta = timedelta()
    times: int = 1
    notice: Notice = Notice()


def split_step(text: str) -> tuple[str, list[str]]:
    """`approve:a=1,b` as its kind and its parts."""
    kind, _, rest = text.strip().partition(":")
    return kind, [part.strip() for part in rest.split(",")] if rest.strip() else []


def unknown_step(text: str, examples: Sequence[str]) -> BadStep:
    """The refusal of a step that is none of ours."""
    return BadStep(f"No entiendo el paso «{text[:80]}». Ejemplos: {', '.join(examples)}.")


def _count(text: str, step: str) -> int:
    if not re.fullmatch(r"[0-9]{1,3}", text) or not 1 <= int(text) <= _MOST_REPEATS:
        raise BadStep(f"«{step}»: la cantidad debe ser un número entre 1 y {_MOST_REPEATS}.")
    return int(text)


def _duration(text: str, step: str) -> timedelta:
    try:
        return parse_duration(text)
    except ValueError:
        raise BadStep(f"«{step}»: «{text}» no es una duración ISO 8601 como PT26H o PT10M.") from None


def read_code(parts: list[str], codes: Collection[str], step: str) -> str:
    """Takes the code at the head of the parts, or the first of `codes` when there is none."""
    if not parts or "=" in parts[0] or not parts[0].isupper():
        return next(iter(codes))
    code = parts.pop(0)
    if code not in codes:
        raise BadStep(f"«{step}»: el código debe ser uno de {', '.join(codes)}.")
    return code


def read_pending(parts: list[str], reasons: Collection[str], step: str) -> tuple[timedelta, str]:
    """Takes duration and reason out of the parts, wherever they stand; ten minutes and "" by default."""
    duration, reason = _DEFAULT_PENDING, ""
    for part in list(parts):
        if part in reasons:
            reason = part
        elif part.startswith("P"):
            duration = _duration(part, step)
        else:
            continue
        parts.remove(part)
    return duration, reason


def read_fault(kind: str, parts: list[str], step: str) -> Step | None:
    """`http:500`, `query:error=3`, `http:slow=2,times=3`, `http:redirect=http://…`; None for anything else.

    What follows `=` is how often it happens, but for `slow` (seconds) and `redirect` (the address).
    """
    if kind not in FAULT_STEPS or not 1 <= len(parts) <= 2:
        return None
    name, _, argument = parts[0].partition("=")
    if name not in FAULTS and not re.fullmatch(r"5[0-9]{2}", name):
        return None
    times = 1
    if name == "slow":
        if not re.fullmatch(r"[0-9]{1,3}(\.[0-9]{1,3})?", argument) or float(argument) > _MOST_SECONDS:
            raise BadStep(f"«{step}»: slow pide los segundos, hasta {_MOST_SECONDS}, como en slow=3.")
    elif name == "redirect":
        if argument and not re.fullmatch(r"https?://[!-~]{1,250}", argument):
            raise BadStep(f"«{step}»: redirect pide una dirección http o https.")
    elif argument:
        times, argument = _count(argument, step), ""
    if len(parts) == 2:
        if not parts[1].startswith("times="):
            return None
        times = _count(parts[1].removeprefix("times="), step)
    return Step(kind=kind, value=name, argument=argument, times=times)


def read_notice(options: Sequence[str], methods: Collection[str], allowed: Collection[str], step: str) -> Notice:
    """What `amount=-1000`, `duplicate=3`, `set.CAMPO=VALOR` … ask; only the names in `allowed` are understood."""
    notice = Notice()
    for option in options:
        match = _OPTION.fullmatch(option)
        name, value = (match[1], match[2]) if match else ("", None)
        group = name.partition(".")[0]
        if group not in allowed:
            raise BadStep(f"«{step}»: no entiendo «{option}».")
        match name, value:
            case "bad_sign", None:
                notice = replace(notice, bad_sign=True)
            case "drop_notification", None:
                notice = replace(notice, dropped=True)
            case "drop_return", None:
                notice = replace(notice, return_dropped=True)
            case "replay_new_id", None:
                notice = replace(notice, replay_new_id=True)
            case "duplicate", _:
                notice = replace(notice, copies=_count(value if value is not None else "2", step))
            case "delay", str():
                notice = replace(notice, delay=_duration(value, step))
            case "amount", str() if _AMOUNT.fullmatch(value):
                notice = replace(notice, amount=value)
            case "currency", str() if re.fullmatch(r"[A-Z]{3}", value):
                notice = replace(notice, currency=value)
            case "method", str() if value in methods:
                notice = replace(notice, method=value)
            case "test", "0" | "1":
                notice = replace(notice, is_test=value == "1")
            case _, str() if name.startswith("set.") and len(name) > 4:
                notice = replace(notice, overrides={**notice.overrides, name.removeprefix("set."): value})
            case _, str() if name.startswith("query.") and len(name) > 6:
                notice = replace(notice, answers={**notice.answers, name.removeprefix("query."): value})
            case _:
                raise BadStep(f"«{step}»: no entiendo «{option}».")
    return notice
