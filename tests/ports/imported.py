"""Books of an agency in memory or in Postgres, with what an import meets there: accounts, states, payments."""

from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import uuid4

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from adapters.csv.sheets import CsvSheetReader
from adapters.postgres.scoping import SET_SCOPE, scope_parameters
from adapters.postgres.unit_of_work import PostgresUnitOfWorkFactory
from application.access import Scope, StaffViewer
from application.ports.imports import Change
from application.ports.unit_of_work import UnitOfWorkFactory
from application.use_cases.imports import ImportFile, ImportRecords
from domain.ids import AccountId, AgencyId, PaymentId, SessionId
from domain.imports.problems import ImportReport
from domain.imports.sheets import ImportKind
from domain.invoices import InvoiceStatus
from tests.application.imports_office import csv_of
from tests.factories import a_staff_account, an_agency
from tests.fakes.audit import KEYS
from tests.fakes.clock import FakeClock
from tests.fakes.imports import FakeImports, KeptPayment

State = tuple[InvoiceStatus, Decimal]


OURS = "260103ABCDEFGHJKLM"


class Imported(ABC):
    """One agency behind a unit of work."""

    def __init__(self, factory: UnitOfWorkFactory, agency_id: AgencyId) -> None:
        self.factory = factory
        self.agency_id = agency_id
        self.viewer = StaffViewer(agency_id=agency_id, account_id=AccountId(uuid4()), session_id=SessionId(uuid4()))

    async def take(self, kind: ImportKind, *changes: dict[str, str], dry_run: bool = False) -> ImportReport:
        importing = ImportRecords(unit_of_work=self.factory, sheets=CsvSheetReader(), clock=FakeClock())
        return await importing(self.viewer, kind=kind, csv=csv_of(kind, *changes), dry_run=dry_run)

    async def take_file(self, kind: ImportKind, path: Path) -> ImportReport:
        importing = ImportFile(unit_of_work=self.factory, sheets=CsvSheetReader(), clock=FakeClock())
        return await importing(self.agency_id, kind=kind, path=path)

    @abstractmethod
    async def another(self) -> "Imported":
        """Another agency in the same place."""

    @abstractmethod
    async def state(self, number: str) -> State: ...

    @abstractmethod
    async def contract_readers(self) -> set[tuple[str, str, bool]]:
        """Contract, client, whether as a party."""

    @abstractmethod
    async def property_readers(self) -> set[tuple[str, str, bool]]:
        """Property, client, whether as an owner."""

    @abstractmethod
    async def give_account(self, client: str) -> None: ...

    @abstractmethod
    async def keep_identity(self, client: str, until: date) -> None:
        """As an erasure does."""

    @abstractmethod
    async def kept_until(self, client: str) -> date: ...

    @abstractmethod
    async def change_contact(self, client: str, **values: str) -> None: ...

    @abstractmethod
    async def pay_here(self, *, receipt: str, reference: str, client: str, shares: Mapping[str, Decimal]) -> None:
        """As a gateway's approval does; our reference is OURS."""


class InMemory(Imported):
    factory: FakeImports

    async def another(self) -> "InMemory":
        return InMemory(self.factory, AgencyId(uuid4()))

    async def state(self, number: str) -> State:
        kept = self.factory.of(self.agency_id).invoices[number]
        return kept.status, kept.paid

    async def contract_readers(self) -> set[tuple[str, str, bool]]:
        return self.factory.of(self.agency_id).contract_readers

    async def property_readers(self) -> set[tuple[str, str, bool]]:
        return self.factory.of(self.agency_id).property_readers

    async def give_account(self, client: str) -> None:
        self.factory.of(self.agency_id).with_account.add(client)

    async def keep_identity(self, client: str, until: date) -> None:
        self.factory.of(self.agency_id).kept[client] = until

    async def kept_until(self, client: str) -> date:
        return self.factory.of(self.agency_id).kept[client]

    async def change_contact(self, client: str, **values: Any) -> None:
        clients = self.factory.of(self.agency_id).clients
        clients[client] = Change(replace(clients[client].record, **values), clients[client].digest)

    async def pay_here(self, *, receipt: str, reference: str, client: str, shares: Mapping[str, Decimal]) -> None:
        books = self.factory.of(self.agency_id)
        total = sum(shares.values(), Decimal(0))
        kept = KeptPayment(PaymentId(uuid4()), client, total, tuple(shares.items()), reference, None)
        books.payments[receipt] = replace(kept, intent_reference=OURS)


