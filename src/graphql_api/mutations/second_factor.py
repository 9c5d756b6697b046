"""The second factor: an application's codes besides the password."""

from typing import Annotated

import strawberry

from domain.ids import AccountId
from graphql_api.context import Info
from graphql_api.describe import field
from graphql_api.ids import named
from graphql_api.refusals import (
    InvalidCredentials,
    InvalidInput,
    InvalidTransition,
    NotFound,
    SecondFactorEnrolment,
    TooManyAttempts,
)
from graphql_api.types.accounts import Account


@strawberry.type(description="El segundo factor quedó activo, y todas las sesiones de la cuenta se cerraron.")
class ConfirmSecondFactorPayload:
    recovery_codes: list[str] = field(
        "Diez códigos de recuperación, para entrar sin el teléfono; cada uno sirve una vez y no se vuelven a mostrar."
    )
    closed_sessions: int = field("Sesiones que se cerraron, también esta: hay que entrar de nuevo, con un código.")


@strawberry.type(description="El segundo factor se quitó, y todas las sesiones de la cuenta se cerraron.")
class DisableSecondFactorPayload:
    closed_sessions: int = field("Sesiones que se cerraron, también esta.")


@strawberry.type(description="Códigos de recuperación nuevos; los anteriores ya no sirven.")
class RecoveryCodesPayload:
    recovery_codes: list[str] = field("Diez códigos; no se vuelven a mostrar.")


@strawberry.type(description="La cuenta quedó sin segundo factor, y sus sesiones se cerraron.")
class ResetSecondFactorPayload:
    account: Account = field("La cuenta.")


BeginSecondFactorResult = Annotated[
    SecondFactorEnrolment | InvalidCredentials | TooManyAttempts | InvalidTransition,
    strawberry.union("BeginSecondFactorResult", description="Lo que la aplicación necesita, o por qué no."),
]
ConfirmSecondFactorResult = Annotated[
    ConfirmSecondFactorPayload | InvalidInput | TooManyAttempts | InvalidTransition,
    strawberry.union("ConfirmSecondFactorResult", description="Los códigos de recuperación, o por qué no."),
]
DisableSecondFactorResult = Annotated[
    DisableSecondFactorPayload | InvalidInput | InvalidCredentials | TooManyAttempts | InvalidTransition,
    strawberry.union("DisableSecondFactorResult", description="Sesiones cerradas, o por qué sigue activo."),
]
RenewRecoveryCodesResult = Annotated[
    RecoveryCodesPayload | InvalidInput | InvalidCredentials | TooManyAttempts | InvalidTransition,
    strawberry.union("RenewRecoveryCodesResult", description="Los códigos nuevos, o por qué no."),
]
ResetSecondFactorResult = Annotated[
    ResetSecondFactorPayload | NotFound | InvalidTransition,
    strawberry.union("ResetSecondFactorResult", description="La cuenta, o por qué no cambió."),
]
_PASSWORD = "Contraseña actual."  # noqa: S105 (a description)
_CODE = "Código de la aplicación, o uno de recuperación."


@strawberry.type
class SecondFactorMutations:
    @strawberry.mutation(
        description=(
            "Empieza a activar el segundo factor de la cuenta propia: se lee el código QR con una aplicación (Google "
            "Authenticator, Microsoft Authenticator, Aegis u otra) y se confirma con confirmSecondFactor."
        )
    )
    async def begin_second_factor(
        self, info: Info, current_password: Annotated[str, strawberry.argument(description=_PASSWORD)]
    ) -> BeginSecondFactorResult:
        enrolment = await info.context.use_cases.begin_second_factor(
            info.context.viewer, current_password=current_password
        )
        return SecondFactorEnrolment.of(enrolment)

    @strawberry.mutation(description="Activa el segundo factor con un código de la aplicación. Cierra las sesiones.")
    async def confirm_second_factor(
        self, info: Info, code: Annotated[str, strawberry.argument(description="Código de la aplicación.")]
    ) -> ConfirmSecondFactorResult:
        done = await info.context.use_cases.confirm_second_factor(info.context.viewer, code=code)
        await info.context.leave()
        return ConfirmSecondFactorPayload(
            recovery_codes=list(done.recovery_codes), closed_sessions=done.closed_sessions
        )

    @strawberry.mutation(
        description="Quita el segundo factor propio, si la inmobiliaria no lo exige. Cierra las sesiones."
    )
    async def disable_second_factor(
        self,
        info: Info,
        current_password: Annotated[str, strawberry.argument(description=_PASSWORD)],
        code: Annotated[str, strawberry.argument(description=_CODE)],
    ) -> DisableSecondFactorResult:
        closed = await info.context.use_cases.disable_second_factor(
            info.context.viewer, current_password=current_password, code=code
        )
        await info.context.leave()
        return DisableSecondFactorPayload(closed_sessions=closed)

    @strawberry.mutation(description="Genera otros códigos de recuperación.")
    async def renew_recovery_codes(
        self,
        info: Info,
        current_password: Annotated[str, strawberry.argument(description=_PASSWORD)],
        code: Annotated[str, strawberry.argument(description=_CODE)],
    ) -> RenewRecoveryCodesResult:
        codes = await info.context.use_cases.renew_recovery_codes(
            info.context.viewer, current_password=current_password, code=code
        )
        return RecoveryCodesPayload(recovery_codes=list(codes))

    @strawberry.mutation(
        description=(
            "Quita el segundo factor de otra cuenta, de quien perdió el teléfono y los códigos de recuperación. Para "
            "administradores; la persona recibe un correo. Antes compruebe, por otro medio, que es ella quien lo pide."
        )
    )
    async def reset_second_factor(
        self, info: Info, account_id: Annotated[strawberry.ID, strawberry.argument(description="La cuenta.")]
    ) -> ResetSecondFactorResult:
        key = AccountId(named(account_id, "Account"))
        account = await info.context.use_cases.reset_second_factor(info.context.viewer, account_id=key)
        loaders = await info.context.reread()
        return ResetSecondFactorPayload(account=await loaders.accounts.load(account.id))
