"""What the gateway or the bank gave back to the payer: refunds (T18–T20), disputes and chargebacks (T21, T22).

Only the gateway's own answer tells of them. They leave the state of the intent alone and become facts beside it.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from uuid import uuid5

from domain.errors import InvalidTransition, LimitReached
from domain.findings import FindingKind
from domain.gateway_reports import GatewayReport, RefundReport, ReportedState
from domain.ids import AccountId, RefundId
from domain.money import ZERO
from domain.payment_intents import DisputeStatus, GatewayAttempt, PaymentIntent
from domain.payment_table import Trigger, row_for
from domain.payments import ReversalKind
from domain.refunds import ON_ITS_WAY, Refund, RefundStatus

_MAX_REFUNDS = 20
"""Of one intent: PayU lets declined requests be repeated, but nobody needs more than a few."""

_ON_THE_WAY = timedelta(minutes=1)
"""More than a question and its answer take: what became known within it may be too new for the answer to tell of."""

_BROUGHT_NOTHING = (ReportedState.DECLINED, ReportedState.EXPIRED)


@dataclass(frozen=True, slots=True, kw_only=True)
class TakeBack:
    """Money to take back out of the payment that `charge_id` was booked by; no amount means all that the gateway still
    had of it. `about` names the fact: the refund's number, or the charge."""

    charge_id: str
    kind: ReversalKind
    about: str
    amount: Decimal | None = None
    reason: str = ""


def returned(
    intent: PaymentIntent, reports: Collection[GatewayReport], *, at: datetime
) -> tuple[PaymentIntent, tuple[TakeBack, ...], tuple[tuple[FindingKind, str], ...]]:
    """What an answer says of refunds and chargebacks: the intent with it, what to take back, what to tell the staff."""
    take_backs: list[TakeBack] = []
    findings: list[tuple[FindingKind, str]] = []
    # One that brought nothing may have lent its id to a copied notice: what was booked by it is another's money.
    listed = {report.transaction_id for report in reports if report.state not in _BROUGHT_NOTHING or report.refunds}
    named = {report.transaction_id for report in reports}
    elsewhere = [
        it
        for it in intent.attempts
        if it.charged and it.transaction_id not in listed
        # What the gateway does not name at all may be too new for an answer that was under way.
        if it.transaction_id in named or it.at < at - _ON_THE_WAY
    ]
    for report in sorted(reports, key=lambda report: report.transaction_id):
        charge = _charge(intent, report.transaction_id, elsewhere)
        if charge is None:
            continue
        for told in report.refunds:
            intent, taken, found = _refunded(intent, charge.transaction_id, told, at=at)
            take_backs += taken
            findings += found
        if report.charged_back and not charge.charged_back:
            attempts = tuple(replace(it, charged_back=True) if it is charge else it for it in intent.attempts)
            intent = replace(intent, attempts=attempts, dispute=DisputeStatus.LOST)
            take_backs.append(
                TakeBack(charge_id=charge.transaction_id, kind=ReversalKind.CHARGEBACK, about=charge.transaction_id)
            )
            findings.append((FindingKind.CHARGED_BACK, charge.transaction_id))
    return intent, tuple(take_backs), tuple(findings)


DISPUTES_LAST = timedelta(days=180)
"""A payer can claim an international card's payment back for as long (PayU, disputas); who never heard of it again has
won."""


def disputed(intent: PaymentIntent) -> PaymentIntent:
    """T21: somebody says that the payer's bank claims an approved payment back. It stays approved."""
    if intent.dispute is not DisputeStatus.NONE or row_for(Trigger.DISPUTED, intent.status) is None:
        return intent
    return replace(intent, dispute=DisputeStatus.OPEN)


def dispute_over(intent: PaymentIntent) -> PaymentIntent:
    """T21: nothing was taken back in all the time there is."""
    if intent.dispute is not DisputeStatus.OPEN or row_for(Trigger.DISPUTE_WON, intent.status) is None:
        return intent
    return replace(intent, dispute=DisputeStatus.WON)


def dispute_dismissed(intent: PaymentIntent) -> PaymentIntent:
    """T21: a person found that nobody claims the payment back. What is posted about it from then on changes nothing
    more; that the bank took the money does. InvalidTransition where no dispute is open."""
    if intent.dispute is not DisputeStatus.OPEN or row_for(Trigger.DISPUTE_DISMISSED, intent.status) is None:
        raise InvalidTransition
    return replace(intent, dispute=DisputeStatus.DISMISSED)


def request_refund(
    intent: PaymentIntent,
    charge_id: str,
    *,
    refund_id: RefundId,
    amount: Decimal,
    reason: str,
    at: datetime,
    by: AccountId,
) -> PaymentIntent:
    """T18: a request to return (part of) a booked charge. InvalidTransition if that transaction brought no money, the
    bank took it back or another request is open; LimitReached after many."""
    charge = intent.attempt(charge_id)
    if charge is None or not charge.charged or charge.charged_back or _is_open(intent, charge_id):
        raise InvalidTransition
    if len(intent.refunds) >= _MAX_REFUNDS:
        raise LimitReached(_MAX_REFUNDS)
    refund = Refund(
        id=refund_id,
        charge_id=charge_id,
        amount=amount,
        status=RefundStatus.REQUESTED,
        reason=reason,
        requested_at=at,
        requested_by=by,
    )
    return replace(intent, refunds=(*intent.refunds, refund))


