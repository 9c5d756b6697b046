"""What arrives in a mailbox: words, form and headers of each letter."""

import re
from dataclasses import replace
from datetime import UTC, datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from html import escape, unescape
from importlib import import_module
from inspect import isclass
from pkgutil import iter_modules
from urllib.parse import quote

import pytest

import application.ports.mail as ports
from adapters.mail.message import Sender, compose, message_id
from adapters.mail.wording import WORDS, content
from application.ports.mail import Letter, Mail, MailRefused
from application.ports.mail.accounts import EmailConfirmation
from application.ports.mail.pqrs import PqrsReplied
from domain.mail import MailTopic
from tests.adapters.mail.letters import CONFIRMED, DECLINED, EVERY, ISSUED, LETTERHEAD, about, from_agency, written

SENDER = Sender("avisos@portal.example")


def arrived(mail: Mail) -> EmailMessage:
    """As a mail program reads what was sent."""
    return message_from_bytes(compose(mail, SENDER).as_bytes(), _class=EmailMessage, policy=default)


def part(message: EmailMessage, kind: str) -> str:
    body = message.get_body((kind,))
    assert body is not None
    return " ".join(str(body.get_content()).replace("\xa0", " ").split())


def lines(message: EmailMessage) -> str:
    body = message.get_body(("plain",))
    assert body is not None
    return str(body.get_content()).replace("\r\n", "\n")


def test_a_confirmation_says_what_was_paid_and_carries_the_receipt() -> None:
    message = arrived(CONFIRMED)

    assert message["Subject"] == "Recibimos su pago por $ 1.850.000 – Inmobiliaria Peña & Ñáñez"
    assert message["From"] == "Inmobiliaria Peña & Ñáñez <avisos@portal.example>"
    assert message["To"] == "Ana Peña <ana@correo.example>"
    assert message["Reply-To"] == "Inmobiliaria Peña & Ñáñez <pagos@inmobiliaria.example>"
    text = part(message, "plain")
    for said in (
        "Buen día, Ana Peña: Recibimos su pago por $ 1.850.000. Gracias.",
        "Recibo: RP-000001 Fecha: 5 de noviembre de 2026, 3:04 p. m. Medio de pago: PSE CUS: 1402-778",
        "Factura FV-1024: $ 1.800.000 (noviembre de 2026) Saldo a su favor: $ 50.000",
        "Con el código de verificación K7Q2-M9XD se comprueba que el recibo es auténtico.",
        "Inmobiliaria Peña & Ñáñez NIT 900.123.456-8 · Calle 1 # 2-3 · Bogotá · 601 555 0101",
    ):
        assert said in text
    (attachment,) = message.iter_attachments()
    assert (attachment.get_filename(), attachment.get_content_type()) == ("recibo-RP-000001.pdf", "application/pdf")
    assert CONFIRMED.attachment is not None
    assert attachment.get_payload(decode=True) == CONFIRMED.attachment.content


def test_a_refusal_says_why_and_what_to_do() -> None:
    message = arrived(DECLINED)

    assert message["Subject"] == "Su pago no fue aprobado – Inmobiliaria Peña & Ñáñez"
    text = part(message, "plain")
    assert "El banco informó que no había fondos suficientes." in text
    assert "Referencia: 260701ABCDEFGH" in text
    assert "Facturas: FV-1024, FV-1025" in text
    assert list(message.iter_attachments()) == []


@pytest.mark.parametrize("name", EVERY)
def test_text_and_html_say_the_same(name: str) -> None:
    message, said = arrived(EVERY[name]), content(EVERY[name].letter)
    text, html = part(message, "plain"), unescape(part(message, "html"))

    for lines in (said.opening, said.closing, *said.facts, ["Ana Peña", "900.123.456-8"]):
        for line in lines:
            assert " ".join(line.split()) in text
            assert " ".join(line.split()) in html


@pytest.mark.parametrize("name", EVERY)
def test_every_letter_says_how_to_get_no_more_of_the_kind_or_that_it_always_comes(name: str) -> None:
    mail, message = EVERY[name], arrived(EVERY[name])
    text, html = part(message, "plain"), unescape(part(message, "html"))

    if mail.letter.topic is None:
        assert message["List-Unsubscribe"] is None
        foot = "Este correo hace parte del servicio y se envía siempre."
    else:
        about = {
            MailTopic.INVOICES: "correos de facturas",
            MailTopic.PAYMENTS: "correos de pagos",
            MailTopic.PAYOUTS: "correos de egresos",
            MailTopic.PQRS: "correos de PQRS",
            MailTopic.REMINDERS: "recordatorios",
        }[mail.letter.topic]
        asked = quote(f"No quiero recibir {about}")
        assert message["List-Unsubscribe"] == f"<mailto:pagos@inmobiliaria.example?subject={asked}>"
        foot = f"Si no quiere recibir {about}, dígalo en su perfil del área de clientes o responda este mensaje."
    assert foot in text
    assert foot in html


