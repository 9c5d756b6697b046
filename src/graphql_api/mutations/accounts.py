"""Accounts, as the staff gives them, takes them away and gives them back. Nobody types another's password."""

from typing import Annotated

import strawberry

from application.use_cases.bulk_invitations import InvitationObstacle
from domain.accounts import AccountRole
from domain.clients import ClientProfile
from domain.ids import AccountId, ClientId
from graphql_api.context import Info
from graphql_api.describe import field
from graphql_api.ids import named
from graphql_api.refusals import InvalidInput, InvalidTransition, LimitReached, NotFound
from graphql_api.texts import NOT_INVITED
from graphql_api.types.accounts import Account
from graphql_api.types.later import ClientType

_FEW = 20


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


@strawberry.input(description="A qué clientes; sin decir cuáles, a todos los que tienen correo y no tienen cuenta.")
class InviteClientsInput:
    client_ids: list[strawberry.ID] | None = field("Solo a estos, mil a lo sumo.", default=None)
    profile: ClientProfile | None = field("Solo a los que tienen exactamente este perfil.", default=None)
    dry_run: bool = field("Solo contar: no se crea ni se envía nada.", default=False)


@strawberry.type(description="Clientes que no se invitaron, por una misma causa.")
class SkippedInvitations:
    reason: InvitationObstacle = field("La causa.")
    message: str = field("La causa y qué hacer, en español.")
    count: int = field("Cuántos son.")
    clients: list[ClientType] = field("Los primeros veinte, por nombre.")


@strawberry.type(description="A cuántos se invitó y a quiénes no.")
class InviteClientsPayload:
    invited: int = field("Cuentas creadas, cada una con su enlace en camino; con dryRun, las que se crearían.")
    skipped: list[SkippedInvitations] = field("Los que no, por causa.")
    remaining: int = field("Los que faltan: se invitan repitiendo la mutación.")


@strawberry.type(description="La cuenta como quedó.")
class AccountPayload:
    account: Account = field("La cuenta.")


AccountResult = Annotated[
    AccountPayload | InvalidInput | NotFound | InvalidTransition | LimitReached,
    strawberry.union("AccountResult", description="La cuenta, o por qué no se hizo."),
]
InviteClientsResult = Annotated[
    InviteClientsPayload | InvalidInput,
    strawberry.union("InviteClientsResult", description="A cuántos se invitó, o qué hay que corregir."),
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
            client_id=ClientId(named(input.client_id, "Client")),
            email=input.email,
            username=input.username,
        )
        return await _payload(info, account.id)

    @strawberry.mutation(
        description=(
            "Invita de una vez a los clientes que tienen correo y no tienen cuenta, 5.000 por llamada a lo sumo; "
            "repetirla no invita dos veces a nadie."
        )
    )
    async def invite_clients(
        self,
        info: Info,
        input: Annotated[InviteClientsInput, strawberry.argument(description="A quiénes.")],  # noqa: A002
    ) -> InviteClientsResult:
        ids = input.client_ids
        done = await info.context.use_cases.invite_clients(
            info.context.viewer,
            client_ids=None if ids is None else [ClientId(named(it, "Client")) for it in ids],
            profile=input.profile,
            dry_run=input.dry_run,
        )
        loaders = await info.context.reread()
        return InviteClientsPayload(
            invited=done.invited,
            skipped=[
                SkippedInvitations(
                    reason=obstacle,
                    message=NOT_INVITED[obstacle],
                    count=len(skipped),
                    clients=await loaders.clients.load_many(skipped[:_FEW]),
                )
                for obstacle, skipped in done.skipped.items()
            ],
            remaining=done.remaining,
        )

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
            info.context.viewer, account_id=AccountId(named(account_id, "Account"))
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
            info.context.viewer, account_id=AccountId(named(account_id, "Account"))
        )
        return await _payload(info, account.id)
