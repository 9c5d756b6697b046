"""PayU's documented digests against the simulator's own signing code."""

import re
from decimal import ROUND_HALF_EVEN, Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.payu.signatures import (
    confirmation_signature,
    confirmation_value,
    request_signature,
    response_signature,
    response_value,
    same_digest,
)
from tests.simulator.support import API_KEY

REFERENCE = "INV0001234A01"


@pytest.mark.parametrize(
    ("reference", "amount", "methods", "algorithm", "expected"),
    [
        ("TestPayU", "20000", "", "md5", "7ee7cf808ce6a39b17481c54f2c57acc"),
        ("TestPayU", "20000", "", "sha1", "fa890d3f94e12b5cdb62e8771453b99b78e7ccdc"),
        ("TestPayU", "20000", "", "sha256", "af3899a22336b79db46006491d15813158826f944599bf3bf601e2327f898022"),
        (REFERENCE, "1850000", "", "md5", "84119b34ebd30c91fe18b7e49b9d265c"),
        (REFERENCE, "1850000", "", "sha1", "23613d6ce711fd8882a3b0bf96ab8706bc33ab6b"),
        (REFERENCE, "1850000", "", "sha256", "78ef113e750ee697cea8edbe31803bb460daa45d27dbc4522b235f0e1f9e7f89"),
        (REFERENCE, "1850000.00", "", "md5", "e41dd22e73e5be3c3ee33f8f6f986f9c"),
        (REFERENCE, "1850000.00", "", "sha1", "f618cd031d6adaf096f9952efca422a874057dd6"),
        (REFERENCE, "1850000.00", "", "sha256", "62fe6bc7ca89a40f17788a7f1be8fdd57a2af71fda0d85b89ceacc389f48b610"),
        (REFERENCE, "1850000", "PSE,VISA,MASTERCARD", "md5", "5c692e9e3de229f496473dcb68b6c45e"),
        (
            REFERENCE,
            "1850000",
            "PSE,VISA,MASTERCARD",
            "sha256",
            "5f8a41edf850e0ae61aa5d0821e5271795cb0ebe4901e405375350842edc40bc",
        ),
        ("PRODUCT_TEST_2021-06-23T19:59:43.229Z", "65000", "", "md5", "1d6c33aed575c4974ad5c0be7c6a1c87"),
    ],
)
def test_a_request_is_signed_as_documented(
    reference: str, amount: str, methods: str, algorithm: str, expected: str
) -> None:
    signature = request_signature(
        algorithm,
        api_key=API_KEY,
        merchant_id="508029",
        reference=reference,
        amount=amount,
        currency="COP",
        payment_methods=methods,
    )

    assert signature == expected


def test_absent_members_of_the_optional_trio_leave_no_empty_segment() -> None:
    common = {
        "api_key": "k",
        "merchant_id": "1",
        "reference": "r",
        "amount": "2",
        "currency": "COP",
    }

    only_banks = request_signature("md5", **common, pse_banks="1022")

    assert only_banks == request_signature("md5", **common, payment_methods="1022")
    assert only_banks != request_signature("md5", **common)


def confirmation(
    value: str, state: str = "4", algorithm: str = "md5", reference: str = REFERENCE, currency: str = "COP"
) -> str:
    return confirmation_signature(
        algorithm,
        api_key=API_KEY,
        merchant_id="508029",
        reference=reference,
        value=value,
        currency=currency,
        state=state,
    )


@pytest.mark.parametrize(
    ("value", "new_value", "expected"),
    [
        ("150.00", "150.0", "cc1a845e610fe82f3a86673b7d23e76d"),
        ("150", "150.0", "cc1a845e610fe82f3a86673b7d23e76d"),
        ("150.20", "150.2", "4bb254bb58262e75a3681fa41c725051"),
        ("150.5", "150.5", "8ea6a2b3c31e8678a5a8aaaed5eb6191"),
        ("150.50", "150.5", "8ea6a2b3c31e8678a5a8aaaed5eb6191"),
        ("150.05", "150.05", "b9b495792e2b294670e63cd64ae1d2c6"),
        ("150.26", "150.26", "0fa0ae18ea5c279fd30d5dbb5537cf57"),
        ("0.10", "0.1", "4b201296340c5cf42f22714e551f8f9d"),
        ("20000", "20000.0", "fbfa74804adcff20ab9e4eebbd4f3036"),
        ("1850000.00", "1850000.0", "221f77825e0a6daad1bf761b46c6bdfa"),
        ("1850000.50", "1850000.5", "df82af387eab3c4c3886ff8563b05096"),
        ("1850000.55", "1850000.55", "d9f58daeef62d241ba604befdf5f97c9"),
        ("999999999.99", "999999999.99", "cbca20ae9e0444c94f589b3ec26ea37b"),
    ],
)
def test_a_notification_drops_only_a_second_decimal_that_is_zero(value: str, new_value: str, expected: str) -> None:
    assert confirmation_value(value) == new_value
    assert confirmation(value) == expected


