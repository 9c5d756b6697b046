"""Refusals as types: what a person can understand and correct, a member of each mutation's union."""

from enum import Enum
from typing import Any

import strawberry

from domain.errors import FieldProblemCode
from domain.second_factors import Enrolment
from graphql_api.describe import field
from graphql_api.files import Download
from graphql_api.scalars import Money
from graphql_api.types.later import InvoiceType, PaymentIntentType


def _value(name: str, description: str) -> Any:
    return strawberry.enum_value(name, description=description)


@strawberry.enum(description="Por qué no se hizo lo que se pidió.")
class ErrorCode(Enum):
    INVALID_INPUT = _value("INVALID_INPUT", "El formulario tiene problemas.")
    NOT_FOUND = _value("NOT_FOUND", "No existe o no es de quien pregunta.")
    INVALID_CREDENTIALS = _value("INVALID_CREDENTIALS", "Usuario o contraseña incorrectos.")
    SECOND_FACTOR_REQUIRED = _value("SECOND_FACTOR_REQUIRED", "Falta el código del segundo factor, o no es bueno.")
    CAPTCHA_REJECTED = _value("CAPTCHA_REJECTED", "No se comprobó que no es un robot.")
    CAPTCHA_UNAVAILABLE = _value("CAPTCHA_UNAVAILABLE", "El servicio que lo comprueba no responde.")
    TOO_MANY_ATTEMPTS = _value("TOO_MANY_ATTEMPTS", "Demasiados intentos: hay que esperar.")
    TOKEN_EXPIRED = _value("TOKEN_EXPIRED", "La ficha o el enlace ya no sirve.")
    PAYMENTS_DISABLED = _value("PAYMENTS_DISABLED", "La inmobiliaria no recibe pagos por esa pasarela.")
    INVOICE_NOT_PAYABLE = _value("INVOICE_NOT_PAYABLE", "Alguna factura no se puede pagar en línea.")
    PAYMENT_IN_PROGRESS = _value("PAYMENT_IN_PROGRESS", "Ya hay un pago en curso de esas facturas.")
    AMOUNT_NOT_ALLOWED = _value("AMOUNT_NOT_ALLOWED", "El valor no está entre lo que se puede pagar.")
    GATEWAY_UNAVAILABLE = _value("GATEWAY_UNAVAILABLE", "La pasarela no responde.")
    IDEMPOTENCY_CONFLICT = _value("IDEMPOTENCY_CONFLICT", "La misma clave ya se usó con otros datos.")
    INVALID_TRANSITION = _value("INVALID_TRANSITION", "Su estado ya no lo permite.")
    REFUND_NOT_POSSIBLE = _value("REFUND_NOT_POSSIBLE", "La pasarela no devuelve ese dinero.")
    LIMIT_REACHED = _value("LIMIT_REACHED", "Se llegó al máximo permitido.")


@strawberry.interface(
    description=(
        "Una negativa que la persona puede entender y corregir. Toda mutación devuelve una unión: su resultado o una "
        "de sus negativas. Los errores de programa, de sesión y de límites van en la lista errors de GraphQL, con "
        "extensions.code: AGENCY_NOT_FOUND, UNAUTHENTICATED (ficha vencida o revocada; sin ficha, me es nulo), "
        "FORBIDDEN, RATE_LIMITED, BUSY y UNAVAILABLE (con retryAfterSeconds), TIMEOUT, BAD_USER_INPUT, "
        "QUERY_TOO_COMPLEX, PAYLOAD_TOO_LARGE, INTERNAL."
    )
)
class UserError:
    code: ErrorCode = field("Código para el programa.")
    message: str = field("Mensaje en español, listo para mostrar.")


@strawberry.type(description="Un campo que hay que corregir.")
class FieldProblem:
    code: FieldProblemCode = field("Qué tiene de malo.")
    message: str = field("Mensaje en español, listo para mostrar junto al campo.")
    field: str = field('Ruta del campo: "email", "attachments.0".')


@strawberry.type(description="Todos los problemas del formulario a la vez.")
class InvalidInput(UserError):
    fields: list[FieldProblem] = field("Los campos que hay que corregir.")


