"""A gateway as a model: orders, the payer's tries, what became of them, and what it says when it is asked.

It knows nothing of how the service keeps payments; what is true of the money is what stands here.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal
from random import Random

from application.ports.payment_gateway import (
    CheckoutRequest,
    GatewayRefused,
    MerchantAccount,
    NotificationRejected,
    PaymentGateway,
    Rejection,
)
from domain.errors import GatewayUnavailable, RefundNotPossible
from domain.gateway_reports import Evidence, GatewayReport, RefundReport, ReportedState, StatusReason
from domain.payment_intents import Checkout, GatewayAttempt, PaymentIntent
from domain.payments import PaymentMethod
from tests.fakes.clock import FakeClock
from tests.simulation.scheduler import Pause

_S = ReportedState
CARDS = (PaymentMethod.CREDIT_CARD, PaymentMethod.DEBIT_CARD)


@dataclass(slots=True, kw_only=True)
class Transaction:
    """One try. `was_approved` once it brought money, whatever became of that later."""

    id: str
    reference: str
    amount: Decimal
    method: PaymentMethod
    at: datetime
    currency: str = "COP"
    test: bool = False
    state: ReportedState = _S.PENDING
    was_approved: bool = False
    charged_back: bool = False
    refunds: list[RefundReport] = field(default_factory=list)

    @property
    def returned(self) -> Decimal:
        """What the payer has back."""
        refunded = sum((it.amount for it in self.refunds if it.state is _S.APPROVED), Decimal(0))
        return self.amount if self.charged_back else refunded


@dataclass(slots=True, eq=False)
class Order:
    """A checkout that was opened: `amount` is what was asked for."""

    reference: str
    amount: Decimal
    merchant_id: str
    key: str
    tries: list[Transaction] = field(default_factory=list)


def _unavailable() -> Exception:
    return GatewayUnavailable(30)


class ModelGateway(PaymentGateway):
    """`orders` by reference. `on_news` is told of each state that a try comes to."""

    def __init__(self, random: Random, clock: FakeClock) -> None:
        self.random = random
        self.clock = clock
        self.orders: dict[str, Order] = {}
        self.refusing = 0.0
        self.on_news: Callable[[Order, Transaction], None] = lambda order, transaction: None

    def try_to_pay(
        self,
        reference: str,
        method: PaymentMethod,
        *,
        amount: Decimal | None = None,
        currency: str = "COP",
        test: bool = False,
    ) -> Transaction:
        """The payer fills in the form; what the bank says of it comes by `decide`."""
        order = self.orders[reference]
        transaction = Transaction(
            id=f"tx-{self.random.getrandbits(48):012x}",
            reference=reference,
            amount=order.amount if amount is None else amount,
            method=method,
            at=self.clock.now(),
            currency=currency,
            test=test,
        )
        order.tries.append(transaction)
        return transaction

    def decide(self, transaction: Transaction, state: ReportedState) -> None:
        transaction.state = state
        transaction.was_approved |= state is _S.APPROVED
        self.on_news(self.orders[transaction.reference], transaction)

    async def create_checkout(self, asked: CheckoutRequest, *, merchant: MerchantAccount) -> Checkout:
        await Pause("gateway: open", _unavailable)
        if self.random.random() < self.refusing:
            raise GatewayRefused("no")
        intent = asked.intent
        order = Order(intent.reference, intent.amount, merchant.merchant_id, merchant.api_keys[0])
        self.orders.setdefault(intent.reference, order)
        await Pause("gateway: opened", _unavailable)
        return Checkout(url="https://gateway.example/pay", method="POST", fields=(("reference", intent.reference),))

    def parse_notification(
        self, body: bytes, headers: Mapping[str, str], *, merchant: MerchantAccount
    ) -> GatewayReport:
        try:
            told = json.loads(body)
        except ValueError as error:
            raise NotificationRejected(Rejection.MALFORMED) from error
        if told["merchant_id"] != merchant.merchant_id:
            raise NotificationRejected(Rejection.WRONG_MERCHANT)
        if told["key"] not in merchant.api_keys:
            raise NotificationRejected(Rejection.BAD_SIGNATURE)
        return GatewayReport(
            reference=told["reference"],
            transaction_id=told["transaction_id"],
            state=_S(told["state"]),
            amount=Decimal(told["amount"]),
            currency=told["currency"],
            evidence=Evidence.SIGNATURE,
            code=told["state"],
            reason=_reason(_S(told["state"])),
            method=PaymentMethod(told["method"]),
            gateway_reference=f"CUS-{told['transaction_id']}",
            is_test=told["test"] and not merchant.test,
        )

    async def query(self, intent: PaymentIntent, *, merchant: MerchantAccount) -> tuple[GatewayReport, ...]:
        await Pause("gateway: asked", _unavailable)
        order = self.orders.get(intent.reference)
        answer = () if order is None else tuple(told(order, it, merchant=merchant) for it in order.tries)
        await Pause("gateway: answers", _unavailable)
        return answer

    async def refund(
        self, charge: GatewayAttempt, *, amount: Decimal, whole: bool, reason: str, merchant: MerchantAccount
    ) -> RefundReport:
        await Pause("gateway: refund", _unavailable)
        found = [it for order in self.orders.values() for it in order.tries if it.id == charge.transaction_id]
        if not found or found[0].method not in CARDS:
            raise RefundNotPossible
        pending = self.ask_refund(found[0], amount)
        await Pause("gateway: refund taken", _unavailable)
        return pending

    def ask_refund(self, transaction: Transaction, amount: Decimal) -> RefundReport:
        """One open request at a time; a repeated one is the same."""
        for known in transaction.refunds:
            if known.state is _S.PENDING:
                return known
        taken = sum((it.amount for it in transaction.refunds if it.state is _S.APPROVED), Decimal(0))
        state = _S.PENDING if amount <= transaction.amount - taken and not transaction.charged_back else _S.DECLINED
        asked = RefundReport(transaction_id=f"rf-{self.random.getrandbits(48):012x}", state=state, amount=amount)
        transaction.refunds.append(asked)
        return asked

    def decide_refund(self, transaction: Transaction, state: ReportedState) -> None:
        """Whatever is open of it."""
        transaction.refunds = [replace(it, state=state) if it.state is _S.PENDING else it for it in transaction.refunds]


def notice(order: Order, transaction: Transaction, *, transaction_id: str | None = None, test: bool = False) -> bytes:
    """What it sends about a state, signed. The signature covers neither the transaction's id nor the mark of a test:
    whoever has seen a notice can send it again with others."""
    return json.dumps(
        {
            "reference": order.reference,
            "amount": str(transaction.amount),
            "state": transaction.state.value,
            "transaction_id": transaction_id or transaction.id,
            "currency": transaction.currency,
            "key": order.key,
            "merchant_id": order.merchant_id,
            "method": transaction.method.value,
            "test": transaction.test or test,
        }
    ).encode()


def says_the_same(one: str | bytes, other: str | bytes) -> bool:
    """Whether two notices tell of the same state of the same transaction: how it was paid may differ in a replay."""
    told, again = json.loads(one), json.loads(other)
    return all(told[name] == again[name] for name in ("reference", "transaction_id", "state", "amount", "currency"))


def told(order: Order, transaction: Transaction, *, merchant: MerchantAccount) -> GatewayReport:
    return GatewayReport(
        reference=order.reference,
        transaction_id=transaction.id,
        state=transaction.state,
        amount=transaction.amount,
        currency=transaction.currency,
        evidence=Evidence.QUERY,
        code=transaction.state.value,
        reason=_reason(transaction.state),
        method=transaction.method,
        gateway_reference=f"CUS-{transaction.id}",
        order_id=f"order-{order.reference}",
        occurred_at=transaction.at,
        is_test=transaction.test and not merchant.test,
        charged_back=transaction.charged_back,
        refunds=tuple(transaction.refunds),
    )


def _reason(state: ReportedState) -> StatusReason | None:
    return {_S.DECLINED: StatusReason.INSUFFICIENT_FUNDS, _S.EXPIRED: StatusReason.EXPIRED_AT_GATEWAY}.get(state)
