"""An agency with people of every kind, and the use cases of access over fakes."""

from typing import Any
from uuid import uuid4

from application.access import SignedIn, Visitor
from application.links import AccountLinks
from application.second_factors import SecondFactorDesk
from application.use_cases.accounts import ChangePassword, CreateAccount
from application.use_cases.profile import UpdateProfile
from application.use_cases.second_factor import (
    BeginSecondFactor,
    ConfirmSecondFactor,
    DisableSecondFactor,
    RenewRecoveryCodes,
)
from application.use_cases.second_factor_resets import ResetSecondFactor, ResetSecondFactorByOperator
from application.use_cases.sessions import EndSession, OpenedSession, RefreshSession, SignOut, TouchSession
from application.use_cases.sign_in import IssueCaptcha, SignIn
from domain.accounts import Account, AccountRole, AccountStatus
from domain.agencies import Agency
from domain.errors import DomainError
from domain.ids import AccountId, AgencyId, ClientId
from domain.second_factors import Enrolment
from domain.sessions import Session
from tests.fakes.access import FakeAccess, Store
from tests.fakes.captcha import FakeCaptcha
from tests.fakes.clock import FakeClock
from tests.fakes.links import FakeLinkTokens
from tests.fakes.one_time_codes import FakeOneTimeCodes, code_at
from tests.fakes.passwords import FakeHasher
from tests.fakes.rate_limits import FakeFamiliarPlaces, FakeRateLimiter
from tests.fakes.secrets import FakeSecretBox

PASSWORD = "tortuga azul canta"


class World:
    def __init__(self) -> None:
        self.clock = FakeClock()
        self.access = FakeAccess()
        self.captcha = FakeCaptcha()
        self.hasher = FakeHasher()
        self.limiter = FakeRateLimiter(self.clock)
        self.desk = SecondFactorDesk(codes=FakeOneTimeCodes(), secrets=FakeSecretBox())
        self.agency = self.an_agency("andina", "Inmobiliaria Andina")
        self.visitor = Visitor(agency_id=self.agency.id)
        self.issue_captcha = IssueCaptcha(captchas=self.captcha)
        self.sign_in = SignIn(
            unit_of_work=self.access,
            captchas=self.captcha,
            limiter=self.limiter,
            places=FakeFamiliarPlaces(self.clock),
            second_factors=self.desk,
            hasher=self.hasher,
            clock=self.clock,
        )
        self.refresh = RefreshSession(unit_of_work=self.access, clock=self.clock)
        self.touch = TouchSession(unit_of_work=self.access, clock=self.clock)
        self.sign_out = SignOut(unit_of_work=self.access, clock=self.clock)
        self.end_session = EndSession(unit_of_work=self.access, clock=self.clock)
        self.change_password = ChangePassword(
            unit_of_work=self.access, limiter=self.limiter, hasher=self.hasher, clock=self.clock
        )
        links = AccountLinks(tokens=FakeLinkTokens(), default_base="https://clientes.example")
        self.update_profile = UpdateProfile(
            unit_of_work=self.access, links=links, limiter=self.limiter, hasher=self.hasher, clock=self.clock
        )
        proving: dict[str, Any] = {"limiter": self.limiter, "hasher": self.hasher}
        asking: dict[str, Any] = {"unit_of_work": self.access, "clock": self.clock}
        self.begin_second_factor = BeginSecondFactor(**asking, **proving, desk=self.desk)
        self.confirm_second_factor = ConfirmSecondFactor(**asking, limiter=self.limiter, desk=self.desk)
        self.disable_second_factor = DisableSecondFactor(**asking, **proving, desk=self.desk)
        self.renew_recovery_codes = RenewRecoveryCodes(**asking, **proving, desk=self.desk)
        self.reset_second_factor = ResetSecondFactor(**asking, limiter=self.limiter)
        self.reset_by_operator = ResetSecondFactorByOperator(**asking, limiter=self.limiter)
        self.create_account = CreateAccount(unit_of_work=self.access, hasher=self.hasher, clock=self.clock)

    @property
    def store(self) -> Store:
        return self.access.store

    def an_agency(self, slug: str, name: str) -> Agency:
        agency = Agency(id=AgencyId(uuid4()), slug=slug, name=name, tax_id="900123456", check_digit=8)
        self.store.agencies[agency.id] = agency
        return agency

    def an_account(
        self,
        username: str = "ana",
        *,
        agency: Agency | None = None,
        roles: tuple[AccountRole, ...] = (AccountRole.CLIENT,),
        client: bool = True,
        status: AccountStatus = AccountStatus.ACTIVE,
        password_hash: str | None = f"new:{PASSWORD}",
    ) -> Account:
        client_id = ClientId(uuid4()) if client else None
        account = Account(
            id=AccountId(uuid4()),
            agency_id=(agency or self.agency).id,
            username=username,
            email=f"{username}@correo.example",
            password_hash=password_hash,
            status=status,
            roles=roles,
            client_id=client_id,
            created_at=self.clock.now(),
        )
        self.store.accounts[account.id] = account
        if client_id is not None:
            self.store.contacts[client_id] = ("300 123 4567", "Calle 1 # 2-3", "Bogotá")
        return account

    def a_staff_account(self, username: str = "pedro", *, client: bool = False) -> Account:
        return self.an_account(username, roles=(AccountRole.STAFF,), client=client)

    async def signs_in(self, account: Account, *, user_agent: str | None = None) -> OpenedSession:
        return await self.sign_in(
            Visitor(agency_id=account.agency_id),
            login=account.username,
            password=PASSWORD,
            captcha="person",
            ip="192.0.2.7",
            user_agent=user_agent,
        )

    async def has_second_factor(self, account: Account) -> tuple[Enrolment, tuple[str, ...]]:
        """Turn it on as its owner; what their application knows, and the codes on paper."""
        viewer = await self.viewer(account)
        enrolment = await self.begin_second_factor(viewer, current_password=PASSWORD)
        done = await self.confirm_second_factor(viewer, code=self.code(enrolment))
        self.clock.advance(30)
        return enrolment, done.recovery_codes

    def code(self, enrolment: Enrolment) -> str:
        """What the application shows now."""
        return code_at(enrolment.secret, self.clock.now())

    async def viewer(self, account: Account) -> SignedIn:
        return (await self.signs_in(account)).viewer

    def stored(self, account: Account) -> Account:
        return self.store.accounts[account.id]

    def session(self, opened: OpenedSession) -> Session:
        return self.store.sessions[opened.viewer.session_id]

    def live_sessions(self) -> int:
        return sum(session.is_live(at=self.clock.now()) for session in self.store.sessions.values())


async def attempt(
    world: World, login: str, password: str = PASSWORD, *, ip: str | None = "192.0.2.7", code: str | None = None
) -> str:
    """Outcome of a try: the name of the refusal, or "in"."""
    try:
        await world.sign_in(world.visitor, login=login, password=password, captcha="person", code=code, ip=ip)
    except DomainError as refusal:
        return type(refusal).__name__
    return "in"
