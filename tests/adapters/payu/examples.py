"""The public sandbox merchant, and notices signed as PayU signs them."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from adapters.payu.signature import confirmation_value, digest
from application.ports.payment_gateway import CheckoutRequest, MerchantAccount, Payer, SignatureAlgorithm
from domain.ids import AgencyId, ClientId, GatewayAccountId, InvoiceId, PaymentIntentId
from domain.payment_intents import IntentInvoice, PaymentIntent, PaymentIntentStatus
from domain.payments import PaymentGatewayCode

KEY = "4Vj8eK4rloUd272L48hsrarnUA"
LOGIN = "pRRXKOl8ikMmt9u"
MERCHANT = "508029"
REFERENCE = "INV0001234A01"
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
AT = datetime(2026, 7, 1, 17, tzinfo=UTC)
ANA = Payer(
    name="Ana Lucía Peña", email="ana@example.com", phone="3001234567", document_type="PAS", document_number="AB123"
)


def a_merchant(
    *,
    keys: tuple[str, ...] = (KEY,),
    merchant_id: str = MERCHANT,
    signature: SignatureAlgorithm = SignatureAlgorithm.MD5,
    test: bool = True,
) -> MerchantAccount:
    return MerchantAccount(
        id=GatewayAccountId(UUID(int=1)),
        agency_id=AgencyId(UUID(int=2)),
        gateway=PaymentGatewayCode.PAYU,
        public_key="acc9f2c",
        merchant_id=merchant_id,
        account_id="512321",
        api_login=LOGIN,
        api_keys=keys,
        signature=signature,
        test=test,
    )


def an_intent(amount: str = "1850000.00", *, reference: str = REFERENCE) -> PaymentIntent:
    return PaymentIntent(
        id=PaymentIntentId(UUID(int=3)),
        agency_id=AgencyId(UUID(int=2)),
        client_id=ClientId(UUID(int=4)),
        gateway_account_id=GatewayAccountId(UUID(int=1)),
        gateway=PaymentGatewayCode.PAYU,
        reference=reference,
        amount=Decimal(amount),
        status=PaymentIntentStatus.CREATED,
        created_at=AT,
        expires_at=AT + timedelta(minutes=30),
        return_url="https://portal.example/pago",
        idempotency_key="k",
        request_hash="h",
        invoices=(IntentInvoice(invoice_id=InvoiceId(UUID(int=5)), amount=Decimal(amount)),),
    )


def a_request(intent: PaymentIntent | None = None, **changes: Any) -> CheckoutRequest:
    """Exempt housing, to be paid by Ana."""
    common: dict[str, Any] = {
        "payer": ANA,
        "description": "Factura FV-1",
        "tax": Decimal("0.00"),
        "tax_base": Decimal("0.00"),
        "agency_phone": None,
        "response_url": "https://portal.example/pago?reference=INV0001234A01",
        "confirmation_url": "https://api.example/callbacks/payu/acc9f2c",
    }
    return CheckoutRequest(intent=intent or an_intent(), **(common | changes))


def a_confirmation(
    *, key: str = KEY, algorithm: SignatureAlgorithm = SignatureAlgorithm.MD5, **changes: str
) -> dict[str, str]:
    """A confirmation as PayU sends it, odd fields included, signed over the values it carries."""
    fields = {
        "merchant_id": MERCHANT,
        "state_pol": "4",
        "response_code_pol": "1",
        "response_message_pol": "APPROVED",
        "reference_sale": REFERENCE,
        "reference_pol": "1400450001",
        "transaction_id": "0d0f4b36-3a53-4f0e-9a7c-0c2a5a0f7a11",
        "value": "1850000.00",
        "tax": "0.00",
        "currency": "COP",
        "transaction_date": "2026-07-01 11:58:20",
        "date": "2026.07.01 11:58:20",
        "test": "1",
        "payment_method": "25",
        "payment_method_id": "4",
        "payment_method_type": "4",
        "payment_method_name": "PSE",
        "cus": "2204682",
        "pse_bank": "BANCO UNIÓN COLOMBIANO",
        "email_buyer": "ana@example.com",
        "extra1": "",
        "attempts": "1",
    } | changes
    if "sign" not in changes:
        fields["sign"] = digest(
            algorithm,
            key,
            fields["merchant_id"],
            fields["reference_sale"],
            confirmation_value(fields["value"]),
            fields["currency"],
            fields["state_pol"],
        )
    return fields


def encoded(fields: dict[str, str]) -> bytes:
    return urlencode(fields).encode()
