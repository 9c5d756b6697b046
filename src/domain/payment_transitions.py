"""How a payment intent moves, by the table in `payment_table`.

`apply` takes one signed notice, `reconcile` the gateway's whole answer about a reference. A signature covers neither
the transaction's id nor its test flag, and it can be replayed; so a notice may bring the first approval, but every
further or doubtful approval waits for the gateway's own answer. Whatever the order and repetition of what arrives,
the money booked in the end is that of the approved transactions, each once.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal

from domain.findings import FindingKind
from domain.gateway_reports import GatewayReport, ReportedState, StatusReason
from domain.payment_intents import CURRENCY, Checkout, GatewayAttempt, PaymentIntent, PaymentIntentStatus
from domain.payment_returns import TakeBack, returned
from domain.payment_table import Transition, Trigger, row_for

_S = PaymentIntentStatus
_MAX_ATTEMPTS = 100
"""Notices are replayable under invented ids, so that what is kept of them has to end somewhere."""

_FINAL = {ReportedState.DECLINED: Trigger.DECLINED, ReportedState.EXPIRED: Trigger.EXPIRED}


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What a report or a person did.

    `charges` are the transactions whose money must be booked now, `held` those whose money came without fitting,
    `to_return` those that a person decided to give back, `take_backs` what was taken back: all in the same transaction
    of the database that saves `intent`. `were_held` is money that was booked as held before, each with how much more of
    it the gateway tells now. `findings` are for the staff, each with the transaction it is about. With
    `query_needed` nothing changed: ask the gateway, then `reconcile`.
    """

    intent: PaymentIntent
    transition: str | None = None
    charges: tuple[GatewayAttempt, ...] = ()
    held: tuple[GatewayAttempt, ...] = ()
    were_held: tuple[tuple[GatewayAttempt, Decimal], ...] = ()
    to_return: tuple[GatewayAttempt, ...] = ()
    take_backs: tuple[TakeBack, ...] = ()
    findings: tuple[tuple[FindingKind, str], ...] = ()
    query_needed: bool = False
    alert: bool = False

    @property
    def review(self) -> StatusReason | None:
        """Why a person has to decide, if it came to that."""
        return self.intent.status_reason if self.intent.status is _S.REVIEW else None


def difference(intent: PaymentIntent, report: GatewayReport) -> StatusReason | None:
    """What does not fit between a report and what was frozen: the first of merchant, test, currency, amount."""
    if report.is_foreign or report.reference != intent.reference:
        return StatusReason.MERCHANT_MISMATCH
    if report.is_test:
        return StatusReason.TEST_PAYMENT
    if report.currency != CURRENCY:
        return StatusReason.CURRENCY_MISMATCH
    return StatusReason.AMOUNT_MISMATCH if report.amount != intent.amount else None


def redirect(intent: PaymentIntent, checkout: Checkout) -> PaymentIntent:
    """T2: the checkout is ready for the payer's browser."""
    row = row_for(Trigger.CHECKOUT_BUILT, intent.status)
    status = row.target if row is not None and row.target is not None else intent.status
    return replace(intent, status=status, checkout=checkout)


def not_opened(intent: PaymentIntent) -> PaymentIntent:
    """T3: the gateway made no checkout, or did not tell; the next try has another reference."""
    return _close(Outcome(intent=intent), Trigger.NOT_OPENED, StatusReason.NOT_OPENED).intent


def apply(intent: PaymentIntent, report: GatewayReport, *, at: datetime) -> Outcome:
    """The effect of one notice received at `at`, which the adapter has authenticated."""
    known = intent.attempt(report.transaction_id)
    if report.state is ReportedState.PENDING and known is not None and known.status is not _S.PENDING:
        return Outcome(intent=intent)  # it came late: how that try ended is known
    trigger = _trigger(intent, report)
    row = row_for(trigger, intent.status)
    if trigger is None:
        return Outcome(intent=intent, alert=True)
    if row is None:
        return Outcome(intent=_record(intent, report, at=at))
    if row.asks_first:
        return Outcome(intent=intent, transition=row.name, query_needed=True, alert=row.alert)
    return _move(intent, report, row, at=at, charge=trigger is Trigger.APPROVED)


