"""The PayU side, put together for the control API and the console."""

from collections.abc import Mapping, Sequence
from typing import Any

from starlette.routing import Route

from simulator.agenda import Agenda
from simulator.clock import Clock
from simulator.courier import Courier
from simulator.gateway import OF_A_FAILED_TRY, OF_A_PENDING_TRY, Row
from simulator.ids import Ids
from simulator.payu import payments_api, reports_api
from simulator.payu.director import Director
from simulator.payu.merchants import merchant_view, read_merchant
from simulator.payu.model import Order
from simulator.payu.pages import CHECKOUT, HostedPages
from simulator.payu.steps import parse_step
from simulator.payu.views import order_view
from simulator.payu.world import World
from simulator.scenarios import ANY
from simulator.settings import Settings
from simulator.steps import Step


def _buttons(order: Order) -> tuple[tuple[str, str, str], ...]:
    """What a person may do with an order now: step, label, look of the button."""
    if order.open_refund:
        return (
            ("refund:approve", "Aprobar el reembolso", "primary"),
            ("refund:decline", "Negar el reembolso", "danger"),
        )
    if order.pending_charge:
        return OF_A_PENDING_TRY
    if order.approved_charge:
        again = ("approve_again", "Pagar otra vez", "plain")
        return (again,) if order.charged_back else (again, ("chargeback", "Contracargo", "danger"))
    if order.transactions:
        return OF_A_FAILED_TRY
    return ()


class PayU:
    """PayU Latam."""

    name = "payu"
    for_programs = (payments_api.PATH, reports_api.PATH)

    def __init__(self, settings: Settings, ids: Ids, clock: Clock, agenda: Agenda, courier: Courier) -> None:
        self.world = World(settings, ids)
        self.director = Director(self.world, clock, agenda, courier)

    def routes(self) -> list[Route]:
        """Every address of the gateway."""
        reports, payments = reports_api.ReportsApi(self.world), payments_api.PaymentsApi(self.director)
        return [
            *HostedPages(self.director).routes(),
            Route(reports_api.PATH, reports.__call__, methods=["POST"]),
            Route(payments_api.PATH, payments.__call__, methods=["POST"]),
        ]

    def clear(self) -> None:
        """Forgets everything but the merchants."""
        self.world.clear()

    def read_step(self, text: str) -> Step:
        """One step of a script. Raises BadStep."""
        return parse_step(text)

    async def load(self, reference: str, steps: Sequence[Step]) -> int | None:
        """Keeps a script until its checkout form comes; plays it at once on an order that has been tried already."""
        tried = [order for order in self.world.orders_under(reference) if order.transactions]
        if reference != ANY and tried and steps:
            await self.director.play(tried[-1], steps)
            return tried[-1].id
        self.director.load(reference, steps)
        return None

    async def play(self, order_id: int, steps: Sequence[Step]) -> None:
        """Plays a script on an order right now."""
        await self.director.play(self.world.orders[order_id], steps)

    def waiting(self) -> Mapping[str, tuple[Step, ...]]:
        """The scripts that wait for their form, by reference."""
        return self.world.scenarios.waiting

    def has(self, order_id: int) -> bool:
        """Whether an order is here."""
        return order_id in self.world.orders

    def order_ids(self, reference: str | None = None) -> list[int]:
        """The orders, oldest first, or those of one reference."""
        return list(self.world.orders) if reference is None else [one.id for one in self.world.orders_under(reference)]

    def view(self, order_id: int) -> dict[str, Any]:
        """An order as the control API shows it."""
        return order_view(self.world.orders[order_id])

    def row(self, order_id: int) -> Row:
        """An order as the console shows it."""
        order = self.world.orders[order_id]
        purchase, open_still = order.purchase, not order.approved_charge and not order.pending_charge
        return Row(
            id=order.id,
            gateway="PayU",
            reference=purchase.reference,
            description=purchase.description,
            merchant=order.merchant.name,
            payer=purchase.buyer_name,
            email=purchase.buyer_email,
            amount=purchase.amount,
            currency=purchase.currency,
            status=order.status,
            created_at=order.created_at,
            tries=tuple((one.state.value, one.words) for one in order.transactions),
            buttons=_buttons(order),
            page=f"{CHECKOUT}pago/{order.id}" if open_still else "",
        )

    def merchants(self) -> list[dict[str, Any]]:
        """The merchants, without their keys."""
        return [merchant_view(merchant) for merchant in self.world.merchants.values()]

    def add_merchant(self, body: dict[str, Any]) -> dict[str, Any]:
        """Makes a merchant's account known, or replaces what was known about it."""
        merchant = read_merchant(body)
        self.world.add_merchant(merchant)
        return merchant_view(merchant)
