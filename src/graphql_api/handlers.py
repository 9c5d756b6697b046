"""The one table from what use cases refuse to what the schema says of it."""

from collections.abc import Awaitable, Callable
from typing import Any

import strawberry

from application.ports.documents import DocumentUnavailable
from domain import errors
from graphql_api import refusals
from graphql_api.context import Context
from graphql_api.field_texts import sentence, sentences
from graphql_api.http.codes import Code, RequestRefused, refusal
from graphql_api.refusals import ErrorCode
from graphql_api.scalars import Money

Answer = Any
Handle = Callable[[Any, Context, str], Answer | Awaitable[Answer]]


def _plain(kind: type[refusals.UserError], code: ErrorCode, message: str) -> Handle:
    return lambda error, context, field: kind(code=code, message=message)


def _later(kind: Any, code: ErrorCode, message: str) -> Handle:
    return lambda error, context, field: kind(
        code=code,
        message=message.format(seconds=error.retry_after_seconds),
        retry_after_seconds=error.retry_after_seconds,
    )


def _invalid_input(error: errors.InvalidInput, context: Context, field: str) -> refusals.InvalidInput:
    return refusals.InvalidInput(
        code=ErrorCode.INVALID_INPUT,
        message="Revise los datos marcados.",
        fields=[
            refusals.FieldProblem(field=problem.field, code=problem.code, message=message)
            for problem, message in zip(error.problems, sentences(error), strict=True)
        ],
    )


def _wrong_password(error: errors.InvalidCredentials, context: Context, field: str) -> refusals.InvalidCredentials:
    known = field != "login"
    return refusals.InvalidCredentials(
        code=ErrorCode.INVALID_CREDENTIALS,
        message="La contraseña actual no es correcta." if known else "El usuario o la contraseña no son correctos.",
    )


_WHAT_HELPS = {
    errors.Cure.TIME: "Demasiados intentos. Espere {seconds} segundos e intente de nuevo.",
    errors.Cure.PASSWORD: (
        "Demasiados intentos seguidos sin acertar. Por seguridad ya no se reciben más: restablezca la contraseña con "
        "el enlace que se envía a su correo."
    ),
    errors.Cure.ADMINISTRATOR: (
        "Demasiados códigos errados. Por seguridad ya no se reciben más: pida a un administrador de la inmobiliaria "
        "que restablezca el segundo factor."
    ),
}


def _too_many(error: errors.TooManyAttempts, context: Context, field: str) -> refusals.TooManyAttempts:
    return refusals.TooManyAttempts(
        code=ErrorCode.TOO_MANY_ATTEMPTS,
        message=_WHAT_HELPS[error.cure].format(seconds=error.retry_after_seconds),
        retry_after_seconds=error.retry_after_seconds,
        reset_required=error.cure is not errors.Cure.TIME,
    )


def _expired(error: errors.TokenExpired, context: Context, field: str) -> refusals.TokenExpired:
    message = (
        "La sesión terminó. Entre de nuevo." if field == "refreshSession" else "Este enlace ya no sirve. Pida otro."
    )
    return refusals.TokenExpired(code=ErrorCode.TOKEN_EXPIRED, message=message)


async def _not_payable(error: errors.InvoiceNotPayable, context: Context, field: str) -> refusals.InvoiceNotPayable:
    loaders = await context.reread()
    found = await loaders.invoices.load_many(error.invoice_ids)
    return refusals.InvoiceNotPayable(
        code=ErrorCode.INVOICE_NOT_PAYABLE,
        message="Alguna de las facturas no se puede pagar en línea: ya está pagada, está anulada o es de comisión.",
        invoices=[invoice for invoice in found if invoice is not None],
    )


async def _in_progress(error: errors.PaymentInProgress, context: Context, field: str) -> refusals.PaymentInProgress:
    intent = await (await context.reread()).intents.load(error.intent_id)
    message = f"Ya hay un pago en curso de esas facturas, con la referencia {intent.reference}."
    if intent.gateway_reference:
        message += f" Su banco lo identifica con el número {intent.gateway_reference}."
    return refusals.PaymentInProgress(
        code=ErrorCode.PAYMENT_IN_PROGRESS,
        message=f"{message} Espere su resultado antes de pagar de nuevo.",
        intent=intent,
    )


def _amount(error: errors.AmountNotAllowed, context: Context, field: str) -> refusals.AmountNotAllowed:
    act = "devolver" if field == "refundPayment" else "pagar"
    return refusals.AmountNotAllowed(
        code=ErrorCode.AMOUNT_NOT_ALLOWED,
        message=f"El valor no es uno que se pueda {act} ahora.",
        minimum=Money(error.minimum),
        maximum=Money(error.maximum),
    )


