"""One transaction of the serving role, with its scope set before anything is asked."""

from collections.abc import Sequence
from types import TracebackType

from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from adapters.postgres.engine import connected
from adapters.postgres.imports.store import PostgresImportStore
from adapters.postgres.jobs.outbox import PostgresJobs
from adapters.postgres.personal_data.erasure import PostgresErasures
from adapters.postgres.repositories.accounts import PostgresAccounts
from adapters.postgres.repositories.agencies import PostgresAgencies, PostgresCounters
from adapters.postgres.repositories.attachments import PostgresAttachments
from adapters.postgres.repositories.audit import PostgresAuditTrail
from adapters.postgres.repositories.books import (
    PostgresFindings,
    PostgresLedger,
    PostgresReconciliations,
    PostgresRequestKeys,
)
from adapters.postgres.repositories.consents import PostgresConsents
from adapters.postgres.repositories.correspondence import PostgresCorrespondence
from adapters.postgres.repositories.gateways import PostgresGatewayAccounts, PostgresGatewayEvents
from adapters.postgres.repositories.links import PostgresLinks
from adapters.postgres.repositories.payment_intents import PostgresPaymentIntents
from adapters.postgres.repositories.payments import PostgresPayments
from adapters.postgres.repositories.pqrs import PostgresPqrsCases
from adapters.postgres.repositories.second_factors import PostgresSecondFactors
from adapters.postgres.repositories.sessions import PostgresSessions
from adapters.postgres.scoping import SET_SCOPE, scope_parameters
from application.access import Scope
from application.ports.unit_of_work import UnitOfWork, UnitOfWorkFactory


class PostgresUnitOfWork(UnitOfWork):
    def __init__(self, engine: AsyncEngine, audit_keys: Sequence[bytes], scope: Scope) -> None:
        self._engine = engine
        self._audit_keys = audit_keys
        self._scope = scope
        self._connection: AsyncConnection | None = None

    async def __aenter__(self) -> "PostgresUnitOfWork":
        self._connection = connection = await connected(self._engine)
        try:
            await connection.execute(SET_SCOPE, scope_parameters(self._scope))
        except BaseException:
            await self._leave()
            raise
        scope = self._scope
        self.accounts = PostgresAccounts(connection, scope)
        self.agencies = PostgresAgencies(connection, scope)
        self.audit = PostgresAuditTrail(connection, scope, self._audit_keys)
        self.consents = PostgresConsents(connection, scope)
        self.correspondence = PostgresCorrespondence(connection, scope)
        self.attachments = PostgresAttachments(connection, scope)
        self.counters = PostgresCounters(connection, scope)
        self.erasures = PostgresErasures(connection, scope, self._audit_keys)
        self.findings = PostgresFindings(connection, scope)
        self.gateway_accounts = PostgresGatewayAccounts(connection, scope)
        self.gateway_events = PostgresGatewayEvents(connection, scope)
        self.imports = PostgresImportStore(connection, scope, self._audit_keys)
        self.intents = PostgresPaymentIntents(connection, scope)
        self.jobs = PostgresJobs(connection, scope)
        self.ledger = PostgresLedger(connection, scope)
        self.links = PostgresLinks(connection, scope)
        self.payments = PostgresPayments(connection, scope)
        self.pqrs = PostgresPqrsCases(connection, scope)
        self.reconciliations = PostgresReconciliations(connection, scope)
        self.request_keys = PostgresRequestKeys(connection, scope)
        self.second_factors = PostgresSecondFactors(connection, scope)
        self.sessions = PostgresSessions(connection, scope)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._leave()

    async def commit(self) -> None:
        if self._connection is None:
            raise RuntimeError("this unit of work has ended")
        await self._connection.commit()
        await self._leave()

    async def _leave(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            await connection.close()


class PostgresUnitOfWorkFactory(UnitOfWorkFactory):
    """`audit_keys`: the first makes the hashes of what is recorded."""

    def __init__(self, engine: AsyncEngine, audit_keys: Sequence[bytes]) -> None:
        self._engine = engine
        self._audit_keys = audit_keys

    def __call__(self, scope: Scope) -> PostgresUnitOfWork:
        return PostgresUnitOfWork(self._engine, self._audit_keys, scope)
