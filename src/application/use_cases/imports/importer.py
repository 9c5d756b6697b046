"""What the six kinds of import have in common, and one pass over a sheet."""

import asyncio
from abc import ABC, abstractmethod
from array import array
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice, pairwise
from typing import Generic, Protocol, TypeVar

from application.ports.imports import Change, ImportStore, Sheet
from application.ports.jobs import Job
from application.use_cases.imports.news import News
from domain.ids import AgencyId
from domain.imports.amounts import Census, Convention
from domain.imports.cells import Row
from domain.imports.digests import digest
from domain.imports.outcomes import Meeting, Outcome
from domain.imports.parts import amounts_in
from domain.imports.problems import CellProblem, FileProblem, FileReason, FileRefused, ImportReport, Reason
from domain.imports.sheets import Header, ImportKind

CHUNK = 250
"""Rows that are read, looked up, judged and written together."""


class Record(Protocol):
    @property
    def digest(self) -> str: ...


R = TypeVar("R", bound=Record)
Chunk = Sequence[tuple[Row, R]]


class Importer(ABC, Generic[R]):
    """Rows of one kind against what is stored. It lives for one file."""

    def __init__(self, store: ImportStore, news: News) -> None:
        self.store = store
        self.news = news

    @abstractmethod
    def read(self, row: Row) -> R:
        """The values of a row; bad cells are noted on it."""

    @abstractmethod
    async def load(self, chunk: Chunk[R]) -> None:
        """Look up what the records of a chunk are, and what they mention."""

    @abstractmethod
    def meet(self, row: Row, record: R) -> Meeting[R]:
        """What becomes of the record; what keeps it out is noted on the row. Keeps what the next rows must know."""

    @abstractmethod
    async def put(self, changes: Sequence[Change[R]]) -> None:
        """Write what was accepted of a chunk."""

    async def announcements(self, agency_id: AgencyId) -> list[Job]:
        """What people have to be told, once everything is written."""
        return []


@dataclass(frozen=True, slots=True)
class _Seen:
    """The first row with a key, and what kept it out."""

    row: int
    digest: str
    problems: tuple[CellProblem, ...]


@dataclass(frozen=True, slots=True)
class Survey:
    """What a first reading of a sheet tells: its columns, how it writes amounts, hashes of the keys that come again."""

    header: Header[ImportKind]
    convention: Convention
    repeated: frozenset[int]


class SheetImport(Generic[R]):
    """The second reading of a sheet, which takes its rows. Of those that went by it keeps the keys that come again."""

    def __init__(self, importer: Importer[R], survey: Survey) -> None:
        self.report = ImportReport(warnings=list(survey.header.warnings))
        self._importer = importer
        self._key = survey.header.kind.key
        self._repeated = survey.repeated
        self._seen: dict[str, _Seen] = {}

    async def take(self, rows: Iterator[Row], progress: Callable[[int], None]) -> None:
        """Chunk by chunk; what costs time without waiting runs in a thread, so that the event loop stays free."""
        while chunk := await asyncio.to_thread(self._read, rows):
            await self._importer.load(chunk)
            changes = await asyncio.to_thread(self._judge, chunk)
            if changes:
                await self._importer.put(changes)
            progress(len(chunk))

    def _read(self, rows: Iterator[Row]) -> list[tuple[Row, R]]:
        return [(row, self._importer.read(row)) for row in islice(rows, CHUNK)]

    def _judge(self, chunk: Chunk[R]) -> list[Change[R]]:
        changes = []
        for row, record in chunk:
            meeting = self._meet(row, record)
            if row.problems:
                self.report.rejected += 1
                self.report.row_errors += row.problems.values()
                continue
            self.report.warnings += row.warnings
            match meeting.outcome if meeting else Outcome.UNCHANGED:
                case Outcome.CREATED:
                    self.report.created += 1
                case Outcome.UPDATED:
                    self.report.updated += 1
                case Outcome.UNCHANGED:
                    self.report.unchanged += 1
            if meeting and meeting.write:
                changes.append(Change(meeting.record, meeting.digest))
        return changes

    def _meet(self, row: Row, record: R) -> Meeting[R] | None:
        """None for a row that repeats an earlier one of the file, or that is kept out."""
        key = row.code(self._key)
        if hash(key) not in self._repeated:
            return self._importer.meet(row, record)
        own = digest(*row.cells().items()) if row.problems else record.digest
        first = self._seen.get(key)
        if first and first.digest == own:
            for problem in first.problems:
                row.reject(problem.column, problem.reason, **problem.told)
            return None
        if first:
            row.reject(self._key, Reason.DUPLICATE_KEY, row=str(first.row))
            return None
        meeting = self._importer.meet(row, record)
        self._seen[key] = _Seen(row.number, own, tuple(row.problems.values()))
        return meeting


def survey(sheet: Sheet, kind: ImportKind) -> Survey:
    """Read a sheet once to the end before anything of it is taken; eight bytes of each row stay until then.

    Refuses (FileRefused) what cannot be read as a file of that kind.
    """
    records = sheet.records()
    row, cells = next(records, (1, ()))
    if not cells:
        raise FileRefused(FileProblem(FileReason.EMPTY))
    header, census, keys = Header.read(kind, row, cells), Census(), array("q")
    place = header.positions[kind.key]
    for number, record in records:
        for column, cell, amounts in amounts_in(header, record):
            census.hear(number, column, cell, amounts)
        if key := record[place].strip() if place < len(record) else "":
            keys.append(hash(key))
    repeated = frozenset(one for one, other in pairwise(sorted(keys)) if one == other)
    return Survey(header, census.convention(sheet.separator), repeated)


def rows_of(sheet: Sheet, surveyed: Survey) -> Iterator[Row]:
    """The rows under the header."""
    for number, cells in islice(sheet.records(), 1, None):
        yield Row(number, cells, surveyed.header, surveyed.convention)