def reconcile(intent: PaymentIntent, answer: Iterable[GatewayReport], *, at: datetime) -> Outcome:
    """The effect of everything the gateway knows about the reference, as it answered at `at`.

    An empty answer is usual until the payer tries a method, and never means «not paid». After `expires_at` it
    releases an intent of which the gateway knows no approved or pending transaction.
    """
    reports = tuple(answer)
    approved = {
        report.transaction_id: report
        for report in reports
        if report.state is ReportedState.APPROVED
        and difference(intent, report) is None
        and not _is_decided(intent, report.transaction_id)
    }
    booked = {key for key in intent.charged_ids if not _is_decided(intent, key)}
    outcome = Outcome(intent=intent)
    for report in sorted(reports, key=lambda report: report.transaction_id):
        if report.transaction_id not in approved:
            outcome = _settle(outcome, report, enough=len(approved) >= len(booked), at=at)
    # A booked transaction that the gateway does not list was announced under an invented id: one of the listed
    # approvals is that money already, and remains it when others follow.
    unlisted = len(booked - approved.keys())
    for place, key in enumerate(sorted(approved.keys() - booked, key=lambda key: (not _is_proved(intent, key), key))):
        outcome = _book(outcome, approved[key], charge=place >= unlisted, at=at)
    for key in sorted(approved.keys() & booked):
        outcome = _book(outcome, approved[key], charge=False, at=at)
    understood = all(report.state is not ReportedState.UNKNOWN for report in reports)
    if not approved and understood and at >= intent.expires_at:
        outcome = _close(outcome, Trigger.TIME_UP, StatusReason.NOT_COMPLETED)
    moved, take_backs, findings = returned(outcome.intent, reports, at=at)
    before = {attempt.transaction_id: attempt for attempt in intent.attempts if attempt.is_held_money}
    held = tuple(it for it in moved.attempts if it.is_held_money and it.transaction_id not in before)
    were_held = tuple(
        (it, it.amount - before[it.transaction_id].amount)
        for it in moved.attempts
        if it.transaction_id in before and (it.charged or it.is_held_money)
    )
    return replace(
        outcome,
        intent=moved,
        held=held,
        were_held=were_held,
        take_backs=take_backs,
        findings=outcome.findings + findings + tuple((FindingKind.REVIEW, it.transaction_id) for it in held),
        alert=outcome.alert or bool(findings),
    )


def cancel(intent: PaymentIntent, answer: Iterable[GatewayReport], *, at: datetime) -> Outcome:
    """T12, on the gateway's answer: closed if it knows nothing approved or pending; otherwise as `reconcile`."""
    return _close(reconcile(intent, answer, at=at), Trigger.CANCELLED, None)


def _is_decided(intent: PaymentIntent, transaction_id: str) -> bool:
    attempt = intent.attempt(transaction_id)
    return attempt is not None and attempt.decided


def _is_proved(intent: PaymentIntent, transaction_id: str) -> bool:
    attempt = intent.attempt(transaction_id)
    return attempt is not None and attempt.verified_by.is_proof and attempt.status is _S.APPROVED


def _trigger(intent: PaymentIntent, report: GatewayReport) -> Trigger | None:
    """What a notice means in the intent's state; None for one that neither fits nor brings money."""
    if report.state is ReportedState.UNKNOWN:
        return Trigger.UNKNOWN_CODE
    if _is_decided(intent, report.transaction_id):
        return Trigger.OTHER_NOT_APPROVED if intent.status is _S.APPROVED else Trigger.DECIDED_BEFORE
    if difference(intent, report) is not None:
        return Trigger.APPROVED_BUT_DIFFERENT if report.state is ReportedState.APPROVED else None
    same = report.transaction_id in intent.charged_ids
    if intent.status is _S.APPROVED:
        if report.state is ReportedState.APPROVED:
            return Trigger.SAME_APPROVED if same else Trigger.OTHER_APPROVED
        # An answer about the past may still call the same transaction pending: that contradicts nothing.
        return Trigger.SAME_NOT_APPROVED if same and report.state in _FINAL else Trigger.OTHER_NOT_APPROVED
    if report.state is ReportedState.APPROVED:
        return Trigger.APPROVED
    return _FINAL.get(report.state, Trigger.PENDING)


def _settle(outcome: Outcome, report: GatewayReport, *, enough: bool, at: datetime) -> Outcome:
    """One listed transaction that brings no money. `enough`: other approvals cover everything booked so far."""
    intent, trigger = outcome.intent, _trigger(outcome.intent, report)
    if trigger is Trigger.UNKNOWN_CODE:
        unknown = (FindingKind.UNKNOWN_CODE, report.transaction_id)
        return replace(outcome, alert=True, findings=(*outcome.findings, unknown))
    if trigger is None:
        return replace(outcome, alert=True)
    if intent.status is _S.APPROVED and not enough:
        if trigger is Trigger.APPROVED_BUT_DIFFERENT:
            trigger = Trigger.SAME_NOT_APPROVED
    elif trigger is Trigger.SAME_NOT_APPROVED:
        trigger = Trigger.OTHER_NOT_APPROVED
    row = row_for(trigger, intent.status)
    if row is None:
        return replace(outcome, intent=_record(intent, report, at=at))
    moved = _move(intent, report, row, at=at, charge=False)
    return replace(
        moved,
        charges=outcome.charges,
        findings=outcome.findings + moved.findings,
        alert=outcome.alert or moved.alert,
    )


