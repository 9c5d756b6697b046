"""A second factor for one's own account: turned on, its recovery codes renewed, turned off.

Whenever it goes on or off every session of the account ends, the one that asks included, and its owner is told by mail.
"""

from dataclasses import dataclass, field
from datetime import datetime

from application.access import Viewer, require_signed_in
from application.announcements import second_factor_changed
from application.attempts import OF_CODES, code_attempts
from application.ports.clock import Clock
from application.ports.passwords import PasswordHasher
from application.ports.rate_limits import RateLimiter
from application.ports.unit_of_work import UnitOfWork, UnitOfWorkFactory
from application.second_factors import SecondFactorDesk
from application.use_cases.accounts import check_password, own_account
from domain.accounts import Account
from domain.audit import AuditAction
from domain.errors import (
    FieldProblem,
    FieldProblemCode,
    InvalidCredentials,
    InvalidInput,
    InvalidTransition,
    Unauthenticated,
)
from domain.ids import AccountId
from domain.second_factors import Enrolment, SecondFactor, SecondFactorChange


@dataclass(frozen=True, slots=True, kw_only=True)
class SecondFactorTurnedOn:
    recovery_codes: tuple[str, ...] = field(repr=False)
    closed_sessions: int


@dataclass(frozen=True, slots=True, kw_only=True)
class BeginSecondFactor:
    """What an application needs to make codes for the viewer's account; nothing changes until a code confirms it.

    For who is signed in. Refuses with InvalidTransition where it is on already, then with TooManyAttempts or Busy, then
    with InvalidCredentials for a wrong current password.
    """

    unit_of_work: UnitOfWorkFactory
    limiter: RateLimiter
    hasher: PasswordHasher
    desk: SecondFactorDesk
    clock: Clock

    async def __call__(self, viewer: Viewer, *, current_password: str) -> Enrolment:
        signed_in = require_signed_in(viewer)
        account, agency = await own_account(self.unit_of_work, signed_in)
        if account.second_factor:
            raise InvalidTransition
        await check_password(self.limiter, self.hasher, account, current_password)
        async with self.unit_of_work(signed_in.scope) as uow:
            locked = await _unchanged(uow, account)
            factor, enrolment = self.desk.begin(locked, agency, at=self.clock.now())
            await uow.second_factors.put(factor)
            await uow.commit()
        return enrolment


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfirmSecondFactor:
    """Turn on what was begun, by a code of the application; the recovery codes, told once.

    For who is signed in. Refuses with InvalidTransition where none was begun or it is on already, then with
    TooManyAttempts, then with InvalidInput (`code` INVALID) for a code that is not good.
    """

    unit_of_work: UnitOfWorkFactory
    limiter: RateLimiter
    desk: SecondFactorDesk
    clock: Clock

    async def __call__(self, viewer: Viewer, *, code: str) -> SecondFactorTurnedOn:
        signed_in = require_signed_in(viewer)
        async with self.unit_of_work(signed_in.scope) as uow:
            begun = await uow.second_factors.get(signed_in.account_id)
        if begun is None or begun.is_on:
            raise InvalidTransition
        key = code_attempts(signed_in.account_id)
        await self.limiter.hit(signed_in.agency_id, key, OF_CODES)
        async with self.unit_of_work(signed_in.scope) as uow:
            account = await _locked(uow, signed_in.account_id)
            factor = await uow.second_factors.get(account.id)
            if factor is None or factor.is_on:
                raise InvalidTransition
            now = self.clock.now()
            _prove(self.desk, factor, account, code, now)
            recovery_codes = factor.confirm(at=now)
            account.second_factor = True
            await uow.second_factors.put(factor)
            closed = await _changed(uow, account, SecondFactorChange.ON, now)
            await uow.commit()
        await self.limiter.clear(signed_in.agency_id, key)
        return SecondFactorTurnedOn(recovery_codes=recovery_codes, closed_sessions=closed)