def test_an_agency_without_an_address_is_asked_in_the_client_area() -> None:
    message = arrived(from_agency("Sin Correo"))

    assert (message["List-Unsubscribe"], message["Reply-To"]) == (None, None)
    assert "dígalo en su perfil del área de clientes." in part(message, "plain")


@pytest.mark.parametrize("name", EVERY)
def test_every_letter_has_what_goes_with_it(name: str) -> None:
    mail, message = EVERY[name], arrived(EVERY[name])

    attached = [part.get_filename() for part in message.iter_attachments()]
    assert attached == ([mail.attachment.file_name] if mail.attachment else [])
    assert message["Auto-Submitted"] == "auto-generated"
    assert "\n" not in message["Subject"]
    assert message["Subject"].endswith(" – Inmobiliaria Peña & Ñáñez")


def test_every_letter_has_words() -> None:
    families = [import_module(f"{ports.__name__}.{it.name}") for it in iter_modules(ports.__path__)]
    letters = {it for family in families for it in vars(family).values() if isclass(it) and issubclass(it, Letter)}
    assert set(WORDS) == letters - {Letter}


def test_somebodys_own_words_are_in_both_parts() -> None:
    said = about("Buen día:\n\n  <b>El plomero</b> va mañana.")
    message = arrived(written(PqrsReplied(letterhead=LETTERHEAD, said=said)))

    assert "\n> Buen día:\n> \n>   <b>El plomero</b> va mañana.\n" in lines(message)
    assert "&lt;b&gt;El plomero&lt;/b&gt;" in part(message, "html")


def test_a_button_is_in_both_parts() -> None:
    address = "https://clientes.example/correo?n=1&m=2"
    letter = EmailConfirmation(letterhead=LETTERHEAD, link=address, expires_at=datetime(2026, 11, 5, tzinfo=UTC))
    message = arrived(written(letter))

    assert f"\nConfirmar este correo:\n{address}\n" in lines(message)
    assert f'href="{escape(address)}"' in part(message, "html")


def test_a_letter_about_money_has_a_button_to_the_client_area_in_both_parts() -> None:
    area = "https://clientes.inmobiliaria.example/portal"
    letter = replace(ISSUED.letter, letterhead=replace(LETTERHEAD, client_area=area))
    message = arrived(replace(ISSUED, letter=letter))

    assert f"Ver en el área de clientes: {area} La factura va adjunta" in part(message, "plain")
    html = unescape(part(message, "html"))
    assert re.search(rf'<a href="{area}"[^>]*>Ver en el área de clientes</a>', html)


def test_a_letter_that_is_sent_again_is_recognised() -> None:
    assert arrived(CONFIRMED)["Message-ID"] == arrived(CONFIRMED)["Message-ID"] == message_id(CONFIRMED, SENDER)
    assert len({message_id(mail, SENDER) for mail in EVERY.values()}) == len(EVERY)
    assert message_id(CONFIRMED, SENDER).endswith("@portal.example>")


def test_names_add_no_header_and_no_markup() -> None:
    hostile = "Ana\r\nBcc: otro@correo.example\r\n\r\n<script>alert(1)</script>"
    for mail in (replace(CONFIRMED, name=hostile), from_agency(hostile)):
        message = arrived(mail)
        assert message["Bcc"] is None
        assert set(message) <= {
            *("Message-ID", "Date", "Subject", "From", "To", "Reply-To", "Auto-Submitted", "MIME-Version"),
            *("Content-Type", "List-Unsubscribe"),
        }
        assert "<script>" not in part(message, "html")
        assert message.get_content_type() == "multipart/mixed"


@pytest.mark.parametrize("address", ["", "ana", "ana@", "ana@a@b", "a@b\r\nBcc: c@d", "<a@b", "ana peña@x.example"])
def test_what_is_no_address_is_refused(address: str) -> None:
    with pytest.raises(MailRefused):
        compose(replace(CONFIRMED, address=address), SENDER)
