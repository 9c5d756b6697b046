"""What people are told by mail, as jobs: put in the unit of work in which it happened, and written when that is kept.

    await uow.jobs.put(payment_confirmed(payment))

A new kind of letter is a member here with a function that makes its job, a view in `ports/mail.py`, what it says in
`use_cases/letters.py`, and its words in `adapters/mail/wording.py`.
"""

from enum import StrEnum
from uuid import UUID

from application.ports.jobs import Job, JobKind
from domain.ids import AgencyId, PaymentId
from domain.payment_intents import GatewayAttempt, PaymentIntent
from domain.payments import Payment


class Announcement(StrEnum):
    """The first word of a mail job's subject; the words after it are ids."""

    PAYMENT_CONFIRMED = "payment-confirmed"
    PAYMENT_DECLINED = "payment-declined"


def payment_confirmed(payment: Payment) -> Job:
    """To the client, with the receipt. Once for each receipt."""
    return _letter(payment.agency_id, Announcement.PAYMENT_CONFIRMED, str(payment.id))


def payment_declined(intent: PaymentIntent, attempt: GatewayAttempt) -> Job:
    """To the client, once for each try that failed; not written where another has succeeded by then."""
    return _letter(intent.agency_id, Announcement.PAYMENT_DECLINED, intent.reference, attempt.transaction_id)


def announced(job: Job) -> tuple[Announcement, list[str]]:
    """What the subject of a mail job says; ValueError for what is none."""
    kind, *ids = job.subject.split(" ")
    return Announcement(kind), ids


def payment_of(ids: list[str]) -> PaymentId:
    return PaymentId(UUID(ids[0]))


def _letter(agency_id: AgencyId, kind: Announcement, *ids: str) -> Job:
    subject = " ".join((kind.value, *ids))
    return Job(kind=JobKind.SEND_MAIL, agency_id=agency_id, subject=subject, key=subject)