@pytest.mark.parametrize(
    ("state", "algorithm", "expected"),
    [
        ("4", "md5", "221f77825e0a6daad1bf761b46c6bdfa"),
        ("5", "md5", "7f7fce75f38f816d2da86b799b9dfd97"),
        ("6", "md5", "257095332363a19394d612a6532069a7"),
        ("4", "sha1", "2bf3059549d5d1c48ac957720cf2cdcd404679bc"),
        ("5", "sha1", "88c37821348b2227f96ed5f8be80f14b0d07f000"),
        ("6", "sha1", "e63144e06154af683856b1f27d40f9be4e88892b"),
        ("4", "sha256", "625713ac7f75fe2e010811a543341dc2ea2e49a27a7fb931417515c7e4e4d08b"),
        ("5", "sha256", "b51849ff37062b43a5557e16feb34d309ce7036c1e1cf6e4bf4956c88d91e6a9"),
        ("6", "sha256", "8b1c01020bff4c7f42486b395c75c1747ae43b3dd725f95a0c38d251a0d8d024"),
    ],
)
def test_a_notification_is_signed_by_state_and_algorithm(state: str, algorithm: str, expected: str) -> None:
    assert confirmation("1850000.00", state, algorithm) == expected


def test_the_documented_example_for_two_decimals_holds() -> None:
    assert confirmation("150.26", "4", reference="TestPayU05", currency="USD") == "1d95778a651e11a0ab93c2169a519cd6"


def test_the_documented_example_for_state_6_is_really_that_of_state_4() -> None:
    documented = "b607a2c2fa100e0947b206d41864fb86"

    by_state = {state: confirmation("150.00", state, reference="TestPayU04", currency="USD") for state in ("4", "6")}

    assert by_state == {"4": documented, "6": "df67936f918887b2aa31688a77a10fe1"}


def response(value: str, state: str = "4", reference: str = REFERENCE, currency: str = "COP") -> str:
    return response_signature(
        "md5",
        api_key=API_KEY,
        merchant_id="508029",
        reference=reference,
        value=value,
        currency=currency,
        state=state,
    )


@pytest.mark.parametrize(
    ("value", "new_value", "expected"),
    [
        ("150.25", "150.2", "4bb254bb58262e75a3681fa41c725051"),
        ("150.35", "150.4", "a88788e8c1a2cfb93a1dc7ba603c8d48"),
        ("150.34", "150.3", "a9408530df78cfc866c0f442c56d7629"),
        ("150.26", "150.3", "a9408530df78cfc866c0f442c56d7629"),
        ("150.05", "150.0", "cc1a845e610fe82f3a86673b7d23e76d"),
        ("150.95", "151.0", "e7f770130d4ec05a931dd4040c54b6f7"),
        ("0.95", "1.0", "36d502f6795144d7b38c4f9ebae98437"),
        ("1850000.00", "1850000.0", "221f77825e0a6daad1bf761b46c6bdfa"),
        ("1850000.45", "1850000.4", "fe56bb68d8fe600c2e43608f928e0ac8"),
        ("1850000.55", "1850000.6", "aefb6401ee97f9d0011ff4fe825a2c7f"),
    ],
)
def test_the_response_page_rounds_to_one_decimal_half_to_even(value: str, new_value: str, expected: str) -> None:
    assert response_value(value) == new_value
    assert response(value) == expected


def test_the_response_page_and_the_notification_differ_for_a_tie() -> None:
    assert response("1850000.55") != confirmation("1850000.55")
    assert response("1850000.00") == confirmation("1850000.00")


amounts = st.integers(min_value=0, max_value=10**14 - 1).map(lambda cents: Decimal(cents) / 100)


@given(amounts)
def test_rounding_for_the_response_page_agrees_with_decimal_arithmetic(amount: Decimal) -> None:
    assert Decimal(response_value(f"{amount:.2f}")) == amount.quantize(Decimal("0.1"), rounding=ROUND_HALF_EVEN)
    assert len(response_value(f"{amount:.2f}").split(".")[1]) == 1


@given(amounts)
def test_the_notification_keeps_the_amount_and_writes_it_one_way(amount: Decimal) -> None:
    written = confirmation_value(f"{amount:.2f}")
    decimals = written.split(".")[1]

    assert Decimal(written) == amount
    assert len(decimals) in (1, 2)
    assert len(decimals) == 1 or decimals[-1] != "0"


@given(amounts)
def test_spelling_a_notified_amount_with_fewer_zeros_signs_the_same(amount: Decimal) -> None:
    shortest = format(amount.normalize(), "f")

    assert confirmation_value(shortest) == confirmation_value(f"{amount:.2f}")
    assert response_value(shortest) == response_value(f"{amount:.2f}")


@pytest.mark.parametrize("value", ["", ".", "1.850.000", "-1", "1e3", "NaN", "1,5", "1.234", " 1", "١"])
def test_a_value_that_is_no_amount_is_not_rounded(value: str) -> None:
    with pytest.raises(ValueError, match=f"^{re.escape(value)}$"):
        confirmation_value(value)
    with pytest.raises(ValueError, match=f"^{re.escape(value)}$"):
        response_value(value)


def test_digests_are_compared_without_regard_to_case_or_language() -> None:
    assert same_digest(" ABCDEF ", "abcdef")
    assert not same_digest("ñandú", "abcdef")
