"""The same rows kept in memory and in Postgres, planted, changed and read alike."""

from abc import ABC, abstractmethod
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from copy import copy
from dataclasses import fields

import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError, ResourceClosedError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from adapters.postgres.reading.snapshot import PostgresReadings
from adapters.postgres.scoping import SET_SCOPE, scope_parameters
from adapters.postgres.unit_of_work import PostgresUnitOfWorkFactory
from application.access import Scope
from application.ports.jobs import Job, JobKind
from application.ports.reading import Readings
from application.ports.unit_of_work import UnitOfWorkFactory
from domain.ids import AgencyId
from tests.fakes.audit import KEYS
from tests.fakes.clock import FakeClock
from tests.fakes.reading.readings import FakeReadings
from tests.fakes.store import FakeStore
from tests.fakes.unit_of_work import FakeDatabase
from tests.ports.planting import REBUILD_READERS, agencies_of, derive_only_agency, rows_of


class Place(ABC):
    """Where rows are kept. `ended` is what using a unit of work after its end raises, `refused` what writing a row of
    another scope does."""

    unit_of_work: UnitOfWorkFactory
    readings: Readings
    ended: type[Exception]
    refused: type[Exception]

    @abstractmethod
    async def plant(self, store: FakeStore) -> None:
        """Add all rows of the store."""

    @abstractmethod
    async def counters(self, agency_id: AgencyId) -> dict[str, int]: ...

    @abstractmethod
    async def jobs(self, agency_id: AgencyId) -> list[Job]:
        """Those that wait, in the order they were put; without their keys and times."""

    @abstractmethod
    async def fail_jobs(self, agency_id: AgencyId) -> None:
        """Let all of the agency's that wait have failed for good."""


class InMemory(Place):
    ended = AttributeError
    refused = PermissionError

    def __init__(self, clock: FakeClock, *, test_gateways: bool = False) -> None:
        self.database = FakeDatabase()
        self.unit_of_work = self.database
        self.readings = FakeReadings(self.database, clock, test_gateways=test_gateways)

    async def plant(self, store: FakeStore) -> None:
        published = copy(self.database.store)
        for field in fields(FakeStore):
            before, more = getattr(published, field.name), getattr(store, field.name)
            setattr(published, field.name, before | more if isinstance(before, dict) else before + more)
        derive_only_agency(published)
        self.database.store = published

    async def counters(self, agency_id: AgencyId) -> dict[str, int]:
        return {name: value for (owner, name), value in self.database.store.counters.items() if owner == agency_id}

    async def jobs(self, agency_id: AgencyId) -> list[Job]:
        mine = (kept.job for kept in self.database.store.jobs if kept.job.agency_id == agency_id and not kept.failed)
        return [Job(kind=job.kind, agency_id=agency_id, subject=job.subject) for job in mine]

    async def fail_jobs(self, agency_id: AgencyId) -> None:
        for kept in self.database.store.jobs:
            kept.failed = kept.failed or kept.job.agency_id == agency_id


