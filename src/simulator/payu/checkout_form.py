"""Checks the form that a merchant's page sends to WebCheckout (PayU, formulario de pago)."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from simulator.addresses import web_address
from simulator.clock import BOGOTA
from simulator.money import parse_amount
from simulator.payu.merchants import Merchant
from simulator.payu.methods import requested_methods
from simulator.payu.model import Purchase
from simulator.payu.signatures import REQUEST_ALGORITHMS, request_signature, same_digest
from simulator.payu.world import World

REQUIRED = (
    "merchantId",
    "accountId",
    "referenceCode",
    "description",
    "amount",
    "currency",
    "tax",
    "taxReturnBase",
    "signature",
    "buyerEmail",
    "buyerFullName",
    "telephone",
)

_SIZES = {
    "merchantId": 12,
    "accountId": 6,
    "currency": 3,
    "buyerFullName": 150,
    "telephone": 50,
    "lng": 3,
    "test": 1,
    "iin": 2048,
    "billingCity": 50,
    "billingCountry": 2,
    "zipCode": 20,
    "shippingCity": 50,
    "shippingCountry": 2,
    "officeTelephone": 50,
    "mobilePhone": 50,
    "payerFullName": 50,
    "payerPhone": 20,
    "payerOfficePhone": 20,
    "payerMobilePhone": 20,
    "payerDocument": 25,
    "payerDocumentType": 25,
    "airline": 4,
}
_DEFAULT_SIZE = 255

_REFERENCE = re.compile(r"[A-Za-z0-9_-]{1,255}", re.ASCII)
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
_OPTIONAL_AMOUNTS = (
    "discount",
    "additionalValue",
    "administrativeFee",
    "taxAdministrativeFee",
    "taxAdministrativeFeeReturnBase",
)


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with one field, in words for the developer who reads the error page."""

    field: str
    message: str


class CheckoutRefused(Exception):
    """The form cannot be paid; `problems` is never empty."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__(", ".join(problem.field for problem in problems))
        self.problems = problems


class _Checker:
    """Collects every problem of a form, so that a developer sees all of them at once."""

    def __init__(self, form: Mapping[str, str]) -> None:
        self.form = form
        self.problems: list[Problem] = []

    def wrong(self, field: str, message: str) -> None:
        self.problems.append(Problem(field, message))

    def text(self, field: str) -> str:
        return self.form.get(field, "")

    def amount(self, field: str) -> Decimal:
        text = self.text(field)
        if not text:
            return Decimal(0)
        try:
            return parse_amount(text)
        except ValueError:
            self.wrong(field, "debe ser un número con máximo dos decimales, con punto decimal y sin separador de miles")
            return Decimal(0)


def _check_shape(checker: _Checker) -> None:
    for field in REQUIRED:
        if not checker.text(field).strip():
            checker.wrong(field, "es obligatorio")
    for field, text in checker.form.items():
        if len(text) > _SIZES.get(field, _DEFAULT_SIZE):
            checker.wrong(field, f"supera {_SIZES.get(field, _DEFAULT_SIZE)} caracteres")
        if _CONTROL.search(text):
            checker.wrong(field, "contiene caracteres de control")
    choices = {"test": ("", "0", "1"), "lng": ("", "es", "en", "pt")}
    for field, allowed in choices.items():
        if checker.text(field) not in allowed:
            checker.wrong(field, f"debe ser uno de {', '.join(filter(None, allowed))}")
    reference, email = checker.text("referenceCode"), checker.text("buyerEmail")
    if reference and not _REFERENCE.fullmatch(reference):
        checker.wrong("referenceCode", "sólo admite letras sin tilde, números, guion y guion bajo")
    if email and not _EMAIL.fullmatch(email):
        checker.wrong("buyerEmail", "no es un correo electrónico")
    for field in ("responseUrl", "confirmationUrl", "sourceUrl"):
        if checker.text(field) and not web_address(checker.text(field)):
            checker.wrong(field, "debe ser una dirección http o https")


def _check_money(checker: _Checker) -> tuple[Decimal, Decimal, Decimal]:
    amount, tax, base = checker.amount("amount"), checker.amount("tax"), checker.amount("taxReturnBase")
    for field in _OPTIONAL_AMOUNTS:
        checker.amount(field)
    if checker.text("amount") and not checker.problems and amount <= 0:
        checker.wrong("amount", "debe ser mayor que cero")
    if not checker.problems and tax + base > amount:
        checker.wrong("taxReturnBase", "tax + taxReturnBase no puede superar amount")
    return amount, tax, base


def _check_merchant(checker: _Checker, world: World) -> Merchant | None:
    merchant_id, account_id = checker.text("merchantId"), checker.text("accountId")
    merchant = world.merchants.get((merchant_id, account_id))
    if merchant is None and merchant_id and account_id:
        if any(known == merchant_id for known, _ in world.merchants):
            checker.wrong("accountId", f"la cuenta {account_id} no es del comercio {merchant_id}")
        else:
            checker.wrong("merchantId", f"el comercio {merchant_id} no existe")
    currency = checker.text("currency")
    if merchant is not None and currency and currency not in merchant.currencies:
        checker.wrong("currency", f"la cuenta sólo recibe {', '.join(merchant.currencies)}")
    return merchant


def _check_signature(checker: _Checker, merchant: Merchant) -> str:
    asked = checker.text("algorithmSignature")
    algorithm = REQUEST_ALGORITHMS.get(asked.upper() or "MD5")
    if algorithm is None:
        checker.wrong("algorithmSignature", f"debe ser uno de {', '.join(REQUEST_ALGORITHMS)}")
        return "md5"
    expected = request_signature(
        algorithm,
        api_key=merchant.api_key,
        merchant_id=checker.text("merchantId"),
        reference=checker.text("referenceCode"),
        amount=checker.text("amount"),
        currency=checker.text("currency"),
        payment_methods=checker.text("paymentMethods"),
        iin=checker.text("iin"),
        pse_banks=checker.text("pseBanks"),
    )
    if checker.text("signature") and not same_digest(checker.text("signature"), expected):
        checker.wrong("signature", f"la firma no corresponde a los datos ({asked.upper() or 'MD5'})")
    return algorithm


def _cash_until(text: str, now: datetime) -> datetime | None:
    """The form's own expiry for cash; ignored, as PayU does, when malformed or not within the next seven days."""
    try:
        until = datetime.strptime(text, "%Y-%m-%d %H:%M:%S").replace(tzinfo=BOGOTA)
    except ValueError:
        return None
    return until if now < until <= now + timedelta(days=7) else None


