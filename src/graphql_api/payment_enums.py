"""The enums of payments with their Spanish descriptions."""

from application.use_cases.payments.reviews import ReviewDecision
from domain.findings import FindingKind
from domain.payment_intents import DisputeStatus, PaymentIntentStatus
from domain.payments import PaymentGatewayCode, PaymentMethod, PaymentStatus, ReversalKind
from domain.refunds import RefundStatus
from graphql_api.describe import described_enum

described_enum(
    PaymentMethod,
    "Medio de pago.",
    {
        PaymentMethod.CREDIT_CARD: "Tarjeta de crédito.",
        PaymentMethod.DEBIT_CARD: "Tarjeta débito.",
        PaymentMethod.PSE: "PSE: débito desde cuenta corriente o de ahorros.",
        PaymentMethod.NEQUI: "Nequi.",
        PaymentMethod.CASH: "Efectivo.",
        PaymentMethod.BANK_TRANSFER: "Transferencia o consignación bancaria.",
        PaymentMethod.OTHER: "Otro.",
    },
)
described_enum(
    PaymentStatus,
    "Estado de un recibo.",
    {PaymentStatus.APPLIED: "Aplicado.", PaymentStatus.REVERSED: "Reversado."},
)
described_enum(
    PaymentIntentStatus,
    "Estado de un intento de pago en línea.",
    {
        PaymentIntentStatus.CREATED: "Creado; el pagador aún no va a la pasarela.",
        PaymentIntentStatus.REDIRECTED: "El pagador tiene el formulario de la pasarela.",
        PaymentIntentStatus.PENDING: "La pasarela o el banco lo están procesando.",
        PaymentIntentStatus.APPROVED: "Aprobado: el dinero se recibió.",
        PaymentIntentStatus.DECLINED: "Rechazado; se puede intentar de nuevo en la misma página.",
        PaymentIntentStatus.EXPIRED: "Vencido sin pago.",
        PaymentIntentStatus.CANCELLED: "Cancelado antes de pagar.",
        PaymentIntentStatus.REVIEW: "En revisión: una persona debe decidir.",
    },
)
described_enum(
    FindingKind,
    "Clase de hallazgo: lo que una persona debe saber o decidir sobre los pagos.",
    {
        FindingKind.REVIEW: "Un pago en revisión espera una decisión (resolvePaymentReview).",
        FindingKind.CREDITED: "Llegó dinero que ninguna factura necesitaba y quedó como saldo a favor.",
        FindingKind.DOUBLE_PAYMENT: "La persona pagó dos veces.",
        FindingKind.REPLAYED: "Un aviso anunció dinero que la pasarela no conoce.",
        FindingKind.UNKNOWN_REFERENCE: "Un aviso auténtico de una referencia que no es nuestra.",
        FindingKind.UNKNOWN_CODE: "La pasarela usó un código que no conocemos.",
        FindingKind.TO_RETURN: "Hay dinero por devolver a quien pagó.",
        FindingKind.CHARGED_BACK: "El banco devolvió el dinero al tarjetahabiente (contracargo).",
        FindingKind.DISPUTE: "El tarjetahabiente reclama el pago: hay plazo para enviar pruebas.",
        FindingKind.REFUND_DECLINED: "La pasarela rechazó una devolución.",
        FindingKind.SLOW: "Un pago lleva en proceso más de lo normal.",
        FindingKind.UNCONFIRMED: "Pagos que terminaron sin que la pasarela dijera nada de ellos.",
        FindingKind.NOT_SETTLED: "Un pago recibido no está en la liquidación de la pasarela.",
        FindingKind.SETTLED_UNKNOWN: "La liquidación trae un pago que aquí no se conoce, o no se sabe cuál es.",
        FindingKind.SETTLED_DIFFERENTLY: "La liquidación trae otro valor.",
        FindingKind.BOOKS: "Los libros no cuadran.",
        FindingKind.RETURNED_TWICE: "La pasarela devolvió dinero de un recibo que el personal ya había reversado.",
        FindingKind.REFUND_UNDECIDED: "Una devolución lleva días sin que la pasarela la decida, o no le llegó.",
    },
)
described_enum(
    DisputeStatus,
    "Si el banco del pagador reclama el dinero de un pago aprobado.",
    {
        DisputeStatus.NONE: "No hay reclamo.",
        DisputeStatus.OPEN: "El banco lo está reclamando; se puede responder con pruebas.",
        DisputeStatus.WON: "Se resolvió a favor de la inmobiliaria.",
        DisputeStatus.LOST: "El banco devolvió el dinero al pagador.",
        DisputeStatus.DISMISSED: "El personal lo descartó: no había tal reclamo (dismissDispute).",
    },
)
described_enum(
    ReviewDecision,
    "Qué se decide de un pago en revisión.",
    {
        ReviewDecision.APPROVE: "Recibir el dinero: se expide el recibo, y lo que no quepa queda como saldo a favor.",
        ReviewDecision.CANCEL: "No recibirlo: lo que haya llegado se le debe devolver al pagador.",
    },
)
described_enum(
    RefundStatus,
    "Estado de una solicitud de reembolso.",
    {
        RefundStatus.REQUESTED: "Pedida; la pasarela todavía no decide, o no se sabe si la recibió.",
        RefundStatus.APPROVED: "Aprobada: la pasarela devolvió el dinero.",
        RefundStatus.DECLINED: "Rechazada por la pasarela; se puede pedir de nuevo.",
        RefundStatus.RELEASED: "Liberada: nunca llegó a la pasarela (releaseRefund); se puede pedir de nuevo.",
    },
)
described_enum(
    ReversalKind,
    "Por qué se devolvió dinero de un recibo.",
    {
        ReversalKind.OFFICE: "Lo reversó el personal.",
        ReversalKind.REFUND: "Se reembolsó por la pasarela.",
        ReversalKind.CHARGEBACK: "El banco del pagador lo reclamó (contracargo).",
        ReversalKind.REVIEW: "La pasarela se contradijo y el personal decidió no recibirlo.",
    },
)
described_enum(
    PaymentGatewayCode,
    "Pasarela de pagos en línea.",
    {
        PaymentGatewayCode.PAYU: "PayU Latam.",
        PaymentGatewayCode.ENLINEA: "EnLineaPagos.",
    },
)