class InPostgres(Place):
    ended = ResourceClosedError
    refused = DBAPIError

    def __init__(self, engine: AsyncEngine, clock: FakeClock, *, test_gateways: bool = False) -> None:
        self.engine = engine
        self.unit_of_work = PostgresUnitOfWorkFactory(engine, KEYS)
        self.readings = PostgresReadings(engine, clock, test_gateways=test_gateways)

    async def plant(self, store: FakeStore) -> None:
        for agency_id in agencies_of(store):
            await self._plant_people(store, agency_id)
            await self._plant_money(store, agency_id)
            await self._plant_sessions(store, agency_id)

    async def counters(self, agency_id: AgencyId) -> dict[str, int]:
        async with self.scoped(Scope.of_agency(agency_id)) as connection:
            rows = await connection.execute(sa.text("select name, value from counters"))
            return {row.name: row.value for row in rows}

    async def jobs(self, agency_id: AgencyId) -> list[Job]:
        async with self.scoped(Scope(work=True)) as connection:
            rows = await connection.execute(
                sa.text(
                    "select entrypoint, payload from queue.pgqueuer "
                    "where headers ->> 'agency_id' = :agency_id and status = 'queued' order by id"
                ),
                {"agency_id": str(agency_id)},
            )
            return [
                Job(kind=JobKind(row.entrypoint), agency_id=agency_id, subject=row.payload.decode()) for row in rows
            ]

    async def fail_jobs(self, agency_id: AgencyId) -> None:
        async with self.scoped(Scope(work=True)) as connection:
            await connection.execute(
                sa.text("update queue.pgqueuer set status = 'failed' where headers ->> 'agency_id' = :agency_id"),
                {"agency_id": str(agency_id)},
            )
            await connection.commit()

    @asynccontextmanager
    async def scoped(self, scope: Scope) -> AsyncIterator[AsyncConnection]:
        """A transaction with that scope, to be committed by the test."""
        async with self.engine.connect() as connection:
            await connection.execute(SET_SCOPE, scope_parameters(scope))
            yield connection

    async def _plant_people(self, store: FakeStore, agency_id: AgencyId) -> None:
        if agency_id in store.agencies:
            agency = store.agencies[agency_id]
            hosts = [key for key, owner in store.agency_keys.items() if owner == agency_id and key != agency.slug]
            async with self.unit_of_work(Scope.of_agency(agency_id)) as uow:
                await uow.agencies.add(agency, hosts=tuple(hosts))
                await uow.commit()
        async with self.scoped(Scope.of_agency(agency_id)) as connection:
            for table, rows in rows_of(store, agency_id):
                await connection.execute(sa.insert(table), rows)
            for statement in REBUILD_READERS:
                await connection.execute(statement, {"agency_id": agency_id})
            await connection.commit()

    async def _plant_money(self, store: FakeStore, agency_id: AgencyId) -> None:
        async with self.unit_of_work(Scope.of_agency(agency_id)) as uow:
            for account in store.accounts.values():
                if account.agency_id == agency_id:
                    await uow.accounts.add(account)
            for merchant in store.gateway_accounts.values():
                if merchant.agency_id == agency_id:
                    await uow.gateway_accounts.save(merchant)
            intents = [intent for intent in store.intents.values() if intent.agency_id == agency_id]
            for intent in intents:
                await uow.intents.add(intent)
            for payment, shares in store.payments.values():
                if payment.agency_id == agency_id:
                    await uow.payments.add(payment, shares)
            for intent in intents:
                booked = {key[1]: paid for key, paid in store.booked.items() if key[0] == intent.gateway_account_id}
                await uow.intents.save(intent, booked=booked)
            for finding in store.findings.values():
                if finding.agency_id == agency_id:
                    await uow.findings.report(finding)
            for report in store.reports.values():
                if report.agency_id == agency_id:
                    await uow.reconciliations.keep(report)
            for case in store.pqrs.values():
                if case.agency_id == agency_id:
                    await uow.pqrs.add(case, next(it for it in store.pqrs_events if it.pqrs_id == case.id))
            for message in store.pqrs_messages.values():
                if message.agency_id == agency_id:
                    await uow.pqrs.add_message(message)
            await uow.consents.add([it for it in store.consents if it.agency_id == agency_id])
            links = [link for link in store.links.values() if link.agency_id == agency_id]
            if links:
                await uow.links.add(links)
            for file, content in store.attachments.values():
                if file.agency_id == agency_id:
                    await uow.attachments.add([(file, content)])
            await uow.commit()

    async def _plant_sessions(self, store: FakeStore, agency_id: AgencyId) -> None:
        for session in store.sessions.values():
            if session.agency_id != agency_id:
                continue
            scope = Scope(agency_id=agency_id, viewer="client", account_id=session.account_id)
            async with self.unit_of_work(scope) as uow:
                await uow.sessions.add(session)
                tokens = [token for token in store.tokens.values() if token.session_id == session.id]
                await uow.sessions.add_tokens(tokens)
                await uow.commit()
        for factor in store.second_factors.values():
            if factor.agency_id == agency_id:
                async with self.unit_of_work(Scope(agency_id=agency_id, account_id=factor.account_id)) as uow:
                    await uow.second_factors.put(factor)
                    await uow.commit()
