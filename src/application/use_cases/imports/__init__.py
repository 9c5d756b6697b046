"""Taking over the CSVs of an agency's back office: by its staff as text, by the command line as files."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from application.access import Scope, Viewer, require_staff
from application.ports.imports import ImportStore, Sheet, SheetReader
from application.ports.unit_of_work import UnitOfWorkFactory
from application.use_cases.imports.billing import InvoiceImporter, PaymentImporter, PayoutImporter
from application.use_cases.imports.importer import Importer, SheetImport, rows_of, survey
from application.use_cases.imports.people import ClientImporter, ContractImporter, PropertyImporter
from domain.ids import AgencyId
from domain.imports.problems import ImportReport
from domain.imports.sheets import ImportKind

_READERS_DEPEND_ON = (ImportKind.PROPERTIES, ImportKind.CONTRACTS)


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportRecords:
    """Import one CSV, given as text. For staff.

    Rows are identified by their key; good ones enter, each bad cell is reported, and repeating it changes nothing.
    Nothing stays of a `dry_run`, nor of a file that is refused: FileRefused (an InvalidInput) names what is wrong with
    its header, its quotes or its amounts.
    """

    unit_of_work: UnitOfWorkFactory
    sheets: SheetReader

    async def __call__(self, viewer: Viewer, *, kind: ImportKind, csv: str, dry_run: bool = False) -> ImportReport:
        scope = require_staff(viewer).scope
        sheet = await asyncio.to_thread(self.sheets.of_text, csv, kind.columns)
        return await _import(self.unit_of_work, scope, kind, sheet, dry_run=dry_run, progress=_silent)


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportFile:
    """Import one CSV from a file, whatever its encoding, for the command line. Refuses like ImportRecords.

    `progress` hears how many rows each step took.
    """

    unit_of_work: UnitOfWorkFactory
    sheets: SheetReader

    async def __call__(
        self, agency_id: AgencyId, *, kind: ImportKind, path: Path, progress: Callable[[int], None] | None = None
    ) -> ImportReport:
        sheet = await asyncio.to_thread(self.sheets.of_file, path, kind.columns)
        scope = Scope.of_agency(agency_id)
        return await _import(self.unit_of_work, scope, kind, sheet, dry_run=False, progress=progress or _silent)


async def _import(
    unit_of_work: UnitOfWorkFactory,
    scope: Scope,
    kind: ImportKind,
    sheet: Sheet,
    *,
    dry_run: bool,
    progress: Callable[[int], None],
) -> ImportReport:
    """One transaction for the file, read twice: memory does not grow with its rows."""
    surveyed = await asyncio.to_thread(survey, sheet, kind)
    async with unit_of_work(scope) as uow:
        await uow.imports.begin()
        sheet_import = SheetImport(_importer(kind, uow.imports), surveyed)
        await sheet_import.take(rows_of(sheet, surveyed), progress)
        report = sheet_import.report
        if kind in _READERS_DEPEND_ON and report.created + report.updated:
            await uow.imports.rebuild_readers()
        if not dry_run:
            await uow.commit()
    return report


def _importer(kind: ImportKind, store: ImportStore) -> Importer[Any]:
    match kind:
        case ImportKind.CLIENTS:
            return ClientImporter(store)
        case ImportKind.PROPERTIES:
            return PropertyImporter(store)
        case ImportKind.CONTRACTS:
            return ContractImporter(store)
        case ImportKind.INVOICES:
            return InvoiceImporter(store)
        case ImportKind.PAYMENTS:
            return PaymentImporter(store)
        case ImportKind.PAYOUTS:
            return PayoutImporter(store)


def _silent(_: int) -> None:
    pass
