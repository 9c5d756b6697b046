"""What documents say, for whom, and that they are drawn from that and nothing else."""

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from uuid import UUID, uuid4

import pytest

from application.access import Viewer
from application.ports.documents import (
    AcknowledgementView,
    Document,
    DocumentUnavailable,
    ElectronicStamp,
    InvoiceView,
    Letterhead,
    Party,
    ReceiptAllocation,
    ReceiptView,
    VoucherView,
)
from application.use_cases.documents import DocumentKind, DrawDocuments, View
from domain.agencies import Logo
from domain.errors import NotFound
from domain.invoices import InvoiceStatus
from domain.money import ZERO, pesos
from domain.payments import PaymentMethod, PaymentStatus
from domain.pqrs import PqrsActor, PqrsSubject
from tests.factories import NOON, TODAY, content_of
from tests.fakes.clock import FakeClock
from tests.fakes.documents import FakeDocumentRenderer
from tests.fakes.reading.readings import FakeReadings
from tests.fakes.unit_of_work import FakeDatabase
from tests.village import Village

INVOICE, RECEIPT, VOUCHER, ACKNOWLEDGEMENT, ATTACHMENT = DocumentKind
CUFE = "8bb918b19ba22a694f1da11c643b5e9de39adf60311cf179179e9b33381030bcd4c3c3f156c506ed5908f9276f5bd9b4"


@dataclass
class Press:
    """Draws documents of a village for whoever asks."""

    village: Village
    renderer: FakeDocumentRenderer

    def __post_init__(self) -> None:
        self.readings = FakeReadings(FakeDatabase(self.village.store), FakeClock(NOON))
        self.draw = DrawDocuments(renderer=self.renderer)

    async def views(self, viewer: Viewer, *keys: tuple[DocumentKind, UUID], today: date = TODAY) -> list[View]:
        async with self.readings.of(viewer) as reading:
            return await self.draw.views(reading, keys, today=today)


@pytest.fixture
def press() -> Press:
    village = Village()
    village.agency.logo = Logo(content_type="image/png", content=b"\x89PNG")
    village.agency.landlord_registration = "MA-123"
    return Press(village, FakeDocumentRenderer())


async def test_an_invoice_says_what_is_billed_to_whom_and_where(press: Press) -> None:
    v = press.village
    invoice = v.rents[1]

    (view,) = await press.views(v.viewer(v.ana), (INVOICE, invoice.id))

    assert view == InvoiceView(
        letterhead=Letterhead.of(v.agency),
        number=invoice.number,
        kind=invoice.kind,
        description=invoice.description,
        period=invoice.period,
        issued_on=date(2026, 6, 1),
        due_on=date(2026, 6, 10),
        client=Party.of(v.ana),
        contract_number=v.flat_lease.number,
        property_address=v.flat.address,
        property_city=v.flat.city,
        lines=invoice.lines,
        subtotal=pesos(1_000_000),
        vat=ZERO,
        withholdings=ZERO,
        invoiced=pesos(1_000_000),
        total=pesos(1_000_000),
        paid=pesos(400_000),
        balance=pesos(600_000),
        status=InvoiceStatus.PARTIALLY_PAID,
        overdue=True,
    )
    assert view.letterhead.landlord_registration == "MA-123"
    assert view.letterhead.tax_id == v.agency.nit
    (then,) = await press.views(v.viewer(v.ana), (INVOICE, invoice.id), today=date(2026, 6, 10))
    assert isinstance(then, InvoiceView)
    assert not then.overdue


async def test_an_electronic_invoice_has_its_stamp(press: Press) -> None:
    v = press.village
    at = datetime(2026, 7, 1, 15, 30, tzinfo=UTC)
    v.shop_rent.cufe, v.shop_rent.cufe_issued_at = CUFE, at

    (view,) = await press.views(v.viewer(v.diana), (INVOICE, v.shop_rent.id))

    assert isinstance(view, InvoiceView)
    qr = f"https://catalogo-vpfe.dian.gov.co/document/searchqr?documentkey={CUFE}"
    assert view.electronic == ElectronicStamp(cufe=CUFE, qr_url=qr, issued_at=at)
    assert (view.invoiced, view.withholdings, view.total) == (pesos(2_380_000), pesos(70_000), pesos(2_310_000))


