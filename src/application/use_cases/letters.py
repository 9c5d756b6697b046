"""Writing to people about what happened."""

import logging
from dataclasses import dataclass
from uuid import UUID

from application.access import StaffViewer
from application.announcements import Announcement, announced, payment_of
from application.ports.clock import Clock
from application.ports.documents import Letterhead, ReceiptView
from application.ports.jobs import Job
from application.ports.mail import Mail, Mailer, PaymentConfirmed, PaymentDeclined
from application.ports.reading import Reading, Readings
from application.use_cases.documents import DocumentKind, DrawDocuments
from domain.clients import Client
from domain.ids import PaymentId
from domain.payment_intents import PaymentIntentStatus
from domain.payments import PaymentStatus

_log = logging.getLogger(__name__)

_FAILED = frozenset({PaymentIntentStatus.DECLINED, PaymentIntentStatus.EXPIRED})


@dataclass(frozen=True, slots=True, kw_only=True)
class SendMail:
    """Write the letter that a job announces and hand it over. A job.

    It says what holds when it is written: of a payment that was reversed meanwhile, or of a failed try that was
    followed by a good one, nobody is told. Who has no address gets nothing. Raises what delays or refuses it:
    DocumentUnavailable, MailUnavailable, MailRefused.
    """

    readings: Readings
    draw_documents: DrawDocuments
    mailer: Mailer
    clock: Clock

    async def __call__(self, job: Job) -> None:
        kind, ids = announced(job)
        async with self.readings.of(StaffViewer.of_nobody(job.agency_id)) as reading:
            match kind:
                case Announcement.PAYMENT_CONFIRMED:
                    mail = await self._confirmed(reading, job, payment_of(ids))
                case Announcement.PAYMENT_DECLINED:
                    mail = await self._declined(reading, job, *ids)
        if mail is None:
            return
        if isinstance(mail.letter, PaymentConfirmed):
            document = await self.draw_documents(mail.letter.receipt)
            mail = Mail(event=mail.event, name=mail.name, address=mail.address, letter=mail.letter, attachment=document)
        await self.mailer.send(mail)

    async def _confirmed(self, reading: Reading, job: Job, payment_id: PaymentId) -> Mail | None:
        payment = (await reading.payments.get_many([payment_id])).get(payment_id)
        if payment is None or payment.status is not PaymentStatus.APPLIED:
            return None
        key = (DocumentKind.RECEIPT, payment_id)
        (receipt,) = await self.draw_documents.views(reading, [key], today=self.clock.today())
        if not isinstance(receipt, ReceiptView):
            raise TypeError(type(receipt))
        to = await _recipient(reading, payment.client_id)
        if to is None:
            return None
        client, address = to
        return Mail(event=_event(job), name=client.name, address=address, letter=PaymentConfirmed(receipt=receipt))

    async def _declined(self, reading: Reading, job: Job, reference: str, transaction_id: str) -> Mail | None:
        intent = await reading.intents.by_reference(reference)
        if intent is None or intent.status not in _FAILED:
            return None
        attempts = (await reading.intents.attempts([intent.id])).get(intent.id, ())
        attempt = next((it for it in attempts if it.transaction_id == transaction_id), None)
        to = await _recipient(reading, intent.client_id)
        if attempt is None or to is None:
            return None
        invoices = await reading.invoices.get_many([part.invoice_id for part in intent.invoices])
        client, address = to
        letter = PaymentDeclined(
            letterhead=Letterhead.of(await reading.agency()),
            amount=intent.amount,
            reference=intent.reference,
            attempted_at=attempt.at,
            invoices=tuple(invoices[part.invoice_id].number for part in intent.invoices),
            reason=intent.status_reason,
        )
        return Mail(event=_event(job), name=client.name, address=address, letter=letter)


async def _recipient(reading: Reading, client_id: UUID) -> tuple[Client, str] | None:
    """The client, and the address on file or that of their account."""
    client = (await reading.clients.get_many([client_id]))[client_id]
    account = (await reading.clients.accounts([client_id])).get(client_id)
    address = client.email or (account.email if account else "")
    if not address:
        _log.info("client %s has no address to write to", client_id)
        return None
    return client, address


def _event(job: Job) -> str:
    return f"{job.agency_id} {job.subject}"
