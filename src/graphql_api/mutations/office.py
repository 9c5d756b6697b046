"""What the staff do about money: receive it, take it back, return it, decide about it."""

from datetime import datetime
from typing import Annotated

import strawberry

from application.use_cases.payments.office import OfficePayment
from application.use_cases.payments.refunds import RefundForm
from application.use_cases.payments.reviews import ReviewDecision
from domain.ids import ClientId, InvoiceId, PaymentId
from domain.payment_intents import PaymentIntent as IntentEntity
from domain.payments import Payment as PaymentEntity
from domain.payments import PaymentMethod
from domain.refunds import Refund as RefundEntity
from graphql_api.context import Info
from graphql_api.describe import field
from graphql_api.ids import named
from graphql_api.mutations.payments import PaymentIntentPayload, PaymentIntentResult, intent_payload
from graphql_api.refusals import (
    AmountNotAllowed,
    GatewayUnavailable,
    IdempotencyConflict,
    InvalidInput,
    InvalidTransition,
    LimitReached,
    NotFound,
    RefundNotPossible,
)
from graphql_api.scalars import Money
from graphql_api.types.intents import PaymentIntent, Refund
from graphql_api.types.payments import Payment


@strawberry.input(description="Un pago recibido en la oficina.")
class RecordPaymentInput:
    client_id: strawberry.ID = field("Quién pagó.")
    amount: Money = field("Cuánto.")
    method: PaymentMethod = field("Cómo.")
    idempotency_key: str = field("Repetir la misma clave devuelve el mismo recibo.")
    paid_at: datetime | None = field("Cuándo se recibió; por defecto, ahora.", default=None)
    bank_reference: str | None = field("Referencia del banco, si fue una consignación o transferencia.", default=None)
    invoice_ids: list[strawberry.ID] | None = field(
        "Facturas que paga, en su orden. Por defecto, a las facturas más antiguas; lo que sobre queda como saldo a "
        "favor.",
        default=None,
    )


@strawberry.input(description="Qué devolver por la pasarela.")
class RefundPaymentInput:
    payment_id: strawberry.ID = field("El recibo del pago que se devuelve.")
    reason: str = field("Por qué, de 1 a 500 caracteres; lo ve la pasarela.")
    idempotency_key: str = field("Repetir la misma clave devuelve la misma solicitud; si no llegó, la envía de nuevo.")
    amount: Money | None = field("Cuánto, desde 100 pesos; por defecto, todo lo que no se ha devuelto.", default=None)


@strawberry.type(description="El recibo.")
class PaymentPayload:
    payment: Payment = field("El recibo como quedó.")


@strawberry.type(description="La solicitud de reembolso.")
class RefundPaymentPayload:
    refund: Refund = field("La solicitud como quedó; lo que decida la pasarela se sabe días después.")
    intent: PaymentIntent = field("El intento por el que entró el dinero.")


RecordPaymentResult = Annotated[
    PaymentPayload | InvalidInput | NotFound | InvalidTransition | IdempotencyConflict,
    strawberry.union("RecordPaymentResult", description="El recibo, o por qué no se hizo."),
]
RefundPaymentResult = Annotated[
    RefundPaymentPayload
    | InvalidInput
    | NotFound
    | RefundNotPossible
    | AmountNotAllowed
    | InvalidTransition
    | LimitReached
    | GatewayUnavailable
    | IdempotencyConflict,
    strawberry.union("RefundPaymentResult", description="La solicitud, o por qué no se hizo."),
]


ReleaseRefundResult = Annotated[
    RefundPaymentPayload | InvalidInput | NotFound | InvalidTransition | GatewayUnavailable,
    strawberry.union("ReleaseRefundResult", description="La solicitud como quedó, o por qué no se liberó."),
]


DismissDisputeResult = Annotated[
    PaymentIntentPayload | InvalidInput | NotFound | InvalidTransition | GatewayUnavailable,
    strawberry.union("DismissDisputeResult", description="El intento como quedó, o por qué no se descartó."),
]


async def _receipt(info: Info, payment: PaymentEntity) -> PaymentPayload:
    return PaymentPayload(payment=await (await info.context.reread()).payments.load(payment.id))


async def _refund(info: Info, intent: IntentEntity, refund: RefundEntity) -> RefundPaymentPayload:
    loaders = await info.context.reread()
    return RefundPaymentPayload(refund=info.context.show(refund), intent=await loaders.intents.load(intent.id))