def _book(outcome: Outcome, report: GatewayReport, *, charge: bool, at: datetime) -> Outcome:
    """One approval that the gateway itself confirms."""
    row = row_for(Trigger.APPROVED, outcome.intent.status)
    name = row.name if row else "T15" if charge else "T13"
    intent = _record(outcome.intent, report, at=at, charge=charge)
    if row is not None:
        intent = _show(intent, report, status=_S.APPROVED)
    charges = outcome.charges + tuple(
        attempt for attempt in intent.attempts if charge and attempt.transaction_id == report.transaction_id
    )
    findings = outcome.findings + (((FindingKind.DOUBLE_PAYMENT, report.transaction_id),) if name == "T15" else ())
    return replace(
        outcome,
        intent=intent,
        transition=name,
        charges=charges,
        findings=findings,
        alert=outcome.alert or name == "T15",
    )


def _close(outcome: Outcome, trigger: Trigger, reason: StatusReason | None) -> Outcome:
    intent, row = outcome.intent, row_for(trigger, outcome.intent.status)
    if row is None or row.target is None:
        return outcome
    return replace(outcome, intent=replace(intent, status=row.target, status_reason=reason), transition=row.name)


def _move(intent: PaymentIntent, report: GatewayReport, row: Transition, *, at: datetime, charge: bool) -> Outcome:
    recorded = _record(intent, report, at=at, charge=charge)
    others_pending = any(
        attempt.status is _S.PENDING and attempt.transaction_id != report.transaction_id
        for attempt in recorded.attempts
    )
    if row.target is None or (row.target in (_S.DECLINED, _S.EXPIRED) and others_pending):
        # One try failed while another is in process at the bank: still in process.
        return Outcome(intent=recorded, transition=row.name, alert=row.alert)
    moved = _show(recorded, report, status=row.target)
    findings: tuple[tuple[FindingKind, str], ...] = ()
    if row.target is _S.REVIEW:
        reason = difference(intent, report) or StatusReason.CONTRADICTION
        moved = replace(moved, status_reason=reason)
        findings = ((FindingKind.REVIEW, report.transaction_id),)
    charges = tuple(a for a in moved.attempts if charge and a.transaction_id == report.transaction_id)
    return Outcome(intent=moved, transition=row.name, charges=charges, findings=findings, alert=row.alert)


def _show(intent: PaymentIntent, report: GatewayReport, *, status: PaymentIntentStatus) -> PaymentIntent:
    """The state, with what the person on the confirmation page should read about it."""
    return replace(
        intent,
        status=status,
        status_reason=None if status is _S.APPROVED else report.reason,
        method=report.method or intent.method,
        gateway_reference=report.gateway_reference or intent.gateway_reference,
    )


def _record(intent: PaymentIntent, report: GatewayReport, *, at: datetime, charge: bool = False) -> PaymentIntent:
    """Keep the try as last known. What is final is not overwritten by «pending», an answer not by a notice, and what a
    person decided by nothing."""
    before = intent.attempt(report.transaction_id)
    wrong = difference(intent, report) if report.state is ReportedState.APPROVED else None
    attempt = GatewayAttempt(
        transaction_id=report.transaction_id,
        status=_S.REVIEW if wrong else _S(report.state.value),
        amount=report.amount,
        currency=report.currency,
        verified_by=report.evidence,
        at=report.occurred_at or at,
        message=(wrong or report.code) or None,
        method=report.method,
        gateway_reference=report.gateway_reference,
        order_id=report.order_id,
        charged=charge,
        wrong=wrong,
    )
    if before is None:
        if len(intent.attempts) >= _MAX_ATTEMPTS and not report.evidence.is_proof and not charge:
            return intent
        return replace(intent, attempts=(*intent.attempts, attempt))
    older_news = before.status is not _S.PENDING and attempt.status is _S.PENDING
    weaker = before.verified_by.is_proof and not attempt.verified_by.is_proof
    booked = before.charged and not attempt.verified_by.is_proof
    if before.decided or (not charge and (older_news or booked or (weaker and before.status is not _S.PENDING))):
        return intent
    kept = replace(
        attempt,
        charged=charge or before.charged,
        charged_back=before.charged_back,
        order_id=attempt.order_id or before.order_id,
    )
    return replace(intent, attempts=tuple(kept if a is before else a for a in intent.attempts))
