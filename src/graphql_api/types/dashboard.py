"""The main page's summary. Each part is read only when it is asked for."""

import strawberry

from application.ports.reading import OwnerSums, TenantSums
from domain.ids import ClientId
from domain.money import ZERO
from domain.periods import BillingPeriod
from graphql_api.context import Info
from graphql_api.describe import field
from graphql_api.scalars import Money
from graphql_api.types.later import InvoiceType, PaymentType, PayoutType


@strawberry.type(description="Un valor por mes.")
class MonthlyAmount:
    month: BillingPeriod = field("El mes.")
    amount: Money = field("El valor en ese mes; cero si no hubo.")


@strawberry.type(description="Resumen del inquilino.")
class TenantDashboard:
    pending_amount: Money = field("Saldo de todas sus facturas de arrendamiento, sin las anuladas.")
    pending_invoices: int = field("Cuántas facturas tienen saldo.")
    overdue_amount: Money = field("La parte vencida de ese saldo.")
    credit_balance: Money = field("Saldo a favor: dinero recibido que no se aplicó a ninguna factura.")
    client_id: strawberry.Private[ClientId]

    @strawberry.field(
        description="La factura sin pagar que vence primero de hoy en adelante; si no hay, la vencida más antigua."
    )
    def next_due_invoice(self, info: Info) -> InvoiceType | None:
        return info.context.loaders.next_due.load(self.client_id)

    @strawberry.field(description="Su último pago.")
    def last_payment(self, info: Info) -> PaymentType | None:
        return info.context.loaders.last_payments.load(self.client_id)

    @classmethod
    def of(cls, client_id: ClientId, sums: TenantSums | None) -> "TenantDashboard":
        return cls(
            pending_amount=Money(sums.pending if sums else ZERO),
            pending_invoices=sums.invoices if sums else 0,
            overdue_amount=Money(sums.overdue if sums else ZERO),
            credit_balance=Money(sums.credit if sums else ZERO),
            client_id=client_id,
        )


@strawberry.type(description="Resumen del propietario.")
class OwnerDashboard:
    rented_properties: int = field("Inmuebles suyos que hoy están arrendados.")
    pending_commission: Money = field("Comisiones facturadas que aún no se han cruzado con sus pagos.")
    income_this_year: Money = field("Lo que se le ha pagado en el año en curso, neto.")
    monthly_income: list[MonthlyAmount] = field("Los últimos doce meses, el más antiguo primero, para graficar.")
    client_id: strawberry.Private[ClientId]

    @strawberry.field(description="El último pago que se le hizo.")
    def last_payout(self, info: Info) -> PayoutType | None:
        return info.context.loaders.last_payouts.load(self.client_id)

    @classmethod
    def of(cls, client_id: ClientId, sums: OwnerSums) -> "OwnerDashboard":
        return cls(
            rented_properties=sums.rented_properties,
            pending_commission=Money(sums.pending_commission),
            income_this_year=Money(sums.this_year),
            monthly_income=[MonthlyAmount(month=month, amount=Money(amount)) for month, amount in sums.income],
            client_id=client_id,
        )


@strawberry.type(description="Resumen de la página principal. Cada parte existe solo si el perfil la tiene.")
class Dashboard:
    client_id: strawberry.Private[ClientId]

    @strawberry.field(description="Para inquilinos; nulo si no lo es.")
    async def tenant(self, info: Info) -> TenantDashboard | None:
        loaders = info.context.loaders
        profile = await loaders.profiles.load(self.client_id)
        if not profile.is_tenant:
            return None
        return TenantDashboard.of(self.client_id, await loaders.tenant_sums.load(self.client_id))

    @strawberry.field(description="Para propietarios; nulo si no lo es.")
    async def owner(self, info: Info) -> OwnerDashboard | None:
        loaders = info.context.loaders
        profile = await loaders.profiles.load(self.client_id)
        if not profile.is_owner:
            return None
        return OwnerDashboard.of(self.client_id, await loaders.owner_sums.load(self.client_id))

    @strawberry.field(description="PQRS que aún no tienen respuesta.")
    def open_pqrs(self, info: Info) -> int:
        return info.context.loaders.open_pqrs.load(self.client_id)
