"""What holds for every kind of import: columns, cells, keys, repeats, conventions, who may."""

from dataclasses import replace
from uuid import uuid4

import pytest

from application.access import ClientViewer, Viewer, Visitor
from application.use_cases.imports import ImportRecords
from domain.errors import Busy, FieldProblemCode, InvalidInput, NotAllowed, Unauthenticated
from domain.ids import AccountId, AgencyId, ClientId, SessionId
from domain.imports.problems import FileRefused
from domain.imports.sheets import ImportKind
from tests.application.imports_office import (
    CLIENTS,
    OWNER,
    ROWS,
    Office,
    counts,
    csv_of,
    errors,
    open_office,
    warnings,
)
from tests.fakes.imports import FakeSheets


@pytest.mark.parametrize("kind", ImportKind)
async def test_each_kind_enters_and_a_repeat_changes_nothing(kind: ImportKind) -> None:
    office = await open_office()
    if kind is ImportKind.PAYMENTS:
        await office.take(ImportKind.INVOICES)
    change = {next(iter(ROWS[kind])): "NUEVO"}

    first = await office.take(kind, change)
    again = await office.take(kind, change)

    assert counts(first) == (1, 0, 0, 0), first.row_errors
    assert counts(again) == (0, 0, 1, 0)


@pytest.mark.parametrize("kind", ImportKind)
async def test_every_required_column_must_exist_and_all_missing_ones_are_named(kind: ImportKind) -> None:
    office = await open_office()
    before = office.books

    with pytest.raises(InvalidInput) as refused:
        await office.take_text(kind, csv_of(kind, without=kind.required[1:]))

    assert [problem.field for problem in refused.value.problems] == [f"csv.{name}" for name in kind.required[1:]]
    assert {problem.code for problem in refused.value.problems} == {FieldProblemCode.REQUIRED}
    assert office.books == before


@pytest.mark.parametrize("kind", ImportKind)
async def test_optional_columns_may_be_absent(kind: ImportKind) -> None:
    office = await open_office()
    optional = tuple(name for name in kind.columns if name not in kind.required)
    change = {next(iter(ROWS[kind])): "NUEVO"}

    report = await office.take_text(kind, csv_of(kind, change, without=optional))

    assert counts(report) == (1, 0, 0, 0), report.row_errors
    assert report.warnings == []


@pytest.mark.parametrize("kind", ImportKind)
async def test_every_required_cell_must_have_something_in_it(kind: ImportKind) -> None:
    office = await open_office()
    await office.take(ImportKind.INVOICES)
    needed = [name for name in kind.required if not (kind is ImportKind.CONTRACTS and name == "comision")]

    report = await office.take(kind, dict.fromkeys(needed, " ") | {"x": "no en blanco"})

    assert counts(report) == (0, 0, 0, 1)
    found = {(column, reason) for _, column, reason in errors(report)}
    if kind is ImportKind.CONTRACTS:
        needed.remove("canon")  # whose it is cannot be told without `tipo`
    assert found == {(name, "required") for name in needed}


async def test_a_column_that_nobody_reads_is_a_warning_on_the_first_row() -> None:
    office = Office()

    report = await office.take(ImportKind.CLIENTS, {"Zona": "norte"})

    assert counts(report) == (1, 0, 0, 0)
    assert warnings(report) == [(1, "Zona", "unknown_column")]


async def test_a_column_that_is_there_twice_refuses_the_file() -> None:
    with pytest.raises(FileRefused) as refused:
        await Office().take_text(ImportKind.CLIENTS, "codigo;nombre;NOMBRE\n1;2;3")

    assert refused.value.problems[0].field == "csv.nombre"


async def test_columns_may_come_in_any_order_and_case() -> None:
    columns = list(reversed(CLIENTS))
    text = ";".join(f" {name.upper()} " for name in columns) + "\n" + ";".join(CLIENTS[name] for name in columns)

    assert counts(await Office().take_text(ImportKind.CLIENTS, text)) == (1, 0, 0, 0)


async def test_all_bad_cells_of_a_row_are_told_at_once_and_good_rows_enter() -> None:
    office = Office()

    report = await office.take(
        ImportKind.CLIENTS, {"tipo_persona": "robot", "numero_documento": "12", "nombre": "\0"}, OWNER
    )

    assert counts(report) == (1, 0, 0, 1)
    assert sorted(errors(report)) == [
        (2, "nombre", "control_characters"),
        (2, "numero_documento", "document_shape"),
        (2, "tipo_persona", "not_a_choice"),
    ]
    assert set(office.books.clients) == {"T2"}


