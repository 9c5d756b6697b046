"""Signing in, refreshing, leaving and changing data against a database whose policies are on."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta
from uuid import uuid4

import pytest
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncEngine

from adapters.postgres.engine import create_engine
from adapters.postgres.rate_limits import PostgresFamiliarPlaces, PostgresRateLimiter
from adapters.postgres.reading.snapshot import PostgresReadings
from adapters.postgres.scoping import SET_SCOPE, scope_parameters
from adapters.postgres.tables import AgencyRow, ClientRow
from adapters.postgres.unit_of_work import PostgresUnitOfWorkFactory
from application.access import Scope, StaffViewer, Visitor
from application.links import AccountLinks
from application.ports.reading import Entry
from application.second_factors import SecondFactorDesk
from application.use_cases.accounts import ChangePassword, CreateAccount
from application.use_cases.profile import UpdateProfile
from application.use_cases.sessions import EndSession, OpenedSession, RefreshSession, SignOut, TouchSession
from application.use_cases.sign_in import SignIn
from domain.accounts import Account, AccountRole
from domain.errors import AgencyNotFound, InvalidCredentials, InvalidInput, NotFound, TokenExpired
from domain.ids import AccountId, AgencyId
from domain.sessions import token_hash
from tests.fakes.audit import KEYS
from tests.fakes.captcha import FakeCaptcha
from tests.fakes.clock import FakeClock
from tests.fakes.links import FakeLinkTokens
from tests.fakes.one_time_codes import FakeOneTimeCodes
from tests.fakes.passwords import FakeHasher
from tests.fakes.secrets import FakeSecretBox
from tests.postgres import Database

PASSWORD = "tortuga azul canta"
NEW = "girasoles de Boyacá en junio"


@dataclass
class Service:
    """The use cases of access over Postgres, for two agencies with the clients C-001 and C-002 each."""

    engine: AsyncEngine
    clock: FakeClock
    agency: AgencyId
    elsewhere: AgencyId

    def __post_init__(self) -> None:
        units, clock, hasher = PostgresUnitOfWorkFactory(self.engine, KEYS), self.clock, FakeHasher()
        limiter = PostgresRateLimiter(self.engine, clock, sweep_once_in=10**9)
        self.create = CreateAccount(unit_of_work=units, hasher=hasher, clock=clock)
        self.sign_in = SignIn(
            unit_of_work=units,
            captchas=FakeCaptcha(),
            limiter=limiter,
            places=PostgresFamiliarPlaces(self.engine, clock),
            second_factors=SecondFactorDesk(codes=FakeOneTimeCodes(), secrets=FakeSecretBox()),
            hasher=hasher,
            clock=clock,
        )
        self.refresh = RefreshSession(unit_of_work=units, clock=clock)
        self.touch = TouchSession(unit_of_work=units, clock=clock)
        self.sign_out = SignOut(unit_of_work=units, clock=clock)
        self.end_session = EndSession(unit_of_work=units, clock=clock)
        self.change_password = ChangePassword(unit_of_work=units, limiter=limiter, hasher=hasher, clock=clock)
        links = AccountLinks(tokens=FakeLinkTokens(), default_base="https://clientes.example")
        self.update_profile = UpdateProfile(
            unit_of_work=units, links=links, limiter=limiter, hasher=hasher, clock=clock
        )

    async def client(
        self, username: str, code: str = "C-001", *, agency: AgencyId | None = None, email: str | None = None
    ) -> Account:
        return await self.account(username, AccountRole.CLIENT, code, agency=agency, email=email)

    async def account(
        self,
        username: str,
        role: AccountRole,
        code: str | None = None,
        *,
        agency: AgencyId | None = None,
        email: str | None = None,
    ) -> Account:
        return await self.create(
            agency or self.agency,
            username=username,
            email=email or f"{username}@correo.example",
            password=PASSWORD,
            role=role,
            client_code=code,
        )

    async def enter(self, login: str, password: str = PASSWORD, *, agency: AgencyId | None = None) -> OpenedSession:
        visitor = Visitor(agency_id=agency or self.agency)
        return await self.sign_in(visitor, login=login, password=password, captcha="person", ip="192.0.2.7")

    async def bearer_is_known(self, access_token: str) -> bool:
        """Whether a request with this token is let in as somebody."""
        entry = Entry(token_hash=token_hash(access_token), host="nowhere.example", tolerant=True)
        try:
            async with PostgresReadings(self.engine, self.clock).enter(entry) as reading:
                return not isinstance(reading.viewer, Visitor)
        except AgencyNotFound:
            return False

    async def rows(
        self, statement: str, agency: AgencyId | None = None, account: AccountId | None = None
    ) -> list[tuple[object, ...]]:
        """As the agency's staff see them; sessions are seen by their own account."""
        scope = Scope(agency_id=agency or self.agency, viewer="staff", account_id=account)
        async with self.engine.connect() as connection:
            await connection.execute(SET_SCOPE, scope_parameters(scope))
            return [tuple(row) for row in await connection.execute(sa.text(statement))]


