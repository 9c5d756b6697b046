"""One connection and one read-only transaction, on which everything an operation reads takes turns."""

import asyncio
from collections.abc import Collection, Sequence
from contextlib import AbstractAsyncContextManager
from datetime import datetime
from types import TracebackType
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from adapters.postgres.engine import connected
from adapters.postgres.reading.attachments import PostgresAttachmentReader
from adapters.postgres.reading.audit import PostgresAuditReader
from adapters.postgres.reading.books import PostgresFindingReader, PostgresReconciliationReader
from adapters.postgres.reading.connection import SnapshotConnection
from adapters.postgres.reading.dashboards import PostgresDashboards
from adapters.postgres.reading.failed_jobs import failed_jobs
from adapters.postgres.reading.intents import PostgresIntentReader
from adapters.postgres.reading.invoices import PostgresInvoiceReader
from adapters.postgres.reading.money import PostgresPaymentReader, PostgresPayoutReader
from adapters.postgres.reading.people import (
    PostgresAccountReader,
    PostgresClientReader,
    PostgresContractReader,
    PostgresPropertyReader,
)
from adapters.postgres.reading.personal_data import PostgresPersonalDataReader
from adapters.postgres.reading.pqrs import PostgresPqrsReader
from adapters.postgres.repositories.agencies import AGENCIES, agency_of
from adapters.postgres.repositories.gateways import GATEWAY_ACCOUNTS
from adapters.postgres.repositories.links import LINK, LINKS
from adapters.postgres.repositories.second_factors import FACTORS
from adapters.postgres.repositories.sessions import SESSION, SESSIONS
from adapters.postgres.scoping import SET_SCOPE, scope_parameters
from application.access import ClientViewer, StaffViewer, Viewer, Visitor, sees_as_client
from application.ports.clock import Clock
from application.ports.jobs import FailedJob
from application.ports.reading import Entry, GatewaySetup, Many, Reading, Readings
from domain.agencies import Agency
from domain.errors import AgencyNotFound, Unauthenticated
from domain.links import AccountLink
from domain.payments import PaymentGatewayCode
from domain.sessions import Session

_NOBODY = UUID(int=0)

ENTER = sa.text("select * from enter(:token, :host, :slug, :now)")


class PostgresReading(Reading):
    """Built when the viewer is known; the transaction carries the viewer's scope."""

    def __init__(
        self, connection: AsyncConnection, viewer: Viewer, last_seen_at: datetime | None, *, test_gateways: bool
    ) -> None:
        self.viewer = viewer
        self.last_seen_at = last_seen_at
        self._test_gateways = test_gateways
        self._scope = viewer.scope
        self._source = SnapshotConnection(connection)
        given = (self._source, self._scope)
        self.accounts = PostgresAccountReader(*given)
        self.clients = PostgresClientReader(*given)
        self.properties = PostgresPropertyReader(*given)
        self.contracts = PostgresContractReader(*given)
        self.invoices = PostgresInvoiceReader(*given)
        self.payments = PostgresPaymentReader(*given)
        self.payouts = PostgresPayoutReader(*given)
        self.pqrs = PostgresPqrsReader(*given)
        self.attachments = PostgresAttachmentReader(*given)
        self.intents = PostgresIntentReader(*given)
        self.findings = PostgresFindingReader(*given)
        self.reconciliations = PostgresReconciliationReader(*given)
        self.audit = PostgresAuditReader(*given)
        self.dashboards = PostgresDashboards(*given)
        self.personal_data = PostgresPersonalDataReader(*given)

    @property
    def is_idle(self) -> bool:
        return self._source.is_idle

    async def agency(self) -> Agency:
        rows = await self._source.rows(sa.select(AGENCIES).where(AGENCIES.c.id == self._scope.agency))
        return agency_of(rows[0]._mapping)

    async def gateways(self) -> tuple[PaymentGatewayCode, ...]:
        rows = await self._source.rows(
            sa.select(AGENCIES.c.gateways, AGENCIES.c.test_gateways).where(AGENCIES.c.id == self._scope.agency)
        )
        usable = {*rows[0].gateways, *(rows[0].test_gateways if self._test_gateways else ())}
        return tuple(PaymentGatewayCode(gateway) for gateway in sorted(usable, reverse=True))

    async def gateway_setups(self) -> Sequence[GatewaySetup]:
        if self._scope.viewer != "staff":
            return []
        rows = await self._source.rows(
            sa.select(
                GATEWAY_ACCOUNTS.c.gateway,
                GATEWAY_ACCOUNTS.c.public_key,
                GATEWAY_ACCOUNTS.c.enabled,
                sa.func.coalesce(GATEWAY_ACCOUNTS.c.settings["test"].as_boolean(), False).label("test"),
                GATEWAY_ACCOUNTS.c.secrets.is_not(None).label("complete"),
            )
            .where(GATEWAY_ACCOUNTS.c.agency_id == self._scope.agency)
            .order_by(GATEWAY_ACCOUNTS.c.gateway.desc())
        )
        return [
            GatewaySetup(
                gateway=PaymentGatewayCode(row.gateway),
                public_key=row.public_key,
                enabled=row.enabled,
                test=row.test,
                complete=row.complete,
            )
            for row in rows
        ]

    async def links(self, ids: Collection[UUID]) -> Many[AccountLink]:
        if self._scope.viewer != "staff":
            return {}
        rows = await self._source.rows(
            sa.select(LINKS).where(LINKS.c.agency_id == self._scope.agency, LINKS.c.id.in_(ids))
        )
        return {row.id: LINK.entity(row._mapping) for row in rows}

    async def sessions(self, *, at: datetime) -> Sequence[Session]:
        if sees_as_client(self.viewer):
            return []
        rows = await self._source.rows(
            sa.select(SESSIONS)
            .where(
                SESSIONS.c.agency_id == self._scope.agency,
                SESSIONS.c.account_id == self._scope.account_id,
                SESSIONS.c.ended_at.is_(None),
                SESSIONS.c.expires_at > at,
            )
            .order_by(SESSIONS.c.created_at.desc(), SESSIONS.c.id)
        )
        return [SESSION.entity(row._mapping) for row in rows]

    async def recovery_codes_left(self) -> int | None:
        rows = await self._source.rows(
            sa.select(sa.func.cardinality(FACTORS.c.recovery).label("left")).where(
                FACTORS.c.agency_id == self._scope.agency,
                FACTORS.c.account_id == self._scope.account_id,
                FACTORS.c.confirmed_at.is_not(None),
            )
        )
        return int(rows[0].left) if rows else None

    async def failed_jobs(self, *, first: int) -> Sequence[FailedJob]:
        return await failed_jobs(self._source, self._scope, first=first)

    async def close(self) -> None:
        await self._source.close()