@strawberry.type(description="No existe, o no es de quien pregunta: no se distingue.")
class NotFound(UserError):
    pass


@strawberry.type(description="Usuario inexistente, contraseña errada o cuenta deshabilitada: no se distingue.")
class InvalidCredentials(UserError):
    pass


@strawberry.type(description="La respuesta del CAPTCHA falta, es falsa, ya se usó o se venció.")
class CaptchaRejected(UserError):
    pass


@strawberry.type(description="El servicio de CAPTCHA no responde; no se deja pasar a nadie mientras tanto.")
class CaptchaUnavailable(UserError):
    retry_after_seconds: int = field("Segundos que conviene esperar.")


@strawberry.type(description="Lo que una aplicación de códigos necesita. Se dice una sola vez.")
class SecondFactorEnrolment:
    secret: str = field("La clave, para escribirla a mano en la aplicación.")
    uri: str = field("La misma, como dirección otpauth://.")
    qr: Download = field("La misma, como código QR en PNG, para leerla con el teléfono.")

    @classmethod
    def of(cls, enrolment: Enrolment) -> "SecondFactorEnrolment":
        picture = Download.of_bytes("segundo-factor.png", "image/png", enrolment.picture)
        return cls(secret=enrolment.secret, uri=enrolment.address, qr=picture)


@strawberry.type(
    description=(
        "La contraseña es correcta y falta el código: repita login con code, y con otra respuesta al captcha. Solo lo "
        "sabe quien conoce la contraseña."
    )
)
class SecondFactorRequired(UserError):
    rejected: bool = field("Verdadero si vino un código y no es bueno: errado, vencido o ya usado.")
    enrolment: SecondFactorEnrolment | None = field(
        "Si la inmobiliaria lo exige al personal y la cuenta no lo tiene: con esto la aplicación da el primer código. "
        "Cada vez que se pide es otro."
    )


@strawberry.type(description="Demasiados intentos desde esta cuenta o esta dirección.")
class TooManyAttempts(UserError):
    retry_after_seconds: int = field("Segundos que hay que esperar.")
    reset_required: bool = field("Verdadero si esperar ya no sirve: hay que restablecer lo que dice el mensaje.")


@strawberry.type(description="La ficha ya no sirve: se venció, se usó o la sesión terminó.")
class TokenExpired(UserError):
    pass


@strawberry.type(description="La inmobiliaria no recibe pagos en línea por esa pasarela.")
class PaymentsDisabled(UserError):
    pass


@strawberry.type(description="Una factura no se puede pagar en línea: está pagada, anulada o es de comisión.")
class InvoiceNotPayable(UserError):
    invoices: list[InvoiceType] = field("Las facturas que lo impiden.")


@strawberry.type(description="Ya hay un intento vivo de esas facturas que no se puede reutilizar.")
class PaymentInProgress(UserError):
    intent: PaymentIntentType = field("Ese intento.")


@strawberry.type(description="El valor no está entre lo que se puede pagar ahora.")
class AmountNotAllowed(UserError):
    minimum: Money = field("Lo menos que se puede pagar.")
    maximum: Money = field("Lo más que se puede pagar.")


@strawberry.type(description="La pasarela no respondió; lo que se sabía antes sigue valiendo.")
class GatewayUnavailable(UserError):
    retry_after_seconds: int = field("Segundos que conviene esperar.")
    last_known: PaymentIntentType | None = field("El intento como se conocía.")


@strawberry.type(description="La misma clave ya se usó con otros datos.")
class IdempotencyConflict(UserError):
    pass


@strawberry.type(description="Su estado ya no permite hacer esto.")
class InvalidTransition(UserError):
    pass


@strawberry.type(
    description=(
        "La pasarela no devuelve ese dinero: solo devuelve tarjetas, entre diez minutos y dos años después del pago. "
        "Lo demás queda como saldo a favor o lo transfiere la inmobiliaria."
    )
)
class RefundNotPossible(UserError):
    pass


@strawberry.type(description="Se llegó al máximo permitido.")
class LimitReached(UserError):
    limit: int = field("El máximo.")
