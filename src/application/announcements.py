"""What people are told by mail, as jobs: put in the unit of work in which it happened, and written when that is kept.

    await uow.jobs.put(payment_confirmed(payment))

A new kind of letter is, by family (payments, people, …):

- here a member, and a function that makes its job with `announcement`;
- in `ports/mail/` a view, a `Letter`: what it says, as plain values;
- in `use_cases/letters/` what writes it, in the family's table WRITERS;
- in `adapters/mail/wording/` its words, in the family's table WORDS.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from application.ports.jobs import Job, JobKind, Pace
from domain.accounts import Account
from domain.ids import AgencyId, ClientId
from domain.links import AccountLink, LinkPurpose
from domain.payment_intents import GatewayAttempt, PaymentIntent
from domain.payments import Payment
from domain.pqrs import Pqrs, PqrsMessage
from domain.second_factors import SecondFactorChange

_IN_ONE_LETTER = 20


class Announcement(StrEnum):
    """The first word of a mail job's subject; the words after it are ids."""

    ACCOUNT_ACTIVATED = "account-activated"
    EMAIL_CHANGE = "email-change"
    EMAIL_CHANGE_NOTICE = "email-change-notice"
    INVITATION = "invitation"
    PASSWORD_CHANGED = "password-changed"  # noqa: S105 (a kind of letter)
    PASSWORD_RESET = "password-reset"  # noqa: S105
    INVOICES_ISSUED = "invoices-issued"
    PAYMENT_CONFIRMED = "payment-confirmed"
    PAYMENT_DECLINED = "payment-declined"
    PAYMENTS_DUE = "payments-due"
    PAYMENTS_OVERDUE = "payments-overdue"
    SECOND_FACTOR_CHANGED = "second-factor-changed"
    PAYOUTS_SENT = "payouts-sent"
    PQRS_ANSWERED = "pqrs-answered"
    PQRS_DUE_SOON = "pqrs-due-soon"
    PQRS_EXTENDED = "pqrs-extended"
    PQRS_FILED = "pqrs-filed"
    PQRS_REPLIED = "pqrs-replied"
    PQRS_TAKEN_FURTHER = "pqrs-taken-further"


def link_sent(link: AccountLink, *, pace: Pace = Pace.IMMEDIATE) -> Job:
    """To the address that the link proves. Once for each link."""
    return announcement(link.agency_id, _OF_LINKS[link.purpose], link.id, pace=pace)


def email_change_told(link: AccountLink) -> Job:
    """To the address that an account would no longer have."""
    return announcement(link.agency_id, Announcement.EMAIL_CHANGE_NOTICE, link.id, pace=Pace.IMMEDIATE)


def account_activated(account: Account, at: datetime) -> Job:
    """To the owner of an account that has its first password."""
    return announcement(account.agency_id, Announcement.ACCOUNT_ACTIVATED, account.id, at.isoformat())


def password_changed(account: Account, at: datetime) -> Job:
    """To the owner of the account, who may not be who changed it."""
    return announcement(
        account.agency_id, Announcement.PASSWORD_CHANGED, account.id, at.isoformat(), pace=Pace.IMMEDIATE
    )


def payment_confirmed(payment: Payment) -> Job:
    """To the client, with the receipt. Once for each receipt."""
    return announcement(payment.agency_id, Announcement.PAYMENT_CONFIRMED, payment.id)


def payment_declined(intent: PaymentIntent, attempt: GatewayAttempt) -> Job:
    """To the client, once for each try that failed; not written where another has succeeded by then."""
    return announcement(intent.agency_id, Announcement.PAYMENT_DECLINED, intent.reference, attempt.transaction_id)


def invoices_issued(agency_id: AgencyId, client_id: ClientId, invoices: Sequence[UUID]) -> list[Job]:
    """To the client, about rent invoices that one import brought: one letter, unless they are very many."""
    return _of_many(agency_id, Announcement.INVOICES_ISSUED, client_id, invoices)