async def _gateway(error: errors.GatewayUnavailable, context: Context, field: str) -> refusals.GatewayUnavailable:
    known = await (await context.reread()).intents.load(error.intent_id) if error.intent_id else None
    return refusals.GatewayUnavailable(
        code=ErrorCode.GATEWAY_UNAVAILABLE,
        message="La pasarela de pagos no responde. Intente de nuevo en unos minutos.",
        retry_after_seconds=error.retry_after_seconds,
        last_known=known,
    )


_EACH = {
    "addPqrsMessage": "mensajes por día",
    "inviteClient": "invitaciones por día a la misma persona",
    "inviteStaff": "invitaciones por día a la misma persona",
    "refundPayment": "solicitudes de reembolso por pago",
    "reopenPqrs": "mensajes por día",
}


def _limit(error: errors.LimitReached, context: Context, field: str) -> refusals.LimitReached:
    each = _EACH.get(field, "por día")
    return refusals.LimitReached(
        code=ErrorCode.LIMIT_REACHED,
        message=f"Llegó al máximo permitido: {error.limit} {each}.",
        limit=error.limit,
    )


_NO_LONGER = {
    "addPqrsMessage": "Esta PQRS está cerrada: ya no recibe mensajes.",
    "answerPqrs": "Esta PQRS ya fue respondida.",
    "beginSecondFactor": "El segundo factor ya está activo.",
    "confirmSecondFactor": "No hay un segundo factor por confirmar: empiece con beginSecondFactor.",
    "disableSecondFactor": "El segundo factor no está activo, o su inmobiliaria lo exige.",
    "renewRecoveryCodes": "El segundo factor no está activo.",
    "resetSecondFactor": "Esa cuenta no tiene segundo factor, o es la suya: use disableSecondFactor.",
    "applyCredit": "No hay saldo a favor sin usar, o no hay deudas a las que aplicarlo.",
    "assignPqrs": "Esta PQRS está cerrada.",
    "disableAccount": "Esa cuenta ya está deshabilitada, es la suya o es la del único administrador.",
    "enableAccount": "Esa cuenta no está deshabilitada.",
    "inviteClient": "Ese cliente ya entra con su cuenta, o la tiene deshabilitada.",
    "inviteStaff": "Esa persona ya entra con su cuenta, o la tiene deshabilitada.",
    "cancelPayment": "Este pago ya no se puede cancelar.",
    "closePqrs": "Solo se puede cerrar una PQRS que esté respondida y no se haya cerrado.",
    "dismissDispute": "Este pago no tiene un reclamo abierto que se pueda descartar.",
    "extendPqrs": ("Esta PQRS ya no se puede prorrogar: fue respondida, su término venció o ya se prorrogó una vez."),
    "refundPayment": (
        "Este pago no admite un reembolso ahora: ya se devolvió, está en disputa o en revisión, o tiene otra solicitud "
        "en curso."
    ),
    "releaseRefund": (
        "No hay una devolución que se pueda liberar: la pasarela la tiene o ya la decidió, o se pidió hace menos de "
        "diez minutos."
    ),
    "reopenPqrs": (
        "Esta PQRS no se puede reabrir: todavía espera respuesta, o se cerró hace más de 30 días. Puede radicar otra."
    ),
    "resolvePaymentReview": "Este pago no tiene en revisión nada que se pueda decidir así.",
    "reversePayment": "Este recibo ya está reversado o tiene un reembolso en curso.",
    "startPqrs": "Esta PQRS no está pendiente.",
}


def _transition(error: errors.InvalidTransition, context: Context, field: str) -> refusals.InvalidTransition:
    message = _NO_LONGER.get(field, "Su estado ya no permite hacer esto.")
    return refusals.InvalidTransition(code=ErrorCode.INVALID_TRANSITION, message=message)


_INSTEAD = "Puede reversar el recibo y transferir el dinero usted, o dejarlo como saldo a favor."
_NOT_RETURNED = {
    errors.RefundObstacle.METHOD: (
        f"La pasarela solo devuelve pagos con tarjeta: PSE, efectivo y billeteras no se devuelven por ella. {_INSTEAD}"
    ),
    errors.RefundObstacle.TOO_EARLY: (
        "La pasarela admite reembolsos desde diez minutos después del pago. Intente de nuevo más tarde."
    ),
    errors.RefundObstacle.TOO_LATE: f"La pasarela admite reembolsos hasta dos años después del pago. {_INSTEAD}",
}


def _not_returned(error: errors.RefundNotPossible, context: Context, field: str) -> refusals.RefundNotPossible:
    return refusals.RefundNotPossible(code=ErrorCode.REFUND_NOT_POSSIBLE, message=_NOT_RETURNED[error.why])


