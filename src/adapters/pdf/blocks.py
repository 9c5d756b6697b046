"""The parts that documents are put together from: parties, facts, tables, totals and notes."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from adapters.pdf import style
from adapters.pdf.sheet import Sheet
from adapters.pdf.style import Style
from adapters.spanish import formatting
from application.ports.documents import Party

Fact = tuple[str, str]
"""A label and its value; one without a value is not shown."""

_LABEL_WIDTH = 31.0
_PADDING = 1.5
_TOTALS_WIDTH = 84.0


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table; width in millimetres."""

    title: str
    width: float
    align: str = "L"


@dataclass(frozen=True, slots=True)
class Total:
    """A line beside the money it names; the `grand` one is what the reader looks for."""

    label: str
    value: str
    strong: bool = False
    grand: bool = False


def parties(sheet: Sheet, heading: str, party: Party, about: str, facts: Sequence[Fact]) -> None:
    """The person on the left, the facts of the document on the right, both under their headings."""
    half = (sheet.right - sheet.left - style.GUTTER) / 2
    top, beside = sheet.y, sheet.left + half + style.GUTTER
    left_bottom = _person(sheet, heading, party, sheet.left, top, half)
    right_bottom = _facts(sheet, about, facts, beside, top, half)
    sheet.y = max(left_bottom, right_bottom) + 5


def section(sheet: Sheet, heading: str) -> None:
    """A heading over the whole width, kept together with what follows it."""
    width = sheet.right - sheet.left
    lines = sheet.wrapped(heading, width, style.SECTION, 3)
    sheet.ensure(len(lines) * style.SECTION.leading + 14)
    sheet.y += sheet.put_lines(lines, sheet.left, sheet.y, width, style.SECTION) + 0.6
    sheet.rule(sheet.y)
    sheet.y += 1.8


def table(sheet: Sheet, columns: Sequence[Column], rows: Iterable[Sequence[str]]) -> None:
    """A table whose head is repeated on every page; long cells wrap, and a row taller than a page is divided."""
    _table_head(sheet, columns)
    for row in rows:
        cells = [
            sheet.wrapped(text, column.width - 2 * _PADDING, style.CELL)
            for text, column in zip(row, columns, strict=True)
        ]
        height = max(1, *map(len, cells)) * style.CELL.leading + 2 * _PADDING
        if sheet.y + height > sheet.bottom and height < 60:
            _new_page(sheet, columns)
        while any(cells):
            room = int((sheet.bottom - sheet.y - 2 * _PADDING) / style.CELL.leading)
            if room < 1:
                _new_page(sheet, columns)
                continue
            _row(sheet, columns, [lines[:room] for lines in cells])
            cells = [lines[room:] for lines in cells]
    sheet.y += 4


def totals(sheet: Sheet, lines: Sequence[Total], spoken: Fact = ("", ""), notes: Sequence[str] = ()) -> None:
    """The totals on the right; beside them an amount in words, under its label, and what has to be said about it."""
    height = sum(_total_height(line) for line in lines)
    beside = sheet.right - sheet.left - _TOTALS_WIDTH - style.GUTTER
    label, amount = spoken
    words = sheet.wrapped(amount, beside, style.BODY)
    said = [line for note in notes for line in sheet.wrapped(note, beside, style.SMALL)]
    words_height = style.LABEL.leading + len(words) * style.BODY.leading + 2 if words else 0
    beside_height = words_height + len(said) * style.SMALL.leading
    sheet.ensure(max(height, beside_height))
    top = sheet.y
    if words:
        sheet.put(label, sheet.left, top, beside, style.LABEL)
        sheet.put_lines(words, sheet.left, top + style.LABEL.leading, beside, style.BODY)
    sheet.put_lines(said, sheet.left, top + words_height, beside, style.SMALL)
    y = top
    for line in lines:
        y += _total(sheet, line, sheet.right - _TOTALS_WIDTH, y)
    sheet.y = max(y, top + beside_height) + 4


