"""What the record calls each act."""

from collections.abc import Mapping

from domain.audit import AuditAction

AUDIT_ACTION: Mapping[str, str] = {
    AuditAction.SIGNED_IN: "Entró",
    AuditAction.PASSWORD_CHANGED: "Cambió su contraseña",
    AuditAction.PROFILE_UPDATED: "Cambió sus datos de contacto",
    AuditAction.MAIL_PREFERENCES_CHANGED: "Cambió qué correos recibe un cliente",
    AuditAction.ACCOUNT_CREATED: "Creó una cuenta",
    AuditAction.CLIENT_INVITED: "Invitó a un cliente",
    AuditAction.CLIENTS_INVITED: "Invitó a varios clientes",
    AuditAction.STAFF_INVITED: "Invitó a una persona del equipo",
    AuditAction.ACCOUNT_ACTIVATED: "Activó su cuenta",
    AuditAction.ACCOUNT_DISABLED: "Deshabilitó una cuenta",
    AuditAction.ACCOUNT_ENABLED: "Habilitó una cuenta",
    AuditAction.PASSWORD_RESET: "Eligió otra contraseña con un enlace",
    AuditAction.EMAIL_CHANGE_ASKED: "Pidió cambiar su correo",
    AuditAction.EMAIL_CHANGED: "Confirmó su correo nuevo",
    AuditAction.SECOND_FACTOR_CHANGED: "Cambió un segundo factor",
    AuditAction.VIEWED_AS_CLIENT: "Vio lo que ve un cliente",
    AuditAction.CONSENT_RECORDED: "Registró una autorización de datos",
    AuditAction.PERSONAL_DATA_EXPORTED: "Exportó los datos de un cliente",
    AuditAction.CLIENT_ERASED: "Anonimizó a un cliente",
    AuditAction.IDENTITY_FORGOTTEN: "Borró la identidad que quedaba en los documentos contables, cumplido su plazo",
    AuditAction.AGENCY_CREATED: "Creó la inmobiliaria",
    AuditAction.AGENCY_CHANGED: "Cambió los ajustes de la inmobiliaria",
    AuditAction.GATEWAY_CONFIGURED: "Configuró una pasarela",
    AuditAction.RECORDS_IMPORTED: "Importó un archivo",
    AuditAction.JOB_RETRIED: "Repitió un trabajo fallido",
    AuditAction.PAYMENT_RECORDED: "Registró un pago de la oficina",
    AuditAction.PAYMENT_REVERSED: "Reversó un recibo",
    AuditAction.CREDIT_APPLIED: "Aplicó un saldo a favor",
    AuditAction.REFUND_REQUESTED: "Pidió una devolución a la pasarela",
    AuditAction.REFUND_RELEASED: "Liberó una devolución que no llegó a la pasarela",
    AuditAction.DISPUTE_DISMISSED: "Descartó un reclamo sobre un pago",
    AuditAction.REVIEW_RESOLVED: "Decidió un pago en revisión",
    AuditAction.PAYMENT_CANCELLED: "Canceló un pago en línea",
    AuditAction.FINDING_RESOLVED: "Cerró un hallazgo",
    AuditAction.SETTLEMENT_RECONCILED: "Concilió una liquidación",
    AuditAction.PQRS_FILED: "Radicó una PQRS en nombre de un cliente",
    AuditAction.PQRS_STARTED: "Empezó a tramitar una PQRS",
    AuditAction.PQRS_ASSIGNED: "Puso una PQRS a cargo de alguien",
    AuditAction.PQRS_ANSWERED: "Respondió una PQRS",
    AuditAction.PQRS_EXTENDED: "Prorrogó el término de una PQRS",
    AuditAction.PQRS_REPLIED: "Escribió al cliente en una PQRS",
    AuditAction.PQRS_NOTED: "Agregó una nota interna a una PQRS",
}


def audit_action(action: str) -> str:
    """The label of an act; one that no act of ours has goes by its own name."""
    return AUDIT_ACTION.get(action, action)
