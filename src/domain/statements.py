"""A gateway's statement beside what was received here: line by line, by reference and transaction."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from domain.gateway_reports import Evidence, GatewayReport, ReportedState, StatusReason
from domain.ids import PaymentIntentId
from domain.imports.statements import StatementLine
from domain.payment_intents import CURRENCY, GatewayAttempt, PaymentIntent, PaymentIntentStatus
from domain.payments import PaymentGatewayCode
from domain.periods import bogota_date

Charge = tuple[PaymentIntentId, str]
"""A payment received: its intent, and the gateway's transaction as it is known here."""
Pair = tuple[StatementLine, PaymentIntent, GatewayAttempt]

PROVED_BY_STATEMENT = frozenset({PaymentGatewayCode.ENLINEA})
"""Gateways that cannot be asked by our reference: their statement itself books what it proves, so that nothing of it
may be guessed."""


@dataclass(slots=True)
class Comparison:
    """`matched` and `different` are lines beside the transactions here that they are about. `unbooked` are of a payment
    of ours that has no money for them, `unknown` of no payment of ours. `in_question` may be the money of the
    transaction beside them under another number, or more money: a person has to say. `said` is what people have said:
    by a line's transaction, the one that it is here."""

    said: Mapping[str, str] = field(default_factory=dict)
    matched: list[Pair] = field(default_factory=list)
    different: list[Pair] = field(default_factory=list)
    in_question: list[Pair] = field(default_factory=list)
    unbooked: list[tuple[StatementLine, PaymentIntent]] = field(default_factory=list)
    unknown: list[StatementLine] = field(default_factory=list)

    @property
    def told(self) -> set[Charge]:
        """What the statement speaks of or may speak of, whatever it says."""
        pairs = (*self.matched, *self.different, *self.in_question)
        return {(intent.id, attempt.transaction_id) for _, intent, attempt in pairs}

    @property
    def doubtful(self) -> list[str]:
        """References to ask the gateway about: money without a payment, or one that was told by its amount alone."""
        by_amount = (of for line, of, it in self.matched if line.transaction_id != it.transaction_id)
        return list(dict.fromkeys(intent.reference for intent in (*(of for _, of in self.unbooked), *by_amount)))

    def again(self, intent: PaymentIntent) -> "Comparison":
        """All that the statement says of a payment of ours, beside what is known of it now."""
        pairs = [(line, of) for line, of, _ in (*self.matched, *self.different, *self.in_question)]
        lines = [line for line, of in (*pairs, *self.unbooked) if of.reference == intent.reference]
        return compare(lines, {intent.reference: intent}, intent.gateway, said=self.said)


def compare(
    lines: Iterable[StatementLine],
    intents: Mapping[str, PaymentIntent],
    gateway: PaymentGatewayCode,
    *,
    elsewhere: Collection[str] = (),
    said: Mapping[str, str] | None = None,
) -> Comparison:
    """`intents` by reference, with their attempts. `elsewhere` are transactions known as other payments': lines of
    them are about none that we could tell."""
    found = Comparison(said=said or {})
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
    """By what identifies a payment: the transaction, a person's word, the bank's reference. Then by what the gateway's
    statement is good for."""
    left = {it.transaction_id: it for it in intent.attempts if it.charged or it.decided or it.is_held_money}
    denied = {key for key, it in left.items() if _was_denied(intent, it)}
    left = {key: it for key, it in left.items() if key not in denied}
    found.unknown += [line for line in lines if line.transaction_id in denied]
    lines = [line for line in lines if line.transaction_id not in denied]
    rest = _pair(found, intent, lines, left, {line.transaction_id: line.transaction_id for line in lines})
    rest = _pair(found, intent, rest, left, found.said)
    unnamed = [line for line in rest if not _is_its_own(line, intent)]
    rest = _pair(found, intent, rest, left, _by_bank_reference(unnamed, left.values()))
    if intent.gateway in PROVED_BY_STATEMENT:
        _book_or_ask(found, intent, rest, [it for it in left.values() if _is_money(it)])
    else:
        _match_by_amount(found, intent, rest, list(left.values()))


