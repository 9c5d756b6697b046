"""Letters about money that came, or did not."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import ClassVar

from application.ports.documents import ReceiptView
from application.ports.mail import Letter
from domain.gateway_reports import StatusReason
from domain.mail import MailTopic


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentConfirmed(Letter):
    """Money was received: what its receipt says."""

    topic: ClassVar[MailTopic | None] = MailTopic.PAYMENTS

    receipt: ReceiptView


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentDeclined(Letter):
    """A try to pay online failed. `reason` as far as the gateway told one; `attempted_at` is aware; `invoices` are the
    numbers of those that were to be paid."""

    topic: ClassVar[MailTopic | None] = MailTopic.PAYMENTS

    amount: Decimal
    reference: str
    attempted_at: datetime
    invoices: tuple[str, ...]
    reason: StatusReason | None = None
