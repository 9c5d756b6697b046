"""Every reason has its sentence, with what it names written as people write it."""

import pytest

from domain.imports.problems import CellProblem, FileProblem, FileReason, Reason
from graphql_api.import_texts import cell_message, file_message

NAMES = """
allocated choices client code column comma comma_column comma_row contract email example expected found limit other
place point point_column point_row receipt reference room row stored total
"""
ANYTHING = dict.fromkeys(NAMES.split(), "7")


@pytest.mark.parametrize("reason", Reason)
def test_every_reason_of_a_cell_has_a_sentence(reason: Reason) -> None:
    sentence = cell_message(CellProblem(2, "total", reason, ANYTHING | {"type": "NIT"}))

    assert sentence[0].isupper() or sentence[0] == "«"
    assert sentence.endswith(".")


@pytest.mark.parametrize("reason", FileReason)
def test_every_reason_of_a_file_has_a_sentence(reason: FileReason) -> None:
    assert file_message(FileProblem(reason, "total", ANYTHING)).endswith(".")


def test_amounts_are_written_as_in_colombia() -> None:
    problem = CellProblem(2, "total", Reason.TOTAL_OF_PARTS, {"expected": "1155000.00", "found": "1155000.50"})

    assert cell_message(problem) == "Debe ser subtotal más IVA menos retenciones, 1.155.000, y dice 1.155.000,50."


def test_codes_are_shown_as_they_are_whatever_they_contain() -> None:
    assert "«{row} 1250000.00»" in cell_message(
        CellProblem(2, "cliente", Reason.NOT_FOUND, {"code": "{row} 1250000.00"})
    )


def test_a_missing_column_is_named() -> None:
    assert file_message(FileProblem(FileReason.MISSING_COLUMN, "iva")) == "Falta la columna «iva»."
