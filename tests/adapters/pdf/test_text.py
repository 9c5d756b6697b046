from dataclasses import replace

import pytest

from adapters.pdf.fonts import typeface
from adapters.pdf.text import clean, cleaned, file_name, paragraphs, property_text
from domain.invoices import InvoiceKind
from tests.adapters.pdf import views


@pytest.mark.parametrize(
    ("given", "drawn"),
    [
        ("Ñandú ÁÉÍÓÚ áéíóú ü Ü ¿¡ « » — “ ” … € º ª ½", "Ñandú ÁÉÍÓÚ áéíóú ü Ü ¿¡ « » — “ ” … € º ª ½"),
        ("n\u0303andu\u0301", "ñandú"),
        ("g\u0303uarani\u0303", "g\u0303uaranĩ"),
        ("e\u0301\u0302\u0303\u0304\u0305", "é\u0302"),
        ("Łukasz Đặng Ștefan", "Łukasz Đặng Ștefan"),
        ("ﬁnca １２３ 𝐁", "finca 123 B"),
        ("a\u00a0b\u2003c\td", "a b c d"),
        ("uno\r\ndos\rtres\u2028cuatro\x85cinco", "uno\ndos\ntres\ncuatro\ncinco"),
        ("nul\x00 esc\x1b[31m bel\x07 del\x7f", "nul esc[31m bel del"),
        ("so\u00adbre\u200b \u202eoñerbil\u202c\ufeff", "sobre oñerbil"),
        ("casa 🏠 fin", "casa □ fin"),
        ("سلام", "□□□□"),
        ("שָׁלוֹם", "□□□□"),
        ("日本", "□□"),
        ("\ue000 \ud800 \U000fffff", "□ □ □"),
    ],
)
def test_foreign_text_becomes_drawable(given: str, drawn: str) -> None:
    shown = clean(given, typeface().coverage)
    assert shown == drawn
    assert all(ord(letter) in typeface().coverage or letter == "\n" for letter in shown)


def test_every_text_of_a_view_is_cleaned_and_nothing_else_changes() -> None:
    dirty = replace(
        views.invoice(views.line("Canon\x00 🏠", 1000)),
        number="FV\x07-1",
        client=replace(views.CAMILA, name="Camila\u202e", city=None),
    )

    shown = cleaned(dirty, typeface().coverage)

    assert (shown.number, shown.client.name, shown.lines[0].description) == ("FV-1", "Camila", "Canon □")
    assert shown == replace(
        dirty,
        number="FV-1",
        client=replace(dirty.client, name="Camila"),
        lines=(replace(dirty.lines[0], description="Canon □"),),
    )
    assert shown.kind is InvoiceKind.RENT


def test_long_text_keeps_its_paragraphs_but_not_its_gaps() -> None:
    assert paragraphs("\n\n  Uno   y dos\n\n \n\n\nTres \nCuatro\n") == ["Uno y dos", "", "Tres", "Cuatro"]


@pytest.mark.parametrize(
    ("number", "name"),
    [
        ("FV-000001", "factura-FV-000001.pdf"),
        ("FV/2026 Nº 1", "factura-FV-2026-No-1.pdf"),
        ("../../etc/passwd", "factura-etc-passwd.pdf"),
        ('a"\r\nX: b', "factura-a-X-b.pdf"),
        ("Señal", "factura-Senal.pdf"),
        ("🏠", "factura-documento.pdf"),
        ("9" * 500, f"factura-{'9' * 60}.pdf"),
    ],
)
def test_a_file_name_is_safe_to_save_under(number: str, name: str) -> None:
    assert file_name("factura", number) == name


def test_file_properties_hold_no_sign_of_the_format() -> None:
    assert property_text('FV") Tj /JS (app.alert(1))\n<<>>') == 'FV" Tj JS app.alert 1'
