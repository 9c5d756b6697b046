"""A store that lets transactions interleave as Postgres does: each statement sees what is committed by then, rows and
keys that a transaction wrote or locked are its own until it ends, and who waits for one another in a ring is told.

The statements are those of the fakes; `LOCKS` says what each of them locks in Postgres.
"""

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from types import TracebackType
from typing import Any, cast

from application.access import Scope
from application.ports.unit_of_work import UnitOfWork, UnitOfWorkFactory
from domain.errors import Unavailable
from domain.invoices import InvoiceKind
from domain.payment_intents import PaymentIntent
from tests.fakes.audit import FakeAuditTrail
from tests.fakes.books import Books, FakeFindings, FakeLedger, FakeReconciliations, FakeRequestKeys, Repository
from tests.fakes.jobs import FakeJobs
from tests.fakes.payments import FakeAgencies, FakeCounters, FakeGatewayAccounts, FakeGatewayEvents, FakePaymentIntents
from tests.fakes.receipts import FakePayments
from tests.simulation.scheduler import Pause, Tally
from tests.simulation.staging import StagedBooks

Making = Callable[[Any, Scope], Any]
REPOSITORIES: dict[str, Making] = {
    "agencies": FakeAgencies,
    "audit": lambda books, scope: FakeAuditTrail(books.audit, books.heads, scope),
    "counters": FakeCounters,
    "findings": FakeFindings,
    "gateway_accounts": FakeGatewayAccounts,
    "gateway_events": FakeGatewayEvents,
    "intents": FakePaymentIntents,
    "jobs": lambda books, scope: FakeJobs(books.jobs, scope),
    "ledger": FakeLedger,
    "payments": FakePayments,
    "reconciliations": FakeReconciliations,
    "request_keys": FakeRequestKeys,
}

Key = tuple[Any, ...]
Locking = Callable[..., Iterator[Key]]


class Deadlock(Exception):
    """Postgres ended this transaction because others waited for it in a ring."""


def _lost() -> Exception:
    return Unavailable(2)


class Unit:
    """One transaction. Its end, by whatever way, frees what it locked; a call after that is refused."""

    def __init__(self, storage: "Storage", scope: Scope) -> None:
        self._storage = storage
        self._scope = scope
        self._books: StagedBooks | None = None
        self._locks: list[Key] = []
        self.waits_for: Key | None = None

    async def __aenter__(self) -> "Unit":
        await Pause("begin", _lost)
        self._books = StagedBooks(self._storage.books)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.end()

    async def commit(self) -> None:
        books = self.books
        try:
            await Pause("commit", _lost)
            self._storage.on_commit(self._storage.books, books.changes())
            books.publish()
            self._storage.tally.commits += 1
        finally:
            self.end()
        await Pause("the answer to commit", _lost)

    @property
    def books(self) -> StagedBooks:
        if self._books is None:
            raise Unavailable(2)
        return self._books

    def locking(self, statement: str) -> Locking | None:
        return self._storage.locks.get(statement)

    def end(self) -> None:
        self._books = None
        self.waits_for = None
        for key in self._locks:
            del self._storage.owners[key]
        self._locks.clear()

    def __getattr__(self, name: str) -> Any:
        make = self._storage.repositories.get(name)
        if make is None:
            raise AttributeError(name)
        port = Port(self, name, make(self.books, self._scope))
        self.__dict__[name] = port
        return port

    async def lock(self, key: Key) -> None:
        owners = self._storage.owners
        owner = owners.get(key)
        if owner is self:
            return
        while key in owners:
            self.waits_for = key
            self._refuse_ring()
            await Pause(f"lock {key[0]}", free=lambda: key not in owners)
        self.waits_for = None
        owners[key] = self
        self._locks.append(key)

    def _refuse_ring(self) -> None:
        other: Unit | None = self
        while other is not None and other.waits_for is not None:
            other = self._storage.owners.get(other.waits_for)
            if other is self:
                self._storage.tally.deadlocks += 1
                self.end()
                raise Deadlock


class Port:
    """A repository whose every call is a step of its own, and locks what the same statement locks in Postgres."""

    def __init__(self, unit: Unit, name: str, repository: Any) -> None:
        self._unit = unit
        self._name = name
        self._repository = repository

    def __getattr__(self, method: str) -> Any:
        unit, name = self._unit, f"{self._name}.{method}"
        target, locks = getattr(self._repository, method), unit.locking(name)

        async def call(*arguments: Any, **named: Any) -> Any:
            _ = unit.books
            try:
                await Pause(name, _lost)
                if locks is not None:
                    for key in locks(self._repository, *arguments, **named):
                        await unit.lock(key)
                return await target(*arguments, **named)
            except Unavailable:
                unit.end()
                raise

        self.__dict__[method] = call
        return call


