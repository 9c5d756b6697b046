"""Keeping accounts out, and letting them in again."""

from dataclasses import dataclass

from application.access import StaffViewer, Viewer, require_staff
from application.ports.clock import Clock
from application.ports.unit_of_work import UnitOfWork, UnitOfWorkFactory
from domain.accounts import Account
from domain.audit import AuditAction
from domain.errors import InvalidTransition, NotAllowed, NotFound
from domain.ids import AccountId


@dataclass(frozen=True, slots=True, kw_only=True)
class DisableAccount:
    """Keep an account from signing in: its sessions end at once, and so do the links it was sent. For staff; the
    accounts of staff, for administrators.

    Refuses with NotFound another agency's account; with InvalidTransition one that is disabled, one's own, and the last
    that manages the agency.
    """

    unit_of_work: UnitOfWorkFactory
    clock: Clock

    async def __call__(self, viewer: Viewer, *, account_id: AccountId) -> Account:
        staff = require_staff(viewer)
        async with self.unit_of_work(staff.scope) as uow:
            admins = await uow.accounts.active_admins()
            account = await _other_account(uow, staff, account_id)
            if account.id == staff.account_id or set(admins) == {account.id}:
                raise InvalidTransition
            account.disable()
            await uow.accounts.save(account)
            now = self.clock.now()
            closed = await uow.sessions.end_all(account.id, at=now)
            await uow.links.end_all(account.id, at=now)
            await uow.audit.record(
                AuditAction.ACCOUNT_DISABLED,
                at=now,
                entity=("Account", account.id),
                changes={"status": account.status.value, "closedSessions": closed},
            )
            await uow.commit()
        return account


@dataclass(frozen=True, slots=True, kw_only=True)
class EnableAccount:
    """Let a disabled account sign in again with the password it had. For staff; the accounts of staff, for
    administrators. One that never had a password is invited again by whoever wants it to come in.

    Refuses with NotFound another agency's account; with InvalidTransition one that is not disabled, and that of a
    client whose data was erased.
    """

    unit_of_work: UnitOfWorkFactory
    clock: Clock

    async def __call__(self, viewer: Viewer, *, account_id: AccountId) -> Account:
        staff = require_staff(viewer)
        async with self.unit_of_work(staff.scope) as uow:
            known = await uow.accounts.get(account_id)
            if known is not None and known.client_id is not None:  # first the client, as where staff invite
                client = await uow.accounts.client(known.client_id)
                if client is not None and client.erased_at is not None:
                    raise InvalidTransition
            account = await _other_account(uow, staff, account_id)
            account.enable()
            await uow.accounts.save(account)
            await uow.audit.record(
                AuditAction.ACCOUNT_ENABLED,
                at=self.clock.now(),
                entity=("Account", account.id),
                changes={"status": account.status.value},
            )
            await uow.commit()
        return account


async def _other_account(uow: UnitOfWork, staff: StaffViewer, account_id: AccountId) -> Account:
    account = await uow.accounts.get(account_id, for_update=True)
    if account is None:
        raise NotFound
    if account.is_staff and not staff.is_admin:
        raise NotAllowed
    return account
