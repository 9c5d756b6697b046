"""What gateways tell, in our words: reports of transactions and refunds, and how far each can be trusted."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from domain.payments import PaymentMethod


class StatusReason(StrEnum):
    """Why an intent or a try is where it is, reduced to what a payer or the agency can act on."""

    INSUFFICIENT_FUNDS = "INSUFFICIENT_FUNDS"
    CARD_DATA = "CARD_DATA"
    CONTACT_BANK = "CONTACT_BANK"
    TRY_LATER = "TRY_LATER"
    GATEWAY_ERROR = "GATEWAY_ERROR"
    NOT_OPENED = "NOT_OPENED"
    AWAITING_BANK = "AWAITING_BANK"
    AWAITING_CASH = "AWAITING_CASH"
    UNDER_REVIEW = "UNDER_REVIEW"
    EXPIRED_AT_GATEWAY = "EXPIRED_AT_GATEWAY"
    NOT_COMPLETED = "NOT_COMPLETED"
    AMOUNT_MISMATCH = "AMOUNT_MISMATCH"
    CURRENCY_MISMATCH = "CURRENCY_MISMATCH"
    MERCHANT_MISMATCH = "MERCHANT_MISMATCH"
    TEST_PAYMENT = "TEST_PAYMENT"
    CONTRADICTION = "CONTRADICTION"


class ReportedState(StrEnum):
    """What the gateway says of one transaction; UNKNOWN is a code we do not know."""

    PENDING = "PENDING"
    APPROVED = "APPROVED"
    DECLINED = "DECLINED"
    EXPIRED = "EXPIRED"
    UNKNOWN = "UNKNOWN"


class Evidence(StrEnum):
    """How we know: a notice whose signature covers merchant, reference, amount, currency and state (and nothing
    else), the gateway's own answer to our question, or its statement of what it paid out."""

    SIGNATURE = "SIGNATURE"
    QUERY = "QUERY"
    SETTLEMENT = "SETTLEMENT"

    @property
    def is_proof(self) -> bool:
        """It came from the gateway itself, whole; a signature leaves out the transaction's id and its test flag."""
        return self is not Evidence.SIGNATURE


@dataclass(frozen=True, slots=True, kw_only=True)
class RefundReport:
    """What the gateway says of one refund of a charge. `transaction_id` is the refund's own, empty until it has one."""

    transaction_id: str
    state: ReportedState
    amount: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class GatewayReport:
    """What a gateway tells about one transaction, already authenticated by the adapter.

    `code` is the gateway's own code, for the staff. `gateway_reference` is what the payer's bank shows: in PSE the
    CUS. `order_id` is what refunds are asked by. `is_foreign`: it names another merchant or another's reference.
    `is_test`: a test transaction on an account that takes real money. `charged_back`: the bank took the money back.
    """

    reference: str
    transaction_id: str
    state: ReportedState
    amount: Decimal
    currency: str
    evidence: Evidence
    code: str = ""
    reason: StatusReason | None = None
    method: PaymentMethod | None = None
    gateway_reference: str | None = None
    order_id: str | None = None
    occurred_at: datetime | None = None
    is_foreign: bool = False
    is_test: bool = False
    charged_back: bool = False
    refunds: tuple[RefundReport, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Hint:
    """What whoever holds a return address says of a transaction, without proof: it makes us ask and moves nothing.

    `transaction_id` is the number to ask by, where one was said; `told` the gateway's own word, for the inbox.
    """

    reference: str
    transaction_id: str | None
    told: str = ""
