"""The daily reports as staff read them."""

from collections.abc import Iterator, Mapping
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from typing import Any

import strawberry

from application.ports.books import Reconciliation as ReconciliationEntity
from graphql_api.context import Context
from graphql_api.describe import field
from graphql_api.ids import global_id
from graphql_api.node import Node
from graphql_api.scalars import Money


@strawberry.enum(description="De qué habla un renglón del informe diario.")
class ReconciliationSection(Enum):
    RECEIVED = strawberry.enum_value("received", description="Pagos recibidos ese día, por pasarela y en la oficina.")
    TAKEN_BACK = strawberry.enum_value("taken_back", description="Dinero que ese día se devolvió o se reversó.")
    CREDIT = strawberry.enum_value("credit", description="Saldo a favor que se dio y se usó ese día.")
    INTENTS = strawberry.enum_value("intents", description="Intentos de pago empezados ese día, por su estado.")
    FINDINGS = strawberry.enum_value("findings", description="Hallazgos abiertos al hacer el informe.")
    LEDGER = strawberry.enum_value("ledger", description="Saldo de cada cuenta del libro mayor al final del día.")


_LABELS: Mapping[str, Mapping[str, str]] = {
    "received": {"PAYU": "PayU", "ENLINEA": "EnLineaPagos", "OFFICE": "En la oficina"},
    "taken_back": {
        "OFFICE": "Recibos reversados por el personal",
        "REFUND": "Devoluciones por la pasarela",
        "CHARGEBACK": "Contracargos",
        "REVIEW": "Pagos que la pasarela desmintió",
    },
    "credit": {
        "GRANTED": "Saldo a favor dado",
        "OPENED": "Saldo a favor que venía del sistema administrativo",
        "USED": "Saldo a favor usado",
        "TAKEN_BACK": "Saldo a favor anulado por reversiones",
    },
    "intents": {
        "CREATED": "Creados",
        "REDIRECTED": "En la página de la pasarela",
        "PENDING": "En proceso",
        "APPROVED": "Aprobados",
        "DECLINED": "Rechazados",
        "EXPIRED": "Vencidos sin pago",
        "CANCELLED": "Cancelados",
        "REVIEW": "En revisión",
    },
    "findings": {
        "REVIEW": "En revisión",
        "CREDITED": "Dinero que quedó como saldo a favor",
        "DOUBLE_PAYMENT": "Pagos dobles",
        "REPLAYED": "Avisos repetidos por otro",
        "UNKNOWN_REFERENCE": "Referencias desconocidas",
        "UNKNOWN_CODE": "Códigos desconocidos",
        "TO_RETURN": "Dinero por devolver",
        "CHARGED_BACK": "Contracargos",
        "DISPUTE": "Reclamos",
        "REFUND_DECLINED": "Devoluciones rechazadas",
        "SLOW": "Pagos demorados",
        "UNCONFIRMED": "Pagos sin noticia de la pasarela",
        "NOT_SETTLED": "Pagos sin liquidar",
        "SETTLED_UNKNOWN": "Pagos liquidados que no se conocen",
        "SETTLED_DIFFERENTLY": "Pagos liquidados por otro valor",
        "BOOKS": "Libros que no cuadran",
        "RETURNED_TWICE": "Devoluciones dobles",
        "REFUND_UNDECIDED": "Devoluciones sin decidir",
    },
    "ledger": {
        "GATEWAY": "En las pasarelas",
        "OFFICE": "Recibido en la oficina",
        "BACK_OFFICE": "Recibido según el sistema administrativo",
        "RECEIVABLE": "Abonado a facturas",
        "CREDIT": "Saldos a favor de clientes",
        "UNAPPLIED": "Recibido y en revisión",
        "TO_RETURN": "Por devolver a quien pagó",
        "TO_RECOVER": "Por recuperar: devuelto dos veces",
    },
}


@strawberry.type(description="Un renglón del informe diario.")
class ReconciliationLine:
    section: ReconciliationSection = field("De qué habla.")
    code: str = field("Código del renglón, para programas.")
    label: str = field("Qué es, en español.")
    count: int | None = field("Cuántos; nulo en los saldos del libro mayor.")
    amount: Money = field("Cuánto suman; en el libro mayor, débitos menos créditos.")


@strawberry.type(
    description=(
        "Informe diario de pagos: lo que se recibió, se devolvió y quedó como saldo a favor en un día, y si los libros "
        "cuadran. Solo para el personal."
    )
)
class Reconciliation(Node):
    on: date = field("El día.", name="date")
    made_at: datetime = field("Cuándo se hizo; repetirlo reemplaza el del mismo día.")
    balanced: bool = field("El libro mayor suma cero y coincide con los recibos de todas las facturas.")
    differences: int = field("Facturas cuyos recibos no coinciden con el libro mayor.")
    lines: list[ReconciliationLine] = field("Los renglones, por sección; lo que no hubo no aparece.")

    @classmethod
    def of(cls, entity: ReconciliationEntity, context: Context) -> "Reconciliation":
        differences = int(entity.figures["differences"])
        return cls(
            id=global_id("Reconciliation", entity.id),
            on=entity.on,
            made_at=entity.at,
            balanced=differences == 0 and Decimal(entity.figures["total"]) == 0,
            differences=differences,
            lines=list(_lines(entity.figures)),
        )


def _lines(figures: Mapping[str, Any]) -> Iterator[ReconciliationLine]:
    for section in ReconciliationSection:
        name = str(section.value)
        labels = _LABELS[name]
        for code, told in sorted(figures[name].items(), key=lambda it: list(labels).index(it[0])):
            plain = isinstance(told, str)
            yield ReconciliationLine(
                section=section,
                code=code,
                label=labels[code],
                count=None if plain else int(told["count"]),
                amount=Money(Decimal(told if plain else told["amount"])),
            )
