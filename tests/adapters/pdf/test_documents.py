from dataclasses import replace
from datetime import date
from decimal import Decimal
from io import BytesIO

import pytest
from fontTools.ttLib import TTFont

from adapters.pdf.worker import DocumentView, draw
from domain.money import ZERO
from domain.payments import PaymentMethod, PaymentStatus
from domain.payouts import PayoutLine, PayoutLineKind
from domain.periods import BillingPeriod
from tests.adapters.pdf import reading, views

EVERY_VIEW = [views.commercial_invoice(), views.receipt(), views.voucher(), views.acknowledgement()]


@pytest.mark.parametrize("view", EVERY_VIEW, ids=lambda view: type(view).__name__)
def test_every_document_names_its_agency_and_counts_its_pages(view: DocumentView) -> None:
    document = draw(view)
    text = reading.text(document)
    assert (
        reading.missing(
            text,
            "Inmobiliaria Andina S.A.S.",
            "NIT 900.123.456-7",
            "Matrícula de arrendador 20240123 de la Alcaldía de Medellín",
            "Carrera 43A N° 7-50, oficina 812",
            "604 448 2200",
            "servicio@inmobiliariaandina.example",
            "Página 1 de 1",
        )
        == []
    )
    assert document.content_type == "application/pdf"
    assert document.byte_size == len(document.content) < 60_000


@pytest.mark.parametrize("view", EVERY_VIEW, ids=lambda view: type(view).__name__)
def test_every_document_is_letter_size_in_spanish_with_its_fonts_inside(view: DocumentView) -> None:
    document = draw(view)
    reader = reading.opened(document)

    assert str(reader.root_object["/Lang"]) == "es-CO"
    assert tuple(map(float, reader.pages[0].mediabox.upper_right)) == (612, 792)
    fonts = [font for font in reading.dictionaries(document) if font.get("/Type") == "/Font"]
    assert {str(font["/BaseFont"]) for font in fonts} == {"/MPDFAA+Lato", "/MPDFAA+LatoBold"}
    programs = [each["/FontFile2"] for each in reading.dictionaries(document) if "/FontFile2" in each]
    assert len(programs) == 2
    for program in map(reading.stream_data, programs):
        with TTFont(BytesIO(program)) as font:
            assert font["maxp"].numGlyphs < 150


def test_properties_describe_the_document_without_naming_the_client() -> None:
    properties = reading.opened(draw(views.invoice())).metadata
    assert properties is not None
    assert properties.title == "Factura electrónica de venta FV-000003"
    assert properties.author == "Inmobiliaria Andina S.A.S."
    assert properties.subject == "Arrendamiento, noviembre de 2026"
    assert "FV-000003" in str(properties.get("/Keywords"))
    assert properties.creation_date == views.STAMP.issued_at
    assert properties.modification_date is None
    assert "Camila" not in str(properties)


def test_a_receipt_shows_date_amount_and_period_of_what_was_paid() -> None:
    document = draw(views.receipt())
    assert document.file_name == "recibo-RC-000001.pdf"
    assert (
        reading.missing(
            reading.text(document),
            "Recibo de caja",
            "Comprobante de pago",
            "Camila Rodríguez Restrepo",
            "C.C. 43.876.512",
            "Fecha del pago 4 de noviembre de 2026, 2:29 p. m.",
            "Medio de pago PSE",
            "CUS 617635660",
            "Verificación 7KQ4-M2XD-93TB",
            "$ 2.050.000 Son: dos millones cincuenta mil pesos m/cte",
            "FV-000002 Canon de arrendamiento octubre 2026 y cuota de administración octubre de 2026 $ 1.015.000",
            "FV-000003 Canon de arrendamiento noviembre 2026 y cuota de administración noviembre de 2026 $ 1.015.000",
            "Saldo a favor del cliente — $ 20.000",
            "Aplicado a facturas $ 2.030.000",
            "Total recibido $ 2.050.000",
            "Ley 820 de 2003, art. 11",
        )
        == []
    )


def test_a_receipt_that_paid_no_invoice_is_all_credit() -> None:
    view = replace(views.receipt(), allocations=(), credited=views.receipt().amount, method=PaymentMethod.CASH)
    text = reading.text(draw(replace(view, gateway_reference=None)))
    assert reading.missing(text, "Saldo a favor del cliente — $ 2.050.000", "Aplicado a facturas $ 0", "Efectivo") == []
    assert "CUS" not in text
    assert "Referencia" not in text


