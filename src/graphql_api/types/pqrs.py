"""PQRS."""

from datetime import date, datetime

import strawberry

from application.use_cases.documents import DocumentKind
from domain.pqrs import Pqrs as PqrsEntity
from domain.pqrs import PqrsActor, PqrsClassification, PqrsMatter, PqrsStatus, PqrsSubject
from domain.pqrs import PqrsEvent as EventEntity
from domain.pqrs_transitions import reopenable_until
from graphql_api.context import Context, Info
from graphql_api.describe import field
from graphql_api.files import Download
from graphql_api.ids import global_id
from graphql_api.node import Node
from graphql_api.texts import PQRS_STATUS
from graphql_api.types.accounts import Account
from graphql_api.types.attachments import Attachment
from graphql_api.types.contracts import Contract
from graphql_api.types.later import ClientType
from graphql_api.types.pqrs_messages import PqrsMessage
from graphql_api.types.properties import Property


@strawberry.type(
    description=(
        "Un cambio en la vida de una PQRS. Si el estado anterior y el nuevo son el mismo, lo que cambió es la fecha "
        "límite: se prorrogó."
    )
)
class PqrsEvent:
    at: datetime = field("Cuándo.")
    from_: PqrsStatus | None = field("Estado anterior; nulo al radicarla.", name="from")
    to: PqrsStatus = field("Estado nuevo.")
    by: str = field("Quién: el nombre del cliente o el de la inmobiliaria.")
    due_date: date | None = field("Fecha límite que rige desde este cambio; nula si no la movió.")
    source: strawberry.Private[EventEntity]

    @strawberry.field(description="Nota del cambio. Solo para el personal.")
    def note(self, info: Info) -> str | None:
        return self.source.note if info.context.is_staff else None

    @strawberry.field(description="Cuenta de la persona que lo hizo. Solo para el personal; nula en cambios antiguos.")
    def account(self, info: Info) -> Account | None:
        key = self.source.account_id
        return info.context.loaders.accounts.load(key) if key and info.context.is_staff else None


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
    matter: PqrsMatter = field("Lo que pide, en cuanto cambia su término legal.")
    due_date: date = field(
        "Fecha límite de respuesta, en días hábiles desde el día siguiente al de radicación o, si se reabrió, al de la "
        "última reapertura; con la prórroga, si la hubo. Las anteriores quedan en history."
    )
    overdue: bool = field("Sin respuesta, pendiente o en trámite, y con la fecha límite pasada.")
    extended_at: datetime | None = field("Cuándo se prorrogó el término actual; nulo si no se prorrogó.")
    answered_at: datetime | None = field(
        "Cuándo se respondió por última vez; nulo si espera respuesta, también después de reabrirla."
    )
    closed_at: datetime | None = field("Cuándo se cerró; nulo si no está cerrada, también después de reabrirla.")
    reopenable_until: datetime | None = field(
        "Si está cerrada, hasta cuándo la puede reabrir el cliente: 30 días. La respondida se puede reabrir siempre."
    )
    source: strawberry.Private[PqrsEntity]

    @strawberry.field(
        description=(
            "Días hábiles que quedan hasta la fecha límite: 0 el último día, negativo si ya pasó; nulo si no espera "
            "respuesta."
        )
    )
    def business_days_left(self, info: Info) -> int | None:
        if not self.source.is_open:
            return None
        return info.context.use_cases.count_business_days(info.context.today, self.source.due_on)

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

    @strawberry.field(description="Persona del equipo a cargo. Solo para el personal.")
    def assignee(self, info: Info) -> Account | None:
        key = self.source.assignee_id
        return info.context.loaders.accounts.load(key) if key and info.context.is_staff else None

    @strawberry.field(
        description="Mensajes de las dos partes, el más antiguo primero; para el personal, también las notas internas."
    )
    def messages(self, info: Info) -> list[PqrsMessage]:
        return info.context.loaders.pqrs_messages.load(self.source.id)

    @strawberry.field(description="Archivos con los que se radicó; los de cada mensaje están en él.")
    def attachments(self, info: Info) -> list[Attachment]:
        return info.context.loaders.pqrs_files.load(self.source.id)

    @strawberry.field(description="Cambios de estado y de fecha límite; el primero es la radicación.")
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
                due_date=event.due_on,
                source=event,
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
            matter=entity.matter,
            overdue=entity.is_overdue(on=context.today),
            extended_at=entity.extended_at,
            answered_at=entity.answered_at,
            closed_at=entity.closed_at,
            reopenable_until=reopenable_until(entity),
            source=entity,
        )
