"""The daily report: what was booked in a day, whether the books agree, and what somebody should look at."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

from application.access import Scope
from application.ports.books import DayFigures, Figure, InvoiceDifference, Reconciliation
from application.ports.clock import Clock
from application.ports.jobs import Job
from application.ports.unit_of_work import UnitOfWork, UnitOfWorkFactory
from application.use_cases.audit import NoteAuditHead
from application.use_cases.payments.findings import finding_about
from application.use_cases.payments.reports import ReconcilePayments
from application.use_cases.tidying import TidyAgency
from domain.findings import Finding, FindingKind
from domain.ids import AgencyId
from domain.ledger import RECEIPTS, JournalKind
from domain.money import ZERO
from domain.payment_intents import DisputeStatus, PaymentIntent
from domain.payment_returns import DISPUTES_LAST, dispute_over
from domain.payments import PaymentGatewayCode
from domain.periods import midnight
from domain.polling import SLOW_AFTER, is_slow
from domain.refunds import Refund

BODIES_KEPT = timedelta(days=180)
"""How long the text of a gateway's notice is kept: it holds the payer's data (Ley 1581 de 2012, art. 4: no longer than
its purpose needs), and a card's payment can be claimed back for up to 180 days. The row itself stays."""

_AT_ONCE = 100
_MOST_LOOKED_AT = 1_000
_MOST_NAMED = 20
"""References in one finding."""

