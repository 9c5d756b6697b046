"""Where every SELECT of a repository begins: the scope's agency always, its client's rows where it is a client's."""

from collections.abc import Mapping
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from adapters.postgres.mapping import Mapper
from adapters.postgres.tables import ContractReaderRow, PropertyReaderRow
from application.access import Scope

E = TypeVar("E")

SET_SCOPE = sa.text(
    "select set_config('app.agency_id', :agency_id, true), set_config('app.viewer', :viewer, true), "
    "set_config('app.origin_key', :origin_key, true), set_config('app.receipt_key', :receipt_key, true), "
    "set_config('app.link_key', :link_key, true), "
    "set_config('app.client_id', :client_id, true), set_config('app.account_id', :account_id, true), "
    "set_config('app.agency_key', :agency_key, true), set_config('app.login_key', :login_key, true), "
    "set_config('app.session_key', :session_key, true), set_config('app.gateway_key', :gateway_key, true), "
    "set_config('app.work', :work, true)"
)
"""Local to the transaction: nothing of a scope stays on a pooled connection."""


def scope_parameters(scope: Scope) -> dict[str, str]:
    return {
        "agency_id": str(scope.agency_id or ""),
        "viewer": scope.viewer,
        "client_id": str(scope.client_id or ""),
        "account_id": str(scope.account_id or ""),
        "agency_key": scope.agency_key,
        "origin_key": scope.origin_key,
        "login_key": scope.login_key,
        "session_key": scope.session_key,
        "gateway_key": scope.gateway_key,
        "receipt_key": scope.receipt_key,
        "link_key": scope.link_key,
        "work": "on" if scope.work else "",
    }


def table_of(row_class: Any) -> sa.Table:
    """The table that a row class declares."""
    table: sa.Table = row_class.__table__
    return table


OF_STAFF = frozenset(
    {"audit_entries", "audit_heads", "findings", "kept_identities", "ledger_journals", "reconciliations"}
)
"""Of these a client sees no row, not even those about that client."""

CONTRACT_READERS = table_of(ContractReaderRow)
PROPERTY_READERS = table_of(PropertyReaderRow)


def visible(table: sa.Table, scope: Scope) -> sa.ColumnElement[bool]:
    """The condition under which a row of `table` is in the scope; the same that row-level security enforces."""
    within = table.c.agency_id == scope.agency
    if scope.viewer == "staff":
        return within
    if scope.viewer != "client" or table.name in OF_STAFF:
        return sa.false()
    me = scope.client_id
    if table.name == "clients":
        return within & (table.c.id == me)
    readers = {"contracts": (CONTRACT_READERS, "contract_id"), "properties": (PROPERTY_READERS, "property_id")}
    if table.name in readers:
        rows, column = readers[table.name]
        return within & table.c.id.in_(
            sa.select(rows.c[column]).where(rows.c.agency_id == scope.agency, rows.c.client_id == me)
        )
    if table.name == "contract_parties":
        return within & table.c.contract_id.in_(
            sa.select(CONTRACT_READERS.c.contract_id).where(
                CONTRACT_READERS.c.agency_id == scope.agency,
                CONTRACT_READERS.c.client_id == me,
                CONTRACT_READERS.c.as_party,
            )
        )
    if table.name == "property_owners":
        return within & table.c.property_id.in_(
            sa.select(PROPERTY_READERS.c.property_id).where(
                PROPERTY_READERS.c.agency_id == scope.agency,
                PROPERTY_READERS.c.client_id == me,
                PROPERTY_READERS.c.as_owner,
            )
        )
    if "client_id" in table.c:
        # What the staff keep for themselves stands among what is the client's.
        own = within & (table.c.client_id == me)
        return own & sa.not_(table.c.internal) if "internal" in table.c else own
    return sa.false()


class ScopedRepository:
    """Base of repositories: one connection, one scope. `select` is the only way to begin a SELECT."""

    def __init__(self, connection: AsyncConnection, scope: Scope) -> None:
        self.connection = connection
        self.scope = scope

    def select(self, table: sa.Table, *columns: Any) -> sa.Select[Any]:
        """Of rows in the scope: all columns, or those given."""
        return sa.select(*(columns or (table,))).where(visible(table, self.scope))

    async def write(
        self, statement: sa.Executable, values: Mapping[str, Any] | list[dict[str, Any]] | None = None
    ) -> int:
        """Run an INSERT, UPDATE or DELETE; how many rows it touched."""
        result = await self.connection.execute(statement, values)
        return int(result.rowcount)

    async def one(self, mapper: Mapper[E], statement: sa.Select[Any]) -> E | None:
        """What the only row of a SELECT stands for; None where there is none."""
        row = (await self.connection.execute(statement)).one_or_none()
        return mapper.entity(row._mapping) if row else None

    async def take_turn(self, name: str) -> None:
        """Wait for whoever took the turn of that name and has not ended; others wait for us."""
        await self.connection.execute(
            sa.text("select pg_advisory_xact_lock(hashtextextended(:name, 0))"), {"name": name}
        )
