"""The invoice: the graphic representation of an electronic one, or a plain invoice or collection account."""

from collections import defaultdict
from collections.abc import Iterable
from decimal import Decimal

from adapters.pdf import blocks
from adapters.pdf.blocks import Column, Total
from adapters.pdf.sheet import Frame, Sheet
from adapters.pdf.style import Mark, Tone
from adapters.pdf.text import file_name
from adapters.pdf.words import amount_in_words
from adapters.spanish import formatting, labels
from application.ports.documents import Document, InvoiceView
from domain.invoices import InvoiceLine, InvoiceStatus
from domain.periods import midnight

_COLUMNS = (
    Column("Concepto", 63.9),
    Column("Cant.", 13, "R"),
    Column("Valor unitario", 30, "R"),
    Column("IVA %", 15, "R"),
    Column("IVA", 27, "R"),
    Column("Valor", 31, "R"),
)


def draw(view: InvoiceView) -> Document:
    """The finished file of a view whose texts are clean."""
    sheet = Sheet(_frame(view))
    facts = (
        ("Fecha de emisión", formatting.day(view.issued_on)),
        ("Vencimiento", formatting.day(view.due_on)),
        ("Periodo", formatting.month(view.period)),
        ("Contrato", view.contract_number),
        ("Inmueble", ", ".join(filter(None, (view.property_address, view.property_city)))),
    )
    blocks.parties(sheet, "Cliente", view.client, "Datos de la factura", facts)
    blocks.section(sheet, view.description or "Conceptos")
    blocks.table(sheet, _COLUMNS, map(_row, view.lines))
    spoken = ("Total a pagar, en letras", f"Son: {amount_in_words(view.total)}")
    blocks.totals(sheet, _totals(view), spoken, [*_vat_by_rate(view.lines), *_remarks(view)])
    return Document(file_name("factura", view.number), "application/pdf", sheet.finished())


def _frame(view: InvoiceView) -> Frame:
    voided = view.status is InvoiceStatus.VOIDED
    kind = labels.INVOICE_KIND[view.kind]
    marks = [Mark(labels.INVOICE_STATUS[view.status], Tone.ALARM if voided else Tone.PLAIN)]
    if view.overdue and not voided:
        marks.append(Mark("Vencida", Tone.ALARM))
    return Frame(
        letterhead=view.letterhead,
        title="Factura electrónica de venta" if view.electronic else "Factura / cuenta de cobro",
        number=view.number,
        subtitle=kind,
        subject=f"{kind}, {formatting.month(view.period)}",
        dated=(view.electronic and view.electronic.issued_at) or midnight(view.issued_on),
        marks=tuple(marks),
        watermark="ANULADA" if voided else "",
        electronic=view.electronic,
    )


def _row(line: InvoiceLine) -> tuple[str, ...]:
    return (
        line.description,
        formatting.number(line.quantity),
        formatting.money(line.unit_price),
        formatting.percent(line.vat_rate),
        formatting.money(line.vat),
        formatting.money(line.amount),
    )


def _totals(view: InvoiceView) -> tuple[Total, ...]:
    return (
        Total("Subtotal", formatting.money(view.subtotal)),
        Total("IVA", formatting.money(view.vat)),
        Total("Valor facturado", formatting.money(view.invoiced), strong=True),
        Total("Retenciones", formatting.money(-view.withholdings)),
        Total("Total a pagar", formatting.money(view.total), grand=True),
        Total("Pagado", formatting.money(view.paid)),
        Total("Saldo", formatting.money(view.balance), strong=True),
    )


def _vat_by_rate(lines: Iterable[InvoiceLine]) -> list[str]:
    """Taxes told apart by rate, as the graphic representation has to show them (Resolución DIAN 000165 de 2023)."""
    bases: dict[Decimal, Decimal] = defaultdict(Decimal)
    taxes: dict[Decimal, Decimal] = defaultdict(Decimal)
    for line in lines:
        if line.vat:
            bases[line.vat_rate] += line.amount
            taxes[line.vat_rate] += line.vat
    return [
        f"IVA del {formatting.percent(rate)} sobre {formatting.money(bases[rate])}: {formatting.money(taxes[rate])}."
        for rate in sorted(taxes)
    ]


def _remarks(view: InvoiceView) -> list[str]:
    remarks = []
    if view.status is InvoiceStatus.VOIDED:
        remarks.append("Factura anulada: no se debe pagar.")
    if not view.electronic:
        remarks.append("Este documento no es una factura electrónica de venta.")
    return remarks
