"""The signed form that takes the payer's browser to PayU. Source: PayU, «Payment form»."""

from decimal import Decimal

from adapters.payu.signature import checkout_signature
from adapters.payu.vocabulary import DOCUMENT_TYPES
from application.ports.payment_gateway import CheckoutRequest, MerchantAccount, SignatureAlgorithm
from domain.payment_intents import CURRENCY, Checkout

MAX_URL = 255
_NO_PHONE = "0000000"
"""PayU's form does not do without a `telephone`."""
_ALGORITHM_NAMES = {
    SignatureAlgorithm.MD5: "MD5",
    SignatureAlgorithm.SHA1: "SHA",
    SignatureAlgorithm.SHA256: "SHA256",
}


def amount_text(amount: Decimal) -> str:
    """Whole pesos, which PSE demands; two decimals only where there are centavos."""
    return format(amount.quantize(Decimal(1)) if amount == amount.to_integral_value() else amount, "f")


def signed_form(asked: CheckoutRequest, *, url: str, merchant: MerchantAccount) -> Checkout:
    """The form that is posted to `url`. VAT and its base always go along: PayU charges 19 % of VAT where they are
    missing. Where the payer has no telephone, the agency's goes along as the one to call, and is not said to be the
    payer's.

    ValueError if an address is longer than PayU takes: cut, it would send the payer or the notice astray.
    """
    for address in (asked.response_url, asked.confirmation_url):
        if len(address) > MAX_URL:
            raise ValueError(f"address longer than {MAX_URL} characters: {address[:60]}…")
    intent, payer = asked.intent, asked.payer
    amount = amount_text(intent.amount)
    signature = checkout_signature(
        merchant.signature,
        merchant.api_keys[0],
        merchant_id=merchant.merchant_id,
        reference=intent.reference,
        amount=amount,
        currency=CURRENCY,
    )
    fields = {
        "merchantId": merchant.merchant_id,
        "accountId": merchant.account_id,
        "referenceCode": intent.reference,
        "description": _line(asked.description, 255),
        "amount": amount,
        "currency": CURRENCY,
        "tax": amount_text(asked.tax),
        "taxReturnBase": amount_text(asked.tax_base),
        "signature": signature,
        "algorithmSignature": _ALGORITHM_NAMES[merchant.signature],
        "test": "1" if merchant.test else "0",
        "lng": "es",
        "buyerFullName": _line(payer.name, 150),
        "buyerEmail": _line(payer.email, 255),
        "telephone": _line(payer.phone or "", 50) or _line(asked.agency_phone or "", 50) or _NO_PHONE,
        "payerFullName": _line(payer.name, 50),
        "payerEmail": _line(payer.email, 255),
        "payerPhone": _line(payer.phone or "", 20),
        "payerDocument": _line(payer.document_number or "", 25),
        "payerDocumentType": DOCUMENT_TYPES.get(payer.document_type or "", ""),
        "responseUrl": asked.response_url,
        "confirmationUrl": asked.confirmation_url,
    }
    return Checkout(url=url, method="POST", fields=tuple((name, text) for name, text in fields.items() if text))


def _line(text: str, limit: int) -> str:
    """One line of printable text that PayU's field can hold."""
    return " ".join("".join(letter if letter.isprintable() else " " for letter in text).split())[:limit]
