"""One attempt to pay online: what was frozen when it began, and what the gateway has told about it since.

How it moves from state to state is in `payment_transitions`.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum

from domain.errors import AmountNotAllowed, InvoiceNotPayable
from domain.gateway_reports import Evidence, Hint, StatusReason
from domain.ids import AgencyId, ClientId, GatewayAccountId, InvoiceId, PaymentIntentId
from domain.invoices import Invoice
from domain.money import ZERO, rounded
from domain.payments import PaymentGatewayCode, PaymentMethod
from domain.refunds import Refund

CURRENCY = "COP"
LIFETIME = timedelta(minutes=30)
"""How long an intent without a try at the gateway holds its invoices."""

SMALLEST_PART = Decimal("1000.00")
"""Of a partial payment, in pesos: less is refused by some of the gateways' methods."""

MOST_HINTS = 5
"""Transaction numbers that returns may leave on an intent: whoever holds the address can make them up."""

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
_FAILED = frozenset({PaymentIntentStatus.DECLINED, PaymentIntentStatus.EXPIRED})
_CAN_BE_PAID = frozenset({PaymentIntentStatus.CREATED, PaymentIntentStatus.REDIRECTED, PaymentIntentStatus.DECLINED})


class DisputeStatus(StrEnum):
    """Whether the payer's bank claims an approved payment back; LOST: it took the money. DISMISSED: the staff found
    that there is no such claim, whoever told of it."""

    NONE = "NONE"
    OPEN = "OPEN"
    WON = "WON"
    LOST = "LOST"
    DISMISSED = "DISMISSED"


@dataclass(frozen=True, slots=True, kw_only=True)
class GatewayAttempt:
    """One transaction of the gateway as last known.

    `message` is the gateway's own code, `order_id` what refunds are asked by. `charged`: its money was booked as a
    payment, exactly once; `charged_back`: and taken back by the bank. `wrong` is what does not fit the intent;
    `decided`: a person has decided about it, so that the same news moves nothing more.
    """

    transaction_id: str
    status: PaymentIntentStatus
    amount: Decimal
    currency: str
    verified_by: Evidence
    at: datetime
    message: str | None = None
    method: PaymentMethod | None = None
    gateway_reference: str | None = None
    order_id: str | None = None
    charged: bool = False
    charged_back: bool = False
    wrong: StatusReason | None = None
    decided: bool = False

    @property
    def brings_money(self) -> bool:
        """Its money was booked, or a person has to say whether it fits."""
        return self.charged or (self.wrong is not None and not self.decided)

    @property
    def is_held_money(self) -> bool:
        """Real pesos of ours that the gateway confirmed and that fit no more than in the amount: they wait for a
        decision. What is a test, another's, or in another currency is no money of ours."""
        wrong_amount = self.wrong is StatusReason.AMOUNT_MISMATCH and self.verified_by.is_proof
        return wrong_amount and not self.charged and not self.decided and self.amount > 0


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
    `attempts` are the gateway's transactions, in the order they became known; only staff see them, and `refunds`.
    `transaction_hints` are numbers to ask by, where the gateway is not asked by reference. `queried_at` is when the
    gateway last answered a question about it, and about all of these.
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
    dispute: DisputeStatus = DisputeStatus.NONE
    transaction_hints: tuple[str, ...] = ()
    attempts: tuple[GatewayAttempt, ...] = field(default_factory=tuple)
    refunds: tuple[Refund, ...] = field(default_factory=tuple)

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
        amount: Decimal | None = None,
        partial_allowed: bool = False,
    ) -> "PaymentIntent":
        """T1: freeze what is paid of invoices of one client: the whole balance, or `amount` in the invoices' order
        where the agency allows it. Refuses InvoiceNotPayable with every invoice that is a commission, paid or voided,
        and AmountNotAllowed; the caller makes sure that no live intent holds them."""
        unpayable = [invoice.id for invoice in invoices if not invoice.is_payable_online]
        if unpayable:
            raise InvoiceNotPayable(*unpayable)
        whole = sum((invoice.balance for invoice in invoices), ZERO)
        smallest = min(SMALLEST_PART, whole) if partial_allowed else whole
        if amount is not None and not smallest <= amount <= whole:
            raise AmountNotAllowed(smallest, whole)
        balances = [IntentInvoice(invoice_id=invoice.id, amount=invoice.balance) for invoice in invoices]
        shares, _ = share_out(amount or whole, balances, {part.invoice_id: part.amount for part in balances})
        frozen = tuple(IntentInvoice(invoice_id=key, amount=part) for key, part in shares)
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

    @property
    def page_to_return_to(self) -> str:
        """The agency's page for the payer who comes back, told which payment it is about."""
        mark = "&" if "?" in self.return_url else "?"
        return f"{self.return_url}{mark}reference={self.reference}"

    def attempt(self, transaction_id: str) -> GatewayAttempt | None:
        return next((it for it in self.attempts if it.transaction_id == transaction_id), None)

    def hinted(self, hint: Hint) -> "PaymentIntent":
        """With a return's transaction number among those to ask by, and so not asked about yet; itself where the number
        is known, missing, or one too many. One that the gateway says has failed makes room: whoever is declined time
        and again, and then pays, has paid."""
        number, kept = hint.transaction_id, self.transaction_hints
        if number is None or number in kept or self._has_failed(number):
            return self
        if len(kept) >= MOST_HINTS:
            failed = next((it for it in kept if self._has_failed(it)), None)
            if failed is None:
                return self
            kept = tuple(it for it in kept if it != failed)
        return replace(self, transaction_hints=(*kept, number), queried_at=None)

    def _has_failed(self, number: str) -> bool:
        """By the gateway's own word."""
        known = self.attempt(number)
        return known is not None and known.status in _FAILED and known.verified_by.is_proof and not known.charged

    def answered(self, asked: "PaymentIntent", *, at: datetime) -> "PaymentIntent":
        """The gateway answered the question that was asked about it as `asked`. A number that came meanwhile was not
        part of that question."""
        covered = set(self.transaction_hints) <= set(asked.transaction_hints)
        return replace(self, queried_at=at if covered else None)

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


def taxes_within(parts: Iterable[tuple[Invoice, Decimal]]) -> tuple[Decimal, Decimal]:
    """VAT in what is paid of these invoices, and the base that carries it; zero and zero for exempt housing.

    In proportion where less than an invoice's total is paid. The two never pass the amount together (PayU refuses
    that), as they otherwise might where withholdings lower the total.
    """
    tax = base = ZERO
    for invoice, amount in parts:
        if invoice.vat > 0:
            vat = min(_share(invoice.vat, amount, invoice.total), amount)
            tax += vat
            base += min(_share(invoice.taxed_base, amount, invoice.total), amount - vat)
    return tax, base


def _share(part: Decimal, paid: Decimal, total: Decimal) -> Decimal:
    return part if paid == total else rounded(part * paid / total)
