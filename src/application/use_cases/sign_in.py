"""Signing in: a question for people, then a password, then a code where the account has a second factor."""

import logging
from dataclasses import dataclass
from datetime import datetime
from uuid import uuid4

from application.access import Scope, Visitor
from application.announcements import second_factor_changed
from application.attempts import (
    FAMILIAR_FOR,
    OF_AN_AGENCY,
    OF_CODES,
    OF_FAMILIAR_PLACE,
    OF_ONE_ADDRESS,
    OF_ONE_LOGIN,
    address_attempts,
    agency_attempts,
    attempts_on,
    code_attempts,
    login_attempts,
    place,
    places_of,
)
from application.ports.captcha import CaptchaChallenge, CaptchaDirectory
from application.ports.clock import Clock
from application.ports.passwords import PasswordHasher
from application.ports.rate_limits import FamiliarPlaces, RateLimiter
from application.ports.unit_of_work import UnitOfWork, UnitOfWorkFactory
from application.second_factors import Proof, SecondFactorDesk
from application.text import problem_of_text
from application.use_cases.sessions import OpenedSession, may_enter
from domain.accounts import Account, login_key
from domain.agencies import Agency
from domain.audit import AuditAction
from domain.errors import AgencyNotFound, Busy, CaptchaRejected, InvalidCredentials, SecondFactorRequired
from domain.ids import AgencyId, SessionId
from domain.second_factors import SecondFactorChange
from domain.sessions import Session

_log = logging.getLogger(__name__)

_LONGEST_LOGIN = 254
_ALARMING = 100
"""So many wrong passwords in an agency in an hour are told of, and again at each doubling."""


async def find_login(unit_of_work: UnitOfWorkFactory, visitor: Visitor, login: str) -> tuple[Agency, Account | None]:
    """The agency, and the account if the login is one; what no account could have is not searched for."""
    key = login_key(login)
    if problem_of_text("login", key, limit=_LONGEST_LOGIN):
        key = ""
    async with unit_of_work(visitor.with_login(key)) as uow:
        agency = await uow.agencies.get(visitor.agency_id)
        account = await uow.accounts.by_login(key) if key else None
    if agency is None:
        raise AgencyNotFound
    return agency, account


@dataclass(frozen=True, slots=True, kw_only=True)
class IssueCaptcha:
    """A challenge for the sign-in form of an agency. For anybody.

    Refuses with CaptchaUnavailable when the agency's settings cannot be used.
    """

    captchas: CaptchaDirectory

    async def __call__(self, agency: Agency) -> CaptchaChallenge:
        return await self.captchas.of(agency).issue()


