"""Documents, e-mail addresses and telephone numbers."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum.co import nit

from domain.clients import IdentityDocumentType
from domain.identity import BadDocument, DocumentNumber, DocumentProblem, is_email, is_phone, nit_check_digit

CC, CE, NIT, PAS, PPT, TI = IdentityDocumentType


@pytest.mark.parametrize("number", ["800197268-4", "899999063-3", "860002964-4", "890903938-8", "800191045-1"])
def test_published_nits_have_their_check_digit(number: str) -> None:
    body, digit = number.split("-")

    assert DocumentNumber.parse(NIT, number) == DocumentNumber(body, int(digit))


@given(st.from_regex(r"[0-9]{6,15}", fullmatch=True))
def test_the_check_digit_is_that_of_the_reference_library(body: str) -> None:
    digit = nit_check_digit(body)

    assert str(digit) == nit.calc_check_digit(body)
    assert DocumentNumber.parse(NIT, f"{body}-{digit}").check_digit == digit
    for other in set(range(10)) - {digit}:
        with pytest.raises(BadDocument) as bad:
            DocumentNumber.parse(NIT, f"{body}-{other}")
        assert bad.value.problem is DocumentProblem.CHECK_DIGIT


@pytest.mark.parametrize(
    ("kind", "text", "number"),
    [
        (NIT, "800.197.268-4", "800197268"),
        (NIT, " 800 197 268 - 4 ", "800197268"),
        (CC, "52.123.456", "52123456"),
        (CC, "123", "123"),
        (CC, "1234567890", "1234567890"),
        (TI, "1012345678", "1012345678"),
        (TI, "10123456789", "10123456789"),
        (CE, "123", "123"),
        (CE, "1" * 15, "1" * 15),
        (PPT, "1" * 15, "1" * 15),
        (PAS, "AX107325", "AX107325"),
        (PAS, "a1b", "a1b"),
        (PAS, "A" * 20, "A" * 20),
    ],
)
def test_dots_and_spaces_are_dropped_and_limits_are_in(kind: IdentityDocumentType, text: str, number: str) -> None:
    assert DocumentNumber.parse(kind, text).number == number


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        (NIT, "800197268"),
        (NIT, "8001972684"),
        (NIT, "12345-8"),
        (NIT, f"{'1' * 16}-1"),
        (NIT, "800197268-44"),
        (NIT, "80019726A-4"),
        (CC, "12"),
        (CC, "12345678901"),
        (CC, "AX107325"),
        (CC, "١٢٣٤٥"),
        (CC, ""),
        (TI, "123456789"),
        (TI, "123456789012"),
        (CE, "12"),
        (CE, "1" * 16),
        (PPT, "1" * 16),
        (PAS, "A1"),
        (PAS, "A" * 21),
        (PAS, "AX-107325"),
    ],
)
def test_a_number_of_another_shape_is_refused(kind: IdentityDocumentType, text: str) -> None:
    with pytest.raises(BadDocument) as bad:
        DocumentNumber.parse(kind, text)

    assert bad.value.problem is DocumentProblem.SHAPE


@pytest.mark.parametrize(
    "address",
    ["ana@correo.example", "Ana.Pena+arriendo@sub.correo-7.co", "t1@correo7.example", "o'higgins@x.co", "nandu@ñ.co"],
)
def test_usable_addresses(address: str) -> None:
    assert is_email(address)


@pytest.mark.parametrize(
    "address",
    [
        "",
        "ana",
        "ana@",
        "@correo.co",
        "ana@correo",
        "ana@correo.",
        "ana@.co",
        "ana@correo..co",
        "ana@@correo.co",
        "ana@correo.co@otro.co",
        "ana@correo.co; luz@correo.co",
        "ana luz@correo.co",
        "ana..luz@correo.co",
        "Ana.Peña@correo.co",
        ".ana@correo.co",
        "Ana <ana@correo.co>",
        "ana@-correo.co",
        "ana@correo.co\n",
        "a" * 65 + "@correo.co",
        "ana@" + "c" * 250 + ".co",
    ],
)
def test_unusable_addresses(address: str) -> None:
    assert not is_email(address)


@pytest.mark.parametrize("number", ["3112053424", "+573068015764", "(601) 345 67 89", "601 3456789 ext. 102"])
def test_usable_telephone_numbers(number: str) -> None:
    assert is_phone(number)


@pytest.mark.parametrize("number", ["", "12345", "no tiene", "+", "1" * 20, "300123456a"])
def test_unusable_telephone_numbers(number: str) -> None:
    assert not is_phone(number)
