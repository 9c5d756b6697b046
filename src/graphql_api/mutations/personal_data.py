"""Rights over one's own data: to authorise, to have all of it, to be forgotten."""

from datetime import date
from typing import Annotated

import strawberry

from application.use_cases.personal_data import ConsentForm
from domain.ids import ClientId
from domain.personal_data import ConsentChannel, ConsentPurpose
from graphql_api.context import Info
from graphql_api.describe import field
from graphql_api.files import Download
from graphql_api.ids import named
from graphql_api.refusals import InvalidInput, LimitReached, NotFound, TooManyAttempts
from graphql_api.types.clients import Client


@strawberry.input(description="Si se autoriza una finalidad.")
class ConsentDecisionInput:
    purpose: ConsentPurpose = field("La finalidad, una vez cada una.")
    granted: bool = field("Si se autoriza. SERVICE no se puede retirar: lo exige el contrato.")


@strawberry.input(description="Lo que una persona decide sobre sus datos.")
class RecordConsentInput:
    policy_version: str = field("La versión que leyó: Agency.privacyPolicyVersion. Hasta 60 caracteres.")
    decisions: list[ConsentDecisionInput] = field("Una o más.")
    client_id: strawberry.ID | None = field("De quién, si lo registra el personal.", default=None)
    channel: ConsentChannel = field(
        "Por dónde llegó, si lo registra el personal; PORTAL es la propia persona.", default=ConsentChannel.PORTAL
    )


@strawberry.type(description="La persona, con lo que decidió.")
class RecordConsentPayload:
    client: Client = field("El cliente.")


@strawberry.type(description="Todo lo que se conserva sobre la persona.")
class ExportPersonalDataPayload:
    file: Download = field("Un ZIP: datos.json, y los archivos que la persona envió o recibió.")


@strawberry.type(description="Filas de una clase que se vaciaron o se borraron.")
class ErasedRows:
    kind: str = field("Qué eran.")
    count: int = field("Cuántas.")


@strawberry.type(description="Lo que se suprimió, o con dryRun lo que se suprimiría.")
class EraseClientPayload:
    client: Client = field("El cliente como queda; con dryRun, como está.")
    dry_run: bool = field("Si fue solo una prueba.")
    erased: list[ErasedRows] = field("Cuánto, por clase.")
    keep_until: date | None = field(
        "Hasta cuándo se conservan sus facturas, recibos y egresos con su nombre y documento; nulo si no tiene."
    )


RecordConsentResult = Annotated[
    RecordConsentPayload | InvalidInput | NotFound | LimitReached,
    strawberry.union("RecordConsentResult", description="La persona, o por qué no se registró."),
]
ExportPersonalDataResult = Annotated[
    ExportPersonalDataPayload | NotFound | TooManyAttempts,
    strawberry.union("ExportPersonalDataResult", description="El archivo, o por qué no se entregó."),
]
EraseClientResult = Annotated[
    EraseClientPayload | InvalidInput | NotFound,
    strawberry.union("EraseClientResult", description="Lo suprimido, o por qué no se suprimió."),
]


@strawberry.type
class PersonalDataMutations:
    @strawberry.mutation(
        description=(
            "Registra lo que una persona autoriza o retira sobre sus datos, con la versión de la política y la hora. "
            "Repetir lo que ya está decidido no agrega nada."
        )
    )
    async def record_consent(
        self,
        info: Info,
        input: Annotated[RecordConsentInput, strawberry.argument(description="La decisión.")],  # noqa: A002
    ) -> RecordConsentResult:
        form = ConsentForm(
            policy_version=input.policy_version,
            decisions=tuple((decision.purpose, decision.granted) for decision in input.decisions),
            client_id=None if input.client_id is None else ClientId(named(input.client_id, "Client")),
            channel=input.channel,
        )
        client_id = await info.context.use_cases.record_consent(info.context.viewer, form)
        return RecordConsentPayload(client=await (await info.context.reread()).clients.load(client_id))

    @strawberry.mutation(
        description=(
            "Entrega todo lo que se conserva sobre una persona (Ley 1581 de 2012, arts. 8 y 14): la propia o, si la "
            "pide el personal, la de un cliente. No incluye claves, ni notas internas, ni datos de otras personas. "
            "Queda registrado."
        )
    )
    async def export_personal_data(
        self,
        info: Info,
        client_id: Annotated[strawberry.ID | None, strawberry.argument(description="De quién, para el personal.")] = (
            None
        ),
    ) -> ExportPersonalDataResult:
        whose = None if client_id is None else ClientId(named(client_id, "Client"))
        document = await info.context.use_cases.export_personal_data(info.context.viewer, client_id=whose)
        return ExportPersonalDataPayload(file=Download.of(document))

    @strawberry.mutation(
        description=(
            "Suprime los datos personales de un cliente a petición suya, salvo lo que la ley manda conservar: "
            "facturas, recibos y egresos. Para administradores. No se puede deshacer. Con dryRun solo cuenta."
        )
    )
    async def erase_client(
        self,
        info: Info,
        client_id: Annotated[strawberry.ID, strawberry.argument(description="El cliente.")],
        reason: Annotated[str, strawberry.argument(description="Por qué, de 1 a 500 caracteres.")],
        dry_run: Annotated[bool, strawberry.argument(description="Solo contar.")] = False,
    ) -> EraseClientResult:
        whose = ClientId(named(client_id, "Client"))
        erased = await info.context.use_cases.erase_client(
            info.context.viewer, client_id=whose, reason=reason, dry_run=dry_run
        )
        return EraseClientPayload(
            client=await (await info.context.reread()).clients.load(whose),
            dry_run=dry_run,
            erased=[ErasedRows(kind=kind, count=count) for kind, count in erased.rows.items()],
            keep_until=erased.keep_until,
        )
