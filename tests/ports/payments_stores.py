"""The same payments kept in memory and in Postgres, seeded and looked at alike."""

from collections.abc import Sequence
from datetime import date
from typing import Any, Protocol

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncEngine

from adapters.postgres.repositories.books import JOURNALS
from adapters.postgres.repositories.payment_intents import CLIENTS
from adapters.postgres.repositories.payments import ALLOCATIONS, INVOICE, INVOICES, PAYMENT, PAYMENTS
from adapters.postgres.scoping import SET_SCOPE, scope_parameters, table_of
from adapters.postgres.tables import ContractRow, PropertyRow
from adapters.postgres.unit_of_work import PostgresUnitOfWorkFactory
from application.access import Scope
from application.ports.payments import GatewayAccount
from application.ports.unit_of_work import UnitOfWorkFactory
from domain.agencies import Agency
from domain.clients import Client
from domain.ids import AccountId, AgencyId
from domain.invoices import Invoice
from domain.payments import Payment
from tests.factories import a_staff_account
from tests.fakes.audit import KEYS
from tests.fakes.books import Shares
from tests.fakes.payments import FakeTill


class PaymentsStore(Protocol):
    unit_of_work: UnitOfWorkFactory

    async def add_agency(self, agency: Agency, account: GatewayAccount) -> None: ...

    async def add_client(self, client: Client, invoices: Sequence[Invoice]) -> None: ...

    async def add_account(self, agency: Agency) -> AccountId:
        """One of the agency's staff."""
        ...

    async def invoice(self, invoice: Invoice) -> Invoice: ...

    async def payments(self, agency_id: AgencyId) -> list[tuple[Payment, Shares]]:
        """By receipt number."""
        ...


class InMemory(PaymentsStore):
    def __init__(self) -> None:
        self.till = FakeTill()
        self.unit_of_work = self.till

    async def add_agency(self, agency: Agency, account: GatewayAccount) -> None:
        self.till.books.agencies[agency.id] = agency
        self.till.books.accounts[account.id] = account

    async def add_client(self, client: Client, invoices: Sequence[Invoice]) -> None:
        self.till.books.clients[client.id] = client
        self.till.books.invoices.update({invoice.id: invoice for invoice in invoices})

    async def add_account(self, agency: Agency) -> AccountId:
        return a_staff_account(agency).id

    async def invoice(self, invoice: Invoice) -> Invoice:
        return self.till.books.invoices[invoice.id]

    async def payments(self, agency_id: AgencyId) -> list[tuple[Payment, Shares]]:
        kept = [entry for entry in self.till.books.payments.values() if entry[0].agency_id == agency_id]
        return sorted(kept, key=lambda entry: entry[0].receipt_number)


class InPostgres(PaymentsStore):
    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine
        self.unit_of_work = PostgresUnitOfWorkFactory(engine, KEYS)

    async def add_agency(self, agency: Agency, account: GatewayAccount) -> None:
        async with self.unit_of_work(Scope.of_agency(agency.id)) as uow:
            await uow.agencies.add(agency, hosts=())
            await uow.gateway_accounts.save(account)
            await uow.commit()

    async def add_client(self, client: Client, invoices: Sequence[Invoice]) -> None:
        agency_id = client.agency_id
        async with self._engine.begin() as connection:
            await connection.execute(SET_SCOPE, scope_parameters(Scope.of_agency(agency_id)))
            names = ("id", "agency_id", "code", "kind", "name", "document_type", "document_number", "email", "phone")
            row = {name: getattr(client, name) for name in names}
            await connection.execute(sa.insert(CLIENTS), row | {"name_key": client.name, "search": client.name})
        await self.add_invoices(agency_id, invoices)

    async def add_invoices(self, agency_id: AgencyId, invoices: Sequence[Invoice]) -> None:
        async with self._engine.begin() as connection:
            await connection.execute(SET_SCOPE, scope_parameters(Scope.of_agency(agency_id)))
            for invoice in invoices:
                number = str(invoice.contract_id)
                home = {"id": invoice.contract_id, "agency_id": agency_id}
                texts = {"address": "Calle 1", "city": "Cali", "use": "HOUSING", "search": ""}
                await connection.execute(sa.insert(table_of(PropertyRow)), home | {"code": number} | texts)
                lease = {"kind": "LEASE", "status": "ACTIVE", "start_on": date(2026, 1, 1)}
                of_home = {"number": number, "property_id": invoice.contract_id}
                await connection.execute(sa.insert(table_of(ContractRow)), home | lease | of_home)
                await connection.execute(sa.insert(INVOICES), INVOICE.values(invoice))

    async def add_account(self, agency: Agency) -> AccountId:
        account = a_staff_account(agency)
        async with self.unit_of_work(Scope.of_agency(agency.id)) as uow:
            await uow.accounts.add(account)
            await uow.commit()
        return account.id

    async def invoice(self, invoice: Invoice) -> Invoice:
        async with self._reading(invoice.agency_id) as connection:
            row = (await connection.execute(sa.select(INVOICES).where(INVOICES.c.id == invoice.id))).one()
        return INVOICE.entity(row._mapping)

    async def payments(self, agency_id: AgencyId) -> list[tuple[Payment, Shares]]:
        async with self._reading(agency_id) as connection:
            paid = await connection.execute(sa.select(PAYMENTS).order_by(PAYMENTS.c.receipt_number))
            payments = [PAYMENT.entity(row._mapping) for row in paid]
            shares = (await connection.execute(sa.select(ALLOCATIONS).order_by(ALLOCATIONS.c.position))).all()
        return [
            (payment, tuple((row.invoice_id, row.amount) for row in shares if row.payment_id == payment.id))
            for payment in payments
        ]

    async def journals(self, agency_id: AgencyId) -> list[str]:
        """The keys of what is in the ledger, in their order."""
        async with self._reading(agency_id) as connection:
            found = await connection.execute(sa.select(JOURNALS.c.key).order_by(JOURNALS.c.key))
        return [row.key for row in found]

    def _reading(self, agency_id: AgencyId) -> "_Reading":
        return _Reading(self._engine, Scope.of_agency(agency_id))


class _Reading:
    def __init__(self, engine: AsyncEngine, scope: Scope) -> None:
        self._connection = engine.connect()
        self._scope = scope

    async def __aenter__(self) -> Any:
        connection = await self._connection.__aenter__()
        await connection.execute(SET_SCOPE, scope_parameters(self._scope))
        return connection

    async def __aexit__(self, *error: Any) -> None:
        await self._connection.__aexit__(*error)
