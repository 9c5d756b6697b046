"""The form that the payer's browser posts to PayU."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from adapters.payu.checkout import amount_text, signed_form
from adapters.payu.signature import checkout_signature
from application.ports.payment_gateway import MerchantAccount, Payer, SignatureAlgorithm
from domain.payment_intents import Checkout, PaymentIntent
from tests.adapters.payu.examples import ANA, KEY, MERCHANT, REFERENCE, a_merchant, a_request, an_intent

URL = "https://sandbox.checkout.payulatam.com/ppp-web-gateway-payu/"


def test_the_form_carries_what_payu_requires_and_the_documented_signature() -> None:
    checkout = form()

    fields = dict(checkout.fields)
    assert (checkout.url, checkout.method) == (URL, "POST")
    assert fields == {
        "merchantId": MERCHANT,
        "accountId": "512321",
        "referenceCode": REFERENCE,
        "description": "Factura FV-1",
        "amount": "1850000",
        "currency": "COP",
        "tax": "0",
        "taxReturnBase": "0",
        "signature": "84119b34ebd30c91fe18b7e49b9d265c",
        "algorithmSignature": "MD5",
        "test": "1",
        "lng": "es",
        "buyerFullName": "Ana Lucía Peña",
        "buyerEmail": "ana@example.com",
        "telephone": "3001234567",
        "payerFullName": "Ana Lucía Peña",
        "payerEmail": "ana@example.com",
        "payerPhone": "3001234567",
        "payerDocument": "AB123",
        "payerDocumentType": "PP",
        "responseUrl": "https://portal.example/pago?reference=INV0001234A01",
        "confirmationUrl": "https://api.example/callbacks/payu/acc9f2c",
    }


@pytest.mark.parametrize(
    ("algorithm", "name", "signature"),
    [
        (SignatureAlgorithm.SHA1, "SHA", "23613d6ce711fd8882a3b0bf96ab8706bc33ab6b"),
        (
            SignatureAlgorithm.SHA256,
            "SHA256",
            "78ef113e750ee697cea8edbe31803bb460daa45d27dbc4522b235f0e1f9e7f89",
        ),
    ],
)
def test_the_accounts_algorithm_signs_and_is_named(algorithm: SignatureAlgorithm, name: str, signature: str) -> None:
    fields = dict(form(merchant=a_merchant(signature=algorithm)).fields)
    assert (fields["algorithmSignature"], fields["signature"]) == (name, signature)


@pytest.mark.parametrize(
    ("amount", "text"),
    [("1850000.00", "1850000"), ("1850000.50", "1850000.50"), ("0.05", "0.05"), ("0", "0"), ("1E+6", "1000000")],
)
def test_amounts_have_decimals_only_where_there_are_centavos(amount: str, text: str) -> None:
    assert amount_text(Decimal(amount)) == text


def test_centavos_are_signed_as_they_are_sent() -> None:
    fields = dict(form(an_intent("1850000.50")).fields)

    assert fields["amount"] == "1850000.50"
    assert fields["signature"] == checkout_signature(
        SignatureAlgorithm.MD5, KEY, merchant_id=MERCHANT, reference=REFERENCE, amount="1850000.50", currency="COP"
    )


def test_vat_and_its_base_are_told_to_the_peso() -> None:
    fields = dict(form(an_intent("1190000.00"), tax=Decimal("190000.00"), tax_base=Decimal("1000000.00")).fields)
    assert (fields["tax"], fields["taxReturnBase"]) == ("190000", "1000000")


def test_a_live_account_sends_live_payments() -> None:
    assert dict(form(merchant=a_merchant(test=False)).fields)["test"] == "0"


def test_texts_fit_the_fields_and_have_no_control_characters() -> None:
    payer = replace(ANA, name="A\tb\x00c\n" + "x" * 300, phone="1" * 60)

    fields = dict(form(payer=payer, description="uno\r\ndos " + "y" * 300).fields)

    assert fields["buyerFullName"].startswith("A b c x")
    assert len(fields["buyerFullName"]) == 150
    assert len(fields["payerFullName"]) == 50
    assert len(fields["telephone"]) == 50
    assert fields["description"].startswith("uno dos y")
    assert len(fields["description"]) == 255


def test_what_is_not_known_of_the_payer_is_left_out() -> None:
    fields = dict(form(payer=Payer(name="Ana", email="ana@example.com")).fields)
    assert not {"payerPhone", "payerDocument", "payerDocumentType"} & fields.keys()


@pytest.mark.parametrize(
    ("own", "agency", "told"),
    [
        ("3001234567", "6011234567", "3001234567"),
        (None, "601 123 4567", "601 123 4567"),
        (" \n", "601\t1", "601 1"),
        (None, None, "0000000"),
        ("", "\x00", "0000000"),
    ],
)
def test_there_is_always_a_telephone(own: str | None, agency: str | None, told: str) -> None:
    fields = dict(form(payer=replace(ANA, phone=own), agency_phone=agency).fields)
    assert fields["telephone"] == told
    assert fields.get("payerPhone") == ((own or "").strip() or None)


def test_an_address_that_payu_would_cut_is_refused() -> None:
    with pytest.raises(ValueError, match="255"):
        form(response_url="https://portal.example/" + "a" * 240)


def test_no_credential_but_the_signature_leaves_with_the_form() -> None:
    merchant = a_merchant()
    assert not any(secret in value for _, value in form().fields for secret in (*merchant.api_keys, merchant.api_login))
    assert not any(secret in repr(merchant) for secret in (*merchant.api_keys, merchant.api_login))


def form(intent: PaymentIntent | None = None, *, merchant: MerchantAccount | None = None, **asked: Any) -> Checkout:
    return signed_form(a_request(intent, **asked), url=URL, merchant=merchant or a_merchant())
