"""Letters about accounts. Links are written only while they serve."""

from collections.abc import Callable, Mapping
from datetime import datetime
from uuid import UUID

from application.announcements import Announcement
from application.ports.documents import Letterhead
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


def _with_link(letter_of: Callable[[Letterhead, str, AccountLink, Account], Letter], *, named: bool = True) -> Writer:
    """To the address that a link proves, while the link still does what it is for; `named`: whose account it is is
    told there."""

    async def write(desk: Desk, ids: list[str]) -> Draft | None:
        link, account = await _link(desk, ids)
        if link is None or account is None or not link.opens(account, at=desk.now):
            return None
        address = desk.links.address(await desk.reading.agency(), link)
        letter = letter_of(await desk.letterhead(), address, link, account)
        name = await _name_of(desk, account) if named else ""
        return Draft(to=Recipient(name=name, address=link.email), letter=letter)

    return write


def _to_owner(letter_of: Callable[[Letterhead, Account, list[str], datetime], Letter]) -> Writer:
    """To the owner of the account that is the first of the ids, about what happened when the last of them says."""

    async def write(desk: Desk, ids: list[str]) -> Draft | None:
        account, at = await _account(desk, ids[0]), datetime.fromisoformat(ids[-1])
        if account is None:
            return None
        letter = letter_of(await desk.letterhead(), account, ids, at)
        return Draft(to=Recipient(name=await _name_of(desk, account), address=account.email), letter=letter)

    return write


def _invitation(letterhead: Letterhead, address: str, link: AccountLink, account: Account) -> Letter:
    return Invitation(
        letterhead=letterhead,
        link=address,
        username=account.username,
        expires_at=link.expires_at,
        staff=account.is_staff,
    )


def _reset(letterhead: Letterhead, address: str, link: AccountLink, account: Account) -> Letter:
    return PasswordReset(letterhead=letterhead, link=address, username=account.username, expires_at=link.expires_at)


def _email_change(letterhead: Letterhead, address: str, link: AccountLink, _: Account) -> Letter:
    return EmailConfirmation(letterhead=letterhead, link=address, expires_at=link.expires_at)


async def _email_change_notice(desk: Desk, ids: list[str]) -> Draft | None:
    """Also where the change was confirmed meanwhile: all the more."""
    link, account = await _link(desk, ids)
    if link is None or account is None or link.former_email is None:
        return None
    letter = EmailChangeNotice(letterhead=await desk.letterhead(), new_email=link.email, asked_at=link.created_at)
    return Draft(to=Recipient(name=await _name_of(desk, account), address=link.former_email), letter=letter)


def _activated(letterhead: Letterhead, account: Account, _: list[str], at: datetime) -> Letter:
    return AccountActivated(letterhead=letterhead, username=account.username, at=at)


def _password_changed(letterhead: Letterhead, account: Account, _: list[str], at: datetime) -> Letter:
    return PasswordChanged(letterhead=letterhead, username=account.username, at=at)


def _second_factor_changed(letterhead: Letterhead, account: Account, ids: list[str], at: datetime) -> Letter:
    change = SecondFactorChange(ids[1])
    return SecondFactorChanged(letterhead=letterhead, username=account.username, change=change, at=at)


async def _link(desk: Desk, ids: list[str]) -> tuple[AccountLink | None, Account | None]:
    link_id = UUID(ids[0])
    link = (await desk.reading.links([link_id])).get(link_id)
    return link, await _account(desk, str(link.account_id)) if link else None


async def _account(desk: Desk, key: str) -> Account | None:
    account_id = UUID(key)
    return (await desk.reading.accounts.get_many([account_id])).get(account_id)


async def _name_of(desk: Desk, account: Account) -> str:
    """The client's, of staff the user name."""
    if account.client_id is None:
        return account.username
    return (await desk.reading.clients.get_many([account.client_id]))[account.client_id].name


WRITERS: Mapping[Announcement, Writer] = {
    Announcement.ACCOUNT_ACTIVATED: _to_owner(_activated),
    Announcement.EMAIL_CHANGE: _with_link(_email_change, named=False),
    Announcement.EMAIL_CHANGE_NOTICE: _email_change_notice,
    Announcement.INVITATION: _with_link(_invitation),
    Announcement.PASSWORD_CHANGED: _to_owner(_password_changed),
    Announcement.PASSWORD_RESET: _with_link(_reset),
    Announcement.SECOND_FACTOR_CHANGED: _to_owner(_second_factor_changed),
}
