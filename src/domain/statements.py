"""A gateway's statement beside what was received here: line by line, by reference and transaction."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from domain.gateway_reports import Evidence, GatewayReport, ReportedState
from domain.ids import PaymentIntentId
from domain.imports.statements import StatementLine
from domain.payment_intents import CURRENCY, GatewayAttempt, PaymentIntent
from domain.payments import PaymentGatewayCode
from domain.periods import bogota_date

Charge = tuple[PaymentIntentId, str]
"""A payment received: its intent, and the gateway's transaction as it is known here."""


@dataclass(slots=True)
class Comparison:
    """`matched` and `different` are lines beside the transactions here that they are about. `unbooked` are of a payment
    of ours that has no money for them, `unknown` of no payment of ours."""

    matched: list[tuple[StatementLine, PaymentIntent, GatewayAttempt]] = field(default_factory=list)
    different: list[tuple[StatementLine, PaymentIntent, GatewayAttempt]] = field(default_factory=list)
    unbooked: list[tuple[StatementLine, PaymentIntent]] = field(default_factory=list)
    unknown: list[StatementLine] = field(default_factory=list)

    @property
    def told(self) -> set[Charge]:
        """What the statement speaks of, whatever it says."""
        return {(intent.id, attempt.transaction_id) for _, intent, attempt in (*self.matched, *self.different)}


def compare(
    lines: Iterable[StatementLine], intents: Mapping[str, PaymentIntent], gateway: PaymentGatewayCode
) -> Comparison:
    """`intents` by reference, with their attempts."""
    found = Comparison()
    by_reference: dict[str, list[StatementLine]] = {}
    for line in lines:
        by_reference.setdefault(line.reference, []).append(line)
    for reference, group in by_reference.items():
        intent = intents.get(reference)
        if intent is None or intent.gateway is not gateway:
            found.unknown += group
        else:
            _compare_one(found, intent, group)
    return found


def as_reports(intent: PaymentIntent, comparison: Comparison) -> tuple[GatewayReport, ...]:
    """What the statement says of one payment, as the gateway's own word. Lines that disagree with money already booked
    are no report: the staff look at those."""
    lines = [line for line, of, _ in comparison.matched if of.id == intent.id]
    lines += [line for line, of in comparison.unbooked if of.id == intent.id]
    return tuple(
        GatewayReport(
            reference=intent.reference,
            transaction_id=line.transaction_id,
            state=ReportedState.APPROVED,
            amount=line.amount,
            currency=CURRENCY,
            evidence=Evidence.SETTLEMENT,
            code="LIQUIDACION",
            method=line.method,
            gateway_reference=line.bank_reference,
            occurred_at=_moment(intent, line),
        )
        for line in lines
    )


def _compare_one(found: Comparison, intent: PaymentIntent, lines: Sequence[StatementLine]) -> None:
    """By transaction first; then by amount, because a statement may number transactions in another way."""
    accounted = [it for it in intent.attempts if it.charged or it.decided or it.is_held_money]
    rest: list[StatementLine] = []
    for line in lines:
        same = next((it for it in accounted if it.transaction_id == line.transaction_id), None)
        if same is None:
            rest.append(line)
        else:
            accounted.remove(same)
            (found.matched if same.amount == line.amount else found.different).append((line, intent, same))
    unpaired: list[StatementLine] = []
    for line in rest:
        equal = next((it for it in accounted if it.amount == line.amount), None)
        if equal is None:
            unpaired.append(line)
        else:
            accounted.remove(equal)
            found.matched.append((line, intent, equal))
    for line in unpaired:
        if accounted:
            found.different.append((line, intent, accounted.pop(0)))
        else:
            found.unbooked.append((line, intent))


def _moment(intent: PaymentIntent, line: StatementLine) -> datetime:
    """A day without a time is that day, and not before the payment began."""
    began = bogota_date(intent.created_at) == bogota_date(line.at) and not line.has_time
    return intent.created_at if began else line.at


def without_ids_of_others(comparison: Comparison, foreign: set[str]) -> Comparison:
    """Lines whose transaction is known as another payment's are about none that we could tell."""
    lost = [line for line, _ in comparison.unbooked if line.transaction_id in foreign]
    kept = [pair for pair in comparison.unbooked if pair[0].transaction_id not in foreign]
    return replace(comparison, unbooked=kept, unknown=[*comparison.unknown, *lost])
