"""A letter as an e-mail: text and simple HTML, with a name that stays the same each time it is sent."""

import hashlib
import re
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

from adapters.mail.look import Look
from adapters.mail.unsubscribing import foot_of, unsubscribe_by_mail
from adapters.mail.wording import content
from application.ports.documents import Letterhead
from application.ports.mail import Mail, MailRefused

_TEMPLATES = Environment(
    loader=PackageLoader("adapters.mail"),
    autoescape=select_autoescape(["html"]),
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
_TEMPLATES.filters["together"] = lambda text: text.replace("$ ", "$\xa0")
"""An amount is not torn from its sign at the end of a line."""
_NOT_IN_A_HEADER = re.compile(r"[\x00-\x1f\x7f]+")


@dataclass(frozen=True, slots=True)
class Sender:
    """The mailbox that letters come from; they bear the name of each agency."""

    address: str

    @property
    def domain(self) -> str:
        return self.address.rpartition("@")[2]


def message_id(mail: Mail, sender: Sender) -> str:
    """Derived from the event: a letter sent twice is recognised as one."""
    return f"<{hashlib.sha256(mail.event.encode()).hexdigest()[:40]}@{sender.domain}>"


def compose(mail: Mail, sender: Sender) -> EmailMessage:
    """The whole message; MailRefused where the address is none."""
    letterhead = mail.letter.letterhead
    written = content(mail.letter)
    message = EmailMessage(policy=SMTP)
    message["Message-ID"] = message_id(mail, sender)
    message["Date"] = format_datetime(datetime.now(UTC))
    message["Subject"] = _line(f"{written.subject} – {letterhead.name}")
    message["From"] = Address(_line(letterhead.name), addr_spec=sender.address)
    message["To"] = _address(mail.name, mail.address)
    if letterhead.email:
        with suppress(MailRefused):  # the agency's own slip is no reason to tell nobody
            message["Reply-To"] = _address(letterhead.name, letterhead.email)
            if mail.letter.topic is not None:
                message["List-Unsubscribe"] = unsubscribe_by_mail(letterhead.email, mail.letter.topic)
    message["Auto-Submitted"] = "auto-generated"
    foot = foot_of(mail.letter.topic, letterhead)
    _write(message, name=_line(mail.name), content=written, letterhead=letterhead, look=Look.of(letterhead), foot=foot)
    if mail.attachment is not None:
        kind, _, subtype = mail.attachment.content_type.partition("/")
        message.add_attachment(
            mail.attachment.content, maintype=kind, subtype=subtype, filename=mail.attachment.file_name
        )
    return message


def _write(message: EmailMessage, *, look: Look, letterhead: Letterhead, **given: object) -> None:
    """The text, and the same as HTML with the logo in it: programs show it without asking anybody else."""
    given |= {"look": look, "letterhead": letterhead, "contact": _contact(letterhead)}
    message.set_content(_TEMPLATES.get_template("letter.txt").render(given))
    message.add_alternative(_TEMPLATES.get_template("letter.html").render(given), subtype="html")
    if look.logo is not None:
        html = message.get_body(("html",))
        assert isinstance(html, EmailMessage)  # noqa: S101
        html.add_related(look.logo, maintype="image", subtype="png", cid="<logo>", disposition="inline")


def _address(name: str, address: str) -> Address:
    try:
        return Address(_line(name), addr_spec=_line(address))
    except (MessageError, ValueError, IndexError) as error:  # the last two are how its parser fails
        raise MailRefused("not an address") from error


def _line(text: str) -> str:
    """A text for a header: nothing in it begins another one."""
    return " ".join(_NOT_IN_A_HEADER.sub(" ", text).split())


def _contact(letterhead: Letterhead) -> str:
    parts = (f"NIT {letterhead.tax_id}", letterhead.address, letterhead.city, letterhead.phone, letterhead.email)
    return " · ".join(part for part in parts if part)
