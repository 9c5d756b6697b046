"""Snapshots of what was published in memory: whoever reads goes on seeing what was there at the beginning."""

from collections.abc import AsyncIterator, Collection, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import datetime
from uuid import UUID

from application.access import ClientViewer, Viewer, Visitor, sees_as_client, viewer_of
from application.merchants import Merchants
from application.ports.clock import Clock
from application.ports.jobs import FailedJob
from application.ports.reading import Entry, GatewaySetup, Many, Reading, Readings
from domain.accounts import AccountStatus
from domain.agencies import Agency
from domain.errors import AgencyNotFound, NotAllowed, Unauthenticated
from domain.ids import AccountId, AgencyId
from domain.links import AccountLink
from domain.payments import PaymentGatewayCode
from domain.sessions import Session, TokenKind
from tests.fakes.attachments import FakeAttachmentReader
from tests.fakes.jobs import failed
from tests.fakes.reading.audit import FakeAuditReader
from tests.fakes.reading.books import FakeFindingReader, FakeReconciliationReader
from tests.fakes.reading.dashboards import FakeDashboards, FakePqrsReader
from tests.fakes.reading.listing import FakeReader
from tests.fakes.reading.money import FakeIntentReader, FakeInvoiceReader, FakePaymentReader, FakePayoutReader
from tests.fakes.reading.people import FakeAccountReader, FakeClientReader, FakeContractReader, FakePropertyReader
from tests.fakes.reading.personal_data import FakePersonalDataReader
from tests.fakes.secrets import FakeSecretBox
from tests.fakes.store import FakeStore
from tests.fakes.unit_of_work import FakeDatabase


class FakeReading(FakeReader, Reading):
    def __init__(self, store: FakeStore, viewer: Viewer, last_seen_at: datetime | None, merchants: Merchants) -> None:
        super().__init__(store, viewer.scope)
        self.merchants = merchants
        self.viewer = viewer
        self.last_seen_at = last_seen_at
        given = (store, viewer.scope)
        self.accounts = FakeAccountReader(*given)
        self.clients = FakeClientReader(*given)
        self.properties = FakePropertyReader(*given)
        self.contracts = FakeContractReader(*given)
        self.invoices = FakeInvoiceReader(*given)
        self.payments = FakePaymentReader(*given)
        self.payouts = FakePayoutReader(*given)
        self.pqrs = FakePqrsReader(*given)
        self.attachments = FakeAttachmentReader(*given)
        self.intents = FakeIntentReader(*given)
        self.findings = FakeFindingReader(*given)
        self.reconciliations = FakeReconciliationReader(*given)
        self.audit = FakeAuditReader(*given)
        self.dashboards = FakeDashboards(*given)
        self.personal_data = FakePersonalDataReader(*given)

    @property
    def is_idle(self) -> bool:
        return True

    async def agency(self) -> Agency:
        return self.store.agencies[self.scope.agency]

    async def gateways(self) -> tuple[PaymentGatewayCode, ...]:
        mine = [it for it in self.store.gateway_accounts.values() if it.agency_id == self.viewer.agency_id]
        return tuple(sorted((account.gateway for account in mine if self.merchants.usable(account)), reverse=True))

    async def gateway_setups(self) -> Sequence[GatewaySetup]:
        mine = [it for it in self.store.gateway_accounts.values() if it.agency_id == self.viewer.agency_id]
        mine.sort(key=lambda account: account.gateway, reverse=True)
        return [
            GatewaySetup(
                gateway=account.gateway,
                public_key=account.public_key,
                enabled=account.enabled,
                test=account.test,
                complete=account.secrets is not None,
            )
            for account in mine
            if self.sight.is_staff
        ]

    async def links(self, ids: Collection[UUID]) -> Many[AccountLink]:
        mine = (link for link in self.store.links.values() if self.sight.of_agency(link) and self.sight.is_staff)
        return {link.id: link for link in mine if link.id in ids}

    async def failed_jobs(self, *, first: int) -> Sequence[FailedJob]:
        return failed(self.store.jobs, self.scope)[:first]

    async def sessions(self, *, at: datetime) -> Sequence[Session]:
        mine = [
            session
            for session in self.store.sessions.values()
            if self.sight.of_agency(session) and session.account_id == self.scope.account_id and session.is_live(at=at)
            if not sees_as_client(self.viewer)
        ]
        return sorted(sorted(mine, key=lambda it: str(it.id)), key=lambda it: it.created_at, reverse=True)

    async def recovery_codes_left(self) -> int | None:
        account_id = self.scope.account_id
        factor = self.store.second_factors.get(account_id) if account_id else None
        if factor is None or not factor.is_on or not self.sight.of_agency(factor):
            return None
        return len(factor.recovery)

    async def close(self) -> None:
        for reader in (self, *vars(self).values()):
            if isinstance(reader, FakeReader):
                reader.forget()


