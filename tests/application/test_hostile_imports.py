"""Whatever a file holds, an import answers with a report whose counts add up, or refuses the file."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.csv.sheets import CsvSheetReader
from application.use_cases.imports import ImportRecords
from domain.imports.problems import FileRefused
from domain.imports.sheets import ImportKind
from tests.application.imports_office import ROWS, errors, open_office, warnings

CELLS = st.one_of(
    st.text(max_size=20),
    st.text(alphabet="0123456789.,-|:/ T", max_size=20),
    st.sampled_from([value for row in ROWS.values() for value in row.values()]),
)


@pytest.mark.parametrize("kind", ImportKind)
@settings(max_examples=25, deadline=None)
@given(data=st.data())
async def test_rows_of_anything_are_counted_and_told(kind: ImportKind, data: st.DataObject) -> None:
    rows = data.draw(st.lists(st.lists(CELLS, min_size=1, max_size=18), max_size=6))
    columns = data.draw(st.permutations(kind.columns))
    quoted = [";".join('"' + cell.replace('"', '""') + '"' for cell in row) for row in [columns, *rows]]
    office = await open_office()
    importing = ImportRecords(unit_of_work=office.factory, sheets=CsvSheetReader(), clock=office.clock)

    try:
        report = await importing(office.viewer, kind=kind, csv="\r\n".join(quoted))
    except FileRefused:
        return

    told = errors(report) + warnings(report)
    data_rows = sum(any(cell.strip() for cell in row) for row in rows)
    assert report.created + report.updated + report.unchanged + report.rejected == data_rows
    assert len({row for row, _, _ in errors(report)}) == report.rejected
    assert len({(row, column) for row, column, _ in errors(report)}) == len(report.row_errors)
    assert all(1 <= row <= len(rows) + 1 for row, _, _ in told)


@settings(max_examples=60, deadline=None)
@given(text=st.text(alphabet=st.sampled_from('codignmbre;,"\t\r\n\0é\ud800'), max_size=80))
async def test_text_that_is_no_table_is_refused(text: str) -> None:
    office = await open_office()
    importing = ImportRecords(unit_of_work=office.factory, sheets=CsvSheetReader(), clock=office.clock)

    with pytest.raises(FileRefused):
        await importing(office.viewer, kind=ImportKind.CLIENTS, csv=text)
