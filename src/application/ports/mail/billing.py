"""Letters about what was billed, and what was paid to owners."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import ClassVar

from application.ports.mail import Letter
from domain.mail import MailTopic
from domain.periods import BillingPeriod


@dataclass(frozen=True, slots=True, kw_only=True)
class OwedInvoice:
    """An invoice that is not paid yet. `balance` in pesos, `place` is the property's address and city."""

    number: str
    period: BillingPeriod
    due_on: date
    balance: Decimal
    place: str


@dataclass(frozen=True, slots=True, kw_only=True)
class InvoicesIssued(Letter):
    """Rent was billed. At least one invoice, the first to fall due first."""

    topic: ClassVar[MailTopic | None] = MailTopic.INVOICES

    invoices: tuple[OwedInvoice, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentsOverdue(Letter):
    """Rent was not paid in time. At least one invoice, the longest overdue first."""

    topic: ClassVar[MailTopic | None] = MailTopic.REMINDERS

    invoices: tuple[OwedInvoice, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentsDue(Letter):
    """Rent is soon to be paid: a courtesy. At least one invoice, the first to fall due first."""

    topic: ClassVar[MailTopic | None] = MailTopic.REMINDERS

    invoices: tuple[OwedInvoice, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SentPayout:
    """`net` in pesos; `place` is the property's address and city."""

    number: str
    period: BillingPeriod
    paid_on: date
    net: Decimal
    place: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PayoutsSent(Letter):
    """An owner was paid. At least one payout, the oldest first."""

    topic: ClassVar[MailTopic | None] = MailTopic.PAYOUTS

    payouts: tuple[SentPayout, ...]
