"""What the staff can ask about the books."""

from typing import Annotated

import strawberry

from application import filters
from graphql_api.connections import After, Before, Connection, First, Last
from graphql_api.context import Info
from graphql_api.types import lists
from graphql_api.types.audit import AuditEntry
from graphql_api.types.findings import Finding
from graphql_api.types.lists import FindingKindArgument, FromArgument, ToArgument
from graphql_api.types.reconciliations import Reconciliation
from graphql_api.whole import whole_list


@strawberry.type
class BookQueries:
    @strawberry.field(
        description=(
            "La bitácora: lo que hicieron el personal, los clientes con sus cuentas y la línea de órdenes; lo más "
            "reciente primero. Para el personal."
        )
    )
    def audit_log(
        self,
        info: Info,
        entity_id: Annotated[
            strawberry.ID | None,
            strawberry.argument(description="Solo lo que se hizo sobre esto: un recibo, una PQRS, una cuenta."),
        ] = None,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
    ) -> Connection[AuditEntry]:
        return whole_list(info, "audit", lists.audit(entity_id), first, after, last, before)

    @strawberry.field(
        description=(
            "Hallazgos: lo que una persona del equipo debe saber o decidir sobre los pagos; los más recientes primero. "
            "Para el personal."
        )
    )
    def findings(
        self,
        info: Info,
        open: Annotated[  # noqa: A002
            bool | None, strawberry.argument(description="Abiertos, o resueltos; con nulo, todos.")
        ] = True,
        kind: FindingKindArgument = None,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
    ) -> Connection[Finding]:
        return whole_list(info, "findings", lists.findings(open, kind), first, after, last, before)

    @strawberry.field(description="Informes diarios de pagos, el más reciente primero. Para el personal.")
    def reconciliations(
        self,
        info: Info,
        from_: FromArgument = None,
        to: ToArgument = None,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
    ) -> Connection[Reconciliation]:
        narrowed = filters.ReconciliationFilter(from_on=from_, to_on=to)
        return whole_list(info, "reconciliations", narrowed, first, after, last, before)
