"""Receipts and what they paid."""

from datetime import datetime

import strawberry

from application.use_cases.documents import DocumentKind
from domain.ids import ClientId, InvoiceId, PaymentId
from domain.payments import Allocation, PaymentGatewayCode, PaymentMethod, PaymentStatus, ReversalKind
from domain.payments import Payment as PaymentEntity
from domain.payments import PaymentReversal as ReversalEntity
from graphql_api.context import Context, Info
from graphql_api.describe import field
from graphql_api.files import Download
from graphql_api.ids import global_id
from graphql_api.node import Node
from graphql_api.scalars import Money
from graphql_api.types.later import ClientType, InvoiceType, PaymentType


@strawberry.type(description="La parte de un recibo que se aplicó a una factura.")
class PaymentAllocation:
    receipt_number: str = field("Número del recibo.")
    invoice_number: str = field("Número de la factura.")
    paid_at: datetime = field("Cuándo se recibió el dinero.")
    amount: Money = field("Cuánto se aplicó.")
    payment_id: strawberry.Private[PaymentId]
    invoice_id: strawberry.Private[InvoiceId]

    @strawberry.field(description="El recibo. Nulo si es de otra persona; número y fecha sí se ven.")
    def payment(self, info: Info) -> PaymentType | None:
        return info.context.loaders.payments.load(self.payment_id)

    @strawberry.field(description="La factura. Nulo si es de otra persona.")
    def invoice(self, info: Info) -> InvoiceType | None:
        return info.context.loaders.invoices.load(self.invoice_id)

    @classmethod
    def of(cls, entity: Allocation, context: Context) -> "PaymentAllocation":
        return cls(
            receipt_number=entity.receipt_number,
            invoice_number=entity.invoice_number,
            paid_at=entity.paid_at,
            amount=Money(entity.amount),
            payment_id=entity.payment_id,
            invoice_id=entity.invoice_id,
        )


@strawberry.type(description="Que se devolvió dinero de un recibo. El recibo no cambia: esto es un hecho aparte.")
class PaymentReversal:
    kind: ReversalKind = field("Por qué.")
    amount: Money = field("Cuánto.")
    at: datetime = field("Cuándo.")
    told: strawberry.Private[str]

    @strawberry.field(description="Lo que anotó quien lo hizo; solo para el personal.")
    def reason(self, info: Info) -> str | None:
        return (self.told or None) if info.context.is_staff else None

    @classmethod
    def of(cls, entity: ReversalEntity, context: Context) -> "PaymentReversal":
        return cls(kind=entity.kind, amount=Money(entity.amount), at=entity.at, told=entity.reason)


@strawberry.type(description="Dinero recibido: un recibo de caja.")
class Payment(Node):
    receipt_number: str = field("Número del recibo.")
    paid_at: datetime = field("Cuándo se recibió.")
    amount: Money = field("Cuánto se recibió.")
    method: PaymentMethod = field("Medio de pago.")
    status: PaymentStatus = field("Aplicado o reversado.")
    gateway: PaymentGatewayCode | None = field("Pasarela. Nulo si se recibió en la oficina.")
    gateway_reference: str | None = field("Referencia de la pasarela; en PSE, el CUS.")
    credited: Money = field("Parte que quedó como saldo a favor.")
    reversed: Money = field("Cuánto de este recibo se ha devuelto; todo, si está reversado.")
    credit_left: Money = field("Cuánto de lo que quedó como saldo a favor sigue sin usar.")
    verification_code: str = field("Código con el que cualquiera puede comprobar el recibo.")
    key: strawberry.Private[PaymentId]
    client_id: strawberry.Private[ClientId]

    @strawberry.field(description="A qué facturas se aplicó.")
    def allocations(self, info: Info) -> list[PaymentAllocation]:
        return info.context.loaders.payment_allocations.load(self.key)

    @strawberry.field(description="Qué se ha devuelto de este recibo, en orden.")
    def reversals(self, info: Info) -> list[PaymentReversal]:
        return info.context.loaders.payment_reversals.load(self.key)

    @strawberry.field(description="Quien pagó.")
    def client(self, info: Info) -> ClientType:
        return info.context.loaders.clients.load(self.client_id)

    @strawberry.field(
        description=(
            "El comprobante en PDF: fecha, valor y periodo pagado (Ley 820 de 2003, art. 11). "
            "Nulo, con su error, si no se pudo generar."
        )
    )
    def receipt(self, info: Info) -> Download | None:
        return info.context.documents.load(DocumentKind.RECEIPT, self.key)

    @classmethod
    def of(cls, entity: PaymentEntity, context: Context) -> "Payment":
        return cls(
            id=global_id("Payment", entity.id),
            receipt_number=entity.receipt_number,
            paid_at=entity.paid_at,
            amount=Money(entity.amount),
            method=entity.method,
            status=entity.status,
            gateway=entity.gateway,
            gateway_reference=entity.gateway_reference,
            credited=Money(entity.credited),
            reversed=Money(entity.reversed),
            credit_left=Money(entity.credit_left),
            verification_code=entity.verification_code,
            key=entity.id,
            client_id=entity.client_id,
        )


@strawberry.type(description="Lo que dice un recibo de verdad, para quien tiene una copia en la mano.")
class ReceiptVerification:
    receipt_number: str = field("Número del recibo.")
    agency_name: str = field("Inmobiliaria que lo expidió.")
    amount: Money = field("Cuánto se recibió.")
    paid_at: datetime = field("Cuándo se recibió.")
    status: PaymentStatus = field("Aplicado, o reversado: ya no tiene efecto.")

    @classmethod
    def of(cls, entity: PaymentEntity, agency_name: str) -> "ReceiptVerification":
        return cls(
            receipt_number=entity.receipt_number,
            agency_name=agency_name,
            amount=Money(entity.amount),
            paid_at=entity.paid_at,
            status=entity.status,
        )
