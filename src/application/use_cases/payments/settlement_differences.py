"""What of a gateway's statement does not agree with what was received here, and how the staff are told."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from uuid import uuid4

from application.ports.payments import ChargedPayment
from application.ports.unit_of_work import UnitOfWork
from domain.findings import Finding, FindingKind
from domain.ids import AgencyId, PaymentId
from domain.imports.statements import StatementLine
from domain.money import ZERO
from domain.statements import PROVED_BY_STATEMENT, Comparison, Pair


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """NOT_SETTLED: received here, and not in the file. SETTLED_UNKNOWN: in the file, and not received here as far as
    anybody knows; with `received`, it may be that money under another number. SETTLED_DIFFERENTLY: another amount.
    `settled` is the file's amount, `received` ours; `row` the place in the file; `payment_id` our receipt."""

    kind: FindingKind
    reference: str
    transaction_id: str
    row: int | None = None
    settled: Decimal | None = None
    received: Decimal | None = None
    payment_id: PaymentId | None = None


async def differences_of(uow: UnitOfWork, found: Comparison, received: Sequence[ChargedPayment]) -> list[Difference]:
    """In the order of the file; `received` are the payments of its days."""
    all_of_them = [*_otherwise(found), *map(_unknown, found.unknown), *_missing(found, received)]
    all_of_them += [await question(uow, pair) for pair in found.in_question]
    all_of_them += [_unknown(line) for line, of in found.unbooked if of.gateway not in PROVED_BY_STATEMENT]
    return sorted(all_of_them, key=lambda it: (it.row or 0, it.reference))


async def finding_of(uow: UnitOfWork, agency_id: AgencyId, it: Difference, *, at: datetime) -> Finding:
    payment = await uow.payments.get(it.payment_id) if it.payment_id else None
    of_ours = it.kind is not FindingKind.SETTLED_UNKNOWN or it.received is not None
    intent = await uow.intents.by_reference(it.reference) if of_ours else None
    detail = payment.receipt_number if payment else "" if it.received is None else str(it.received)
    return Finding(
        id=uuid4(),
        agency_id=agency_id,
        kind=it.kind,
        key=found_key(it.kind, it.reference, it.transaction_id),
        at=at,
        reference=it.reference,
        client_id=intent.client_id if intent else None,
        intent_id=intent.id if intent else None,
        payment_id=it.payment_id,
        amount=it.received if it.settled is None else it.settled,
        detail=detail,
    )


def found_key(kind: FindingKind, reference: str, transaction_id: str) -> str:
    """Of the finding about a line or a receipt."""
    return f"{kind}:{reference}:{transaction_id}"


def _otherwise(found: Comparison) -> Iterator[Difference]:
    for line, intent, attempt in found.different:
        yield Difference(
            kind=FindingKind.SETTLED_DIFFERENTLY,
            reference=intent.reference,
            transaction_id=attempt.transaction_id,
            row=line.row,
            settled=line.amount,
            received=attempt.amount,
        )


def _unknown(line: StatementLine) -> Difference:
    return Difference(
        kind=FindingKind.SETTLED_UNKNOWN,
        reference=line.reference,
        transaction_id=line.transaction_id,
        row=line.row,
        settled=line.amount,
    )


async def question(uow: UnitOfWork, pair: Pair) -> Difference:
    """With the receipt that the line may be about; none where its money waits for a decision or was not taken."""
    line, intent, attempt = pair
    payment = await uow.payments.of_charge(intent, attempt.transaction_id)
    return Difference(
        kind=FindingKind.SETTLED_UNKNOWN,
        reference=intent.reference,
        transaction_id=line.transaction_id,
        row=line.row,
        settled=line.amount,
        received=attempt.amount,
        payment_id=payment.id if payment else None,
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
