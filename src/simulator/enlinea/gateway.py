"""The EnLinea side, put together for the control API and the console."""

from collections.abc import Mapping, Sequence
from typing import Any

from starlette.routing import Route

from simulator.agenda import Agenda
from simulator.clock import Clock
from simulator.courier import Courier
from simulator.enlinea.director import Director
from simulator.enlinea.merchants import merchant_view, read_merchant
from simulator.enlinea.model import Order
from simulator.enlinea.openings import PAY, REST, Openings
from simulator.enlinea.pages import HostedPages
from simulator.enlinea.services import Services
from simulator.enlinea.steps import parse_step
from simulator.enlinea.views import order_view
from simulator.enlinea.world import World
from simulator.gateway import OF_A_FAILED_TRY, OF_A_PENDING_TRY, Row
from simulator.ids import Ids
from simulator.settings import Settings
from simulator.steps import Step


def _buttons(order: Order) -> tuple[tuple[str, str, str], ...]:
    """What a person may do with a checkout now: step, label, look of the button."""
    if order.pending:
        return OF_A_PENDING_TRY
    if order.approved:
        return (("approve_again", "Pagar otra vez", "plain"),)
    if order.transactions:
        return OF_A_FAILED_TRY
    return ()


def _page(order: Order) -> str:
    return f"{PAY}?t={order.token}"


class EnLinea:
    """EnLinea Pagos."""

    name = "enlinea"
    for_programs = (REST, "/secure/webservices/", "/secure/gangway/index.do")

    def __init__(self, settings: Settings, ids: Ids, clock: Clock, agenda: Agenda, courier: Courier) -> None:
        self.world = World(settings, ids)
        self.director = Director(self.world, clock, agenda, courier)

    def routes(self) -> list[Route]:
        """Every address of the gateway."""
        parts = (Openings(self.director), HostedPages(self.director), Services(self.director))
        return [route for part in parts for route in part.routes()]

    def clear(self) -> None:
        """Forgets everything but the merchants."""
        self.world.clear()

    def read_step(self, text: str) -> Step:
        """One step of a script. Raises BadStep."""
        return parse_step(text)

    async def load(self, reference: str, steps: Sequence[Step]) -> int | None:
        """Keeps a script until the page is first asked for; plays it at once on a checkout that is there already."""
        played = await self.director.load(reference, steps)
        return None if played is None else played.id

    async def play(self, order_id: int, steps: Sequence[Step]) -> None:
        """Plays a script on a checkout right now."""
        await self.director.play(self.world.orders[order_id], steps)

    def waiting(self) -> Mapping[str, tuple[Step, ...]]:
        """The scripts that wait for their page, by reference."""
        return self.world.scenarios.waiting

    def has(self, order_id: int) -> bool:
        """Whether an order is here."""
        return order_id in self.world.orders

    def order_ids(self, reference: str | None = None) -> list[int]:
        """The checkouts, oldest first, or those of one reference."""
        return list(self.world.orders) if reference is None else [one.id for one in self.world.orders_under(reference)]

    def view(self, order_id: int) -> dict[str, Any]:
        """A checkout as the control API shows it."""
        order = self.world.orders[order_id]
        return order_view(order, _page(order))

    def row(self, order_id: int) -> Row:
        """A checkout as the console shows it."""
        order = self.world.orders[order_id]
        purchase, open_still = order.purchase, not order.approved and not order.pending
        return Row(
            id=order.id,
            gateway="EnLinea",
            reference=purchase.reference,
            description=purchase.description,
            merchant=order.merchant.name,
            payer=f"{purchase.names} {purchase.surnames}".strip(),
            email=purchase.email,
            amount=purchase.amount,
            currency=purchase.currency,
            status=order.status,
            created_at=order.created_at,
            tries=tuple((one.state.value, one.method.title) for one in order.transactions),
            buttons=_buttons(order),
            page=f"/secure/gangway/pago/{order.token}" if open_still else "",
        )

    def merchants(self) -> list[dict[str, Any]]:
        """The merchants, without their secrets."""
        return [merchant_view(merchant) for merchant in self.world.merchants.values()]

    def add_merchant(self, body: dict[str, Any]) -> dict[str, Any]:
        """Makes a merchant known, or replaces what was known about it."""
        merchant = read_merchant(body)
        self.world.add_merchant(merchant)
        return merchant_view(merchant)