class FakeReadings(Readings):
    def __init__(self, database: FakeDatabase, clock: Clock, *, test_gateways: bool = False) -> None:
        self._database = database
        self._clock = clock
        self._merchants = Merchants(secrets=FakeSecretBox(), test_allowed=test_gateways)

    def enter(self, entry: Entry) -> AbstractAsyncContextManager[Reading]:
        return self._enter(entry)

    def of(self, viewer: Viewer) -> AbstractAsyncContextManager[Reading]:
        return self._open(viewer, None)

    @asynccontextmanager
    async def _enter(self, entry: Entry) -> AsyncIterator[Reading]:
        async with self._open(*self._let_in(entry)) as reading:
            yield reading

    @asynccontextmanager
    async def _open(self, viewer: Viewer, last_seen_at: datetime | None) -> AsyncIterator[Reading]:
        reading = FakeReading(self._database.store, viewer, last_seen_at, self._merchants)
        try:
            yield reading
        finally:
            await reading.close()

    def _let_in(self, entry: Entry) -> tuple[Viewer, datetime | None]:
        store = self._database.store
        hosted, named = store.agency_keys.get(entry.host), store.agency_keys.get(entry.slug or "")
        if entry.token_hash is not None:
            signed_in = self._signed_in(entry.token_hash, hosted, named, named_at_all=entry.slug is not None)
            if signed_in is not None:
                return signed_in
            if not entry.tolerant:
                raise Unauthenticated
        only = store.agency_keys.get("*") if entry.slug is None else None
        agency_id = hosted or named or only
        if agency_id is None:
            raise AgencyNotFound
        return Visitor(agency_id=agency_id), None

    def _signed_in(
        self, token_hash: str, hosted: AgencyId | None, named: AgencyId | None, *, named_at_all: bool
    ) -> tuple[Viewer, datetime | None] | None:
        store, now = self._database.store, self._clock.now()
        token = store.tokens.get(token_hash)
        if token is None or token.kind is not TokenKind.ACCESS or token.expires_at <= now:
            return None
        elsewhere = hosted not in (None, token.agency_id) or (named_at_all and named != token.agency_id)
        session, account = store.sessions[token.session_id], store.accounts[token.account_id]
        if elsewhere or not session.is_live(at=now) or account.status is not AccountStatus.ACTIVE:
            return None
        if session.staff is not account.is_staff:
            return None
        if token.as_client_id is not None:
            if not account.is_staff:
                return None
            theirs = (it for it in store.accounts.values() if it.client_id == token.as_client_id)
            shown = next((it.id for it in theirs), AccountId(UUID(int=0)))
            return ClientViewer(
                agency_id=token.agency_id,
                account_id=shown,
                session_id=session.id,
                client_id=token.as_client_id,
                read_only=True,
            ), None
        try:
            return viewer_of(account, session.id), session.last_seen_at
        except NotAllowed:
            return None
