import re
from dataclasses import replace

import pytest

from adapters.pdf.worker import draw
from domain.invoices import InvoiceKind, InvoiceStatus
from tests.adapters.pdf import reading, views

TWO_CENTIMETRES = 20 / 25.4 * 72


def test_an_invoice_shows_parties_lines_and_totals() -> None:
    document = draw(views.commercial_invoice())
    assert document.file_name == "factura-FV-000003.pdf"
    assert (
        reading.missing(
            reading.text(document),
            "FV-000003",
            "Arrendamiento",
            "Librería y Papelería Macondo de los Hermanos Ibáñez Núñez y Compañía Ltda. en Reorganización",
            "NIT 800.197.268-4",
            "Fecha de emisión 1 de noviembre de 2026",
            "Vencimiento 5 de noviembre de 2026",
            "Periodo noviembre de 2026",
            "Contrato ARR-00001",
            "1 $ 5.000.000 19 % $ 950.000 $ 5.000.000",
            "1 $ 365.000 0 % $ 0 $ 365.000",
            "Subtotal $ 5.365.000",
            "IVA $ 950.000",
            "IVA del 19 % sobre $ 5.000.000: $ 950.000.",
            "Valor facturado $ 6.315.000",
            "Retenciones -$ 365.800",
            "Total a pagar $ 5.949.200",
            "Pagado $ 2.500.000,50",
            "Saldo $ 3.449.199,50",
            "Son: cinco millones novecientos cuarenta y nueve mil doscientos pesos m/cte",
            "Abonada",
            "Vencida",
        )
        == []
    )


def test_an_electronic_invoice_carries_its_name_its_cufe_and_a_code_of_more_than_two_centimetres() -> None:
    document = draw(views.invoice())
    text = reading.text(document)
    assert (
        reading.missing(
            text, "Factura electrónica de venta", f"CUFE {views.CUFE}", "Expedida el 1 de noviembre de 2026, 9:03 a. m."
        )
        == []
    )
    assert "no es una factura electrónica" not in text
    assert [len(page.images) for page in reading.opened(document).pages] == [1]
    assert min(reading.picture_sides(document)) > TWO_CENTIMETRES


def test_an_invoice_without_cufe_does_not_call_itself_electronic() -> None:
    document = draw(replace(views.invoice(), electronic=None, kind=InvoiceKind.COMMISSION))
    text = reading.text(document)
    assert (
        reading.missing(
            text,
            "Factura / cuenta de cobro",
            "Comisión de administración",
            "Este documento no es una factura electrónica de venta.",
        )
        == []
    )
    assert "CUFE" not in text
    assert not list(reading.opened(document).pages[0].images)


@pytest.mark.parametrize(
    ("status", "label"),
    [
        (InvoiceStatus.ISSUED, "Facturado"),
        (InvoiceStatus.PARTIALLY_PAID, "Abonada"),
        (InvoiceStatus.PAID, "Pagada"),
        (InvoiceStatus.VOIDED, "Anulada"),
    ],
)
def test_an_invoice_says_its_state(status: InvoiceStatus, label: str) -> None:
    text = reading.text(draw(replace(views.invoice(), status=status)))
    assert f"FV-000003 Arrendamiento {label} Cliente" in text
    assert ("ANULADA" in text) == (status is InvoiceStatus.VOIDED)
    assert ("no se debe pagar" in text) == (status is InvoiceStatus.VOIDED)


def test_a_voided_invoice_is_marked_on_every_page_and_never_as_overdue() -> None:
    lines = [views.line(f"Concepto {number}", 1000) for number in range(40)]
    view = replace(views.invoice(*lines), status=InvoiceStatus.VOIDED, overdue=True)
    shown = reading.pages(draw(view))
    assert len(shown) > 1
    assert all("ANULADA" in page for page in shown)
    assert "Vencida" not in shown[0]


def test_sixty_lines_break_over_pages_with_head_code_and_numbers_on_each() -> None:
    detail = "con un detalle tan largo que ocupa más de una línea de la tabla"
    view = views.invoice(
        *(views.line(f"Arreglo {number:02d} de la habitación {detail}", 10_000) for number in range(60))
    )
    document = draw(view)
    shown = reading.pages(document)

    assert len(shown) > 2
    for position, page in enumerate(shown, start=1):
        assert (
            reading.missing(
                page,
                "Inmobiliaria Andina S.A.S.",
                "FV-000003",
                "Factura electrónica de venta",
                views.CUFE,
                f"Página {position} de {len(shown)}",
            )
            == []
        )
    assert all("Concepto Cant. Valor unitario IVA % IVA Valor" in page for page in shown if "Arreglo" in page)
    assert [len(page.images) for page in reading.opened(document).pages] == [1] * len(shown)
    assert re.findall(r"Arreglo (\d\d)", " ".join(shown)) == [f"{number:02d}" for number in range(60)]
    assert "Total a pagar $ 600.000" in shown[-1]
