"""Letters about accounts. Links are written only while they serve."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from application.announcements import Announcement
from application.ports.mail import Letter
from application.ports.mail.accounts import (
    AccountActivated,
    EmailChangeNotice,
    EmailConfirmation,
    Invitation,
    PasswordChanged,
    PasswordReset,
)
from application.ports.mail.second_factors import SecondFactorChanged
from application.use_cases.letters.desk import Desk, Draft, Recipient, Writer
from domain.accounts import Account
from domain.links import AccountLink
from domain.second_factors import SecondFactorChange


async def _invitation(desk: Desk, ids: list[str]) -> Draft | None:
    found = await _open_link(desk, ids)
    if found is None:
        return None
    link, account = found
    letter = Invitation(
        letterhead=await desk.letterhead(),
        link=await _address(desk, link),
        username=account.username,
        expires_at=link.expires_at,
        staff=account.is_staff,
    )
    return Draft(to=Recipient(name=await _name_of(desk, account), address=link.email), letter=letter)


async def _reset(desk: Desk, ids: list[str]) -> Draft | None:
    found = await _open_link(desk, ids)
    if found is None:
        return None
    link, account = found
    letter = PasswordReset(
        letterhead=await desk.letterhead(),
        link=await _address(desk, link),
        username=account.username,
        expires_at=link.expires_at,
    )
    return Draft(to=Recipient(name=await _name_of(desk, account), address=link.email), letter=letter)


async def _email_change(desk: Desk, ids: list[str]) -> Draft | None:
    found = await _open_link(desk, ids)
    if found is None:
        return None
    link, _ = found
    letter = EmailConfirmation(
        letterhead=await desk.letterhead(), link=await _address(desk, link), expires_at=link.expires_at
    )
    return Draft(to=Recipient(name="", address=link.email), letter=letter)


async def _email_change_notice(desk: Desk, ids: list[str]) -> Draft | None:
    """Also where the change was confirmed meanwhile: all the more."""
    link, account = await _link(desk, ids)
    if link is None or account is None or link.former_email is None:
        return None
    letter = EmailChangeNotice(letterhead=await desk.letterhead(), new_email=link.email, asked_at=link.created_at)
    return Draft(to=Recipient(name=await _name_of(desk, account), address=link.former_email), letter=letter)


async def _activated(desk: Desk, ids: list[str]) -> Draft | None:
    account, at = await _account(desk, ids[0]), datetime.fromisoformat(ids[1])
    if account is None:
        return None
    return await _to_owner(
        desk, account, AccountActivated(letterhead=await desk.letterhead(), username=account.username, at=at)
    )


async def _password_changed(desk: Desk, ids: list[str]) -> Draft | None:
    account, at = await _account(desk, ids[0]), datetime.fromisoformat(ids[1])
    if account is None:
        return None
    return await _to_owner(
        desk, account, PasswordChanged(letterhead=await desk.letterhead(), username=account.username, at=at)
    )


async def _second_factor_changed(desk: Desk, ids: list[str]) -> Draft | None:
    account, at = await _account(desk, ids[0]), datetime.fromisoformat(ids[2])
    if account is None:
        return None
    letter = SecondFactorChanged(
        letterhead=await desk.letterhead(), username=account.username, change=SecondFactorChange(ids[1]), at=at
    )
    return await _to_owner(desk, account, letter)


async def _to_owner(desk: Desk, account: Account, letter: Letter) -> Draft:
    return Draft(to=Recipient(name=await _name_of(desk, account), address=account.email), letter=letter)


async def _open_link(desk: Desk, ids: list[str]) -> tuple[AccountLink, Account] | None:
    """A link that still does what it is for, with its account."""
    link, account = await _link(desk, ids)
    if link is None or account is None or not link.opens(account, at=desk.now):
        return None
    return link, account


async def _link(desk: Desk, ids: list[str]) -> tuple[AccountLink | None, Account | None]:
    link_id = UUID(ids[0])
    link = (await desk.reading.links([link_id])).get(link_id)
    return link, await _account(desk, str(link.account_id)) if link else None


async def _account(desk: Desk, key: str) -> Account | None:
    account_id = UUID(key)
    return (await desk.reading.accounts.get_many([account_id])).get(account_id)


async def _address(desk: Desk, link: AccountLink) -> str:
    return desk.links.address(await desk.reading.agency(), link)


async def _name_of(desk: Desk, account: Account) -> str:
    """The client's, of staff the user name."""
    if account.client_id is None:
        return account.username
    return (await desk.reading.clients.get_many([account.client_id]))[account.client_id].name


WRITERS: Mapping[Announcement, Writer] = {
    Announcement.ACCOUNT_ACTIVATED: _activated,
    Announcement.EMAIL_CHANGE: _email_change,
    Announcement.EMAIL_CHANGE_NOTICE: _email_change_notice,
    Announcement.INVITATION: _invitation,
    Announcement.PASSWORD_CHANGED: _password_changed,
    Announcement.PASSWORD_RESET: _reset,
    Announcement.SECOND_FACTOR_CHANGED: _second_factor_changed,
}
