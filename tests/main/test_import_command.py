"""What `portal agency import` prints, and the status it ends with."""

import json
from io import StringIO
from pathlib import Path
from uuid import uuid4

import pytest

from adapters.csv.sheets import CsvSheetReader
from application.use_cases.imports import ImportFile
from domain.ids import AgencyId
from domain.imports.sheets import ImportKind
from main.commands.imports import import_directory
from tests.application.imports_office import MANAGEMENT, OWNER, csv_of
from tests.fakes.clock import FakeClock
from tests.fakes.imports import FakeImports


class Command:
    """The command over books in memory."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.factory = FakeImports()
        self.agency_id = AgencyId(uuid4())

    def write(self, kind: ImportKind, *changes: dict[str, str], name: str = "", encoding: str = "utf-8") -> None:
        (self.directory / (name or kind.file_name)).write_text(csv_of(kind, *changes), encoding=encoding)

    async def run(self, *, as_json: bool = False) -> tuple[int, str, str]:
        out, err = StringIO(), StringIO()
        importing = ImportFile(unit_of_work=self.factory, sheets=CsvSheetReader(), clock=FakeClock())
        status = await import_directory(importing, self.agency_id, self.directory, as_json=as_json, out=out, err=err)
        return status, out.getvalue(), err.getvalue()


@pytest.fixture
def command(tmp_path: Path) -> Command:
    command = Command(tmp_path)
    command.write(ImportKind.CONTRACTS, {}, MANAGEMENT)
    command.write(ImportKind.CLIENTS, {}, OWNER, name="Clientes.CSV", encoding="cp1252")
    command.write(ImportKind.PROPERTIES)
    return command


async def test_files_are_imported_in_the_order_in_which_they_depend_on_one_another(command: Command) -> None:
    status, out, err = await command.run()

    assert out.splitlines() == [
        "Clientes.CSV: 2 creadas, 0 actualizadas, 0 sin cambios, 0 rechazadas",
        "inmuebles.csv: 1 creadas, 0 actualizadas, 0 sin cambios, 0 rechazadas",
        "contratos.csv: 2 creadas, 0 actualizadas, 0 sin cambios, 0 rechazadas",
    ]
    assert (status, err) == (0, "")
    assert command.factory.of(command.agency_id).clients["T2"].record.name == "Óscar Ruiz"


async def test_each_rejected_cell_has_a_line_and_the_status_is_1(command: Command) -> None:
    command.write(ImportKind.INVOICES, {"cliente": "T\n9", "total": "1"}, {"numero": "FV-2"})
    text = (command.directory / "facturas.csv").read_text().replace("T\n9", '"T\n9"')
    (command.directory / "facturas.csv").write_text(text)

    status, out, _ = await command.run()

    assert status == 1
    assert out.splitlines()[3:] == [
        "facturas.csv: 1 creadas, 0 actualizadas, 0 sin cambios, 1 rechazadas",
        "facturas.csv: fila 2, total: Debe ser subtotal más IVA menos retenciones, 1.155.000, y dice 1.",
        "facturas.csv: fila 2, cliente: No existe «T 9»: no está guardado ni entró con esta importación.",
    ]


async def test_warnings_have_a_line_and_leave_the_status_at_0(command: Command) -> None:
    command.write(ImportKind.PROPERTIES, {"zona": "norte"})

    status, out, _ = await command.run()

    assert status == 0
    assert "inmuebles.csv: aviso: fila 1, zona: La columna «zona» no se conoce y no se leyó." in out.splitlines()


async def test_json_has_the_members_of_the_payload(command: Command) -> None:
    command.write(ImportKind.CLIENTS, {"correo": "x"}, OWNER | {"tipo_persona": ""}, name="Clientes.CSV")

    status, out, _ = await command.run(as_json=True)

    files = json.loads(out)["files"]
    assert status == 1
    assert [file["kind"] for file in files] == ["CLIENTS", "PROPERTIES", "CONTRACTS"]
    assert files[0] == {
        "file": "Clientes.CSV",
        "kind": "CLIENTS",
        "created": 1,
        "updated": 0,
        "unchanged": 0,
        "rejected": 1,
        "rowErrors": [{"row": 3, "column": "tipo_persona", "message": "Es obligatorio y está vacío."}],
        "warnings": [
            {"row": 2, "column": "correo", "message": "No es un correo electrónico válido: la fila entró sin él."}
        ],
    }


async def test_a_refused_file_ends_the_run_and_what_came_before_stays(command: Command) -> None:
    (command.directory / "inmuebles.csv").write_text("codigo;uso\nI1;local\n")

    status, out, err = await command.run()

    assert status == 1
    assert out.splitlines() == ["Clientes.CSV: 2 creadas, 0 actualizadas, 0 sin cambios, 0 rechazadas"]
    assert err.splitlines() == [
        "inmuebles.csv: Falta la columna «direccion».",
        "inmuebles.csv: Falta la columna «ciudad».",
        "inmuebles.csv: Falta la columna «propietarios».",
    ]
    assert set(command.factory.of(command.agency_id).clients) == {"T1", "T2"}


async def test_json_tells_which_file_was_refused_and_why(command: Command) -> None:
    (command.directory / "inmuebles.csv").write_text("codigo;direccion;ciudad;uso\n")

    status, out, _ = await command.run(as_json=True)

    assert status == 1
    assert json.loads(out)["files"][1] == {
        "file": "inmuebles.csv",
        "kind": "PROPERTIES",
        "refused": ["Falta la columna «propietarios»."],
    }


async def test_csvs_of_no_kind_are_told_and_left_alone(command: Command) -> None:
    (command.directory / "notas.csv").write_text("a;b\n")

    status, _, err = await command.run()

    assert (status, err) == (0, "notas.csv: no es un archivo de importación conocido y no se leyó.\n")


async def test_a_directory_without_any_is_an_error(tmp_path: Path) -> None:
    status, out, err = await Command(tmp_path).run()

    assert (status, out) == (1, "")
    assert "clientes.csv" in err
