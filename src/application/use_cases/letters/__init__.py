"""Writing to people about what happened, by family. The queue brings the jobs (`application.announcements`)."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass

from application.access import StaffViewer
from application.announcements import Announcement, announced
from application.attempts import OF_ONE_RECIPIENT, letters_to
from application.links import AccountLinks
from application.ports.clock import Clock
from application.ports.jobs import Job
from application.ports.mail import Mail, Mailer
from application.ports.rate_limits import RateLimiter
from application.ports.reading import Readings
from application.use_cases.documents import DrawDocuments
from application.use_cases.letters import accounts, billing, payments, pqrs, reminders
from application.use_cases.letters.contacts import Contacts
from application.use_cases.letters.desk import Desk, Draft, Writer
from domain.errors import RetryLater, TooManyAttempts

_log = logging.getLogger(__name__)

WRITERS: Mapping[Announcement, Writer] = {
    **accounts.WRITERS,
    **billing.WRITERS,
    **payments.WRITERS,
    **pqrs.WRITERS,
    **reminders.WRITERS,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class SendMail:
    """Write the letter that a job announces and hand it over. A job.

    It says what holds when it is written: of a payment that was reversed meanwhile, or of a failed try that was
    followed by a good one, nobody is told. Who has no address, or wants no letters about that, gets nothing, and
    nobody more than a few of those that strangers can cause. Who owes is written to when the law allows. Raises what
    delays or refuses it: DocumentUnavailable, MailUnavailable, RetryLater, MailRefused.
    """

    readings: Readings
    draw_documents: DrawDocuments
    links: AccountLinks
    limiter: RateLimiter
    contacts: Contacts
    mailer: Mailer
    clock: Clock

    async def __call__(self, job: Job) -> None:
        kind, ids = announced(job)
        async with self.readings.of(StaffViewer.of_nobody(job.agency_id)) as reading:
            desk = Desk(reading=reading, draw_documents=self.draw_documents, links=self.links, now=self.clock.now())
            draft = await WRITERS[kind](desk, ids)
        if draft is None or draft.letter.topic in draft.to.declined:
            return
        if draft.approach is not None and not await self.contacts.enter(job, draft.approach):
            return
        if not draft.letter.limited:
            await self._send(job, draft)
            return
        key = letters_to(draft.to.address, kind.value)
        try:
            await self.limiter.hit(job.agency_id, key, OF_ONE_RECIPIENT)
        except TooManyAttempts:
            _log.warning("letter %s is one too many for its recipient and is dropped", kind.value)
            return
        try:
            await self._send(job, draft)
        except RetryLater:
            await self.limiter.forgive(job.agency_id, key)
            raise

    async def _send(self, job: Job, draft: Draft) -> None:
        attachment = draft.attachment
        if draft.drawn is not None:
            attachment = await self.draw_documents(draft.drawn)
        mail = Mail(
            event=f"{job.agency_id} {job.subject}",
            name=draft.to.name,
            address=draft.to.address,
            letter=draft.letter,
            attachment=attachment,
        )
        await self.mailer.send(mail)
