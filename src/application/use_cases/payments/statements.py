"""What a gateway paid out beside what was received here: the only control that finds a payment of which every message
was lost, and one that never reached the agency."""

import asyncio
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from itertools import islice
from uuid import uuid4

from application.access import Scope, StaffViewer, Viewer, require_staff
from application.ports.clock import Clock
from application.ports.imports import Sheet, SheetReader
from application.ports.jobs import Job, JobKind
from application.ports.payments import ChargedPayment
from application.ports.unit_of_work import UnitOfWork, UnitOfWorkFactory
from application.use_cases.payments.days import unconfirmed_key
from application.use_cases.payments.settlement import keep
from domain.audit import AuditAction
from domain.errors import FieldProblem, FieldProblemCode, InvalidInput
from domain.findings import Finding, FindingKind
from domain.ids import AgencyId, PaymentId
from domain.imports.amounts import Census
from domain.imports.cells import Row
from domain.imports.problems import CellProblem, FileProblem, FileReason, FileRefused, Reason
from domain.imports.sheets import Header
from domain.imports.statements import AMOUNT_COLUMN, STATEMENT, StatementLine, read_line
from domain.money import ZERO
from domain.payment_transitions import reconcile
from domain.payments import PaymentGatewayCode
from domain.periods import BOGOTA
from domain.statements import Comparison, as_reports, compare

LONGEST = 366
"""Days that one file may be about."""
MOST_FINDINGS = 200
"""Of one file: more than that is the wrong file, and nobody reads them."""

