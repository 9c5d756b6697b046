"""Invoices."""

from datetime import date, datetime

import strawberry

from application.use_cases.documents import DocumentKind
from domain.invoices import Invoice as InvoiceEntity
from domain.invoices import InvoiceKind, InvoiceStatus
from domain.invoices import InvoiceLine as LineEntity
from domain.periods import BillingPeriod
from graphql_api.context import Context, Info
from graphql_api.describe import field
from graphql_api.files import Download
from graphql_api.ids import global_id
from graphql_api.node import Node
from graphql_api.scalars import Money, Percentage, Quantity
from graphql_api.texts import INVOICE_STATUS
from graphql_api.types.agency import PaymentGateway
from graphql_api.types.contracts import Contract
from graphql_api.types.later import ClientType
from graphql_api.types.payments import PaymentAllocation


@strawberry.type(description="Un renglón de la factura.")
class InvoiceLine:
    description: str = field("Concepto.")
    quantity: Quantity = field("Cantidad.")
    unit_price: Money = field("Valor unitario, sin IVA.")
    vat_rate: Percentage = field("Tarifa de IVA.")
    vat: Money = field("Valor del IVA.")
    amount: Money = field("Cantidad por valor unitario, sin IVA.")

    @classmethod
    def of(cls, entity: LineEntity) -> "InvoiceLine":
        return cls(
            description=entity.description,
            quantity=Quantity(entity.quantity),
            unit_price=Money(entity.unit_price),
            vat_rate=Percentage(entity.vat_rate),
            vat=Money(entity.vat),
            amount=Money(entity.amount),
        )


@strawberry.type(
    description="Datos de la factura electrónica ante la DIAN, tal como los entrega el proveedor tecnológico."
)
class ElectronicInvoice:
    cufe: str = field("Código único de factura electrónica.")
    qr_url: str = field("Página de la DIAN que muestra la factura; es lo que dice el código QR.")
    issued_at: datetime | None = field("Cuándo se expidió. Nulo si se importó sin la hora de expedición.")


@strawberry.type(description="Factura de arrendamiento o de comisión.")
class Invoice(Node):
    number: str = field("Número de la factura.")
    kind: InvoiceKind = field("De arrendamiento o de comisión.")
    description: str = field("Qué se cobra.")
    period: BillingPeriod = field("Mes que se cobra.")
    issue_date: date = field("Fecha de emisión.")
    due_date: date = field("Fecha de vencimiento.")
    status: InvoiceStatus = field("Estado.")
    status_label: str = field("«Facturado», «Abonada», «Pagada» o «Anulada».")
    overdue: bool = field("Tiene saldo y su fecha de vencimiento es anterior a hoy.")
    subtotal: Money = field("Suma de los renglones, sin IVA.")
    vat: Money = field("IVA.")
    withholdings: Money = field("Retenciones que practica quien paga.")
    invoiced: Money = field("Valor facturado: subtotal más IVA (el total de la factura electrónica).")
    total: Money = field("A pagar: valor facturado menos retenciones.")
    paid: Money = field("Lo que ya se pagó.")
    balance: Money = field("Lo que falta por pagar, sin intereses de mora.")
    electronic: ElectronicInvoice | None = field("Factura electrónica; nulo si no la tiene.")
    source: strawberry.Private[InvoiceEntity]

    @strawberry.field(description="Renglones de la factura.")
    def lines(self) -> list[InvoiceLine]:
        return [InvoiceLine.of(line) for line in self.source.lines]

    @strawberry.field(
        description=(
            "Si hoy se puede pagar en línea: es de arrendamiento, tiene saldo, hay pasarela y no hay pago en proceso."
        )
    )
    async def payable(self, info: Info) -> bool:
        if not self.source.is_payable_online:
            return False
        return bool(await info.context.loaders.gateways_of_invoices.load(self.source.id))

    @strawberry.field(description="Con qué se puede pagar en línea hoy; vacía si no se puede.")
    def gateways(self, info: Info) -> list[PaymentGateway]:
        if not self.source.is_payable_online:
            return []
        return info.context.loaders.gateways_of_invoices.load(self.source.id)

    @strawberry.field(description="Quien la debe pagar.")
    def client(self, info: Info) -> ClientType:
        return info.context.loaders.clients.load(self.source.client_id)

    @strawberry.field(description="Contrato que se factura.")
    def contract(self, info: Info) -> Contract:
        return info.context.loaders.contracts.load(self.source.contract_id)

    @strawberry.field(description="Pagos que se le aplicaron, el más antiguo primero.")
    def payments(self, info: Info) -> list[PaymentAllocation]:
        return info.context.loaders.invoice_allocations.load(self.source.id)

    @strawberry.field(description="La factura en PDF. Nulo, con su error, si no se pudo generar.")
    def pdf(self, info: Info) -> Download | None:
        return info.context.documents.load(DocumentKind.INVOICE, self.source.id)

    @classmethod
    def of(cls, entity: InvoiceEntity, context: Context) -> "Invoice":
        return cls(
            id=global_id("Invoice", entity.id),
            number=entity.number,
            kind=entity.kind,
            description=entity.description,
            period=entity.period,
            issue_date=entity.issued_on,
            due_date=entity.due_on,
            status=entity.status,
            status_label=INVOICE_STATUS[entity.status],
            overdue=entity.is_overdue(on=context.today),
            subtotal=Money(entity.subtotal),
            vat=Money(entity.vat),
            withholdings=Money(entity.withholdings),
            invoiced=Money(entity.invoiced),
            total=Money(entity.total),
            paid=Money(entity.paid),
            balance=Money(entity.balance),
            electronic=(
                ElectronicInvoice(cufe=entity.cufe, qr_url=entity.qr_url or "", issued_at=entity.cufe_issued_at)
                if entity.cufe
                else None
            ),
            source=entity,
        )
