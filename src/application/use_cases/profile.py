"""What people change about themselves: contact data at once, the e-mail when the new address has confirmed."""

from dataclasses import dataclass
from enum import Enum

from application.access import Scope, SignedIn, Viewer, Visitor, require_signed_in
from application.announcements import email_change_told, link_sent
from application.attempts import OF_EMAIL_CHANGES, OF_GUESSED_LINKS, email_changes, link_attempts
from application.links import AccountLinks, find_link
from application.ports.clock import Clock
from application.ports.passwords import PasswordHasher
from application.ports.rate_limits import RateLimiter
from application.ports.unit_of_work import UnitOfWork, UnitOfWorkFactory
from application.text import problem_of_text
from application.use_cases.accounts import check_password
from application.use_cases.invitations import agency_with_pages, problem_of_email
from domain.accounts import Account
from domain.audit import AuditAction
from domain.errors import (
    FieldProblem,
    FieldProblemCode,
    InvalidCredentials,
    InvalidInput,
    TokenExpired,
    Unauthenticated,
    refuse,
)
from domain.identity import is_phone
from domain.links import AccountLink, LinkPurpose

PHONE_LIMIT, ADDRESS_LIMIT, CITY_LIMIT = 40, 200, 100


class Unchanged(Enum):
    """What stands for a part of a form that was not sent; sent empty (None) it is erased."""

    UNCHANGED = "unchanged"


UNCHANGED = Unchanged.UNCHANGED
Change = str | None | Unchanged


