"""Writing what an import accepted: parents by upsert, children replaced, whole chunks per statement."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any
from uuid import uuid4

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from adapters.postgres.imports.bulk import Types, any_of, parameters, types_of, unfolded, upsert
from adapters.postgres.imports.lookups import (
    ALLOCATIONS,
    CLIENTS,
    CONTRACTS,
    INVOICES,
    PARTIES,
    PAYMENTS,
    PAYOUTS,
    PROPERTIES,
    Lookups,
)
from adapters.postgres.imports.readers import REBUILD_READERS
from adapters.postgres.imports.rows import (
    client_row,
    contract_row,
    invoice_row,
    payment_row,
    payout_row,
    property_row,
)
from adapters.postgres.personal_data.kept import KeptIdentities
from adapters.postgres.scoping import table_of
from adapters.postgres.tables import PropertyOwnerRow, SuppressedDocumentRow
from application.access import Scope
from application.codes import verification_code
from application.ports.imports import Change, Identity, ImportStore
from domain.errors import Busy
from domain.imports.clients import ClientRecord
from domain.imports.contracts import ContractRecord
from domain.imports.invoices import InvoiceRecord, StoredInvoice, state_of
from domain.imports.payments import PaymentRecord
from domain.imports.payouts import PayoutRecord
from domain.imports.properties import PropertyRecord
from domain.personal_data import document_digest

OWNERS = table_of(PropertyOwnerRow)
SUPPRESSED = table_of(SuppressedDocumentRow)
_TEXT = sa.Text()
Rows = Sequence[Mapping[str, Any]]


class PostgresImportStore(Lookups, ImportStore):
    """`keys` are those of the digests of documents."""

    def __init__(self, connection: AsyncConnection, scope: Scope, keys: Sequence[bytes]) -> None:
        super().__init__(connection, scope)
        self._keys = keys
        self._written = 0

    async def suppressed(self, documents: Collection[Identity]) -> Collection[Identity]:
        agency_id = self.scope.agency
        digests = {document_digest(key, agency_id, *document): document for document in documents for key in self._keys}
        found = self.select(SUPPRESSED, SUPPRESSED.c.digest).where(any_of(SUPPRESSED.c.digest, list(digests)))
        return {digests[digest] for digest in (await self.connection.execute(found)).scalars()}

    async def begin(self) -> None:
        key = {"key": f"import:{self.scope.agency}"}
        taken = await self.connection.scalar(
            sa.text("select pg_try_advisory_xact_lock(hashtextextended(:key, 0))"), key
        )
        if not taken:
            raise Busy(10)

    async def put_clients(self, changes: Sequence[Change[ClientRecord]]) -> None:
        await self._upsert(CLIENTS, "code", [client_row(change) for change in changes])

    async def put_properties(self, changes: Sequence[Change[PropertyRecord]]) -> None:
        rows = [property_row(change) for change in changes]
        await self._upsert(PROPERTIES, "code", rows)
        owners = [
            {"parent": change.record.code, "client": code, "position": position, "share": share}
            for change in changes
            for position, (code, share) in enumerate(change.record.owners, start=1)
        ]
        types = {"parent": _TEXT, "client": _TEXT, **types_of(OWNERS, "position", "share")}
        await self._replace(PROPERTIES, "code", rows, OWNERS, OWNERS.c.property_id, types, owners, with_name=True)

    async def put_contracts(self, changes: Sequence[Change[ContractRecord]]) -> None:
        rows = [contract_row(change) for change in changes]
        await self._upsert(CONTRACTS, "number", rows, property_id=(PROPERTIES, "code", "property"))
        parties = [
            {"parent": change.record.number, "client": code, "position": position, "role": role.value}
            for change in changes
            for position, (code, role) in enumerate(change.record.parties, start=1)
        ]
        types = {"parent": _TEXT, "client": _TEXT, **types_of(PARTIES, "position", "role")}
        await self._replace(CONTRACTS, "number", rows, PARTIES, PARTIES.c.contract_id, types, parties, with_name=True)

    async def put_invoices(
        self, changes: Sequence[Change[InvoiceRecord]], invoices: Mapping[str, StoredInvoice]
    ) -> None:
        rows = [invoice_row(change, invoices.get(change.record.number)) for change in changes]
        await self._upsert(
            INVOICES,
            "number",
            rows,
            contract_id=(CONTRACTS, "number", "contract"),
            client_id=(CLIENTS, "code", "client"),
        )

    async def put_payments(self, changes: Sequence[Change[PaymentRecord]], touched: Collection[StoredInvoice]) -> None:
        rows = [{**payment_row(change), "verification_code": verification_code()} for change in changes]
        # Whoever uses its credit or takes it back between our look and this locks the receipt, and it stands.
        stands = (PAYMENTS.c.credit_left < PAYMENTS.c.credited) | (PAYMENTS.c.reversed > 0)
        written = await self._upsert(
            PAYMENTS,
            "receipt_number",
            rows,
            once=("verification_code",),
            unless=stands,
            client_id=(CLIENTS, "code", "client"),
        )
        if written < len(rows):
            raise Busy(10)
        allocations = [
            {
                "parent": change.record.receipt_number,
                "client": change.record.client,
                "invoice": number,
                "position": position,
                "amount": amount,
            }
            for change in changes
            for position, (number, amount) in enumerate(change.record.allocations, start=1)
            if amount
        ]
        types = {"parent": _TEXT, "client": _TEXT, "invoice": _TEXT, **types_of(ALLOCATIONS, "position", "amount")}
        await self._replace(
            PAYMENTS, "receipt_number", rows, ALLOCATIONS, ALLOCATIONS.c.payment_id, types, allocations, invoices=True
        )
        await self._settle(touched)

    async def put_payouts(self, changes: Sequence[Change[PayoutRecord]]) -> None:
        await self._upsert(
            PAYOUTS,
            "number",
            [payout_row(change) for change in changes],
            contract_id=(CONTRACTS, "number", "contract"),
            client_id=(CLIENTS, "code", "client"),
        )

    async def prolong_identities(self) -> None:
        await KeptIdentities(self.connection, self.scope).prolong()

    async def rebuild_readers(self) -> None:
        for statement in REBUILD_READERS:
            await self.connection.execute(statement, {"agency_id": self.scope.agency})

    async def _upsert(
        self,
        table: sa.Table,
        key: str,
        rows: Rows,
        *,
        once: Sequence[str] = (),
        unless: sa.ColumnElement[bool] | None = None,
        **references: tuple[sa.Table, str, str],
    ) -> int:
        """How many rows were written. `references`: by column, the table whose id it holds, that table's key, and where
        the rows have its value."""
        rows = [{"id": uuid4(), **row} for row in rows]
        carried = {parent_key: (parent, name) for name, (parent, _, parent_key) in references.items()}
        names = [name for name in rows[0] if name not in carried]
        types: Types = {**types_of(table, *names), **dict.fromkeys(carried, _TEXT)}
        new = unfolded(types)
        source: sa.FromClause = new
        values: dict[str, sa.ColumnElement[Any]] = {"agency_id": sa.literal(self.scope.agency, sa.Uuid)}
        values |= {name: new.c[name] for name in names}
        for name, (parent, parent_key, carrier) in references.items():
            source = source.join(parent, self._same(parent, parent.c[parent_key], new.c[carrier]))
            values[name] = parent.c.id
        statement = upsert(table, key, source, values, once=("id", *once), unless=unless)
        written = await self.connection.execute(statement, parameters(types, rows))
        await self._plan_anew()
        return int(written.rowcount)

    async def _plan_anew(self) -> None:
        """Drop the session's plans each time that the number of chunks has doubled.

        The checks of foreign keys are planned once, when a new agency's tables are all but empty and any index will
        do; kept, such a plan reads the whole agency for each row, and a large first import takes quadratic time.
        """
        self._written += 1
        if self._written > 1 and self._written.bit_count() == 1:
            await self.connection.execute(sa.text("discard plans"))

    async def _replace(
        self,
        parent: sa.Table,
        key: str,
        parents: Rows,
        table: sa.Table,
        parent_id: sa.Column[Any],
        types: Types,
        children: Rows,
        *,
        with_name: bool = False,
        invoices: bool = False,
    ) -> None:
        """Put `children` (each naming its `parent` and `client`) in place of those that the parents had."""
        agency = self.scope.agency
        keys = [row[key] for row in parents]
        ids = sa.select(parent.c.id).where(parent.c.agency_id == agency, any_of(parent.c[key], keys))
        await self.connection.execute(sa.delete(table).where(table.c.agency_id == agency, parent_id.in_(ids)))
        if not children:
            return
        new = unfolded(types)
        source = new.join(parent, self._same(parent, parent.c[key], new.c.parent))
        source = source.join(CLIENTS, self._same(CLIENTS, CLIENTS.c.code, new.c.client))
        values: dict[str, Any] = {
            "agency_id": sa.literal(agency, sa.Uuid),
            parent_id.name: parent.c.id,
            "client_id": CLIENTS.c.id,
        }
        if with_name:
            values["name"] = CLIENTS.c.name
        if invoices:
            source = source.join(INVOICES, self._same(INVOICES, INVOICES.c.number, new.c.invoice))
            values["invoice_id"] = INVOICES.c.id
        values |= {name: new.c[name] for name in types if name not in ("parent", "client", "invoice")}
        statement = sa.insert(table).from_select(list(values), sa.select(*values.values()).select_from(source))
        await self.connection.execute(statement, parameters(types, children))

    async def _settle(self, touched: Collection[StoredInvoice]) -> None:
        """Give invoices the status and the paid amount that their receipts make."""
        if not touched:
            return
        types = types_of(INVOICES, "id", "status", "paid")
        rows = []
        for invoice in touched:
            status, paid = state_of(total=invoice.total, allocated=invoice.allocated, reported=invoice.reported)
            rows.append({"id": invoice.id, "status": status.value, "paid": paid})
        new = unfolded(types)
        statement = (
            sa.update(INVOICES)
            .where(
                INVOICES.c.agency_id == self.scope.agency,
                INVOICES.c.id == new.c.id,
                any_of(INVOICES.c.id, [row["id"] for row in rows]),  # tells the planner how few they are
            )
            .values(status=new.c.status, paid=new.c.paid)
        )
        await self.connection.execute(statement, parameters(types, rows))

    def _same(self, table: sa.Table, key: sa.ColumnElement[Any], value: Any) -> sa.ColumnElement[bool]:
        return sa.and_(table.c.agency_id == self.scope.agency, key == value)
