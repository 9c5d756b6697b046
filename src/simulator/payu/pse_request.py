"""Checks a payment by PSE that a merchant submits through the Payments API (PayU, transferencias bancarias)."""

from decimal import Decimal
from typing import Any

from simulator.addresses import web_address
from simulator.banks import bank_named
from simulator.money import parse_amount
from simulator.payu.api import dig, text_at
from simulator.payu.merchants import ALGORITHMS, Merchant
from simulator.payu.model import Purchase
from simulator.payu.signatures import request_signature, same_digest
from simulator.payu.world import World

_ORDER = "transaction.order."
_VALUE = f"{_ORDER}additionalValues.TX_VALUE"
_EXTRA = "transaction.extraParameters."

_REQUIRED = {
    f"{_ORDER}accountId": 6,
    f"{_ORDER}referenceCode": 255,
    f"{_ORDER}description": 255,
    f"{_ORDER}language": 2,
    f"{_ORDER}signature": 255,
    f"{_VALUE}.value": 14,
    f"{_VALUE}.currency": 3,
    f"{_ORDER}buyer.fullName": 150,
    f"{_ORDER}buyer.emailAddress": 255,
    "transaction.payer.fullName": 150,
    "transaction.payer.emailAddress": 255,
    "transaction.payer.contactPhone": 20,
    "transaction.paymentCountry": 2,
    "transaction.ipAddress": 39,
    "transaction.cookie": 255,
    "transaction.userAgent": 1024,
    f"{_EXTRA}RESPONSE_URL": 255,
    f"{_EXTRA}FINANCIAL_INSTITUTION_CODE": 34,
    f"{_EXTRA}USER_TYPE": 1,
    f"{_EXTRA}PSE_REFERENCE1": 255,
    f"{_EXTRA}PSE_REFERENCE2": 255,
    f"{_EXTRA}PSE_REFERENCE3": 255,
}
"""Path and greatest length of each member that must be there."""


class PseRefused(Exception):
    """The request is wrong; the message is in Spanish."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


def _signature_algorithm(merchant: Merchant, body: dict[str, Any]) -> str:
    sent = text_at(body, f"{_ORDER}signature")
    for algorithm in ALGORITHMS:
        expected = request_signature(
            algorithm,
            api_key=merchant.api_key,
            merchant_id=merchant.merchant_id,
            reference=text_at(body, f"{_ORDER}referenceCode"),
            amount=text_at(body, f"{_VALUE}.value"),
            currency=text_at(body, f"{_VALUE}.currency"),
        )
        if same_digest(sent, expected):
            return algorithm
    raise PseRefused("La firma de la orden no corresponde a los datos.")


def _optional(body: dict[str, Any], name: str) -> Decimal:
    text = text_at(body, f"{_ORDER}additionalValues.{name}.value")
    try:
        return parse_amount(text) if text else Decimal(0)
    except ValueError:
        raise PseRefused(f"{name} debe ser un número.") from None


def check_pse(world: World, merchant: Merchant, body: dict[str, Any]) -> Purchase:
    """What is to be paid by PSE. Raises PseRefused; PSE takes whole pesos only."""
    for path, size in _REQUIRED.items():
        text = text_at(body, path)
        if not text or len(text) > size or not text.isprintable():
            raise PseRefused(f"{path} es obligatorio, de máximo {size} caracteres.")
    amount_text = text_at(body, f"{_VALUE}.value")
    try:
        amount = parse_amount(amount_text)
    except ValueError:
        raise PseRefused("TX_VALUE debe ser un número.") from None
    if amount <= 0 or amount != amount.to_integral_value():
        raise PseRefused("PSE sólo recibe pesos enteros.")
    reference = text_at(body, f"{_ORDER}referenceCode")
    account = text_at(body, f"{_ORDER}accountId")
    notify_url, response_url = text_at(body, f"{_ORDER}notifyUrl"), text_at(body, f"{_EXTRA}RESPONSE_URL")
    if (merchant.merchant_id, account) not in world.merchants:
        raise PseRefused("La cuenta no es del comercio.")
    if (text_at(body, f"{_VALUE}.currency"), text_at(body, "transaction.paymentCountry")) != ("COP", "CO"):
        raise PseRefused("PSE sólo recibe pesos colombianos (COP) en Colombia (CO).")
    if bank_named(text_at(body, f"{_EXTRA}FINANCIAL_INSTITUTION_CODE")) is None:
        raise PseRefused("El banco no existe.")
    if text_at(body, f"{_EXTRA}USER_TYPE") not in ("N", "J"):
        raise PseRefused("USER_TYPE debe ser N o J.")
    if not web_address(response_url) or (notify_url and not web_address(notify_url)):
        raise PseRefused("RESPONSE_URL y notifyUrl deben ser direcciones http o https.")
    if merchant.duplicate_control and any(o.transactions for o in world.orders_of(merchant.merchant_id, reference)):
        raise PseRefused("La referencia ya fue usada: el comercio tiene activo el control de pagos duplicados.")
    return Purchase(
        account_id=account,
        reference=reference,
        description=text_at(body, f"{_ORDER}description"),
        amount=amount,
        currency="COP",
        tax=_optional(body, "TX_TAX"),
        tax_base=_optional(body, "TX_TAX_RETURN_BASE"),
        buyer_email=text_at(body, f"{_ORDER}buyer.emailAddress"),
        buyer_name=text_at(body, f"{_ORDER}buyer.fullName"),
        telephone=text_at(body, "transaction.payer.contactPhone"),
        algorithm=_signature_algorithm(merchant, body),
        is_test=dig(body, "test") is True,
        language=text_at(body, f"{_ORDER}language"),
        response_url=response_url,
        confirmation_url=notify_url,
        methods=("PSE",),
        raw={
            "payerDocumentType": text_at(body, f"{_EXTRA}PSE_REFERENCE2"),
            "payerDocument": text_at(body, f"{_EXTRA}PSE_REFERENCE3"),
        },
    )
