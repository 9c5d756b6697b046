"""Whose money a line of a gateway's statement is where a person has said so: in the file, or in an earlier one."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from application.ports.unit_of_work import UnitOfWork
from application.use_cases.payments.findings import finding_about
from application.use_cases.payments.settlement_differences import found_key
from domain.findings import Finding, FindingKind
from domain.ids import AccountId
from domain.imports.problems import CellProblem, Reason
from domain.imports.statements import RECEIPT_COLUMN, StatementLine
from domain.payment_intents import PaymentIntent
from domain.statements import Comparison


async def answers(
    uow: UnitOfWork, lines: Sequence[StatementLine], intents: Mapping[str, PaymentIntent]
) -> tuple[dict[str, str], list[CellProblem]]:
    """The transaction that a line's is here, by the line's; and the receipts named that cannot be theirs. What the
    file says now counts more than what an earlier one said."""
    said = await _said_before(uow, lines, intents)
    problems: list[CellProblem] = []
    named = Counter(line.receipt for line in lines)
    for line in lines:
        if line.receipt is None:
            continue
        intent = intents.get(line.reference)
        charge = None if intent is None else await _charge_of(uow, intent, line)
        if named[line.receipt] > 1:
            problems.append(CellProblem(line.row, RECEIPT_COLUMN, Reason.REPEATED, {"code": line.receipt}))
        elif charge is None:
            told = {"code": line.receipt, "reference": line.reference}
            problems.append(CellProblem(line.row, RECEIPT_COLUMN, Reason.NOT_ITS_RECEIPT, told))
        else:
            said[line.transaction_id] = charge
    return said, problems


def remembered(found: Comparison, *, by: AccountId, at: datetime) -> Iterator[Finding]:
    """What the file says of lines under other numbers, for the files to come: as a question that was answered."""
    for line, intent, attempt in (*found.matched, *found.different):
        if line.receipt is not None and line.transaction_id != attempt.transaction_id:
            kind, key = FindingKind.SETTLED_UNKNOWN, _answer_key(line, attempt.transaction_id)
            question = finding_about(intent, kind, key=key, at=at, amount=line.amount, detail=line.receipt)
            yield replace(question, resolved_at=at, resolved_by=by, note=f"{RECEIPT_COLUMN}: {line.receipt}")


async def _said_before(
    uow: UnitOfWork, lines: Sequence[StatementLine], intents: Mapping[str, PaymentIntent]
) -> dict[str, str]:
    keys = {
        _answer_key(line, attempt.transaction_id): (line.transaction_id, attempt.transaction_id)
        for line in lines
        if not line.is_another and line.reference in intents
        for attempt in intents[line.reference].attempts
        if attempt.charged
    }
    return dict(keys[finding.key] for finding in await uow.findings.of_keys(keys)) if keys else {}


async def _charge_of(uow: UnitOfWork, intent: PaymentIntent, line: StatementLine) -> str | None:
    """The transaction whose receipt the line names; None for a receipt of something else, and for a line that has the
    number of another receipt's money."""
    for attempt in intent.attempts:
        if attempt.charged:
            payment = await uow.payments.of_charge(intent, attempt.transaction_id)
            if payment is not None and payment.receipt_number == line.receipt:
                own = intent.attempt(line.transaction_id)
                taken = own is not None and own.charged and own is not attempt
                return None if taken else attempt.transaction_id
    return None


def _answer_key(line: StatementLine, transaction_id: str) -> str:
    about = found_key(FindingKind.SETTLED_UNKNOWN, line.reference, line.transaction_id)
    return f"{about}={transaction_id}"
