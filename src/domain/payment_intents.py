"""One attempt to pay online: what was frozen when it began, and what the gateway has told about it since.

How it moves from state to state is in `payment_transitions`.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum

from domain.errors import InvoiceNotPayable
from domain.ids import AgencyId, ClientId, GatewayAccountId, InvoiceId, PaymentIntentId
from domain.invoices import Invoice
from domain.money import ZERO, rounded
from domain.payments import PaymentGatewayCode, PaymentMethod

CURRENCY = "COP"
LIFETIME = timedelta(minutes=30)
"""How long an intent without a try at the gateway holds its invoices."""

_REFERENCE = re.compile(r"[A-Z0-9]{6,30}", re.ASCII)


class PaymentIntentStatus(StrEnum):
    """CREATED: nobody was sent yet. REDIRECTED: the payer has the checkout, the gateway may know nothing.
    PENDING: in process at the gateway. DECLINED: the last try failed, another is possible. REVIEW: a person decides.
    """

    CREATED = "CREATED"
    REDIRECTED = "REDIRECTED"
    PENDING = "PENDING"
    APPROVED = "APPROVED"
    DECLINED = "DECLINED"
    EXPIRED = "EXPIRED"
    CANCELLED = "CANCELLED"
    REVIEW = "REVIEW"

    @property
    def is_live(self) -> bool:
        """It holds its invoices: no other intent may be opened for them."""
        return self in LIVE

    @property
    def can_be_paid(self) -> bool:
        """The payer may still be sent to the checkout."""
        return self in _CAN_BE_PAID


LIVE = frozenset({PaymentIntentStatus.CREATED, PaymentIntentStatus.REDIRECTED, PaymentIntentStatus.PENDING})
BEFORE_A_TRY = frozenset({PaymentIntentStatus.CREATED, PaymentIntentStatus.REDIRECTED})
_CAN_BE_PAID = frozenset({PaymentIntentStatus.CREATED, PaymentIntentStatus.REDIRECTED, PaymentIntentStatus.DECLINED})


class StatusReason(StrEnum):
    """Why an intent or a try is where it is, reduced to what a payer or the agency can act on."""

    INSUFFICIENT_FUNDS = "INSUFFICIENT_FUNDS"
    CARD_DATA = "CARD_DATA"
    CONTACT_BANK = "CONTACT_BANK"
    TRY_LATER = "TRY_LATER"
    GATEWAY_ERROR = "GATEWAY_ERROR"
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
    else), or the gateway's own answer to our question."""

    SIGNATURE = "SIGNATURE"
    QUERY = "QUERY"