def test_a_reversed_receipt_says_that_it_no_longer_counts() -> None:
    text = reading.text(draw(replace(views.receipt(), status=PaymentStatus.REVERSED)))
    assert reading.missing(text, "Reversado", "REVERSADO", "Pago reversado: este recibo ya no tiene efecto.") == []
    assert "Aplicado Recibimos" not in text


def test_a_voucher_shows_income_deductions_and_what_is_left() -> None:
    document = draw(views.voucher())
    assert document.file_name == "egreso-CE-000007.pdf"
    assert (
        reading.missing(
            reading.text(document),
            "Comprobante de egreso",
            "Begoña Echeverri Peña y Hernán Darío Echeverri D'Angelo",
            "C.E. 1.010.704",
            "Fecha del pago 9 de noviembre de 2026",
            "Medio de pago Transferencia bancaria",
            "Referencia TRF1937209",
            "Liquidación de noviembre de 2026",
            "Canon de arrendamiento $ 5.000.000",
            "Comisión de administración -$ 500.000",
            "aprobada por los propietarios -$ 270.000,50",
            "Total ingresos $ 5.950.000",
            "Total deducciones -$ 1.230.800,50",
            "Neto pagado $ 4.719.199,50",
            "Son: cuatro millones setecientos diecinueve mil ciento noventa y nueve pesos con 50/100 m/cte",
        )
        == []
    )


def test_a_voucher_below_zero_tells_who_owes() -> None:
    expense = PayoutLine(kind=PayoutLineKind.EXPENSE, description="Techo", amount=Decimal(-86_000))
    view = replace(views.voucher(), lines=(expense,), gross=ZERO, deductions=Decimal(86_000), net=Decimal(-86_000))
    text = reading.text(draw(view))
    assert reading.missing(text, "Saldo a cargo -$ 86.000", "Son: menos ochenta y seis mil pesos m/cte") == []
    assert "Neto pagado" not in text


def test_a_voucher_without_optional_facts_shows_no_empty_labels() -> None:
    view = replace(
        views.voucher(),
        method=None,
        bank_reference=None,
        contract_number=None,
        property_address=None,
        property_city=None,
    )
    text = reading.text(draw(view))
    assert [label for label in ("Medio de pago", "Referencia", "Contrato", "Inmueble") if label in text] == []


def test_an_acknowledgement_proves_the_filing_and_tells_how_to_follow_it() -> None:
    document = draw(views.acknowledgement())
    assert document.file_name == "constancia-PQRS-2026-000001.pdf"
    assert (
        reading.missing(
            reading.text(document),
            "Constancia de radicación",
            "Radicado PQRS-2026-000001",
            "Radicada el (hora de Colombia) 20 de noviembre de 2026, 3:45 p. m.",
            "Fecha límite de respuesta: 14 de diciembre de 2026",
            "Tipo Reclamo",
            "Asunto Reparaciones",
            "Fecha de inicio 12 de noviembre de 2026",
            "Camila Rodríguez Restrepo",
            "Desde el 12 de noviembre hay una filtración en el techo del baño principal.",
            "Pido que se repare la filtración y que se arreglen la pared y el piso, según el contrato.",
            "en el área de clientes, en la sección PQRS, con el número de radicado PQRS-2026-000001.",
            "al teléfono 604 448 2200 o al correo servicio@inmobiliariaandina.example",
        )
        == []
    )


def test_a_change_in_the_view_changes_the_document() -> None:
    view = views.receipt()
    assert draw(view) == draw(replace(view))
    assert draw(view).sha256 != draw(replace(view, verification_code="7KQ4-M2XD-93TC")).sha256
    assert draw(views.invoice()).sha256 != draw(replace(views.invoice(), period=BillingPeriod(2026, 12))).sha256
    assert draw(views.voucher()).sha256 != draw(replace(views.voucher(), paid_on=date(2026, 11, 10))).sha256


def test_an_acknowledgement_says_whether_the_agency_filed_it_for_the_client() -> None:
    own, on_behalf = views.acknowledgement(), replace(views.acknowledgement(), by_agency=True)

    told = "Radicada por La inmobiliaria, a nombre del solicitante"
    assert told in reading.text(draw(on_behalf))
    assert "Radicada por" not in reading.text(draw(own))
