"""What is done with a link from a letter, and asking for one. Nobody has to be signed in."""

from typing import Annotated

import strawberry

from application.access import Visitor
from graphql_api.context import Context, Info
from graphql_api.describe import field
from graphql_api.refusals import CaptchaRejected, CaptchaUnavailable, InvalidInput, TokenExpired, TooManyAttempts

ASKED = (
    "Si ese usuario o correo tiene una cuenta aquí, le enviamos un mensaje con un enlace para elegir la contraseña. "
    "Revise su correo, también entre los no deseados."
)
CONFIRMED = "El correo quedó confirmado. Desde ahora puede entrar con él."


@strawberry.input(description="De quién es la contraseña que se olvidó.")
class RequestPasswordResetInput:
    login: str = field("Usuario o correo registrado.")
    captcha: str | None = field("Respuesta al reto de la consulta captcha, si el proveedor no es NONE.", default=None)


@strawberry.type(description="Siempre responde lo mismo, exista o no la cuenta.")
class RequestPasswordResetPayload:
    message: str = field("Mensaje en español, listo para mostrar.")


@strawberry.input(description="El código del enlace y, dos veces, la contraseña.")
class ResetPasswordInput:
    token: str = field("El valor de token en la dirección del enlace.")
    password: str = field("La contraseña: al menos 12 caracteres, 15 para el personal; 128 a lo sumo.")
    password_confirmation: str = field("La contraseña, otra vez.")


@strawberry.type(description="No abre sesión: se entra después con la contraseña nueva.")
class ResetPasswordPayload:
    username: str = field("El usuario con el que se entra.")
    closed_sessions: int = field("Cuántas sesiones abiertas terminaron.")


@strawberry.type(description="Sin sesión: no devuelve datos de la persona.")
class ConfirmEmailPayload:
    message: str = field("Mensaje en español, listo para mostrar.")


RequestPasswordResetResult = Annotated[
    RequestPasswordResetPayload | CaptchaRejected | CaptchaUnavailable | TooManyAttempts,
    strawberry.union("RequestPasswordResetResult", description="Que se recibió la solicitud, o por qué no."),
]
ResetPasswordResult = Annotated[
    ResetPasswordPayload | InvalidInput | TokenExpired | TooManyAttempts,
    strawberry.union("ResetPasswordResult", description="Con qué usuario se entra, o por qué no cambió la contraseña."),
]
ConfirmEmailResult = Annotated[
    ConfirmEmailPayload | TokenExpired | TooManyAttempts,
    strawberry.union("ConfirmEmailResult", description="Que el correo quedó confirmado, o por qué no."),
]


def _visitor(context: Context) -> Visitor:
    """Whoever asks is nobody here, signed in or not."""
    return Visitor(agency_id=context.viewer.agency_id)


@strawberry.type
class LinkMutations:
    @strawberry.mutation(
        description=(
            "Pide un enlace para elegir otra contraseña: llega al correo registrado y sirve 30 minutos. A quien fue "
            "invitado y aún no ha entrado le llega su invitación otra vez. Responde lo mismo exista o no la cuenta."
        )
    )
    async def request_password_reset(
        self,
        info: Info,
        input: Annotated[RequestPasswordResetInput, strawberry.argument(description="De quién.")],  # noqa: A002
    ) -> RequestPasswordResetResult:
        context = info.context
        await context.use_cases.request_password_reset(
            _visitor(context), login=input.login, captcha=input.captcha, ip=context.facts.ip
        )
        return RequestPasswordResetPayload(message=ASKED)

    @strawberry.mutation(
        description=(
            "Sirve para restablecer la contraseña y para activar una cuenta invitada. El enlace sirve una vez; las "
            "sesiones de la cuenta terminan."
        )
    )
    async def reset_password(
        self,
        info: Info,
        input: Annotated[ResetPasswordInput, strawberry.argument(description="Enlace y contraseña.")],  # noqa: A002
    ) -> ResetPasswordResult:
        context = info.context
        done = await context.use_cases.reset_password(
            _visitor(context),
            token=input.token,
            password=input.password,
            password_confirmation=input.password_confirmation,
            ip=context.facts.ip,
        )
        return ResetPasswordPayload(username=done.username, closed_sessions=done.closed_sessions)

    @strawberry.mutation(description="El correo cambia solo cuando se confirma con el código enviado al correo nuevo.")
    async def confirm_email(
        self,
        info: Info,
        token: Annotated[str, strawberry.argument(description="El valor de token en la dirección del enlace.")],
    ) -> ConfirmEmailResult:
        context = info.context
        await context.use_cases.confirm_email(_visitor(context), token=token, ip=context.facts.ip)
        return ConfirmEmailPayload(message=CONFIRMED)
