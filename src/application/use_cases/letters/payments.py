"""Letters about money that came, or did not."""

from collections.abc import Mapping
from uuid import UUID

from application.announcements import Announcement
from application.ports.documents import ReceiptView
from application.ports.mail.payments import PaymentConfirmed, PaymentDeclined
from application.use_cases.documents import DocumentKind
from application.use_cases.letters.desk import Desk, Draft, Writer, client_of
from domain.payment_intents import PaymentIntentStatus
from domain.payments import PaymentStatus

_FAILED = frozenset({PaymentIntentStatus.DECLINED, PaymentIntentStatus.EXPIRED})


async def _confirmed(desk: Desk, ids: list[str]) -> Draft | None:
    payment_id = UUID(ids[0])
    payment = (await desk.reading.payments.get_many([payment_id])).get(payment_id)
    if payment is None or payment.status is not PaymentStatus.APPLIED:
        return None
    to = await client_of(desk, payment.client_id)
    if to is None:
        return None
    receipt = await desk.view(DocumentKind.RECEIPT, payment_id)
    if not isinstance(receipt, ReceiptView):
        raise TypeError(type(receipt))
    return Draft(to=to, letter=PaymentConfirmed(letterhead=receipt.letterhead, receipt=receipt), drawn=receipt)


async def _declined(desk: Desk, ids: list[str]) -> Draft | None:
    reference, transaction_id = ids
    intent = await desk.reading.intents.by_reference(reference)
    if intent is None or intent.status not in _FAILED:
        return None
    attempts = (await desk.reading.intents.attempts([intent.id])).get(intent.id, ())
    attempt = next((it for it in attempts if it.transaction_id == transaction_id), None)
    to = await client_of(desk, intent.client_id)
    if attempt is None or to is None:
        return None
    invoices = await desk.reading.invoices.get_many([part.invoice_id for part in intent.invoices])
    letter = PaymentDeclined(
        letterhead=await desk.letterhead(),
        amount=intent.amount,
        reference=intent.reference,
        attempted_at=attempt.at,
        invoices=tuple(invoices[part.invoice_id].number for part in intent.invoices),
        reason=intent.status_reason,
    )
    return Draft(to=to, letter=letter)


WRITERS: Mapping[Announcement, Writer] = {
    Announcement.PAYMENT_CONFIRMED: _confirmed,
    Announcement.PAYMENT_DECLINED: _declined,
}
