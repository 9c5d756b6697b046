"""Choosing a password without the old one: by a link that was sent to the account's own address."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from application.access import Scope, Visitor
from application.announcements import account_activated, link_sent, password_changed
from application.attempts import (
    OF_GUESSED_LINKS,
    OF_RESETS_FROM_ONE_ADDRESS,
    OF_RESETS_OF_ONE_LOGIN,
    attempts_on,
    link_attempts,
    resets_from_address,
    resets_of_login,
)
from application.links import AccountLinks, find_link
from application.ports.captcha import CaptchaDirectory
from application.ports.clock import Clock
from application.ports.jobs import Job, JobKind, Pace
from application.ports.passwords import PasswordHasher
from application.ports.rate_limits import RateLimiter
from application.ports.unit_of_work import UnitOfWork, UnitOfWorkFactory
from application.use_cases.accounts import known_of, problem_of_new_password
from application.use_cases.invitations import agency_with_pages
from application.use_cases.sign_in import find_login
from domain.accounts import Account, login_key
from domain.agencies import Agency
from domain.audit import AuditAction
from domain.errors import (
    CaptchaRejected,
    FieldProblem,
    FieldProblemCode,
    TokenExpired,
    TooManyAttempts,
    refuse,
)
from domain.ids import AccountId, LinkId
from domain.links import LINK_AGAIN, LINKS_AN_HOUR, AccountLink, LinkPurpose, purpose_for

_HOUR = timedelta(hours=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestPasswordReset:
    """Have a link sent to whom a user name or registered e-mail belongs. For anybody, in the agency of the request.

    The answer and the work done for it are the same whether there is such an account or not; what there is to send is
    found out later (`OpenReset`). Who was sent five within an hour is sent no more than one in ten minutes, which does
    not show either.

    Refuses with CaptchaRejected or CaptchaUnavailable before anything is counted, and with TooManyAttempts an address
    that asks too often.
    """

    unit_of_work: UnitOfWorkFactory
    captchas: CaptchaDirectory
    limiter: RateLimiter

    async def __call__(
        self, visitor: Visitor, *, login: str, captcha: str | None = None, ip: str | None = None
    ) -> None:
        agency, account = await find_login(self.unit_of_work, visitor, login)
        if not await self.captchas.of(agency).verify(captcha, ip=ip):
            raise CaptchaRejected
        await self.limiter.hit(agency.id, resets_from_address(ip), OF_RESETS_FROM_ONE_ADDRESS)
        try:
            await self.limiter.hit(agency.id, resets_of_login(login_key(login)), OF_RESETS_OF_ONE_LOGIN)
        except TooManyAttempts:
            return
        whose = account.id if account else AccountId(uuid4())
        async with self.unit_of_work(visitor.scope) as uow:
            await uow.jobs.put(
                Job(kind=JobKind.OPEN_RESET, agency_id=agency.id, subject=f"{uuid4()} {whose}", pace=Pace.IMMEDIATE)
            )
            await uow.commit()


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenReset:
    """Make the link that somebody asked for, and have its letter written. A job; its subject is the link's id to be
    and the account's.

    An active account gets a link to choose another password, an invited one its invitation once more; a disabled one,
    or none at all, nothing. Repeating it makes no second link. InvalidInput where the agency has no pages.
    """

    unit_of_work: UnitOfWorkFactory
    links: AccountLinks
    clock: Clock

    async def __call__(self, job: Job) -> None:
        link_id, account_id = (UUID(part) for part in job.subject.split(" "))
        now = self.clock.now()
        async with self.unit_of_work(Scope.of_agency(job.agency_id)) as uow:
            account = await uow.accounts.get(AccountId(account_id), for_update=True)
            purpose = purpose_for(account) if account else None
            if account is None or purpose is None or await uow.links.get(LinkId(link_id)) is not None:
                return
            if await _has_enough(uow, account, at=now):
                return
            await agency_with_pages(uow, job.agency_id, self.links)
            link = self.links.new(account, purpose, at=now, id=LinkId(link_id))
            await uow.links.add([link])
            await uow.jobs.put(link_sent(link))
            await uow.commit()


async def _has_enough(uow: UnitOfWork, account: Account, *, at: datetime) -> bool:
    """Whether its mailbox has as many links as strangers may cause, the last of them only just."""
    made = await uow.links.made_since([account.id], at - _HOUR)
    if made[account.id] < LINKS_AN_HOUR:
        return False
    return (await uow.links.made_since([account.id], at - LINK_AGAIN))[account.id] > 0


@dataclass(frozen=True, slots=True, kw_only=True)
class PasswordSet:
    """Whose password it is now, and how many sessions ended."""

    username: str
    closed_sessions: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ResetPassword:
    """Choose the password of the account that a link belongs to: the first one, or another. For who holds the link.

    All sessions of the account end and none opens; its other links serve no more; its owner is told by mail. What kept
    guessers of its password away is forgotten, so that the new one opens at once.

    Refuses with TooManyAttempts an address that tries links which are none; with TokenExpired a link that is unknown,
    of another agency, used, run out, or overtaken; with InvalidInput a password that is weak (`password` WEAK,
    TOO_LONG) or not repeated (`passwordConfirmation` MISMATCH), and the link still serves.
    """

    unit_of_work: UnitOfWorkFactory
    limiter: RateLimiter
    hasher: PasswordHasher
    clock: Clock

    async def __call__(
        self, visitor: Visitor, *, token: str, password: str, password_confirmation: str, ip: str | None = None
    ) -> PasswordSet:
        tried = link_attempts(ip)
        await self.limiter.hit(visitor.agency_id, tried, OF_GUESSED_LINKS)
        link, account, agency = await self._look_up(visitor, token)
        await self.limiter.forgive(visitor.agency_id, tried)
        problem = problem_of_new_password("password", password, account.is_staff, known_of(account, agency))
        mismatch = FieldProblem("passwordConfirmation", FieldProblemCode.MISMATCH)
        refuse(problem, mismatch if password != password_confirmation else None)
        password_hash = await self.hasher.hash(password)
        done = await self._set(link, password_hash)
        await self.limiter.clear(agency.id, *attempts_on(account))
        return done

    async def _look_up(self, visitor: Visitor, token: str) -> tuple[AccountLink, Account, Agency]:
        link = await find_link(self.unit_of_work, visitor, token)
        if link is None or link.purpose is LinkPurpose.EMAIL_CHANGE:
            raise TokenExpired
        async with self.unit_of_work(Scope(agency_id=link.agency_id, account_id=link.account_id)) as uow:
            account = await uow.accounts.get(link.account_id)
            agency = await uow.agencies.get(link.agency_id)
        if account is None or agency is None or not link.opens(account, at=self.clock.now()):
            raise TokenExpired
        return link, account, agency

    async def _set(self, link: AccountLink, password_hash: str) -> PasswordSet:
        """Unless the link was used, or something happened to the account, while the password was being hashed."""
        async with self.unit_of_work(Scope(agency_id=link.agency_id, account_id=link.account_id)) as uow:
            account = await uow.accounts.get(link.account_id, for_update=True)
            fresh = await uow.links.get(link.id)
            now = self.clock.now()
            if account is None or fresh is None or not fresh.opens(account, at=now):
                raise TokenExpired
            account.set_password(password_hash)
            await uow.accounts.save(account)
            closed = await uow.sessions.end_all(account.id, at=now)
            await uow.links.end_all(account.id, at=now)
            first = link.purpose is LinkPurpose.INVITATION
            await uow.jobs.put((account_activated if first else password_changed)(account, now))
            await uow.audit.record(
                AuditAction.ACCOUNT_ACTIVATED if first else AuditAction.PASSWORD_RESET,
                at=now,
                entity=("Account", account.id),
                changes={"closedSessions": closed},
            )
            await uow.commit()
        return PasswordSet(username=account.username, closed_sessions=closed)