def _pair(
    found: Comparison,
    intent: PaymentIntent,
    lines: Iterable[StatementLine],
    left: dict[str, GatewayAttempt],
    names: Mapping[str, str],
) -> list[StatementLine]:
    """Put lines beside the transactions that `names` has for theirs, each once; the other lines."""
    rest: list[StatementLine] = []
    for line in lines:
        attempt = left.pop(names.get(line.transaction_id, ""), None)
        if attempt is None:
            rest.append(line)
        else:
            (found.matched if attempt.amount == line.amount else found.different).append((line, intent, attempt))
    return rest


def _was_denied(intent: PaymentIntent, attempt: GatewayAttempt) -> bool:
    """It was taken back by a person's word, because the gateway said that nothing had been paid."""
    cancelled = attempt.decided and intent.status is PaymentIntentStatus.CANCELLED
    return attempt.charged and cancelled and attempt.status is not PaymentIntentStatus.APPROVED


def _is_its_own(line: StatementLine, intent: PaymentIntent) -> bool:
    """It is known to be about no money that was received: a person says so, or it has the number of another try, of
    which the gateway has not said so far that it was paid."""
    own = intent.attempt(line.transaction_id)
    return line.is_another or (own is not None and own.status is not PaymentIntentStatus.APPROVED)


def _by_bank_reference(lines: Iterable[StatementLine], attempts: Iterable[GatewayAttempt]) -> dict[str, str]:
    """Lines whose CUS or authorization one transaction has, and no other of either side."""
    of_lines: dict[str, list[str]] = {}
    of_attempts: dict[str, list[str]] = {}
    for line in lines:
        of_lines.setdefault(_bank_key(line.bank_reference), []).append(line.transaction_id)
    for attempt in attempts:
        of_attempts.setdefault(_bank_key(attempt.gateway_reference), []).append(attempt.transaction_id)
    return {
        those[0]: of_attempts[key][0]
        for key, those in of_lines.items()
        if key and len(those) == 1 and len(of_attempts.get(key, ())) == 1
    }


def _bank_key(text: str | None) -> str:
    """As it is compared: spreadsheets take zeros away from the left, and what has no other digit identifies nothing."""
    key = "".join((text or "").split()).casefold().lstrip("0")
    return key if any(letter.isdecimal() for letter in key) else ""


def _book_or_ask(
    found: Comparison, intent: PaymentIntent, lines: Iterable[StatementLine], received: Sequence[GatewayAttempt]
) -> None:
    """Where the statement is the proof. `received` is money that no line of it is known to be about: as long as there
    is any, a line under a new number may be that money or more, whatever its amount and day; so may one under the
    number of a try of which the gateway said that it was paid, and whose money is booked under another. What is said
    to be of a payment that another line has taken is a question too."""
    for line in lines:
        claimed = intent.attempt(found.said.get(line.transaction_id, ""))
        if claimed is not None:
            found.in_question.append((line, intent, claimed))
        elif received and not _is_its_own(line, intent):
            found.in_question.append((line, intent, _likest(received, line)))
        else:
            found.unbooked.append((line, intent))


def _likest(received: Iterable[GatewayAttempt], line: StatementLine) -> GatewayAttempt:
    return max(received, key=lambda it: (it.amount == line.amount, bogota_date(it.at) == bogota_date(line.at)))


def _is_money(attempt: GatewayAttempt) -> bool:
    """Pesos that came, whatever was decided about them; not a test or somebody else's transaction."""
    return attempt.charged or attempt.wrong is StatusReason.AMOUNT_MISMATCH


def _match_by_amount(
    found: Comparison, intent: PaymentIntent, lines: Iterable[StatementLine], accounted: list[GatewayAttempt]
) -> None:
    """Where the gateway is asked about whatever was not told by its number: by amount and day, because a statement may
    number transactions in another way. Equal amounts alone say nothing: a second payment of one reference is of the
    same amount."""
    unpaired: list[StatementLine] = []
    for line in lines:
        if intent.attempt(line.transaction_id) is not None:
            found.unbooked.append((line, intent))  # another try of this payment, by its own number
            continue
        equal = next((it for it in accounted if not line.is_another and _is_alike(it, line)), None)
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
    """The same money under another number."""
    return attempt.amount == line.amount and bogota_date(attempt.at) == bogota_date(line.at)


def _moment(intent: PaymentIntent, line: StatementLine) -> datetime:
    """A day without a time is that day, and not before the payment began."""
    began = bogota_date(intent.created_at) == bogota_date(line.at) and not line.has_time
    return intent.created_at if began else line.at