def figure(sheet: Sheet, label: str, amount: str, words: str) -> None:
    """The one amount that a document is about, large, with its words."""
    width = sheet.right - sheet.left
    spoken = sheet.wrapped(words, width - 10, style.BODY)
    height = style.LABEL.leading + style.FIGURE.leading + len(spoken) * style.BODY.leading + 8
    sheet.ensure(height)
    sheet.panel(sheet.left, sheet.y, width, height)
    sheet.panel(sheet.left, sheet.y, 1, height, style.ACCENT)
    x, y = sheet.left + 6, sheet.y + 3.5
    sheet.put(label, x, y, width - 10, style.LABEL)
    sheet.put(amount, x, y + style.LABEL.leading, width - 10, style.FIGURE)
    sheet.put_lines(spoken, x, y + style.LABEL.leading + style.FIGURE.leading + 0.5, width - 10, style.BODY)
    sheet.y += height + 6


def _person(sheet: Sheet, heading: str, party: Party, x: float, y: float, w: float) -> float:
    y += _heading(sheet, heading, x, y, w)
    y += sheet.put_lines(sheet.wrapped(party.name, w, style.STRONG, 4), x, y, w, style.STRONG)
    lines = (
        (formatting.identity(party), 1),
        (", ".join(filter(None, (party.address, party.city))), 4),
        (party.phone or "", 1),
        (party.email or "", 2),
    )
    for text, most in lines:
        y += sheet.put_lines(sheet.wrapped(text, w, style.BODY, most), x, y, w, style.BODY)
    return y


def _facts(sheet: Sheet, heading: str, facts: Sequence[Fact], x: float, y: float, w: float) -> float:
    y += _heading(sheet, heading, x, y, w)
    for label, value in facts:
        lines = sheet.wrapped(value, w - _LABEL_WIDTH, style.BODY, 4)
        if not lines:
            continue
        sheet.put(label, x, y, _LABEL_WIDTH - 2, Style(8.5, style.BODY.leading, colour=style.MUTED))
        y += sheet.put_lines(lines, x + _LABEL_WIDTH, y, w - _LABEL_WIDTH, style.BODY) + 0.5
    return y


def _heading(sheet: Sheet, text: str, x: float, y: float, w: float) -> float:
    sheet.put(text, x, y, w, style.SECTION)
    sheet.rule(y + style.SECTION.leading + 0.6, x, w)
    return style.SECTION.leading + 2.4


def _table_head(sheet: Sheet, columns: Sequence[Column]) -> None:
    height = style.COLUMN.leading + 2 * _PADDING
    sheet.ensure(height + style.CELL.leading + 2 * _PADDING)
    sheet.panel(sheet.left, sheet.y, sheet.right - sheet.left, height)
    x = sheet.left
    for column in columns:
        width = column.width - 2 * _PADDING
        sheet.put(column.title, x + _PADDING, sheet.y + _PADDING, width, style.COLUMN, column.align)
        x += column.width
    sheet.y += height


def _new_page(sheet: Sheet, columns: Sequence[Column]) -> None:
    sheet.add_page()
    _table_head(sheet, columns)


def _row(sheet: Sheet, columns: Sequence[Column], cells: Sequence[list[str]]) -> None:
    x = sheet.left
    for column, lines in zip(columns, cells, strict=True):
        sheet.put_lines(lines, x + _PADDING, sheet.y + _PADDING, column.width - 2 * _PADDING, style.CELL, column.align)
        x += column.width
    sheet.y += max(map(len, cells)) * style.CELL.leading + 2 * _PADDING
    sheet.rule(sheet.y)


def _total_height(line: Total) -> float:
    return 8.0 if line.grand else 5.2


def _total(sheet: Sheet, line: Total, x: float, y: float) -> float:
    height = _total_height(line)
    how = style.GRAND if line.grand else style.STRONG if line.strong else style.BODY
    if line.grand:
        sheet.panel(x, y, _TOTALS_WIDTH, height - 1)
    inset = y + (height - (1 if line.grand else 0) - how.leading) / 2
    sheet.put(line.label, x + _PADDING, inset, 40, how)
    sheet.put(line.value, x + 40 + _PADDING, inset, _TOTALS_WIDTH - 40 - 2 * _PADDING, how, "R")
    return height
