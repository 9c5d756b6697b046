"""Entering and leaving."""

from datetime import datetime
from typing import Annotated

import strawberry

from application.access import Visitor, require_signed_in
from application.use_cases.sessions import OpenedSession
from domain.ids import SessionId
from graphql_api.context import Info
from graphql_api.describe import field
from graphql_api.ids import named
from graphql_api.refusals import (
    CaptchaRejected,
    CaptchaUnavailable,
    InvalidCredentials,
    NotFound,
    SecondFactorRequired,
    TokenExpired,
    TooManyAttempts,
)
from graphql_api.types.accounts import Account


@strawberry.input(description="Usuario o correo registrado, y contraseña; código, si lo pide.")
class LoginInput:
    login: str = field("Usuario o correo registrado.")
    password: str = field("Contraseña, tal como se escribe.")
    captcha: str | None = field("Respuesta al reto de la consulta captcha, si el proveedor no es NONE.", default=None)
    code: str | None = field(
        "Código de la aplicación de autenticación o de recuperación, si la cuenta tiene segundo factor.", default=None
    )


@strawberry.type(description="Una sesión abierta. Las fichas se dicen una sola vez.")
class SessionPayload:
    access_token: str = field("Ficha de acceso: va en la cabecera Authorization: Bearer.")
    access_token_expires_at: datetime = field("Hasta cuándo sirve la ficha de acceso.")
    refresh_token: str = field("Ficha para pedir otro par con refreshSession; sirve una vez.")
    account: Account = field("La cuenta que entró.")
    recovery_codes: list[str] | None = field(
        "Códigos de recuperación, si con este login se activó un segundo factor exigido; no se vuelven a mostrar."
    )


@strawberry.type(description="Sesiones que terminaron.")
class LogoutPayload:
    closed_sessions: int = field("Cuántas.")


LoginResult = Annotated[
    SessionPayload | InvalidCredentials | SecondFactorRequired | CaptchaRejected | CaptchaUnavailable | TooManyAttempts,
    strawberry.union("LoginResult", description="La sesión, o por qué no se abrió."),
]
RefreshSessionResult = Annotated[
    SessionPayload | TokenExpired,
    strawberry.union("RefreshSessionResult", description="El par nuevo, o que hay que entrar de nuevo."),
]
LogoutResult = Annotated[LogoutPayload, strawberry.union("LogoutResult", description="Sesiones que terminaron.")]
EndSessionResult = Annotated[
    LogoutPayload | NotFound, strawberry.union("EndSessionResult", description="Sesiones que terminaron.")
]


async def _payload(info: Info, opened: OpenedSession) -> SessionPayload:
    loaders = await info.context.reread(opened.viewer)
    return SessionPayload(
        access_token=opened.access_token,
        access_token_expires_at=opened.access_token_expires_at,
        refresh_token=opened.refresh_token,
        account=await loaders.accounts.load(opened.viewer.account_id),
        recovery_codes=list(opened.recovery_codes) or None,
    )


@strawberry.type
class AccessMutations:
    @strawberry.mutation(description="Entrar con usuario o correo registrado y contraseña.")
    async def login(
        self,
        info: Info,
        input: Annotated[LoginInput, strawberry.argument(description="Con qué entrar.")],  # noqa: A002
    ) -> LoginResult:
        context = info.context
        opened = await context.use_cases.sign_in(
            Visitor(agency_id=context.viewer.agency_id),
            login=input.login,
            password=input.password,
            captcha=input.captcha,
            code=input.code,
            ip=context.facts.ip,
            user_agent=context.facts.user_agent,
        )
        return await _payload(info, opened)

    @strawberry.mutation(
        description=(
            "Rota el par de fichas. Repetirla en los 10 segundos siguientes (respuesta perdida, dos pestañas) también "
            "sirve; después, cierra la sesión."
        )
    )
    async def refresh_session(
        self,
        info: Info,
        refresh_token: Annotated[str, strawberry.argument(description="La última ficha de renovación recibida.")],
    ) -> RefreshSessionResult:
        visitor = Visitor(agency_id=info.context.viewer.agency_id)
        return await _payload(info, await info.context.use_cases.refresh_session(visitor, refresh_token=refresh_token))

    @strawberry.mutation(description="Salir: termina esta sesión, o todas las de la cuenta.")
    async def logout(
        self,
        info: Info,
        everywhere: Annotated[bool, strawberry.argument(description="Todas las sesiones de la cuenta.")] = False,
    ) -> LogoutResult:
        closed = await info.context.use_cases.sign_out(info.context.viewer, everywhere=everywhere)
        await info.context.leave()
        return LogoutPayload(closed_sessions=closed)

    @strawberry.mutation(description="Cierra una de las sesiones propias.")
    async def end_session(
        self,
        info: Info,
        id: Annotated[strawberry.ID, strawberry.argument(description="De Account.sessions.")],  # noqa: A002
    ) -> EndSessionResult:
        viewer, session_id = info.context.viewer, SessionId(named(id, "Session"))
        closed = await info.context.use_cases.end_session(viewer, session_id=session_id)
        if require_signed_in(viewer).session_id == session_id:
            await info.context.leave()
        return LogoutPayload(closed_sessions=closed)
