"""Files as spreadsheets, and as attackers, write them."""

from pathlib import Path

import pytest

from adapters.csv.sheets import MAX_RECORD, CsvSheetReader
from domain.imports.problems import FileReason, FileRefused

COLUMNS = ("codigo", "nombre", "ciudad")


def rows_of(text: str) -> list[tuple[int, list[str]]]:
    return [(row, list(cells)) for row, cells in CsvSheetReader().of_text(text, COLUMNS).records()]


def refusal_of(text: str) -> tuple[FileReason, str]:
    with pytest.raises(FileRefused) as refused:
        rows_of(text)
    return refused.value.file_problems[0].reason, refused.value.file_problems[0].told.get("row", "")


@pytest.mark.parametrize("separator", [";", ",", "\t"])
def test_the_separator_is_the_one_that_makes_columns_of_the_header(separator: str) -> None:
    text = separator.join(COLUMNS) + "\r\n" + separator.join(["T1", "Ana", "Cali"]) + "\r\n"

    sheet = CsvSheetReader().of_text(text, COLUMNS)

    assert sheet.separator == separator
    assert list(sheet.records()) == [(1, list(COLUMNS)), (2, ["T1", "Ana", "Cali"])]


def test_other_separators_inside_the_header_do_not_mislead() -> None:
    text = 'codigo;nombre;ciudad;"nota, con, muchas, comas, de, más"\nT1;Ana;Cali;x\n'

    assert CsvSheetReader().of_text(text, COLUMNS).separator == ";"


def test_a_sheet_can_be_read_again() -> None:
    sheet = CsvSheetReader().of_text("codigo;nombre\nT1;Ana\n", COLUMNS)

    assert list(sheet.records()) == list(sheet.records())


def test_quoted_cells_keep_separators_quotes_and_line_ends() -> None:
    assert rows_of('codigo;nombre\r\nT1;"Ana; ""la\r\nmayor"", y\notra"\r\nT2;Luz\r\n') == [
        (1, ["codigo", "nombre"]),
        (2, ["T1", 'Ana; "la\r\nmayor", y\notra']),
        (3, ["T2", "Luz"]),
    ]


def test_a_quote_inside_an_unquoted_cell_is_text() -> None:
    assert rows_of('codigo;nombre\nT1;Edificio "El Faro"\n')[1] == (2, ["T1", 'Edificio "El Faro"'])


def test_blank_rows_count_as_places_but_are_not_rows() -> None:
    assert [row for row, _ in rows_of("codigo;nombre\n\nT1;Ana\n;\n ; \nT2;Luz")] == [1, 3, 6]


def test_a_byte_order_mark_is_no_part_of_the_header() -> None:
    assert rows_of("\ufeffcodigo;nombre\nT1;Ana")[0] == (1, ["codigo", "nombre"])


def test_lines_may_end_as_on_any_system() -> None:
    for end in ("\n", "\r\n", "\r"):
        assert [row for row, _ in rows_of(f"codigo;nombre{end}T1;Ana{end}T2;Luz{end}")] == [1, 2, 3]


@pytest.mark.parametrize("text", ["=1+1", "+573001112233", "-x", "@todos", "\ttab", "\rretorno"])
def test_text_made_inert_by_an_export_is_as_it_was_before(text: str) -> None:
    assert rows_of(f'codigo;nombre\nT1;"\'{text}"')[1] == (2, ["T1", text])


@pytest.mark.parametrize("text", ["'Ndrangheta", "'", "''=1", "=1+1"])
def test_other_text_is_exactly_as_given(text: str) -> None:
    assert rows_of(f"codigo;nombre\nT1;{text}")[1] == (2, ["T1", text])


@pytest.mark.parametrize("text", ["", "\ufeff", "\n\n", "\r\n"])
def test_a_file_without_anything_is_refused(text: str) -> None:
    assert refusal_of(text)[0] is FileReason.EMPTY


@pytest.mark.parametrize("row", ['T1;"Ana\nT2;Luz', 'T1;"Ana" María', 'T1;"'])
def test_quotes_that_cannot_be_trusted_refuse_the_file_naming_the_row(row: str) -> None:
    assert refusal_of(f"codigo;nombre\nT0;Eva\n{row}\n") == (FileReason.QUOTES, "3")


def test_an_endless_cell_is_refused_without_being_kept() -> None:
    assert refusal_of("codigo;nombre\nT1;" + "x" * 200_000) == (FileReason.CELL_TOO_LONG, "2")


def test_a_line_without_end_is_refused_before_it_is_read_whole() -> None:
    assert refusal_of("codigo;nombre\n" + "x;" * MAX_RECORD) == (FileReason.CELL_TOO_LONG, "2")


def test_a_record_that_swallows_lines_is_refused() -> None:
    line = '"a\n' + '";' + "x" * 60_000 + ";"
    assert refusal_of("codigo;nombre\n" + line * 40) == (FileReason.CELL_TOO_LONG, "2")


TEXT = "codigo;nombre\r\nT1;Peña Ñáñez, Ümit\r\n"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252"])
def test_the_encoding_of_a_file_is_found(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "clientes.csv"
    path.write_bytes(TEXT.encode(encoding))

    sheet = CsvSheetReader().of_file(path, COLUMNS)

    assert list(sheet.records()) == [(1, ["codigo", "nombre"]), (2, ["T1", "Peña Ñáñez, Ümit"])]


def test_utf_8_is_recognized_even_where_a_letter_lies_across_two_blocks(tmp_path: Path) -> None:
    path = tmp_path / "clientes.csv"
    path.write_bytes(b"codigo;nombre\n" + b"x" * ((1 << 16) - 15) + "ñ".encode() * 10)

    assert list(CsvSheetReader().of_file(path, COLUMNS).records())[1][1][0].endswith("ñññ")


@pytest.mark.parametrize("content", [TEXT.encode("utf-16"), b"codigo;nombre\nT1;\x81\x8d"])
def test_a_file_in_no_known_encoding_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "clientes.csv"
    path.write_bytes(content)

    with pytest.raises(FileRefused) as refused:
        CsvSheetReader().of_file(path, COLUMNS)

    assert refused.value.file_problems[0].reason is FileReason.ENCODING
