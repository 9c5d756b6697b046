"""Digests against PayU's documented values and values computed apart from this code."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.payu.signature import (
    checkout_signature,
    confirmation_is_authentic,
    confirmation_value,
    digest,
    parse_value,
)
from application.ports.payment_gateway import SignatureAlgorithm
from tests.adapters.payu.examples import KEY, MERCHANT, REFERENCE

MD5, SHA1, SHA256 = SignatureAlgorithm.MD5, SignatureAlgorithm.SHA1, SignatureAlgorithm.SHA256

REQUESTS = [
    ("TestPayU", "20000", MD5, "7ee7cf808ce6a39b17481c54f2c57acc"),
    ("TestPayU", "20000", SHA1, "fa890d3f94e12b5cdb62e8771453b99b78e7ccdc"),
    ("TestPayU", "20000", SHA256, "af3899a22336b79db46006491d15813158826f944599bf3bf601e2327f898022"),
    (REFERENCE, "1850000", MD5, "84119b34ebd30c91fe18b7e49b9d265c"),
    (REFERENCE, "1850000", SHA1, "23613d6ce711fd8882a3b0bf96ab8706bc33ab6b"),
    (REFERENCE, "1850000", SHA256, "78ef113e750ee697cea8edbe31803bb460daa45d27dbc4522b235f0e1f9e7f89"),
    (REFERENCE, "1850000.00", MD5, "e41dd22e73e5be3c3ee33f8f6f986f9c"),
    (REFERENCE, "1850000.00", SHA1, "f618cd031d6adaf096f9952efca422a874057dd6"),
    (REFERENCE, "1850000.00", SHA256, "62fe6bc7ca89a40f17788a7f1be8fdd57a2af71fda0d85b89ceacc389f48b610"),
    ("PRODUCT_TEST_2021-06-23T19:59:43.229Z", "65000", MD5, "1d6c33aed575c4974ad5c0be7c6a1c87"),
]


@pytest.mark.parametrize(("reference", "amount", "algorithm", "expected"), REQUESTS)
def test_a_checkout_is_signed_as_documented(
    reference: str, amount: str, algorithm: SignatureAlgorithm, expected: str
) -> None:
    signature = checkout_signature(
        algorithm, KEY, merchant_id=MERCHANT, reference=reference, amount=amount, currency="COP"
    )
    assert signature == expected


@pytest.mark.parametrize(
    ("algorithm", "expected"),
    [
        (MD5, "5c692e9e3de229f496473dcb68b6c45e"),
        (SHA256, "5f8a41edf850e0ae61aa5d0821e5271795cb0ebe4901e405375350842edc40bc"),
    ],
)
def test_restricted_methods_enter_the_signature(algorithm: SignatureAlgorithm, expected: str) -> None:
    signature = checkout_signature(
        algorithm,
        KEY,
        merchant_id=MERCHANT,
        reference=REFERENCE,
        amount="1850000",
        currency="COP",
        payment_methods="PSE,VISA,MASTERCARD",
    )
    assert signature == expected


CONFIRMATIONS = [
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
]


@pytest.mark.parametrize(("value", "written", "expected"), CONFIRMATIONS)
def test_a_confirmation_drops_only_a_second_decimal_of_zero(value: str, written: str, expected: str) -> None:
    assert confirmation_value(value) == written
    assert digest(MD5, KEY, MERCHANT, REFERENCE, written, "COP", "4") == expected
    assert authentic(value=value, sign=expected)


STATES = [
    ("4", MD5, "221f77825e0a6daad1bf761b46c6bdfa"),
    ("5", MD5, "7f7fce75f38f816d2da86b799b9dfd97"),
    ("6", MD5, "257095332363a19394d612a6532069a7"),
    ("4", SHA1, "2bf3059549d5d1c48ac957720cf2cdcd404679bc"),
    ("5", SHA1, "88c37821348b2227f96ed5f8be80f14b0d07f000"),
    ("6", SHA1, "e63144e06154af683856b1f27d40f9be4e88892b"),
    ("4", SHA256, "625713ac7f75fe2e010811a543341dc2ea2e49a27a7fb931417515c7e4e4d08b"),
    ("5", SHA256, "b51849ff37062b43a5557e16feb34d309ce7036c1e1cf6e4bf4956c88d91e6a9"),
    ("6", SHA256, "8b1c01020bff4c7f42486b395c75c1747ae43b3dd725f95a0c38d251a0d8d024"),
]


@pytest.mark.parametrize(("state", "algorithm", "expected"), STATES)
def test_a_confirmation_is_verified_with_the_accounts_algorithm(
    state: str, algorithm: SignatureAlgorithm, expected: str
) -> None:
    assert authentic(algorithm=algorithm, state=state, sign=expected)
    others = [other for other in SignatureAlgorithm if other is not algorithm]
    assert not any(authentic(algorithm=other, state=state, sign=expected) for other in others)


@pytest.mark.parametrize(
    ("reference", "value", "state", "sign", "holds"),
    [
        ("TestPayU05", "150.26", "4", "1d95778a651e11a0ab93c2169a519cd6", True),
        ("TestPayU04", "150.00", "6", "df67936f918887b2aa31688a77a10fe1", True),
        # PayU's page prints this digest beside state 6; it is the one of state 4.
        ("TestPayU04", "150.00", "6", "b607a2c2fa100e0947b206d41864fb86", False),
        ("TestPayU04", "150.00", "4", "b607a2c2fa100e0947b206d41864fb86", True),
    ],
)
def test_the_documented_examples_hold_but_for_the_page_that_is_wrong(
    reference: str, value: str, state: str, sign: str, holds: bool
) -> None:
    assert authentic(reference=reference, value=value, currency="USD", state=state, sign=sign) is holds


@pytest.mark.parametrize(
    "change",
    [
        {"merchant_id": "508028"},
        {"reference": "INV0001234A02"},
        {"value": "1850000.01"},
        {"value": "185000.00"},
        {"currency": "USD"},
        {"state": "6"},
        {"sign": ""},
        {"sign": "221f77825e0a6daad1bf761b46c6bdf"},
        {"sign": "ñ21f77825e0a6daad1bf761b46c6bdfa"},
        {"keys": ("of-another-agency",)},
        {"keys": ()},
    ],
)
def test_any_signed_value_that_differs_breaks_the_signature(change: dict[str, object]) -> None:
    assert authentic()
    assert not authentic(**change)


def test_the_old_key_is_accepted_beside_the_new_one() -> None:
    assert authentic(keys=("new-key", KEY))


def test_upper_case_and_blanks_around_a_digest_do_not_matter() -> None:
    assert authentic(sign=" 221F77825E0A6DAAD1BF761B46C6BDFA ")


@pytest.mark.parametrize(
    "text",
    ["", ".", "1.850.000", "1,5", "NaN", "Infinity", "1e3", "-1", "+1", "1.234", "1234567890123", " 1", "1\n", "١"],
)
def test_what_is_no_plain_amount_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="not an amount"):
        parse_value(text)


@given(st.integers(min_value=0, max_value=10**14 - 1))
def test_every_amount_of_pesos_and_centavos_survives_its_signature_text(centavos: int) -> None:
    amount = Decimal(centavos) / 100
    text = confirmation_value(format(amount, ".2f"))
    assert Decimal(text) == amount
    assert len(text.rpartition(".")[2]) in (1, 2)
    assert not text.endswith("00")


def authentic(**changes: object) -> bool:
    given: dict[str, object] = {
        "algorithm": MD5,
        "keys": (KEY,),
        "sign": "221f77825e0a6daad1bf761b46c6bdfa",
        "merchant_id": MERCHANT,
        "reference": REFERENCE,
        "value": "1850000.00",
        "currency": "COP",
        "state": "4",
    } | changes
    algorithm, keys = given.pop("algorithm"), given.pop("keys")
    return confirmation_is_authentic(algorithm, keys, **given)  # type: ignore[arg-type]