_SETTLES = frozenset({PaymentGatewayCode.ENLINEA})
"""Gateways that cannot be asked by our reference: their statement itself books what it proves."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """NOT_SETTLED: received here, and not in the file. SETTLED_UNKNOWN: in the file, and not received here.
    SETTLED_DIFFERENTLY: another amount. `settled` is the file's amount, `received` ours; `row` the place in the file.
    """

    kind: FindingKind
    reference: str
    transaction_id: str
    row: int | None = None
    settled: Decimal | None = None
    received: Decimal | None = None
    payment_id: PaymentId | None = None


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
    amount and day alone, the gateway is asked. The rest become findings, and findings of an earlier file that this one
    settles are closed. Nothing stays of a `dry_run`. InvalidInput for days that are none and a gateway that the agency
    has no account at; FileRefused as in imports.
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
        lines = await asyncio.to_thread(_read, sheet, report)
        report.rows, report.total = len(lines), sum((line.amount for line in lines), ZERO)
        since = datetime.combine(from_on, time.min, BOGOTA)
        until = datetime.combine(to_on, time.min, BOGOTA) + timedelta(days=1)
        async with self.unit_of_work(staff.scope) as uow:
            if await uow.gateway_accounts.get(gateway) is None:
                raise InvalidInput(FieldProblem("gateway", FieldProblemCode.NOT_FOUND))
            found = await _compared(uow, gateway, lines)
            received = await uow.payments.charged(gateway, since=since, until=until)
        report.matched = len(found.matched)
        report.differences = [*_disagreements(found), *_missing(found, received)]
        if gateway in _SETTLES:
            report.settled = await self._settle(staff.agency_id, found, dry_run=dry_run)
        else:
            report.asked = len(found.doubtful)
            report.differences += [_unknown(line) for line, _ in found.unbooked]
        report.differences.sort(key=lambda it: (it.row or 0, it.reference))
        if not dry_run:
            await self._tell(staff, gateway, found, report, days=(from_on, to_on))
        return report

    async def _settle(self, agency_id: AgencyId, found: Comparison, *, dry_run: bool) -> int:
        """Book what the statement proves, each payment in a transaction of its own. How many lines they were."""
        if dry_run:
            return len(found.unbooked)
        settled = 0
        for reference in dict.fromkeys(intent.reference for _, intent in found.unbooked):
            async with self.unit_of_work(Scope.of_agency(agency_id)) as uow:
                current = await uow.intents.by_reference(reference, for_update=True)
                if current is None:
                    continue
                again = compare(found.lines_of(reference), {reference: current}, current.gateway)
                if again.unbooked:
                    at = self.clock.now()
                    await keep(uow, reconcile(current, as_reports(current, again), at=at), at=at)
                    await uow.commit()
                    settled += len(again.unbooked)
        return settled

    async def _tell(
        self,
        staff: StaffViewer,
        gateway: PaymentGatewayCode,
        found: Comparison,
        report: StatementReport,
        *,
        days: tuple[date, date],
    ) -> None:
        """Findings, and questions to the gateway, in one transaction."""
        at, agency_id = self.clock.now(), staff.agency_id
        closed = [f"{FindingKind.SETTLED_UNKNOWN}:{line.reference}:{line.transaction_id}" for line, *_ in found.matched]
        for _, intent, attempt in found.matched:
            about = f"{intent.reference}:{attempt.transaction_id}"
            closed += [f"{FindingKind.NOT_SETTLED}:{about}", f"{FindingKind.SETTLED_DIFFERENTLY}:{about}"]
        if not report.row_errors:
            span = (days[1] - days[0]).days + 1
            closed += [unconfirmed_key(gateway, days[0] + timedelta(days=number)) for number in range(span)]
        async with self.unit_of_work(staff.scope) as uow:
            await uow.findings.resolve_keys(closed, at=at)
            for it in report.differences[:MOST_FINDINGS]:
                if it.kind is not FindingKind.NOT_SETTLED or not report.row_errors:
                    await uow.findings.report(await _finding(uow, agency_id, it, at=at))
            if gateway not in _SETTLES:
                for reference in found.doubtful:
                    question = Job(kind=JobKind.ASK_GATEWAY, agency_id=agency_id, subject=reference, key=reference)
                    await uow.jobs.put(question)
            told: dict[str, object] = {"gateway": gateway, "from": days[0], "to": days[1], "rows": report.rows}
            told |= {"matched": report.matched, "settled": report.settled, "differences": len(report.differences)}
            await uow.audit.record(AuditAction.SETTLEMENT_RECONCILED, at=at, changes=told)
            await uow.commit()


async def _compared(uow: UnitOfWork, gateway: PaymentGatewayCode, lines: Sequence[StatementLine]) -> Comparison:
    intents = {it.reference: it for it in await uow.intents.by_references({line.reference for line in lines})}
    elsewhere: set[str] = set()
    for line in lines:
        intent = intents.get(line.reference)
        if intent is None or intent.attempt(line.transaction_id) is not None:
            continue
        if await uow.intents.is_of_another(line.transaction_id, intent):
            elsewhere.add(line.transaction_id)
    return compare(lines, intents, gateway, elsewhere=elsewhere)


def _disagreements(found: Comparison) -> Iterator[Difference]:
    for line, intent, attempt in found.different:
        yield Difference(
            kind=FindingKind.SETTLED_DIFFERENTLY,
            reference=intent.reference,
            transaction_id=attempt.transaction_id,
            row=line.row,
            settled=line.amount,
            received=attempt.amount,
        )
    yield from map(_unknown, found.unknown)


def _unknown(line: StatementLine) -> Difference:
    return Difference(
        kind=FindingKind.SETTLED_UNKNOWN,
        reference=line.reference,
        transaction_id=line.transaction_id,
        row=line.row,
        settled=line.amount,
    )


def _missing(found: Comparison, received: Sequence[ChargedPayment]) -> Iterator[Difference]:
    """Payments of those days that the file does not speak of, but for those that were given back whole."""
    told = found.told
    for it in received:
        if it.payment.in_force > ZERO and (it.payment.intent_id, it.transaction_id) not in told:
            yield Difference(
                kind=FindingKind.NOT_SETTLED,
                reference=it.reference,
                transaction_id=it.transaction_id,
                received=it.payment.amount,
                payment_id=it.payment.id,
            )


async def _finding(uow: UnitOfWork, agency_id: AgencyId, it: Difference, *, at: datetime) -> Finding:
    payment = await uow.payments.get(it.payment_id) if it.payment_id else None
    known = it.kind is not FindingKind.SETTLED_UNKNOWN
    intent = await uow.intents.by_reference(it.reference) if known else None
    detail = payment.receipt_number if payment else "" if it.received is None else str(it.received)
    return Finding(
        id=uuid4(),
        agency_id=agency_id,
        kind=it.kind,
        key=f"{it.kind}:{it.reference}:{it.transaction_id}",
        at=at,
        reference=it.reference,
        client_id=intent.client_id if intent else None,
        intent_id=intent.id if intent else None,
        payment_id=it.payment_id,
        amount=it.received if it.settled is None else it.settled,
        detail=detail,
    )


def _refuse_days(from_on: date, to_on: date) -> None:
    if to_on < from_on:
        raise InvalidInput(FieldProblem("to", FieldProblemCode.INVALID, "before_from"))
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
