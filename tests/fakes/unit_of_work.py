"""Units of work over all rows in memory: each works on a copy of them, published by commit, one at a time.

One at a time is stricter than row locks, so that a use case that opens a unit of work inside another hangs here too.
"""

import asyncio
from collections.abc import Sequence
from copy import deepcopy
from dataclasses import dataclass
from types import TracebackType
from typing import Any, cast

from application.access import Scope
from application.ports.agencies import Agencies, Counters
from application.ports.unit_of_work import UnitOfWork, UnitOfWorkFactory
from domain.accounts import Account
from domain.agencies import Agency
from domain.errors import FieldProblem, FieldProblemCode, InvalidInput
from domain.ids import AgencyId, ClientId
from tests.fakes.access import Contact, FakeAccounts, FakeLinks, FakeSecondFactors, FakeSessions, Store
from tests.fakes.attachments import FakeAttachments
from tests.fakes.audit import FakeAuditTrail
from tests.fakes.books import FakeFindings, FakeLedger, FakeReconciliations, FakeRequestKeys
from tests.fakes.correspondence import FakeCorrespondence
from tests.fakes.jobs import FakeJobs
from tests.fakes.payments import FakeGatewayAccounts, FakeGatewayEvents, FakePaymentIntents
from tests.fakes.personal_data import FakeConsents, FakeErasures
from tests.fakes.pqrs import FakePqrsCases
from tests.fakes.receipts import FakePayments
from tests.fakes.store import FakeStore, Sight


class FakeDatabase(UnitOfWorkFactory):
    """`store` is what was published last; `commits` counts how often that was."""

    def __init__(self, store: FakeStore | None = None) -> None:
        self.store = store or FakeStore()
        self.turn = asyncio.Lock()
        self.commits = 0

    def __call__(self, scope: Scope) -> UnitOfWork:
        return cast(UnitOfWork, FakeUnitOfWork(self, scope))


class FakeUnitOfWork:
    """Everything but imports, which work on books of their own."""

    def __init__(self, database: FakeDatabase, scope: Scope) -> None:
        self._database = database
        self._scope = scope
        self._work: FakeStore | None = None

    async def __aenter__(self) -> "FakeUnitOfWork":
        await self._database.turn.acquire()
        work, scope = deepcopy(self._database.store), self._scope
        self._work = work
        self.accounts = _Accounts(work, scope)
        self.agencies = FakeAgencies(work, scope)
        self.audit = FakeAuditTrail(work.audit, work.heads, scope, work.accounts.values())
        self.consents = FakeConsents(work, scope)
        self.correspondence = FakeCorrespondence(work, scope)
        self.attachments = FakeAttachments(work, scope)
        self.counters = FakeCounters(work, scope)
        self.erasures = FakeErasures(work, scope)
        books = work.books
        self.findings = FakeFindings(books, scope)
        self.gateway_accounts = FakeGatewayAccounts(books, scope)
        self.gateway_events = FakeGatewayEvents(books, scope)
        self.intents = FakePaymentIntents(books, scope)
        self.jobs = FakeJobs(work.jobs, scope)
        self.ledger = FakeLedger(books, scope)
        self.links = FakeLinks(_sign_in_store(work), scope)
        self.payments = FakePayments(books, scope)
        self.pqrs = FakePqrsCases(work, scope)
        self.reconciliations = FakeReconciliations(books, scope)
        self.request_keys = FakeRequestKeys(books, scope)
        self.second_factors = FakeSecondFactors(_sign_in_store(work), scope)
        self.sessions = FakeSessions(_sign_in_store(work), scope)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._leave()

    async def commit(self) -> None:
        if self._work is None:
            raise RuntimeError("this unit of work has ended")
        self._database.store = self._work
        self._database.commits += 1
        self._leave()

    def _leave(self) -> None:
        """End, so that whoever still holds a repository can do nothing with it."""
        if self._work is None:
            return
        self._work = None
        for repository in vars(self).values():
            if hasattr(repository, "scope"):
                vars(repository).clear()
        self._database.turn.release()


@dataclass
class _Repository:
    store: FakeStore
    scope: Scope

    @property
    def sight(self) -> Sight:
        return Sight(self.store, self.scope)

    def must(self, allowed: bool) -> None:
        if not allowed:
            raise PermissionError("row-level security")


class FakeAgencies(_Repository, Agencies):
    async def by_key(self, key: str) -> AgencyId | None:
        found = self.store.agency_keys.get(key)
        return found if key == self.scope.agency_key or found == self.scope.agency_id else None

    async def knows_origin(self, origin: str) -> bool:
        return origin == self.scope.origin_key and any(origin in a.origins for a in self.store.agencies.values())

    async def ids(self) -> Sequence[AgencyId]:
        return sorted(self.store.agencies) if self.scope.work else []

    async def get(self, agency_id: AgencyId, *, for_update: bool = False) -> Agency | None:
        return self.store.agencies.get(agency_id) if agency_id == self.scope.agency_id else None

    async def add(self, agency: Agency, *, hosts: tuple[str, ...]) -> None:
        self.must(agency.id == self.scope.agency_id)
        taken = set(self.store.agency_keys)
        for field, name in (("slug", agency.slug), *(("host", host.lower()) for host in hosts)):
            if name in taken:
                raise InvalidInput(FieldProblem(field, FieldProblemCode.DUPLICATE))
            taken.add(name)
        self.store.agency_keys |= dict.fromkeys(taken - set(self.store.agency_keys), agency.id)
        self.store.agencies[agency.id] = agency
        self.store.agency_keys["*"] = None if "*" in self.store.agency_keys else agency.id

    async def save(self, agency: Agency) -> None:
        self.must(agency.id == self.scope.agency_id)
        self.store.agencies[agency.id] = agency


class FakeCounters(_Repository, Counters):
    async def next(self, name: str) -> int:
        self.must(self.scope.viewer != "visitor")
        key = (self.scope.agency, name)
        self.store.counters[key] = self.store.counters.get(key, 0) + 1
        return self.store.counters[key]


class _Accounts(FakeAccounts):
    """With the contact data on the clients, where they are."""

    def __init__(self, store: FakeStore, scope: Scope) -> None:
        super().__init__(_sign_in_store(store), scope)
        self._clients = store.clients

    async def add(self, account: Account) -> None:
        await super().add(account)
        client = self._clients.get(account.client_id) if account.client_id else None
        if client is not None and client.email is None:
            client.email = account.email

    async def change_profile(
        self, account: Account, *, phone: str | None, address: str | None, city: str | None
    ) -> None:
        client = self._clients[cast(ClientId, account.client_id)]
        client.phone, client.address, client.city = phone, address, city

    async def contact_data(self, account: Account) -> Contact | None:
        client = self._clients[cast(ClientId, account.client_id)]
        return None if client.erased_at else (client.phone, client.address, client.city)


def _sign_in_store(store: FakeStore) -> Any:
    """The same rows as the repositories of access look at them."""
    return Store(
        agencies=store.agencies,
        accounts=store.accounts,
        parties=store.parties,
        people=store.clients,
        links=store.links,
        second_factors=store.second_factors,
        sessions=store.sessions,
        tokens=store.tokens,
        jobs=store.jobs,
    )