@dataclass(frozen=True, slots=True, kw_only=True)
class SignIn:
    """Open a session with a user name or registered e-mail and a password, in the agency of the request.

    Refuses with CaptchaRejected or CaptchaUnavailable before anything is counted, with TooManyAttempts or Busy before
    the password is looked at, and with InvalidCredentials alike, and after the same work, for an unknown login, a
    wrong password and an account that may not sign in. Where somebody signed in with that name before, tries are
    counted apart, so that who guesses from elsewhere, or from the same address at other names, keeps nobody out.

    An account with a second factor needs a code of it besides: SecondFactorRequired says so, only to who knows the
    password. Staff who have none where the agency requires it get one with that refusal; the first good code turns it
    on, and the recovery codes come with the session.
    """

    unit_of_work: UnitOfWorkFactory
    captchas: CaptchaDirectory
    limiter: RateLimiter
    places: FamiliarPlaces
    second_factors: SecondFactorDesk
    hasher: PasswordHasher
    clock: Clock

    async def __call__(
        self,
        visitor: Visitor,
        *,
        login: str,
        password: str,
        captcha: str | None = None,
        code: str | None = None,
        ip: str | None = None,
        user_agent: str | None = None,
    ) -> OpenedSession:
        agency, account = await find_login(self.unit_of_work, visitor, login)
        if not await self.captchas.of(agency).verify(captcha, ip=ip):
            raise CaptchaRejected
        key = login_key(login)
        familiar = await self.places.knows(agency.id, place(key, ip))
        by_address = address_attempts(ip, known=key if familiar else None)
        await self.limiter.hit(agency.id, by_address, OF_ONE_ADDRESS)
        by_login = login_attempts(key, familiar=familiar)
        await self.limiter.hit(agency.id, by_login, OF_FAMILIAR_PLACE if familiar else OF_ONE_LOGIN)
        try:
            check = await self.hasher.verify(account.password_hash if account else None, password)
            rehashed = await self._rehash(password) if check.needs_rehash else None
        except Busy:
            await self.limiter.forgive(agency.id, by_login)
            await self.limiter.forgive(agency.id, by_address)
            raise
        if account is None or not check.matches or not may_enter(account):
            await self._count_failure(agency.id)
            raise InvalidCredentials
        needs_code = account.second_factor or (account.is_staff and agency.staff_second_factor_required)
        if needs_code:
            await self.limiter.forgive(agency.id, by_login)
            if not (code or "").strip():
                await self.limiter.forgive(agency.id, by_address)
                raise await self._asks_for_a_code(account, agency)
            await self.limiter.hit(agency.id, code_attempts(account.id), OF_CODES)
        opened = await self._open(account, rehashed, user_agent, code if needs_code else None)
        codes = (code_attempts(account.id),) if needs_code else ()
        await self.limiter.clear(agency.id, *attempts_on(account, familiar_only=familiar), *codes)
        await self.limiter.forgive(agency.id, by_address)
        await self.places.remember(agency.id, *places_of(account, ip), lasting=FAMILIAR_FOR)
        return opened

    async def _count_failure(self, agency_id: AgencyId) -> None:
        """Few guesses each at many accounts, or from many addresses, show only in the sum."""
        failures = await self.limiter.hit(agency_id, agency_attempts(self.clock.now()), OF_AN_AGENCY)
        times = failures // _ALARMING
        if failures % _ALARMING == 0 and times & (times - 1) == 0:
            _log.warning("many failed sign-ins", extra={"agency": str(agency_id), "failures_this_hour": failures})

    async def _rehash(self, password: str) -> str | None:
        try:
            return await self.hasher.hash(password)
        except Busy:
            return None  # at the next sign-in, then

    async def _asks_for_a_code(self, checked: Account, agency: Agency) -> SecondFactorRequired:
        """The refusal; with what makes the code, where the account has nothing that does."""
        if checked.second_factor:
            return SecondFactorRequired()
        async with self.unit_of_work(Scope(agency_id=checked.agency_id, account_id=checked.id)) as uow:
            account = await uow.accounts.get(checked.id, for_update=True)
            if account is None or account.password_hash != checked.password_hash:
                raise InvalidCredentials
            if account.second_factor:
                return SecondFactorRequired()
            factor, enrolment = self.second_factors.begin(account, agency, at=self.clock.now())
            await uow.second_factors.put(factor)
            await uow.commit()
        return SecondFactorRequired(enrolment=enrolment)

    async def _open(
        self, checked: Account, rehashed: str | None, user_agent: str | None, code: str | None
    ) -> OpenedSession:
        """The new session, unless the account changed while its password was being checked."""
        async with self.unit_of_work(Scope(agency_id=checked.agency_id, account_id=checked.id)) as uow:
            account = await uow.accounts.get(checked.id, for_update=True)
            if account is None or account.password_hash != checked.password_hash or not may_enter(account):
                raise InvalidCredentials
            now = self.clock.now()
            recovery_codes = await self._prove(uow, account, code, now)
            session = Session.begin(
                id=SessionId(uuid4()),
                agency_id=account.agency_id,
                account_id=account.id,
                staff=account.is_staff,
                user_agent=user_agent,
                at=now,
            )
            pair = session.issue(at=now)
            account.last_login_at = now
            account.password_hash = rehashed or account.password_hash
            await uow.accounts.save(account)
            if recovery_codes:
                await uow.sessions.end_all(account.id, at=now)
            await uow.sessions.add(session)
            await uow.sessions.add_tokens((pair.access, pair.refresh))
            entity = ("Account", account.id)
            if recovery_codes:
                told = {"secondFactor": SecondFactorChange.ON.name}
                await uow.audit.record(AuditAction.SECOND_FACTOR_CHANGED, at=now, entity=entity, changes=told)
            if account.is_staff:
                await uow.audit.record(AuditAction.SIGNED_IN, at=now, entity=entity)
            await uow.commit()
        return OpenedSession.of(account, pair, recovery_codes)

    async def _prove(self, uow: UnitOfWork, account: Account, code: str | None, now: datetime) -> tuple[str, ...]:
        """Spend the code; recovery codes, where it is the first of a second factor that the account had to have."""
        if code is None:
            if account.second_factor or await _demanded_meanwhile(uow, account):
                raise SecondFactorRequired
            return ()
        factor = await uow.second_factors.get(account.id)
        proof = factor and self.second_factors.proves(factor, account, code, at=now)
        if factor is None or proof is None:
            _log.warning("right password, wrong code", extra={"account": str(account.id)})
            raise SecondFactorRequired(rejected=True)
        recovery_codes: tuple[str, ...] = ()
        if not factor.is_on:
            recovery_codes = factor.confirm(at=now)
            account.second_factor = True
            await uow.jobs.put(second_factor_changed(account, SecondFactorChange.ON, now))
        elif proof is Proof.PAPER:
            await uow.jobs.put(second_factor_changed(account, SecondFactorChange.RECOVERY, now))
        await uow.second_factors.put(factor)
        return recovery_codes


async def _demanded_meanwhile(uow: UnitOfWork, account: Account) -> bool:
    """Whether the agency began to require a second factor of its staff while the password was being checked: the
    sessions without one have ended, and this one would not."""
    agency = await uow.agencies.get(account.agency_id) if account.is_staff else None
    return agency is not None and agency.staff_second_factor_required
