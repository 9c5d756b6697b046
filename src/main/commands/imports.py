"""`portal agency import`: the CSVs of a directory, in the order in which they depend on one another."""

import json
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, TextIO

from application.use_cases.imports import ImportFile
from domain.ids import AgencyId
from domain.imports.problems import CellProblem, FileRefused, ImportReport
from domain.imports.sheets import ImportKind
from graphql_api.import_texts import cell_message, file_message


async def import_directory(
    import_file: ImportFile,
    agency_id: AgencyId,
    directory: Path,
    *,
    as_json: bool = False,
    out: TextIO | None = None,
    err: TextIO | None = None,
) -> int:
    """Import every known CSV of a directory; the exit status: 0, or 1 if a cell was rejected or a file refused.

    Prints what became of each file and a line per rejected cell or, `as_json`, one object with the same. A refused
    file ends the run: those after it depend on it. What came before stays imported, and repeating it changes nothing.
    """
    out, err = out or sys.stdout, err or sys.stderr
    files, unknown = _files_of(directory)
    if not files:
        names = ", ".join(kind.file_name for kind in ImportKind)
        print(f"No hay en {directory} ninguno de estos archivos: {names}.", file=err)
        return 1
    for path in unknown:
        print(f"{path.name}: no es un archivo de importación conocido y no se leyó.", file=err)
    done: list[dict[str, Any]] = []
    status = 0
    for kind, path in files:
        try:
            report = await import_file(agency_id, kind=kind, path=path, progress=_progress(path.name, err))
        except FileRefused as refused:
            reasons = [_one_line(file_message(problem)) for problem in refused.file_problems]
            print("\n".join(f"{path.name}: {reason}" for reason in reasons), file=err)
            done.append({"file": path.name, "kind": kind.value, "refused": reasons})
            status = 1
            break
        finally:
            _clear(err)
        done.append(_told(path.name, kind, report))
        status = 1 if report.row_errors else status
        if not as_json:
            print("\n".join(_lines(path.name, report)), file=out)
    if as_json:
        print(json.dumps({"files": done}, ensure_ascii=False), file=out)
    return status


def _files_of(directory: Path) -> tuple[list[tuple[ImportKind, Path]], list[Path]]:
    """By kind, in the order of kinds, and the CSVs of no kind; names are compared without regard to capitals."""
    csvs = sorted(path for path in directory.iterdir() if path.suffix.casefold() == ".csv" and path.is_file())
    kinds = {kind.file_name: kind for kind in ImportKind}
    known = {kinds[path.name.casefold()]: path for path in csvs if path.name.casefold() in kinds}
    return [(kind, known[kind]) for kind in ImportKind if kind in known], [p for p in csvs if p not in known.values()]


def _told(name: str, kind: ImportKind, report: ImportReport) -> dict[str, Any]:
    return {
        "file": name,
        "kind": kind.value,
        "created": report.created,
        "updated": report.updated,
        "unchanged": report.unchanged,
        "rejected": report.rejected,
        "rowErrors": _problems(report.row_errors),
        "warnings": _problems(report.warnings),
    }


def _problems(problems: Sequence[CellProblem]) -> list[dict[str, Any]]:
    return [{"row": p.row, "column": p.column, "message": cell_message(p)} for p in problems]


def _lines(name: str, report: ImportReport) -> list[str]:
    counts = (
        f"{name}: {report.created} creadas, {report.updated} actualizadas, {report.unchanged} sin cambios, "
        f"{report.rejected} rechazadas"
    )
    return [
        counts,
        *(f"{name}: {_place(problem)}: {_one_line(cell_message(problem))}" for problem in report.row_errors),
        *(f"{name}: aviso: {_place(problem)}: {_one_line(cell_message(problem))}" for problem in report.warnings),
    ]


def _place(problem: CellProblem) -> str:
    return f"fila {problem.row}, {problem.column}" if problem.column else f"fila {problem.row}"


def _one_line(message: str) -> str:
    """A cell's text may hold line ends; a line of the report may not."""
    return " ".join(message.split())


def _progress(name: str, err: TextIO) -> Callable[[int], None] | None:
    """Rows taken so far, on one line of a terminal."""
    if not err.isatty():
        return None
    taken = 0

    def show(rows: int) -> None:
        nonlocal taken
        taken += rows
        print(f"\r{name}: {taken} filas", end="", file=err, flush=True)

    return show


def _clear(err: TextIO) -> None:
    if err.isatty():
        print("\r\x1b[2K", end="", file=err, flush=True)