def payouts_sent(agency_id: AgencyId, client_id: ClientId, payouts: Sequence[UUID]) -> list[Job]:
    """To the owner, about payouts that one import brought, likewise."""
    return _of_many(agency_id, Announcement.PAYOUTS_SENT, client_id, payouts)


def payments_overdue(agency_id: AgencyId, client_id: ClientId, on: date) -> Job:
    """To who owes rent: collection, which the law allows at some hours only. Once a day."""
    return announcement(agency_id, Announcement.PAYMENTS_OVERDUE, client_id, on.isoformat(), pace=Pace.BULK)


def payments_due(agency_id: AgencyId, client_id: ClientId, on: date) -> Job:
    """To whose rent is soon to be paid. Once a day."""
    return announcement(agency_id, Announcement.PAYMENTS_DUE, client_id, on.isoformat(), pace=Pace.BULK)


def pqrs_filed(case: Pqrs) -> Job:
    """To the client, with the acknowledgement that the law asks for (Ley 1480 de 2011, art. 50)."""
    return announcement(case.agency_id, Announcement.PQRS_FILED, case.id)


def pqrs_due_soon(case: Pqrs, at: datetime) -> Job:
    """To whoever is in charge or, where nobody is, to the agency: nobody has answered yet. Once for each term; not
    written before `at`, nor where somebody has answered, or has put the answer off, by then."""
    return replace(announcement(case.agency_id, Announcement.PQRS_DUE_SOON, case.id, str(case.due_on)), not_before=at)


def pqrs_answered(answer: PqrsMessage) -> Job:
    """To the client, with the answer."""
    return _about(Announcement.PQRS_ANSWERED, answer)


def pqrs_extended(extension: PqrsMessage) -> Job:
    """To the client: why the answer comes later, and until when. The law asks for it (Ley 1755 de 2015, art. 14)."""
    return _about(Announcement.PQRS_EXTENDED, extension)


def pqrs_replied(message: PqrsMessage) -> Job:
    """To the client, with what the agency wrote."""
    return _about(Announcement.PQRS_REPLIED, message)


def pqrs_taken_further(message: PqrsMessage) -> Job:
    """To whoever of the staff is in charge: the client wrote, or brought the case back."""
    return _about(Announcement.PQRS_TAKEN_FURTHER, message)


def second_factor_changed(account: Account, change: SecondFactorChange, at: datetime) -> Job:
    """To the owner of the account, who may not be who changed it."""
    return announcement(
        account.agency_id,
        Announcement.SECOND_FACTOR_CHANGED,
        account.id,
        change.value,
        at.isoformat(),
        pace=Pace.IMMEDIATE,
    )


_OF_LINKS = {
    LinkPurpose.INVITATION: Announcement.INVITATION,
    LinkPurpose.RESET: Announcement.PASSWORD_RESET,
    LinkPurpose.EMAIL_CHANGE: Announcement.EMAIL_CHANGE,
}


def announced(job: Job) -> tuple[Announcement, list[str]]:
    """What the subject of a mail job says; ValueError for what is none."""
    kind, *ids = job.subject.split(" ")
    return Announcement(kind), ids


def announcement(agency_id: AgencyId, kind: Announcement, *ids: UUID | str, pace: Pace = Pace.USUAL) -> Job:
    """The job of a letter, known by all its words. `pace` is IMMEDIATE for what somebody waits for to go on (an
    invitation, a reset), BULK for what goes to many at once."""
    subject = " ".join((kind.value, *map(str, ids)))
    return Job(kind=JobKind.SEND_MAIL, agency_id=agency_id, subject=subject, key=subject, pace=pace)


def _about(kind: Announcement, message: PqrsMessage) -> Job:
    return announcement(message.agency_id, kind, message.pqrs_id, message.id)


def _of_many(agency_id: AgencyId, kind: Announcement, client_id: ClientId, ids: Sequence[UUID]) -> list[Job]:
    parts = [ids[at : at + _IN_ONE_LETTER] for at in range(0, len(ids), _IN_ONE_LETTER)]
    return [announcement(agency_id, kind, client_id, *part, pace=Pace.BULK) for part in parts]
