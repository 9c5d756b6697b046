"""What people are told by mail, as jobs: put in the unit of work in which it happened, and written when that is kept.

    await uow.jobs.put(payment_confirmed(payment))

A new kind of letter is, by family (payments, people, …):

- here a member, and a function that makes its job with `announcement`;
- in `ports/mail/` a view, a `Letter`: what it says, as plain values;
- in `use_cases/letters/` what writes it, in the family's table WRITERS;
- in `adapters/mail/wording/` its words, in the family's table WORDS.
"""

from enum import StrEnum
from uuid import UUID

from application.ports.jobs import Job, JobKind, Pace
from domain.ids import AgencyId, PaymentId
from domain.payment_intents import GatewayAttempt, PaymentIntent
from domain.payments import Payment


class Announcement(StrEnum):
    """The first word of a mail job's subject; the words after it are ids."""

    PAYMENT_CONFIRMED = "payment-confirmed"
    PAYMENT_DECLINED = "payment-declined"


def payment_confirmed(payment: Payment) -> Job:
    """To the client, with the receipt. Once for each receipt."""
    return announcement(payment.agency_id, Announcement.PAYMENT_CONFIRMED, payment.id)


def payment_declined(intent: PaymentIntent, attempt: GatewayAttempt) -> Job:
    """To the client, once for each try that failed; not written where another has succeeded by then."""
    return announcement(intent.agency_id, Announcement.PAYMENT_DECLINED, intent.reference, attempt.transaction_id)


def announced(job: Job) -> tuple[Announcement, list[str]]:
    """What the subject of a mail job says; ValueError for what is none."""
    kind, *ids = job.subject.split(" ")
    return Announcement(kind), ids


def payment_of(ids: list[str]) -> PaymentId:
    return PaymentId(UUID(ids[0]))


def announcement(agency_id: AgencyId, kind: Announcement, *ids: UUID | str, pace: Pace = Pace.USUAL) -> Job:
    """The job of a letter, known by all its words. `pace` is IMMEDIATE for what somebody waits for to go on (an
    invitation, a reset), BULK for what goes to many at once."""
    subject = " ".join((kind.value, *map(str, ids)))
    return Job(kind=JobKind.SEND_MAIL, agency_id=agency_id, subject=subject, key=subject, pace=pace)
