"""What the staff have to look at about payments."""

from datetime import date, datetime

import strawberry

from domain.findings import Finding as FindingEntity
from domain.findings import FindingKind
from graphql_api.context import Context, Info
from graphql_api.describe import field
from graphql_api.finding_texts import finding_message
from graphql_api.ids import global_id
from graphql_api.node import Node
from graphql_api.scalars import Money
from graphql_api.types.accounts import Account
from graphql_api.types.clients import Client
from graphql_api.types.intents import PaymentIntent
from graphql_api.types.payments import Payment


@strawberry.type(
    description="Un hallazgo: lo que una persona del equipo debe saber o decidir de los pagos. Solo para el personal."
)
class Finding(Node):
    kind: FindingKind = field("Clase.")
    message: str = field("Qué pasa y qué hacer, en español.")
    at: datetime = field("Cuándo se encontró.")
    reference: str | None = field("Referencia del pago, si es de uno.")
    amount: Money | None = field("Valor del que se trata.")
    due_date: date | None = field("Último día para actuar, si lo hay.")
    overdue: bool = field("Sin resolver y con el plazo vencido.")
    resolved_at: datetime | None = field("Cuándo se resolvió; nulo mientras esté abierto.")
    note: str | None = field("Lo que escribió quien lo resolvió.")
    source: strawberry.Private[FindingEntity]

    @strawberry.field(description="Cliente del que se trata.")
    def client(self, info: Info) -> Client | None:
        key = self.source.client_id
        return info.context.loaders.clients.load(key) if key else None

    @strawberry.field(description="Intento de pago del que se trata.")
    def intent(self, info: Info) -> PaymentIntent | None:
        key = self.source.intent_id
        return info.context.loaders.intents.load(key) if key else None

    @strawberry.field(description="Recibo del que se trata.")
    def payment(self, info: Info) -> Payment | None:
        key = self.source.payment_id
        return info.context.loaders.payments.load(key) if key else None

    @strawberry.field(description="Quién lo resolvió; nulo si está abierto o se resolvió solo.")
    def resolved_by(self, info: Info) -> Account | None:
        key = self.source.resolved_by
        return info.context.loaders.accounts.load(key) if key else None

    @classmethod
    def of(cls, entity: FindingEntity, context: Context) -> "Finding":
        is_open = entity.resolved_at is None
        return cls(
            id=global_id("Finding", entity.id),
            kind=entity.kind,
            message=finding_message(entity),
            at=entity.at,
            reference=entity.reference,
            amount=None if entity.amount is None else Money(entity.amount),
            due_date=entity.due_on,
            overdue=is_open and entity.due_on is not None and entity.due_on < context.today,
            resolved_at=entity.resolved_at,
            note=entity.note,
            source=entity,
        )
