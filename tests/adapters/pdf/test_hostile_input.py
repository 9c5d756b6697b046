"""What people type, upload and import must not break a document, hide in it, or make a reader's program act."""

from dataclasses import replace
from io import BytesIO

import pytest
from PIL import Image

from adapters.pdf.worker import DocumentView, draw
from application.ports.documents import ElectronicStamp, ReceiptAllocation
from domain.invoices import InvoiceStatus
from tests.adapters.pdf import reading, views

INJECTION = '") Tj /JS (app.alert(1)) >> endobj /Launch /URI (http://x.example) <b>&{nb}**x**'
ACTIONS = {"/JS", "/JavaScript", "/Launch", "/URI", "/A", "/AA", "/EmbeddedFile", "/RichMedia", "/AcroForm", "/Annots"}
TEXTS = {
    "injection": INJECTION,
    "markup": '<img src="file:///etc/passwd"><a href="http://x.example">x</a> **b** __u__ [l](http://x.example)',
    "right to left": "\u202eסוד\u202c סלאם سلام",
    "emoji": "👩‍👩‍👧‍👦 🏠 ✓ 🇨🇴",
    "controls": "a\x00b\x07c\x1b[31md\x7fe\u200bf\ufeffg\x9bh",
    "lone surrogate": "a\ud800b",
    "ten thousand letters": "Ñ" * 10_000,
    "ten thousand words": "añó " * 2_500,
    "line ends": "\n" * 3_000 + "x\r\ny\u2028z" + "\n.\n" * 300,
    "accents on accents": "a" + "\u0301" * 3_000,
    "empty": "",
    "spaces": "   \t\n  ",
}


def spoiled(text: str) -> list[DocumentView]:
    """One view of each kind with the text everywhere a person or a file can put one."""
    party = replace(views.CAMILA, name=text, document_number=text, address=text, city=text, email=text, phone=text)
    head = replace(
        views.ANDINA,
        name=text,
        tax_id=text,
        landlord_registration=text,
        address=text,
        city=text,
        phone=text,
        email=text,
    )
    allocation = replace(views.receipt().allocations[0], invoice_number=text, description=text)
    return [
        replace(
            views.invoice(views.line(text, 1000)),
            letterhead=head,
            client=party,
            number=text,
            description=text,
            contract_number=text,
            property_address=text,
            property_city=text,
            status=InvoiceStatus.VOIDED,
            overdue=True,
        ),
        replace(
            views.receipt(),
            letterhead=head,
            client=party,
            receipt_number=text,
            gateway_reference=text,
            verification_code=text,
            allocations=(allocation,),
        ),
        replace(
            views.voucher(),
            letterhead=head,
            owner=party,
            number=text,
            bank_reference=text,
            contract_number=text,
            property_address=text,
            property_city=text,
            lines=(replace(views.voucher().lines[0], description=text),),
        ),
        replace(
            views.acknowledgement(),
            letterhead=head,
            client=party,
            filing_number=text,
            description=text,
            contract_number=text,
            property_address=text,
            property_city=text,
        ),
    ]


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
def test_no_text_breaks_a_document_or_acts_from_it(text: str) -> None:
    for view in spoiled(text):
        document = draw(view)
        assert "Página 1 de " in reading.text(document)
        for found in reading.dictionaries(document):
            assert ACTIONS.isdisjoint(found)
            assert not isinstance(found.get("/OpenAction"), dict)
        assert not [token for token in (b"/JS", b"/JavaScript", b"/Launch", b"/URI") if token in document.content]
        assert document.file_name.isascii()
        assert len(document.file_name) < 100


def test_text_that_looks_like_the_format_is_shown_as_it_was_typed() -> None:
    view = replace(views.acknowledgement(), description=INJECTION)
    assert INJECTION in reading.text(draw(view))


def test_what_looks_like_the_page_count_is_not_replaced_in_foreign_text() -> None:
    view = replace(views.acknowledgement(), description="uno {nb} dos \ue000 tres")
    assert "uno {nb} dos □ tres" in reading.text(draw(view))


