"""One-time links: where they are kept, and their secrets, which are kept nowhere."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Protocol

from domain.ids import AccountId, LinkId
from domain.links import AccountLink, LinkPurpose


class LinkTokens(Protocol):
    def of(self, link_id: LinkId) -> str:
        """The secret of a link, always the same for the same one, so that a letter sent twice carries it twice. Nobody
        finds it out who has the database and not the service's key."""
        ...


class Links(Protocol):
    """The links of the scope's account, for staff those of the agency; with a link key, the one of that key."""

    async def find(self, token_hash: str) -> AccountLink | None:
        """By the SHA-256 of its token; the scope must hold the same as its link key, or be the account's."""
        ...

    async def get(self, link_id: LinkId) -> AccountLink | None: ...

    async def add(self, links: Sequence[AccountLink]) -> None: ...

    async def end_all(self, account_id: AccountId, *, at: datetime) -> None:
        """End those of the account that have not ended."""
        ...

    async def made_since(
        self, account_ids: Collection[AccountId], since: datetime, *purposes: LinkPurpose, email: str | None = None
    ) -> Mapping[AccountId, int]:
        """How many were made for each account since then, for those purposes or for any; ended ones count too.
        With `email`, of those that went there."""
        ...

    async def forget(self, *, before: datetime) -> int:
        """Take away those of the agency that ran out before then, used or not; how many. For staff."""
        ...