async def test_a_receipt_says_what_was_paid_for_which_months(press: Press) -> None:
    v = press.village
    may, june = v.rents[:2]

    (view,) = await press.views(v.viewer(v.ana), (RECEIPT, v.receipt.id))

    assert view == ReceiptView(
        letterhead=Letterhead.of(v.agency),
        receipt_number=v.receipt.receipt_number,
        paid_at=v.receipt.paid_at,
        amount=pesos(1_450_000),
        method=PaymentMethod.PSE,
        client=Party.of(v.ana),
        allocations=(
            ReceiptAllocation(
                invoice_number=may.number, description=may.description, period=may.period, amount=pesos(1_000_000)
            ),
            ReceiptAllocation(
                invoice_number=june.number, description=june.description, period=june.period, amount=pesos(400_000)
            ),
        ),
        credited=pesos(50_000),
        verification_code=v.receipt.verification_code,
        status=PaymentStatus.APPLIED,
    )


async def test_a_receipt_may_pay_nothing_or_be_reversed(press: Press) -> None:
    v = press.village

    reversed_one, online = await press.views(v.staff, (RECEIPT, v.reversed.id), (RECEIPT, v.paid_online.id))

    assert isinstance(reversed_one, ReceiptView)
    assert isinstance(online, ReceiptView)
    assert (reversed_one.status, reversed_one.allocations) == (PaymentStatus.REVERSED, ())
    assert online.gateway_reference == v.paid_online.gateway_reference


async def test_a_voucher_says_what_the_owner_got_and_out_of_what(press: Press) -> None:
    v = press.village
    payout = v.payouts[0]

    (view,) = await press.views(v.viewer(v.berta), (VOUCHER, payout.id))

    assert view == VoucherView(
        letterhead=Letterhead.of(v.agency),
        number=payout.number,
        period=payout.period,
        paid_on=payout.paid_on,
        owner=Party.of(v.berta),
        lines=payout.lines,
        gross=pesos(1_481_000),
        deductions=pesos(100_000),
        net=pesos(1_381_000),
        method=PaymentMethod.BANK_TRANSFER,
        contract_number=v.flat_management.number,
        property_address=v.flat.address,
        property_city=v.flat.city,
    )


async def test_an_acknowledgement_says_what_it_said_when_the_case_was_filed(press: Press) -> None:
    """Not until when it is answered after it was put off or reopened; and who filed it."""
    v = press.village
    case = v.cases[0]
    extended = replace(case, due_on=date(2026, 8, 20), extended_at=NOON)
    v.store.add(extended)
    (own,) = await press.views(v.viewer(v.ana), (ACKNOWLEDGEMENT, case.id))
    v.store.pqrs_events[:] = [replace(it, by=PqrsActor.AGENCY) for it in v.store.pqrs_events]
    (on_behalf,) = await press.views(v.viewer(v.ana), (ACKNOWLEDGEMENT, case.id))

    assert isinstance(own, AcknowledgementView)
    assert (own.due_on, own.by_agency) == (case.due_on, False)
    assert on_behalf == replace(own, by_agency=True)


async def test_an_acknowledgement_says_what_was_filed_and_until_when_it_is_answered(press: Press) -> None:
    v = press.village
    case = v.cases[0]

    (view,) = await press.views(v.viewer(v.ana), (ACKNOWLEDGEMENT, case.id))

    assert view == AcknowledgementView(
        letterhead=Letterhead.of(v.agency),
        filing_number=case.filing_number,
        filed_at=NOON,
        client=Party.of(v.ana),
        classification=case.classification,
        subject=PqrsSubject.REPAIRS,
        start_on=case.start_on,
        due_on=case.due_on,
        description=case.description,
        property_address=v.flat.address,
        property_city=v.flat.city,
        contract_number=v.flat_lease.number,
        attachments=("gotera.jpg", "cotización.pdf"),
    )
    assert await press.views(v.staff, (ACKNOWLEDGEMENT, case.id)) == [view]  # and not what the staff noted
    (bare,) = await press.views(v.viewer(v.diana), (ACKNOWLEDGEMENT, v.cases[2].id))
    assert isinstance(bare, AcknowledgementView)
    assert (bare.property_address, bare.property_city, bare.contract_number) == (None, None, None)


