"""One-time links: what proves that somebody reads the mail of an address.

A link carries a token of 256 bits, of which only the SHA-256 is stored. Using one ends all others of its account, so
that no older mail opens anything afterwards (OWASP, Forgot Password Cheat Sheet).
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from domain.accounts import Account, AccountStatus
from domain.ids import AccountId, AgencyId, LinkId
from domain.sessions import token_hash


class LinkPurpose(StrEnum):
    """INVITATION: choose the first password. RESET: choose another. EMAIL_CHANGE: take this address."""

    INVITATION = "INVITATION"
    RESET = "RESET"
    EMAIL_CHANGE = "EMAIL_CHANGE"


LIFETIME = {
    LinkPurpose.INVITATION: timedelta(days=7),
    LinkPurpose.RESET: timedelta(minutes=30),
    LinkPurpose.EMAIL_CHANGE: timedelta(hours=24),
}
"""A reset is asked for and done at once; an invitation comes unasked, perhaps before a holiday."""

INVITATIONS_A_DAY = 5
"""Letters of invitation to one person at one address, so that nobody's mailbox is filled by asking again."""
LINKS_AN_HOUR = 5
"""Links that strangers may have sent to one account at once."""
LINK_AGAIN = timedelta(minutes=10)
"""Beyond those, so long after the last one: while somebody asks for an account again and again, one always serves."""


@dataclass(slots=True, kw_only=True, eq=False)
class AccountLink:
    """`email` is where the letter with the link goes; of an e-mail change the new address, and `former_email` is the
    one it would replace. `ended_at`: used, or overtaken by what happened to the account since."""

    id: LinkId
    agency_id: AgencyId
    account_id: AccountId
    purpose: LinkPurpose
    token_hash: str
    email: str
    created_at: datetime
    expires_at: datetime
    former_email: str | None = None
    ended_at: datetime | None = None

    @classmethod
    def to(
        cls,
        account: Account,
        purpose: LinkPurpose,
        *,
        id: LinkId,  # noqa: A002
        token: str,
        at: datetime,
        new_email: str | None = None,
    ) -> "AccountLink":
        """A link that serves from now on, to the account's own address or to the one it wants to have."""
        return cls(
            id=id,
            agency_id=account.agency_id,
            account_id=account.id,
            purpose=purpose,
            token_hash=token_hash(token),
            email=new_email or account.email,
            created_at=at,
            expires_at=at + LIFETIME[purpose],
            former_email=account.email if new_email else None,
        )

    def is_live(self, *, at: datetime) -> bool:
        return self.ended_at is None and at < self.expires_at

    def opens(self, account: Account, *, at: datetime) -> bool:
        """Whether it still does for its account what it was made for."""
        return self.is_live(at=at) and account.status in _STATUS[self.purpose]


_STATUS = {
    LinkPurpose.INVITATION: (AccountStatus.INVITED,),
    LinkPurpose.RESET: (AccountStatus.ACTIVE, AccountStatus.LOCKED),
    LinkPurpose.EMAIL_CHANGE: (AccountStatus.ACTIVE,),
}


def purpose_for(account: Account) -> LinkPurpose | None:
    """What somebody who cannot enter is sent; nothing where the account is disabled."""
    return next(
        (it for it in (LinkPurpose.RESET, LinkPurpose.INVITATION) if account.status in _STATUS[it]),
        None,
    )
