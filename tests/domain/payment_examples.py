"""An intent of one invoice, and what a gateway may report about it."""

from datetime import UTC, datetime
from decimal import Decimal
from uuid import UUID

from domain.gateway_reports import Evidence, GatewayReport, ReportedState, StatusReason
from domain.ids import AgencyId, ClientId, GatewayAccountId, InvoiceId, PaymentIntentId
from domain.payment_intents import LIFETIME, IntentInvoice, PaymentIntent, PaymentIntentStatus
from domain.payment_transitions import apply
from domain.payments import PaymentGatewayCode, PaymentMethod

AT = datetime(2026, 7, 1, 17, tzinfo=UTC)
LATE = AT + LIFETIME
REFERENCE = "260701ABCDEFGH"
S = PaymentIntentStatus
R = ReportedState


def an_intent(status: PaymentIntentStatus = S.REDIRECTED, amount: str = "1850000.00") -> PaymentIntent:
    return PaymentIntent(
        id=PaymentIntentId(UUID(int=1)),
        agency_id=AgencyId(UUID(int=2)),
        client_id=ClientId(UUID(int=3)),
        gateway_account_id=GatewayAccountId(UUID(int=4)),
        gateway=PaymentGatewayCode.PAYU,
        reference=REFERENCE,
        amount=Decimal(amount),
        status=status,
        created_at=AT,
        expires_at=LATE,
        return_url="https://portal.example/pago",
        idempotency_key="k",
        request_hash="h",
        invoices=(IntentInvoice(invoice_id=InvoiceId(UUID(int=5)), amount=Decimal(amount)),),
    )


def a_report(
    state: ReportedState = R.APPROVED,
    tx: str = "t1",
    *,
    amount: str = "1850000.00",
    evidence: Evidence = Evidence.SIGNATURE,
    currency: str = "COP",
    reason: StatusReason | None = None,
    is_test: bool = False,
    is_foreign: bool = False,
    reference: str = REFERENCE,
) -> GatewayReport:
    return GatewayReport(
        reference=reference,
        transaction_id=tx,
        state=state,
        amount=Decimal(amount),
        currency=currency,
        evidence=evidence,
        code=state.value,
        reason=reason,
        method=PaymentMethod.PSE,
        gateway_reference=f"CUS-{tx}",
        is_test=is_test,
        is_foreign=is_foreign,
    )


def told(state: ReportedState = R.APPROVED, tx: str = "t1", *, amount: str = "1850000.00") -> GatewayReport:
    """The same from the gateway's own answer."""
    return a_report(state, tx, amount=amount, evidence=Evidence.QUERY)


def paid(tx: str = "t1") -> PaymentIntent:
    return apply(an_intent(), a_report(tx=tx), at=AT).intent
