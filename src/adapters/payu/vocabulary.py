"""PayU's codes in our words. Source: PayU, «Response codes and variables»; unknown codes stay unknown."""

from domain.gateway_reports import ReportedState, StatusReason
from domain.payments import PaymentMethod

NOTIFIED_STATES = {
    "4": ReportedState.APPROVED,
    "5": ReportedState.EXPIRED,
    "6": ReportedState.DECLINED,
    "104": ReportedState.DECLINED,
    "7": ReportedState.PENDING,
}

QUERIED_STATES = {
    "APPROVED": ReportedState.APPROVED,
    "DECLINED": ReportedState.DECLINED,
    "ERROR": ReportedState.DECLINED,
    "EXPIRED": ReportedState.EXPIRED,
    "PENDING": ReportedState.PENDING,
    "SUBMITTED": ReportedState.PENDING,
}

CHARGES = frozenset({"AUTHORIZATION_AND_CAPTURE", "CAPTURE"})
"""Transaction types that bring money; a refund or a void is told apart from a try to pay."""

REFUNDS = frozenset({"REFUND", "PARTIAL_REFUND"})

DOCUMENT_TYPES = {"CC": "CC", "CE": "CE", "NIT": "NIT", "TI": "TI", "PAS": "PP", "PPT": "DE"}

_METHOD_TYPES = {
    "2": PaymentMethod.CREDIT_CARD,
    "4": PaymentMethod.PSE,
    "5": PaymentMethod.BANK_TRANSFER,
    "6": PaymentMethod.DEBIT_CARD,
    "7": PaymentMethod.CASH,
    "8": PaymentMethod.CASH,
    "10": PaymentMethod.CASH,
}

_METHOD_NAMES = {
    "PSE": PaymentMethod.PSE,
    "NEQUI": PaymentMethod.NEQUI,
    "VISA": PaymentMethod.CREDIT_CARD,
    "MASTERCARD": PaymentMethod.CREDIT_CARD,
    "AMEX": PaymentMethod.CREDIT_CARD,
    "DINERS": PaymentMethod.CREDIT_CARD,
    "CODENSA": PaymentMethod.CREDIT_CARD,
    "GOOGLE_PAY": PaymentMethod.CREDIT_CARD,
    "VISA_DEBIT": PaymentMethod.DEBIT_CARD,
    "MASTERCARD_DEBIT": PaymentMethod.DEBIT_CARD,
    "EFECTY": PaymentMethod.CASH,
    "OTHERS_CASH": PaymentMethod.CASH,
    "BANK_REFERENCED": PaymentMethod.CASH,
}

_REVIEW = frozenset({"PENDING_TRANSACTION_REVIEW", "PENDING_REVIEW", "15"})
_FUNDS = frozenset({"INSUFFICIENT_FUNDS", "EXCEEDED_AMOUNT", "6", "17"})
_CARD = frozenset({"INVALID_CARD", "EXPIRED_CARD", "INVALID_EXPIRATION_DATE_OR_SECURITY_CODE", "7", "9", "12"})
_BANK = frozenset(
    {
        "ENTITY_DECLINED",
        "CONTACT_THE_ENTITY",
        "RESTRICTED_CARD",
        "CREDIT_CARD_NOT_AUTHORIZED_FOR_INTERNET_TRANSACTIONS",
        "ANTIFRAUD_REJECTED",
        "BANK_FRAUD_REJECTED",
        "BANK_ACCOUNT_ACTIVATION_ERROR",
        "BANK_ACCOUNT_NOT_AUTHORIZED_FOR_AUTOMATIC_DEBIT",
        "INVALID_AGENCY_BANK_ACCOUNT",
        "INVALID_BANK_ACCOUNT",
        "INVALID_BANK",
        "5",
        "8",
        "10",
        "22",
        "23",
    }
)


def method_of(name: str, kind: str = "") -> PaymentMethod | None:
    """From the method's name, else from `payment_method_type`: PayU's numeric method ids contradict one another."""
    if not name and not kind:
        return None
    return _METHOD_NAMES.get(name.upper()) or _METHOD_TYPES.get(kind) or PaymentMethod.OTHER


def reason_of(
    state: ReportedState, code: str, pending: str = "", *, method: PaymentMethod | None, failed: bool
) -> StatusReason | None:
    """What the payer can do about it. `code` is `responseCode` or its number, `pending` is `pendingReason`; `failed`:
    PayU calls it an error."""
    match state:
        case ReportedState.DECLINED if failed:
            return StatusReason.GATEWAY_ERROR
        case ReportedState.DECLINED:
            return _declined(code)
        case ReportedState.EXPIRED:
            return StatusReason.EXPIRED_AT_GATEWAY
        case ReportedState.PENDING if {code, pending} & _REVIEW:
            return StatusReason.UNDER_REVIEW
        case ReportedState.PENDING:
            return StatusReason.AWAITING_CASH if method is PaymentMethod.CASH else StatusReason.AWAITING_BANK
        case _:
            return None


def _declined(code: str) -> StatusReason:
    if code in _FUNDS:
        return StatusReason.INSUFFICIENT_FUNDS
    if code in _CARD:
        return StatusReason.CARD_DATA
    return StatusReason.CONTACT_BANK if code in _BANK else StatusReason.TRY_LATER
