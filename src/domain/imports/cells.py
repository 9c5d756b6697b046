"""Reading the cells of one row: a bad cell is noted and answered with a neutral value, so that all are found."""

import unicodedata
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any, TypeVar

from domain.imports.amounts import MAX_AMOUNT, Convention, read_amount
from domain.imports.dates import read_date, read_moment
from domain.imports.problems import CellProblem, Reason
from domain.imports.sheets import Header
from domain.money import ZERO
from domain.periods import BillingPeriod

MAX_CODE = 100
"""Of codes and numbers that identify a row."""
MAX_SHORT = 300
MAX_LONG = 2000
MAX_PARTS = 100
"""Values in one cell."""
NO_DATE = date.min
NO_MONTH = BillingPeriod(1, 1)

T = TypeVar("T")


class Row:
    """One row under a header: its cells by column, what is wrong with them, and readers for each kind of value.

    A reader whose cell is bad notes why and hands back a neutral value; `good` tells whether columns can be compared,
    and whoever builds a record throws it away when `problems` is not empty.
    """

    __slots__ = ("_cells", "_convention", "number", "problems", "warnings")

    def __init__(self, number: int, cells: Sequence[str], header: Header[Any], convention: Convention) -> None:
        self.number = number
        self._convention = convention
        self.problems: dict[str | None, CellProblem] = {}
        self.warnings: list[CellProblem] = []
        self._cells = {
            name: cells[position] if position < len(cells) else "" for name, position in header.positions.items()
        }
        if any(cell.strip() for cell in cells[header.width :]):
            self.reject(None, Reason.TOO_MANY_CELLS, expected=str(header.width))
        for name, cell in self._cells.items():
            if _unprintable(cell):
                self.reject(name, Reason.CONTROL_CHARACTERS)
                self._cells[name] = ""

    def raw(self, column: str) -> str:
        """The cell as it stands; empty where the file has no such column."""
        return self._cells.get(column, "")

    def code(self, column: str) -> str:
        """The cell without spaces around it, as codes are compared; notes nothing."""
        return self.raw(column).strip()

    def cells(self) -> Mapping[str, str]:
        return self._cells

    def reject(self, column: str | None, reason: Reason, **told: str) -> None:
        """Keep the row out; the first problem of a column is the one that is reported."""
        self.problems.setdefault(column, CellProblem(self.number, column, reason, told))

    def warn(self, column: str | None, reason: Reason, **told: str) -> None:
        self.warnings.append(CellProblem(self.number, column, reason, told))

    def good(self, *columns: str) -> bool:
        return not any(column in self.problems for column in columns)

    def identifier(self, column: str) -> str:
        """A code or number, required."""
        return self._limited(column, self._required(column).strip(), MAX_CODE)

    def text(self, column: str, limit: int = MAX_SHORT) -> str:
        """Required text, exactly as given."""
        return self._limited(column, self._required(column), limit)

    def optional_text(self, column: str, limit: int = MAX_SHORT) -> str | None:
        """Text exactly as given; None if there is nothing in it but space."""
        cell = self.raw(column)
        return self._limited(column, cell, limit) if cell.strip() else None

    def choice(self, column: str, choices: Mapping[str, T]) -> T:
        """One of the words of `choices`, however capitalized."""
        word = self._required(column).strip().casefold()
        if word in choices:
            return choices[word]
        self.reject(column, Reason.NOT_A_CHOICE, choices=", ".join(choices))
        return next(iter(choices.values()))

    def amount(self, column: str, *, negative: bool = False) -> Decimal:
        """Required pesos; below zero only where `negative`."""
        return self._amount(column, self._required(column), negative=negative)

    def optional_amount(self, column: str) -> Decimal:
        """Pesos; an empty cell is 0."""
        cell = self.raw(column)
        return self._amount(column, cell) if cell.strip() else ZERO

    def percent(self, column: str) -> Decimal:
        """Required, 0 to 100."""
        return self._percent(column, self._required(column))

    def optional_percent(self, column: str) -> Decimal:
        cell = self.raw(column)
        return self._percent(column, cell) if cell.strip() else ZERO

    def day(self, column: str) -> date:
        """Required day; a time of day beside it is dropped."""
        return self._day(column, self._required(column)) or NO_DATE

    def optional_day(self, column: str) -> date | None:
        cell = self.raw(column)
        return self._day(column, cell) if cell.strip() else None

    def moment(self, column: str) -> tuple[datetime, bool]:
        """Required Bogotá time as a UTC instant, 00:00 where the cell has no time of day, and whether it has one."""
        found = read_moment(self._required(column))
        if found is None:
            self.reject(column, Reason.NOT_A_DATE)
            return _NO_MOMENT
        return found

    def month(self, column: str) -> BillingPeriod:
        """Required AAAA-MM."""
        try:
            period = BillingPeriod.parse(self._required(column).strip())
        except ValueError:
            period = NO_MONTH
        if not 1900 <= period.year <= 2200:
            self.reject(column, Reason.NOT_A_MONTH)
        return period

    def codes(self, column: str, *, required: bool) -> tuple[str, ...]:
        """Codes between `|`, each once."""
        cell = self._required(column) if required else self.raw(column)
        if not cell.strip():
            return ()
        codes = tuple(part.strip() for part in cell.split("|"))
        if len(codes) > MAX_PARTS:
            self.reject(column, Reason.TOO_MANY, limit=str(MAX_PARTS))
        elif "" in codes:
            self.reject(column, Reason.REQUIRED)
        elif any(len(code) > MAX_CODE for code in codes):
            self.reject(column, Reason.TOO_LONG, limit=str(MAX_CODE))
        elif repeated := next((code for code in codes if codes.count(code) > 1), None):
            self.reject(column, Reason.REPEATED, code=repeated)
        return codes if self.good(column) else ()

    def amount_part(self, text: str) -> Decimal | None:
        """An amount inside a cell of several values; None if it is none, is negative or too large."""
        value = read_amount(text, self._convention)
        return value if value is not None and 0 <= value <= MAX_AMOUNT else None

    def _required(self, column: str) -> str:
        cell = self.raw(column)
        if not cell.strip():
            self.reject(column, Reason.REQUIRED)
        return cell

    def _limited(self, column: str, text: str, limit: int) -> str:
        if len(text) > limit:
            self.reject(column, Reason.TOO_LONG, limit=str(limit))
        return text[:limit]

    def _amount(self, column: str, cell: str, *, negative: bool = False) -> Decimal:
        value = read_amount(cell, self._convention)
        if value is None:
            self.reject(column, Reason.NOT_AN_AMOUNT, example=f"1250000{self._convention}00")
        elif abs(value) > MAX_AMOUNT:
            self.reject(column, Reason.TOO_LARGE)
        elif value < 0 and not negative:
            self.reject(column, Reason.NEGATIVE)
        else:
            return value
        return ZERO

    def _percent(self, column: str, cell: str) -> Decimal:
        value = read_amount(cell, self._convention)
        if value is None or not 0 <= value <= 100:
            self.reject(column, Reason.NOT_A_PERCENT, example=f"19{self._convention}00")
            return ZERO
        return value

    def _day(self, column: str, cell: str) -> date | None:
        day = read_date(cell)
        if day is None:
            self.reject(column, Reason.NOT_A_DATE)
        return day


_NO_MOMENT = (datetime(1, 1, 1, tzinfo=UTC), False)


def _unprintable(cell: str) -> bool:
    """Holds NUL, another control character or half a surrogate pair; tabs and line ends are text."""
    return not cell.isprintable() and any(
        letter not in "\t\r\n" and unicodedata.category(letter) in ("Cc", "Cs") for letter in cell
    )
