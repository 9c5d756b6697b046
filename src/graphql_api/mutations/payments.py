"""Paying online."""

from typing import Annotated

import strawberry

from application.use_cases.payments.credit import CreditForm
from domain.ids import ClientId, InvoiceId
from domain.payment_intents import PaymentIntent as IntentEntity
from domain.payments import PaymentGatewayCode
from graphql_api.context import Info
from graphql_api.describe import field
from graphql_api.ids import named
from graphql_api.refusals import (
    AmountNotAllowed,
    GatewayUnavailable,
    IdempotencyConflict,
    InvalidInput,
    InvalidTransition,
    InvoiceNotPayable,
    NotFound,
    PaymentInProgress,
    PaymentsDisabled,
)
from graphql_api.scalars import Money
from graphql_api.types.clients import Client
from graphql_api.types.intents import PaymentIntent


@strawberry.input(description="Qué pagar y por dónde.")
class StartPaymentInput:
    invoice_ids: list[strawberry.ID] = field("Facturas propias por pagar.")
    gateway: PaymentGatewayCode = field("Pasarela, de Invoice.gateways.")
    return_url: str = field(
        "Página a la que vuelve el pagador, con ?reference= añadido; debe coincidir, sin su consulta, con una de la "
        "lista de la inmobiliaria."
    )
    idempotency_key: str = field("Repetir la misma clave devuelve el mismo intento.")
    amount: Money | None = field("Solo si la inmobiliaria admite abonos; por defecto, todo el saldo.", default=None)


@strawberry.type(description="El intento de pago.")
class PaymentIntentPayload:
    intent: PaymentIntent = field("El intento, con su checkout mientras se pueda pagar.")


StartPaymentResult = Annotated[
    PaymentIntentPayload
    | InvalidInput
    | NotFound
    | PaymentsDisabled
    | InvoiceNotPayable
    | PaymentInProgress
    | AmountNotAllowed
    | GatewayUnavailable
    | IdempotencyConflict,
    strawberry.union("StartPaymentResult", description="El intento, o por qué no se puede empezar."),
]
PaymentIntentResult = Annotated[
    PaymentIntentPayload | NotFound | GatewayUnavailable | InvalidTransition,
    strawberry.union("PaymentIntentResult", description="El intento como quedó, o por qué no se pudo."),
]


async def intent_payload(info: Info, intent: IntentEntity) -> PaymentIntentPayload:
    return PaymentIntentPayload(intent=await (await info.context.reread()).intents.load(intent.id))


@strawberry.input(description="Qué facturas pagar con el saldo a favor.")
class ApplyCreditInput:
    idempotency_key: str = field("Repetir la misma clave no aplica nada más.")
    client_id: strawberry.ID | None = field("De quién es el saldo. Solo para el personal.", default=None)
    invoice_ids: list[strawberry.ID] | None = field(
        "Facturas por pagar, en su orden. Por defecto, las más antiguas que no tengan un pago en curso.", default=None
    )


@strawberry.type(description="El cliente como quedó.")
class ApplyCreditPayload:
    client: Client = field("De quién era el saldo; su saldo y sus facturas, ya con lo aplicado.")


ApplyCreditResult = Annotated[
    ApplyCreditPayload
    | InvalidInput
    | NotFound
    | InvoiceNotPayable
    | PaymentInProgress
    | InvalidTransition
    | IdempotencyConflict,
    strawberry.union("ApplyCreditResult", description="El cliente como quedó, o por qué no se aplicó su saldo."),
]


@strawberry.type
class PaymentMutations:
    @strawberry.mutation(description="Empieza el pago en línea de una o varias facturas propias.")
    async def start_payment(
        self,
        info: Info,
        input: Annotated[StartPaymentInput, strawberry.argument(description="Qué pagar y por dónde.")],  # noqa: A002
    ) -> StartPaymentResult:
        intent = await info.context.use_cases.start_payment(
            info.context.viewer,
            invoice_ids=[InvoiceId(named(text, "Invoice")) for text in input.invoice_ids],
            gateway=input.gateway,
            return_url=input.return_url,
            idempotency_key=input.idempotency_key,
            amount=input.amount,
        )
        return await intent_payload(info, intent)

    @strawberry.mutation(description="Pregunta a la pasarela ahora mismo; para la página de retorno.")
    async def refresh_payment(
        self,
        info: Info,
        reference: Annotated[str, strawberry.argument(description="La referencia del intento.")],
    ) -> PaymentIntentResult:
        return await intent_payload(
            info, await info.context.use_cases.refresh_payment(info.context.viewer, reference=reference)
        )

    @strawberry.mutation(
        description=(
            "Cierra un intento que nadie ha pagado y libera sus facturas; antes le pregunta a la pasarela. Lo que está "
            "en proceso o pagado no se cancela."
        )
    )
    async def cancel_payment(
        self,
        info: Info,
        reference: Annotated[str, strawberry.argument(description="La referencia del intento.")],
    ) -> PaymentIntentResult:
        return await intent_payload(
            info, await info.context.use_cases.cancel_payment(info.context.viewer, reference=reference)
        )

    @strawberry.mutation(description="Paga facturas de arrendamiento con saldo a favor, hasta donde alcance.")
    async def apply_credit(
        self,
        info: Info,
        input: Annotated[ApplyCreditInput, strawberry.argument(description="Qué facturas pagar.")],  # noqa: A002
    ) -> ApplyCreditResult:
        whose = input.client_id
        form = CreditForm(
            idempotency_key=input.idempotency_key,
            client_id=None if whose is None else ClientId(named(whose, "Client")),
            invoice_ids=tuple(InvoiceId(named(text, "Invoice")) for text in input.invoice_ids or ()),
        )
        client_id = await info.context.use_cases.apply_credit(info.context.viewer, form)
        return ApplyCreditPayload(client=await (await info.context.reread()).clients.load(client_id))
