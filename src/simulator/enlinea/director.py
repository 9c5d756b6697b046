"""Makes things happen to a checkout of EnLinea: tries, results, returns, whole scenarios."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from simulator.agenda import Agenda
from simulator.banks import DEFAULT_BANK
from simulator.clock import Clock
from simulator.courier import Courier
from simulator.delivery import Delivery, Kind, Wire
from simulator.enlinea.codes import APPROVED_CODE, EXPIRED_CODE, METHODS, PENDING, Method, State
from simulator.enlinea.messages import notification_fields, return_fields
from simulator.enlinea.model import Dialect, Order, Transaction
from simulator.enlinea.steps import PAYER_STEPS
from simulator.enlinea.world import World
from simulator.scenarios import ANY, play
from simulator.steps import Notice, Step

COUPON_LIFE = timedelta(days=7)
NEQUI_LIFE = timedelta(minutes=15)

_TURNED = {
    "approve": (State.APPROVED, APPROVED_CODE),
    "decline": (State.DECLINED, "ENTITY_DECLINED"),
    "expire": (State.EXPIRED, EXPIRED_CODE),
}


@dataclass(slots=True)
class Director:
    """The only writer of checkouts and transactions. `at` is always the instant at which a thing happens."""

    world: World
    clock: Clock
    agenda: Agenda
    courier: Courier

    def begin(self, order: Order, method: Method, at: datetime, *, bank: str = "") -> Transaction:
        """A new try, still pending. A cash coupon expires after seven days, a push to Nequi after fifteen minutes."""
        ids = self.world.ids
        transaction = Transaction(
            number=ids.digits(9),
            method=method,
            amount=order.purchase.amount,
            currency=order.purchase.currency,
            created_at=at,
            operated_at=at,
            cus=ids.digits(9) if method.name in ("PSE", "NEQUI") else "",
            bank=(bank or DEFAULT_BANK.name) if method.name == "PSE" else "",
        )
        life = {"EFECTIVO": COUPON_LIFE, "NEQUI": NEQUI_LIFE}.get(method.name)
        self.world.record(order, transaction)
        if life is not None:
            transaction.expires_at = at + life
            self._plan_expiry(order, transaction, transaction.expires_at)
        return transaction

    def finish(
        self,
        order: Order,
        transaction: Transaction,
        state: State,
        code: str,
        at: datetime,
        notice: Notice | None = None,
    ) -> list[Delivery]:
        """Gives a try its final result and prepares what the gateway sends, which the courier is to dispatch."""
        transaction.state, transaction.code, transaction.operated_at = state, code, at
        transaction.authorization = self.world.ids.digits(6) if state is State.APPROVED else ""
        return self.tell(order, transaction, at, notice or Notice())

    async def settle(self, order: Order, transaction: Transaction, state: State, code: str) -> None:
        """`finish` now, with what the gateway sends; the payer's browser is not part of it."""
        await self.courier.dispatch(self.finish(order, transaction, state, code, self.clock.now()))

    def tell(self, order: Order, transaction: Transaction, at: datetime, notice: Notice) -> list[Delivery]:
        """What goes from server to server: the REST dialect's notification; elsewhere a copy, if it is switched on."""
        if order.purchase.dialect is Dialect.REST:
            wire, url, fields = Wire.JSON, order.purchase.notify_url, notification_fields(order, transaction)
        elif order.merchant.server_copy:
            wire, url, fields = Wire.FORM, order.purchase.return_url, return_fields(order, transaction)
        else:
            return []
        return self._messages(order, transaction, at, notice, Kind.NOTIFICATION, wire, url, fields, notice.dropped)

    def come_back(self, order: Order, transaction: Transaction, at: datetime, notice: Notice) -> list[Delivery]:
        """The payer's browser at `urlback`, which the simulator plays when there is no person."""
        wire = Wire.FORM if order.merchant.return_method == "POST" else Wire.GET
        fields = return_fields(order, transaction)
        transaction.returned = True
        url, dropped = order.purchase.return_url, notice.return_dropped
        return self._messages(order, transaction, at, notice, Kind.RETURN, wire, url, fields, dropped)

    async def load(self, reference: str, steps: Sequence[Step]) -> Order | None:
        """Keeps a script until the page of a checkout of `reference`, or of any, is first asked for.

        Steps at the head that only prepare an answer take effect at once. What remains is played at once when there
        is a checkout under the reference already; answers that checkout. An empty script removes what was kept.
        """
        waiting = list(steps)
        while (
            waiting and waiting[0].kind not in PAYER_STEPS and self.world.scenarios.prepare_fault(reference, waiting[0])
        ):
            waiting.pop(0)
        known = self.world.orders_under(reference) if reference != ANY else []
        if known and waiting:
            await self.play(known[-1], waiting)
            return known[-1]
        self.world.scenarios.keep(reference, waiting)
        return None

    async def visit(self, order: Order) -> bool:
        """The page of a checkout is asked for; the first time, a script is played. Answers whether one was."""
        if order.visited:
            return False
        order.visited = True
        script = self.world.scenarios.take(order.purchase.reference)
        if script is None:
            return False
        await self.play(order, script)
        return True

    async def play(self, order: Order, steps: Iterable[Step]) -> None:
        """Plays a script on a checkout, now, with a browser of its own for the returns."""
        order.visited = True

        def perform(step: Step, at: datetime) -> list[Delivery]:
            return self._perform(order, step, at)

        await play(steps, self.clock.now(), perform=perform, courier=self.courier, agenda=self.agenda)

    def _perform(self, order: Order, step: Step, at: datetime) -> list[Delivery]:
        notice = step.notice
        if step.kind == "abandon" or self.world.scenarios.prepare_fault(order.purchase.reference, step):
            return []
        if step.kind == "pending":
            method = METHODS[notice.method or PENDING[step.value]]
            transaction = self._spoil(self.begin(order, method, at), notice)
            told = self.tell(order, transaction, at, notice)
            return [*told, *self.come_back(order, transaction, at, notice)]
        transaction, present = self._transaction_for(order, step, at)
        self._spoil(transaction, notice)
        match step.kind:
            case "expire":
                state, code = State.EXPIRED, EXPIRED_CODE
            case "decline":
                state, code = State.DECLINED, step.value
            case "turn":
                state, code = _TURNED[step.value]
            case _:
                state, code = State.APPROVED, APPROVED_CODE
        told = self.finish(order, transaction, state, code, at, notice)
        return [*told, *(self.come_back(order, transaction, at, notice) if present else [])]

    def _transaction_for(self, order: Order, step: Step, at: datetime) -> tuple[Transaction, bool]:
        """The try that a step is about, and whether its payer is still there to come back."""
        waiting = None if step.kind == "approve_again" else order.pending
        last = order.last
        if waiting is None and step.kind == "approve" and last is not None and last.state is State.EXPIRED:
            waiting = last
        if step.kind == "turn":
            waiting = last
        if waiting is not None:
            return waiting, not waiting.returned
        return self.begin(order, METHODS[step.notice.method or "PSE"], at), True

    def _spoil(self, transaction: Transaction, notice: Notice) -> Transaction:
        transaction.amount = notice.amount_for(transaction.amount)
        transaction.currency = notice.currency or transaction.currency
        transaction.answers = {**transaction.answers, **notice.answers}
        return transaction

    def _plan_expiry(self, order: Order, transaction: Transaction, at: datetime) -> None:
        async def expire(planned: datetime) -> None:
            if transaction.state is State.PENDING:
                await self.courier.dispatch(self.finish(order, transaction, State.EXPIRED, EXPIRED_CODE, planned))

        self.agenda.plan(at, expire)

    def _messages(
        self,
        order: Order,
        transaction: Transaction,
        at: datetime,
        notice: Notice,
        kind: Kind,
        wire: Wire,
        url: str,
        fields: dict[str, str],
        dropped: bool,
    ) -> list[Delivery]:
        return [
            self.courier.prepare(
                gateway="enlinea",
                kind=kind,
                wire=wire,
                reference=order.purchase.reference,
                transaction_id=transaction.number,
                url=url,
                fields={**fields, **notice.overrides} if fields else fields,
                at=at + notice.delay,
                about=("regreso: " if kind is Kind.RETURN else "") + transaction.state.value,
                dropped=dropped,
            )
            for _ in range(notice.copies)
        ]