_CREDIT = {
    **dict.fromkeys(RECEIPTS, "GRANTED"),
    JournalKind.CREDIT_OPENED: "OPENED",
    JournalKind.CREDIT_USED: "USED",
    JournalKind.REVERSAL: "TAKEN_BACK",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class BooksChecked:
    """Whether the books agree: `total` of all entries, which is zero, and invoices whose receipts say otherwise."""

    total: Decimal
    differences: tuple[InvoiceDifference, ...]

    @property
    def agree(self) -> bool:
        return self.total == ZERO and not self.differences


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckBooks:
    """Whether an agency's ledger sums to zero and says of every invoice what its receipts say. For the operator."""

    unit_of_work: UnitOfWorkFactory
    clock: Clock

    async def __call__(self, agency_id: AgencyId) -> BooksChecked:
        at = self.clock.now() + timedelta(days=1)
        async with self.unit_of_work(Scope.of_agency(agency_id)) as uow:
            figures = await uow.reconciliations.figures(since=at, until=at)
            return BooksChecked(
                total=sum(figures.ledger.values(), ZERO), differences=tuple(await uow.ledger.differences())
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class ReconcileDay:
    """Ask about what is due, look after findings, and keep the report of a Bogotá day in place of an earlier one of
    the same day. For the workers and the operator."""

    unit_of_work: UnitOfWorkFactory
    clock: Clock
    ask: ReconcilePayments

    async def __call__(self, agency_id: AgencyId, on: date) -> Reconciliation:
        asked = await self.ask(agency_id, limit=_AT_ONCE)
        at = self.clock.now()
        since = midnight(on)
        until = since + timedelta(days=1)
        async with self.unit_of_work(Scope.of_agency(agency_id)) as uow:
            await _follow_disputes(uow, at=at)
            await _report_slow(uow, at=at)
            await _report_undecided(uow, at=at)
            await _report_unconfirmed(uow, agency_id, on, since=since, until=until, at=at)
            differences = await uow.ledger.differences()
            await _report_differences(uow, agency_id, differences, at=at)
            await uow.gateway_events.forget(before=at - BODIES_KEPT)
            figures = await uow.reconciliations.figures(since=since, until=until)
            total = sum(figures.ledger.values(), ZERO)
            if total != ZERO:
                await uow.findings.report(
                    _finding(agency_id, FindingKind.BOOKS, f"{on}:total", at=at, amount=total, detail="")
                )
            report = Reconciliation(
                id=uuid4(),
                agency_id=agency_id,
                on=on,
                at=at,
                figures=_as_text(figures) | {"total": str(total), "differences": len(differences), "asked": asked},
            )
            await uow.reconciliations.keep(report)
            await uow.commit()
        return report


@dataclass(frozen=True, slots=True, kw_only=True)
class ReconcileAgency:
    """`ReconcileDay` as a job; its subject is the day. What has served its time is taken away then, and the log says
    where the agency's record ends."""

    reconcile_day: ReconcileDay
    tidy: TidyAgency
    note_audit_head: NoteAuditHead

    async def __call__(self, job: Job) -> None:
        await self.reconcile_day(job.agency_id, date.fromisoformat(job.subject))
        await self.tidy(job.agency_id)
        await self.note_audit_head(job.agency_id)


async def _report_slow(uow: UnitOfWork, *, at: datetime) -> None:
    """Payments in process for longer than their method takes; those that came to an end are findings no more."""
    for finding in await uow.findings.open_ones([FindingKind.SLOW], limit=_MOST_LOOKED_AT):
        intent = await uow.intents.get(finding.intent_id) if finding.intent_id else None
        if intent is None or not is_slow(intent, at=at):
            await uow.findings.resolve_keys([finding.key], at=at)
    for intent in await uow.intents.in_process(created_before=at - SLOW_AFTER, limit=_MOST_LOOKED_AT):
        if is_slow(intent, at=at):
            key, detail = f"{FindingKind.SLOW}:{intent.id}", intent.gateway_reference or ""
            await uow.findings.report(finding_about(intent, FindingKind.SLOW, key=key, at=at, detail=detail))


async def _report_undecided(uow: UnitOfWork, *, at: datetime) -> None:
    """Refunds that the gateway leaves open, or does not have; those that came to an end are findings no more."""
    slow = [
        (undecided_key(refund), intent, refund)
        for intent in await uow.intents.refunding(limit=_MOST_LOOKED_AT)
        for refund in intent.refunds
        if refund.is_slow(at=at)
    ]
    still = {key for key, _, _ in slow}
    known = await uow.findings.open_ones([FindingKind.REFUND_UNDECIDED], limit=_MOST_LOOKED_AT)
    await uow.findings.resolve_keys([it.key for it in known if it.key not in still], at=at)
    for key, intent, refund in slow:
        kind, detail = FindingKind.REFUND_UNDECIDED, refund.gateway_id or ""
        finding = finding_about(intent, kind, key=key, at=at, amount=refund.amount, detail=detail)
        await uow.findings.report(finding)


async def _follow_disputes(uow: UnitOfWork, *, at: datetime) -> None:
    """Disputes that were lost, or of which nothing was heard for as long as there can be, are findings no more."""
    for finding in await uow.findings.open_ones([FindingKind.DISPUTE], limit=_MOST_LOOKED_AT):
        intent = await uow.intents.by_reference(finding.reference, for_update=True) if finding.reference else None
        if intent is None:
            continue
        if at - finding.at > DISPUTES_LAST and intent.dispute is DisputeStatus.OPEN:
            intent = dispute_over(intent)
            await uow.intents.save(intent)
        dismissed = intent.dispute is DisputeStatus.DISMISSED and at - finding.at > DISPUTES_LAST
        if dismissed or intent.dispute in (DisputeStatus.LOST, DisputeStatus.WON):
            await uow.findings.resolve_keys([finding.key], at=at)


async def _report_unconfirmed(
    uow: UnitOfWork, agency_id: AgencyId, on: date, *, since: datetime, until: datetime, at: datetime
) -> None:
    """One finding for all payments of the day that ended without the gateway ever telling about them. Only where it
    cannot be asked by our reference: elsewhere its answer that it knows nothing is an answer."""
    unheard = await uow.intents.unheard(PaymentGatewayCode.ENLINEA, since=since, until=until, limit=_MOST_LOOKED_AT)
    if unheard:
        finding = _finding(
            agency_id,
            FindingKind.UNCONFIRMED,
            f"{PaymentGatewayCode.ENLINEA}:{on}",
            at=at,
            amount=sum((intent.amount for intent in unheard), ZERO),
            detail=_named(unheard),
        )
        await uow.findings.report(finding)


async def _report_differences(
    uow: UnitOfWork, agency_id: AgencyId, differences: Iterable[InvoiceDifference], *, at: datetime
) -> None:
    for it in list(differences)[:_MOST_NAMED]:
        key = f"{it.invoice_id}:{it.receipts}:{it.ledger}"
        amount = it.receipts - it.ledger
        await uow.findings.report(_finding(agency_id, FindingKind.BOOKS, key, at=at, amount=amount, detail=it.number))


def undecided_key(refund: Refund) -> str:
    """Of the finding about a refund that stays open."""
    return f"{FindingKind.REFUND_UNDECIDED}:{refund.id}"


def unconfirmed_key(gateway: PaymentGatewayCode, on: date) -> str:
    """Of the finding about the payments of a day of which nothing was heard."""
    return f"{FindingKind.UNCONFIRMED}:{gateway}:{on}"


def _named(intents: Sequence[PaymentIntent]) -> str:
    """Their references, as many as one reads."""
    told = ", ".join(intent.reference for intent in intents[:_MOST_NAMED])
    return f"{len(intents)}: {told}" + ("…" if len(intents) > _MOST_NAMED else "")


def _finding(
    agency_id: AgencyId, kind: FindingKind, about: str, *, at: datetime, amount: Decimal, detail: str
) -> Finding:
    return Finding(
        id=uuid4(), agency_id=agency_id, kind=kind, key=f"{kind}:{about}", at=at, amount=amount, detail=detail
    )


def _as_text(figures: DayFigures) -> dict[str, Any]:
    """As JSON keeps them: amounts as text."""
    credit: dict[str, Figure] = {}
    for kind, figure in figures.credit.items():
        before = credit.get(_CREDIT[kind], Figure(0, ZERO))
        credit[_CREDIT[kind]] = Figure(before.count + figure.count, before.amount + figure.amount)
    return {
        "received": _told(figures.received),
        "taken_back": _told(figures.taken_back),
        "credit": _told(credit),
        "intents": _told(figures.intents),
        "findings": _told(figures.findings),
        "ledger": {account.value: str(amount) for account, amount in sorted(figures.ledger.items())},
    }


def _told(figures: Mapping[Any, Figure]) -> dict[str, Any]:
    return {str(name): {"count": it.count, "amount": str(it.amount)} for name, it in sorted(figures.items())}