async def test_a_row_with_more_cells_than_the_header_is_rejected_as_a_whole() -> None:
    report = await Office().take_text(
        ImportKind.CLIENTS,
        csv_of(ImportKind.CLIENTS) + ";\n" + csv_of(ImportKind.CLIENTS, OWNER).split("\n")[1] + ";local 2",
    )

    assert counts(report) == (1, 0, 0, 1)
    assert errors(report) == [(3, None, "too_many_cells")]


async def test_a_row_with_fewer_cells_has_empty_ones() -> None:
    text = ";".join(CLIENTS) + "\n" + ";".join(list(CLIENTS.values())[:5])

    assert counts(await Office().take_text(ImportKind.CLIENTS, text)) == (1, 0, 0, 0)


@pytest.mark.parametrize("bad", ["\0", "\x07", "\x1b[2J", "\ud800", "\x85"])
async def test_what_no_text_may_hold_rejects_the_row(bad: str) -> None:
    report = await Office().take(ImportKind.CLIENTS, {"direccion": f"Calle {bad}"})

    assert errors(report) == [(2, "direccion", "control_characters")]


async def test_text_is_kept_exactly_as_given() -> None:
    office = Office()

    await office.take(ImportKind.CLIENTS, {"nombre": "=HYPERLINK(1) ", "direccion": " Calle\t1", "telefono": "+57 1"})

    record = office.books.clients["T1"].record
    assert (record.name, record.address, record.phone) == ("=HYPERLINK(1) ", " Calle\t1", "+57 1")


async def test_codes_are_compared_without_the_space_around_them() -> None:
    office = Office()
    await office.take(ImportKind.CLIENTS)

    assert counts(await office.take(ImportKind.CLIENTS, {"codigo": " T1 "})) == (0, 0, 1, 0)


async def test_a_changed_row_updates_and_rows_that_are_absent_stay() -> None:
    office = await open_office()

    report = await office.take(ImportKind.CLIENTS, {"nombre": "Ana Peña de Ruiz"})

    assert counts(report) == (0, 1, 0, 0)
    assert office.books.clients["T1"].record.name == "Ana Peña de Ruiz"
    assert "T2" in office.books.clients


async def test_a_rejected_row_leaves_the_stored_version_as_it_was() -> None:
    office = await open_office()

    report = await office.take(ImportKind.CLIENTS, {"nombre": "Otra", "tipo_documento": "XX"})

    assert counts(report) == (0, 0, 0, 1)
    assert office.books.clients["T1"].record.name == "Ana Peña"


async def test_an_identical_later_row_is_unchanged_and_a_different_one_rejected_on_its_key() -> None:
    office = Office()

    report = await office.take(
        ImportKind.CLIENTS, {}, {"numero_documento": "52.123.456"}, {"nombre": "Otra"}, {"codigo": " T1"}
    )

    assert counts(report) == (1, 0, 2, 1)
    assert errors(report) == [(4, "codigo", "duplicate_key")]
    assert report.row_errors[0].told == {"row": "2"}
    assert office.books.clients["T1"].record.name == "Ana Peña"


async def test_the_repeat_of_a_rejected_row_is_rejected_for_the_same_reasons() -> None:
    office = await open_office()

    report = await office.take(ImportKind.PROPERTIES, {"propietarios": "T9:100"}, {"propietarios": "T9:100"})
    other = await office.take(ImportKind.PROPERTIES, {"propietarios": "T9:100"}, {"ciudad": "Pasto"})

    assert errors(report) == [(2, "propietarios", "not_found"), (3, "propietarios", "not_found")]
    assert errors(other) == [(2, "propietarios", "not_found"), (3, "codigo", "duplicate_key")]


async def test_a_duplicate_across_chunks_is_still_a_duplicate() -> None:
    many = [{"codigo": f"T{n}"} for n in range(1200)]

    report = await Office().take(ImportKind.CLIENTS, *many, {"codigo": "T0"}, {"codigo": "T1", "nombre": "Otra"})

    assert counts(report) == (1200, 0, 1, 1)


async def test_counts_add_up_to_the_data_rows() -> None:
    report = await Office().take(
        ImportKind.CLIENTS, {}, {}, {"codigo": ""}, OWNER, {"codigo": "T3", "tipo_documento": "NIT"}, {"nombre": "Otra"}
    )

    assert counts(report) == (2, 0, 1, 3)
    assert {row for row, _, _ in errors(report)} == {4, 6, 7}


async def test_a_dry_run_tells_the_same_and_keeps_nothing() -> None:
    office = Office()

    report = await office.take(ImportKind.CLIENTS, {}, {"codigo": "T3", "tipo_persona": "robot"}, dry_run=True)

    assert counts(report) == (1, 0, 0, 1)
    assert office.books.clients == {}


