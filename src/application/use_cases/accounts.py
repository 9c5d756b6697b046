"""Passwords that people change themselves, and how the first accounts come to be."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from uuid import uuid4

from application.access import Scope, SignedIn, Viewer, require_signed_in
from application.announcements import password_changed
from application.attempts import OF_ONE_ACCOUNT, password_attempts
from application.ports.clock import Clock
from application.ports.passwords import PasswordHasher
from application.ports.rate_limits import RateLimiter
from application.ports.unit_of_work import UnitOfWorkFactory
from domain.accounts import Account, AccountRole, AccountStatus
from domain.agencies import Agency
from domain.audit import AuditAction
from domain.errors import (
    AgencyNotFound,
    Busy,
    FieldProblem,
    FieldProblemCode,
    InvalidCredentials,
    Unauthenticated,
    refuse,
)
from domain.identity import is_email
from domain.ids import AccountId, AgencyId
from domain.passwords import MAXIMUM, PasswordProblem, minimum_length, password_problem

_USERNAME = re.compile(r"[\w.+-]{3,60}")


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangePassword:
    """Change the viewer's own password, and end the account's other sessions; how many ended. Links that were sent
    serve no more, and the owner is told by mail.

    For who is signed in. Refuses with InvalidInput (`passwordConfirmation` MISMATCH; `newPassword` WEAK or TOO_LONG)
    before anything else, then with TooManyAttempts or Busy, then with InvalidCredentials for a wrong current password.
    """

    unit_of_work: UnitOfWorkFactory
    limiter: RateLimiter
    hasher: PasswordHasher
    clock: Clock

    async def __call__(
        self, viewer: Viewer, *, current_password: str, new_password: str, password_confirmation: str
    ) -> int:
        signed_in = require_signed_in(viewer)
        account, agency = await own_account(self.unit_of_work, signed_in)
        problems = [problem_of_new_password("newPassword", new_password, account.is_staff, known_of(account, agency))]
        if new_password != password_confirmation:
            problems.append(FieldProblem("passwordConfirmation", FieldProblemCode.MISMATCH))
        elif new_password == current_password:
            problems.append(FieldProblem("newPassword", FieldProblemCode.WEAK, "unchanged"))
        refuse(*problems)

        await check_password(self.limiter, self.hasher, account, current_password)
        new_hash = await self.hasher.hash(new_password)
        async with self.unit_of_work(signed_in.scope) as uow:
            locked = await uow.accounts.get(account.id, for_update=True)
            if locked is None or locked.password_hash != account.password_hash:
                raise InvalidCredentials
            locked.password_hash = new_hash
            await uow.accounts.save(locked)
            now = self.clock.now()
            others = await uow.sessions.end_all(account.id, at=now, but=signed_in.session_id)
            await uow.links.end_all(account.id, at=now)
            await uow.jobs.put(password_changed(account, now))
            told, entity = {"sessionsEnded": others}, ("Account", account.id)
            await uow.audit.record(AuditAction.PASSWORD_CHANGED, at=now, entity=entity, changes=told)
            await uow.commit()
        return others


@dataclass(frozen=True, slots=True, kw_only=True)
class CreateAccount:
    """An account with a password, ready to sign in. For the command line: no viewer may.

    `client_code` is the client's code in the back office: CLIENT needs one, staff may be clients too. Refuses with
    InvalidInput a user name that is not 3 to 60 letters, digits or . + - _ (no @: it can be nobody's e-mail), an e-mail
    that is none, a weak password, a client that is missing, unknown or whose data was erased, and DUPLICATE a user
    name, e-mail or client that has an account; Busy when it cannot hash now.
    """

    unit_of_work: UnitOfWorkFactory
    hasher: PasswordHasher
    clock: Clock

    async def __call__(
        self,
        agency_id: AgencyId,
        *,
        username: str,
        email: str,
        password: str,
        role: AccountRole,
        client_code: str | None = None,
    ) -> Account:
        scope = Scope.of_operator(agency_id)
        async with self.unit_of_work(scope) as uow:
            agency = await uow.agencies.get(agency_id)
            client = (await uow.imports.clients({client_code})).get(client_code) if client_code else None
        if agency is None:
            raise AgencyNotFound
        also_client = role is not AccountRole.CLIENT and client is not None
        account = Account(
            id=AccountId(uuid4()),
            agency_id=agency_id,
            username=username.strip(),
            email=email.strip(),
            password_hash=None,
            status=AccountStatus.ACTIVE,
            roles=(role, AccountRole.CLIENT) if also_client else (role,),
            client_id=client.id if client else None,
            created_at=self.clock.now(),
        )
        client_problem = None
        if client_code and (client is None or client.erased):
            client_problem = FieldProblem("client", FieldProblemCode.NOT_FOUND)
        elif role is AccountRole.CLIENT and client is None:
            client_problem = FieldProblem("client", FieldProblemCode.REQUIRED)
        refuse(
            problem_of_username(account.username),
            None if is_email(account.email) else FieldProblem("email", FieldProblemCode.INVALID),
            client_problem,
            problem_of_new_password("password", password, account.is_staff, known_of(account, agency)),
        )
        account.password_hash = await self.hasher.hash(password)
        async with self.unit_of_work(scope) as uow:
            await uow.accounts.add(account)
            # Of staff also the name: clients are not named in what is never erased.
            named = {"username": account.username} if account.is_staff else {}
            told, entity = named | {"roles": account.roles}, ("Account", account.id)
            await uow.audit.record(AuditAction.ACCOUNT_CREATED, at=account.created_at, entity=entity, changes=told)
            await uow.commit()
        return account


async def own_account(unit_of_work: UnitOfWorkFactory, viewer: SignedIn) -> tuple[Account, Agency]:
    """The viewer's account and its agency, as they are now; Unauthenticated where they are gone."""
    async with unit_of_work(viewer.scope) as uow:
        account = await uow.accounts.get(viewer.account_id)
        agency = await uow.agencies.get(viewer.agency_id)
    if account is None or agency is None:
        raise Unauthenticated
    return account, agency


async def check_password(limiter: RateLimiter, hasher: PasswordHasher, account: Account, password: str) -> None:
    """Whether who is signed in knows the password: TooManyAttempts or Busy before it is looked at, InvalidCredentials
    for a wrong one."""
    key = password_attempts(account.id)
    await limiter.hit(account.agency_id, key, OF_ONE_ACCOUNT)
    try:
        check = await hasher.verify(account.password_hash, password)
    except Busy:
        await limiter.forgive(account.agency_id, key)
        raise
    if not check.matches:
        raise InvalidCredentials
    await limiter.clear(account.agency_id, key)


def problem_of_username(username: str | None) -> FieldProblem | None:
    """3 to 60 letters, digits or . + - _ and no @: it can be nobody's e-mail."""
    return (
        None
        if username is None or _USERNAME.fullmatch(username)
        else FieldProblem("username", FieldProblemCode.INVALID, "username")
    )


def problem_of_new_password(field: str, password: str, staff: bool, known: Iterable[str]) -> FieldProblem | None:
    """Why a password is not accepted: TOO_LONG, or WEAK with the PasswordProblem as its `reason`."""
    problem = password_problem(password, staff=staff, known=known)
    match problem:
        case None:
            return None
        case PasswordProblem.TOO_LONG:
            return FieldProblem(field, FieldProblemCode.TOO_LONG, limit=MAXIMUM)
        case PasswordProblem.TOO_SHORT:
            return FieldProblem(field, FieldProblemCode.WEAK, problem.value, limit=minimum_length(staff=staff))
        case _:
            return FieldProblem(field, FieldProblemCode.WEAK, problem.value)


def known_of(account: Account, agency: Agency) -> tuple[str, ...]:
    """What a stranger can find out, and no password is made of."""
    return (account.username, account.email, agency.name, agency.slug)
