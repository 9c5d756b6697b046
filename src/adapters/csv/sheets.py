"""Reading CSV as RFC 4180 describes it, as a stream, with bounds on everything that a hostile file could make large."""

import csv
import io
from collections.abc import Callable, Collection, Iterator, Sequence
from pathlib import Path
from typing import TextIO

from adapters.csv.encodings import encoding_of
from adapters.csv.inert import as_given
from application.ports.imports import Sheet, SheetReader
from domain.imports.problems import FileProblem, FileReason, FileRefused
from domain.imports.sheets import column_name

SEPARATORS = (";", ",", "\t")
MAX_RECORD = 1 << 20
"""Characters of one record, quotes and line ends included."""
_BYTE_ORDER_MARK = "\N{ZERO WIDTH NO-BREAK SPACE}"

Open = Callable[[], TextIO]


class CsvSheet(Sheet):
    """Records behind `open_text`, which opens the same text from its start each time."""

    def __init__(self, open_text: Open, separator: str) -> None:
        self._open = open_text
        self._separator = separator

    @property
    def separator(self) -> str:
        return self._separator

    def records(self) -> Iterator[tuple[int, Sequence[str]]]:
        with self._open() as text:
            yield from _records(text, self._separator)


class CsvSheetReader(SheetReader):
    def of_text(self, text: str, columns: Collection[str]) -> Sheet:
        return _sheet(lambda: io.StringIO(text, newline=""), columns)

    def of_file(self, path: Path, columns: Collection[str]) -> Sheet:
        encoding = encoding_of(path)
        return _sheet(lambda: path.open(encoding=encoding, newline=""), columns)


def _sheet(open_text: Open, columns: Collection[str]) -> Sheet:
    """The separator is the one under which the header has most of the columns, then most cells."""
    fits: list[tuple[int, int, str]] = []
    refusals: list[FileRefused] = []
    for separator in SEPARATORS:
        try:
            with open_text() as text:
                _, header = next(_records(text, separator), (0, ()))
        except FileRefused as refused:
            refusals.append(refused)
        else:
            names = {column_name(cell) for cell in header}
            fits.append((len(names.intersection(columns)), len(header), separator))
    if not fits:
        raise refusals[0]
    _, width, separator = max(fits, key=lambda fit: fit[:2])
    if not width:
        raise FileRefused(FileProblem(FileReason.EMPTY))
    return CsvSheet(open_text, separator)


def _records(text: TextIO, separator: str) -> Iterator[tuple[int, Sequence[str]]]:
    lines = _BoundedLines(text)
    reader = csv.reader(lines, delimiter=separator, strict=True)
    row = 0
    while True:
        row += 1
        lines.start(row)
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            long = "field larger" in str(error)
            reason = FileReason.CELL_TOO_LONG if long else FileReason.QUOTES
            raise FileRefused(FileProblem(reason, told={"row": str(row)})) from error
        if any(cell.strip() for cell in cells):
            yield row, [as_given(cell) for cell in cells]


class _BoundedLines:
    """Lines of a text, refused where a record, or a line without an end, grows past its bound."""

    def __init__(self, text: TextIO) -> None:
        self._text = text
        self._row = 0
        self._length = 0
        self._first = True

    def start(self, row: int) -> None:
        self._row, self._length = row, 0

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        line = self._text.readline(MAX_RECORD + 1)
        if not line:
            raise StopIteration
        self._length += len(line)
        if self._length > MAX_RECORD:
            raise FileRefused(FileProblem(FileReason.CELL_TOO_LONG, told={"row": str(self._row)}))
        if self._first:
            self._first = False
            return line.removeprefix(_BYTE_ORDER_MARK)
        return line
