"""States, methods and codes: the few words of EnLinea that are known, and stand-ins where none is."""

from dataclasses import dataclass
from enum import StrEnum


class State(StrEnum):
    """State of one transaction. EnLinea has no word for EXPIRED: it is told as a rejection."""

    APPROVED = "APPROVED"
    DECLINED = "DECLINED"
    EXPIRED = "EXPIRED"
    PENDING = "PENDING"


RETURNED = {
    State.APPROVED: "APROBADA",
    State.DECLINED: "RECHAZADA",
    State.EXPIRED: "RECHAZADA",
    State.PENDING: "PENDIENTE",
}
"""`respuesta` of the return."""

PSE_ANSWER = {
    State.APPROVED: ("OK", "1"),
    State.DECLINED: ("NOT_AUTHORIZED", "1000"),
    State.EXPIRED: ("NOT_AUTHORIZED", "1000"),
    State.PENDING: ("PENDING", "999"),
}
"""`respuesta` and `int_estado_pago` of Confirma_Respuesta_Pago; the numbers are those of a similar gateway."""

CARD_ANSWER = {
    State.APPROVED: "aprobada",
    State.DECLINED: "rechazada",
    State.EXPIRED: "rechazada",
    State.PENDING: "pendiente",
}
"""`respuesta` of Confirmar_Transaccion."""

REST_ANSWER = {
    State.APPROVED: "Aprobada",
    State.DECLINED: "Rechazada",
    State.EXPIRED: "Rechazada",
    State.PENDING: "Pendiente",
}
"""`response` of the REST dialect's notification; everything but the first two means pending there."""


@dataclass(frozen=True, slots=True)
class Method:
    """A way to pay. name: `metodousado`; group: the panel of the page; service: who knows of it when asked."""

    name: str
    title: str
    hint: str
    group: str
    service: str


METHODS = {
    method.name: method
    for method in (
        Method("PSE", "PSE", "Débito desde cuenta corriente o de ahorros", "pse", "pse"),
        Method("TC", "Tarjeta de crédito o débito", "Visa, Mastercard, American Express, Diners", "tarjeta", "card"),
        Method("NEQUI", "Nequi", "Apruebe el pago en la aplicación", "nequi", "pse"),
        Method("EFECTIVO", "Efectivo", "Genere un recibo y pague en un punto autorizado", "efectivo", "pse"),
    )
}

PENDING = {"pse": "PSE", "bank": "PSE", "nequi": "NEQUI", "cash": "EFECTIVO", "review": "TC"}
"""Why a script may leave a payment pending, and the method it is then paid with."""

DECLINE_CODES = {
    "ENTITY_DECLINED": ("05", "La entidad financiera rechazó el pago"),
    "INSUFFICIENT_FUNDS": ("51", "Fondos insuficientes"),
    "INVALID_CARD": ("14", "Tarjeta inválida"),
    "EXPIRED_CARD": ("54", "Tarjeta vencida"),
    "CONTACT_THE_ENTITY": ("01", "Comuníquese con su entidad"),
    "EXCEEDED_AMOUNT": ("61", "El valor supera el tope de la entidad"),
    "ANTIFRAUD_REJECTED": ("59", "Rechazada por sospecha de fraude"),
    "ABANDONED_TRANSACTION": ("19", "El pagador abandonó la transacción"),
}
"""Why a payment was declined, under the names that scripts use for every gateway: `codigoderespuesta` and text."""

APPROVED_CODE = "APPROVED"
EXPIRED_CODE = "EXPIRED"

_CODES = {APPROVED_CODE: ("00", "Transacción aprobada"), EXPIRED_CODE: ("68", "Transacción expirada"), **DECLINE_CODES}


def code_number(code: str) -> str:
    """`codigoderespuesta`; empty while pending."""
    return _CODES.get(code, ("", ""))[0]


def code_text(code: str) -> str:
    """What is told of a code, in Spanish; empty while pending."""
    return _CODES.get(code, ("", ""))[1]
