"""An agency with clients, staff and administrators, the use cases of accounts over fakes, and their letters."""

import re
from typing import Any
from urllib.parse import parse_qs, urlsplit

from application.access import SignedIn, Visitor
from application.links import AccountLinks
from application.ports.jobs import Job, JobKind
from application.ports.mail import Letter, Mail
from application.second_factors import SecondFactorDesk
from application.use_cases.account_status import DisableAccount, EnableAccount
from application.use_cases.accounts import ChangePassword
from application.use_cases.documents import DrawDocuments
from application.use_cases.invitations import InviteClient, InviteStaff
from application.use_cases.letters import SendMail
from application.use_cases.letters.contacts import Contacts
from application.use_cases.profile import ConfirmEmail, UpdateProfile
from application.use_cases.resets import OpenReset, RequestPasswordReset, ResetPassword
from application.use_cases.sessions import OpenedSession
from application.use_cases.sign_in import SignIn
from domain.accounts import Account, AccountRole
from domain.audit import AuditAction
from domain.clients import Client
from domain.links import AccountLink
from domain.sessions import Session
from tests import factories as a
from tests.fakes.calendar import FakeHolidays
from tests.fakes.captcha import FakeCaptcha
from tests.fakes.clock import FakeClock
from tests.fakes.documents import FakeDocumentRenderer
from tests.fakes.links import FakeLinkTokens
from tests.fakes.mail import FakeMailer
from tests.fakes.one_time_codes import FakeOneTimeCodes
from tests.fakes.passwords import FakeHasher
from tests.fakes.rate_limits import FakeFamiliarPlaces, FakeRateLimiter
from tests.fakes.reading.readings import FakeReadings
from tests.fakes.secrets import FakeSecretBox
from tests.fakes.store import FakeStore
from tests.fakes.unit_of_work import FakeDatabase

PASSWORD = "tortuga azul canta"
NEW = "girasoles de Boyacá en junio"
BASE = "https://clientes.example"


class World:
    """Ana has an account, Berta has none and Ciro neither that nor an e-mail. Sara works here, Adán manages."""

    def __init__(self) -> None:
        self.clock = FakeClock(a.NOON)
        self.database = FakeDatabase(FakeStore())
        self.agency = a.an_agency(link_base=BASE)
        self.berta, self.ciro = a.a_client(self.agency, "Berta Ruiz"), a.a_client(self.agency, "Ciro Díaz", email=None)
        ana = a.a_client(self.agency, email="ana@correo.example")
        self.ana = a.an_account(ana, username="ana", email="ana@correo.example", password_hash=f"new:{PASSWORD}")
        staff = {"password_hash": f"new:{PASSWORD}"}
        self.sara = a.a_staff_account(self.agency, username="sara", **staff)
        self.adan = a.a_staff_account(self.agency, username="adan", roles=(AccountRole.ADMIN,), **staff)
        self.database.store.add(self.agency, ana, self.berta, self.ciro, self.ana, self.sara, self.adan)
        self.captcha, self.hasher, self.limiter = FakeCaptcha(), FakeHasher(), FakeRateLimiter(self.clock)
        self.mailer = FakeMailer()
        self.links = AccountLinks(tokens=FakeLinkTokens(), default_base=None)
        units, clock = self.database, self.clock
        checked: dict[str, Any] = {"limiter": self.limiter, "hasher": self.hasher, "clock": clock}
        inviting: dict[str, Any] = {"unit_of_work": units, "links": self.links, "clock": clock}
        self.invite_client, self.invite_staff = InviteClient(**inviting), InviteStaff(**inviting)
        self.open_reset = OpenReset(**inviting)
        self.disable = DisableAccount(unit_of_work=units, clock=clock)
        self.enable = EnableAccount(unit_of_work=units, clock=clock)
        self.request_reset = RequestPasswordReset(unit_of_work=units, captchas=self.captcha, limiter=self.limiter)
        self.reset = ResetPassword(unit_of_work=units, **checked)
        self.change_password = ChangePassword(unit_of_work=units, **checked)
        self.update_profile = UpdateProfile(unit_of_work=units, links=self.links, **checked)
        self.confirm_email = ConfirmEmail(unit_of_work=units, limiter=self.limiter, clock=clock)
        self.sign_in = SignIn(
            unit_of_work=units,
            captchas=self.captcha,
            places=FakeFamiliarPlaces(clock),
            second_factors=SecondFactorDesk(codes=FakeOneTimeCodes(), secrets=FakeSecretBox()),
            **checked,
        )
        self._send_mail = SendMail(
            readings=FakeReadings(units, clock),
            draw_documents=DrawDocuments(renderer=FakeDocumentRenderer()),
            links=self.links,
            contacts=Contacts(unit_of_work=units, calendar=FakeHolidays(), clock=clock),
            limiter=self.limiter,
            mailer=self.mailer,
            clock=clock,
        )

    @property
    def store(self) -> FakeStore:
        return self.database.store

    @property
    def visitor(self) -> Visitor:
        return Visitor(agency_id=self.agency.id)

    def viewer(self, account: Account) -> SignedIn:
        return a.viewer_as(account)

    def stored(self, account: Account) -> Account:
        return self.store.accounts[account.id]

    def client(self, account: Account) -> Client:
        assert account.client_id is not None
        return self.store.clients[account.client_id]

    def add(self, *things: Any) -> None:
        self.store.add(*things)

    def live(self, account: Account) -> list[Session]:
        mine = (session for session in self.store.sessions.values() if session.account_id == account.id)
        return [session for session in mine if session.is_live(at=self.clock.now())]

    def live_links(self, account: Account) -> list[AccountLink]:
        mine = (link for link in self.store.links.values() if link.account_id == account.id)
        return [link for link in mine if link.is_live(at=self.clock.now())]

    def acts(self) -> list[str]:
        """What the record tells, but for who entered."""
        told = [AuditAction(entry.action).name for entry in self.store.audit]
        return [name for name in told if name != "SIGNED_IN"]

    async def signs_in(self, account: Account, password: str = PASSWORD) -> OpenedSession:
        return await self.sign_in(self.visitor, login=account.username, password=password, captcha="person")

    async def asks_for_reset(self, login: str, *, ip: str = "192.0.2.7") -> None:
        await self.request_reset(self.visitor, login=login, captcha="person", ip=ip)

    async def resets(self, token: str, password: str = NEW) -> Any:
        return await self.reset(self.visitor, token=token, password=password, password_confirmation=password)

    async def post(self) -> list[Mail]:
        """Do what waits in the queue, and hand out the letters that were written."""
        before = len(self.mailer.sent)
        while jobs := self._taken():
            for job in jobs:
                await (self.open_reset(job) if job.kind is JobKind.OPEN_RESET else self._send_mail(job))
        return self.mailer.sent[before:]

    async def token(self) -> str:
        """Of the link in the only letter with a link that waits."""
        (link,) = [mail.letter.link for mail in await self.post() if hasattr(mail.letter, "link")]
        return token_in(link)

    def _taken(self) -> list[Job]:
        jobs = [kept.job for kept in self.store.jobs]
        self.store.jobs.clear()
        return jobs


def token_in(link: str) -> str:
    (token,) = parse_qs(urlsplit(link).query)["token"]
    return token


def names(mails: list[Mail]) -> list[str]:
    """What kinds of letters they are."""
    return [re.sub(r"(?<!^)(?=[A-Z])", " ", type(mail.letter).__name__).lower() for mail in mails]


def letter(mails: list[Mail], kind: type[Letter]) -> Any:
    (found,) = [mail.letter for mail in mails if isinstance(mail.letter, kind)]
    return found
