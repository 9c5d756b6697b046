"""What clients want to be written about, and when they were reminded of what they owe."""

from collections.abc import Collection, Sequence
from datetime import date
from typing import Protocol

from domain.collections import Contact
from domain.ids import ClientId
from domain.mail import MailTopic


class Correspondence(Protocol):
    async def declined(self, client_id: ClientId) -> frozenset[MailTopic] | None:
        """What the client wants no letters about, locked until the work ends; None where the scope sees no such
        client, and where its data was erased."""
        ...

    async def decline(self, client_id: ClientId, topics: Collection[MailTopic]) -> None:
        """From now on letters about these are not sent to the client, and about all others they are."""
        ...

    async def begin_round(self, on: date) -> date | None:
        """The day of the agency's last round of reminders, which from now on is `on`; the day before where there was
        none yet. None where there was one that day or later. For staff."""
        ...

    async def owing(
        self, due_from: date, due_to: date, *, not_reminded_since: date | None = None
    ) -> Sequence[ClientId]:
        """Clients with rent to pay that is due between these days, both included, who want reminders. With
        `not_reminded_since` it is to collect: of those, who authorised it and were sent none since that day. For
        staff."""
        ...

    async def contacts(self, client_id: ClientId, *, since: date) -> Sequence[Contact]:
        """Those of the client since that day, the oldest first."""
        ...

    async def log(self, contact: Contact) -> None:
        """Keep one, for good; the caller has looked, under the client's lock (`declined`), that there may be one. For
        staff."""
        ...
