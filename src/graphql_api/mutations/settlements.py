"""Comparing what a gateway paid out with what was received here."""

from datetime import date
from decimal import Decimal
from typing import Annotated

import strawberry

from application.use_cases.payments.settlement_differences import Difference
from domain.findings import FindingKind
from domain.ids import PaymentId
from domain.payments import PaymentGatewayCode
from graphql_api.context import Info
from graphql_api.describe import field
from graphql_api.mutations.imports import ImportRowError
from graphql_api.refusals import InvalidInput
from graphql_api.scalars import Money
from graphql_api.types.payments import Payment


@strawberry.input(description="La liquidación de una pasarela. Las columnas están en la documentación.")
class ReconcileSettlementInput:
    gateway: PaymentGatewayCode = field("Pasarela.")
    csv: str = field("CSV con encabezados: referencia, transaccion, valor y fecha; medio, cus y recibo son opcionales.")
    from_: date = field("Primer día de los pagos que cubre.", name="from")
    to: date = field("Último día, inclusive; 366 días a lo sumo.")
    dry_run: bool = field("Solo comparar: informa lo mismo y no guarda nada.", default=False)


@strawberry.type(description="Una diferencia entre la liquidación y lo recibido aquí.")
class SettlementDifference:
    kind: FindingKind = field("NOT_SETTLED, SETTLED_UNKNOWN o SETTLED_DIFFERENTLY.")
    row: int | None = field("Fila del archivo; nula si el pago no está en él.")
    reference: str = field("Referencia del pago.")
    transaction: str = field("Transacción de la pasarela.")
    settled: Money | None = field("Valor en la liquidación.")
    received: Money | None = field("Valor recibido aquí; en SETTLED_UNKNOWN, del pago que puede ser.")
    payment_id: strawberry.Private[PaymentId | None]

    @strawberry.field(description="Recibo que falta en el archivo, o que puede ser el de la fila.")
    def payment(self, info: Info) -> Payment | None:
        return info.context.loaders.payments.load(self.payment_id) if self.payment_id else None


@strawberry.type(description="Qué resultó de comparar la liquidación con lo recibido aquí.")
class ReconcileSettlementPayload:
    rows: int = field("Filas que se leyeron bien.")
    total: Money = field("Cuánto suman.")
    matched: int = field("Filas que coinciden con un pago recibido.")
    settled: int = field("Filas de pagos que solo este archivo probó y quedaron registrados, o en revisión.")
    asked: int = field(
        "Pagos por los que se le preguntará a la pasarela: el archivo los trae y aquí no están, o coinciden solo en el "
        "valor y el día."
    )
    differences: list[SettlementDifference] = field("Lo que no coincide.")
    row_errors: list[ImportRowError] = field("Una por cada celda que impide leer su fila.")
    warnings: list[ImportRowError] = field("Columnas desconocidas.")


ReconcileSettlementResult = Annotated[
    ReconcileSettlementPayload | InvalidInput,
    strawberry.union("ReconcileSettlementResult", description="Qué resultó, o por qué no se leyó el archivo."),
]


@strawberry.type
class SettlementMutations:
    @strawberry.mutation(
        description=(
            "Compara la liquidación de una pasarela con lo recibido aquí y deja las diferencias en los hallazgos. Los "
            "pagos de EnLineaPagos que el archivo prueba quedan registrados. Repetirla no duplica. Para el personal."
        )
    )
    async def reconcile_settlement(
        self,
        info: Info,
        input: Annotated[  # noqa: A002
            ReconcileSettlementInput, strawberry.argument(description="El archivo y los días que cubre.")
        ],
    ) -> ReconcileSettlementResult:
        report = await info.context.use_cases.reconcile_settlement(
            info.context.viewer,
            gateway=input.gateway,
            csv=input.csv,
            from_on=input.from_,
            to_on=input.to,
            dry_run=input.dry_run,
        )
        await info.context.reread()
        return ReconcileSettlementPayload(
            rows=report.rows,
            total=Money(report.total),
            matched=report.matched,
            settled=report.settled,
            asked=report.asked,
            differences=[_shown(it) for it in report.differences],
            row_errors=[ImportRowError.of(problem) for problem in report.row_errors],
            warnings=[ImportRowError.of(problem) for problem in report.warnings],
        )


def _shown(it: Difference) -> SettlementDifference:
    return SettlementDifference(
        kind=it.kind,
        row=it.row,
        reference=it.reference,
        transaction=it.transaction_id,
        settled=_money(it.settled),
        received=_money(it.received),
        payment_id=it.payment_id,
    )


def _money(amount: Decimal | None) -> Money | None:
    return None if amount is None else Money(amount)
