"""The payout voucher (comprobante de egreso)."""

from adapters.pdf import blocks
from adapters.pdf.blocks import Column, Total
from adapters.pdf.sheet import Frame, Sheet
from adapters.pdf.text import file_name
from adapters.pdf.words import amount_in_words
from adapters.spanish import formatting, labels
from application.ports.documents import Document, VoucherView
from domain.payouts import PayoutLine
from domain.periods import midnight

_COLUMNS = (
    Column("Concepto", 99.9),
    Column("Ingresos", 40, "R"),
    Column("Deducciones", 40, "R"),
)


def draw(view: VoucherView) -> Document:
    """The finished file of a view whose texts are clean."""
    sheet = Sheet(_frame(view))
    facts = (
        ("Fecha del pago", formatting.day(view.paid_on)),
        ("Periodo", formatting.month(view.period)),
        ("Medio de pago", labels.PAYMENT_METHOD[view.method] if view.method else ""),
        ("Referencia", view.bank_reference or ""),
        ("Contrato", view.contract_number or ""),
        ("Inmueble", ", ".join(filter(None, (view.property_address, view.property_city)))),
    )
    blocks.parties(sheet, "Pagado a", view.owner, "Datos del pago", facts)
    blocks.section(sheet, f"Liquidación de {formatting.month(view.period)}")
    blocks.table(sheet, _COLUMNS, map(_row, view.lines))
    owed = view.net < 0
    lines = (
        Total("Total ingresos", formatting.money(view.gross)),
        Total("Total deducciones", formatting.money(-view.deductions)),
        Total("Saldo a cargo" if owed else "Neto pagado", formatting.money(view.net), grand=True),
    )
    spoken = ("Saldo a cargo, en letras" if owed else "Neto pagado, en letras", f"Son: {amount_in_words(view.net)}")
    remarks = ["Las deducciones superan los ingresos: el saldo queda a cargo del propietario."] if owed else []
    blocks.totals(sheet, lines, spoken, remarks)
    return Document(file_name("egreso", view.number), "application/pdf", sheet.finished())


def _frame(view: VoucherView) -> Frame:
    return Frame(
        letterhead=view.letterhead,
        title="Comprobante de egreso",
        subtitle="Pago al propietario",
        number=view.number,
        subject=f"Pago al propietario, {formatting.month(view.period)}",
        dated=midnight(view.paid_on),
    )


def _row(line: PayoutLine) -> tuple[str, str, str]:
    amount = formatting.money(line.amount)
    return (line.description, "", amount) if line.amount < 0 else (line.description, amount, "")
