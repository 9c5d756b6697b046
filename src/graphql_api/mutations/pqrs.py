"""Filing PQRS."""

from datetime import date
from typing import Annotated

import strawberry

from application.use_cases.pqrs import PqrsForm
from domain.ids import ClientId, ContractId, PropertyId
from domain.pqrs import PqrsClassification, PqrsMatter, PqrsSubject
from graphql_api.context import Info
from graphql_api.describe import field
from graphql_api.files import FileInput, sent_files
from graphql_api.ids import named
from graphql_api.refusals import IdempotencyConflict, InvalidInput, LimitReached, NotFound
from graphql_api.types.pqrs import Pqrs


@strawberry.input(description="Una petición, queja, reclamo o sugerencia.")
class CreatePqrsInput:
    classification: PqrsClassification = field("Clase.")
    subject: PqrsSubject = field("Asunto.")
    description: str = field("Qué pasó y qué se pide; 10.000 caracteres a lo sumo.")
    idempotency_key: str = field("Repetir la misma clave devuelve la misma PQRS.")
    start_date: date | None = field("Cuándo empezó el asunto. Por defecto, hoy; no puede ser futura.", default=None)
    property_id: strawberry.ID | None = field("Inmueble propio o arrendado al que se refiere.", default=None)
    contract_id: strawberry.ID | None = field("Contrato propio al que se refiere.", default=None)
    attachments: list[FileInput] | None = field(
        "Hasta cinco archivos: PDF, JPEG o PNG, 5 MB entre todos.", default=None
    )
    client_id: strawberry.ID | None = field("Solo el personal: a nombre de quién se radica.", default=None)
    matter: PqrsMatter = field(
        "Con DOCUMENTS, una petición de documentos o de información, que tiene un término más corto.",
        default=PqrsMatter.GENERAL,
    )
    channel: str | None = field(
        "Solo el personal: por dónde llegó («teléfono», «en la oficina»). Queda como nota en el historial.",
        default=None,
    )


@strawberry.type(description="La PQRS.")
class PqrsPayload:
    pqrs: Pqrs = field("La PQRS como quedó.")


CreatePqrsResult = Annotated[
    PqrsPayload | InvalidInput | NotFound | LimitReached | IdempotencyConflict,
    strawberry.union("CreatePqrsResult", description="La PQRS radicada, o por qué no se radicó."),
]


@strawberry.type
class PqrsMutations:
    @strawberry.mutation(description="Radica una PQRS: queda pendiente, con su número y su fecha límite de respuesta.")
    async def create_pqrs(
        self,
        info: Info,
        input: Annotated[CreatePqrsInput, strawberry.argument(description="Lo que se radica.")],  # noqa: A002
    ) -> CreatePqrsResult:
        form = PqrsForm(
            classification=input.classification,
            subject=input.subject,
            description=input.description,
            idempotency_key=input.idempotency_key,
            start_on=input.start_date,
            property_id=PropertyId(named(input.property_id, "Property")) if input.property_id else None,
            contract_id=ContractId(named(input.contract_id, "Contract")) if input.contract_id else None,
            client_id=ClientId(named(input.client_id, "Client")) if input.client_id else None,
            matter=input.matter,
            channel=input.channel,
            attachments=sent_files(input.attachments),
        )
        case = await info.context.use_cases.file_pqrs(info.context.viewer, form)
        loaders = await info.context.reread()
        return PqrsPayload(pqrs=await loaders.pqrs.load(case.id))
