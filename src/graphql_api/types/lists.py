"""Filters of lists as front ends send them, and their translation."""

from datetime import date
from typing import Annotated, TypeVar
from uuid import UUID

import strawberry

from application import filters
from application.text import problem_of_text
from domain.errors import InvalidInput
from domain.findings import FindingKind
from domain.invoices import InvoiceKind, InvoiceStatus
from domain.pqrs import PqrsClassification, PqrsStatus, PqrsSubject
from graphql_api.context import Context
from graphql_api.describe import field
from graphql_api.ids import NOBODY, key_of, named, parse_id

T = TypeVar("T")

SEARCH_LIMIT = 200


@strawberry.input(description="Qué facturas; lo que no se dice no filtra.")
class InvoiceFilter:
    kind: InvoiceKind | None = field("Clase de factura.", default=None)
    status: list[InvoiceStatus] | None = field("En alguno de estos estados.", default=None)
    overdue: bool | None = field("Vencidas (con saldo y fecha de vencimiento anterior a hoy), o no.", default=None)
    issued_from: date | None = field("Emitidas desde este día.", default=None)
    issued_to: date | None = field("Emitidas hasta este día.", default=None)
    due_from: date | None = field("Que vencen desde este día.", default=None)
    due_to: date | None = field("Que vencen hasta este día.", default=None)
    contract_id: strawberry.ID | None = field("De este contrato.", default=None)


@strawberry.input(description="Periodo y contrato; lo que no se dice no filtra.")
class PeriodFilter:
    from_: date | None = field("Desde este día, en hora de Colombia.", name="from", default=None)
    to: date | None = field("Hasta este día, inclusive.", default=None)
    contract_id: strawberry.ID | None = field("De este contrato.", default=None)


@strawberry.input(description="Qué PQRS; lo que no se dice no filtra.")
class PqrsFilter:
    status: list[PqrsStatus] | None = field("En alguno de estos estados.", default=None)
    classification: list[PqrsClassification] | None = field("De alguna de estas clases.", default=None)
    subject: list[PqrsSubject] | None = field("Con alguno de estos asuntos.", default=None)
    overdue: bool | None = field("Sin respuesta y con el término vencido, o no.", default=None)
    assignee_id: strawberry.ID | None = field("A cargo de esta persona. Solo para el personal.", default=None)


FindingKindArgument = Annotated[
    list[FindingKind] | None, strawberry.argument(description="De alguna de estas clases; sin ella, de todas.")
]
FromArgument = Annotated[date | None, strawberry.argument(name="from", description="Desde este día.")]
ToArgument = Annotated[date | None, strawberry.argument(description="Hasta este día, inclusive.")]
InvoiceFilterArgument = Annotated[InvoiceFilter | None, strawberry.argument(description="Qué facturas.")]
InvoiceOrderArgument = Annotated[filters.InvoiceOrder, strawberry.argument(description="En qué orden.")]
PeriodFilterArgument = Annotated[PeriodFilter | None, strawberry.argument(description="De qué periodo y contrato.")]
PqrsFilterArgument = Annotated[PqrsFilter | None, strawberry.argument(description="Qué PQRS.")]
PqrsOrderArgument = Annotated[filters.PqrsOrder, strawberry.argument(description="En qué orden.")]


def searched(search: str | None) -> str:
    """What is searched for; InvalidInput for a text that is too long or holds control characters."""
    problem = problem_of_text("search", search or "", limit=SEARCH_LIMIT)
    if problem is not None:
        raise InvalidInput(problem)
    return search or ""


def invoices(
    given: InvoiceFilter | None, order: filters.InvoiceOrder, today: date, search: str | None = None
) -> filters.InvoiceFilter:
    given = given or InvoiceFilter()
    return filters.InvoiceFilter(
        today=today,
        search=searched(search),
        kind=given.kind,
        status=_tuple(given.status),
        overdue=given.overdue,
        issued_from=given.issued_from,
        issued_to=given.issued_to,
        due_from=given.due_from,
        due_to=given.due_to,
        contract_id=_contract(given.contract_id),
        order=order,
    )


def period(given: PeriodFilter | None, search: str | None = None) -> filters.PeriodFilter:
    given = given or PeriodFilter()
    return filters.PeriodFilter(
        search=searched(search), from_on=given.from_, to_on=given.to, contract_id=_contract(given.contract_id)
    )


def pqrs(
    given: PqrsFilter | None,
    context: Context,
    search: str | None = None,
    order: filters.PqrsOrder = filters.PqrsOrder.NEWEST,
) -> filters.PqrsFilter:
    """Who is in charge of a case is for the staff: to others, a filter by that finds none, whoever it names."""
    given = given or PqrsFilter()
    assignee = None
    if given.assignee_id is not None:
        assignee = key_of(given.assignee_id, "Account") if context.is_staff else NOBODY
    return filters.PqrsFilter(
        today=context.today,
        search=searched(search),
        status=_tuple(given.status),
        classification=_tuple(given.classification),
        subject=_tuple(given.subject),
        overdue=given.overdue,
        assignee_id=None if given.assignee_id is None else assignee or NOBODY,
        order=order,
    )


def findings(open_ones: bool | None, kind: list[FindingKind] | None) -> filters.FindingFilter:
    return filters.FindingFilter(open=open_ones, kind=_tuple(kind))


def audit(entity_id: str | None) -> filters.AuditFilter:
    """An id that is none of ours names nothing that anybody did something to."""
    return filters.AuditFilter(entity=None if entity_id is None else parse_id(entity_id) or ("", NOBODY))


def _tuple(values: list[T] | None) -> tuple[T, ...] | None:
    return None if values is None else tuple(values)


def _contract(text: str | None) -> UUID | None:
    return None if text is None else named(text, "Contract")
