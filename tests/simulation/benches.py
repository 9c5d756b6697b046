"""Where the use cases of payments run one after another, each to its end or its death: in memory, and on Postgres."""

import asyncio
from collections.abc import Coroutine
from types import TracebackType
from typing import Any, Protocol, TypeVar, cast

import sqlalchemy as sa

from adapters.postgres.engine import create_engine
from adapters.postgres.repositories.books import ENTRIES, ENTRY, JOURNALS
from adapters.postgres.repositories.gateways import EVENT, EVENTS
from adapters.postgres.repositories.payment_intents import INTENTS
from adapters.postgres.repositories.payments import (
    ALLOCATIONS,
    INVOICE,
    INVOICES,
    PAYMENT,
    PAYMENTS,
    REVERSAL,
    REVERSALS,
    SHARE,
)
from adapters.postgres.scoping import SET_SCOPE, scope_parameters
from application.access import Scope
from application.ports.payments import GatewayAccount
from application.ports.unit_of_work import UnitOfWork, UnitOfWorkFactory
from domain.agencies import Agency
from domain.clients import Client
from domain.ids import AccountId, AgencyId
from domain.invoices import Invoice
from domain.ledger import Journal, JournalKind
from tests.fakes.books import Books
from tests.ports.payments_stores import InMemory, InPostgres
from tests.simulation.scheduler import Tally
from tests.simulation.storage import Storage

T = TypeVar("T")


class Died(BaseException):
    """The process ended here: nothing that catches errors sees it."""


class Mortal(UnitOfWorkFactory):
    """Units of work that die at their call number `left`, counted over all of them; zero: never."""

    def __init__(self, inner: UnitOfWorkFactory) -> None:
        self.inner = inner
        self.left = 0

    def __call__(self, scope: Scope) -> UnitOfWork:
        return cast(UnitOfWork, _MortalUnit(self, self.inner(scope)))

    def step(self) -> None:
        if self.left > 0:
            self.left -= 1
            if self.left == 0:
                raise Died


class _MortalUnit:
    def __init__(self, mortal: Mortal, inner: UnitOfWork) -> None:
        self._mortal = mortal
        self._inner = inner

    async def __aenter__(self) -> "_MortalUnit":
        self._mortal.step()
        await self._inner.__aenter__()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._inner.__aexit__(kind, error, trace)

    async def commit(self) -> None:
        self._mortal.step()
        await self._inner.commit()
        self._mortal.step()

    def __getattr__(self, name: str) -> Any:
        return _MortalPort(self._mortal, getattr(self._inner, name))


class _MortalPort:
    def __init__(self, mortal: Mortal, inner: Any) -> None:
        self._mortal = mortal
        self._inner = inner

    def __getattr__(self, name: str) -> Any:
        target = getattr(self._inner, name)

        async def call(*arguments: Any, **named: Any) -> Any:
            self._mortal.step()
            return await target(*arguments, **named)

        return call


class Bench(Protocol):
    """`starts_empty`: nothing of those before it is there."""

    starts_empty: bool
    unit_of_work: Mortal

    def run(self, work: Coroutine[Any, Any, T]) -> T: ...

    def add(self, agency: Agency, account: GatewayAccount, client: Client) -> AccountId:
        """An account of its staff."""
        ...

    def bill(self, invoice: Invoice) -> None: ...

    def books(self) -> Books: ...


class BenchInMemory(Bench):
    starts_empty = True

    def __init__(self) -> None:
        self._books = Books()
        self._store = InMemory()
        self._store.till.books = self._books
        self.unit_of_work = Mortal(Storage(self._books, Tally(), lambda books, changed: None))

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        while True:
            try:
                work.send(None)
            except StopIteration as ended:
                return cast(T, ended.value)

    def add(self, agency: Agency, account: GatewayAccount, client: Client) -> AccountId:
        self.run(self._store.add_agency(agency, account))
        self.run(self._store.add_client(client, []))
        return self.run(self._store.add_account(agency))

    def bill(self, invoice: Invoice) -> None:
        self._books.invoices[invoice.id] = invoice

    def books(self) -> Books:
        return self._books


class BenchOnPostgres(Bench):
    """Each with an agency of its own in a database that they share."""

    starts_empty = False

    def __init__(self, url: str) -> None:
        self._runner = asyncio.Runner()
        self._engine = create_engine(url, pool_size=2)
        self._store = InPostgres(self._engine)
        self.unit_of_work = Mortal(self._store.unit_of_work)

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        return self._runner.run(work)

    def close(self) -> None:
        self._runner.run(self._engine.dispose())
        self._runner.close()

    def add(self, agency: Agency, account: GatewayAccount, client: Client) -> AccountId:
        self._agency_id = agency.id

        async def added() -> AccountId:
            await self._store.add_agency(agency, account)
            await self._store.add_client(client, [])
            return await self._store.add_account(agency)

        return self.run(added())

    def bill(self, invoice: Invoice) -> None:
        self.run(self._store.add_invoices(invoice.agency_id, [invoice]))

    def books(self) -> Books:
        return self.run(self._read(self._agency_id))

    async def _read(self, agency_id: AgencyId) -> Books:
        books = Books()
        async with self._engine.connect() as connection:
            await connection.execute(SET_SCOPE, scope_parameters(Scope.of_agency(agency_id)))

            async def rows(table: sa.Table, *order: str) -> Any:
                mine = sa.select(table).where(table.c.agency_id == agency_id)
                return [
                    row._mapping for row in await connection.execute(mine.order_by(*map(table.c.__getitem__, order)))
                ]

            for row in await rows(INVOICES):
                books.invoices[row["id"]] = INVOICE.entity(row)
            for row in await rows(PAYMENTS, "receipt_number"):
                books.payments[row["id"]] = (PAYMENT.entity(row), ())
                books.shares[row["id"]] = []
            for row in await rows(ALLOCATIONS, "position"):
                books.shares[row["payment_id"]].append(SHARE.entity(row))
            books.reversals = [REVERSAL.entity(row) for row in await rows(REVERSALS)]
            entries: dict[Any, list[Any]] = {}
            for row in await rows(ENTRIES, "position"):
                entries.setdefault(row["journal_id"], []).append(ENTRY.entity(row))
            for row in await rows(JOURNALS):
                given = {name: row[name] for name in ("key", "agency_id", "client_id", "at")}
                about = {name: row[name] for name in ("payment_id", "intent_id", "by", "note")}
                kind = JournalKind(row["kind"])
                journal = Journal(**given, **about, kind=kind, entries=tuple(entries[row["id"]]))
                books.journals[agency_id, journal.key] = journal
            references = [row["reference"] for row in await rows(INTENTS, "created_at", "reference")]
            for row in await rows(EVENTS):
                books.events[agency_id, row["dedup_key"]] = EVENT.entity(row)
        async with self._store.unit_of_work(Scope.of_agency(agency_id)) as uow:
            for reference in references:
                intent = await uow.intents.by_reference(reference)
                if intent is not None:
                    books.intents[intent.id] = intent
            assert await uow.ledger.differences() == []
        return books
