"""PQRS."""

from datetime import date, datetime

import strawberry

from application.use_cases.documents import DocumentKind
from domain.pqrs import Pqrs as PqrsEntity
from domain.pqrs import PqrsActor, PqrsClassification, PqrsStatus, PqrsSubject
from domain.pqrs import PqrsEvent as EventEntity
from graphql_api.context import Context, Info
from graphql_api.describe import field
from graphql_api.files import Download
from graphql_api.ids import global_id
from graphql_api.node import Node
from graphql_api.texts import PQRS_STATUS
from graphql_api.types.contracts import Contract
from graphql_api.types.later import ClientType
from graphql_api.types.properties import Property


@strawberry.type(description="Un cambio de estado de una PQRS.")
class PqrsEvent:
    at: datetime = field("Cuándo.")
    from_: PqrsStatus | None = field("Estado anterior; nulo al radicarla.", name="from")
    to: PqrsStatus = field("Estado nuevo.")
    by: str = field("Quién: el cliente o la inmobiliaria.")
    event_note: strawberry.Private[str | None]

    @strawberry.field(description="Nota del cambio. Solo para el personal.")
    def note(self, info: Info) -> str | None:
        return self.event_note if info.context.is_staff else None


@strawberry.type(description="Petición, queja, reclamo o sugerencia.")
class Pqrs(Node):
    filing_number: str = field("Número de radicado.")
    status: PqrsStatus = field("Estado.")
    status_label: str = field("«pendiente», «en trámite», «respondida» o «cerrada».")
    classification: PqrsClassification = field("Petición, queja, reclamo o sugerencia.")
    subject: PqrsSubject = field("Asunto.")
    start_date: date = field("Cuándo empezó el asunto.")
    description: str = field("Lo que escribió el cliente.")
    filed_at: datetime = field("Fecha y hora de radicación.")
    due_date: date = field("Fecha límite de respuesta en días hábiles.")
    overdue: bool = field("Sin respuesta y con el término vencido.")
    answered_at: datetime | None = field("Cuándo se respondió.")
    closed_at: datetime | None = field("Cuándo se cerró.")
    source: strawberry.Private[PqrsEntity]

    @strawberry.field(description="Inmueble al que se refiere.")
    def property(self, info: Info) -> Property | None:
        key = self.source.property_id
        return info.context.loaders.properties.load(key) if key else None

    @strawberry.field(description="Contrato al que se refiere.")
    def contract(self, info: Info) -> Contract | None:
        key = self.source.contract_id
        return info.context.loaders.contracts.load(key) if key else None

    @strawberry.field(description="Cliente a nombre de quien está radicada.")
    def client(self, info: Info) -> ClientType:
        return info.context.loaders.clients.load(self.source.client_id)

    @strawberry.field(description="Cambios de estado, el primero es la radicación.")
    async def history(self, info: Info) -> list[PqrsEvent]:
        events: list[EventEntity] = await info.context.loaders.pqrs_events.load(self.source.id)
        client = await info.context.loaders.clients.load(self.source.client_id)
        agency = await info.context.loaders.agency.load(True) if any(e.by is PqrsActor.AGENCY for e in events) else None
        return [
            PqrsEvent(
                at=event.at,
                from_=event.from_status,
                to=event.to_status,
                by=agency.name if agency and event.by is PqrsActor.AGENCY else client.name,
                event_note=event.note,
            )
            for event in events
        ]

    @strawberry.field(description="Constancia de radicación en PDF. Nulo, con su error, si no se pudo generar.")
    def acknowledgement(self, info: Info) -> Download | None:
        return info.context.documents.load(DocumentKind.ACKNOWLEDGEMENT, self.source.id)

    @classmethod
    def of(cls, entity: PqrsEntity, context: Context) -> "Pqrs":
        return cls(
            id=global_id("Pqrs", entity.id),
            filing_number=entity.filing_number,
            status=entity.status,
            status_label=PQRS_STATUS[entity.status],
            classification=entity.classification,
            subject=entity.subject,
            start_date=entity.start_on,
            description=entity.description,
            filed_at=entity.filed_at,
            due_date=entity.due_on,
            overdue=entity.is_overdue(on=context.today),
            answered_at=entity.answered_at,
            closed_at=entity.closed_at,
            source=entity,
        )
