"""Cells that hold several values: `|` between them, `:` between the parts of one."""

from collections.abc import Callable, Iterator, Sequence
from decimal import Decimal

from domain.imports.cells import MAX_CODE, MAX_PARTS, MAX_SHORT, Row
from domain.imports.problems import Reason
from domain.imports.sheets import Header, ImportKind
from domain.invoices import InvoiceLine
from domain.money import ZERO, percentage_of


def pairs_of(cell: str) -> list[tuple[str, str]] | None:
    """`code:amount|code:amount`, unread; None if a part is missing."""
    pairs = []
    for part in cell.split("|"):
        code, mark, amount = part.rpartition(":")
        if not mark or not code.strip() or not amount.strip():
            return None
        pairs.append((code.strip(), amount.strip()))
    return pairs


def lines_of(cell: str) -> list[tuple[str, str, str]] | None:
    """`text:amount:VAT percent|…`, unread; the text may itself hold a colon. None if a part is missing."""
    lines = []
    for part in cell.split("|"):
        pieces = part.rsplit(":", 2)
        if len(pieces) != 3 or not all(piece.strip() for piece in pieces):
            return None
        lines.append((pieces[0], pieces[1].strip(), pieces[2].strip()))
    return lines


def read_pairs(row: Row, column: str, shape: Reason) -> list[tuple[str, Decimal]]:
    """Codes with their amounts; a cell of another shape is noted as `shape` and read as nothing."""
    pairs = pairs_of(row.raw(column))
    read = [(code, row.amount_part(amount)) for code, amount in pairs or ()]
    good = [(code, amount) for code, amount in read if amount is not None and len(code) <= MAX_CODE]
    if pairs is None or len(good) < len(read):
        row.reject(column, shape)
        return []
    if len(good) > MAX_PARTS:
        row.reject(column, Reason.TOO_MANY, limit=str(MAX_PARTS))
        return []
    return good


def read_shares(row: Row, column: str) -> tuple[tuple[str, Decimal], ...]:
    """Owners and their parts in per cent, each above zero and together exactly 100; required."""
    if not row.raw(column).strip():
        row.reject(column, Reason.REQUIRED)
        return ()
    shares = read_pairs(row, column, Reason.SHARES_SHAPE)
    codes = [code for code, _ in shares]
    total = sum((share for _, share in shares), ZERO)
    if repeated := next((code for code in codes if codes.count(code) > 1), None):
        row.reject(column, Reason.REPEATED, code=repeated)
    elif any(share == 0 for _, share in shares):
        row.reject(column, Reason.NOT_ABOVE_ZERO)
    elif shares and total != 100:
        row.reject(column, Reason.SHARES_SUM, total=str(total))
    return tuple(shares)


def read_allocations(row: Row, column: str) -> tuple[tuple[str, Decimal], ...]:
    """Invoices and what of a receipt goes to each; an invoice named twice gets the sum, one with 0 gets nothing."""
    if not row.raw(column).strip():
        return ()
    sums: dict[str, Decimal] = {}
    for number, amount in read_pairs(row, column, Reason.ALLOCATIONS_SHAPE):
        sums[number] = sums.get(number, ZERO) + amount
    return tuple(sums.items())


def read_lines(row: Row, column: str) -> tuple[InvoiceLine, ...]:
    """Lines of an invoice, VAT rounded half-even to the peso on each; none if the cell is empty or bad."""
    cell = row.raw(column)
    if not cell.strip():
        return ()
    parts = lines_of(cell)
    lines = [line for line in (_line(row, *part) for part in parts or ()) if line]
    if parts is None or len(lines) < len(parts):
        row.reject(column, Reason.LINES_SHAPE)
        return ()
    if len(lines) > MAX_PARTS:
        row.reject(column, Reason.TOO_MANY, limit=str(MAX_PARTS))
        return ()
    return tuple(lines)


def _line(row: Row, description: str, amount_text: str, rate_text: str) -> InvoiceLine | None:
    amount, rate = row.amount_part(amount_text), row.amount_part(rate_text)
    if amount is None or rate is None or rate > 100 or len(description) > MAX_SHORT:
        return None
    return InvoiceLine(
        description=description,
        quantity=Decimal(1),
        unit_price=amount,
        vat_rate=rate,
        vat=percentage_of(amount, rate),
        amount=amount,
    )


def _single(cell: str) -> list[str]:
    return [cell] if cell.strip() else []


def _of_pairs(cell: str) -> list[str]:
    return [amount for _, amount in pairs_of(cell) or ()]


def _of_lines(cell: str) -> list[str]:
    return [text for _, amount, rate in lines_of(cell) or () for text in (amount, rate)]


_AMOUNTS: dict[ImportKind, dict[str, Callable[[str], list[str]]]] = {
    ImportKind.CLIENTS: {},
    ImportKind.PROPERTIES: {"propietarios": _of_pairs},
    ImportKind.CONTRACTS: dict.fromkeys(("canon", "cuota_administracion", "comision", "iva_canon"), _single),
    ImportKind.INVOICES: {
        **dict.fromkeys(("subtotal", "iva", "retenciones", "total"), _single),
        "conceptos": _of_lines,
    },
    ImportKind.PAYMENTS: {"valor": _single, "facturas": _of_pairs},
    ImportKind.PAYOUTS: dict.fromkeys(
        ("canon", "iva", "comision", "iva_comision", "retenciones", "gastos", "neto"), _single
    ),
}


def amounts_in(header: Header[ImportKind], cells: Sequence[str]) -> Iterator[tuple[str, str, list[str]]]:
    """Column, cell and the amounts in it, for every cell of a row that holds any."""
    for column, amounts_of in _AMOUNTS[header.kind].items():
        position = header.positions.get(column, len(cells))
        cell = cells[position] if position < len(cells) else ""
        if amounts := amounts_of(cell):
            yield column, cell, amounts
