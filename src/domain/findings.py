"""What the staff should look at: everything about money that a person has to know or decide."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

from domain.ids import AccountId, AgencyId, ClientId, PaymentId, PaymentIntentId


class FindingKind(StrEnum):
    """REVIEW: an intent waits for a decision. CREDITED: money that no invoice needed became credit. DOUBLE_PAYMENT: the
    payer paid twice. REPLAYED: a notice announced money that the gateway does not know. UNKNOWN_REFERENCE: an
    authentic notice about nothing of ours. UNKNOWN_CODE: the gateway used a code we do not know. TO_RETURN: the payer
    is to be given money back. CHARGED_BACK, DISPUTE: the bank took money back, or may. REFUND_DECLINED. SLOW: in
    process for longer than its method takes. UNCONFIRMED: ended without the gateway ever telling how.
    NOT_SETTLED, SETTLED_UNKNOWN, SETTLED_DIFFERENTLY: the gateway's statement disagrees. BOOKS: a figure and the
    ledger disagree. RETURNED_TWICE: the gateway gave back money of a receipt that the staff had taken back.
    REFUND_UNDECIDED: a refund was asked for long ago, and the gateway has not decided it or may not have it."""

    REVIEW = "REVIEW"
    CREDITED = "CREDITED"
    DOUBLE_PAYMENT = "DOUBLE_PAYMENT"
    REPLAYED = "REPLAYED"
    UNKNOWN_REFERENCE = "UNKNOWN_REFERENCE"
    UNKNOWN_CODE = "UNKNOWN_CODE"
    TO_RETURN = "TO_RETURN"
    CHARGED_BACK = "CHARGED_BACK"
    DISPUTE = "DISPUTE"
    REFUND_DECLINED = "REFUND_DECLINED"
    SLOW = "SLOW"
    UNCONFIRMED = "UNCONFIRMED"
    NOT_SETTLED = "NOT_SETTLED"
    SETTLED_UNKNOWN = "SETTLED_UNKNOWN"
    SETTLED_DIFFERENTLY = "SETTLED_DIFFERENTLY"
    BOOKS = "BOOKS"
    RETURNED_TWICE = "RETURNED_TWICE"
    REFUND_UNDECIDED = "REFUND_UNDECIDED"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing to look at. `key` is unique within the agency, so that the same thing is found once. `detail` is data
    for the sentence that people read (a gateway's reference, a code). `due_on` is the last day to act, where there is
    one. Resolved by somebody (`resolved_by`, with a `note`) or by what happened since (nobody)."""

    id: UUID
    agency_id: AgencyId
    kind: FindingKind
    key: str
    at: datetime
    reference: str | None = None
    client_id: ClientId | None = None
    intent_id: PaymentIntentId | None = None
    payment_id: PaymentId | None = None
    amount: Decimal | None = None
    detail: str = ""
    due_on: date | None = None
    resolved_at: datetime | None = None
    resolved_by: AccountId | None = None
    note: str | None = None
