"""Reading PayU's confirmation notice. Source: PayU, «Confirmation page».

Only merchant, reference, amount, currency and state are signed. Everything else may have been changed by whoever
repeats a notice, and is kept as information.
"""

import re
from collections import Counter
from collections.abc import Mapping
from datetime import UTC, datetime
from urllib.parse import parse_qsl

from adapters.payu.signature import confirmation_is_authentic, parse_value
from adapters.payu.vocabulary import NOTIFIED_STATES, method_of, reason_of
from application.ports.payment_gateway import MerchantAccount, NotificationRejected, Rejection
from domain.gateway_reports import Evidence, GatewayReport, ReportedState
from domain.payments import PaymentMethod
from domain.periods import BOGOTA

_MAX_BYTES = 64 * 1024
_MAX_FIELDS = 200
_SHAPES = {
    "merchant_id": re.compile(r"[0-9]{1,12}"),
    "reference_sale": re.compile(r"[!-}]{1,255}"),  # printable ASCII without «~», which joins the signed parts
    "value": re.compile(r"[0-9.]{1,15}"),
    "currency": re.compile(r"[A-Z]{3}"),
    "state_pol": re.compile(r"[0-9A-Za-z_]{1,32}"),
    "transaction_id": re.compile(r"[0-9A-Za-z-]{1,64}"),
}
_LIVE = frozenset({"", "0", "false"})


def parse_notification(body: bytes, headers: Mapping[str, str], *, merchant: MerchantAccount) -> GatewayReport:
    """The report in an authentic notice. NotificationRejected: MALFORMED for what is no such form or repeats or
    misshapes a field that matters, WRONG_MERCHANT for another merchant's, BAD_SIGNATURE for what PayU did not sign.
    Unknown fields are let through: PayU adds some without notice."""
    form = _form(body, headers)
    core = {name: form.get(name, "").strip() for name in _SHAPES}
    for name, shape in _SHAPES.items():
        if not shape.fullmatch(core[name]):
            raise NotificationRejected(Rejection.MALFORMED, name)
    try:
        amount = parse_value(core["value"])
    except ValueError as error:
        raise NotificationRejected(Rejection.MALFORMED, "value") from error
    if core["merchant_id"] != merchant.merchant_id:
        raise NotificationRejected(Rejection.WRONG_MERCHANT)
    if not confirmation_is_authentic(
        merchant.signature,
        merchant.api_keys,
        sign=form.get("sign", ""),
        merchant_id=core["merchant_id"],
        reference=core["reference_sale"],
        value=core["value"],
        currency=core["currency"],
        state=core["state_pol"],
    ):
        raise NotificationRejected(Rejection.BAD_SIGNATURE)
    state = NOTIFIED_STATES.get(core["state_pol"], ReportedState.UNKNOWN)
    code = _text(form, "response_message_pol") or _text(form, "response_code_pol")
    method = method_of(_text(form, "payment_method_name"), _text(form, "payment_method_type"))
    cus = _text(form, "cus") if method is PaymentMethod.PSE else ""
    failed = core["state_pol"] == "104" or code.startswith(("INTERNAL_", "ERROR"))
    return GatewayReport(
        reference=core["reference_sale"],
        transaction_id=core["transaction_id"],
        state=state,
        amount=amount,
        currency=core["currency"],
        evidence=Evidence.SIGNATURE,
        code=code or core["state_pol"],
        reason=reason_of(state, code, method=method, failed=failed),
        method=method,
        gateway_reference=cus or _text(form, "reference_pol") or None,
        occurred_at=_instant(_text(form, "transaction_date")),
        is_test=_is_test(form) and not merchant.test,
    )


def _form(body: bytes, headers: Mapping[str, str]) -> dict[str, str]:
    kinds = [text for name, text in headers.items() if name.lower() == "content-type"]
    if len(kinds) != 1 or kinds[0].split(";")[0].strip().lower() != "application/x-www-form-urlencoded":
        raise NotificationRejected(Rejection.MALFORMED, "content-type")
    if len(body) > _MAX_BYTES:
        raise NotificationRejected(Rejection.MALFORMED, "size")
    try:
        # Names and places outside ASCII come in whatever encoding a method's provider uses; none of it is signed.
        pairs = parse_qsl(body.decode("latin-1"), keep_blank_values=True, max_num_fields=_MAX_FIELDS, errors="replace")
    except ValueError as error:
        raise NotificationRejected(Rejection.MALFORMED, "form") from error
    counts = Counter(name for name, _ in pairs)
    repeated = next((name for name in (*_SHAPES, "sign", "test") if counts[name] > 1), None)
    if repeated is not None:
        raise NotificationRejected(Rejection.MALFORMED, f"{repeated} repeated")
    return dict(pairs)


def _text(form: Mapping[str, str], name: str) -> str:
    """An unsigned field as one short printable line."""
    return "".join(letter for letter in form.get(name, "") if letter.isprintable()).strip()[:100]


def _is_test(form: Mapping[str, str]) -> bool:
    """Documented as a boolean, sent as 0 or 1. Anything else is a test too: no money without a person's look."""
    return form.get("test", "").strip().lower() not in _LIVE


def _instant(text: str) -> datetime | None:
    """`transaction_date` is Bogotá time without saying so; `date` has a 12-hour clock without AM or PM: unusable."""
    try:
        local = datetime.strptime(text, "%Y-%m-%d %H:%M:%S").replace(tzinfo=BOGOTA)
    except ValueError:
        return None
    return local.astimezone(UTC)
