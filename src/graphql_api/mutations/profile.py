"""One's own profile and password."""

from typing import Annotated, Any

import strawberry

from application.use_cases.profile import UNCHANGED
from graphql_api.context import Info
from graphql_api.describe import field
from graphql_api.refusals import InvalidCredentials, InvalidInput, TooManyAttempts
from graphql_api.types.accounts import Account


@strawberry.input(
    description=(
        "Lo ausente no cambia; nulo borra (el correo no se borra). Cambiar el correo exige la contraseña actual."
    )
)
class UpdateProfileInput:
    phone: str | None = field("Teléfono.", default=strawberry.UNSET)
    email: str | None = field(
        "Correo nuevo; cambia cuando se confirma con el enlace que llega a él.", default=strawberry.UNSET
    )
    address: str | None = field("Dirección de correspondencia.", default=strawberry.UNSET)
    city: str | None = field("Ciudad.", default=strawberry.UNSET)
    current_password: str | None = field("Contraseña actual, para cambiar el correo.", default=strawberry.UNSET)


@strawberry.type(description="El perfil como quedó.")
class UpdateProfilePayload:
    account: Account = field("La cuenta.")
    email_confirmation_sent: bool = field("Verdadero si se envió un enlace para confirmar el correo nuevo.")


@strawberry.input(description="La contraseña actual y, dos veces, la nueva.")
class ChangePasswordInput:
    current_password: str = field("La actual.")
    new_password: str = field("La nueva: al menos 12 caracteres, 15 para el personal; 128 a lo sumo.")
    password_confirmation: str = field("La nueva, otra vez.")


@strawberry.type(description="Cambiar la contraseña cierra las demás sesiones.")
class ChangePasswordPayload:
    closed_sessions: int = field("Cuántas se cerraron.")


UpdateProfileResult = Annotated[
    UpdateProfilePayload | InvalidInput | InvalidCredentials | TooManyAttempts,
    strawberry.union("UpdateProfileResult", description="El perfil, o por qué no cambió."),
]
ChangePasswordResult = Annotated[
    ChangePasswordPayload | InvalidInput | InvalidCredentials | TooManyAttempts,
    strawberry.union("ChangePasswordResult", description="Sesiones cerradas, o por qué no cambió la contraseña."),
]


def _change(value: Any) -> Any:
    return UNCHANGED if value is strawberry.UNSET else value


@strawberry.type
class ProfileMutations:
    @strawberry.mutation(description="Cambia los datos de contacto propios; el correo, cuando se confirma el nuevo.")
    async def update_profile(
        self,
        info: Info,
        input: Annotated[UpdateProfileInput, strawberry.argument(description="Qué cambia.")],  # noqa: A002
    ) -> UpdateProfileResult:
        changed = await info.context.use_cases.update_profile(
            info.context.viewer,
            phone=_change(input.phone),
            address=_change(input.address),
            city=_change(input.city),
            email=_change(input.email),
            current_password=_change(input.current_password),
        )
        loaders = await info.context.reread()
        return UpdateProfilePayload(
            account=await loaders.accounts.load(changed.account.id), email_confirmation_sent=changed.confirmation_sent
        )

    @strawberry.mutation(description="Cambia la contraseña propia.")
    async def change_password(
        self,
        info: Info,
        input: Annotated[ChangePasswordInput, strawberry.argument(description="Actual y nueva.")],  # noqa: A002
    ) -> ChangePasswordResult:
        closed = await info.context.use_cases.change_password(
            info.context.viewer,
            current_password=input.current_password,
            new_password=input.new_password,
            password_confirmation=input.password_confirmation,
        )
        return ChangePasswordPayload(closed_sessions=closed)
