"""Letters by e-mail: what each one says, as plain values, and who delivers them."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Protocol

from application.ports.documents import Document, Letterhead, ReceiptView
from domain.errors import RetryLater
from domain.gateway_reports import StatusReason


class MailUnavailable(RetryLater):
    """The mail server does not take letters now."""


class MailRefused(Exception):
    """The mail server does not take this letter, nor would it later: no such mailbox, say."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentConfirmed:
    """Money was received: what its receipt says."""

    receipt: ReceiptView

    @property
    def letterhead(self) -> Letterhead:
        return self.receipt.letterhead


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentDeclined:
    """A try to pay online failed. `reason` as far as the gateway told one; `attempted_at` is aware; `invoices` are the
    numbers of those that were to be paid."""

    letterhead: Letterhead
    amount: Decimal
    reference: str
    attempted_at: datetime
    invoices: tuple[str, ...]
    reason: StatusReason | None = None


Letter = PaymentConfirmed | PaymentDeclined


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
