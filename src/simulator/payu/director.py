"""Makes things happen to an order: tries, results, whole scenarios."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from simulator.agenda import Agenda
from simulator.banks import DEFAULT_BANK
from simulator.clock import Clock
from simulator.courier import Courier
from simulator.delivery import Delivery
from simulator.payu.codes import APPROVED_CODE, EXPIRED_CODE, State
from simulator.payu.confirmation import confirmations
from simulator.payu.disputes import dispute_notices
from simulator.payu.methods import METHODS, Method, offered_methods
from simulator.payu.model import CHARGE, Order, Transaction
from simulator.payu.refund_desk import RefundDesk
from simulator.payu.steps import PAYER_STEPS
from simulator.payu.world import World
from simulator.scenarios import ANY, play
from simulator.steps import Notice, Step

COUPON_LIFE = timedelta(days=7)
NEQUI_LIFE = timedelta(minutes=15)

_PENDING_GROUPS = {"pse": "pse", "bank": "pse", "nequi": "nequi", "cash": "efectivo", "review": "tarjeta"}
_TURNED = {
    "approve": (State.APPROVED, APPROVED_CODE),
    "decline": (State.DECLINED, "ENTITY_DECLINED"),
    "expire": (State.EXPIRED, EXPIRED_CODE),
}
_FINAL = {"approve": State.APPROVED, "approve_again": State.APPROVED, "decline": State.DECLINED, "error": State.ERROR}


@dataclass(slots=True)
class Director:
    """The only writer of orders and charges, as `refunds` is of refunds.

    `at` is always the instant at which a thing happens.
    """

    world: World
    clock: Clock
    agenda: Agenda
    courier: Courier
    refunds: RefundDesk = field(init=False)

    def __post_init__(self) -> None:
        self.refunds = RefundDesk(self.world, self.agenda)

    def methods_for(self, order: Order) -> tuple[Method, ...]:
        """What the hosted page offers for an order."""
        purchase = order.purchase
        return offered_methods(purchase.methods, purchase.amount, purchase.currency, self.world.settings.limits)

    def begin(self, order: Order, method: Method, at: datetime, *, pending: str, payer: str = "") -> Transaction:
        """A new try, still pending for the reason that is a key of `codes.PENDING`.

        A cash coupon expires after seven days or at the form's date, a push to Nequi after fifteen minutes, unless
        the payer was faster.
        """
        ids, purchase = self.world.ids, order.purchase
        cus = ids.digits(9) if method.group in ("pse", "nequi") else ""
        charge = Transaction(
            id=ids.uuid(),
            kind=CHARGE,
            method=method,
            amount=purchase.amount,
            currency=purchase.currency,
            created_at=at,
            operated_at=at,
            is_test=order.merchant.sandbox or purchase.is_test,
            pending=pending,
            traceability=cus or ids.digits(7),  # for bank payments the Queries API gives the CUS under this name
            cus=cus,
            bank=DEFAULT_BANK.name if method.name == "PSE" else "",
            payer=payer or purchase.buyer_name,
            document=(purchase.raw.get("payerDocumentType", ""), purchase.raw.get("payerDocument", "")),
        )
        if method.group == "efectivo":
            charge.expires_at = min(purchase.cash_until or at + COUPON_LIFE, at + COUPON_LIFE)
        elif method.group == "nequi":
            charge.expires_at = at + NEQUI_LIFE
        self.world.record(order, charge)
        if charge.expires_at is not None:
            self._plan_expiry(order, charge, charge.expires_at)
        return charge

    def finish(
        self, order: Order, charge: Transaction, state: State, code: str, at: datetime, notice: Notice | None = None
    ) -> list[Delivery]:
        """Gives a try its final result and prepares its notifications, which the caller has the courier dispatch."""
        charge.state, charge.response_code, charge.operated_at, charge.pending = state, code, at, ""
        charge.authorization = self.world.ids.digits(6) if state is State.APPROVED else ""
        return confirmations(self.courier, self.world.ids, order, charge, notice or Notice(), at)

    async def settle(self, order: Order, charge: Transaction, state: State, code: str) -> None:
        """`finish` now, with its notifications sent."""
        await self.courier.dispatch(self.finish(order, charge, state, code, self.clock.now()))

    def load(self, reference: str, steps: Sequence[Step]) -> tuple[Step, ...]:
        """Keeps a script for the next checkout of `reference`, or of any; answers what was kept.

        Steps at the head that only prepare an answer take effect at once. An empty script removes what was kept.
        """
        waiting = list(steps)
        while waiting and waiting[0].kind not in PAYER_STEPS and self._prepare_answer(reference, waiting[0]):
            waiting.pop(0)
        if steps:
            self.world.scenarios.waiting[reference] = tuple(waiting)
        else:
            self.world.scenarios.keep(reference, ())
        return tuple(waiting)

    async def play(self, order: Order, steps: Iterable[Step]) -> None:
        """Plays a script on an order, now."""

        def perform(step: Step, at: datetime) -> list[Delivery]:
            return self._perform(order, step, at)

        await play(steps, self.clock.now(), perform=perform, courier=self.courier, agenda=self.agenda)

    def _plan_expiry(self, order: Order, charge: Transaction, at: datetime) -> None:
        async def expire(planned: datetime) -> None:
            if charge.state is State.PENDING:
                await self.courier.dispatch(self.finish(order, charge, State.EXPIRED, EXPIRED_CODE, planned))

        self.agenda.plan(at, expire)

    def _prepare_answer(self, reference: str, step: Step) -> bool:
        if self.world.scenarios.prepare_fault(reference, step):
            return True
        if reference == ANY and step.kind == "refund":
            self.world.refund_policy = step.value
            return True
        return False

    def _perform(self, order: Order, step: Step, at: datetime) -> list[Delivery]:
        notice = step.notice
        match step.kind:
            case "pending":
                method = self._payer_chooses(order, notice, _PENDING_GROUPS[step.value])
                self._spoil(self.begin(order, method, at, pending=step.value), notice)
                return []
            case "expire":
                charge = order.pending_charge or self._try(order, notice, "efectivo", at)
                return self.finish(order, charge, State.EXPIRED, EXPIRED_CODE, at, notice)
            case "refund":
                self.refunds.decide(order, step.value, at)
                return []
            case "chargeback" | "dispute":
                return self._dispute(order, step.value or "lost", at)
            case "turn":
                charge = order.last_charge or self._try(order, notice, "tarjeta", at)
                self._spoil(charge, notice)
                return self.finish(order, charge, *_TURNED[step.value], at, notice)
            case "http" | "query":
                self._prepare_answer(order.purchase.reference, step)
                return []
        charge = self._charge_for(order, step, at)
        self._spoil(charge, notice)
        return self.finish(order, charge, _FINAL[step.kind], step.value or APPROVED_CODE, at, notice)

    def _spoil(self, charge: Transaction, notice: Notice) -> None:
        charge.amount = notice.amount_for(charge.amount)
        charge.currency = notice.currency or charge.currency
        charge.answers = {**charge.answers, **notice.answers}

    def _dispute(self, order: Order, word: str, at: datetime) -> list[Delivery]:
        """The bank disputes the approved charge; without one, it is approved first."""
        approved: list[Delivery] = []
        charge = order.approved_charge
        if charge is None:
            charge = self._charge_for(order, Step(kind="approve"), at)
            approved = self.finish(order, charge, State.APPROVED, APPROVED_CODE, at)
        order.charged_back = word == "lost"
        return [*approved, *dispute_notices(self.courier, order, charge, word, at)]

    def _charge_for(self, order: Order, step: Step, at: datetime) -> Transaction:
        last = order.last_charge
        waiting = None if step.kind == "approve_again" else order.pending_charge
        if waiting is None and step.kind == "approve" and last is not None and last.state is State.EXPIRED:
            waiting = last  # a coupon that was paid in its last minute is approved after it was reported as expired
        return waiting or self._try(order, step.notice, "tarjeta", at)

    def _try(self, order: Order, notice: Notice, group: str, at: datetime) -> Transaction:
        return self.begin(order, self._payer_chooses(order, notice, group), at, pending="review")

    def _payer_chooses(self, order: Order, notice: Notice, group: str) -> Method:
        if notice.method:
            return METHODS[notice.method]
        offered = self.methods_for(order) or tuple(METHODS.values())
        return next((method for method in offered if method.group == group), offered[0])
