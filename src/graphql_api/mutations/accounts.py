"""Accounts, as the staff gives them, takes them away and gives them back. Nobody types another's password."""

from typing import Annotated

import strawberry

from domain.accounts import AccountRole
from domain.ids import AccountId, ClientId
from graphql_api.context import Info
from graphql_api.describe import field
from graphql_api.ids import key_of
from graphql_api.refusals import InvalidInput, InvalidTransition, LimitReached, NotFound
from graphql_api.types.accounts import Account
from graphql_api.types.lists import NOBODY


@strawberry.input(
    description="Sin correo, el del cliente; sin usuario, su número de documento. Repetirla reenvía el enlace."
)
class InviteClientInput:
    client_id: strawberry.ID = field("El cliente.")
    email: str | None = field("Correo con el que entrará; queda también como el del cliente.", default=None)
    username: str | None = field("Usuario: de 3 a 60 letras, números o . + - _.", default=None)


@strawberry.input(
    description="Repetirla para quien aún no ha entrado reenvía el enlace, con el correo y papel de ahora."
)
class InviteStaffInput:
    username: str = field("Usuario: de 3 a 60 letras, números o . + - _.")
    email: str = field("Correo de trabajo, al que se envía el enlace.")
    role: AccountRole = field("STAFF o ADMIN.")


@strawberry.type(description="La cuenta como quedó.")
class AccountPayload:
    account: Account = field("La cuenta.")


AccountResult = Annotated[
    AccountPayload | InvalidInput | NotFound | InvalidTransition | LimitReached,
    strawberry.union("AccountResult", description="La cuenta, o por qué no se hizo."),
]
AccountKey = Annotated[strawberry.ID, strawberry.argument(description="La cuenta.")]


async def _payload(info: Info, account_id: AccountId) -> AccountPayload:
    loaders = await info.context.reread()
    return AccountPayload(account=await loaders.accounts.load(account_id))


@strawberry.type
class AccountMutations:
    @strawberry.mutation(
        description=(
            "Crea la cuenta del cliente y le envía el enlace de activación, que sirve siete días; el personal nunca ve "
            "ni escribe contraseñas. Repetirla reenvía el enlace, cinco veces por día a lo sumo."
        )
    )
    async def invite_client(
        self,
        info: Info,
        input: Annotated[InviteClientInput, strawberry.argument(description="A quién y cómo.")],  # noqa: A002
    ) -> AccountResult:
        account = await info.context.use_cases.invite_client(
            info.context.viewer,
            client_id=ClientId(key_of(input.client_id, "Client") or NOBODY),
            email=input.email,
            username=input.username,
        )
        return await _payload(info, account.id)

    @strawberry.mutation(
        description=(
            "Crea la cuenta de una persona del equipo y le envía el enlace de activación, que sirve siete días. Solo "
            "para administradores."
        )
    )
    async def invite_staff(
        self,
        info: Info,
        input: Annotated[InviteStaffInput, strawberry.argument(description="A quién y cómo.")],  # noqa: A002
    ) -> AccountResult:
        account = await info.context.use_cases.invite_staff(
            info.context.viewer, username=input.username, email=input.email, role=input.role
        )
        return await _payload(info, account.id)

    @strawberry.mutation(
        description=(
            "Impide que una cuenta entre: sus sesiones terminan ya y sus enlaces dejan de servir. Las cuentas "
            "del personal, solo los administradores; nunca la propia ni la del único administrador."
        )
    )
    async def disable_account(self, info: Info, account_id: AccountKey) -> AccountResult:
        account = await info.context.use_cases.disable_account(
            info.context.viewer, account_id=AccountId(key_of(account_id, "Account") or NOBODY)
        )
        return await _payload(info, account.id)

    @strawberry.mutation(
        description=(
            "Deja entrar otra vez a una cuenta deshabilitada, con la contraseña que tenía; si nunca la tuvo, queda "
            "invitada y hay que reenviarle el enlace. Las cuentas del personal, solo los administradores."
        )
    )
    async def enable_account(self, info: Info, account_id: AccountKey) -> AccountResult:
        account = await info.context.use_cases.enable_account(
            info.context.viewer, account_id=AccountId(key_of(account_id, "Account") or NOBODY)
        )
        return await _payload(info, account.id)