class InPostgres(Imported):
    def __init__(self, engine: AsyncEngine, agency_id: AgencyId) -> None:
        super().__init__(PostgresUnitOfWorkFactory(engine, KEYS), agency_id)
        self.engine = engine

    @classmethod
    async def open(cls, engine: AsyncEngine) -> "InPostgres":
        """A new agency."""
        opened = cls(engine, AgencyId(uuid4()))
        await opened.execute(
            "insert into agencies (id, slug, name, tax_id, check_digit, partial_payments_allowed, captcha_provider, "
            "return_urls, origins, created_at) "
            "values (:agency_id, :slug, 'Andina', '900123456', 8, false, 'NONE', '{}', '{}', now())",
            slug=f"agency-{opened.agency_id}",
        )
        async with opened.factory(Scope.of_agency(opened.agency_id)) as uow:
            await uow.accounts.add(a_staff_account(an_agency(id=opened.agency_id), id=opened.viewer.account_id))
            await uow.commit()
        return opened

    async def another(self) -> "InPostgres":
        return await InPostgres.open(self.engine)

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[AsyncConnection]:
        async with self.engine.begin() as connection:
            await connection.execute(SET_SCOPE, scope_parameters(Scope.of_agency(self.agency_id)))
            yield connection

    async def execute(self, statement: str, **values: Any) -> list[Any]:
        """Run a statement as the agency's staff; it may use :agency_id."""
        named = {
            name: value for name, value in {"agency_id": self.agency_id, **values}.items() if f":{name}" in statement
        }
        async with self.transaction() as connection:
            result = await connection.execute(sa.text(statement), named)
            return list(result) if result.returns_rows else []

    async def state(self, number: str) -> State:
        ((status, paid),) = await self.execute(
            "select status, paid from invoices where number = :number", number=number
        )
        return InvoiceStatus(status), paid

    async def contract_readers(self) -> set[tuple[str, str, bool]]:
        rows = await self.execute(
            "select o.number, c.code, r.as_party from contract_readers r join contracts o on o.id = r.contract_id "
            "join clients c on c.id = r.client_id"
        )
        return {tuple(row) for row in rows}

    async def property_readers(self) -> set[tuple[str, str, bool]]:
        rows = await self.execute(
            "select o.code, c.code, r.as_owner from property_readers r join properties o on o.id = r.property_id "
            "join clients c on c.id = r.client_id"
        )
        return {tuple(row) for row in rows}

    async def give_account(self, client: str) -> None:
        await self.execute(
            "insert into accounts (id, agency_id, username, username_key, email, email_key, status, roles, client_id, "
            "created_at) select gen_random_uuid(), agency_id, code, lower(code), email, lower(email), 'ACTIVE', "
            "'{CLIENT}', id, now() from clients where code = :code",
            code=client,
        )

    async def keep_identity(self, client: str, until: date) -> None:
        await self.execute(
            "insert into kept_identities (agency_id, client_id, name, document_type, document_number, keep_until) "
            "select agency_id, id, name, document_type, document_number, :until from clients where code = :code",
            code=client,
            until=until,
        )

    async def kept_until(self, client: str) -> date:
        until: date
        ((until,),) = await self.execute(
            "select keep_until from kept_identities k join clients c on c.id = k.client_id where code = :code",
            code=client,
        )
        return until

    async def change_contact(self, client: str, **values: str) -> None:
        for name, value in values.items():
            await self.execute(f"update clients set {name} = :value where code = :code", value=value, code=client)

    async def pay_here(self, *, receipt: str, reference: str, client: str, shares: Mapping[str, Decimal]) -> None:
        payment_id, intent_id, account_id = PaymentId(uuid4()), uuid4(), uuid4()
        await self.execute(
            "insert into gateway_accounts (id, agency_id, gateway, public_key, enabled, settings) "
            "select :id, agency_id, 'PAYU', :key, true, '{}' from clients where code = :client",
            id=account_id,
            key=str(account_id),
            client=client,
        )
        await self.execute(
            "insert into payment_intents (id, agency_id, client_id, gateway_account_id, reference, gateway, amount, "
            "status, created_at, return_url, idempotency_key, request_hash) select :id, agency_id, id, :account, "
            f"'{OURS}', 'PAYU', 1, 'APPROVED', :at, '', '', '' from clients where code = :client",
            id=intent_id,
            account=account_id,
            at=datetime(2026, 1, 3, tzinfo=UTC),
            client=client,
        )
        await self.execute(
            "insert into payments (id, agency_id, receipt_number, client_id, paid_at, amount, credited, method, "
            "status, gateway, gateway_reference, intent_id, verification_code) select :id, agency_id, :receipt, id, "
            ":at, :amount, 0, 'PSE', 'APPLIED', 'PAYU', :reference, :intent, :code from clients where code = :client",
            intent=intent_id,
            id=payment_id,
            receipt=receipt,
            at=datetime(2026, 1, 3, tzinfo=UTC),
            amount=sum(shares.values()),
            reference=reference,
            code=str(payment_id),
            client=client,
        )
        for number, amount in shares.items():
            await self.execute(
                "insert into payment_allocations (agency_id, payment_id, invoice_id, client_id, position, amount) "
                "select agency_id, :payment, id, client_id, 1, :amount from invoices where number = :number",
                payment=payment_id,
                amount=amount,
                number=number,
            )
            await self.execute(
                "update invoices set paid = paid + :amount, status = case when paid + :amount = total then 'PAID' "
                "else 'PARTIALLY_PAID' end where number = :number",
                amount=amount,
                number=number,
            )
