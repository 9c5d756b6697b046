"""Confirmations: what an authentic one says, and everything that is none."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.payu.notification import parse_notification
from application.ports.payment_gateway import MerchantAccount, NotificationRejected, Rejection, SignatureAlgorithm
from domain.gateway_reports import Evidence, GatewayReport, ReportedState, StatusReason
from domain.payments import PaymentMethod
from tests.adapters.payu.examples import FORM, REFERENCE, a_confirmation, a_merchant, encoded


def test_an_approved_pse_payment_is_told_with_its_cus_and_the_instant_in_utc() -> None:
    assert read(a_confirmation()) == GatewayReport(
        reference=REFERENCE,
        transaction_id="0d0f4b36-3a53-4f0e-9a7c-0c2a5a0f7a11",
        state=ReportedState.APPROVED,
        amount=Decimal("1850000.00"),
        currency="COP",
        evidence=Evidence.SIGNATURE,
        code="APPROVED",
        reason=None,
        method=PaymentMethod.PSE,
        gateway_reference="2204682",
        occurred_at=datetime(2026, 7, 1, 16, 58, 20, tzinfo=UTC),
    )


@pytest.mark.parametrize(
    ("state", "message", "reported", "reason"),
    [
        ("6", "INSUFFICIENT_FUNDS", ReportedState.DECLINED, StatusReason.INSUFFICIENT_FUNDS),
        ("6", "EXPIRED_CARD", ReportedState.DECLINED, StatusReason.CARD_DATA),
        ("6", "ENTITY_DECLINED", ReportedState.DECLINED, StatusReason.CONTACT_BANK),
        ("6", "PAYMENT_NETWORK_NO_RESPONSE", ReportedState.DECLINED, StatusReason.TRY_LATER),
        ("6", "INTERNAL_PAYMENT_PROVIDER_ERROR", ReportedState.DECLINED, StatusReason.GATEWAY_ERROR),
        ("104", "ERROR", ReportedState.DECLINED, StatusReason.GATEWAY_ERROR),
        ("5", "EXPIRED_TRANSACTION", ReportedState.EXPIRED, StatusReason.EXPIRED_AT_GATEWAY),
        ("7", "", ReportedState.PENDING, StatusReason.AWAITING_BANK),
        ("77", "SOMETHING_NEW", ReportedState.UNKNOWN, None),
        ("XYZ", "", ReportedState.UNKNOWN, None),
    ],
)
def test_states_and_codes_become_what_a_payer_can_act_on(
    state: str, message: str, reported: ReportedState, reason: StatusReason | None
) -> None:
    report = read(a_confirmation(state_pol=state, response_message_pol=message, response_code_pol=""))
    assert (report.state, report.reason) == (reported, reason)


def test_the_numeric_code_serves_where_the_message_is_missing() -> None:
    report = read(a_confirmation(state_pol="6", response_message_pol="", response_code_pol="17"))
    assert report.reason is StatusReason.INSUFFICIENT_FUNDS


@pytest.mark.parametrize(
    ("kind", "name", "method"),
    [
        ("2", "VISA", PaymentMethod.CREDIT_CARD),
        ("6", "MASTERCARD_DEBIT", PaymentMethod.DEBIT_CARD),
        ("7", "EFECTY", PaymentMethod.CASH),
        ("4", "NEQUI", PaymentMethod.NEQUI),
        ("5", "ACH_DEBIT", PaymentMethod.BANK_TRANSFER),
        ("99", "BITCOIN", PaymentMethod.OTHER),
        ("", "", None),
    ],
)
def test_the_method_comes_from_its_name_before_its_number(kind: str, name: str, method: PaymentMethod | None) -> None:
    assert read(a_confirmation(payment_method_type=kind, payment_method_name=name)).method is method


def test_a_card_payment_is_referred_to_by_payus_order() -> None:
    report = read(a_confirmation(payment_method_type="2", payment_method_name="VISA", cus="55"))
    assert report.gateway_reference == "1400450001"


@pytest.mark.parametrize("flag", ["1", "true", "TRUE", "sí"])
def test_a_test_payment_on_a_live_account_is_marked(flag: str) -> None:
    fields = a_confirmation(test=flag)
    assert read(fields, a_merchant(test=False)).is_test
    assert not read(fields, a_merchant(test=True)).is_test


@pytest.mark.parametrize("flag", ["0", "false", "False", ""])
def test_a_live_payment_is_not_marked(flag: str) -> None:
    assert not read(a_confirmation(test=flag), a_merchant(test=False)).is_test


@pytest.mark.parametrize("algorithm", list(SignatureAlgorithm))
def test_every_algorithm_of_the_panel_is_understood(algorithm: SignatureAlgorithm) -> None:
    assert read(a_confirmation(algorithm=algorithm), a_merchant(signature=algorithm)).amount == Decimal("1850000.00")


@pytest.mark.parametrize("value", ["1850000.0", "1850000", "1850000.00"])
def test_the_same_amount_is_read_however_it_is_written(value: str) -> None:
    assert read(a_confirmation(value=value)).amount == Decimal("1850000.00")


def test_unknown_fields_and_any_encoding_of_names_are_let_through() -> None:
    body = encoded(a_confirmation(never_seen_before="x")) + b"&nickname_buyer=Pe\xf1a&cc_holder=%D1u%F1ez"
    assert parse_notification(body, FORM, merchant=a_merchant()).state is ReportedState.APPROVED


@pytest.mark.parametrize("text", ["2026.07.01 11:58:20", "", "ayer", "2026-07-01T11:58:20"])
def test_a_date_that_cannot_be_read_is_none(text: str) -> None:
    assert read(a_confirmation(transaction_date=text)).occurred_at is None


@pytest.mark.parametrize(
    "change",
    [
        {"value": "1850000.01"},
        {"reference_sale": "INV0001234A02"},
        {"currency": "USD"},
        {"state_pol": "6"},
        {"sign": ""},
        {"sign": "0" * 32},
        {"sign": "no hexadecimal"},
    ],
)
def test_a_signed_value_that_was_changed_is_a_bad_signature(change: dict[str, str]) -> None:
    assert refusal(a_confirmation() | change) is Rejection.BAD_SIGNATURE


def test_a_missing_signature_is_a_bad_one() -> None:
    fields = a_confirmation()
    del fields["sign"]
    assert refusal(fields) is Rejection.BAD_SIGNATURE


def test_another_agencys_key_signs_nothing_here() -> None:
    assert refusal(a_confirmation(key="another-agency")) is Rejection.BAD_SIGNATURE


def test_another_merchants_notice_is_refused_even_when_well_signed() -> None:
    assert refusal(a_confirmation(merchant_id="999999")) is Rejection.WRONG_MERCHANT


@pytest.mark.parametrize("name", ["merchant_id", "reference_sale", "value", "currency", "state_pol", "transaction_id"])
@pytest.mark.parametrize("text", ["", "a~b", "x" * 256, "\x00", "ñ"])
def test_a_misshapen_field_that_matters_is_malformed(name: str, text: str) -> None:
    assert refusal(a_confirmation() | {name: text}) is Rejection.MALFORMED


@pytest.mark.parametrize("value", ["1.850.000", "NaN", "1e6", "-5", "1850000.001", "Infinity", "1,5"])
def test_a_misshapen_amount_is_malformed(value: str) -> None:
    assert refusal(a_confirmation() | {"value": value}) is Rejection.MALFORMED


@pytest.mark.parametrize("name", ["sign", "value", "state_pol", "transaction_id", "test"])
def test_a_repeated_field_that_matters_is_malformed(name: str) -> None:
    body = encoded(a_confirmation()) + f"&{name}=1".encode()
    assert refusal(body) is Rejection.MALFORMED


@pytest.mark.parametrize(
    "headers",
    [{}, {"Content-Type": "application/json"}, {"Content-Type": "multipart/form-data; boundary=x"}],
)
def test_only_an_encoded_form_is_read(headers: dict[str, str]) -> None:
    with pytest.raises(NotificationRejected) as rejected:
        parse_notification(encoded(a_confirmation()), headers, merchant=a_merchant())
    assert rejected.value.kind is Rejection.MALFORMED


def test_a_charset_beside_the_content_type_is_fine() -> None:
    headers = {"content-type": "Application/X-WWW-Form-Urlencoded; charset=ISO-8859-1"}
    assert parse_notification(encoded(a_confirmation()), headers, merchant=a_merchant()).reference == REFERENCE


@pytest.mark.parametrize("body", [b"", b"x" * 65_537, b"&".join(b"a%d=1" % n for n in range(201)), b"%zz", b"\xff\xfe"])
def test_what_is_no_such_form_or_too_much_of_one_is_malformed(body: bytes) -> None:
    assert refusal(body) is Rejection.MALFORMED


@given(st.binary(max_size=400))
def test_no_body_whatever_brings_it_down(body: bytes) -> None:
    assert refusal(body) in (Rejection.MALFORMED, Rejection.WRONG_MERCHANT, Rejection.BAD_SIGNATURE)


def test_the_reason_of_a_rejection_holds_no_secret_nor_the_expected_signature() -> None:
    with pytest.raises(NotificationRejected) as rejected:
        read(a_confirmation() | {"sign": "0" * 32})
    assert str(rejected.value) == "BAD_SIGNATURE"


def read(fields: dict[str, str], merchant: MerchantAccount | None = None) -> GatewayReport:
    return parse_notification(encoded(fields), FORM, merchant=merchant or a_merchant())


def refusal(given: dict[str, str] | bytes) -> Rejection:
    body = given if isinstance(given, bytes) else encoded(given)
    with pytest.raises(NotificationRejected) as rejected:
        parse_notification(body, FORM, merchant=a_merchant())
    return rejected.value.kind
