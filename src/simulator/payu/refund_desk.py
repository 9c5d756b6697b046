"""Refunds after they were taken: under review, then approved or declined."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from simulator.agenda import Agenda
from simulator.payu.codes import APPROVED_CODE, State
from simulator.payu.model import PARTIAL_REFUND, REFUND, Order, Transaction
from simulator.payu.world import World


@dataclass(slots=True)
class RefundDesk:
    """Decides refunds, each when a person or a scenario says so."""

    world: World
    agenda: Agenda

    def request(self, order: Order, charge: Transaction, amount: Decimal, at: datetime) -> Transaction:
        """Records a refund under review; a policy set by a scenario decides it as soon as due things run."""
        refund = Transaction(
            id=self.world.ids.uuid(),
            kind=PARTIAL_REFUND if amount < charge.amount else REFUND,
            method=charge.method,
            amount=amount,
            currency=charge.currency,
            created_at=at,
            operated_at=at,
            is_test=charge.is_test,
            pending="review",
            parent_id=charge.id,
        )
        self.world.record(order, refund)
        policy = order.refund_policy or self.world.refund_policy
        order.refund_policy = ""
        if policy:

            async def decide(planned: datetime) -> None:
                self.decide(order, policy, planned)

            self.agenda.plan(at, decide)
        return refund

    def decide(self, order: Order, decision: str, at: datetime) -> None:
        """Approves or declines the refund under review; without one, the decision waits for the next."""
        refund = order.open_refund
        if refund is None:
            order.refund_policy = decision
            return
        approved = decision == "approve"
        refund.state = State.APPROVED if approved else State.DECLINED
        refund.response_code = APPROVED_CODE if approved else "ENTITY_DECLINED"
        refund.operated_at, refund.pending = at, ""
