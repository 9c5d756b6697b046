"""Changing things: one transaction, seen through one scope. There is no other way to a repository."""

from types import TracebackType
from typing import Protocol

from application.access import Scope
from application.ports.accounts import Accounts, SecondFactors, Sessions
from application.ports.agencies import Agencies, Counters
from application.ports.attachments import Attachments
from application.ports.audit import AuditTrail
from application.ports.books import Findings, Ledger, Reconciliations, RequestKeys
from application.ports.correspondence import Correspondence
from application.ports.imports import ImportStore
from application.ports.jobs import Jobs
from application.ports.links import Links
from application.ports.payments import GatewayAccounts, GatewayEvents, PaymentIntents, Payments
from application.ports.personal_data import Consents, Erasures
from application.ports.pqrs import PqrsCases


class UnitOfWork(Protocol):
    """Repositories over one transaction. Leaving it rolls back; only `commit` keeps what was done, and ends it.

    Opening, using or committing raises Unavailable when the database cannot be reached and Busy when every
    connection is taken for too long.
    """

    accounts: Accounts
    agencies: Agencies
    audit: AuditTrail
    consents: Consents
    correspondence: Correspondence
    attachments: Attachments
    counters: Counters
    erasures: Erasures
    findings: Findings
    gateway_accounts: GatewayAccounts
    gateway_events: GatewayEvents
    imports: ImportStore
    intents: PaymentIntents
    jobs: Jobs
    ledger: Ledger
    links: Links
    payments: Payments
    pqrs: PqrsCases
    reconciliations: Reconciliations
    request_keys: RequestKeys
    second_factors: SecondFactors
    sessions: Sessions

    async def __aenter__(self) -> "UnitOfWork": ...

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...

    async def commit(self) -> None:
        """Keep the work. Nothing can be read or written through this unit afterwards."""
        ...


class UnitOfWorkFactory(Protocol):
    def __call__(self, scope: Scope) -> UnitOfWork:
        """A unit of work, not begun, that finds and writes the rows of `scope` and no others."""
        ...
