"""Delivery to a real mail server on this machine, and to the folder that stands for one in development."""

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from adapters.mail.mailbox import FolderMailbox
from adapters.mail.smtp import NoMailServer, SmtpMailer
from application.ports.mail import MailRefused, MailUnavailable
from tests.adapters.mail.letters import CONFIRMED, DECLINED, EVERY
from tests.adapters.mail.server import MailServer, opened


@pytest.fixture
async def server() -> AsyncIterator[MailServer]:
    async with opened(MailServer()) as found:
        yield found


def mailer(url: str) -> SmtpMailer:
    return SmtpMailer(url, service_host="portal.example")


async def test_a_letter_arrives_whole(server: MailServer) -> None:
    await mailer(server.url).send(CONFIRMED)

    (message,) = server.received
    assert server.recipients == [["ana@correo.example"]]
    assert str(message["From"].addresses[0].addr_spec) == "avisos@portal.example"
    (attachment,) = message.iter_attachments()
    assert CONFIRMED.attachment is not None
    assert attachment.get_payload(decode=True) == CONFIRMED.attachment.content


async def test_without_a_sender_letters_come_from_the_service(server: MailServer) -> None:
    await mailer(f"smtp://127.0.0.1:{server.port}").send(DECLINED)

    assert "no-responder@portal.example" in server.received[0]["From"]


@pytest.mark.parametrize("answer", ["451 luego", "421 me voy", "452 sin espacio"])
async def test_what_the_server_cannot_do_now_is_tried_again(server: MailServer, answer: str) -> None:
    server.answer = answer
    with pytest.raises(MailUnavailable):
        await mailer(server.url).send(CONFIRMED)
    server.answer, server.to_recipient = "250 OK", answer
    with pytest.raises(MailUnavailable):
        await mailer(server.url).send(CONFIRMED)
    assert server.received == []


async def test_what_the_server_will_never_do_is_told_so(server: MailServer) -> None:
    server.answer = "554 no se recibe"
    with pytest.raises(MailRefused):
        await mailer(server.url).send(CONFIRMED)
    server.answer, server.to_recipient = "250 OK", "550 no existe"
    with pytest.raises(MailRefused):
        await mailer(server.url).send(CONFIRMED)
    assert server.received == []


async def test_a_server_that_is_not_there_is_tried_again() -> None:
    async with opened(MailServer()) as gone:
        url = gone.url
    with pytest.raises(MailUnavailable):
        await mailer(url).send(CONFIRMED)
    with pytest.raises(MailUnavailable):
        await NoMailServer().send(CONFIRMED)


async def test_a_letter_whose_delivery_is_uncertain_is_sent_again_under_the_same_name(server: MailServer) -> None:
    server.lost = True
    with pytest.raises(MailUnavailable):
        await mailer(server.url).send(CONFIRMED)
    server.lost = False
    await mailer(server.url).send(CONFIRMED)

    one, other = server.received
    assert one["Message-ID"] == other["Message-ID"]


async def test_a_password_is_not_sent_in_the_clear_to_another_machine(server: MailServer) -> None:
    url = server.url.replace("smtp://127.0.0.1", "smtp://usuario:clave@0.0.0.0")  # leads here, and does not say so
    with pytest.raises(MailUnavailable) as refused:
        await mailer(url).send(CONFIRMED)
    assert "STARTTLS" in str(refused.value.__cause__)
    assert server.received == []


@pytest.mark.parametrize("url", ["", "http://x", "smtp://", "correo.example", "smtp://x?from=nadie"])
def test_what_is_no_mail_server_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match=r"not the address|from is not"):
        mailer(url)


async def test_letters_of_development_are_kept_in_a_folder(tmp_path: Path) -> None:
    mailbox = FolderMailbox(tmp_path / "mail")
    assert list(mailbox.letters()) == []
    assert mailbox.letter() is None
    for mail in (CONFIRMED, DECLINED, replace(CONFIRMED, name="Ana María")):
        await mailbox.send(mail)

    letters = {letter.message["Subject"]: letter for letter in mailbox.letters()}
    assert len(letters) == 2
    kept = next(letter for subject, letter in letters.items() if "Recibimos" in subject)
    assert "Ana María" in kept.message["To"]
    assert kept.attachments == ["recibo-RP-000001.pdf"]
    assert "RP-000001" in kept.text
    for start in (kept.id[:8], kept.id):
        found = mailbox.letter(start)
        assert found is not None
        assert found.id == kept.id
    newest = mailbox.letter()
    assert newest is not None
    assert newest.id == kept.id
    assert kept.link is None
    await mailbox.send(EVERY["reset"])
    newest = mailbox.letter()
    assert newest is not None
    assert newest.link == "https://clientes.example/activar?token=b64-token_"
    for odd in ("zz", "../etc", kept.id[:3]):
        assert mailbox.letter(odd) is None
