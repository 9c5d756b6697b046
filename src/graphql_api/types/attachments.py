"""Files that go with PQRS and with what is written about them."""

import strawberry

from application.use_cases.documents import DocumentKind
from domain.attachments import Attachment as AttachmentEntity
from graphql_api.context import Context, Info
from graphql_api.describe import field
from graphql_api.files import Download
from graphql_api.ids import global_id
from graphql_api.node import Node


@strawberry.type(description="Un archivo adjunto a una PQRS o a uno de sus mensajes.")
class Attachment(Node):
    file_name: str = field("Nombre con el que guardarlo; su extensión es la de lo que de verdad es.")
    content_type: str = field("Según su contenido: application/pdf, image/jpeg o image/png.")
    byte_size: int = field("Tamaño en bytes.")
    source: strawberry.Private[AttachmentEntity]

    @strawberry.field(
        description=(
            "El archivo. Cuenta entre los diez documentos que puede pedir una operación. Las imágenes llegan "
            "reelaboradas, sin los datos de la cámara ni del lugar; los PDF, tal como se enviaron."
        )
    )
    def document(self, info: Info) -> Download | None:
        return info.context.documents.load(DocumentKind.ATTACHMENT, self.source.id)

    @classmethod
    def of(cls, entity: AttachmentEntity, context: Context) -> "Attachment":
        return cls(
            id=global_id("Attachment", entity.id),
            file_name=entity.file_name,
            content_type=entity.content_type.value,
            byte_size=entity.byte_size,
            source=entity,
        )
