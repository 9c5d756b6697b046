"""Letters by e-mail: what each one says, as plain values by family, and who delivers them."""

from dataclasses import dataclass
from typing import ClassVar, Protocol

from application.ports.documents import Document, Letterhead
from domain.errors import RetryLater
from domain.mail import MailTopic


class MailUnavailable(RetryLater):
    """The mail server does not take letters now."""


class MailRefused(Exception):
    """The mail server does not take this letter, nor would it later: no such mailbox, say."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """What every letter has. `topic` is what it is about for whoever wants no such letters; without one it is sent to
    everybody. `limited` are those that strangers can cause: nobody gets more than a few of them in an hour."""

    topic: ClassVar[MailTopic | None] = None
    limited: ClassVar[bool] = False

    letterhead: Letterhead


@dataclass(frozen=True, slots=True, kw_only=True)
class Mail:
    """A letter on its way. `event` names what it is about and is the same each time it is sent: by it whoever receives
    it tells a repetition."""

    event: str
    name: str
    address: str
    letter: Letter
    attachment: Document | None = None


class Mailer(Protocol):
    async def send(self, mail: Mail) -> None:
        """Hand it over for delivery. Raises MailUnavailable or MailRefused."""
        ...
