"""The payment receipt (recibo de caja)."""

from adapters.pdf import blocks
from adapters.pdf.blocks import Column, Total
from adapters.pdf.sheet import Frame, Sheet
from adapters.pdf.style import Mark, Tone
from adapters.pdf.text import file_name
from adapters.pdf.words import amount_in_words
from adapters.spanish import formatting, labels
from application.ports.documents import Document, ReceiptView
from domain.payments import PaymentMethod, PaymentStatus
from domain.periods import BOGOTA

_COLUMNS = (
    Column("Factura", 32),
    Column("Concepto", 78.9),
    Column("Periodo", 35),
    Column("Valor", 34, "R"),
)
_LAW = "Este recibo indica la fecha, el valor y el periodo del pago, como lo dispone la Ley 820 de 2003, art. 11."
_CODE = "Con el código de verificación, la inmobiliaria confirma que este recibo es auténtico."


def draw(view: ReceiptView) -> Document:
    """The finished file of a view whose texts are clean."""
    sheet = Sheet(_frame(view))
    facts = (
        ("Fecha del pago", formatting.moment(view.paid_at)),
        ("Medio de pago", labels.PAYMENT_METHOD[view.method]),
        ("CUS" if view.method is PaymentMethod.PSE else "Referencia", view.gateway_reference or ""),
        ("Verificación", view.verification_code),
    )
    blocks.parties(sheet, "Recibimos de", view.client, "Datos del pago", facts)
    blocks.figure(sheet, "Valor recibido", formatting.money(view.amount), f"Son: {amount_in_words(view.amount)}")
    blocks.section(sheet, "Aplicación del pago")
    blocks.table(sheet, _COLUMNS, _rows(view))
    applied = sum((part.amount for part in view.allocations), start=view.amount * 0)
    remarks = [_LAW, _CODE]
    if view.status is PaymentStatus.REVERSED:
        remarks.insert(0, "Pago reversado: este recibo ya no tiene efecto.")
    elif view.reversed:
        remarks.insert(0, f"De este pago se devolvió después {formatting.money(view.reversed)}.")
    lines = (
        Total("Aplicado a facturas", formatting.money(applied)),
        Total("Saldo a favor", formatting.money(view.credited)),
        Total("Total recibido", formatting.money(view.amount), grand=True),
    )
    blocks.totals(sheet, lines, notes=remarks)
    return Document(file_name("recibo", view.receipt_number), "application/pdf", sheet.finished())


def _frame(view: ReceiptView) -> Frame:
    reversed_ = view.status is PaymentStatus.REVERSED
    return Frame(
        letterhead=view.letterhead,
        title="Recibo de caja",
        subtitle="Comprobante de pago",
        number=view.receipt_number,
        subject=f"Comprobante de pago del {formatting.day(view.paid_at.astimezone(BOGOTA).date())}",
        dated=view.paid_at,
        marks=(Mark("Reversado", Tone.ALARM),) if reversed_ else (Mark("Aplicado"),),
        watermark="REVERSADO" if reversed_ else "",
    )


def _rows(view: ReceiptView) -> list[tuple[str, str, str, str]]:
    rows = [
        (part.invoice_number, part.description, formatting.month(part.period), formatting.money(part.amount))
        for part in view.allocations
    ]
    if view.credited or not rows:
        rows.append(("—", "Saldo a favor del cliente", "—", formatting.money(view.credited)))
    return rows
