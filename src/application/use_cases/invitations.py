"""Inviting people: an account without a password, and a letter with the link at which its owner chooses one."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import uuid4

from application.access import Scope, Viewer, require_admin, require_staff
from application.announcements import link_sent
from application.links import AccountLinks
from application.ports.clock import Clock
from application.ports.unit_of_work import UnitOfWork, UnitOfWorkFactory
from application.use_cases.accounts import problem_of_username
from domain.accounts import Account, AccountRole, AccountStatus, login_key
from domain.agencies import Agency
from domain.audit import AuditAction
from domain.clients import Client
from domain.errors import (
    AgencyNotFound,
    FieldProblem,
    FieldProblemCode,
    InvalidInput,
    InvalidTransition,
    LimitReached,
    NotFound,
    refuse,
)
from domain.identity import is_email
from domain.ids import AccountId, AgencyId, ClientId
from domain.links import INVITATIONS_A_DAY, LinkPurpose

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class InviteClient:
    """Give a client an account, and send its owner the link at which to choose a password. For staff.

    `email` where the client has none on file or wants another; it becomes the client's too. `username` is otherwise the
    number of the document. Repeated while nobody has used it, the link is sent again, and what is given anew changes.

    Refuses with InvalidInput an e-mail that is none or missing, a user name of other characters, what another account
    has (DUPLICATE), and an agency without pages (`linkBase`); with NotFound another agency's client; with
    InvalidTransition one whose account is in use or disabled, or whose data was erased; with LimitReached the sixth
    letter of a day to an address.
    """

    unit_of_work: UnitOfWorkFactory
    links: AccountLinks
    clock: Clock

    async def __call__(
        self, viewer: Viewer, *, client_id: ClientId, email: str | None = None, username: str | None = None
    ) -> Account:
        staff = require_staff(viewer)
        email, username = _given(email), _given(username)
        refuse(problem_of_email(email), problem_of_username(username))
        now = self.clock.now()
        async with self.unit_of_work(staff.scope) as uow:
            await agency_with_pages(uow, staff.agency_id, self.links)
            client = await uow.accounts.client(client_id)
            if client is None:
                raise NotFound
            if client.erased_at is not None:
                raise InvalidTransition
            account = await uow.accounts.of_client(client_id)
            if account is None:
                account = new_account(client, email=email, username=username, at=now)
                await uow.accounts.add(account)
                if client.email not in (None, account.email):
                    await uow.accounts.save_login(account)
            else:
                await change_invited(uow, account, email=email, username=username, at=now)
            await send_invitation(uow, self.links, account, at=now)
            changes = {"clientId": client.id}
            await uow.audit.record(AuditAction.CLIENT_INVITED, at=now, entity=("Account", account.id), changes=changes)
            await uow.commit()
        return account


@dataclass(frozen=True, slots=True, kw_only=True)
class InviteStaff:
    """Give somebody who works for the agency an account, and send the link at which to choose a password. For its
    administrators.

    Repeated for a user name that nobody has used yet, the link is sent again, and e-mail and role are as given now.

    Refuses with InvalidInput a user name or an e-mail that is none or that another account has (DUPLICATE), the role of
    clients, and an agency without pages (`linkBase`); with InvalidTransition who is in already or disabled; with
    LimitReached the sixth letter of a day to one address.
    """

    unit_of_work: UnitOfWorkFactory
    links: AccountLinks
    clock: Clock

    async def __call__(self, viewer: Viewer, *, username: str, email: str, role: AccountRole) -> Account:
        admin = require_admin(viewer)
        return await self._invite(admin.scope, username=username, email=email, role=role)

    async def by_operator(self, agency_id: AgencyId, *, username: str, email: str, role: AccountRole) -> Account:
        """The same from the command line, where the first administrator comes from: no viewer may."""
        return await self._invite(Scope.of_operator(agency_id), username=username, email=email, role=role)

    async def _invite(self, scope: Scope, *, username: str, email: str, role: AccountRole) -> Account:
        email, username = email.strip(), username.strip()
        refuse(
            problem_of_username(username),
            problem_of_email(email),
            FieldProblem("role", FieldProblemCode.NOT_ALLOWED) if role is AccountRole.CLIENT else None,
        )
        now = self.clock.now()
        async with self.unit_of_work(scope) as uow:
            await agency_with_pages(uow, scope.agency, self.links)
            known = await uow.accounts.by_login(login_key(username))
            account = await uow.accounts.get(known.id, for_update=True) if known else None
            if account is None or not account.is_staff:
                account = _invited(scope.agency, username, email, role, at=now)
                await uow.accounts.add(account)
            elif account.status is not AccountStatus.INVITED and login_key(account.email) != login_key(email):
                raise InvalidInput(FieldProblem("username", FieldProblemCode.DUPLICATE))
            else:
                account.roles = (role, *(it for it in account.roles if it is AccountRole.CLIENT))
                await change_invited(uow, account, email=email, username=username, at=now)
            await send_invitation(uow, self.links, account, at=now)
            changes = {"role": role.value}
            await uow.audit.record(AuditAction.STAFF_INVITED, at=now, entity=("Account", account.id), changes=changes)
            await uow.commit()
        return account


async def agency_with_pages(uow: UnitOfWork, agency_id: AgencyId, links: AccountLinks) -> Agency:
    """The agency, if there is somewhere that links may lead to."""
    agency = await uow.agencies.get(agency_id)
    if agency is None:
        raise AgencyNotFound
    links.base_of(agency)
    return agency


def new_account(client: Client, *, at: datetime, email: str | None = None, username: str | None = None) -> Account:
    """What a client is invited to; InvalidInput where there is no e-mail."""
    address = email or client.email
    if not address:
        raise InvalidInput(FieldProblem("email", FieldProblemCode.REQUIRED, "no_email"))
    name = username or client.document_number
    return _invited(client.agency_id, name, address, AccountRole.CLIENT, at=at, client_id=client.id)


async def change_invited(
    uow: UnitOfWork, account: Account, *, email: str | None, username: str | None, at: datetime
) -> None:
    """What is given anew about an account that nobody has used yet; InvalidTransition for any other. Links that went
    to an address that was wrong serve no more."""
    if account.status is not AccountStatus.INVITED:
        raise InvalidTransition
    if email and email != account.email:
        await uow.links.end_all(account.id, at=at)
    account.email, account.username = email or account.email, username or account.username
    await uow.accounts.save_login(account)


async def send_invitation(uow: UnitOfWork, links: AccountLinks, account: Account, *, at: datetime) -> None:
    """A link to choose the first password, and its letter; LimitReached when today's to that address are used up.

    Strangers who ask for the account's password cause some of them: they are to keep nobody from putting an address
    right, and where it is right, its owner has what they caused.
    """
    made = await uow.links.made_since([account.id], at - _DAY, LinkPurpose.INVITATION, email=account.email)
    if made[account.id] >= INVITATIONS_A_DAY:
        raise LimitReached(INVITATIONS_A_DAY)
    link = links.new(account, LinkPurpose.INVITATION, at=at)
    await uow.links.add([link])
    await uow.jobs.put(link_sent(link))


def problem_of_email(email: str | None) -> FieldProblem | None:
    return None if email is None or is_email(email) else FieldProblem("email", FieldProblemCode.INVALID, "email")


def _invited(
    agency_id: AgencyId,
    username: str,
    email: str,
    role: AccountRole,
    *,
    at: datetime,
    client_id: ClientId | None = None,
) -> Account:
    return Account(
        id=AccountId(uuid4()),
        agency_id=agency_id,
        username=username,
        email=email,
        password_hash=None,
        status=AccountStatus.INVITED,
        roles=(role,),
        client_id=client_id,
        created_at=at,
    )


def _given(text: str | None) -> str | None:
    return (text or "").strip() or None
