"""Attempts to pay online."""

from datetime import datetime
from enum import Enum

import strawberry

from domain.payment_intents import Checkout as CheckoutValue
from domain.payment_intents import DisputeStatus, PaymentIntentStatus
from domain.payment_intents import GatewayAttempt as AttemptEntity
from domain.payment_intents import PaymentIntent as IntentEntity
from domain.payments import PaymentGatewayCode, PaymentMethod
from domain.refunds import Refund as RefundEntity
from domain.refunds import RefundStatus
from graphql_api.context import Context, Info
from graphql_api.describe import field
from graphql_api.ids import global_id
from graphql_api.node import Node
from graphql_api.scalars import Money
from graphql_api.texts import intent_message
from graphql_api.types.accounts import Account
from graphql_api.types.invoices import Invoice
from graphql_api.types.later import ClientType
from graphql_api.types.payments import Payment


@strawberry.enum(description="Cómo se envía al pagador a la pasarela.")
class HttpMethod(Enum):
    GET = strawberry.enum_value("GET", description="Con un enlace.")
    POST = strawberry.enum_value("POST", description="Con un formulario.")


@strawberry.type(description="Un campo oculto del formulario.")
class CheckoutField:
    name: str = field("Nombre del campo.")
    value: str = field("Valor, sin cambiarlo.")


@strawberry.type(description="A dónde enviar al pagador: con POST, un formulario con estos campos.")
class Checkout:
    url: str = field("Dirección de la pasarela.")
    method: HttpMethod = field("Cómo enviarlo.")
    fields: list[CheckoutField] = field("Campos del formulario, ya firmados; no se pueden cambiar.")

    @classmethod
    def of(cls, checkout: CheckoutValue) -> "Checkout":
        return cls(
            url=checkout.url,
            method=HttpMethod[checkout.method],
            fields=[CheckoutField(name=name, value=value) for name, value in checkout.fields],
        )


@strawberry.type(description="Un intento dentro de la página de la pasarela, tal como ella lo informó.")
class GatewayAttempt:
    reference: str = field("Identificador de la transacción en la pasarela.")
    status: PaymentIntentStatus = field("Estado que informó.")
    amount: Money = field("Valor que informó.")
    method: PaymentMethod | None = field("Medio de pago.")
    at: datetime = field("Cuándo se supo.")
    message: str | None = field("Código de respuesta de la pasarela.")

    @classmethod
    def of(cls, entity: AttemptEntity, context: Context) -> "GatewayAttempt":
        return cls(
            reference=entity.transaction_id,
            status=entity.status,
            amount=Money(entity.amount),
            method=entity.method,
            at=entity.at,
            message=entity.message,
        )


@strawberry.type(description="Una solicitud de devolver un pago por la pasarela que lo recibió.")
class Refund:
    amount: Money = field("Cuánto se pidió devolver.")
    status: RefundStatus = field("En qué va.")
    reason: str = field("Por qué se pidió.")
    charge_reference: str = field("Transacción de la pasarela que se devuelve.")
    gateway_reference: str | None = field("Identificador del reembolso en la pasarela, desde que lo informa.")
    requested_at: datetime = field("Cuándo se pidió.")
    resolved_at: datetime | None = field("Cuándo se supo el resultado.")
    note: str | None = field("Por qué se liberó, si nunca llegó a la pasarela.")
    source: strawberry.Private[RefundEntity]

    @strawberry.field(description="Quién la liberó, si nunca llegó a la pasarela.")
    def released_by(self, info: Info) -> Account | None:
        key = self.source.resolved_by
        return info.context.loaders.accounts.load(key) if key else None

    @classmethod
    def of(cls, entity: RefundEntity, context: Context) -> "Refund":
        return cls(
            amount=Money(entity.amount),
            status=entity.status,
            reason=entity.reason,
            charge_reference=entity.charge_id,
            gateway_reference=entity.gateway_id,
            requested_at=entity.requested_at,
            resolved_at=entity.resolved_at,
            note=entity.note,
            source=entity,
        )


@strawberry.type(
    description="Un intento de pago en línea: nace al pulsar «Realizar pago» y termina cuando la pasarela responde."
)
class PaymentIntent(Node):
    reference: str = field("Referencia del intento; la misma que ve la pasarela.")
    gateway: PaymentGatewayCode = field("Pasarela.")
    amount: Money = field("Valor a pagar; no cambia.")
    status: PaymentIntentStatus = field("Estado.")
    status_message: str = field("Explicación en español para la pantalla de confirmación.")
    method: PaymentMethod | None = field("Medio elegido, desde que la pasarela lo informa.")
    gateway_reference: str | None = field("Referencia del banco (en PSE, el CUS), desde que la pasarela la informa.")
    created_at: datetime = field("Cuándo se creó.")
    expires_at: datetime | None = field("Hasta cuándo espera un primer intento en la pasarela.")
    dispute: DisputeStatus = field("Si el banco del pagador reclama el dinero.")
    source: strawberry.Private[IntentEntity]

    @strawberry.field(description="Quien paga.")
    def client(self, info: Info) -> ClientType:
        return info.context.loaders.clients.load(self.source.client_id)

    @strawberry.field(description="Facturas que paga.")
    async def invoices(self, info: Info) -> list[Invoice]:
        found = await info.context.loaders.invoices.load_many([part.invoice_id for part in self.source.invoices])
        return [invoice for invoice in found if invoice is not None]

    @strawberry.field(description="Lo que la pasarela informó; solo para el personal.")
    def attempts(self, info: Info) -> list[GatewayAttempt] | None:
        if not info.context.is_staff:
            return None
        return info.context.loaders.intent_attempts.load(self.source.id)

    @strawberry.field(description="Reembolsos que se pidieron a la pasarela; solo para el personal.")
    def refunds(self, info: Info) -> list[Refund] | None:
        if not info.context.is_staff:
            return None
        return info.context.loaders.intent_refunds.load(self.source.id)

    @strawberry.field(description="Mientras se pueda pagar: CREATED o REDIRECTED sin vencer, o DECLINED; si no, nulo.")
    def checkout(self, info: Info) -> Checkout | None:
        over = self.source.is_over_untried(at=info.context.clock.now())
        if self.source.checkout is None or over or not self.source.status.can_be_paid:
            return None
        return Checkout.of(self.source.checkout)

    @strawberry.field(
        description="Recibos. Más de uno si la persona pagó dos veces; el segundo queda como saldo a favor."
    )
    def payments(self, info: Info) -> list[Payment]:
        return info.context.loaders.intent_payments.load(self.source.id)

    @classmethod
    def of(cls, entity: IntentEntity, context: Context) -> "PaymentIntent":
        return cls(
            id=global_id("PaymentIntent", entity.id),
            reference=entity.reference,
            gateway=entity.gateway,
            amount=Money(entity.amount),
            status=entity.status,
            status_message=intent_message(entity),
            method=entity.method,
            gateway_reference=entity.gateway_reference,
            created_at=entity.created_at,
            expires_at=entity.expires_at,
            dispute=entity.dispute,
            source=entity,
        )
