"""Amounts as spreadsheets write them, and which convention a file follows.

The last mark before one or two digits is the decimal one; a mark before groups of exactly three digits separates
thousands. So a cell with a mark has one reading at most, and says which convention its file follows; a file in which
cells say different things is nobody's, and is refused.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from domain.imports.problems import FileProblem, FileReason, FileRefused
from domain.money import ZERO

MAX_AMOUNT = Decimal("999999999999.99")
"""What the store holds: fourteen digits, two of them decimals."""


class Convention(StrEnum):
    """Which mark is the decimal one; the other separates thousands."""

    COMMA = ","
    POINT = "."

    @classmethod
    def of_separator(cls, separator: str) -> "Convention":
        """What a file follows that attests nothing: with `;` or tabs the comma, with `,` the point."""
        return cls.POINT if separator == "," else cls.COMMA


_SHAPES = {
    Convention.COMMA: re.compile(r"-?(?:[0-9]+|[0-9]{1,3}(?:\.[0-9]{3})+)(?:,[0-9]{1,2})?"),
    Convention.POINT: re.compile(r"-?(?:[0-9]+|[0-9]{1,3}(?:,[0-9]{3})+)(?:\.[0-9]{1,2})?"),
}
_THOUSANDS = {Convention.COMMA: ".", Convention.POINT: ","}


def attested_by(*amounts: str) -> Convention | None:
    """The one convention under which all the amounts of a cell can be read.

    None for whole digits, which read alike under both, and for a cell that no convention can read.
    """
    fitting = [
        convention
        for convention, shape in _SHAPES.items()
        if all(shape.fullmatch(amount.strip()) for amount in amounts)
    ]
    return fitting[0] if len(fitting) == 1 else None


def read_amount(cell: str, convention: Convention) -> Decimal | None:
    """Pesos with two decimals, perhaps negative; None if the cell has no reading under the convention."""
    text = cell.strip()
    if len(text) > 40 or not _SHAPES[convention].fullmatch(text):
        return None
    plain = text.replace(_THOUSANDS[convention], "").replace(convention.value, ".")
    return Decimal(plain).quantize(Decimal("0.01")) + ZERO  # so that -0 is 0


@dataclass(frozen=True, slots=True)
class Attestation:
    row: int
    column: str
    cell: str


class Census:
    """Hears every amount of a file once, before any row is taken, and then tells its convention."""

    def __init__(self) -> None:
        self._first: dict[Convention, Attestation] = {}

    def hear(self, row: int, column: str, cell: str, amounts: Sequence[str]) -> None:
        """`amounts` are those inside the cell: the cell itself, or its parts."""
        convention = attested_by(*amounts)
        if convention is not None and convention not in self._first:
            self._first[convention] = Attestation(row, column, cell.strip()[:60])

    def convention(self, separator: str) -> Convention:
        """Refuses (FileRefused) a file that attests both; the first cell of each is told."""
        match list(self._first.items()):
            case []:
                return Convention.of_separator(separator)
            case [(convention, _)]:
                return convention
        comma, point = self._first[Convention.COMMA], self._first[Convention.POINT]
        raise FileRefused(
            FileProblem(
                FileReason.MIXED_AMOUNTS,
                max(comma, point, key=lambda attestation: attestation.row).column,
                {
                    "comma": comma.cell,
                    "comma_row": str(comma.row),
                    "comma_column": comma.column,
                    "point": point.cell,
                    "point_row": str(point.row),
                    "point_column": point.column,
                },
            )
        )
