"""Choosing what to be written about."""

from typing import Annotated

import strawberry

from domain.ids import ClientId
from domain.mail import MailTopic
from graphql_api.context import Info
from graphql_api.describe import field
from graphql_api.ids import named
from graphql_api.refusals import InvalidInput
from graphql_api.types.clients import Client


@strawberry.input(description="Qué correos se quieren (verdadero) y cuáles no (falso). Lo ausente o nulo no cambia.")
class UpdateMailPreferencesInput:
    invoices: bool | None = field("Facturas emitidas.", default=None)
    payments: bool | None = field("Pagos recibidos y pagos que no se aprobaron.", default=None)
    payouts: bool | None = field("Egresos pagados al propietario.", default=None)
    pqrs: bool | None = field("Respuestas y novedades de PQRS.", default=None)
    reminders: bool | None = field("Recordatorios de facturas por vencer y vencidas.", default=None)
    client_id: strawberry.ID | None = field("Solo el personal: a nombre de quién, si lo pidió.", default=None)


@strawberry.type(description="Las preferencias como quedaron.")
class UpdateMailPreferencesPayload:
    client: Client = field("El cliente, con sus preferencias.")


UpdateMailPreferencesResult = Annotated[
    UpdateMailPreferencesPayload | InvalidInput,
    strawberry.union("UpdateMailPreferencesResult", description="El cliente, o por qué no cambiaron."),
]


@strawberry.type
class MailMutations:
    @strawberry.mutation(description="Cambia qué correos recibe un cliente: los propios o, el personal, los de otro.")
    async def update_mail_preferences(
        self,
        info: Info,
        input: Annotated[UpdateMailPreferencesInput, strawberry.argument(description="Qué cambia.")],  # noqa: A002
    ) -> UpdateMailPreferencesResult:
        chosen = {topic: getattr(input, topic.value.lower()) for topic in MailTopic}
        whose = await info.context.use_cases.update_mail_preferences(
            info.context.viewer,
            wanted={topic: yes for topic, yes in chosen.items() if yes is not None},
            client_id=ClientId(named(input.client_id, "Client")) if input.client_id is not None else None,
        )
        loaders = await info.context.reread()
        return UpdateMailPreferencesPayload(client=await loaders.clients.load(whose))
