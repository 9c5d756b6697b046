"""Who owes rent, or soon has to pay it, is written to when the agency wants it and the law allows."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from uuid import uuid4

import pytest

from application.announcements import Announcement, announced, payments_due, payments_overdue
from application.ports.jobs import Job, JobKind, Pace
from application.ports.mail import MailUnavailable
from application.ports.mail.billing import PaymentsDue, PaymentsOverdue
from application.use_cases.reminders import RemindAgencies, RemindAgency
from domain.clients import Client
from domain.collections import ContactChannel, ContactKind
from domain.errors import RetryLater
from domain.invoices import InvoiceStatus
from domain.mail import MailTopic
from domain.payment_intents import PaymentIntentStatus
from domain.periods import bogota_date
from domain.personal_data import ConsentPurpose
from tests import factories as a
from tests.application.letters_desk import Desk
from tests.fakes.calendar import FakeHolidays

WEDNESDAY = datetime(2026, 7, 15, 17, tzinfo=UTC)
"""Noon in Bogotá. Of the village's rents those of May and June are due on the 10th of their month, July's too."""
DAY = timedelta(days=1)
NIGHT = timedelta(hours=8)
OVERDUE, DUE = Announcement.PAYMENTS_OVERDUE, Announcement.PAYMENTS_DUE


class Office(Desk):
    """A desk with what puts the letters of a day."""

    def __init__(self) -> None:
        super().__init__()
        self.clock.set(WEDNESDAY)
        self.here.agency.reminders = True
        self.remind_agencies = RemindAgencies(
            unit_of_work=self.database, calendar=FakeHolidays({date(2026, 7, 20)}), clock=self.clock
        )
        self.remind_agency = RemindAgency(unit_of_work=self.database, clock=self.clock)

    async def round(self) -> list[tuple[Announcement, str]]:
        """The letters of a round of both agencies, by kind and client."""
        self.database.store.jobs.clear()
        for village in (self.here, self.there):
            await self.remind_agency(Job(kind=JobKind.REMIND_AGENCY, agency_id=village.agency.id))
        names = {str(key): client.name for key, client in self.database.store.clients.items()}
        jobs = [kept.job for kept in self.database.store.jobs]
        assert {(job.kind, job.pace) for job in jobs} <= {(JobKind.SEND_MAIL, Pace.BULK)}
        return sorted((kind, names[ids[0]]) for kind, ids in map(announced, jobs))

    async def deliver(self) -> int:
        """Write what waits; how many letters went out."""
        before = len(self.mailer.sent)
        for kept in list(self.database.store.jobs):
            await self.send_mail(kept.job)
        self.database.store.jobs.clear()
        return len(self.mailer.sent) - before

    def overdue(self, client: Client) -> Job:
        return payments_overdue(client.agency_id, client.id, self.clock.today())


@pytest.fixture
def office() -> Office:
    return Office()


async def test_who_owes_rent_is_reminded_and_nobody_else(office: Office) -> None:
    v = office.here

    assert await office.round() == [(OVERDUE, v.ana.name), (OVERDUE, v.diana.name), (OVERDUE, v.felix.name)]
    assert await office.round() == []  # once a day
    assert await office.deliver() == 0  # nothing waits
    await office.send_mail(office.overdue(v.ana))

    (mail,) = office.mailer.sent
    assert (mail.name, mail.address, mail.attachment) == (v.ana.name, v.ana.email, None)
    assert isinstance(mail.letter, PaymentsOverdue)
    june, july = v.rents[1], v.rents[2]
    assert [(it.number, it.balance) for it in mail.letter.invoices] == [
        (june.number, june.balance),
        (july.number, july.balance),
    ]


async def test_who_did_not_authorise_it_is_not_reminded_and_is_still_told_what_will_be_due(office: Office) -> None:
    """Ley 2300 de 2023: by no channel that the person did not authorise."""
    v, consents = office.here, office.database.store.consents
    v.agency.courtesy_days = 12
    office.clock.advance(14 * DAY)  # so many before August's rent is due
    ana, staff = v.accounts[v.ana.name], v.rosa
    consents[:] = [it for it in consents if it.client_id != v.felix.id]
    consents.append(a.a_consent(v.ana, ana, at=WEDNESDAY - DAY, granted=False))
    consents.append(a.a_consent(v.ana, ana, at=WEDNESDAY, purpose=ConsentPurpose.COMMERCIAL))
    consents.append(a.a_consent(v.gloria, staff))

    assert await office.round() == [(DUE, v.ana.name), (OVERDUE, v.diana.name)]
    for client in (v.ana, v.felix):
        await office.send_mail(office.overdue(client))
    assert (office.mailer.sent, office.database.store.contacts) == ([], [])


async def test_who_takes_it_back_before_the_letter_is_written_gets_none_and_who_gives_it_gets_it(
    office: Office,
) -> None:
    v = office.here
    ana = v.accounts[v.ana.name]
    await office.round()
    office.database.store.add(a.a_consent(v.ana, ana, at=WEDNESDAY, granted=False))
    await office.send_mail(office.overdue(v.ana))
    assert office.mailer.sent == []

    office.database.store.add(a.a_consent(v.ana, ana, at=WEDNESDAY + DAY))
    office.clock.advance(DAY)
    await office.send_mail(office.overdue(v.ana))
    assert [mail.name for mail in office.mailer.sent] == [v.ana.name]


async def test_no_agency_reminds_that_did_not_say_so(office: Office) -> None:
    job = office.overdue(office.here.ana)
    office.here.agency.reminders = False

    assert await office.round() == []
    await office.send_mail(job)
    assert office.mailer.sent == []
    assert office.database.store.reminded == {}


async def test_what_was_paid_meanwhile_or_is_being_paid_is_not_mentioned(office: Office) -> None:
    v = office.here
    june, july = v.rents[1], v.rents[2]
    june.paid, june.status = june.total, InvoiceStatus.PAID
    await office.send_mail(office.overdue(v.ana))
    letter = office.mailer.sent[0].letter
    assert isinstance(letter, PaymentsOverdue)
    assert [it.number for it in letter.invoices] == [july.number]

    v.intent = replace(v.intent, status=PaymentIntentStatus.PENDING)
    office.database.store.intents[v.intent.id] = v.intent
    await office.send_mail(office.overdue(v.felix))
    assert len(office.mailer.sent) == 1


@pytest.mark.parametrize("hours", [7, 12, 19, 7 + 72, 12 + 72])
async def test_outside_the_hours_of_the_law_it_waits_and_then_goes_out(office: Office, hours: int) -> None:
    """From Wednesday 19:00, midnight and 7:00 less a bit; from Saturday night and Sunday."""
    office.clock.advance(timedelta(hours=hours) - timedelta(seconds=hours == 19))
    job = office.overdue(office.here.ana)
    with pytest.raises(RetryLater) as told:
        await office.send_mail(job)
    assert (office.mailer.sent, office.database.store.contacts) == ([], [])
    assert await office.remind_agencies() == 0

    office.clock.advance(told.value.retry_after_seconds)
    await office.send_mail(job)
    assert len(office.mailer.sent) == 1


async def test_a_contact_is_kept_with_its_day_channel_and_kind(office: Office) -> None:
    v = office.here
    await office.send_mail(office.overdue(v.ana))

    (kept,) = office.database.store.contacts
    assert (kept.agency_id, kept.client_id, kept.at) == (v.agency.id, v.ana.id, WEDNESDAY)
    assert (kept.contacted_on, kept.channel, kept.kind) == (
        date(2026, 7, 15),
        ContactChannel.EMAIL,
        ContactKind.REMINDER,
    )


async def test_nobody_is_reminded_twice_in_a_week_nor_written_to_twice_a_day(office: Office) -> None:
    v = office.here
    v.agency.courtesy_days = 15
    sent = []
    for _ in range(15):  # of which two are Sundays, and one a holiday that this calendar does not know
        if office.clock.today().weekday() != 6:
            await office.round()
            await office.deliver()
            sent.append([it.letter for it in office.mailer.sent if it.name == v.ana.name])
        office.mailer.sent.clear()
        office.clock.advance(DAY)

    days = [it.contacted_on for it in office.database.store.contacts if it.client_id == v.ana.id]
    reminded = [it.contacted_on for it in office.database.store.contacts if it.kind is ContactKind.REMINDER]
    assert len(days) == len(set(days))
    assert [len(letters) <= 1 for letters in sent] == [True] * len(sent)
    assert sorted(set(reminded)) == [date(2026, 7, 15), date(2026, 7, 22), date(2026, 7, 29)]


async def test_a_letter_that_is_tried_again_is_the_same_contact(office: Office) -> None:
    job = office.overdue(office.here.ana)
    office.mailer.trouble = MailUnavailable()
    for _ in range(2):
        with pytest.raises(MailUnavailable):
            await office.send_mail(job)
    office.mailer.trouble = None
    await office.send_mail(job)
    await office.send_mail(job)

    assert len(office.database.store.contacts) == 1
    assert len({mail.event for mail in office.mailer.sent}) == 1


async def test_a_letter_that_goes_out_on_another_day_is_another_contact(office: Office) -> None:
    v = office.here
    monday = office.overdue(v.ana)
    office.mailer.trouble = MailUnavailable()
    with pytest.raises(MailUnavailable):
        await office.send_mail(monday)
    office.mailer.trouble = None
    office.clock.advance(DAY)
    await office.send_mail(monday)
    today = bogota_date(office.clock.now())
    await office.send_mail(payments_due(v.agency.id, v.ana.id, today))

    days = [it.contacted_on for it in office.database.store.contacts]
    assert days == [today - DAY, today]
    assert len(office.mailer.sent) == 1


async def test_who_wants_no_reminders_gets_none_and_no_contact_is_kept(office: Office) -> None:
    v = office.here
    job = office.overdue(v.ana)
    v.ana.declined_mail = (MailTopic.REMINDERS,)

    assert (OVERDUE, v.ana.name) not in await office.round()
    await office.send_mail(job)
    assert (office.mailer.sent, office.database.store.contacts) == ([], [])


async def test_a_courtesy_is_sent_so_many_days_before_and_is_no_collection(office: Office) -> None:
    v = office.here
    v.agency.reminders, v.agency.courtesy_days = False, 3
    office.clock.set(datetime(2026, 8, 6, 17, tzinfo=UTC))
    await office.round()
    office.clock.advance(DAY)  # August's rent is due on the 10th

    assert await office.round() == [(DUE, v.ana.name)]
    await office.deliver()
    (mail,) = office.mailer.sent
    assert isinstance(mail.letter, PaymentsDue)
    assert [it.number for it in mail.letter.invoices] == [v.rents[3].number]
    (kept,) = office.database.store.contacts
    assert kept.kind is ContactKind.COURTESY
    office.clock.advance(DAY)
    assert await office.round() == []


async def test_days_without_a_round_are_made_up_for(office: Office) -> None:
    v = office.here
    v.agency.reminders, v.agency.courtesy_days = False, 2
    office.clock.set(datetime(2026, 8, 7, 17, tzinfo=UTC))
    await office.round()
    office.clock.advance(3 * DAY)  # the 8th would have been the day

    assert await office.round() == [(DUE, v.ana.name)]


async def test_every_agency_is_looked_through_by_day_only(office: Office) -> None:
    assert await office.remind_agencies() == 2
    assert await office.remind_agencies() == 0  # they wait
    jobs = [kept.job for kept in office.database.store.jobs]
    assert {(job.kind, job.agency_id) for job in jobs} == {
        (JobKind.REMIND_AGENCY, office.here.agency.id),
        (JobKind.REMIND_AGENCY, office.there.agency.id),
    }
    office.database.store.jobs.clear()
    for moment in (NIGHT, timedelta(days=4), timedelta(days=5)):  # at night, on a Sunday, on a holiday
        office.clock.set(WEDNESDAY + moment)
        assert await office.remind_agencies() == 0


async def test_a_client_of_another_agency_is_not_written_to(office: Office) -> None:
    here, there = office.here, office.there
    there.agency.reminders = True
    for client_id in (there.ana.id, uuid4()):
        job = payments_overdue(here.agency.id, client_id, office.clock.today())  # type: ignore[arg-type]
        await office.send_mail(job)
    await office.send_mail(payments_due(here.agency.id, here.ana.id, office.clock.today()))

    assert (office.mailer.sent, office.database.store.contacts) == ([], [])