@dataclass(frozen=True, slots=True, kw_only=True)
class DisableSecondFactor:
    """Turn the viewer's own off; how many sessions ended.

    For who is signed in. Refuses with InvalidTransition where it is not on, or the agency requires it of its staff;
    then with TooManyAttempts or Busy, with InvalidCredentials for a wrong current password, and with InvalidInput
    (`code` INVALID) for a code that is not good; a recovery code is.
    """

    unit_of_work: UnitOfWorkFactory
    limiter: RateLimiter
    hasher: PasswordHasher
    desk: SecondFactorDesk
    clock: Clock

    async def __call__(self, viewer: Viewer, *, current_password: str, code: str) -> int:
        signed_in = require_signed_in(viewer)
        account, agency = await own_account(self.unit_of_work, signed_in)
        if not account.second_factor or (account.is_staff and agency.staff_second_factor_required):
            raise InvalidTransition
        await check_password(self.limiter, self.hasher, account, current_password)
        await self.limiter.hit(account.agency_id, code_attempts(account.id), OF_CODES)
        async with self.unit_of_work(signed_in.scope) as uow:
            locked = await _unchanged(uow, account)
            now = self.clock.now()
            _prove(self.desk, await _on(uow, locked), locked, code, now)
            closed = await taken_away(uow, locked, SecondFactorChange.OFF, now)
            await uow.commit()
        await self.limiter.clear(account.agency_id, code_attempts(account.id))
        return closed


@dataclass(frozen=True, slots=True, kw_only=True)
class RenewRecoveryCodes:
    """New recovery codes for the viewer's account, told once; those before serve no more.

    For who is signed in. Refuses with InvalidTransition where the second factor is not on; then with TooManyAttempts or
    Busy, with InvalidCredentials for a wrong current password, and with InvalidInput (`code` INVALID) for a code that
    is not good; a recovery code is.
    """

    unit_of_work: UnitOfWorkFactory
    limiter: RateLimiter
    hasher: PasswordHasher
    desk: SecondFactorDesk
    clock: Clock

    async def __call__(self, viewer: Viewer, *, current_password: str, code: str) -> tuple[str, ...]:
        signed_in = require_signed_in(viewer)
        async with self.unit_of_work(signed_in.scope) as uow:
            account = await uow.accounts.get(signed_in.account_id)
        if account is None:
            raise Unauthenticated
        if not account.second_factor:
            raise InvalidTransition
        await check_password(self.limiter, self.hasher, account, current_password)
        await self.limiter.hit(account.agency_id, code_attempts(account.id), OF_CODES)
        async with self.unit_of_work(signed_in.scope) as uow:
            locked = await _unchanged(uow, account)
            factor, now = await _on(uow, locked), self.clock.now()
            _prove(self.desk, factor, locked, code, now)
            recovery_codes = factor.renew_recovery()
            await uow.second_factors.put(factor)
            await uow.jobs.put(second_factor_changed(locked, SecondFactorChange.RENEWED, now))
            await _record(uow, locked, SecondFactorChange.RENEWED, now)
            await uow.commit()
        await self.limiter.clear(account.agency_id, code_attempts(account.id))
        return recovery_codes


async def _locked(uow: UnitOfWork, account_id: AccountId) -> Account:
    account = await uow.accounts.get(account_id, for_update=True)
    if account is None:
        raise Unauthenticated
    return account


async def _unchanged(uow: UnitOfWork, checked: Account) -> Account:
    """The account, locked, unless it changed while its password was being checked."""
    account = await _locked(uow, checked.id)
    if account.password_hash != checked.password_hash:
        raise InvalidCredentials
    if account.second_factor != checked.second_factor:
        raise InvalidTransition
    return account


async def _on(uow: UnitOfWork, account: Account) -> SecondFactor:
    factor = await uow.second_factors.get(account.id)
    if factor is None:
        raise InvalidTransition
    return factor


def _prove(desk: SecondFactorDesk, factor: SecondFactor, account: Account, code: str, now: datetime) -> None:
    if desk.proves(factor, account, code, at=now) is None:
        raise InvalidInput(FieldProblem("code", FieldProblemCode.INVALID, "one_time_code"))


async def taken_away(uow: UnitOfWork, account: Account, change: SecondFactorChange, now: datetime) -> int:
    """Off, whoever wanted it; how many sessions ended."""
    await uow.second_factors.remove(account.id)
    account.second_factor = False
    return await _changed(uow, account, change, now)


async def _changed(uow: UnitOfWork, account: Account, change: SecondFactorChange, now: datetime) -> int:
    """Keep that it went on or off, end all sessions, tell the owner, and record it."""
    await uow.accounts.save(account)
    closed = await uow.sessions.end_all(account.id, at=now)
    await uow.jobs.put(second_factor_changed(account, change, now))
    await _record(uow, account, change, now)
    return closed


async def _record(uow: UnitOfWork, account: Account, change: SecondFactorChange, now: datetime) -> None:
    told = {"secondFactor": change.name}
    await uow.audit.record(AuditAction.SECOND_FACTOR_CHANGED, at=now, entity=("Account", account.id), changes=told)