def check_form(form: Mapping[str, str], world: World, now: datetime) -> tuple[Merchant, Purchase]:
    """The merchant and what it wants to be paid.

    Raises CheckoutRefused: mandatory fields, sizes, amounts, merchant and account, currency, signature, and a
    reference that was tried before when the merchant controls duplicates.
    """
    checker = _Checker(form)
    _check_shape(checker)
    amount, tax, base = _check_money(checker)
    merchant = _check_merchant(checker, world)
    algorithm = _check_signature(checker, merchant) if merchant else "md5"
    methods = requested_methods(checker.text("paymentMethods"))
    if checker.text("paymentMethods").strip() and not methods:
        checker.wrong("paymentMethods", "no nombra ningún medio de pago disponible")
    if merchant is not None and merchant.duplicate_control:
        earlier = world.orders_of(merchant.merchant_id, checker.text("referenceCode"))
        if any(order.transactions for order in earlier):
            checker.wrong("referenceCode", "ya fue usada: el comercio tiene activo el control de pagos duplicados")
    if checker.problems or merchant is None:
        raise CheckoutRefused(checker.problems)
    return merchant, Purchase(
        account_id=checker.text("accountId"),
        reference=checker.text("referenceCode"),
        description=checker.text("description"),
        amount=amount,
        currency=checker.text("currency"),
        tax=tax,
        tax_base=base,
        buyer_email=checker.text("buyerEmail"),
        buyer_name=checker.text("buyerFullName"),
        telephone=checker.text("telephone"),
        algorithm=algorithm,
        is_test=checker.text("test") == "1",
        language=checker.text("lng") or "es",
        response_url=checker.text("responseUrl"),
        confirmation_url=checker.text("confirmationUrl"),
        methods=methods,
        pse_banks=checker.text("pseBanks"),
        cash_until=_cash_until(checker.text("expirationDate"), now),
        raw=dict(form),
    )