async def test_an_attachment_is_the_file_itself(press: Press) -> None:
    v = press.village
    photo, noted = v.files[0], v.noted
    renderer = press.renderer

    (found,) = await press.views(v.viewer(v.ana), (ATTACHMENT, photo.id))

    assert found == Document("gotera.jpg", "image/jpeg", content_of(photo))
    assert (found.byte_size, found.sha256) == (photo.byte_size, photo.sha256)
    assert await press.draw(found) is found
    assert renderer.drawn == []
    assert await press.views(v.staff, (ATTACHMENT, noted.id)) == [
        Document("concepto.pdf", "application/pdf", content_of(noted))
    ]


async def test_documents_of_all_kinds_come_in_the_order_they_were_asked_for(press: Press) -> None:
    v = press.village
    keys = [
        (ACKNOWLEDGEMENT, v.cases[1].id),
        (INVOICE, v.rents[2].id),
        (VOUCHER, v.payouts[2].id),
        (INVOICE, v.rents[0].id),
        (RECEIPT, v.receipt.id),
        (INVOICE, v.rents[2].id),
    ]

    views = await press.views(v.staff, *keys)

    names = ("filing_number", "number", "number", "number", "receipt_number", "number")
    assert [getattr(view, name) for view, name in zip(views, names, strict=True)] == [
        v.cases[1].filing_number,
        v.rents[2].number,
        v.payouts[2].number,
        v.rents[0].number,
        v.receipt.receipt_number,
        v.rents[2].number,
    ]
    assert await press.views(v.staff) == []


async def test_what_the_viewer_does_not_find_has_no_document(press: Press) -> None:
    v, elsewhere = press.village, Village()
    ana, berta = v.viewer(v.ana), v.viewer(v.berta)
    for viewer, key in (
        (ana, (INVOICE, v.commission.id)),
        (ana, (RECEIPT, v.paid_online.id)),
        (ana, (VOUCHER, v.payouts[0].id)),
        (ana, (ACKNOWLEDGEMENT, v.cases[1].id)),
        (ana, (ATTACHMENT, v.noted.id)),
        (ana, (ATTACHMENT, v.files_of_diana[0].id)),
        (berta, (ATTACHMENT, v.files[0].id)),
        (v.staff, (ATTACHMENT, elsewhere.files[0].id)),
        (berta, (INVOICE, v.rents[0].id)),
        (berta, (RECEIPT, v.receipt.id)),
        (v.staff, (INVOICE, elsewhere.rents[0].id)),
        (v.staff, (INVOICE, uuid4())),
        (v.staff, (RECEIPT, v.rents[0].id)),
        (v.visitor, (INVOICE, v.rents[0].id)),
        *((v.visitor, (kind, uuid4())) for kind in DocumentKind),
    ):
        with pytest.raises(NotFound):
            await press.views(viewer, key)


async def test_one_that_is_not_found_refuses_them_all(press: Press) -> None:
    v = press.village
    with pytest.raises(NotFound):
        await press.views(v.viewer(v.ana), (INVOICE, v.rents[0].id), (INVOICE, v.commission.id))


async def test_every_view_is_drawn_as_its_kind(press: Press) -> None:
    v = press.village
    keys = ((INVOICE, v.rents[0].id), (RECEIPT, v.receipt.id), (VOUCHER, v.payouts[0].id))
    views = await press.views(v.staff, *keys, (ACKNOWLEDGEMENT, v.cases[0].id))

    documents = [await press.draw(view) for view in views]

    assert [document.file_name.split("-")[0] for document in documents] == ["factura", "recibo", "egreso", "constancia"]
    assert press.renderer.drawn == views


async def test_a_renderer_without_room_refuses_and_draws_nothing(press: Press) -> None:
    v = press.village
    (view,) = await press.views(v.staff, (INVOICE, v.rents[0].id))
    press.renderer.available = False

    with pytest.raises(DocumentUnavailable):
        await press.draw(view)

    assert press.renderer.drawn == []


async def test_equal_things_make_equal_documents(press: Press) -> None:
    v = press.village
    ((first,), (second,)) = [await press.views(v.staff, (INVOICE, v.rents[0].id)) for _ in range(2)]

    assert (await press.draw(first)).sha256 == (await press.draw(second)).sha256