def refund_answered(intent: PaymentIntent, refund_id: RefundId, told: RefundReport, *, at: datetime) -> PaymentIntent:
    """What the gateway answered to the request itself: declined at once, or that it will decide."""
    refund = next(it for it in intent.refunds if it.id == refund_id)
    declined = told.state in (ReportedState.DECLINED, ReportedState.EXPIRED)
    if refund.status is RefundStatus.RELEASED and not declined and not _is_open(intent, refund.charge_id):
        refund_then = _reopened(refund)  # it was on its way still
    elif refund.is_open:
        refund_then = refund
    else:
        return intent
    newer = replace(
        refund_then,
        status=RefundStatus.DECLINED if declined else refund_then.status,
        resolved_at=at if declined else None,
        gateway_id=told.transaction_id or refund_then.gateway_id,
    )
    return replace(intent, refunds=tuple(newer if it is refund else it for it in intent.refunds))


def release_refund(
    intent: PaymentIntent, charge_id: str, *, at: datetime, by: AccountId, note: str
) -> tuple[PaymentIntent, Refund]:
    """Give up a request of which the gateway, asked about just now, knew nothing; gives it as it is then. Should the
    gateway come to tell of it, it is open again. InvalidTransition where there is none, or it may be on its way."""
    lost = next((it for it in intent.refunds if it.charge_id == charge_id and it.is_lost), None)
    if lost is None or at - lost.requested_at < ON_ITS_WAY:
        raise InvalidTransition
    released = replace(lost, status=RefundStatus.RELEASED, resolved_at=at, resolved_by=by, note=note)
    return replace(intent, refunds=tuple(released if it is lost else it for it in intent.refunds)), released


def knows_no_refund(charge: GatewayAttempt, answer: Iterable[GatewayReport]) -> bool:
    """Whether an answer tells of that charge, and of no refund of it that has no number yet. An answer that leaves the
    charge out says nothing about its refunds."""
    about = [report for report in answer if report.transaction_id == charge.transaction_id]
    unnumbered = any(not told.transaction_id for report in about for told in report.refunds)
    return bool(about) and not unnumbered


def _is_open(intent: PaymentIntent, charge_id: str) -> bool:
    return any(it.is_open and it.charge_id == charge_id for it in intent.refunds)


def _is_given_up(refund: Refund, charge_id: str) -> bool:
    return refund.status is RefundStatus.RELEASED and refund.charge_id == charge_id and refund.gateway_id is None


def _reopened(refund: Refund) -> Refund:
    """Who released it, and why, stays."""
    return replace(refund, status=RefundStatus.REQUESTED, resolved_at=None)


def _charge(intent: PaymentIntent, transaction_id: str, elsewhere: Iterable[GatewayAttempt]) -> GatewayAttempt | None:
    """The booked transaction that a listed one is, as it is by now: itself, or one of `elsewhere`, which were announced
    under an invented id."""
    same = intent.attempt(transaction_id)
    if same is not None and (same.charged or same.decided or same.wrong is not None):
        return same if same.charged else None
    other = next(iter(elsewhere), None)
    return intent.attempt(other.transaction_id) if other is not None else None


def _refunded(
    intent: PaymentIntent, charge_id: str, told: RefundReport, *, at: datetime
) -> tuple[PaymentIntent, list[TakeBack], list[tuple[FindingKind, str]]]:
    if not told.transaction_id:
        # Without a number it would be another refund at each answer: a person has to look.
        return intent, [], [(FindingKind.UNKNOWN_CODE, charge_id)]
    known = next((it for it in intent.refunds if it.gateway_id == told.transaction_id), None)
    if known is None:
        known = next((it for it in intent.refunds if it.charge_id == charge_id and it.is_lost), None)
    if known is None and told.state in (ReportedState.APPROVED, ReportedState.PENDING):
        given_up = next((it for it in intent.refunds if _is_given_up(it, charge_id)), None)
        if given_up is not None and (told.state is ReportedState.APPROVED or not _is_open(intent, charge_id)):
            # It reached the gateway after all, later than anybody would have thought.
            known = _reopened(given_up)
            intent = replace(intent, refunds=tuple(known if it is given_up else it for it in intent.refunds))
    if known is None and told.state is ReportedState.APPROVED:
        # Asked for in the gateway's own panel.
        known = Refund(
            id=RefundId(uuid5(intent.id, told.transaction_id)),
            charge_id=charge_id,
            amount=told.amount,
            status=RefundStatus.REQUESTED,
            reason="",
            requested_at=at,
        )
        intent = replace(intent, refunds=(*intent.refunds, known))
    if known is None or not known.is_open:
        return intent, [], []
    status = {ReportedState.APPROVED: RefundStatus.APPROVED, ReportedState.PENDING: RefundStatus.REQUESTED}.get(
        told.state, RefundStatus.DECLINED if told.state is not ReportedState.UNKNOWN else RefundStatus.REQUESTED
    )
    # What the gateway returned counts, not what was asked: it may have met a request of its own panel instead.
    whole = told.amount if status is RefundStatus.APPROVED and told.amount > ZERO else known.amount
    newer = replace(
        known,
        amount=whole,
        status=status,
        gateway_id=told.transaction_id,
        resolved_at=None if status is RefundStatus.REQUESTED else at,
    )
    intent = replace(intent, refunds=tuple(newer if it is known else it for it in intent.refunds))
    if status is RefundStatus.APPROVED:
        back = TakeBack(
            charge_id=charge_id,
            kind=ReversalKind.REFUND,
            about=told.transaction_id,
            amount=newer.amount,
            reason=known.reason,
        )
        return intent, [back], []
    declined = [(FindingKind.REFUND_DECLINED, charge_id)] if status is RefundStatus.DECLINED else []
    return intent, [], declined
