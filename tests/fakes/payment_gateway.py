"""A gateway that says what the test told it to say, and remembers what it was asked."""

import asyncio
import json
from collections.abc import Iterable, Mapping
from datetime import datetime
from decimal import Decimal

from application.ports.payment_gateway import (
    CheckoutRequest,
    MerchantAccount,
    NotificationRejected,
    PaymentGateway,
    Rejection,
)
from domain.errors import GatewayUnavailable, RefundNotPossible
from domain.gateway_reports import Evidence, GatewayReport, RefundReport, ReportedState
from domain.payment_intents import Checkout, GatewayAttempt, PaymentIntent
from domain.payments import PaymentMethod


def a_notice(
    reference: str,
    amount: Decimal | str,
    *,
    state: ReportedState = ReportedState.APPROVED,
    transaction_id: str = "tx-1",
    currency: str = "COP",
    key: str = "key",
    merchant_id: str = "508029",
    test: bool = False,
) -> bytes:
    """The body of a notice of this gateway, "signed" with a merchant's key."""
    return json.dumps(
        {
            "reference": reference,
            "amount": str(amount),
            "state": state.value,
            "transaction_id": transaction_id,
            "currency": currency,
            "key": key,
            "merchant_id": merchant_id,
            "test": test,
        }
    ).encode()


def a_report(
    reference: str,
    amount: Decimal | str,
    *,
    state: ReportedState = ReportedState.APPROVED,
    transaction_id: str = "tx-1",
    currency: str = "COP",
    evidence: Evidence = Evidence.QUERY,
    method: PaymentMethod | None = PaymentMethod.PSE,
    occurred_at: datetime | None = None,
    is_test: bool = False,
) -> GatewayReport:
    return GatewayReport(
        reference=reference,
        transaction_id=transaction_id,
        state=state,
        amount=Decimal(amount),
        currency=currency,
        evidence=evidence,
        code=state.value,
        method=method,
        gateway_reference=f"CUS-{transaction_id}",
        occurred_at=occurred_at,
        is_test=is_test,
    )


class FakePaymentGateway(PaymentGateway):
    """`answers` is what a query about a reference brings; `down` makes queries and refunds fail, `closed` checkouts,
    and queries about references in `refused` fail always. `queried` and `checkouts` are the references it was called
    with, in order, `refunded` the charges. While `thinking` is cleared no query is answered; `asked` is set by the
    first. While `opening` is cleared no checkout is; `begun` is set by the first."""

    def __init__(self) -> None:
        self.thinking = asyncio.Event()
        self.thinking.set()
        self.asked = asyncio.Event()
        self.begun = asyncio.Event()
        self.opening = asyncio.Event()
        self.opening.set()
        self.answers: dict[str, tuple[GatewayReport, ...]] = {}
        self.down = False
        self.refused: set[str] = set()
        self.queried: list[str] = []
        self.checkouts: list[str] = []
        self.closed: Exception | None = None
        self.refunded: list[tuple[str, Decimal]] = []
        self.refuses_refunds = False
        self.on_refund = RefundReport(transaction_id="", state=ReportedState.PENDING, amount=Decimal(0))

    def knows(self, reports: Iterable[GatewayReport]) -> None:
        """From now on it answers with these reports, and with nothing about other references."""
        self.answers = {}
        for report in reports:
            self.answers[report.reference] = (*self.answers.get(report.reference, ()), report)

    async def create_checkout(self, asked: CheckoutRequest, *, merchant: MerchantAccount) -> Checkout:
        intent = asked.intent
        self.checkouts.append(intent.reference)
        self.begun.set()
        await self.opening.wait()
        if self.closed is not None:
            raise self.closed
        fields = {
            "reference": intent.reference,
            "amount": str(intent.amount),
            "merchant": merchant.merchant_id,
            "key": merchant.api_keys[0],
            "payer": asked.payer.name,
            "email": asked.payer.email,
            "description": asked.description,
            "tax": str(asked.tax),
            "tax_base": str(asked.tax_base),
            "agency_phone": asked.agency_phone or "",
            "response_url": asked.response_url,
            "confirmation_url": asked.confirmation_url,
        }
        return Checkout(url="https://gateway.example/pay", method="POST", fields=tuple(fields.items()))

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
        return a_report(
            told["reference"],
            told["amount"],
            state=ReportedState(told["state"]),
            transaction_id=told["transaction_id"],
            currency=told["currency"],
            evidence=Evidence.SIGNATURE,
            is_test=told["test"] and not merchant.test,
        )

    async def query(self, intent: PaymentIntent, *, merchant: MerchantAccount) -> tuple[GatewayReport, ...]:
        reference = intent.reference
        self.queried.append(reference)
        self.asked.set()
        await self.thinking.wait()
        if self.down or intent.reference in self.refused:
            raise GatewayUnavailable(30)
        return self.answers.get(reference, ())

    async def refund(
        self, charge: GatewayAttempt, *, amount: Decimal, whole: bool, reason: str, merchant: MerchantAccount
    ) -> RefundReport:
        if self.down:
            raise GatewayUnavailable(30)
        if self.refuses_refunds:
            raise RefundNotPossible
        self.refunded.append((charge.transaction_id, amount))
        return self.on_refund
