"""States and response codes of PayU (PayU, códigos de respuesta y variables)."""

from dataclasses import dataclass
from enum import StrEnum


class State(StrEnum):
    """State of one transaction, as the Queries API and `lapTransactionState` spell it."""

    APPROVED = "APPROVED"
    DECLINED = "DECLINED"
    ERROR = "ERROR"
    EXPIRED = "EXPIRED"
    PENDING = "PENDING"


TRANSACTION_STATE = {
    State.APPROVED: "4",
    State.DECLINED: "6",
    State.ERROR: "104",
    State.EXPIRED: "5",
    State.PENDING: "7",
}
"""`transactionState` of the response page."""

POL_STATE = {State.APPROVED: "4", State.DECLINED: "6", State.ERROR: "6", State.EXPIRED: "5"}
"""`state_pol` of the notification and `polTransactionState` of the response page; pending has several of its own."""

REQUEST_STATE = {State.APPROVED: "A", State.DECLINED: "R", State.ERROR: "R", State.EXPIRED: "R", State.PENDING: "P"}
"""`payment_request_state` of the notification."""


@dataclass(frozen=True, slots=True)
class Pending:
    """Why a transaction waits: numbers of the response page, names of the Queries API, words for the payer."""

    pol_state: str
    pol_code: str
    response_code: str
    reason: str
    text: str


PENDING = {
    "review": Pending(
        "7", "15", "PENDING_TRANSACTION_REVIEW", "PENDING_REVIEW", "La transacción está en validación de seguridad"
    ),
    "cash": Pending(
        "14", "25", "PENDING_TRANSACTION_CONFIRMATION", "AWAITING_NOTIFICATION", "El recibo de pago está generado"
    ),
    "bank": Pending(
        "15", "26", "PENDING_PAYMENT_IN_BANK", "AWAITING_NOTIFICATION", "El pago está pendiente en el banco"
    ),
    "pse": Pending(
        "12",
        "9994",
        "PENDING_TRANSACTION_CONFIRMATION",
        "AWAITING_NOTIFICATION",
        "Esperamos la confirmación de PSE",
    ),
    "nequi": Pending(
        "18", "25", "PENDING_NOTIFYING_ENTITY", "AWAITING_NOTIFICATION", "Esperamos que apruebe el pago en su Nequi"
    ),
}

APPROVED_CODE = "APPROVED"
EXPIRED_CODE = "EXPIRED_TRANSACTION"

DECLINE_CODES = {
    "ENTITY_DECLINED": ("5", "La entidad financiera rechazó el pago"),
    "INSUFFICIENT_FUNDS": ("6", "Fondos insuficientes"),
    "PAYMENT_NETWORK_REJECTED": ("4", "La red de pagos rechazó el pago"),
    "INVALID_CARD": ("7", "Tarjeta inválida"),
    "CONTACT_THE_ENTITY": ("8", "Comuníquese con su entidad"),
    "EXPIRED_CARD": ("9", "Tarjeta vencida"),
    "RESTRICTED_CARD": ("10", "Tarjeta restringida"),
    "INVALID_EXPIRATION_DATE_OR_SECURITY_CODE": ("12", "Fecha de vencimiento o código de seguridad inválidos"),
    "REPEAT_TRANSACTION": ("13", "Debe repetir la transacción"),
    "INVALID_TRANSACTION": ("14", "Transacción inválida"),
    "EXCEEDED_AMOUNT": ("17", "El valor supera el tope de la entidad"),
    "ABANDONED_TRANSACTION": ("19", "El pagador abandonó la transacción"),
    "CREDIT_CARD_NOT_AUTHORIZED_FOR_INTERNET_TRANSACTIONS": (
        "22",
        "Tarjeta sin autorización para compras por internet",
    ),
    "ANTIFRAUD_REJECTED": ("23", "Rechazada por sospecha de fraude"),
    "BANK_FRAUD_REJECTED": ("23", "El banco sospecha fraude"),
    "BANK_ACCOUNT_ACTIVATION_ERROR": ("8", "La cuenta bancaria no está activa"),
    "BANK_ACCOUNT_NOT_AUTHORIZED_FOR_AUTOMATIC_DEBIT": ("8", "La cuenta no autoriza el débito automático"),
    "INVALID_AGENCY_BANK_ACCOUNT": ("8", "La cuenta del comercio es inválida"),
    "INVALID_BANK_ACCOUNT": ("8", "La cuenta bancaria es inválida"),
    "INVALID_BANK": ("8", "El banco es inválido"),
    "NOT_ACCEPTED_TRANSACTION": ("9998", "Transacción no permitida"),
}
"""Name of the code (`response_message_pol`): its number (`response_code_pol`) and what the page tells the payer."""

ERROR_CODES = {
    "INTERNAL_PAYMENT_PROVIDER_ERROR": ("9999", "Error interno del proveedor de pagos"),
    "ENTITY_MESSAGING_ERROR": ("9997", "Error de mensajería con la entidad financiera"),
    "BANK_UNREACHABLE": ("9996", "No hubo comunicación con el banco"),
    "PAYMENT_NETWORK_NO_CONNECTION": ("9996", "No fue posible conectarse con la red de pagos"),
    "PAYMENT_NETWORK_NO_RESPONSE": ("9996", "La red de pagos no respondió"),
    "DIGITAL_CERTIFICATE_NOT_FOUND": ("9995", "Falta un certificado digital"),
}
"""Like DECLINE_CODES, for the state ERROR."""

_ALL_CODES = {
    APPROVED_CODE: ("1", "Transacción aprobada"),
    EXPIRED_CODE: ("20", "Transacción expirada"),
    **DECLINE_CODES,
    **ERROR_CODES,
}


def code_number(code: str) -> str:
    """`response_code_pol` for the name of a code; 9999 for one that PayU's table lacks."""
    return _ALL_CODES.get(code, ("9999", ""))[0]


def code_text(code: str) -> str:
    """What the payer reads about a code, in Spanish."""
    return _ALL_CODES.get(code, ("", "Transacción rechazada"))[1]
