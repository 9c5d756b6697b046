"""What a client is written about."""

import strawberry

from domain.clients import Client
from domain.mail import MailTopic
from graphql_api.describe import field


@strawberry.type(
    description=(
        "Qué correos recibe un cliente. Los que protegen su cuenta y las constancias que exige la ley llegan siempre."
    )
)
class MailPreferences:
    invoices: bool = field("Facturas emitidas.")
    payments: bool = field("Pagos recibidos, con su recibo, y pagos que no se aprobaron.")
    payouts: bool = field("Egresos pagados al propietario.")
    pqrs: bool = field("Respuestas y novedades de sus PQRS; la constancia de radicación llega siempre.")
    reminders: bool = field("Recordatorios de facturas por vencer y vencidas.")

    @classmethod
    def of(cls, entity: Client) -> "MailPreferences":
        return cls(**{topic.value.lower(): topic not in entity.declined_mail for topic in MailTopic})
