"""The words of a scenario: one step each, as the control API takes them."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from decimal import Decimal

from simulator.clock import parse_duration
from simulator.payu.codes import DECLINE_CODES, ERROR_CODES, PENDING
from simulator.payu.methods import METHODS

EXAMPLES = (
    "approve",
    "approve_again",
    "approve:amount=-1000",
    "approve:currency=USD",
    "approve:bad_sign",
    "approve:duplicate=3",
    "approve:delay=PT10M",
    "approve:drop_notification",
    "approve:replay_new_id",
    "approve:test=0",
    "approve:method=PSE",
    "approve:set.state_pol=99",
    "decline:INSUFFICIENT_FUNDS",
    "error:BANK_UNREACHABLE",
    "pending:PT26H",
    "pending:PT2H,review",
    "expire",
    "reorder",
    "refund:approve",
    "refund:decline",
    "chargeback",
    "http:timeout",
    "http:500",
    "query:error",
)

PAYER_STEPS = ("approve", "approve_again", "decline", "error", "pending", "expire", "reorder", "chargeback")
"""Steps in which a payer or the bank does something; the others only prepare an answer."""

FAULT_STEPS = ("http", "query")

_OPTION = re.compile(r"([a-z_.A-Z0-9]+)(?:=(.*))?")
_AMOUNT = re.compile(r"[+-]?\d{1,12}(?:\.\d{1,2})?", re.ASCII)
_MOST_REPEATS = 50
_DEFAULT_PENDING = timedelta(minutes=10)


class BadStep(ValueError):
    """A step that says nothing; its text is a sentence in Spanish for the person who wrote the script."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """What is odd about the notification of a step, and about the charge it tells of.

    amount: text of the scenario, absolute or with a sign for a difference; overrides: fields of the notification.
    """

    amount: str = ""
    currency: str = ""
    method: str = ""
    is_test: bool | None = None
    bad_sign: bool = False
    copies: int = 1
    delay: timedelta = timedelta()
    dropped: bool = False
    replay_new_id: bool = False
    overrides: Mapping[str, str] = field(default_factory=dict)

    def amount_for(self, amount: Decimal) -> Decimal:
        """What is charged instead of `amount`; never below zero."""
        if not self.amount:
            return amount
        changed = Decimal(self.amount) + (amount if self.amount[0] in "+-" else 0)
        return max(changed, Decimal(0))


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One step. `value` is the code, the pending reason, the decision or the kind of fault, as `kind` asks."""

    kind: str
    value: str = ""
    duration: timedelta = timedelta()
    times: int = 1
    notice: Notice = Notice()


def _count(text: str | None, step: str) -> int:
    if text is None:
        return 1
    if not re.fullmatch(r"[0-9]{1,3}", text) or not 1 <= int(text) <= _MOST_REPEATS:
        raise BadStep(f"«{step}»: la cantidad debe ser un número entre 1 y {_MOST_REPEATS}.")
    return int(text)


def _duration(text: str, step: str) -> timedelta:
    try:
        return parse_duration(text)
    except ValueError:
        raise BadStep(f"«{step}»: «{text}» no es una duración ISO 8601 como PT26H o PT10M.") from None


def _notice(options: list[str], step: str) -> Notice:
    notice = Notice()
    for option in options:
        match = _OPTION.fullmatch(option)
        name, value = (match[1], match[2]) if match else ("", None)
        match name, value:
            case "bad_sign", None:
                notice = replace(notice, bad_sign=True)
            case "drop_notification", None:
                notice = replace(notice, dropped=True)
            case "replay_new_id", None:
                notice = replace(notice, replay_new_id=True)
            case "duplicate", _:
                notice = replace(notice, copies=_count(value or "2", step))
            case "delay", str():
                notice = replace(notice, delay=_duration(value, step))
            case "amount", str() if _AMOUNT.fullmatch(value):
                notice = replace(notice, amount=value)
            case "currency", str() if re.fullmatch(r"[A-Z]{3}", value):
                notice = replace(notice, currency=value)
            case "method", str() if value in METHODS:
                notice = replace(notice, method=value)
            case "test", "0" | "1":
                notice = replace(notice, is_test=value == "1")
            case _, str() if name.startswith("set.") and len(name) > 4:
                notice = replace(notice, overrides={**notice.overrides, name.removeprefix("set."): value})
            case _:
                raise BadStep(f"«{step}»: no entiendo «{option}».")
    return notice


def parse_step(text: str) -> Step:
    """Reads one step of a script, e.g. `decline:INSUFFICIENT_FUNDS` or `approve:duplicate=3,delay=PT10M`.

    Raises BadStep with the reason in Spanish.
    """
    kind, _, rest = text.strip().partition(":")
    parts = [part.strip() for part in rest.split(",")] if rest.strip() else []
    match kind:
        case "approve" | "approve_again" | "expire":
            return Step(kind=kind, notice=_notice(parts, text))
        case "decline" | "error":
            codes = DECLINE_CODES if kind == "decline" else ERROR_CODES
            code = next(iter(codes))
            if parts and "=" not in parts[0] and parts[0].isupper():
                code = parts.pop(0)
                if code not in codes:
                    raise BadStep(f"«{text}»: el código debe ser uno de {', '.join(codes)}.")
            return Step(kind=kind, value=code, notice=_notice(parts, text))
        case "pending":
            duration, reason = _DEFAULT_PENDING, ""
            for part in parts:
                if part in PENDING:
                    reason = part
                else:
                    duration = _duration(part, text)
            return Step(kind=kind, value=reason or "pse", duration=duration)
        case "reorder" | "chargeback" if not parts:
            return Step(kind=kind)
        case "refund" if parts in (["approve"], ["decline"]):
            return Step(kind=kind, value=parts[0])
        case "http" | "query" if len(parts) == 1:
            name, _, times = parts[0].partition("=")
            if (kind == "query" and name == "error") or (
                kind == "http" and (name == "timeout" or re.fullmatch(r"5[0-9]{2}", name))
            ):
                return Step(kind=kind, value=name, times=_count(times or None, text))
    raise BadStep(f"No entiendo el paso «{text[:80]}». Ejemplos: {', '.join(EXAMPLES)}.")