def test_ten_thousand_characters_arrive_complete() -> None:
    words = [f"palabra{number:04d}" for number in range(880)]
    view = replace(views.acknowledgement(), description=" ".join(words))
    shown = reading.pages(draw(view))
    assert len(shown) > 1
    assert all(word in " ".join(shown) for word in words)


def test_a_concept_taller_than_a_page_is_divided_without_losing_a_word() -> None:
    words = [f"palabra{number:04d}" for number in range(880)]
    shown = reading.pages(draw(views.invoice(views.line(" ".join(words), 1000), views.line("Último", 500))))
    assert len(shown) > 2
    assert all(word in " ".join(shown) for word in words)
    assert all("Concepto Cant." in page for page in shown[:-1])
    assert "Total a pagar $ 1.500" in shown[-1]


def test_a_name_beyond_its_place_is_cut_and_covers_nothing() -> None:
    view = replace(views.invoice(), client=replace(views.CAMILA, name="Peña " * 500))
    text = reading.text(draw(view))
    assert "…" in text
    assert "C.C. 43.876.512" in text


def test_a_qr_address_that_no_code_can_hold_leaves_the_rest_of_the_invoice() -> None:
    stamp = ElectronicStamp(cufe=views.CUFE, qr_url="https://x.example/" + "a" * 5_000)
    document = draw(replace(views.invoice(), electronic=stamp))
    assert views.CUFE in reading.text(document)
    assert not list(reading.opened(document).pages[0].images)


@pytest.mark.parametrize("image_format", ["PNG", "JPEG"])
def test_a_logo_is_drawn_on_the_first_page(image_format: str) -> None:
    view = replace(views.receipt(), letterhead=replace(views.ANDINA, logo=views.logo(image_format)))
    document = draw(view)
    pictures = reading.opened(document).pages[0].images
    assert len(pictures) == 1
    assert pictures[0].image is not None
    assert pictures[0].image.size == (600, 260)


def test_a_logo_with_transparency_or_other_colours_is_drawn_on_white() -> None:
    for mode in ("RGBA", "LA", "P", "1", "CMYK"):
        target = BytesIO()
        Image.new(mode, (80, 40)).save(target, "JPEG" if mode == "CMYK" else "PNG")
        document = draw(replace(views.receipt(), letterhead=replace(views.ANDINA, logo=target.getvalue())))
        assert len(reading.opened(document).pages[0].images) == 1
        assert not [each for each in reading.dictionaries(document) if "/SMask" in each]


@pytest.mark.parametrize(
    "logo",
    [
        b"",
        b"no es una imagen",
        b'<svg xmlns="http://www.w3.org/2000/svg"><image href="file:///etc/passwd"/></svg>',
        b"%PDF-1.4",
        views.logo()[:200],
        views.logo("JPEG")[:300],
        views.logo("GIF"),
        views.logo("BMP"),
    ],
    ids=["empty", "text", "svg", "pdf", "cut png", "cut jpeg", "gif", "bmp"],
)
def test_a_logo_that_cannot_be_read_is_left_out(logo: bytes) -> None:
    document = draw(replace(views.receipt(), letterhead=replace(views.ANDINA, logo=logo)))
    assert not list(reading.opened(document).pages[0].images)
    assert "RC-000001" in reading.text(document)


def test_a_logo_of_too_many_pixels_is_not_decoded() -> None:
    target = BytesIO()
    Image.new("1", (20_000, 20_000)).save(target, "PNG")
    assert len(target.getvalue()) < 200_000
    document = draw(replace(views.receipt(), letterhead=replace(views.ANDINA, logo=target.getvalue())))
    assert not list(reading.opened(document).pages[0].images)


def test_a_receipt_over_many_invoices_keeps_every_allocation() -> None:
    allocations = tuple(
        ReceiptAllocation(
            invoice_number=f"FV-{number:06d}", description="Canon", period=views.NOVEMBER, amount=views.pesos(1000)
        )
        for number in range(120)
    )
    text = reading.text(draw(replace(views.receipt(), allocations=allocations)))
    assert all(f"FV-{number:06d}" in text for number in range(120))
