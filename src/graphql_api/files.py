"""Files in and out: what forms bring, downloads, and the documents that are drawn or brought on request."""

import asyncio
import base64
from datetime import date
from typing import Any
from uuid import UUID

import strawberry

from application.attachments import SentFile
from application.ports.documents import Document
from application.ports.reading import Reading
from application.use_cases.documents import DocumentKind, DrawDocuments
from graphql_api.batches import Batch
from graphql_api.describe import field
from graphql_api.http.codes import Code, refusal
from graphql_api.quiet import reads_end

MOST_DOCUMENTS = 10
MOST_CONTENT = 16 * 1024 * 1024
"""Bytes of all contents that one operation sends, however many names it gives to one of them."""


@strawberry.type(description="Un archivo listo para abrir o descargar.")
class Download:
    file_name: str = field("Nombre con el que guardarlo.")
    content_type: str = field("Tipo de contenido, por ejemplo application/pdf.")
    byte_size: int = field("Tamaño en bytes, antes de codificarlo.")
    sha256: str = field("Huella SHA-256 del contenido, en hexadecimal.")
    content: strawberry.Private[bytes]

    @strawberry.field(description="El contenido en base64. Una operación recibe 16 MB de contenidos a lo sumo.")
    def content_base64(self, info: strawberry.Info) -> str:
        info.context.send_content(self.byte_size)
        return base64.b64encode(self.content).decode()

    @classmethod
    def of(cls, document: Document) -> "Download":
        return cls(
            file_name=document.file_name,
            content_type=document.content_type,
            byte_size=document.byte_size,
            sha256=document.sha256,
            content=document.content,
        )

    @classmethod
    def of_bytes(cls, file_name: str, content_type: str, content: bytes) -> "Download":
        return cls.of(Document(file_name, content_type, content))


@strawberry.input(description="Un archivo que sube el cliente: PDF o imagen, hasta 5 MB.")
class FileInput:
    file_name: str = field("Nombre del archivo; se guarda con la extensión de lo que de verdad es.")
    content_base64: str = field("El contenido en base64, sin saltos de línea ni prefijo data:.")


def sent_files(files: list[FileInput] | None) -> tuple[SentFile, ...]:
    """What a form brought, as the use cases take it."""
    return tuple(SentFile(file.file_name, file.content_base64) for file in files or ())


class SentContent:
    """How much content an operation has sent already."""

    def __init__(self) -> None:
        self._size = 0

    def add(self, size: int) -> None:
        """Refuses, as a query that is too complex, what would be more than MOST_CONTENT."""
        self._size += size
        if self._size > MOST_CONTENT:
            limit = f"{MOST_CONTENT // 1024 // 1024} MB"
            raise refusal(Code.QUERY_TOO_COMPLEX, f"Una operación puede pedir {limit} de contenidos a lo sumo.")


class Documents:
    """Brings the documents of one operation, ten at most: first everything is read, then the connection is given back,
    and only then the drawing begins."""

    def __init__(self, reading: Reading, draw: DrawDocuments, today: date) -> None:
        self._reading = reading
        self._draw = draw
        self._today = today
        self._asked = 0
        self._batch = Batch(self._load)

    def load(self, kind: DocumentKind, key: UUID) -> Any:
        """The future of a Download; its failure is that field's alone."""
        return self._batch.load((kind, key))

    async def _load(self, keys: list[tuple[DocumentKind, UUID]]) -> list[Any]:
        allowed = keys[: max(0, MOST_DOCUMENTS - self._asked)]
        self._asked += len(keys)
        views = await self._draw.views(self._reading, allowed, today=self._today)
        await reads_end(self._reading)
        drawn = await asyncio.gather(*(self._draw(view) for view in views), return_exceptions=True)
        shown: list[Any] = [one if isinstance(one, BaseException) else Download.of(one) for one in drawn]
        too_many = refusal(Code.QUERY_TOO_COMPLEX, f"Una operación puede pedir {MOST_DOCUMENTS} documentos a lo sumo.")
        return shown + [too_many] * (len(keys) - len(allowed))
