"""What writers of letters have in common: what they read from, whom they write to, and what they hand over."""

import logging
from collections.abc import Awaitable, Callable, Collection
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from application.links import AccountLinks
from application.ports.documents import Document, Letterhead
from application.ports.mail import Letter
from application.ports.reading import Reading
from application.use_cases.documents import DocumentKind, DrawDocuments, View
from domain.collections import ContactKind
from domain.ids import ClientId
from domain.mail import MailTopic
from domain.periods import bogota_date

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """A snapshot of the agency as its staff sees it, and the hour, aware."""

    reading: Reading
    draw_documents: DrawDocuments
    links: AccountLinks
    now: datetime

    @property
    def today(self) -> date:
        return bogota_date(self.now)

    async def letterhead(self) -> Letterhead:
        return Letterhead.of(await self.reading.agency())

    async def view(self, kind: DocumentKind, key: UUID) -> View:
        """The document as it can be drawn."""
        (view,) = await self.draw_documents.views(self.reading, [(kind, key)], today=self.today)
        return view


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipient:
    """Whom a letter goes to, and what they want no letters about."""

    name: str
    address: str
    declined: Collection[MailTopic] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Approach:
    client_id: ClientId
    kind: ContactKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A letter that was written. What goes with it is a document that exists, or `drawn`: one that is drawn when the
    snapshot has been given back. `approach`: it speaks of what the client owes, and is sent only when that may be."""

    to: Recipient
    letter: Letter
    approach: Approach | None = None
    attachment: Document | None = None
    drawn: View | None = None


Writer = Callable[[Desk, list[str]], Awaitable[Draft | None]]
"""Writes the letter of one announcement from the ids of its job; None where there is nothing to say any more."""


async def client_of(desk: Desk, client_id: UUID) -> Recipient | None:
    """The client, at the address on file or that of their account."""
    client = (await desk.reading.clients.get_many([client_id])).get(client_id)
    account = (await desk.reading.clients.accounts([client_id])).get(client_id)
    address = client.email or (account.email if account else "") if client else ""
    if client is None or not address:
        _log.info("client %s has no address to write to", client_id)
        return None
    return Recipient(name=client.name, address=address, declined=client.declined_mail)
