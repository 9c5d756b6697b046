"""Letters about what is to be paid. They say what holds when they are written: what was paid, or is being paid, since
is not mentioned. Who did not authorise messages about debts, or took that back meanwhile, gets none of what is overdue.
"""

from collections.abc import Mapping
from datetime import date, timedelta
from uuid import UUID

from application.announcements import Announcement
from application.filters import InvoiceFilter, InvoiceOrder, Parent
from application.pagination import PageRequest
from application.ports.mail.billing import OwedInvoice, PaymentsDue, PaymentsOverdue
from application.use_cases.letters.billing import owed
from application.use_cases.letters.desk import Approach, Desk, Draft, Writer, client_of
from domain.collections import ContactKind
from domain.ids import ClientId
from domain.invoices import InvoiceKind
from domain.personal_data import ConsentPurpose, is_authorised

_EVER = date(2000, 1, 1)


async def _overdue(desk: Desk, ids: list[str]) -> Draft | None:
    client_id = UUID(ids[0])
    wanted = (await desk.reading.agency()).reminders and await _may_collect(desk, client_id)
    invoices = await _to_pay(desk, client_id, _EVER, desk.today - timedelta(days=1)) if wanted else ()
    return await _about(desk, client_id, invoices, PaymentsOverdue, ContactKind.REMINDER)


async def _due(desk: Desk, ids: list[str]) -> Draft | None:
    client_id = UUID(ids[0])
    agency = await desk.reading.agency()
    until = desk.today + timedelta(days=agency.courtesy_days)
    invoices = await _to_pay(desk, client_id, desk.today, until) if agency.courtesy_days else ()
    return await _about(desk, client_id, invoices, PaymentsDue, ContactKind.COURTESY)


async def _about(
    desk: Desk,
    client_id: UUID,
    invoices: tuple[OwedInvoice, ...],
    letter: type[PaymentsDue | PaymentsOverdue],
    kind: ContactKind,
) -> Draft | None:
    to = await client_of(desk, client_id)
    if not invoices or to is None:
        return None
    written = letter(letterhead=await desk.letterhead(), invoices=invoices)
    return Draft(to=to, letter=written, approach=Approach(client_id=ClientId(client_id), kind=kind))


async def _may_collect(desk: Desk, client_id: UUID) -> bool:
    consents = await desk.reading.personal_data.consents([client_id])
    return is_authorised(consents.get(client_id, ()), ConsentPurpose.COLLECTION)


async def _to_pay(desk: Desk, client_id: UUID, due_from: date, due_to: date) -> tuple[OwedInvoice, ...]:
    """Rent of the client due between two days, both included, that no payment in process is about to pay."""
    narrowed = InvoiceFilter(
        today=desk.today, kind=InvoiceKind.RENT, due_from=due_from, due_to=due_to, order=InvoiceOrder.DUE_FIRST
    )
    pages = await desk.reading.invoices.pages(Parent.CLIENT, [client_id], narrowed, PageRequest(size=100))
    unpaid = [it for it in pages[client_id].items if it.balance > 0] if client_id in pages else []
    in_process = set(await desk.reading.intents.in_process([it.id for it in unpaid])) if unpaid else set()
    return await owed(desk, [it for it in unpaid if it.id not in in_process])


WRITERS: Mapping[Announcement, Writer] = {
    Announcement.PAYMENTS_DUE: _due,
    Announcement.PAYMENTS_OVERDUE: _overdue,
}
