"""What clients want to be written about."""

from collections.abc import Collection
from typing import Protocol

from domain.ids import ClientId
from domain.mail import MailTopic


class Correspondence(Protocol):
    async def declined(self, client_id: ClientId) -> frozenset[MailTopic] | None:
        """What the client wants no letters about, locked until the work ends; None where the scope sees no such
        client."""
        ...

    async def decline(self, client_id: ClientId, topics: Collection[MailTopic]) -> None:
        """From now on letters about these are not sent to the client, and about all others they are."""
        ...
