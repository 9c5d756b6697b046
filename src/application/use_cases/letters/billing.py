"""Letters about what was billed, and what was paid to owners."""

from collections.abc import Collection, Mapping
from uuid import UUID

from application.announcements import Announcement
from application.ports.mail.billing import InvoicesIssued, OwedInvoice, PayoutsSent, SentPayout
from application.use_cases.documents import DocumentKind, View
from application.use_cases.letters.desk import Desk, Draft, Writer, client_of
from domain.invoices import Invoice


async def owed(desk: Desk, invoices: Collection[Invoice]) -> tuple[OwedInvoice, ...]:
    """Those of them that are to be paid now, the first to fall due first."""
    owed = sorted((it for it in invoices if it.is_payable_online), key=lambda it: (it.due_on, it.number))
    places = await _places(desk, {invoice.contract_id for invoice in owed})
    return tuple(
        OwedInvoice(
            number=invoice.number,
            period=invoice.period,
            due_on=invoice.due_on,
            balance=invoice.balance,
            place=places.get(invoice.contract_id, ""),
        )
        for invoice in owed
    )


async def _issued(desk: Desk, ids: list[str]) -> Draft | None:
    client_id, *keys = map(UUID, ids)
    found = await desk.reading.invoices.get_many(keys)
    invoices = await owed(desk, [invoice for invoice in found.values() if invoice.client_id == client_id])
    to = await client_of(desk, client_id)
    if not invoices or to is None:
        return None
    letter = InvoicesIssued(letterhead=await desk.letterhead(), invoices=invoices)
    of_number = {invoice.number: invoice.id for invoice in found.values()}
    drawn = await _only(desk, DocumentKind.INVOICE, [of_number[it.number] for it in invoices])
    return Draft(to=to, letter=letter, drawn=drawn)


async def _sent(desk: Desk, ids: list[str]) -> Draft | None:
    client_id, *keys = map(UUID, ids)
    found = (await desk.reading.payouts.get_many(keys)).values()
    payouts = sorted((it for it in found if it.client_id == client_id), key=lambda it: (it.paid_on, it.number))
    to = await client_of(desk, client_id)
    if not payouts or to is None:
        return None
    places = await _places(desk, {payout.contract_id for payout in payouts})
    letter = PayoutsSent(
        letterhead=await desk.letterhead(),
        payouts=tuple(
            SentPayout(
                number=payout.number,
                period=payout.period,
                paid_on=payout.paid_on,
                net=payout.net,
                place=places.get(payout.contract_id, ""),
            )
            for payout in payouts
        ),
    )
    return Draft(to=to, letter=letter, drawn=await _only(desk, DocumentKind.VOUCHER, [it.id for it in payouts]))


async def _places(desk: Desk, contract_ids: Collection[UUID]) -> dict[UUID, str]:
    """Address and city of the property of each contract."""
    contracts = await desk.reading.contracts.get_many(contract_ids)
    properties = await desk.reading.properties.get_many({it.property_id for it in contracts.values()})
    return {
        key: f"{properties[contract.property_id].address}, {properties[contract.property_id].city}"
        for key, contract in contracts.items()
        if contract.property_id in properties
    }


async def _only(desk: Desk, kind: DocumentKind, ids: list[UUID]) -> View | None:
    """The document, where the letter is about one: a letter about several would carry too much."""
    return await desk.view(kind, ids[0]) if len(ids) == 1 else None


WRITERS: Mapping[Announcement, Writer] = {
    Announcement.INVOICES_ISSUED: _issued,
    Announcement.PAYOUTS_SENT: _sent,
}
