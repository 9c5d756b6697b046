"""Sentences and labels that clients and staff read."""

from application.ports.reading import GatewaySetup
from application.use_cases.bulk_invitations import InvitationObstacle
from domain.gateway_reports import StatusReason
from domain.invoices import InvoiceStatus
from domain.payment_intents import PaymentIntent, PaymentIntentStatus
from domain.payments import PaymentGatewayCode, PaymentMethod
from domain.pqrs import PqrsStatus

INVOICE_STATUS = {
    InvoiceStatus.ISSUED: "Facturado",
    InvoiceStatus.PARTIALLY_PAID: "Abonada",
    InvoiceStatus.PAID: "Pagada",
    InvoiceStatus.VOIDED: "Anulada",
}

PQRS_STATUS = {
    PqrsStatus.PENDING: "pendiente",
    PqrsStatus.IN_PROGRESS: "en trámite",
    PqrsStatus.ANSWERED: "respondida",
    PqrsStatus.CLOSED: "cerrada",
}

NOT_INVITED = {
    InvitationObstacle.NO_EMAIL: "No tienen correo registrado: escríbalo en inviteClient o en la próxima importación.",
    InvitationObstacle.HAS_ACCOUNT: "Ya tienen cuenta.",
    InvitationObstacle.EMAIL_TAKEN: "Otra cuenta usa su correo: invítelos uno por uno con otro.",
    InvitationObstacle.USERNAME_TAKEN: "Otra cuenta tiene por usuario su documento: invítelos uno por uno con otro.",
}
"""Why clients were left out of an invitation of many, and what to do about it."""

PAY_WITH = {PaymentGatewayCode.PAYU: "Pagar con PayU", PaymentGatewayCode.ENLINEA: "EnLineapagos"}

METHODS_OF = {
    PaymentGatewayCode.PAYU: (
        PaymentMethod.CREDIT_CARD,
        PaymentMethod.DEBIT_CARD,
        PaymentMethod.PSE,
        PaymentMethod.NEQUI,
        PaymentMethod.CASH,
    ),
    PaymentGatewayCode.ENLINEA: (PaymentMethod.CREDIT_CARD, PaymentMethod.PSE, PaymentMethod.CASH),
}
"""What a payer can choose from on each gateway's page, in Colombia."""

INTENT_STATUS = {
    PaymentIntentStatus.CREATED: "El pago está listo para empezar.",
    PaymentIntentStatus.REDIRECTED: "Estamos esperando que termine el pago en la pasarela.",
    PaymentIntentStatus.PENDING: "El pago está en proceso. Le avisaremos cuando el banco responda; no pague de nuevo.",
    PaymentIntentStatus.APPROVED: "¡Pago exitoso!",
    PaymentIntentStatus.DECLINED: "El pago fue rechazado. Puede intentarlo de nuevo.",
    PaymentIntentStatus.EXPIRED: "El tiempo para pagar se venció. No se hizo ningún cobro.",
    PaymentIntentStatus.CANCELLED: "El pago se canceló. No se hizo ningún cobro.",
    PaymentIntentStatus.REVIEW: "Estamos revisando este pago con la pasarela. No pague de nuevo.",
}

REASON = {
    StatusReason.INSUFFICIENT_FUNDS: "El pago fue rechazado por fondos insuficientes. Puede usar otro medio.",
    StatusReason.CARD_DATA: "El pago fue rechazado: revise los datos de la tarjeta e intente de nuevo.",
    StatusReason.CONTACT_BANK: "Su banco rechazó el pago. Comuníquese con él o use otro medio.",
    StatusReason.TRY_LATER: "El pago no se pudo procesar. Intente de nuevo más tarde.",
    StatusReason.NOT_OPENED: "La pasarela no abrió el pago. No se hizo ningún cobro; intente de nuevo.",
    StatusReason.GATEWAY_ERROR: "La pasarela tuvo un error. Espere unos minutos antes de intentar de nuevo.",
    StatusReason.AWAITING_BANK: (
        "Su banco está procesando el pago. Verifique si le hicieron el débito antes de intentar de nuevo."
    ),
    StatusReason.AWAITING_CASH: "Estamos esperando su pago en efectivo en el punto que eligió.",
    StatusReason.UNDER_REVIEW: "La pasarela está revisando el pago. Puede tardar algunas horas; no pague de nuevo.",
}


UNHEARD = {
    PaymentIntentStatus.EXPIRED: (
        "El tiempo para pagar se venció y la pasarela no nos informó de un pago. "
        "Si le hicieron un cobro, comuníquese con la inmobiliaria antes de pagar de nuevo."
    ),
    PaymentIntentStatus.CANCELLED: (
        "El pago se canceló y la pasarela no nos informó de ninguno. "
        "Si le hicieron un cobro, comuníquese con la inmobiliaria antes de pagar de nuevo."
    ),
}
"""Where a gateway cannot be asked by reference: that nothing was heard of a payment does not mean there was none."""


def intent_message(intent: PaymentIntent) -> str:
    """What the confirmation page says about an attempt."""
    explained = (PaymentIntentStatus.DECLINED, PaymentIntentStatus.PENDING, PaymentIntentStatus.CANCELLED)
    if intent.status in explained and intent.status_reason in REASON:
        return REASON[intent.status_reason]
    if intent.gateway is PaymentGatewayCode.ENLINEA and intent.status in UNHEARD:
        return UNHEARD[intent.status]
    return INTENT_STATUS[intent.status]


def gateway_status(setup: GatewaySetup, *, ready: bool, certified: bool) -> str:
    """How an account at a gateway stands."""
    if not setup.enabled:
        standing = "Deshabilitada"
    elif not ready:
        standing = "De pruebas: aquí no sirve" if setup.test else "Sin credenciales"
    else:
        standing = "De pruebas" if setup.test else "Activa"
    return standing if certified else f"{standing}; pendiente de certificación"
