"""What both sides do about PQRS that were filed."""

from collections.abc import Awaitable
from datetime import date
from typing import Annotated

import strawberry

from application.use_cases.pqrs_messages import MessageForm
from domain.ids import AccountId, PqrsId
from graphql_api.context import Info
from graphql_api.describe import field
from graphql_api.files import FileInput, sent_files
from graphql_api.ids import named
from graphql_api.mutations.pqrs import PqrsPayload
from graphql_api.refusals import IdempotencyConflict, InvalidInput, InvalidTransition, LimitReached, NotFound


@strawberry.input(description="Un mensaje en una PQRS.")
class AddPqrsMessageInput:
    pqrs_id: strawberry.ID = field("En cuál.")
    body: str = field("El texto; 10.000 caracteres a lo sumo.")
    idempotency_key: str = field("Repetir la misma clave no lo agrega otra vez.")
    attachments: list[FileInput] | None = field(
        "PDF o imágenes; 5 MB entre todos. Del cliente caben 5 en toda la PQRS, contados los de la radicación; de la "
        "inmobiliaria, 20.",
        default=None,
    )


PqrsResult = Annotated[
    PqrsPayload | InvalidInput | NotFound | InvalidTransition | LimitReached | IdempotencyConflict,
    strawberry.union("PqrsResult", description="La PQRS como quedó, o por qué no se hizo nada."),
]
Id = Annotated[strawberry.ID, strawberry.argument(description="La PQRS.")]
MessageInput = Annotated[AddPqrsMessageInput, strawberry.argument(description="El mensaje.")]


@strawberry.type
class PqrsActMutations:
    @strawberry.mutation(
        description=(
            "Escribe a la otra parte en una PQRS que no está cerrada. El cliente puede enviar 50 mensajes por día; de "
            "los de la inmobiliaria se le avisa por correo."
        )
    )
    async def add_pqrs_message(
        self,
        info: Info,
        input: MessageInput,  # noqa: A002
    ) -> PqrsResult:
        form = _form(input)
        return await _shown(info, form.pqrs_id, info.context.use_cases.add_pqrs_message(info.context.viewer, form))

    @strawberry.mutation(
        description="Nota interna: el cliente no la ve. Se admite en cualquier estado. Para el personal."
    )
    async def add_pqrs_note(
        self,
        info: Info,
        input: MessageInput,  # noqa: A002
    ) -> PqrsResult:
        form = _form(input)
        return await _shown(info, form.pqrs_id, info.context.use_cases.add_pqrs_note(info.context.viewer, form))

    @strawberry.mutation(description="El cliente cierra lo que ya fue respondido.")
    async def close_pqrs(self, info: Info, id: Id) -> PqrsResult:  # noqa: A002
        key = _key(id)
        return await _shown(info, key, info.context.use_cases.close_pqrs(info.context.viewer, key))

    @strawberry.mutation(
        description=(
            "El cliente reabre lo que ya fue respondido, o se cerró hace 30 días a lo sumo: vuelve a quedar pendiente, "
            "con un término nuevo. El motivo queda como mensaje suyo."
        )
    )
    async def reopen_pqrs(
        self,
        info: Info,
        id: Id,  # noqa: A002
        reason: Annotated[str, strawberry.argument(description="Por qué; 2.000 caracteres a lo sumo.")],
    ) -> PqrsResult:
        key = _key(id)
        return await _shown(info, key, info.context.use_cases.reopen_pqrs(info.context.viewer, key, reason=reason))

    @strawberry.mutation(
        description="Pone una PQRS que no está cerrada a cargo de alguien del equipo. Para el personal."
    )
    async def assign_pqrs(
        self,
        info: Info,
        id: Id,  # noqa: A002
        account_id: Annotated[
            strawberry.ID, strawberry.argument(description="La cuenta, activa y del personal, de quien queda a cargo.")
        ],
    ) -> PqrsResult:
        key, account = _key(id), AccountId(named(account_id, "Account"))
        return await _shown(info, key, info.context.use_cases.assign_pqrs(info.context.viewer, key, account))

    @strawberry.mutation(description="Pasa de pendiente a en trámite. Para el personal.")
    async def start_pqrs(self, info: Info, id: Id) -> PqrsResult:  # noqa: A002
        key = _key(id)
        return await _shown(info, key, info.context.use_cases.start_pqrs(info.context.viewer, key))

    @strawberry.mutation(
        description=(
            "Responde una PQRS pendiente o en trámite: la respuesta queda como mensaje de la inmobiliaria y se le "
            "avisa al cliente por correo. Para el personal."
        )
    )
    async def answer_pqrs(
        self,
        info: Info,
        id: Id,  # noqa: A002
        body: Annotated[str, strawberry.argument(description="La respuesta; 10.000 caracteres a lo sumo.")],
        close: Annotated[
            bool, strawberry.argument(description="Además, cerrarla: el cliente la puede reabrir durante 30 días.")
        ] = False,
    ) -> PqrsResult:
        key, use_case = _key(id), info.context.use_cases.answer_pqrs
        return await _shown(info, key, use_case(info.context.viewer, key, body=body, close=close))

    @strawberry.mutation(
        description=(
            "Prorroga la respuesta de una petición o sugerencia: antes de que venza el término, una sola vez y a lo "
            "sumo hasta el doble del término inicial (Ley 1755 de 2015, art. 14). Las quejas y los reclamos no admiten "
            "prórroga (Ley 1480 de 2011). El motivo y la fecha nueva se le dicen al cliente en un mensaje y por "
            "correo. Para el personal."
        )
    )
    async def extend_pqrs(
        self,
        info: Info,
        id: Id,  # noqa: A002
        reason: Annotated[str, strawberry.argument(description="Por qué; 2.000 caracteres a lo sumo.")],
        days: Annotated[
            int | None, strawberry.argument(description="Cuántos días hábiles más, o bien newDueDate.")
        ] = None,
        new_due_date: Annotated[
            date | None, strawberry.argument(description="Hasta qué día hábil, o bien days.")
        ] = None,
    ) -> PqrsResult:
        key, use_case = _key(id), info.context.use_cases.extend_pqrs
        return await _shown(
            info, key, use_case(info.context.viewer, key, reason=reason, days=days, due_on=new_due_date)
        )


def _key(text: str) -> PqrsId:
    return PqrsId(named(text, "Pqrs"))


def _form(given: AddPqrsMessageInput) -> MessageForm:
    return MessageForm(
        pqrs_id=_key(given.pqrs_id),
        body=given.body,
        idempotency_key=given.idempotency_key,
        attachments=sent_files(given.attachments),
    )


async def _shown(info: Info, key: PqrsId, act: Awaitable[None]) -> PqrsPayload:
    """The case as it is once the act is done."""
    await act
    loaders = await info.context.reread()
    return PqrsPayload(pqrs=await loaders.pqrs.load(key))