async def test_the_convention_of_a_file_is_that_of_its_cells() -> None:
    office = await open_office()

    report = await office.take(ImportKind.CONTRACTS, {"numero": "ARR-7", "canon": "1,250,000.50"})

    assert counts(report) == (1, 0, 0, 0)
    assert str(office.books.contracts["ARR-7"].record.rent) == "1250000.50"


async def test_a_file_that_attests_both_conventions_is_refused_and_nothing_of_it_enters() -> None:
    office = await open_office()

    with pytest.raises(FileRefused) as refused:
        await office.take(
            ImportKind.CONTRACTS, {"numero": "A", "canon": "1250000,00"}, {"numero": "B", "canon": "1250000.00"}
        )

    assert [(problem.field, problem.code) for problem in refused.value.problems] == [
        ("csv.canon", FieldProblemCode.INVALID)
    ]
    assert "A" not in office.books.contracts


async def test_percentages_and_the_parts_of_a_cell_attest_too() -> None:
    office = await open_office()

    with pytest.raises(FileRefused):
        await office.take(ImportKind.INVOICES, {"conceptos": "Canon:1000000.00:19.00"})


async def test_a_cell_without_a_reading_is_bad_and_attests_nothing() -> None:
    office = await open_office()

    report = await office.take(ImportKind.CONTRACTS, {"numero": "A", "canon": "1,2,3"}, {"numero": "B"})

    assert errors(report) == [(2, "canon", "not_an_amount")]
    assert "B" in office.books.contracts


async def test_the_same_values_in_the_other_convention_and_date_style_are_unchanged() -> None:
    office = await open_office()
    await office.take(ImportKind.INVOICES)
    plain = csv_of(
        ImportKind.INVOICES,
        {
            "fecha_emision": "2026-01-01",
            "fecha_vencimiento": "2026-01-05",
            "subtotal": "1000000.00",
            "iva": "190000",
            "retenciones": "35000.0",
            "total": "1155000.00",
        },
        separator=",",
    )

    report = await office.take_text(ImportKind.INVOICES, plain, separator=",")

    assert counts(report) == (0, 0, 1, 0), report.row_errors


async def test_amounts_that_the_store_cannot_hold_are_bad_cells() -> None:
    office = await open_office()

    report = await office.take(ImportKind.CONTRACTS, {"canon": "9999999999999"}, {"numero": "B", "canon": "-1"})

    assert errors(report) == [(2, "canon", "too_large"), (3, "canon", "negative")]


@pytest.mark.parametrize(
    "day", ["31/02/2026", "2026-13-01", "1/9/2026", "01-09-2026", "hoy", "01/09/26", "0001-01-01", "9999-12-31"]
)
async def test_what_is_no_date_is_a_bad_cell(day: str) -> None:
    office = await open_office()

    assert errors(await office.take(ImportKind.CONTRACTS, {"inicio": day})) == [(2, "inicio", "not_a_date")]


async def test_long_texts_and_codes_are_bad_cells() -> None:
    report = await Office().take(ImportKind.CLIENTS, {"codigo": "T" * 101, "nombre": "x" * 301})

    assert sorted(errors(report)) == [(2, "codigo", "too_long"), (2, "nombre", "too_long")]


async def test_only_staff_import() -> None:
    office = Office()
    client = ClientViewer(
        agency_id=office.viewer.agency_id,
        account_id=AccountId(uuid4()),
        session_id=SessionId(uuid4()),
        client_id=ClientId(uuid4()),
    )
    strangers: list[tuple[Viewer, type[Exception]]] = [
        (client, NotAllowed),
        (Visitor(agency_id=office.viewer.agency_id), Unauthenticated),
    ]
    importing = ImportRecords(unit_of_work=office.factory, sheets=FakeSheets(), clock=office.clock)

    for viewer, refusal in strangers:
        with pytest.raises(refusal):
            await importing(viewer, kind=ImportKind.CLIENTS, csv=csv_of(ImportKind.CLIENTS))

    assert office.books.clients == {}


async def test_an_agency_takes_one_import_at_a_time() -> None:
    office = Office()
    office.factory.running.add(office.viewer.agency_id)

    with pytest.raises(Busy):
        await office.take(ImportKind.CLIENTS)

    assert office.books.clients == {}


async def test_agencies_do_not_know_each_other() -> None:
    office = await open_office()
    other = Office(office.factory, viewer=replace(office.viewer, agency_id=AgencyId(uuid4())))

    report = await other.take(ImportKind.PROPERTIES)

    assert errors(report) == [(2, "propietarios", "not_found")]