@pytest.fixture
async def service(database: Database) -> AsyncIterator[Service]:
    engine = create_engine(database.app_url)
    clock = FakeClock()
    service = Service(engine, clock, AgencyId(uuid4()), AgencyId(uuid4()))
    for agency_id in (service.agency, service.elsewhere):
        async with engine.connect() as connection:
            await connection.execute(SET_SCOPE, scope_parameters(Scope.of_agency(agency_id)))
            await connection.execute(sa.insert(AgencyRow).values(**an_agency(agency_id, clock)))
            for code in ("C-001", "C-002"):
                await connection.execute(sa.insert(ClientRow).values(**a_client(agency_id, code)))
            await connection.commit()
    yield service
    await engine.dispose()


def an_agency(agency_id: AgencyId, clock: FakeClock) -> dict[str, object]:
    return {
        "id": agency_id,
        "slug": f"agency-{agency_id}",
        "name": "Inmobiliaria Andina",
        "tax_id": "900123456",
        "check_digit": 8,
        "partial_payments_allowed": False,
        "captcha_provider": "ALTCHA",
        "return_urls": [],
        "origins": [],
        "created_at": clock.now(),
    }


def a_client(agency_id: AgencyId, code: str) -> dict[str, object]:
    given = {
        "id": uuid4(),
        "agency_id": agency_id,
        "code": code,
        "kind": "NATURAL",
        "name": "Ana Peláez",
        "document_type": "CC",
        "document_number": "52111222",
        "phone": "300 123 4567",
        "address": "Calle 1 # 2-3",
        "city": "Bogotá",
    }
    folded = {column.name: "" for column in ClientRow.__table__.columns if not column.nullable}  # type: ignore[attr-defined]
    return {**folded, **given}


@pytest.mark.parametrize("login", ["ana", "ANA", "Ana@Correo.Example"])
async def test_a_client_signs_in_and_the_database_knows_the_bearer(service: Service, login: str) -> None:
    account = await service.client("ana")

    opened = await service.enter(login)

    assert opened.viewer.account_id == account.id
    assert await service.bearer_is_known(opened.access_token)
    assert not await service.bearer_is_known(opened.refresh_token)
    assert await service.rows("select last_login_at from accounts") == [(service.clock.now(),)]
    service.clock.advance(timedelta(minutes=15))
    assert not await service.bearer_is_known(opened.access_token)


async def test_staff_sign_in_as_staff(service: Service) -> None:
    await service.account("rosa", AccountRole.ADMIN, "C-002")

    viewer = (await service.enter("rosa")).viewer

    assert isinstance(viewer, StaffViewer)
    assert viewer.is_admin
    assert viewer.client_id is not None


async def test_no_token_is_stored_as_it_is(service: Service) -> None:
    account = await service.client("ana")
    opened = await service.enter("ana")

    tokens = await service.rows("select * from session_tokens", account=account.id)
    stored = str(tokens + await service.rows("select * from sessions", account=account.id))

    assert len(tokens) == 2
    assert token_hash(opened.access_token) in stored
    assert opened.access_token not in stored
    assert opened.refresh_token not in stored


async def test_each_agency_has_its_own_accounts(service: Service) -> None:
    here, there = await service.client("ana"), await service.client("ana", agency=service.elsewhere)

    assert (await service.enter("ana")).viewer.account_id == here.id
    assert (await service.enter("ana", agency=service.elsewhere)).viewer.account_id == there.id
    await service.client("luis", "C-002", agency=service.elsewhere)
    with pytest.raises(InvalidCredentials):
        await service.enter("luis")


async def test_the_database_works_as_much_for_every_refusal(service: Service) -> None:
    await service.client("ana")
    await service.client("berta", "C-002")
    async with service.engine.connect() as connection:
        await connection.execute(SET_SCOPE, scope_parameters(Scope.of_agency(service.agency)))
        await connection.execute(sa.text("update accounts set status = 'DISABLED' where username = 'berta'"))
        await connection.commit()
    statements: list[str] = []
    sa.event.listen(
        service.engine.sync_engine,
        "before_cursor_execute",
        lambda c, cursor, statement, *rest: statements.append(statement),
    )

    seen = {}
    for login, password in (("nobody", PASSWORD), ("ana", "otra contraseña"), ("berta", PASSWORD)):
        statements.clear()
        with pytest.raises(InvalidCredentials):
            await service.enter(login, password)
        seen[login] = list(statements)

    assert seen["nobody"] == seen["ana"] == seen["berta"]
    assert seen["ana"]


@pytest.mark.parametrize("login", ["", "nul\0", "media \ud83d", "x" * 300, "' or true --", "%"])
async def test_no_login_upsets_the_database(service: Service, login: str) -> None:
    await service.client("ana")

    with pytest.raises(InvalidCredentials):
        await service.enter(login)