@dataclass(frozen=True, slots=True, kw_only=True)
class GatewayReport:
    """What a gateway tells about one transaction, in our words, already authenticated by the adapter.

    `code` is the gateway's own code, for the staff. `gateway_reference` is what the payer's bank shows: in PSE the
    CUS. `is_foreign`: it names another merchant. `is_test`: a test transaction on an account that takes real money.
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
    occurred_at: datetime | None = None
    is_foreign: bool = False
    is_test: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class GatewayAttempt:
    """One transaction of the gateway as last known. `message` is the gateway's own code. `charged`: its money was
    booked as a payment, exactly once."""

    transaction_id: str
    status: PaymentIntentStatus
    amount: Decimal
    currency: str
    verified_by: Evidence
    at: datetime
    message: str | None = None
    method: PaymentMethod | None = None
    gateway_reference: str | None = None
    charged: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Checkout:
    """Where to send the payer's browser; with POST, a form of exactly these fields."""

    url: str
    method: str
    fields: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class IntentInvoice:
    """An invoice as it was frozen: what this intent pays of it."""

    invoice_id: InvoiceId
    amount: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentIntent:
    """One checkout of one payer for one or more invoices.

    Frozen from the start: amount, invoices, merchant account, payer. `reference` names it to the gateway and is never
    used twice. `request_hash` tells a repeated idempotency key from a reused one. `invoices` are paid in their order.
    `attempts` are the gateway's transactions, in the order they became known; only staff see them. `queried_at` is
    when the gateway last answered a question about it.
    """

    id: PaymentIntentId
    agency_id: AgencyId
    client_id: ClientId
    gateway_account_id: GatewayAccountId
    gateway: PaymentGatewayCode
    reference: str
    amount: Decimal
    status: PaymentIntentStatus
    created_at: datetime
    expires_at: datetime
    return_url: str
    idempotency_key: str
    request_hash: str
    invoices: tuple[IntentInvoice, ...]
    status_reason: StatusReason | None = None
    method: PaymentMethod | None = None
    gateway_reference: str | None = None
    checkout: Checkout | None = None
    queried_at: datetime | None = None
    attempts: tuple[GatewayAttempt, ...] = field(default_factory=tuple)

    def __post_init__(self) -> None:
        if not _REFERENCE.fullmatch(self.reference):
            raise ValueError(f"not a reference: {self.reference!r}")

    @classmethod
    def start(
        cls,
        invoices: Sequence[Invoice],
        *,
        intent_id: PaymentIntentId,
        gateway_account_id: GatewayAccountId,
        gateway: PaymentGatewayCode,
        reference: str,
        return_url: str,
        idempotency_key: str,
        request_hash: str,
        at: datetime,
    ) -> "PaymentIntent":
        """T1: freeze the whole balance of invoices of one client. Refuses InvoiceNotPayable with every invoice that
        is a commission, paid or voided; the caller makes sure that no live intent holds them."""
        unpayable = [invoice.id for invoice in invoices if not invoice.is_payable_online]
        if unpayable:
            raise InvoiceNotPayable(*unpayable)
        frozen = tuple(IntentInvoice(invoice_id=invoice.id, amount=invoice.balance) for invoice in invoices)
        return cls(
            id=intent_id,
            agency_id=invoices[0].agency_id,
            client_id=invoices[0].client_id,
            gateway_account_id=gateway_account_id,
            gateway=gateway,
            reference=reference,
            amount=sum((part.amount for part in frozen), ZERO),
            status=PaymentIntentStatus.CREATED,
            created_at=at,
            expires_at=at + LIFETIME,
            return_url=return_url,
            idempotency_key=idempotency_key,
            request_hash=request_hash,
            invoices=frozen,
        )

    @property
    def charged_ids(self) -> frozenset[str]:
        """The gateway's transactions whose money was booked."""
        return frozenset(attempt.transaction_id for attempt in self.attempts if attempt.charged)

    def is_over_untried(self, *, at: datetime) -> bool:
        """Its half hour has passed and no try is known here; whether the gateway knows one has to be asked."""
        return self.status in BEFORE_A_TRY and self.expires_at <= at

    def pays_the_same(self, *, invoice_ids: Iterable[InvoiceId], amount: Decimal, gateway: PaymentGatewayCode) -> bool:
        """Whether that request asks for exactly this checkout again, whatever the order of its invoices."""
        mine = {part.invoice_id for part in self.invoices}
        return mine == set(invoice_ids) and self.amount == amount and self.gateway is gateway


def share_out(
    amount: Decimal, invoices: Sequence[IntentInvoice], balances: Mapping[InvoiceId, Decimal]
) -> tuple[tuple[tuple[InvoiceId, Decimal], ...], Decimal]:
    """Money received to the invoices in their frozen order, and what is left for the client's credit balance.

    No invoice gets more than was frozen for it nor more than it still owes (`balances`; absent or voided owes
    nothing), so that money for an invoice that was paid meanwhile becomes credit.
    """
    left, shares = amount, []
    for part in invoices:
        share = min(left, part.amount, balances.get(part.invoice_id, ZERO))
        if share > 0:
            shares.append((part.invoice_id, share))
            left -= share
    return tuple(shares), left


def taxes_within(invoices: Iterable[Invoice]) -> tuple[Decimal, Decimal]:
    """VAT in the balances of these invoices, and the base that carries it; zero and zero for exempt housing.

    In proportion where part of an invoice was paid before. The two never pass the balance together (PayU refuses
    that), as they otherwise might where withholdings lower the total.
    """
    tax = base = ZERO
    for invoice in invoices:
        if invoice.vat > 0:
            balance = invoice.balance
            vat = min(_share(invoice.vat, balance, invoice.total), balance)
            tax += vat
            base += min(_share(invoice.taxed_base, balance, invoice.total), balance - vat)
    return tax, base


def _share(part: Decimal, balance: Decimal, total: Decimal) -> Decimal:
    return part if balance == total else rounded(part * balance / total)
