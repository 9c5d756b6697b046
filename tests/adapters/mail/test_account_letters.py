"""Letters about accounts, as their readers have them: what to do, until when, and what to do if it was not them."""

import re
from datetime import UTC, datetime
from email.message import EmailMessage

import pytest

from adapters.mail.message import Sender, compose
from application.ports.mail import Letter, Mail
from application.ports.mail.accounts import (
    AccountActivated,
    EmailChangeNotice,
    EmailConfirmation,
    Invitation,
    PasswordChanged,
    PasswordReset,
)
from tests.adapters.mail.letters import LETTERHEAD

AT = datetime(2026, 11, 5, 20, 4, tzinfo=UTC)
LINK = "https://clientes.example/activar?token=7Zr-_x"
LETTERS: list[Letter] = [
    Invitation(letterhead=LETTERHEAD, link=LINK, username="52123456", expires_at=AT, staff=False),
    Invitation(letterhead=LETTERHEAD, link=LINK, username="pedro", expires_at=AT, staff=True),
    PasswordReset(letterhead=LETTERHEAD, link=LINK, username="52123456", expires_at=AT),
    EmailConfirmation(letterhead=LETTERHEAD, link=LINK, expires_at=AT),
    EmailChangeNotice(letterhead=LETTERHEAD, new_email="nueva@correo.example", asked_at=AT),
    AccountActivated(letterhead=LETTERHEAD, username="52123456", at=AT),
    PasswordChanged(letterhead=LETTERHEAD, username="52123456", at=AT),
]
WITH_LINK = LETTERS[:4]


def written(letter: Letter, name: str = "Ana Peña") -> EmailMessage:
    return compose(
        Mail(event="x", name=name, address="ana@correo.example", letter=letter), Sender("no-responder@portal.example")
    )


def body(message: EmailMessage, kind: str) -> str:
    part = message.get_body((kind,))
    assert part is not None
    return str(part.get_content())


@pytest.mark.parametrize("letter", LETTERS, ids=lambda it: type(it).__name__)
@pytest.mark.parametrize("kind", ["plain", "html"])
def test_a_letter_says_what_to_do_if_it_was_somebody_else(letter: Letter, kind: str) -> None:
    text = body(written(letter), kind)

    assert re.search(r"[Ss]i (usted )?no (fue usted|la pidió|tiene ninguna relación)", text)
    assert "5 de noviembre de 2026" in text
    assert LETTERHEAD.name in text or "Peña &amp; Ñáñez" in text


@pytest.mark.parametrize("letter", WITH_LINK, ids=lambda it: type(it).__name__)
def test_a_link_stands_in_text_and_behind_a_button(letter: Letter) -> None:
    message = written(letter)

    assert re.findall(r"https?://\S+", body(message, "plain")) == [LINK]
    assert f'href="{LINK}"' in body(message, "html")
    assert "El enlace sirve hasta: 5 de noviembre de 2026, 3:04" in body(message, "plain")


def test_letters_without_a_link_have_none() -> None:
    for letter in LETTERS[4:]:
        assert "http" not in body(written(letter), "plain")


def test_the_notice_shows_enough_of_the_new_address_to_know_it() -> None:
    text = body(written(LETTERS[4]), "plain")

    assert "n•••@correo.example" in text
    assert "nueva@" not in text


def test_whom_a_mistyped_address_reaches_learns_no_name() -> None:
    text = body(written(LETTERS[3], name=""), "plain")

    assert text.startswith("Buen día:")
    assert "52123456" not in text


def test_staff_and_clients_are_told_what_it_is_for() -> None:
    assert "pagar en línea" in body(written(LETTERS[0]), "plain")
    assert "atiende a los clientes" in body(written(LETTERS[1]), "plain")
