"""Why a cell, a row or a whole file is not taken as it is: data; the sentences are written where they are shown."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from domain.errors import FieldProblem, FieldProblemCode, InvalidInput


class Reason(StrEnum):
    """Of one cell. Those under *warnings* let the row in."""

    REQUIRED = "required"
    TOO_LONG = "too_long"
    CONTROL_CHARACTERS = "control_characters"
    TOO_MANY_CELLS = "too_many_cells"
    NOT_A_CHOICE = "not_a_choice"
    NOT_AN_AMOUNT = "not_an_amount"
    NEGATIVE = "negative"
    TOO_LARGE = "too_large"
    NOT_ABOVE_ZERO = "not_above_zero"
    NOT_A_PERCENT = "not_a_percent"
    NOT_A_DATE = "not_a_date"
    NOT_A_MONTH = "not_a_month"
    DOCUMENT_SHAPE = "document_shape"
    CHECK_DIGIT = "check_digit"
    NOT_FOUND = "not_found"
    REPEATED = "repeated"
    TOO_MANY = "too_many"
    DUPLICATE_KEY = "duplicate_key"
    BEFORE = "before"

    SHARES_SHAPE = "shares_shape"
    SHARES_SUM = "shares_sum"

    KIND_IN_USE = "kind_in_use"
    TOTAL_OF_PARTS = "total_of_parts"
    KIND_OF_CONTRACT = "kind_of_contract"
    NOT_A_HOLDER = "not_a_holder"
    LINES_SHAPE = "lines_shape"
    LINES_SUBTOTAL = "lines_subtotal"
    LINES_VAT = "lines_vat"
    CUFE_SHAPE = "cufe_shape"
    CUFE_COMES_WITH = "cufe_comes_with"
    BELOW_ALLOCATED = "below_allocated"
    VOID_WITH_PAYMENTS = "void_with_payments"
    PAYER_WITH_PAYMENTS = "payer_with_payments"

    ALLOCATIONS_SHAPE = "allocations_shape"
    ALLOCATIONS_ABOVE_AMOUNT = "allocations_above_amount"
    INVOICE_OF_ANOTHER = "invoice_of_another"
    INVOICE_VOIDED = "invoice_voided"
    INVOICE_EXCEEDED = "invoice_exceeded"

    NET_OF_PARTS = "net_of_parts"
    NOT_A_MANAGEMENT = "not_a_management"

    NOT_ITS_RECEIPT = "not_its_receipt"

    # warnings
    UNKNOWN_COLUMN = "unknown_column"
    UNNAMED_COLUMN = "unnamed_column"
    UNUSABLE_EMAIL = "unusable_email"
    EMAIL_WAITS = "email_waits"
    STATE_KEPT = "state_kept"
    KNOWN_OTHERWISE = "known_otherwise"
    ERASED = "erased"


@dataclass(frozen=True, slots=True)
class CellProblem:
    """One cell of one row. `row` is its place in the sheet, the header being 1; `column` is None where the problem is
    of the row as a whole. `told` holds what the sentence names: a code, an expected amount, the choices."""

    row: int
    column: str | None
    reason: Reason
    told: Mapping[str, str] = field(default_factory=dict)


class FileReason(StrEnum):
    """Of a file that is refused whole, before anything of it is taken."""

    EMPTY = "empty"
    ENCODING = "encoding"
    QUOTES = "quotes"
    CELL_TOO_LONG = "cell_too_long"
    TOO_MANY_COLUMNS = "too_many_columns"
    MISSING_COLUMN = "missing_column"
    REPEATED_COLUMN = "repeated_column"
    MIXED_AMOUNTS = "mixed_amounts"


@dataclass(frozen=True, slots=True)
class FileProblem:
    reason: FileReason
    column: str | None = None
    told: Mapping[str, str] = field(default_factory=dict)


_CODES = {
    FileReason.EMPTY: FieldProblemCode.REQUIRED,
    FileReason.MISSING_COLUMN: FieldProblemCode.REQUIRED,
    FileReason.REPEATED_COLUMN: FieldProblemCode.DUPLICATE,
    FileReason.CELL_TOO_LONG: FieldProblemCode.TOO_LONG,
    FileReason.TOO_MANY_COLUMNS: FieldProblemCode.TOO_LONG,
}


class FileRefused(InvalidInput):
    """The file cannot be read as one of its kind; nothing of it was taken. All problems of the header at once.

    As InvalidInput its fields are `csv`, or `csv.` and the column.
    """

    def __init__(self, *problems: FileProblem) -> None:
        super().__init__(
            *(
                FieldProblem(
                    f"csv.{problem.column}" if problem.column else "csv",
                    _CODES.get(problem.reason, FieldProblemCode.INVALID),
                    problem.reason.value,
                    subject=problem.column or "",
                )
                for problem in problems
            )
        )
        self.file_problems = problems


@dataclass(slots=True)
class ImportReport:
    """What became of every data row: created + updated + unchanged + rejected is their number.

    `row_errors` has one entry per (row, column) that keeps a row out; `warnings` tell what entered with reservations.
    """

    created: int = 0
    updated: int = 0
    unchanged: int = 0
    rejected: int = 0
    row_errors: list[CellProblem] = field(default_factory=list)
    warnings: list[CellProblem] = field(default_factory=list)