async def test_names_emails_and_clients_have_one_account(service: Service) -> None:
    await service.client("ana")

    for username, email, code, field in (
        ("ANA", "otra@correo.example", "C-002", "username"),
        ("berta", "Ana@Correo.Example", "C-002", "email"),
        ("berta", "berta@correo.example", "C-001", "client"),
    ):
        with pytest.raises(InvalidInput) as refusal:
            await service.client(username, code, email=email)
        assert [problem.field for problem in refusal.value.problems] == [field]

    assert await service.rows("select username from accounts") == [("ana",)]


async def test_a_refresh_rotates_and_a_late_repeat_ends_the_session(service: Service) -> None:
    await service.client("ana")
    opened = await service.enter("ana")
    service.clock.advance(60)

    renewed = await service.refresh(None, refresh_token=opened.refresh_token)
    service.clock.advance(10)
    sibling = await service.refresh(None, refresh_token=opened.refresh_token)
    assert await service.bearer_is_known(renewed.access_token)
    assert await service.bearer_is_known(sibling.access_token)

    service.clock.advance(1)
    with pytest.raises(TokenExpired):
        await service.refresh(None, refresh_token=opened.refresh_token)
    for token in (opened, renewed, sibling):
        assert not await service.bearer_is_known(token.access_token)
        with pytest.raises(TokenExpired):
            await service.refresh(None, refresh_token=token.refresh_token)


async def test_many_refreshes_at_once_leave_every_tab_signed_in(service: Service) -> None:
    account = await service.client("ana")
    opened = await service.enter("ana")

    tabs = await asyncio.gather(*(service.refresh(None, refresh_token=opened.refresh_token) for _ in range(8)))

    assert len({tab.refresh_token for tab in tabs}) == 8
    service.clock.advance(60)
    renewed = await service.refresh(None, refresh_token=tabs[-1].refresh_token)
    assert await service.bearer_is_known(renewed.access_token)
    assert await service.rows("select ended_at from sessions", account=account.id) == [(None,)]


async def test_a_token_of_another_agency_serves_there_only(service: Service) -> None:
    await service.client("ana", agency=service.elsewhere)
    opened = await service.enter("ana", agency=service.elsewhere)

    with pytest.raises(TokenExpired):
        await service.refresh(Visitor(agency_id=service.agency), refresh_token=opened.refresh_token)

    renewed = await service.refresh(Visitor(agency_id=service.elsewhere), refresh_token=opened.refresh_token)
    assert renewed.viewer == opened.viewer


async def test_sessions_end_one_by_one_or_together_but_only_ones_own(service: Service) -> None:
    await service.client("ana")
    await service.account("rosa", AccountRole.STAFF)
    here, one, two = [await service.enter("ana") for _ in range(3)]
    staff = await service.enter("rosa")

    with pytest.raises(NotFound):
        await service.end_session(here.viewer, session_id=staff.viewer.session_id)
    with pytest.raises(NotFound):
        await service.end_session(staff.viewer, session_id=here.viewer.session_id)
    assert await service.end_session(here.viewer, session_id=one.viewer.session_id) == 1
    assert not await service.bearer_is_known(one.access_token)
    assert await service.sign_out(here.viewer, everywhere=True) == 2

    assert not await service.bearer_is_known(here.access_token)
    assert not await service.bearer_is_known(two.access_token)
    assert await service.bearer_is_known(staff.access_token)


async def test_changing_the_password_ends_the_others(service: Service) -> None:
    await service.client("ana")
    here, other = await service.enter("ana"), await service.enter("ana")

    ended = await service.change_password(
        here.viewer, current_password=PASSWORD, new_password=NEW, password_confirmation=NEW
    )

    assert ended == 1
    assert await service.bearer_is_known(here.access_token)
    assert not await service.bearer_is_known(other.access_token)
    with pytest.raises(InvalidCredentials):
        await service.enter("ana")
    assert (await service.enter("ana", NEW)).viewer.account_id == here.viewer.account_id


async def test_contact_data_changes_on_ones_own_client_only(service: Service) -> None:
    await service.client("ana")
    await service.account("rosa", AccountRole.STAFF, "C-002")
    ana, rosa = (await service.enter("ana")).viewer, (await service.enter("rosa")).viewer

    await service.update_profile(ana, phone=None, city="Medellín")
    await service.update_profile(rosa, address="Carrera 7 # 71-21")

    assert await service.rows("select code, phone, address, city from clients order by code") == [
        ("C-001", None, "Calle 1 # 2-3", "Medellín"),
        ("C-002", "300 123 4567", "Carrera 7 # 71-21", "Bogotá"),
    ]
    assert await service.rows("select phone, city from clients", service.elsewhere) == [
        ("300 123 4567", "Bogotá"),
        ("300 123 4567", "Bogotá"),
    ]


async def test_being_seen_is_noted(service: Service) -> None:
    account = await service.client("ana")
    opened = await service.enter("ana")
    service.clock.advance(61)

    await service.touch(opened.viewer)

    assert await service.rows("select last_seen_at from sessions", account=account.id) == [(service.clock.now(),)]
