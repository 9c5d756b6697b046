"""Taking over the CSVs of an agency's back office: by its staff as text, by the command line as files."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from application.access import Scope, Viewer, require_staff
from application.ports.clock import Clock
from application.ports.imports import ImportStore, Sheet, SheetReader
from application.ports.unit_of_work import UnitOfWorkFactory
from application.use_cases.imports.billing import InvoiceImporter, PaymentImporter, PayoutImporter
from application.use_cases.imports.importer import Importer, SheetImport, rows_of, survey
from application.use_cases.imports.news import News
from application.use_cases.imports.people import ClientImporter, ContractImporter, PropertyImporter
from domain.audit import AuditAction
from domain.ids import AgencyId
from domain.imports.problems import ImportReport
from domain.imports.sheets import ImportKind

_READERS_DEPEND_ON = (ImportKind.PROPERTIES, ImportKind.CONTRACTS)
_TOLD = (ImportKind.INVOICES, ImportKind.PAYOUTS)
_PAPERS = (ImportKind.INVOICES, ImportKind.PAYMENTS, ImportKind.PAYOUTS)


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportRecords:
    """Import one CSV, given as text. For staff.

    Rows are identified by their key; good ones enter, each bad cell is reported, and repeating it changes nothing.
    Clients are told of recent invoices and payouts that are new, unless the agency had none before. Nothing stays of a
    `dry_run`, nor of a file that is refused: FileRefused (an InvalidInput) names what is wrong with its header, its
    quotes or its amounts.
    """

    unit_of_work: UnitOfWorkFactory
    sheets: SheetReader
    clock: Clock

    async def __call__(self, viewer: Viewer, *, kind: ImportKind, csv: str, dry_run: bool = False) -> ImportReport:
        scope = require_staff(viewer).scope
        sheet = await asyncio.to_thread(self.sheets.of_text, csv, kind.columns)
        return await _import(self.unit_of_work, self.clock, scope, kind, sheet, dry_run=dry_run, progress=_silent)


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportFile:
    """Import one CSV from a file, whatever its encoding, for the command line. Tells clients, and refuses, like
    ImportRecords.

    `progress` hears how many rows each step took.
    """

    unit_of_work: UnitOfWorkFactory
    sheets: SheetReader
    clock: Clock

    async def __call__(
        self, agency_id: AgencyId, *, kind: ImportKind, path: Path, progress: Callable[[int], None] | None = None
    ) -> ImportReport:
        sheet = await asyncio.to_thread(self.sheets.of_file, path, kind.columns)
        scope = Scope.of_operator(agency_id)
        told = progress or _silent
        return await _import(self.unit_of_work, self.clock, scope, kind, sheet, dry_run=False, progress=told)


async def _import(
    unit_of_work: UnitOfWorkFactory,
    clock: Clock,
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
        muted = kind not in _TOLD or not await uow.imports.has_any(kind)
        importer = _importer(kind, uow.imports, News(today=clock.today(), muted=muted))
        sheet_import = SheetImport(importer, surveyed)
        await sheet_import.take(rows_of(sheet, surveyed), progress)
        report = sheet_import.report
        if kind in _READERS_DEPEND_ON and report.created + report.updated:
            await uow.imports.rebuild_readers()
        if kind in _PAPERS and report.created + report.updated:
            await uow.imports.prolong_identities()
        if not dry_run:
            if importer.news.numbers:
                await uow.jobs.put_all(await importer.announcements(scope.agency))
            told = {name: getattr(report, name) for name in ("created", "updated", "unchanged", "rejected")}
            changes = {"kind": kind} | told
            await uow.audit.record(AuditAction.RECORDS_IMPORTED, at=clock.now(), changes=changes)
            await uow.commit()
    return report


def _importer(kind: ImportKind, store: ImportStore, news: News) -> Importer[Any]:
    match kind:
        case ImportKind.CLIENTS:
            return ClientImporter(store, news)
        case ImportKind.PROPERTIES:
            return PropertyImporter(store, news)
        case ImportKind.CONTRACTS:
            return ContractImporter(store, news)
        case ImportKind.INVOICES:
            return InvoiceImporter(store, news)
        case ImportKind.PAYMENTS:
            return PaymentImporter(store, news)
        case ImportKind.PAYOUTS:
            return PayoutImporter(store, news)


def _silent(_: int) -> None:
    pass