class _Opening(AbstractAsyncContextManager[Reading]):
    """Opens a snapshot for an entry or for a viewer, and gives its connection back."""

    def __init__(self, engine: AsyncEngine, clock: Clock, who: Entry | Viewer, *, test_gateways: bool) -> None:
        self._engine = engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
        self._clock = clock
        self._who = who
        self._test_gateways = test_gateways
        self._connection: AsyncConnection | None = None
        self._reading: PostgresReading | None = None

    async def __aenter__(self) -> Reading:
        self._connection = await connected(self._engine)
        try:
            viewer, last_seen_at = await self._viewer(self._connection)
        except BaseException:
            await asyncio.shield(self._connection.close())
            raise
        self._reading = PostgresReading(self._connection, viewer, last_seen_at, test_gateways=self._test_gateways)
        return self._reading

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._reading is not None:
            await self._reading.close()

    async def _viewer(self, connection: AsyncConnection) -> tuple[Viewer, datetime | None]:
        if not isinstance(self._who, Entry):
            await connection.execute(SET_SCOPE, scope_parameters(self._who.scope))
            return self._who, None
        entry = self._who
        found = await connection.execute(
            ENTER,
            {"token": entry.token_hash, "host": entry.host, "slug": entry.slug, "now": self._clock.now()},
        )
        return viewer_of_row(entry, found.one())


def viewer_of_row(entry: Entry, row: Any) -> tuple[Viewer, datetime | None]:
    """Who the call that lets requests in has found, or the refusal."""
    if row.session_id is not None:
        common = {"agency_id": row.agency_id, "account_id": row.account_id or _NOBODY, "session_id": row.session_id}
        if {"STAFF", "ADMIN"} & set(row.roles):
            staff = StaffViewer(**common, client_id=row.client_id, is_admin="ADMIN" in row.roles)
            return staff, row.last_seen_at
        return ClientViewer(**common, client_id=row.client_id, read_only=bool(row.read_only)), row.last_seen_at
    if entry.token_hash is not None and not entry.tolerant:
        raise Unauthenticated
    if row.agency_id is None:
        raise AgencyNotFound
    return Visitor(agency_id=row.agency_id), None


class PostgresReadings(Readings):
    """`test_gateways`: accounts that move no money count as ways to pay, as they do for who starts a payment."""

    def __init__(self, engine: AsyncEngine, clock: Clock, *, test_gateways: bool = False) -> None:
        self._engine = engine
        self._clock = clock
        self._test_gateways = test_gateways

    def enter(self, entry: Entry) -> AbstractAsyncContextManager[Reading]:
        return self._opening(entry)

    def of(self, viewer: Viewer) -> AbstractAsyncContextManager[Reading]:
        return self._opening(viewer)

    def _opening(self, who: Entry | Viewer) -> _Opening:
        return _Opening(self._engine, self._clock, who, test_gateways=self._test_gateways)
