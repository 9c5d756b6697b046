"""Payouts to owners."""

from datetime import date

import strawberry

from application.use_cases.documents import DocumentKind
from domain.ids import PayoutId
from domain.payments import PaymentMethod
from domain.payouts import Payout as PayoutEntity
from domain.payouts import PayoutLine as LineEntity
from domain.payouts import PayoutLineKind
from domain.periods import BillingPeriod
from graphql_api.context import Context, Info
from graphql_api.describe import field
from graphql_api.files import Download
from graphql_api.ids import global_id
from graphql_api.node import Node
from graphql_api.scalars import Money
from graphql_api.types.contracts import Contract
from graphql_api.types.invoices import Invoice
from graphql_api.types.later import ClientType

_SETTLES = {
    PayoutLineKind.RENT: "rent",
    PayoutLineKind.VAT: "rent",
    PayoutLineKind.COMMISSION: "commission",
    PayoutLineKind.COMMISSION_VAT: "commission",
}


@strawberry.type(description="Cada renglón de la liquidación; las deducciones son negativas.")
class PayoutLine:
    kind: PayoutLineKind = field("Concepto.")
    description: str = field("Descripción.")
    amount: Money = field("Valor; negativo si es una deducción.")
    payout_id: strawberry.Private[PayoutId]

    @strawberry.field(description="Nulo si la factura no es de quien consulta (la de arrendamiento es del inquilino).")
    async def invoice(self, info: Info) -> Invoice | None:
        settled = _SETTLES.get(self.kind)
        if settled is None:
            return None
        invoices = await info.context.loaders.payout_invoices.load(self.payout_id)
        found = getattr(invoices, settled, None)
        return info.context.show(found) if found else None

    @classmethod
    def of(cls, entity: LineEntity, payout_id: PayoutId) -> "PayoutLine":
        return cls(kind=entity.kind, description=entity.description, amount=Money(entity.amount), payout_id=payout_id)


@strawberry.type(description="Pago hecho al propietario: comprobante de egreso con su liquidación.")
class Payout(Node):
    number: str = field("Número del comprobante de egreso.")
    period: BillingPeriod = field("Mes que se liquida.")
    paid_date: date = field("Fecha del pago.")
    method: PaymentMethod | None = field("Medio de pago. Nulo si el sistema administrativo no lo informa.")
    bank_reference: str | None = field("Referencia de la transferencia.")
    gross: Money = field("Lo recibido a nombre del propietario.")
    deductions: Money = field("Lo que se descuenta, como valor positivo.")
    net: Money = field("Lo que se le pagó: lo recibido menos lo descontado.")
    source: strawberry.Private[PayoutEntity]

    @strawberry.field(description="Renglones de la liquidación.")
    def lines(self) -> list[PayoutLine]:
        return [PayoutLine.of(line, self.source.id) for line in self.source.lines]

    @strawberry.field(description="Contrato de administración que se liquida.")
    def contract(self, info: Info) -> Contract | None:
        return info.context.loaders.contracts.load(self.source.contract_id)

    @strawberry.field(description="El propietario.")
    def client(self, info: Info) -> ClientType:
        return info.context.loaders.clients.load(self.source.client_id)

    @strawberry.field(description="El comprobante de egreso en PDF. Nulo, con su error, si no se pudo generar.")
    def voucher(self, info: Info) -> Download | None:
        return info.context.documents.load(DocumentKind.VOUCHER, self.source.id)

    @classmethod
    def of(cls, entity: PayoutEntity, context: Context) -> "Payout":
        return cls(
            id=global_id("Payout", entity.id),
            number=entity.number,
            period=entity.period,
            paid_date=entity.paid_on,
            method=entity.method,
            bank_reference=entity.bank_reference,
            gross=Money(entity.gross),
            deductions=Money(entity.deductions),
            net=Money(entity.net),
            source=entity,
        )
