"""What a gateway paid out beside what was received here: the only control that finds a payment of which every message
was lost, and one that never reached the agency."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from itertools import islice

from application.access import StaffViewer, Viewer, require_staff
from application.ports.clock import Clock
from application.ports.imports import Sheet, SheetReader
from application.ports.jobs import Job, JobKind
from application.ports.unit_of_work import UnitOfWork, UnitOfWorkFactory
from application.use_cases.payments.days import unconfirmed_key
from application.use_cases.payments.settlement import keep
from application.use_cases.payments.settlement_answers import answers, remembered
from application.use_cases.payments.settlement_differences import (
    Difference,
    differences_of,
    finding_of,
    found_key,
    question,
)
from domain.audit import AuditAction
from domain.errors import FieldProblem, FieldProblemCode, InvalidInput
from domain.findings import FindingKind
from domain.imports.amounts import Census
from domain.imports.cells import Row
from domain.imports.problems import CellProblem, FileProblem, FileReason, FileRefused, Reason
from domain.imports.sheets import Header
from domain.imports.statements import (
    AMOUNT_COLUMN,
    ANOTHER_PAYMENT,
    RECEIPT_COLUMN,
    STATEMENT,
    StatementLine,
    read_line,
)
from domain.money import ZERO
from domain.payment_transitions import reconcile
from domain.payments import PaymentGatewayCode
from domain.periods import midnight
from domain.statements import PROVED_BY_STATEMENT, Comparison, as_reports, compare

LONGEST = 366
"""Days that one file may be about."""
_LAST = date(2200, 12, 31)
"""As in the cells of files."""
MOST_FINDINGS = 200
"""Of one file: more than that is the wrong file, and nobody reads them."""


@dataclass(slots=True)
class StatementReport:
    """`settled`: payments that the file proved and that were booked by it; `asked`: those that the gateway is asked
    about now. A file with rejected rows cannot say what is missing, but says what it would."""

    rows: int = 0
    total: Decimal = ZERO
    matched: int = 0
    settled: int = 0
    asked: int = 0
    differences: list[Difference] = field(default_factory=list)
    row_errors: list[CellProblem] = field(default_factory=list)
    warnings: list[CellProblem] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReconcileSettlement:
    """Compare a gateway's statement of the payments of some Bogotá days, given as CSV, with what was received here.
    For staff.

    What the file proves and cannot be asked about is booked; about other payments that lack here, or are told by their
    amount and day alone, the gateway is asked. Where it cannot be asked, a line that may be a payment received here
    or one more is a question to the staff, which the file answers in its column of the receipt. The rest become
    findings, and findings of an earlier file that this one settles are closed. Nothing stays of a `dry_run`.
    InvalidInput for days that are none and a gateway that the agency has no account at; FileRefused as in imports.
    """

    unit_of_work: UnitOfWorkFactory
    sheets: SheetReader
    clock: Clock

    async def __call__(
        self,
        viewer: Viewer,
        *,
        gateway: PaymentGatewayCode,
        csv: str,
        from_on: date,
        to_on: date,
        dry_run: bool = False,
    ) -> StatementReport:
        staff = require_staff(viewer)
        _refuse_days(from_on, to_on)
        sheet = await asyncio.to_thread(self.sheets.of_text, csv, STATEMENT.columns)
        report = StatementReport()
        good = await asyncio.to_thread(_read, sheet, report)
        since, until = midnight(from_on), midnight(to_on) + timedelta(days=1)
        async with self.unit_of_work(staff.scope) as uow:
            if await uow.gateway_accounts.get(gateway) is None:
                raise InvalidInput(FieldProblem("gateway", FieldProblemCode.NOT_FOUND))
            lines, found = await _compared(uow, gateway, good, report)
            received = await uow.payments.charged(gateway, since=since, until=until)
            report.differences = await differences_of(uow, found, received)
        report.rows, report.total = len(lines), sum((line.amount for line in lines), ZERO)
        report.matched = len(found.matched)
        proved: list[StatementLine] = []
        if gateway in PROVED_BY_STATEMENT:
            proved = [line for line, _ in found.unbooked] if dry_run else await self._settle(staff, found, report)
            report.settled = len(proved)
        else:
            report.asked = len(found.doubtful)
        if not dry_run:
            await self._tell(staff, gateway, found, report, proved, days=(from_on, to_on))
        return report

    async def _settle(self, staff: StaffViewer, found: Comparison, report: StatementReport) -> list[StatementLine]:
        """Book what the statement proves, each payment in a transaction of its own. Which lines they were; those of a
        payment that became known meanwhile under another number are questions by now."""
        settled: list[StatementLine] = []
        asked = {line.transaction_id for line, *_ in found.in_question}
        for reference in dict.fromkeys(intent.reference for _, intent in found.unbooked):
            async with self.unit_of_work(staff.scope) as uow:
                current = await uow.intents.by_reference(reference, for_update=True)
                if current is None:
                    continue
                again = found.again(current)
                late = [pair for pair in again.in_question if pair[0].transaction_id not in asked]
                report.differences += [await question(uow, pair) for pair in late]
                if again.unbooked:
                    at, lines = self.clock.now(), [line for line, _ in again.unbooked]
                    said = any(line.is_another for line in lines)
                    by = staff.account_id if said else None
                    note = f"{RECEIPT_COLUMN}: {ANOTHER_PAYMENT}" if said else None
                    await keep(uow, reconcile(current, as_reports(current, again), at=at), at=at, by=by, note=note)
                    await uow.commit()
                    settled += lines
        return settled

    async def _tell(
        self,
        staff: StaffViewer,
        gateway: PaymentGatewayCode,
        found: Comparison,
        report: StatementReport,
        proved: Sequence[StatementLine],
        *,
        days: tuple[date, date],
    ) -> None:
        """Findings, and questions to the gateway, in one transaction."""
        at, agency_id = self.clock.now(), staff.agency_id
        clear = [line for line, *_ in (*found.matched, *found.different)]
        closed = [found_key(FindingKind.SETTLED_UNKNOWN, it.reference, it.transaction_id) for it in (*clear, *proved)]
        for kind in (FindingKind.NOT_SETTLED, FindingKind.SETTLED_DIFFERENTLY):
            closed += [found_key(kind, of.reference, it.transaction_id) for _, of, it in found.matched]
        if not report.row_errors:
            span = (days[1] - days[0]).days + 1
            closed += [unconfirmed_key(gateway, days[0] + timedelta(days=number)) for number in range(span)]
        async with self.unit_of_work(staff.scope) as uow:
            await uow.findings.resolve_keys(closed, at=at)
            for it in report.differences[:MOST_FINDINGS]:
                if it.kind is not FindingKind.NOT_SETTLED or not report.row_errors:
                    await uow.findings.report(await finding_of(uow, agency_id, it, at=at))
            for answer in remembered(found, by=staff.account_id, at=at):
                await uow.findings.report(answer)
            if gateway not in PROVED_BY_STATEMENT:
                for reference in found.doubtful:
                    job = Job(kind=JobKind.ASK_GATEWAY, agency_id=agency_id, subject=reference, key=reference)
                    await uow.jobs.put(job)
            told: dict[str, object] = {"gateway": gateway, "from": days[0], "to": days[1], "rows": report.rows}
            told |= {"matched": report.matched, "settled": report.settled, "differences": len(report.differences)}
            await uow.audit.record(AuditAction.SETTLEMENT_RECONCILED, at=at, changes=told)
            await uow.commit()


async def _compared(
    uow: UnitOfWork, gateway: PaymentGatewayCode, lines: Sequence[StatementLine], report: StatementReport
) -> tuple[Sequence[StatementLine], Comparison]:
    """The lines that can be used, for what they say of receipts is right, and what comes of them."""
    intents = {it.reference: it for it in await uow.intents.by_references({line.reference for line in lines})}
    said, problems = await answers(uow, lines, intents)
    report.row_errors += problems
    bad = {problem.row for problem in problems}
    lines = [line for line in lines if line.row not in bad]
    elsewhere: set[str] = set()
    for line in lines:
        intent = intents.get(line.reference)
        if intent is None or intent.attempt(line.transaction_id) is not None:
            continue
        if await uow.intents.is_of_another(line.transaction_id, intent):
            elsewhere.add(line.transaction_id)
    return lines, compare(lines, intents, gateway, elsewhere=elsewhere, said=said)


def _refuse_days(from_on: date, to_on: date) -> None:
    if to_on < from_on:
        raise InvalidInput(FieldProblem("to", FieldProblemCode.INVALID, "before_from"))
    if to_on > _LAST:
        raise InvalidInput(FieldProblem("to", FieldProblemCode.INVALID, "future"))
    if (to_on - from_on).days >= LONGEST:
        raise InvalidInput(FieldProblem("to", FieldProblemCode.TOO_LONG, limit=LONGEST))


def _read(sheet: Sheet, report: StatementReport) -> list[StatementLine]:
    """The good lines; what is wrong with the others is told. Two identical rows are one."""
    records = sheet.records()
    number, cells = next(records, (1, ()))
    if not cells:
        raise FileRefused(FileProblem(FileReason.EMPTY))
    header, census = Header.read(STATEMENT, number, cells), Census()
    place = header.positions[AMOUNT_COLUMN]
    for number, record in records:
        if place < len(record) and record[place].strip():
            census.hear(number, AMOUNT_COLUMN, record[place], [record[place]])
    convention = census.convention(sheet.separator)
    report.warnings += header.warnings
    lines: dict[str, StatementLine] = {}
    cells_of: dict[str, tuple[int, list[tuple[str, str]]]] = {}
    for number, record in islice(sheet.records(), 1, None):
        row = Row(number, record, header, convention)
        line = read_line(row)
        told = list(row.cells().items())
        first, before = cells_of.setdefault(line.transaction_id, (number, told))
        if first != number and before != told:
            row.reject("transaccion", Reason.DUPLICATE_KEY, row=str(first))
        report.row_errors += row.problems.values()
        report.warnings += row.warnings
        if not row.problems and first == number:
            lines[line.transaction_id] = line
    return list(lines.values())