@strawberry.type
class OfficeMutations:
    @strawberry.mutation(description="Registra un pago recibido en la oficina y expide su recibo. Para el personal.")
    async def record_payment(
        self,
        info: Info,
        input: Annotated[RecordPaymentInput, strawberry.argument(description="El pago.")],  # noqa: A002
    ) -> RecordPaymentResult:
        form = OfficePayment(
            client_id=ClientId(named(input.client_id, "Client")),
            amount=input.amount,
            method=input.method,
            idempotency_key=input.idempotency_key,
            paid_at=input.paid_at,
            bank_reference=input.bank_reference,
            invoice_ids=tuple(InvoiceId(named(text, "Invoice")) for text in input.invoice_ids or ()),
        )
        return await _receipt(info, await info.context.use_cases.record_payment(info.context.viewer, form))

    @strawberry.mutation(
        description=(
            "Reversa todo lo que quede de un recibo: sus facturas se vuelven a deber. Para el personal. El recibo no "
            "se borra ni cambia. Si entró por una pasarela, ella no se entera: es para lo que la inmobiliaria devuelve "
            "por su cuenta; para que devuelva la pasarela está refundPayment."
        )
    )
    async def reverse_payment(
        self,
        info: Info,
        id: Annotated[strawberry.ID, strawberry.argument(description="El recibo.")],  # noqa: A002
        reason: Annotated[str, strawberry.argument(description="Por qué, de 1 a 500 caracteres.")],
    ) -> RecordPaymentResult:
        payment_id = PaymentId(named(id, "Payment"))
        done = await info.context.use_cases.reverse_payment(info.context.viewer, payment_id=payment_id, reason=reason)
        return await _receipt(info, done)

    @strawberry.mutation(
        description=(
            "Pide a la pasarela que devuelva un pago con tarjeta, o una parte. Para el personal. PSE y efectivo no se "
            "devuelven por la pasarela."
        )
    )
    async def refund_payment(
        self,
        info: Info,
        input: Annotated[RefundPaymentInput, strawberry.argument(description="Qué devolver.")],  # noqa: A002
    ) -> RefundPaymentResult:
        form = RefundForm(
            payment_id=PaymentId(named(input.payment_id, "Payment")),
            reason=input.reason,
            idempotency_key=input.idempotency_key,
            amount=input.amount,
        )
        return await _refund(info, *await info.context.use_cases.refund_payment(info.context.viewer, form))

    @strawberry.mutation(
        description=(
            "Libera la devolución de un recibo que nunca llegó a la pasarela, para pedirla de nuevo o reversar el "
            "recibo. Para el personal. Antes le pregunta a la pasarela: lo que ella tiene no se libera."
        )
    )
    async def release_refund(
        self,
        info: Info,
        payment_id: Annotated[strawberry.ID, strawberry.argument(description="El recibo que se iba a devolver.")],
        note: Annotated[str, strawberry.argument(description="Por qué, de 1 a 500 caracteres.")],
    ) -> ReleaseRefundResult:
        key = PaymentId(named(payment_id, "Payment"))
        done = await info.context.use_cases.release_refund(info.context.viewer, payment_id=key, note=note)
        return await _refund(info, *done)

    @strawberry.mutation(
        description=(
            "Descarta un reclamo (controversia) que alguien avisó y que no existe en el panel de la pasarela, para que "
            "el pago se pueda devolver. Para el personal. Antes le pregunta a la pasarela; si después ella informa un "
            "contracargo, se registra."
        )
    )
    async def dismiss_dispute(
        self,
        info: Info,
        reference: Annotated[str, strawberry.argument(description="La referencia del intento.")],
        note: Annotated[str, strawberry.argument(description="Por qué, de 1 a 500 caracteres.")],
    ) -> DismissDisputeResult:
        intent = await info.context.use_cases.dismiss_dispute(info.context.viewer, reference=reference, note=note)
        return await intent_payload(info, intent)

    @strawberry.mutation(
        description=(
            "Decide sobre un pago en revisión, con una nota de 1 a 500 caracteres. Para el personal. Antes le pregunta "
            "otra vez a la pasarela; si no responde, se puede decidir sobre lo que ya había confirmado."
        )
    )
    async def resolve_payment_review(
        self,
        info: Info,
        reference: Annotated[str, strawberry.argument(description="La referencia del intento.")],
        decision: Annotated[ReviewDecision, strawberry.argument(description="Recibir el dinero o no.")],
        note: Annotated[str, strawberry.argument(description="Por qué se decide así; queda en los libros.")],
    ) -> PaymentIntentResult:
        intent = await info.context.use_cases.resolve_payment_review(
            info.context.viewer, reference=reference, decision=decision, note=note
        )
        return await intent_payload(info, intent)
