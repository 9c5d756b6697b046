"""Letters about what was billed, paid to owners, and filed."""

from dataclasses import replace

import pytest

from application.announcements import invoices_issued, payment_confirmed, payouts_sent, pqrs_filed
from application.ports.jobs import Job, Pace
from application.ports.mail.billing import InvoicesIssued, OwedInvoice, PayoutsSent
from application.ports.mail.pqrs import PqrsFiled
from domain.clients import Client
from domain.invoices import Invoice, InvoiceStatus
from domain.payouts import Payout
from tests import factories as a
from tests.application.letters_desk import Desk


@pytest.fixture
def desk() -> Desk:
    return Desk()


def issued(client: Client, *invoices: Invoice) -> Job:
    (job,) = invoices_issued(client.agency_id, client.id, [invoice.id for invoice in invoices])
    return job


def sent(client: Client, *payouts: Payout) -> Job:
    (job,) = payouts_sent(client.agency_id, client.id, [payout.id for payout in payouts])
    return job


async def test_one_new_invoice_comes_with_its_document(desk: Desk) -> None:
    v = desk.here
    invoice = v.rents[2]
    await desk.send_mail(issued(v.ana, invoice))

    (mail,) = desk.mailer.sent
    assert (mail.name, mail.address) == (v.ana.name, v.ana.email)
    assert isinstance(mail.letter, InvoicesIssued)
    assert mail.letter.letterhead.name == v.agency.name
    assert mail.letter.invoices == (
        OwedInvoice(
            number=invoice.number,
            period=invoice.period,
            due_on=invoice.due_on,
            balance=invoice.total,
            place=f"{v.flat.address}, {v.flat.city}",
        ),
    )
    assert mail.attachment is not None
    assert mail.attachment.file_name == f"factura-{invoice.number}.pdf"


@pytest.mark.parametrize("pages", [None, "https://clientes.casagrande.example"])
async def test_a_letter_knows_the_agencys_own_pages_and_no_stand_in(desk: Desk, pages: str | None) -> None:
    """Links of accounts have one in development, where the service itself stands in for pages that nobody made."""
    v = desk.here
    v.agency.link_base = pages
    await desk.send_mail(issued(v.ana, v.rents[2]))
    await desk.send_mail(payment_confirmed(v.receipt))

    assert [mail.letter.letterhead.client_area for mail in desk.mailer.sent] == [pages, pages]


async def test_several_are_told_in_one_letter_what_is_left_of_them_the_first_to_fall_due_first(desk: Desk) -> None:
    v = desk.here
    paid, partly, *later = v.rents
    await desk.send_mail(issued(v.ana, *reversed(later), partly, paid, v.voided))

    (mail,) = desk.mailer.sent
    assert isinstance(mail.letter, InvoicesIssued)
    told = [(it.number, it.balance) for it in mail.letter.invoices]
    assert told == [(it.number, it.balance) for it in (partly, *later)]
    assert mail.letter.invoices[0].balance < partly.total
    assert mail.attachment is None


async def test_what_was_paid_or_voided_meanwhile_is_not_announced(desk: Desk) -> None:
    v = desk.here
    v.rents[2].status = InvoiceStatus.VOIDED
    for invoice in (v.rents[0], v.rents[2], v.commission):
        await desk.send_mail(issued(v.ana, invoice))

    assert desk.mailer.sent == []


async def test_one_new_payout_comes_with_its_voucher(desk: Desk) -> None:
    v = desk.here
    payout = v.payouts[0]
    await desk.send_mail(sent(v.berta, payout))

    (mail,) = desk.mailer.sent
    assert (mail.name, mail.address) == (v.berta.name, v.berta.email)
    assert isinstance(mail.letter, PayoutsSent)
    (told,) = mail.letter.payouts
    assert (told.number, told.period, told.paid_on, told.net) == (
        payout.number,
        payout.period,
        payout.paid_on,
        payout.net,
    )
    assert told.place == f"{v.flat.address}, {v.flat.city}"
    assert mail.attachment is not None
    assert mail.attachment.file_name == f"egreso-{payout.number}.pdf"


async def test_several_payouts_are_told_in_one_letter(desk: Desk) -> None:
    v = desk.here
    later = a.a_payout(v.berta, v.shop_management, net=5_000, paid_on=v.payouts[0].paid_on.replace(day=28))
    desk.database.store.add(later)
    await desk.send_mail(sent(v.berta, later, v.payouts[0]))

    (mail,) = desk.mailer.sent
    assert isinstance(mail.letter, PayoutsSent)
    assert [it.number for it in mail.letter.payouts] == [v.payouts[0].number, later.number]
    assert mail.attachment is None


async def test_nobody_is_told_of_anothers_papers(desk: Desk) -> None:
    here, there = desk.here, desk.there
    strangers = [
        issued(here.ana, here.shop_rent),
        sent(here.berta, here.payouts[1]),
        replace(issued(there.ana, there.rents[2]), agency_id=here.agency.id),
        replace(sent(there.berta, there.payouts[0]), agency_id=here.agency.id),
        replace(pqrs_filed(there.cases[0]), agency_id=here.agency.id),
    ]
    for job in strangers:
        await desk.send_mail(job)

    assert desk.mailer.sent == []


async def test_who_filed_a_case_gets_its_acknowledgement(desk: Desk) -> None:
    v = desk.here
    case = v.cases[0]
    await desk.send_mail(pqrs_filed(case))

    (mail,) = desk.mailer.sent
    assert (mail.name, mail.address) == (v.ana.name, v.ana.email)
    assert isinstance(mail.letter, PqrsFiled)
    assert mail.letter.acknowledgement.filing_number == case.filing_number
    assert mail.attachment is not None
    assert mail.attachment.file_name == f"constancia-{case.filing_number}.pdf"


async def test_without_an_address_nobody_is_written_to_and_nothing_is_drawn(desk: Desk) -> None:
    v = desk.here
    for client in (v.ana, v.berta):
        client.email = None
        del desk.database.store.accounts[v.accounts[client.name].id]
    desk.renderer.available = False
    for job in (issued(v.ana, v.rents[2]), sent(v.berta, v.payouts[0]), pqrs_filed(v.cases[0])):
        await desk.send_mail(job)

    assert desk.mailer.sent == []


def test_very_many_are_told_in_several_letters_after_everything_else(desk: Desk) -> None:
    v = desk.here
    ids = [a.an_invoice(v.ana, v.flat_lease).id for _ in range(45)]
    jobs = invoices_issued(v.agency.id, v.ana.id, ids)

    assert [len(job.subject.split()) - 2 for job in jobs] == [20, 20, 5]
    assert {job.pace for job in jobs} == {Pace.BULK}
    assert all(job.key == job.subject and len(job.subject) < 1000 for job in jobs)
    assert pqrs_filed(v.cases[0]).pace is Pace.USUAL
