"""What was written about a PQRS."""

from datetime import date, datetime

import strawberry

from domain.pqrs import PqrsActor, PqrsMessageKind
from domain.pqrs import PqrsMessage as MessageEntity
from graphql_api.context import Context, Info
from graphql_api.describe import field
from graphql_api.ids import global_id
from graphql_api.node import Node
from graphql_api.types.accounts import Account
from graphql_api.types.attachments import Attachment


@strawberry.type(
    description="Mensaje del cliente o de la inmobiliaria en una PQRS o, si es interno, nota del personal."
)
class PqrsMessage(Node):
    author: PqrsActor = field("De qué lado viene.")
    kind: PqrsMessageKind = field("Si es la respuesta, una prórroga, una reapertura o un mensaje más.")
    body: str = field("El texto, como se escribió.")
    sent_at: datetime = field("Cuándo se envió.")
    internal: bool = field("Nota interna: al cliente no le llega en la lista, ni por ningún otro camino.")
    due_date: date | None = field("Si es una prórroga, la nueva fecha límite de respuesta.")
    source: strawberry.Private[MessageEntity]

    @strawberry.field(description="Quién firma: el nombre del cliente o el de la inmobiliaria.")
    async def author_name(self, info: Info) -> str:
        loaders = info.context.loaders
        if self.source.author is PqrsActor.AGENCY:
            return str((await loaders.agency.load(True)).name)
        return str((await loaders.clients.load(self.source.client_id)).name)

    @strawberry.field(description="Cuenta de la persona que lo escribió. Solo para el personal.")
    def account(self, info: Info) -> Account | None:
        return info.context.loaders.accounts.load(self.source.account_id) if info.context.is_staff else None

    @strawberry.field(description="Archivos del mensaje; los de una nota interna, solo para el personal.")
    def attachments(self, info: Info) -> list[Attachment]:
        return info.context.loaders.pqrs_message_files.load(self.source.id)

    @classmethod
    def of(cls, entity: MessageEntity, context: Context) -> "PqrsMessage":
        return cls(
            id=global_id("PqrsMessage", entity.id),
            author=entity.author,
            kind=entity.kind,
            body=entity.body,
            sent_at=entity.sent_at,
            internal=entity.internal,
            due_date=entity.due_on,
            source=entity,
        )
