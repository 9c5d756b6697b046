"""Putting aside a dispute that somebody told of and that there is none of."""

from dataclasses import dataclass, replace
from datetime import datetime

from application.access import StaffViewer, Viewer, require_staff
from application.ports.unit_of_work import UnitOfWork
from application.use_cases.payments.acts import intent_of, problem_of_note
from application.use_cases.payments.findings import finding_about
from application.use_cases.payments.settlement import ASK_AGAIN_AFTER, Settlement
from domain.audit import AuditAction
from domain.errors import GatewayUnavailable, NotFound, refuse
from domain.findings import FindingKind
from domain.payment_intents import PaymentIntent
from domain.payment_returns import dispute_dismissed


@dataclass(frozen=True, slots=True, kw_only=True)
class DismissDispute:
    """Say that a payment is not claimed back, whatever was posted about it, so that it can be returned again.

    For staff, with a note of 1 to 500 characters that stays on the finding with who wrote it. The gateway is asked
    first, and what it tells, then or later, counts more: a chargeback is booked whatever was dismissed. Refuses with
    InvalidInput, NotFound, InvalidTransition (no dispute of it is open) and GatewayUnavailable (it did not say, and
    everything is as it was).
    """

    settlement: Settlement

    async def __call__(self, viewer: Viewer, *, reference: str, note: str) -> PaymentIntent:
        staff = require_staff(viewer)
        refuse(problem_of_note("note", note))
        settlement = self.settlement
        intent = await intent_of(settlement.unit_of_work, staff, reference)
        dispute_dismissed(intent)
        if await settlement.ask(intent) is None:
            raise GatewayUnavailable(ASK_AGAIN_AFTER.seconds, intent.id)
        at = settlement.clock.now()
        async with settlement.unit_of_work(staff.scope) as uow:
            current = await uow.intents.by_reference(reference, for_update=True)
            if current is None:
                raise NotFound
            current = dispute_dismissed(current)
            await uow.intents.save(current)
            await _close_finding(uow, staff, current, at=at, note=note.strip())
            changes = {"reference": reference, "dispute": current.dispute}
            entity = ("PaymentIntent", current.id)
            await uow.audit.record(AuditAction.DISPUTE_DISMISSED, entity=entity, at=at, changes=changes)
            await uow.commit()
        return current


async def _close_finding(
    uow: UnitOfWork, staff: StaffViewer, intent: PaymentIntent, *, at: datetime, note: str
) -> None:
    """With the note. Where somebody closed it before, the note has one of its own, closed from the start."""
    by, kind = staff.account_id, FindingKind.DISPUTE
    if not await uow.findings.resolve_about(intent.id, [kind], at=at, by=by, note=note):
        finding = finding_about(intent, kind, key=f"{kind}:{intent.id}:dismissed", at=at)
        await uow.findings.report(replace(finding, resolved_at=at, resolved_by=by, note=note))
