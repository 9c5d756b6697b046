import random
import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.common_passwords import COMMON_PASSWORDS, COMMON_WORDS
from domain.passwords import PasswordProblem, minimum_length, password_problem

KNOWN = ("ana.pelaez", "ana.pelaez84@correo.example", "Ana María Peláez Quintero", "Inmobiliaria Andina S.A.S.")


@pytest.mark.parametrize(
    "password",
    [
        "tortuga azul canta",
        "mi perro se llama Canelo",
        "k8#vT2!qLz9wRb",
        "solamente minúsculas también sirven",
        "8203957164038275",
        "🐢🐘🦜🦊🐝🐙🐞🦋🐌🐛🐜🦗🕷🦂🐍",
        "Peláez compra helados de lulo",
        "la inmobiliaria queda cerca del parque",
        "x" * 3 + "kd93jf02ms8d7",
        "fútbol en la lluvia con botas verdes",
        "  espacios al comienzo y al final  ",
        "кириллица тоже подходит",
    ],
)
def test_a_long_password_of_ones_own_is_accepted(password: str) -> None:
    assert password_problem(password, staff=False, known=KNOWN) is None


@pytest.mark.parametrize(("staff", "minimum"), [(False, 12), (True, 15)])
def test_the_minimum_is_counted_in_characters(staff: bool, minimum: int) -> None:
    enough = "ñandúvkqzpxwjgé"[:minimum]

    assert minimum_length(staff=staff) == minimum == len(enough)
    assert password_problem(enough, staff=staff) is None
    assert password_problem(enough[:-1], staff=staff) is PasswordProblem.TOO_SHORT


def test_the_maximum_is_128_characters() -> None:
    longest = "".join(random.Random(7).choices(string.ascii_letters, k=128))  # noqa: S311

    assert password_problem(longest, staff=True) is None
    assert password_problem(longest + "x", staff=True) is PasswordProblem.TOO_LONG


@pytest.mark.parametrize(
    "password",
    [
        "aaaaaaaaaaaaaaaa",
        "123456789012",
        "987654321098",
        "abcdefghijklmnop",
        "qwertyuiopasdfgh",
        "1qaz2wsx3edc4rfv",
        "abababababababab",
        "xk9xk9xk9xk9xk9xk9",
        "111222333444555",
        "aaabbbcccdddeee!",
        "qwerty123456!!!!",
        "                ",
        "Zxcvbnm,.-12345",
        "adminadminadmin",
    ],
)
def test_sequences_and_repetitions_are_refused(password: str) -> None:
    assert password_problem(password, staff=False) is PasswordProblem.PREDICTABLE


@pytest.mark.parametrize(
    "password",
    [
        "password1234",
        "Password2026!",
        "P@ssw0rd12345!",
        "contraseña123456",
        "CONTRASEÑA-2026",
        "c0ntr4s3n4c0ntr4s3n4",
        "bogota2026bogota",
        "colombia123456",
        "teamo teamo teamo",
        "mariposa12345678",
        "administrador1",
        "princesaprincesa",
        "millonarios1946",
        "iloveyou12345678",
        "Welcome to 2026!!",
    ],
)
def test_everybodys_words_are_refused_however_decorated(password: str) -> None:
    assert password_problem(password, staff=False) is PasswordProblem.COMMON


@pytest.mark.parametrize(
    "password",
    [
        "ana.pelaez2026",
        "Peláez.Quintero",
        "quintero123456",
        "AndinaAndina2026",
        "pelaez84pelaez84",
        "P3l43zQu1nt3r0",
        "inmobiliaria-andina",
    ],
)
def test_what_is_known_of_the_person_or_the_agency_is_refused(password: str) -> None:
    assert password_problem(password, staff=False, known=KNOWN) is PasswordProblem.PERSONAL
    assert password_problem(password, staff=False) is not PasswordProblem.PERSONAL


def test_a_document_number_as_user_name_is_no_password() -> None:
    assert password_problem("clave79481630", staff=False, known=("79481630",)) is PasswordProblem.PERSONAL
    assert password_problem("clave79481630", staff=False) is None


def test_nothing_known_refuses_nothing() -> None:
    assert password_problem("tortuga azul canta", staff=False, known=("", " ", "a", "...")) is None


def test_half_a_surrogate_pair_is_refused() -> None:
    assert password_problem("tortuga azul canta \ud83d", staff=False) is PasswordProblem.UNREADABLE


def test_random_passwords_are_accepted() -> None:
    chance = random.Random(20261122)  # noqa: S311

    refused = [
        password
        for password in ("".join(chance.choices(string.ascii_letters + string.digits, k=16)) for _ in range(800))
        if password_problem(password, staff=True, known=KNOWN)
    ]

    assert refused == []


@given(word=st.sampled_from(sorted(word for word in COMMON_WORDS if len(word) > 4)), tail=st.integers(0, 9999))
def test_a_common_word_with_a_number_is_never_enough(word: str, tail: int) -> None:
    password = f"{word.capitalize()}{tail}"

    assert password_problem(password, staff=False) is not None


@given(st.text(max_size=200))
def test_whatever_is_typed_is_judged(password: str) -> None:
    problem = password_problem(password, staff=False, known=KNOWN)

    assert (problem is PasswordProblem.TOO_SHORT) == (len(password) < 12)
    assert (problem is PasswordProblem.TOO_LONG) == (len(password) > 128)


@pytest.mark.parametrize("phrase", ["Clave-de-Prueba-2026", "Colombia.2026.Bogotá", "Admin-Password-2026!"])
def test_two_common_words_together_are_a_phrase(phrase: str) -> None:
    """A blocklist holds what is tried first (NIST SP 800-63B-4); it does not forbid words."""
    assert password_problem(phrase, staff=True) is None


def test_what_many_people_have_used_is_refused_as_it_stands() -> None:
    usable = [password for password in sorted(COMMON_PASSWORDS) if password.isascii()]

    assert len(usable) >= 3000
    assert min(map(len, usable)) >= minimum_length(staff=False)
    assert [it for it in usable if password_problem(it, staff=False) is None] == []


@pytest.mark.parametrize("password", ["q1w2e3r4t5y6", "Leavemealone", "  JustinBieber ", "C0unterStr1ke"])
def test_neither_capitals_blanks_nor_digits_for_letters_make_another_of_it(password: str) -> None:
    assert password_problem(password, staff=False) is PasswordProblem.COMMON


@pytest.mark.parametrize("password", ["Esperanza2024**", "esperanza.123456", "Bautista-1985-!", "corazoncito123"])
def test_one_word_of_everybodys_with_figures_is_too_little(password: str) -> None:
    assert password_problem(password, staff=False) is PasswordProblem.COMMON
