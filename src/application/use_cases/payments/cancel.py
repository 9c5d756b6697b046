"""Giving up a payment that was begun."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from application.access import StaffViewer, Viewer, require_signed_in
from application.ports.unit_of_work import UnitOfWork
from application.use_cases.payments.acts import intent_of
from application.use_cases.payments.settlement import ASK_AGAIN_AFTER, Settlement
from domain.audit import AuditAction
from domain.errors import GatewayUnavailable, InvalidTransition
from domain.gateway_reports import GatewayReport
from domain.payment_intents import PaymentIntent, PaymentIntentStatus
from domain.payment_table import Trigger, row_for
from domain.payment_transitions import Outcome, cancel

_OVER = (PaymentIntentStatus.CANCELLED, PaymentIntentStatus.EXPIRED)


@dataclass(frozen=True, slots=True, kw_only=True)
class CancelPayment:
    """Close a payment that nobody has paid, so that its invoices are free again (T12).

    For its client, and for staff. The gateway is asked first: what it calls paid or in process is kept as it says, and
    refused here. Refuses with NotFound, with InvalidTransition (in process, paid, in review, closed already) and with
    GatewayUnavailable, which leaves everything as it was.
    """

    settlement: Settlement

    async def __call__(self, viewer: Viewer, *, reference: str) -> PaymentIntent:
        intent = await intent_of(self.settlement.unit_of_work, viewer, reference)
        if row_for(Trigger.CANCELLED, intent.status) is None:
            raise InvalidTransition
        signed_in = require_signed_in(viewer)

        async def record(uow: UnitOfWork, after: PaymentIntent) -> None:
            if isinstance(signed_in, StaffViewer) and after.status in _OVER:
                told, entity = {"reference": reference}, ("PaymentIntent", after.id)
                at = self.settlement.clock.now()
                await uow.audit.record(AuditAction.PAYMENT_CANCELLED, at=at, entity=entity, changes=told)

        closed = await self.settlement.ask(intent, then=_cancelled, last=record, by=signed_in.account_id)
        if closed is None:
            raise GatewayUnavailable(ASK_AGAIN_AFTER.seconds, intent.id)  # another call is asking
        if closed.status not in _OVER:
            raise InvalidTransition
        return closed


def _cancelled(intent: PaymentIntent, answer: Sequence[GatewayReport], at: datetime) -> Outcome:
    return cancel(intent, answer, at=at)