@dataclass(frozen=True, slots=True)
class ProfileChanged:
    """`confirmation_sent`: a link went to the new address, and the e-mail is still the old one."""

    account: Account
    confirmation_sent: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class UpdateProfile:
    """Change the viewer's own contact data, which the account's client has, and ask for another e-mail.

    For who is signed in; staff who are no client have an e-mail alone. What is not sent stays, None or blanks erase;
    the e-mail is never erased. Another e-mail needs the current password: a link goes to the new address and a notice
    to the present one, and nothing tells whether another account has it.

    Refuses with InvalidInput a telephone that is none, texts that are too long or hold control characters, an e-mail
    that is none, and one without `currentPassword` (REQUIRED); then with TooManyAttempts, InvalidCredentials or Busy
    like changing the password. Of what is refused nothing changes.
    """

    unit_of_work: UnitOfWorkFactory
    links: AccountLinks
    limiter: RateLimiter
    hasher: PasswordHasher
    clock: Clock

    async def __call__(
        self,
        viewer: Viewer,
        *,
        phone: Change = UNCHANGED,
        address: Change = UNCHANGED,
        city: Change = UNCHANGED,
        email: Change = UNCHANGED,
        current_password: Change = UNCHANGED,
    ) -> ProfileChanged:
        signed_in = require_signed_in(viewer)
        phone, address, city, email = _tidy(phone), _tidy(address), _tidy(city), _tidy(email)
        given = current_password if isinstance(current_password, str) else ""
        refuse(
            _problem_of_phone(phone),
            _problem_of("address", address, ADDRESS_LIMIT),
            _problem_of("city", city, CITY_LIMIT),
            *_problems_of_email(email, given),
        )
        checked = await self._checked(signed_in, email, given) if isinstance(email, str) else None
        async with self.unit_of_work(signed_in.scope) as uow:
            account = await uow.accounts.get(signed_in.account_id)
            if account is None:
                raise Unauthenticated
            changed = await self._contact(uow, account, (phone, address, city))
            if checked is not None and isinstance(email, str):
                await self._ask(uow, checked, email)
            done = {AuditAction.PROFILE_UPDATED: changed, AuditAction.EMAIL_CHANGE_ASKED: checked is not None}
            for action in (action for action, happened in done.items() if happened):
                await uow.audit.record(action, at=self.clock.now(), entity=("Account", account.id))
            if any(done.values()):
                await uow.commit()
        return ProfileChanged(account, confirmation_sent=checked is not None)

    async def _checked(self, viewer: SignedIn, email: str, password: str) -> Account | None:
        """The account that is to get another address, its password being right; None where it has that one."""
        async with self.unit_of_work(viewer.scope) as uow:
            account = await uow.accounts.get(viewer.account_id)
            if account is not None:
                await agency_with_pages(uow, viewer.agency_id, self.links)
        if account is None:
            raise Unauthenticated
        if email == account.email:
            return None
        await check_password(self.limiter, self.hasher, account, password)
        await self.limiter.hit(account.agency_id, email_changes(account.id), OF_EMAIL_CHANGES)
        return account

    async def _contact(self, uow: UnitOfWork, account: Account, changes: tuple[Change, Change, Change]) -> bool:
        if account.client_id is None:
            return False
        before = await uow.accounts.contact_data(account)
        if before is None:  # erased since the session was looked at
            raise Unauthenticated
        after = tuple(old if isinstance(new, Unchanged) else new for old, new in zip(before, changes, strict=True))
        if after == before:
            return False
        await uow.accounts.change_profile(account, phone=after[0], address=after[1], city=after[2])
        return True

    async def _ask(self, uow: UnitOfWork, checked: Account, new_email: str) -> None:
        """The change waits at the new address; the one asked for before serves no more. Not where the account changed
        while its password was being checked."""
        account = await uow.accounts.get(checked.id, for_update=True)
        if account is None or not account.may_sign_in or account.password_hash != checked.password_hash:
            raise InvalidCredentials
        now = self.clock.now()
        await uow.links.end_all(account.id, at=now)
        link = self.links.new(account, LinkPurpose.EMAIL_CHANGE, at=now, new_email=new_email)
        await uow.links.add([link])
        await uow.jobs.put(link_sent(link))
        await uow.jobs.put(email_change_told(link))


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfirmEmail:
    """Give the account, and its client, the e-mail to which a link was sent. For who holds the link.

    Refuses with TooManyAttempts an address that tries links which are none; with TokenExpired a link that is unknown,
    of another agency, used, run out, or overtaken by another change, and alike where another account has that e-mail
    by now.
    """

    unit_of_work: UnitOfWorkFactory
    limiter: RateLimiter
    clock: Clock

    async def __call__(self, visitor: Visitor, *, token: str, ip: str | None = None) -> None:
        tried = link_attempts(ip)
        await self.limiter.hit(visitor.agency_id, tried, OF_GUESSED_LINKS)
        link = await find_link(self.unit_of_work, visitor, token)
        if link is None or link.purpose is not LinkPurpose.EMAIL_CHANGE:
            raise TokenExpired
        async with self.unit_of_work(Scope(agency_id=link.agency_id, account_id=link.account_id)) as uow:
            account = await uow.accounts.get(link.account_id)
        if account is None:
            raise TokenExpired
        await self._apply(account, link)
        await self.limiter.forgive(visitor.agency_id, tried)

    async def _apply(self, found: Account, link: AccountLink) -> None:
        async with self.unit_of_work(Scope.of_account(found)) as uow:
            if found.client_id is not None:  # first the client, as where staff invite
                await uow.accounts.client(found.client_id)
            account = await uow.accounts.get(found.id, for_update=True)
            fresh = await uow.links.get(link.id)
            now = self.clock.now()
            if account is None or fresh is None or not fresh.opens(account, at=now):
                raise TokenExpired
            account.email = fresh.email
            try:
                await uow.accounts.save_login(account)
            except InvalidInput as error:
                raise TokenExpired from error
            await uow.links.end_all(account.id, at=now)
            await uow.audit.record(AuditAction.EMAIL_CHANGED, at=now, entity=("Account", account.id))
            await uow.commit()


def _tidy(change: Change) -> Change:
    return (change.strip() or None) if isinstance(change, str) else change


def _problem_of(field: str, change: Change, limit: int) -> FieldProblem | None:
    return problem_of_text(field, change, limit=limit) if isinstance(change, str) else None


def _problem_of_phone(phone: Change) -> FieldProblem | None:
    problem = _problem_of("phone", phone, PHONE_LIMIT)
    if problem is None and isinstance(phone, str) and not is_phone(phone):
        return FieldProblem("phone", FieldProblemCode.INVALID)
    return problem


def _problems_of_email(email: Change, password: str) -> list[FieldProblem | None]:
    if email is None:
        return [FieldProblem("email", FieldProblemCode.REQUIRED)]
    if isinstance(email, Unchanged):
        return []
    missing = None if password else FieldProblem("currentPassword", FieldProblemCode.REQUIRED)
    return [problem_of_email(email), missing]