def _code_wanted(error: errors.SecondFactorRequired, context: Context, field: str) -> refusals.SecondFactorRequired:
    if error.rejected:
        message = "Ese código no es correcto, ya venció o ya se usó. Escriba el que la aplicación muestra ahora."
    elif error.enrolment is not None:
        message = "Su inmobiliaria exige un segundo factor. Lea el QR con su aplicación y entre con el código."
    else:
        message = "Escriba el código de su aplicación de autenticación, o uno de recuperación."
    return refusals.SecondFactorRequired(
        code=ErrorCode.SECOND_FACTOR_REQUIRED,
        message=message,
        rejected=error.rejected,
        enrolment=refusals.SecondFactorEnrolment.of(error.enrolment) if error.enrolment else None,
    )


TABLE: dict[type[errors.DomainError], tuple[type[refusals.UserError], Handle]] = {
    errors.InvalidInput: (refusals.InvalidInput, _invalid_input),
    errors.NotFound: (refusals.NotFound, _plain(refusals.NotFound, ErrorCode.NOT_FOUND, "No lo encontramos.")),
    errors.InvalidCredentials: (refusals.InvalidCredentials, _wrong_password),
    errors.SecondFactorRequired: (refusals.SecondFactorRequired, _code_wanted),
    errors.CaptchaRejected: (
        refusals.CaptchaRejected,
        _plain(refusals.CaptchaRejected, ErrorCode.CAPTCHA_REJECTED, "Confirme de nuevo que no es un robot."),
    ),
    errors.CaptchaUnavailable: (
        refusals.CaptchaUnavailable,
        _later(
            refusals.CaptchaUnavailable,
            ErrorCode.CAPTCHA_UNAVAILABLE,
            "No pudimos comprobar que no es un robot. Intente de nuevo en {seconds} segundos.",
        ),
    ),
    errors.TooManyAttempts: (refusals.TooManyAttempts, _too_many),
    errors.TokenExpired: (
        refusals.TokenExpired,
        _expired,
    ),
    errors.PaymentsDisabled: (
        refusals.PaymentsDisabled,
        _plain(
            refusals.PaymentsDisabled,
            ErrorCode.PAYMENTS_DISABLED,
            "La inmobiliaria no recibe pagos en línea por ese medio.",
        ),
    ),
    errors.InvoiceNotPayable: (refusals.InvoiceNotPayable, _not_payable),
    errors.PaymentInProgress: (refusals.PaymentInProgress, _in_progress),
    errors.AmountNotAllowed: (refusals.AmountNotAllowed, _amount),
    errors.GatewayUnavailable: (refusals.GatewayUnavailable, _gateway),
    errors.IdempotencyConflict: (
        refusals.IdempotencyConflict,
        _plain(
            refusals.IdempotencyConflict,
            ErrorCode.IDEMPOTENCY_CONFLICT,
            "Esa clave de idempotencia ya se usó con otros datos.",
        ),
    ),
    errors.InvalidTransition: (refusals.InvalidTransition, _transition),
    errors.RefundNotPossible: (refusals.RefundNotPossible, _not_returned),
    errors.LimitReached: (refusals.LimitReached, _limit),
}
"""Refusals that are members of unions. The others, below, are errors of the whole request or of one field."""


def _handler(error_class: Any, answer_class: Any, handle: Handle) -> strawberry.ExceptionHandler[Any, Any]:
    class Handler(strawberry.ExceptionHandler[error_class, answer_class]):
        def handle(self, exception: Any, *, field: Any, info: Any) -> Any:
            return handle(exception, info.context, info.field_name)

    return Handler()


HANDLERS = [_handler(error_class, answer, handle) for error_class, (answer, handle) in TABLE.items()]


def explain(error: BaseException) -> RequestRefused | None:
    """What a client may know of an exception outside the unions; None for one that nobody foresaw."""
    match error:
        case errors.Unauthenticated():
            return refusal(Code.UNAUTHENTICATED)
        case errors.NotAllowed():
            return refusal(Code.FORBIDDEN)
        case errors.ReadOnly():
            return refusal(Code.READ_ONLY)
        case errors.AgencyNotFound():
            return refusal(Code.AGENCY_NOT_FOUND)
        case errors.TooManyAttempts():
            return refusal(Code.RATE_LIMITED, retry_after=error.retry_after_seconds)
        case errors.Busy():
            return refusal(Code.BUSY, retry_after=error.retry_after_seconds)
        case DocumentUnavailable():
            return refusal(
                Code.UNAVAILABLE,
                "El documento no se pudo generar ahora; intente de nuevo.",
                retry_after=error.retry_after_seconds,
            )
        case errors.Unavailable() | errors.CaptchaUnavailable():
            return refusal(Code.UNAVAILABLE, retry_after=error.retry_after_seconds)
        case errors.InvalidInput():
            told = "; ".join(f"{problem.field}: {sentence(problem)}" for problem in error.problems)
            return refusal(Code.BAD_USER_INPUT, told)
    return None
