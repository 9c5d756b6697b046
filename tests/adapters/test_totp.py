"""Codes as every application makes them, and a picture that a telephone reads."""

from datetime import UTC, datetime, timedelta
from io import BytesIO
from urllib.parse import parse_qs, unquote, urlsplit

import pytest
from PIL import Image

from adapters.totp.codes import TotpCodes

CODES = TotpCodes()
RFC = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
"""RFC 6238, appendix B: the ASCII string 12345678901234567890."""


@pytest.mark.parametrize(
    ("seconds", "code"),
    [
        (59, "287082"),
        (1111111109, "081804"),
        (1111111111, "050471"),
        (1234567890, "005924"),
        (2000000000, "279037"),
        (20000000000, "353130"),
    ],
)
def test_the_published_vectors(seconds: int, code: str) -> None:
    at = datetime.fromtimestamp(seconds, UTC)

    assert CODES.step(RFC, code, at=at, after=None) == seconds // 30


def test_a_step_before_and_after_are_good_and_no_further() -> None:
    at = datetime.fromtimestamp(1111111109, UTC)

    good = [
        offset
        for offset in range(-4, 5)
        if CODES.step(RFC, "081804", at=at + timedelta(seconds=30 * offset), after=None) is not None
    ]

    assert good == [-1, 0, 1]


def test_what_is_not_later_than_the_last_is_not_good() -> None:
    at = datetime.fromtimestamp(1111111109, UTC)
    step = 1111111109 // 30

    assert CODES.step(RFC, "081804", at=at, after=step - 1) == step
    assert CODES.step(RFC, "081804", at=at, after=step) is None


@pytest.mark.parametrize(
    "code", ["", "81804", "0818040", "08180x", "０８１８０４", "🐢" * 6, "\0", "media \ud83d", "9" * 9999]
)
def test_nothing_else_is(code: str) -> None:
    assert CODES.step(RFC, code, at=datetime.fromtimestamp(1111111109, UTC), after=None) is None


def test_secrets_are_long_and_never_the_same() -> None:
    secrets = {CODES.new_secret() for _ in range(50)}

    assert len(secrets) == 50
    assert {len(secret) for secret in secrets} == {32}, "160 bits in base32"


def test_the_address_says_who_and_where() -> None:
    parts = urlsplit(CODES.address(RFC, account="marta.ríos", issuer="Inmobiliaria Ñandú & Cía: S.A.S."))

    assert (parts.scheme, parts.netloc) == ("otpauth", "totp")
    assert parse_qs(parts.query) == {"secret": [RFC], "issuer": ["Inmobiliaria Ñandú & Cía: S.A.S."]}
    assert unquote(parts.path).endswith("marta.ríos")


def test_the_picture_is_large_enough_and_holds_the_longest_names() -> None:
    address = CODES.address(RFC, account="ñ" * 300, issuer="Ñ" * 200)

    picture = Image.open(BytesIO(CODES.picture(address)))

    assert picture.format == "PNG"
    assert picture.width == picture.height > 200