def _by_reference(of: Repository, reference: str, *, for_update: bool = False) -> Iterator[Key]:
    if for_update:
        yield from (("intent", it.id) for it in list(of.books.intents.values()) if it.reference == reference)


def _holds(intent: PaymentIntent) -> Iterator[Key]:
    return (("live", part.invoice_id) for part in intent.invoices)


def _save_intent(of: Repository, intent: PaymentIntent, **_: Any) -> Iterator[Key]:
    yield ("intent", intent.id)
    if of.books.intents[intent.id].status.is_live is not intent.status.is_live:
        yield from _holds(intent)
    for attempt in intent.attempts:
        yield ("transaction", intent.gateway_account_id, attempt.transaction_id)
        owner = of.books.transactions.get((intent.gateway_account_id, attempt.transaction_id), intent.id)
        if owner != intent.id:
            # In Postgres the other's transaction alone; here it is kept within its intent.
            yield ("intent", owner)


def _open_invoices(of: Repository, client_id: Any) -> Iterator[Key]:
    rent = (it for it in of.books.invoices.values() if it.client_id == client_id and it.kind is InvoiceKind.RENT)
    yield from (("invoice", key) for key in sorted(it.id for it in rent if it.balance > 0))


def _with_credit(of: Repository, client_id: Any) -> Iterator[Key]:
    own = (it for it, _ in of.books.payments.values() if it.client_id == client_id and it.credit_left > 0)
    yield from (("payment", it.id) for it in sorted(own, key=lambda it: (it.paid_at, it.receipt_number)))


def _findings_about(of: Repository, intent_id: Any, kinds: Any, **_: Any) -> Iterator[Key]:
    about = (it for it in list(of.books.findings.values()) if it.intent_id == intent_id and it.kind in kinds)
    yield from (("finding", it.agency_id, it.key) for it in about if it.resolved_at is None)


def _events_about(of: Repository, reference: str, *, until: datetime, outcome: str) -> Iterator[Key]:
    about = (it for it in list(of.books.events.values()) if it.reference == reference and it.received_at <= until)
    yield from (("event", it.dedup_key) for it in about if it.outcome is None)


def _by_id(table: str) -> Locking:
    return lambda _, row, *args, **named: iter([(table, row.id)])


LOCKS: dict[str, Locking] = {
    "audit.record": lambda of, action, **_: iter([("chain", of.scope.agency)]),
    "counters.next": lambda of, name: iter([("counter", of.scope.agency, name)]),
    "findings.report": lambda _, it: iter([("finding", it.agency_id, it.key)]),
    "findings.resolve_about": _findings_about,
    "gateway_events.receive": lambda _, it: iter([("event", it.dedup_key)]),
    "gateway_events.conclude": lambda _, key, outcome: iter([("event", key)]),
    "gateway_events.conclude_about": _events_about,
    "intents.by_idempotency_key": lambda _, client_id, key: iter([("key", client_id, key)]),
    "intents.claim_opening": _by_id("intent"),
    "intents.claim_question": _by_id("intent"),
    "intents.by_reference": _by_reference,
    "intents.add": lambda _, intent: _holds(intent) if intent.status.is_live else iter([]),
    "intents.save": _save_intent,
    "jobs.put": lambda _, job: iter([] if job.key is None else [("job", job.agency_id, job.kind, job.key)]),
    "ledger.post": lambda _, it: iter([("journal", it.agency_id, it.key)]),
    "payments.lock_client": lambda _, client_id: iter([("money", client_id)]),
    "payments.lock_invoices": lambda of, ids: (("invoice", it) for it in sorted(ids) if it in of.books.invoices),
    "payments.lock_open_invoices": _open_invoices,
    "payments.save_invoice": _by_id("invoice"),
    "payments.save_taken_back": _by_id("payment"),
    "payments.use_credit": _by_id("payment"),
    "payments.with_credit": _with_credit,
    "request_keys.find": lambda _, account_id, key: iter([("act", account_id, key)]),
}


class Storage(UnitOfWorkFactory):
    """`books` is what is committed. `on_commit` is told what each commit changes, before it does."""

    repositories: Mapping[str, Making] = REPOSITORIES
    locks: Mapping[str, Locking] = LOCKS
    unit: type[Unit] = Unit

    def __init__(self, books: Books, tally: Tally, on_commit: Callable[[Books, dict[str, Any]], None]) -> None:
        self.books = books
        self.tally = tally
        self.on_commit = on_commit
        self.owners: dict[Key, Unit] = {}

    def __call__(self, scope: Scope) -> UnitOfWork:
        return cast(UnitOfWork, self.unit(self, scope))
