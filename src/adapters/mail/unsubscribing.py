"""How whoever gets a letter says that they want no more of the kind.

They do in the client area, or ask the agency, whose staff does it for them. There is no link that does it by itself
(RFC 8058): these letters are about one's own contract and answer for no advertising, and a link would let whoever a
letter is forwarded to silence it.
"""

from urllib.parse import quote

from application.ports.documents import Letterhead
from domain.mail import MailTopic

_ABOUT = {
    MailTopic.INVOICES: "correos de facturas",
    MailTopic.PAYMENTS: "correos de pagos",
    MailTopic.PAYOUTS: "correos de egresos",
    MailTopic.PQRS: "correos de PQRS",
    MailTopic.REMINDERS: "recordatorios",
}


def foot_of(topic: MailTopic | None, letterhead: Letterhead) -> str:
    """What stands at the end of a letter."""
    if topic is None:
        return "Este correo hace parte del servicio y se envía siempre."
    by_mail = " o responda este mensaje" if letterhead.email else ""
    return (
        f"Recibe este correo porque es cliente de {letterhead.name}. Si no quiere recibir {_ABOUT[topic]}, "
        f"dígalo en su perfil del área de clientes{by_mail}."
    )


def unsubscribe_by_mail(address: str, topic: MailTopic) -> str:
    """The header that mail programs make a button of (RFC 2369): a letter to the agency."""
    subject = quote(f"No quiero recibir {_ABOUT[topic]}")
    return f"<mailto:{quote(address, safe='@')}?subject={subject}>"
