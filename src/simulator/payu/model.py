"""Orders and transactions as PayU keeps them."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from simulator.money import for_people
from simulator.payu.codes import State
from simulator.payu.merchants import Merchant
from simulator.payu.methods import Method

CHARGE = "AUTHORIZATION_AND_CAPTURE"
REFUND = "REFUND"
PARTIAL_REFUND = "PARTIAL_REFUND"


@dataclass(frozen=True, slots=True, kw_only=True)
class Purchase:
    """What a merchant asked to be paid, checked. `raw` is the form as it came, for the fields that are only echoed."""

    account_id: str
    reference: str
    description: str
    amount: Decimal
    currency: str
    tax: Decimal
    tax_base: Decimal
    buyer_email: str
    buyer_name: str
    telephone: str
    algorithm: str
    is_test: bool
    language: str
    response_url: str
    confirmation_url: str
    methods: tuple[str, ...] = ()
    pse_banks: str = ""
    cash_until: datetime | None = None
    raw: Mapping[str, str] = field(default_factory=dict)


@dataclass(slots=True, kw_only=True)
class Transaction:
    """One try to pay, or one refund of an earlier one (then `parent_id` names it).

    `pending` is a key of `codes.PENDING` while the state is PENDING. Amount and currency are what was really charged,
    which a scenario may make differ from the order's; so are `answers`, members that the Queries API tells otherwise.
    """

    id: str
    kind: str
    method: Method
    amount: Decimal
    currency: str
    created_at: datetime
    operated_at: datetime
    is_test: bool
    state: State = State.PENDING
    response_code: str = ""
    pending: str = ""
    parent_id: str | None = None
    traceability: str = ""
    authorization: str = ""
    cus: str = ""
    bank: str = ""
    payer: str = ""
    document: tuple[str, str] = ("", "")
    instalments: int = 1
    expires_at: datetime | None = None
    answers: Mapping[str, str] = field(default_factory=dict)

    @property
    def words(self) -> str:
        """What a person reads: the method, and how much a refund gives back."""
        if self.parent_id is None:
            return self.method.title
        return f"{self.method.title} · reembolso de {for_people(self.amount, self.currency)}"


@dataclass(slots=True, kw_only=True)
class Order:
    """One checkout: the purchase, and every try to pay it under the same order id.

    `refund_policy` decides the next refund without a person: "approve", "decline", or "" to leave it under review.
    """

    id: int
    merchant: Merchant
    purchase: Purchase
    created_at: datetime
    transactions: list[Transaction] = field(default_factory=list)
    refund_policy: str = ""
    charged_back: bool = False

    @property
    def charges(self) -> list[Transaction]:
        """The tries to pay, oldest first."""
        return [transaction for transaction in self.transactions if transaction.kind == CHARGE]

    @property
    def last_charge(self) -> Transaction | None:
        """The newest try."""
        charges = self.charges
        return charges[-1] if charges else None

    @property
    def approved_charge(self) -> Transaction | None:
        """The newest approved try."""
        return next((charge for charge in reversed(self.charges) if charge.state is State.APPROVED), None)

    @property
    def pending_charge(self) -> Transaction | None:
        """The newest try that still waits for its result."""
        return next((charge for charge in reversed(self.charges) if charge.state is State.PENDING), None)

    @property
    def open_refund(self) -> Transaction | None:
        """The refund under review."""
        return next((refund for refund in self.refunds() if refund.state is State.PENDING), None)

    def refunds(self, charge_id: str | None = None) -> Iterator[Transaction]:
        """The refunds, total and partial, of one charge or of all."""
        for transaction in self.transactions:
            if transaction.kind != CHARGE and charge_id in (None, transaction.parent_id):
                yield transaction

    def refunded(self, charge_id: str) -> Decimal:
        """How much of a charge has been given back."""
        return sum(
            (refund.amount for refund in self.refunds(charge_id) if refund.state is State.APPROVED), start=Decimal(0)
        )

    @property
    def status(self) -> str:
        """The order's status as the Queries API tells it; NEW before the first try."""
        last, approved = self.last_charge, self.approved_charge
        if last is None:
            return "NEW"
        if self.charged_back:
            return "CHARGEBACK"
        if approved is not None:
            return "REFUNDED" if self.refunded(approved.id) >= approved.amount else "CAPTURED"
        if self.pending_charge is not None:
            return "IN_PROGRESS"
        return "CANCELLED" if last.state is State.EXPIRED else "DECLINED"
