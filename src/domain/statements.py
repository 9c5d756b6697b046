"""A gateway's statement beside what was received here: line by line, by reference and transaction."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
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

    @property
    def doubtful(self) -> list[str]:
        """References to ask the gateway about: money without a payment, or one that was told by its amount alone."""
        by_amount = (of for line, of, it in self.matched if line.transaction_id != it.transaction_id)
        return list(dict.fromkeys(intent.reference for intent in (*(of for _, of in self.unbooked), *by_amount)))

    def lines_of(self, reference: str) -> list[StatementLine]:
        """All that it says of a payment of ours, so that a second look comes to the same."""
        pairs = [(line, intent) for line, intent, _ in (*self.matched, *self.different)]
        return [line for line, intent in (*pairs, *self.unbooked) if intent.reference == reference]


def compare(
    lines: Iterable[StatementLine],
    intents: Mapping[str, PaymentIntent],
    gateway: PaymentGatewayCode,
    *,
    elsewhere: Collection[str] = (),
) -> Comparison:
    """`intents` by reference, with their attempts. `elsewhere` are transactions known as other payments': lines of
    them are about none that we could tell."""
    found = Comparison()
    by_reference: dict[str, list[StatementLine]] = {}
    for line in lines:
        by_reference.setdefault(line.reference, []).append(line)
    for reference, group in by_reference.items():
        intent = intents.get(reference)
        if intent is None or intent.gateway is not gateway:
            found.unknown += group
        else:
            found.unknown += [line for line in group if line.transaction_id in elsewhere]
            _compare_one(found, intent, [line for line in group if line.transaction_id not in elsewhere])
    return found


def as_reports(intent: PaymentIntent, comparison: Comparison) -> tuple[GatewayReport, ...]:
    """What the statement says of one payment, as the gateway's own word, and what is proved of it from before: without
    that, the money of a second transaction would pass for the first one's. Lines that disagree with money already
    booked are no report: the staff look at those."""
    confirmed = {it.transaction_id for _, of, it in comparison.matched if of.id == intent.id}
    told = {key for of, key in comparison.told if of == intent.id}
    known = [
        _restated(intent, it)
        for it in intent.attempts
        if not it.decided
        and (it.transaction_id in confirmed or (it.charged and (it.verified_by.is_proof or it.transaction_id in told)))
    ]
    new = [
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
        for line, of in comparison.unbooked
        if of.id == intent.id
    ]
    return (*known, *new)


def _restated(intent: PaymentIntent, attempt: GatewayAttempt) -> GatewayReport:
    """A transaction as it is known here, under its number here."""
    return GatewayReport(
        reference=intent.reference,
        transaction_id=attempt.transaction_id,
        state=ReportedState.APPROVED,
        amount=attempt.amount,
        currency=attempt.currency,
        evidence=attempt.verified_by if attempt.verified_by.is_proof else Evidence.SETTLEMENT,
        code=attempt.message or "",
        method=attempt.method,
        gateway_reference=attempt.gateway_reference,
        order_id=attempt.order_id,
        occurred_at=attempt.at,
    )


def _compare_one(found: Comparison, intent: PaymentIntent, lines: Sequence[StatementLine]) -> None:
    """By transaction first; then by amount and day, because a statement may number transactions in another way. Equal
    amounts alone say nothing: a second payment of one reference is of the same amount."""
    accounted = [it for it in intent.attempts if it.charged or it.decided or it.is_held_money]
    rest: list[StatementLine] = []
    for line in lines:
        same = next((it for it in accounted if it.transaction_id == line.transaction_id), None)
        if same is not None:
            accounted.remove(same)
            (found.matched if same.amount == line.amount else found.different).append((line, intent, same))
        elif intent.attempt(line.transaction_id) is not None:
            found.unbooked.append((line, intent))  # another try of this payment, by its own number
        else:
            rest.append(line)
    unpaired: list[StatementLine] = []
    for line in rest:
        equal = next((it for it in accounted if _is_alike(it, line)), None)
        if equal is None:
            unpaired.append(line)
        else:
            accounted.remove(equal)
            found.matched.append((line, intent, equal))
    for line in unpaired:
        if accounted and all(it.amount != line.amount for it in accounted):
            found.different.append((line, intent, accounted.pop(0)))
        else:
            found.unbooked.append((line, intent))


def _is_alike(attempt: GatewayAttempt, line: StatementLine) -> bool:
    """The same money under another number. What a statement told first has its number from there."""
    renumbered = attempt.verified_by is not Evidence.SETTLEMENT
    return renumbered and attempt.amount == line.amount and bogota_date(attempt.at) == bogota_date(line.at)


def _moment(intent: PaymentIntent, line: StatementLine) -> datetime:
    """A day without a time is that day, and not before the payment began."""
    began = bogota_date(intent.created_at) == bogota_date(line.at) and not line.has_time
    return intent.created_at if began else line.at
