"""Setting up how the agency can be paid."""

from typing import Annotated

import strawberry

from domain.payments import PaymentGatewayCode
from graphql_api.context import Info
from graphql_api.describe import field
from graphql_api.refusals import InvalidInput
from graphql_api.types.agency import Agency


@strawberry.input(description="Las credenciales se escriben y nunca se leen.")
class CredentialInput:
    name: str = field(
        "En PayU: merchant_id, account_id, api_login, api_key, signature (md5, sha1 o sha256). En EnLineaPagos: "
        "usuario, clave, llavemd5, dialect, account_id. En ambas, test."
    )
    value: str = field("Su valor. Una llave nueva deja en uso la anterior, para lo que esté en camino.")


@strawberry.input(description="Cómo queda una pasarela.")
class ConfigureGatewayInput:
    code: PaymentGatewayCode = field("Pasarela.")
    enabled: bool = field("Si se pueden empezar pagos por ella.")
    credentials: list[CredentialInput] | None = field("Las que cambian; las demás quedan como están.", default=None)


@strawberry.type(description="La inmobiliaria.")
class AgencyPayload:
    agency: Agency = field("La inmobiliaria, como quedó.")


UpdateAgencyResult = Annotated[
    AgencyPayload | InvalidInput,
    strawberry.union("UpdateAgencyResult", description="La inmobiliaria como quedó, o qué hay que corregir."),
]


@strawberry.type
class GatewayMutations:
    @strawberry.mutation(
        description="Habilita o deshabilita una pasarela y escribe sus credenciales. Solo para administradores."
    )
    async def configure_gateway(
        self,
        info: Info,
        input: Annotated[  # noqa: A002
            ConfigureGatewayInput, strawberry.argument(description="Qué pasarela, y cómo queda.")
        ],
    ) -> UpdateAgencyResult:
        await info.context.use_cases.configure_gateway(
            info.context.viewer,
            gateway=input.code,
            enabled=input.enabled,
            credentials=[(it.name, it.value) for it in input.credentials or ()],
        )
        return AgencyPayload(agency=await (await info.context.reread()).agency.load(True))
