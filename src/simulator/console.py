"""The console: a page that lists what happened and lets a person make more of it happen."""

from datetime import timedelta

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from simulator.clock import parse_duration
from simulator.page import page
from simulator.simulation import Simulation
from simulator.steps import BadStep
from simulator.web import BadRequest, read_form

_SHOWN = 100

_ADVANCES = (("PT10M", "10 minutos"), ("PT3H", "3 horas"), ("PT26H", "26 horas"), ("P8D", "8 días"))


def _ahead(by: timedelta) -> str:
    hours, seconds = divmod(int(by.total_seconds()), 3600)
    return f"{hours} h {seconds // 60} min" if by else ""


class Console:
    """Routes of the console."""

    def __init__(self, simulation: Simulation) -> None:
        self._simulation = simulation

    def routes(self) -> list[Route]:
        """The page at the root and its forms."""
        return [
            Route("/", self.show, methods=["GET"]),
            Route("/consola/ordenes/{order:int}", self.play, methods=["POST"]),
            Route("/consola/avisos/{delivery:int}", self.replay, methods=["POST"]),
            Route("/consola/reloj", self.advance, methods=["POST"]),
            Route("/consola/pendientes", self.tick, methods=["POST"]),
            Route("/consola/reinicio", self.reset, methods=["POST"]),
        ]

    async def show(self, request: Request) -> Response:
        """Orders and notifications, the newest first."""
        simulation = self._simulation
        gateways = simulation.gateways.values()
        rows = [gateway.row(order_id) for gateway in gateways for order_id in gateway.order_ids()[-_SHOWN:]]
        rows.sort(key=lambda row: row.created_at, reverse=True)
        return page(
            "console.html",
            now=simulation.clock.now(),
            ahead=_ahead(simulation.clock.ahead),
            planned=len(simulation.agenda),
            rows=rows[:_SHOWN],
            deliveries=list(simulation.courier.deliveries.values())[-_SHOWN:][::-1],
            scenarios=[(gateway.name, *one) for gateway in gateways for one in gateway.waiting().items()],
            merchants=[merchant for gateway in gateways for merchant in gateway.merchants()],
            advances=_ADVANCES,
        )

    async def play(self, request: Request) -> Response:
        """One step on an order."""
        order_id = request.path_params["order"]
        gateway = self._simulation.gateway_of(order_id)
        if gateway is None:
            raise HTTPException(404)
        try:
            step = gateway.read_step((await self._form(request)).get("step", ""))
        except BadStep as refusal:
            raise BadRequest(422, str(refusal)) from None
        await gateway.play(order_id, [step])
        return self._home()

    async def replay(self, request: Request) -> Response:
        """A notification once more."""
        delivery = self._simulation.courier.deliveries.get(request.path_params["delivery"])
        if delivery is None:
            raise HTTPException(404)
        await self._simulation.courier.replay(delivery)
        return self._home()

    async def advance(self, request: Request) -> Response:
        """The clock forward, and everything that falls due thereby."""
        try:
            self._simulation.clock.advance(parse_duration((await self._form(request)).get("advance", "")))
        except ValueError:
            raise BadRequest(422, "El reloj no puede avanzar tanto, o la duración no es válida.") from None
        await self._simulation.agenda.run_due()
        return self._home()

    async def tick(self, request: Request) -> Response:
        """Everything due."""
        await self._simulation.agenda.run_due()
        return self._home()

    async def reset(self, request: Request) -> Response:
        """Back to the beginning; merchants stay."""
        self._simulation.reset()
        return self._home()

    def _home(self) -> Response:
        return RedirectResponse("/", 303)

    async def _form(self, request: Request) -> dict[str, str]:
        return await read_form(request, self._simulation.settings.max_body_bytes)
