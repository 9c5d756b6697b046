"""What is found about an intent, and what the staff do about findings."""

from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from uuid import UUID, uuid4

from application.access import Viewer, require_staff
from application.ports.clock import Clock
from application.ports.unit_of_work import UnitOfWork, UnitOfWorkFactory
from application.text import problem_of_required_text
from domain.audit import AuditAction
from domain.errors import InvalidTransition, NotFound, refuse
from domain.findings import Finding, FindingKind
from domain.payment_intents import PaymentIntent, PaymentIntentStatus

MAX_NOTE = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class ResolveFinding:
    """Say that a finding was dealt with, and how. For the staff.

    InvalidInput for a note that is empty or cannot be kept; NotFound; InvalidTransition for one that was resolved
    before, and for a review while its payment waits for the decision that ends it.
    """

    unit_of_work: UnitOfWorkFactory
    clock: Clock

    async def __call__(self, viewer: Viewer, *, finding_id: UUID, note: str) -> None:
        staff = require_staff(viewer)
        refuse(problem_of_required_text("note", note, limit=MAX_NOTE))
        async with self.unit_of_work(staff.scope) as uow:
            finding = await uow.findings.get(finding_id)
            if finding is None:
                raise NotFound
            if await _waits_for_a_decision(uow, finding):
                raise InvalidTransition
            at = self.clock.now()
            if not await uow.findings.resolve(finding.id, at=at, by=staff.account_id, note=note.strip()):
                raise InvalidTransition
            told, entity = {"kind": finding.kind}, ("Finding", finding.id)
            await uow.audit.record(AuditAction.FINDING_RESOLVED, at=at, entity=entity, changes=told)
            await uow.commit()


async def _waits_for_a_decision(uow: UnitOfWork, finding: Finding) -> bool:
    """Closing the finding would hide money that nobody has decided about."""
    if finding.kind is not FindingKind.REVIEW or finding.intent_id is None:
        return False
    intent = await uow.intents.get(finding.intent_id)
    if intent is None:
        return False
    return intent.status is PaymentIntentStatus.REVIEW or any(it.is_held_money for it in intent.attempts)


def finding_about(
    intent: PaymentIntent,
    kind: FindingKind,
    *,
    key: str,
    at: datetime,
    amount: Decimal | None = None,
    detail: str = "",
) -> Finding:
    """A finding about an intent; its amount where no other is given."""
    return Finding(
        id=uuid4(),
        agency_id=intent.agency_id,
        kind=kind,
        key=key,
        at=at,
        reference=intent.reference,
        client_id=intent.client_id,
        intent_id=intent.id,
        amount=intent.amount if amount is None else amount,
        detail=detail,
    )


async def report(uow: UnitOfWork, finding: Finding, *, again: bool) -> None:
    """Report it. A review that ended by itself, for the gateway took back what it had said, may begin `again` by the
    same transaction: it is found again too."""
    if await uow.findings.report(finding) or finding.kind is not FindingKind.REVIEW or not again:
        return
    (known,) = await uow.findings.of_keys([finding.key])
    if known.resolved_at is not None:
        await uow.findings.report(replace(finding, key=f"{finding.key}:{finding.at.isoformat()}"))
