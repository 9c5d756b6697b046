"""Taking the second factor away from who lost telephone and paper."""

from dataclasses import dataclass

from application.access import Scope, Viewer, require_admin
from application.attempts import code_attempts
from application.ports.clock import Clock
from application.ports.rate_limits import RateLimiter
from application.ports.unit_of_work import UnitOfWorkFactory
from application.use_cases.second_factor import taken_away
from domain.accounts import Account, login_key
from domain.errors import InvalidTransition, NotFound
from domain.ids import AccountId, AgencyId
from domain.second_factors import SecondFactorChange


@dataclass(frozen=True, slots=True, kw_only=True)
class ResetSecondFactor:
    """Take the second factor of another account away; all its sessions end, and its owner is told by mail.

    For administrators; where the agency requires one, the owner gets another at the next sign-in. Refuses with NotFound
    an account that is not of the agency, and with InvalidTransition the viewer's own and one that has none.
    """

    unit_of_work: UnitOfWorkFactory
    limiter: RateLimiter
    clock: Clock

    async def __call__(self, viewer: Viewer, *, account_id: AccountId) -> Account:
        admin = require_admin(viewer)
        async with self.unit_of_work(admin.scope) as uow:
            account = await uow.accounts.get(account_id, for_update=True)
            if account is None:
                raise NotFound
            if account.id == admin.account_id:
                raise InvalidTransition
            await taken_away(uow, _with_one(account), SecondFactorChange.RESET, self.clock.now())
            await uow.commit()
        await self.limiter.clear(account.agency_id, code_attempts(account.id))
        return account


@dataclass(frozen=True, slots=True, kw_only=True)
class ResetSecondFactorByOperator:
    """The same from the command line, by user name or e-mail: for when the only administrator is who lost it."""

    unit_of_work: UnitOfWorkFactory
    limiter: RateLimiter
    clock: Clock

    async def __call__(self, agency_id: AgencyId, *, login: str) -> Account:
        async with self.unit_of_work(Scope.of_operator(agency_id)) as uow:
            found = await uow.accounts.by_login(login_key(login))
            account = await uow.accounts.get(found.id, for_update=True) if found else None
            if account is None:
                raise NotFound
            await taken_away(uow, _with_one(account), SecondFactorChange.RESET, self.clock.now())
            await uow.commit()
        await self.limiter.clear(account.agency_id, code_attempts(account.id))
        return account


def _with_one(account: Account) -> Account:
    if not account.second_factor:
        raise InvalidTransition
    return account
