"""What documents and letters call the states and kinds of the business."""

from domain.invoices import InvoiceKind, InvoiceStatus
from domain.payments import PaymentMethod
from domain.pqrs import PqrsClassification, PqrsSubject

INVOICE_STATUS = {
    InvoiceStatus.ISSUED: "Facturado",
    InvoiceStatus.PARTIALLY_PAID: "Abonada",
    InvoiceStatus.PAID: "Pagada",
    InvoiceStatus.VOIDED: "Anulada",
}

INVOICE_KIND = {
    InvoiceKind.RENT: "Arrendamiento",
    InvoiceKind.COMMISSION: "Comisión de administración",
}

PAYMENT_METHOD = {
    PaymentMethod.CREDIT_CARD: "Tarjeta de crédito",
    PaymentMethod.DEBIT_CARD: "Tarjeta débito",
    PaymentMethod.PSE: "PSE",
    PaymentMethod.NEQUI: "Nequi",
    PaymentMethod.CASH: "Efectivo",
    PaymentMethod.BANK_TRANSFER: "Transferencia bancaria",
    PaymentMethod.OTHER: "Otro medio",
}

PQRS_CLASSIFICATION = {
    PqrsClassification.PETITION: "Petición",
    PqrsClassification.COMPLAINT: "Queja",
    PqrsClassification.CLAIM: "Reclamo",
    PqrsClassification.SUGGESTION: "Sugerencia",
}

PQRS_SUBJECT = {
    PqrsSubject.GENERAL_INFORMATION: "Información general",
    PqrsSubject.LEGAL: "Jurídico",
    PqrsSubject.PAYMENTS: "Pagos",
    PqrsSubject.REPAIRS: "Reparaciones",
    PqrsSubject.UTILITIES: "Servicios públicos",
    PqrsSubject.CONTRACT_TERMINATION: "Terminación de contrato",
    PqrsSubject.OTHER: "Otro",
}
