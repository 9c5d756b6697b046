"""Letters say what holds when they are written, to the client it is about, and nothing where nothing is to be said."""

from dataclasses import replace
from datetime import timedelta

import pytest

from application.announcements import (
    Announcement,
    announced,
    link_sent,
    payment_confirmed,
    payment_declined,
    pqrs_filed,
)
from application.ports.documents import DocumentUnavailable
from application.ports.jobs import Job, JobKind
from application.ports.mail import MailUnavailable
from application.ports.mail.payments import PaymentConfirmed, PaymentDeclined
from application.use_cases.letters import WRITERS
from domain.gateway_reports import StatusReason
from domain.mail import MailTopic
from domain.payment_intents import PaymentIntentStatus
from tests.application.letters_desk import Desk
from tests.village import Village

S = PaymentIntentStatus


@pytest.fixture
def desk() -> Desk:
    return Desk()


async def test_who_paid_gets_the_receipt(desk: Desk) -> None:
    v = desk.here
    await desk.send_mail(payment_confirmed(v.receipt))

    (mail,) = desk.mailer.sent
    assert (mail.name, mail.address) == (v.ana.name, v.ana.email)
    assert isinstance(mail.letter, PaymentConfirmed)
    receipt = mail.letter.receipt
    assert (receipt.receipt_number, receipt.amount) == (v.receipt.receipt_number, v.receipt.amount)
    assert mail.letter.letterhead.name == v.agency.name
    assert mail.attachment is not None
    assert mail.attachment.file_name == f"recibo-{v.receipt.receipt_number}.pdf"


async def test_who_could_not_pay_is_told_why(desk: Desk) -> None:
    v = desk.here
    await desk.send_mail(desk.declined(v, status_reason=StatusReason.INSUFFICIENT_FUNDS))

    (mail,) = desk.mailer.sent
    assert (mail.name, mail.address, mail.attachment) == (v.felix.name, v.felix.email, None)
    assert mail.letter == PaymentDeclined(
        letterhead=mail.letter.letterhead,
        amount=v.intent.amount,
        reference=v.intent.reference,
        attempted_at=v.intent.attempts[0].at,
        invoices=(v.old_rent.number,),
        reason=StatusReason.INSUFFICIENT_FUNDS,
    )


@pytest.mark.parametrize("status", [S.APPROVED, S.PENDING, S.REVIEW, S.REDIRECTED])
async def test_a_failed_try_that_something_followed_is_not_told(desk: Desk, status: PaymentIntentStatus) -> None:
    await desk.send_mail(desk.declined(desk.here, status=status))
    assert desk.mailer.sent == []


async def test_a_reversed_payment_is_not_confirmed(desk: Desk) -> None:
    await desk.send_mail(payment_confirmed(desk.here.reversed))
    assert desk.mailer.sent == []


async def test_what_is_another_agencys_does_not_exist(desk: Desk) -> None:
    here, there = desk.here, desk.there
    await desk.send_mail(replace(payment_confirmed(there.receipt), agency_id=here.agency.id))
    await desk.send_mail(replace(desk.declined(there), agency_id=here.agency.id))
    assert desk.mailer.sent == []


async def test_without_an_address_of_their_own_people_are_reached_at_their_accounts(desk: Desk) -> None:
    v = desk.here
    v.ana.email = None
    await desk.send_mail(payment_confirmed(v.receipt))
    assert [mail.address for mail in desk.mailer.sent] == [v.accounts[v.ana.name].email]

    del desk.database.store.accounts[v.accounts[v.ana.name].id]
    await desk.send_mail(payment_confirmed(v.receipt))
    assert len(desk.mailer.sent) == 1


async def test_a_letter_is_known_by_what_it_is_about(desk: Desk) -> None:
    for job in (payment_confirmed(desk.here.receipt), payment_confirmed(desk.there.receipt), desk.declined(desk.here)):
        await desk.send_mail(job)
        await desk.send_mail(job)

    events = [mail.event for mail in desk.mailer.sent]
    assert events[::2] == events[1::2]
    assert len(set(events)) == 3


async def test_what_delays_it_is_left_to_the_queue(desk: Desk) -> None:
    desk.renderer.available = False
    with pytest.raises(DocumentUnavailable):
        await desk.send_mail(payment_confirmed(desk.here.receipt))
    desk.renderer.available, desk.mailer.trouble = True, MailUnavailable()
    with pytest.raises(MailUnavailable):
        await desk.send_mail(payment_confirmed(desk.here.receipt))
    assert desk.mailer.sent == []


async def test_who_wants_no_letters_about_something_gets_none_and_nothing_is_drawn(desk: Desk) -> None:
    v = desk.here
    desk.renderer.available = False
    v.ana.declined_mail = (MailTopic.PAYMENTS, MailTopic.REMINDERS)
    await desk.send_mail(payment_confirmed(v.receipt))
    assert desk.mailer.sent == []

    desk.renderer.available = True
    v.ana.declined_mail = tuple(set(MailTopic) - {MailTopic.PAYMENTS})
    await desk.send_mail(payment_confirmed(v.receipt))
    assert len(desk.mailer.sent) == 1


async def test_an_acknowledgement_that_the_law_asks_for_is_sent_whatever_was_chosen(desk: Desk) -> None:
    v = desk.here
    v.ana.declined_mail = tuple(MailTopic)
    await desk.send_mail(pqrs_filed(v.cases[0]))

    assert len(desk.mailer.sent) == 1


async def test_nobody_is_flooded_with_letters_that_strangers_can_cause(desk: Desk) -> None:
    here, there = desk.here.links[0], desk.there.links[0]
    there.email = here.email
    job = link_sent(here)
    for _ in range(3):
        await desk.send_mail(job)
    desk.mailer.trouble = MailUnavailable()
    for _ in range(7):
        with pytest.raises(MailUnavailable):
            await desk.send_mail(job)
    desk.mailer.trouble = None
    here.email = f" {here.email.upper()}"
    for _ in range(4):
        await desk.send_mail(job)
    assert len(desk.mailer.sent) == 5

    await desk.send_mail(link_sent(there))
    desk.clock.advance(timedelta(minutes=4))
    await desk.send_mail(job)
    assert len(desk.mailer.sent) == 6
    desk.clock.advance(timedelta(minutes=1))
    await desk.send_mail(job)
    assert len(desk.mailer.sent) == 7


def test_every_announcement_has_who_writes_it() -> None:
    assert set(WRITERS) == set(Announcement)


async def test_a_subject_that_announces_nothing_is_an_error(desk: Desk) -> None:
    for subject in ("", "payment-confirmed", "payment-confirmed x", "otra-cosa 1"):
        with pytest.raises((ValueError, IndexError)):
            await desk.send_mail(Job(kind=JobKind.SEND_MAIL, agency_id=desk.here.agency.id, subject=subject))


def test_jobs_of_letters_hold_ids_alone_and_are_put_once() -> None:
    v = Village()
    confirmed, declined = payment_confirmed(v.receipt), payment_declined(v.intent, v.intent.attempts[0])

    assert (confirmed.kind, confirmed.agency_id) == (JobKind.SEND_MAIL, v.agency.id)
    assert announced(confirmed)[1] == [str(v.receipt.id)]
    assert announced(declined)[1] == [v.intent.reference, v.intent.attempts[0].transaction_id]
    assert confirmed.key == confirmed.subject != declined.key == declined.subject
