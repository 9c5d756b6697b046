"""A small agency whose back office speaks CSV: one lease and one management agreement on one property."""

from dataclasses import dataclass, field
from pathlib import Path
from tempfile import NamedTemporaryFile
from uuid import uuid4

from application.access import StaffViewer
from application.use_cases.imports import ImportFile, ImportRecords
from domain.ids import AccountId, AgencyId, SessionId
from domain.imports.problems import CellProblem, ImportReport
from domain.imports.sheets import ImportKind
from domain.invoices import InvoiceStatus
from graphql_api.import_texts import cell_message
from tests.fakes.clock import FakeClock
from tests.fakes.imports import Books, FakeImports, FakeSheets

CLIENTS = {
    "codigo": "T1",
    "tipo_persona": "natural",
    "nombre": "Ana Peña",
    "tipo_documento": "CC",
    "numero_documento": "52123456",
    "correo": "ana@correo.example",
    "telefono": "3001112233",
    "direccion": "Calle 1 # 2-3",
    "ciudad": "Cali",
}
PROPERTIES = {
    "codigo": "I1",
    "direccion": "Carrera 9 # 8-7",
    "ciudad": "Cali",
    "uso": "vivienda",
    "propietarios": "T2:100,00",
}
CONTRACTS = {
    "numero": "ARR-1",
    "tipo": "arrendamiento",
    "inmueble": "I1",
    "inicio": "01/01/2026",
    "fin": "31/12/2026",
    "canon": "1000000,00",
    "cuota_administracion": "",
    "comision": "",
    "iva_canon": "",
    "titulares": "T1",
    "codeudores": "",
    "estado": "activo",
    "ultimo_incremento": "",
}
INVOICES = {
    "numero": "FV-1",
    "tipo": "arrendamiento",
    "contrato": "ARR-1",
    "cliente": "T1",
    "periodo": "2026-01",
    "fecha_emision": "01/01/2026",
    "fecha_vencimiento": "05/01/2026",
    "descripcion": "Canon enero",
    "subtotal": "1000000,00",
    "iva": "190000,00",
    "retenciones": "35000,00",
    "total": "1155000,00",
    "estado": "facturado",
    "cufe": "",
    "cufe_fecha": "",
    "conceptos": "",
}
PAYMENTS = {
    "recibo": "RC-1",
    "cliente": "T1",
    "fecha": "03/01/2026 14:29",
    "valor": "1155000,00",
    "medio": "pse",
    "facturas": "FV-1:1155000,00",
    "referencia": "CUS-9",
}
PAYOUTS = {
    "numero": "CE-1",
    "contrato": "ADM-1",
    "propietario": "T2",
    "periodo": "2026-01",
    "fecha": "08/01/2026",
    "canon": "1000000,00",
    "iva": "190000,00",
    "comision": "100000,00",
    "iva_comision": "19000,00",
    "retenciones": "35000,00",
    "gastos": "60000,00",
    "neto": "976000,00",
    "referencia": "",
}
ROWS = {
    ImportKind.CLIENTS: CLIENTS,
    ImportKind.PROPERTIES: PROPERTIES,
    ImportKind.CONTRACTS: CONTRACTS,
    ImportKind.INVOICES: INVOICES,
    ImportKind.PAYMENTS: PAYMENTS,
    ImportKind.PAYOUTS: PAYOUTS,
}
OWNER = {"codigo": "T2", "nombre": "Óscar Ruiz", "numero_documento": "79000111", "correo": "oscar@correo.example"}
MANAGEMENT = {
    "numero": "ADM-1",
    "tipo": "administracion",
    "titulares": "T2",
    "canon": "",
    "comision": "10,00",
    "fin": "",
}


def csv_of(kind: ImportKind, *changes: dict[str, str], separator: str = ";", without: tuple[str, ...] = ()) -> str:
    """A file of a kind whose rows are the usual one with something changed; without changes, the usual row."""
    columns = [name for name in ROWS[kind] if name not in without]
    columns += [name for change in changes for name in change if name not in columns and name not in without]
    rows = [{**ROWS[kind], **change} for change in changes or ({},)]
    return "\n".join(
        [
            separator.join(columns),
            *(separator.join(row.get(name, "") for name in columns) for row in rows),
        ]
    )


@dataclass
class Office:
    factory: FakeImports = field(default_factory=FakeImports)
    clock: FakeClock = field(default_factory=FakeClock)
    viewer: StaffViewer = field(
        default_factory=lambda: StaffViewer(
            agency_id=AgencyId(uuid4()), account_id=AccountId(uuid4()), session_id=SessionId(uuid4())
        )
    )

    @property
    def books(self) -> Books:
        return self.factory.of(self.viewer.agency_id)

    async def take(self, kind: ImportKind, *changes: dict[str, str], dry_run: bool = False) -> ImportReport:
        """Import rows that differ from the usual one."""
        return await self.take_text(kind, csv_of(kind, *changes), dry_run=dry_run)

    async def take_text(
        self, kind: ImportKind, text: str, *, separator: str = ";", dry_run: bool = False
    ) -> ImportReport:
        importing = ImportRecords(unit_of_work=self.factory, sheets=FakeSheets(separator), clock=self.clock)
        return await importing(self.viewer, kind=kind, csv=text, dry_run=dry_run)

    def state(self, number: str = "FV-1") -> tuple[InvoiceStatus, str]:
        kept = self.books.invoices[number]
        return kept.status, str(kept.paid)


async def open_office() -> Office:
    """People, a property and both kinds of contract are there; nothing is billed yet."""
    office = Office()
    for kind, changes in (
        (ImportKind.CLIENTS, ({}, OWNER)),
        (ImportKind.PROPERTIES, ({},)),
        (ImportKind.CONTRACTS, ({}, MANAGEMENT)),
    ):
        report = await office.take(kind, *changes)
        assert not report.row_errors, report.row_errors
    return office


def counts(report: ImportReport) -> tuple[int, int, int, int]:
    """Created, updated, unchanged, rejected."""
    return report.created, report.updated, report.unchanged, report.rejected


def errors(report: ImportReport) -> list[tuple[int, str | None, str]]:
    return [_told(problem) for problem in report.row_errors]


def warnings(report: ImportReport) -> list[tuple[int, str | None, str]]:
    return [_told(problem) for problem in report.warnings]


def _told(problem: CellProblem) -> tuple[int, str | None, str]:
    """Row, column and reason; whatever a rule notes, there are words for it."""
    assert cell_message(problem).endswith("."), problem
    return problem.row, problem.column, problem.reason.value


async def imported(import_file: ImportFile, agency_id: AgencyId, kind: ImportKind, *rows: dict[str, str]) -> None:
    """Import rows that differ from the usual one as an operator does, who needs no account; all of them enter."""
    with NamedTemporaryFile("w", encoding="utf-8", newline="", suffix=".csv") as file:
        file.write(csv_of(kind, *rows))
        file.flush()
        report = await import_file(agency_id, kind=kind, path=Path(file.name))
    assert not report.row_errors, report.row_errors
