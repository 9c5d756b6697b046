"""Seeing what a client sees."""

from datetime import datetime
from typing import Annotated

import strawberry

from domain.ids import ClientId
from graphql_api.context import Info
from graphql_api.describe import field
from graphql_api.ids import named
from graphql_api.refusals import InvalidInput, NotFound
from graphql_api.types.clients import Client


@strawberry.input(description="A quién se quiere ver, y por qué.")
class ViewAsClientInput:
    client_id: strawberry.ID = field("El cliente.")
    reason: str = field(
        "Por qué, 200 letras a lo sumo; queda en la bitácora con su nombre. No escriba en él datos del cliente."
    )


@strawberry.type(description="Una ficha con la que se consulta lo mismo que ve el cliente, y nada más.")
class ViewAsClientPayload:
    access_token: str = field(
        "Va en la cabecera Authorization: Bearer, en lugar de la propia. Se dice una sola vez y no se renueva."
    )
    access_token_expires_at: datetime = field(
        "Hasta cuándo sirve: 15 minutos a lo sumo, y nunca después de que termine la sesión con la que se pidió."
    )
    client: Client = field("El cliente.")


ViewAsClientResult = Annotated[
    ViewAsClientPayload | InvalidInput | NotFound,
    strawberry.union("ViewAsClientResult", description="La ficha, o por qué no se dio."),
]


@strawberry.type
class ViewAsClientMutations:
    @strawberry.mutation(
        description=(
            "Ver lo que ve un cliente: da una ficha de solo consulta que responde exactamente lo que le respondería a "
            "él, documentos incluidos, salvo las sesiones de su cuenta y, si también es del personal, lo que la cuenta "
            "tiene por serlo; toda mutación con ella se rechaza con READ_ONLY. Queda en la bitácora. Para el personal."
        )
    )
    async def view_as_client(
        self,
        info: Info,
        input: Annotated[ViewAsClientInput, strawberry.argument(description="A quién, y por qué.")],  # noqa: A002
    ) -> ViewAsClientResult:
        key = ClientId(named(input.client_id, "Client"))
        seen = await info.context.use_cases.view_as_client(info.context.viewer, client_id=key, reason=input.reason)
        return ViewAsClientPayload(
            access_token=seen.access_token,
            access_token_expires_at=seen.expires_at,
            client=await (await info.context.reread()).clients.load(seen.client_id),
        )
