"""The control API under `/_sim`: scenarios, the clock, what happened, and back to the beginning.

For tests and demonstrations. Every refusal is a JSON object `{"error": "…"}` in Spanish with a 4xx status.
"""

from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from simulator.clock import parse_duration
from simulator.gateway import Gateway
from simulator.simulation import Simulation
from simulator.steps import BadStep, Step
from simulator.views import delivery_view
from simulator.web import BadRequest, json_answer, read_json_object

_MOST_STEPS = 50


def _text(body: dict[str, Any], name: str) -> str:
    value = body.get(name)
    if not isinstance(value, str) or not 1 <= len(value) <= 255:
        raise BadRequest(422, f"«{name}» debe ser un texto de 1 a 255 caracteres.")
    return value


def _script(body: dict[str, Any], gateway: Gateway) -> list[Step]:
    script = body.get("script")
    if not isinstance(script, list) or len(script) > _MOST_STEPS or not all(isinstance(step, str) for step in script):
        raise BadRequest(422, f"«script» debe ser una lista de hasta {_MOST_STEPS} pasos escritos como texto.")
    try:
        return [gateway.read_step(step) for step in script]
    except BadStep as refusal:
        raise BadRequest(422, str(refusal)) from None


class Control:
    """Routes of the control API."""

    def __init__(self, simulation: Simulation) -> None:
        self._simulation = simulation

    def routes(self) -> list[Route]:
        """Every address under `/_sim`."""
        return [
            Route("/_sim/health", self.health, methods=["GET"]),
            Route("/_sim/scenarios", self.load_scenario, methods=["POST"]),
            Route("/_sim/orders", self.orders, methods=["GET"]),
            Route("/_sim/orders/{order:int}/play", self.play, methods=["POST"]),
            Route("/_sim/deliveries", self.deliveries, methods=["GET"]),
            Route("/_sim/deliveries/{delivery:int}/replay", self.replay, methods=["POST"]),
            Route("/_sim/deliveries/hold", self.hold, methods=["POST"]),
            Route("/_sim/merchants", self.merchants, methods=["GET"]),
            Route("/_sim/merchants", self.add_merchant, methods=["POST"]),
            Route("/_sim/tick", self.tick, methods=["POST"]),
            Route("/_sim/clock", self.advance, methods=["POST"]),
            Route("/_sim/reset", self.reset, methods=["POST"]),
        ]

    async def health(self, request: Request) -> Response:
        """Alive, the simulated time, the seed of the ids."""
        simulation = self._simulation
        return json_answer(
            {
                "status": "ok",
                "gateways": list(simulation.gateways),
                "now": simulation.clock.now().isoformat(),
                "seed": simulation.ids.seed,
                "orders": sum(len(gateway.order_ids()) for gateway in simulation.gateways.values()),
                "deliveries": len(simulation.courier.deliveries),
                "planned": len(simulation.agenda),
            }
        )

    async def load_scenario(self, request: Request) -> Response:
        """Keeps a script until its payment comes, or plays it at once where the gateway has that payment already."""
        body = await self._body(request)
        gateway, reference = self._gateway(_text(body, "gateway")), _text(body, "reference")
        steps = _script(body, gateway)
        answer = {"gateway": gateway.name, "reference": reference, "script": body["script"]}
        played = await gateway.load(reference, steps)
        if played is not None:
            return json_answer({**answer, "state": "played", "order": gateway.view(played)})
        return json_answer({**answer, "state": "waiting" if steps else "removed"})

    async def orders(self, request: Request) -> Response:
        """A list of the checkouts, by gateway and then oldest first; `?reference=` and `?gateway=` narrow it."""
        reference, name = request.query_params.get("reference"), request.query_params.get("gateway")
        return json_answer(
            [
                gateway.view(order_id)
                for gateway in self._simulation.gateways.values()
                if name in (None, gateway.name)
                for order_id in gateway.order_ids(reference)
            ]
        )

    async def play(self, request: Request) -> Response:
        """Plays `{"script": […]}` on an order right now."""
        order_id = request.path_params["order"]
        gateway = self._simulation.gateway_of(order_id)
        if gateway is None:
            raise HTTPException(404)
        await gateway.play(order_id, _script(await self._body(request), gateway))
        return json_answer(gateway.view(order_id))

    async def deliveries(self, request: Request) -> Response:
        """A list of the notifications with each attempt's status and body; `?reference=` narrows it."""
        reference = request.query_params.get("reference")
        deliveries = self._simulation.courier.deliveries.values()
        return json_answer([delivery_view(one) for one in deliveries if reference in (None, one.reference)])

    async def replay(self, request: Request) -> Response:
        """Sends a notification once more, dropped ones too."""
        delivery = self._simulation.courier.deliveries.get(request.path_params["delivery"])
        if delivery is None:
            raise HTTPException(404)
        await self._simulation.courier.replay(delivery)
        return json_answer(delivery_view(delivery))

    async def hold(self, request: Request) -> Response:
        """`{"on": true}` keeps every new message back until it is replayed; `{"on": false}` ends that for new ones."""
        on = (await self._body(request)).get("on")
        if not isinstance(on, bool):
            raise BadRequest(422, "«on» debe ser true o false.")
        self._simulation.courier.hold = on
        return json_answer({"on": on})

    async def merchants(self, request: Request) -> Response:
        """The merchants known, without their keys."""
        gateways = self._simulation.gateways.values()
        return json_answer([merchant for gateway in gateways for merchant in gateway.merchants()])

    async def add_merchant(self, request: Request) -> Response:
        """Makes a merchant known, or replaces what was known of it; of PayU unless `gateway` says otherwise."""
        body = await self._body(request)
        gateway = self._gateway(_text(body, "gateway") if "gateway" in body else "payu")
        body.pop("gateway", None)
        return json_answer(gateway.add_merchant(body))

    async def tick(self, request: Request) -> Response:
        """Runs everything due by the simulated clock, and answers when it is done."""
        ran = await self._simulation.agenda.run_due()
        return json_answer(
            {"ran": ran, "planned": len(self._simulation.agenda), "now": self._simulation.clock.now().isoformat()}
        )

    async def advance(self, request: Request) -> Response:
        """`{"advance": "PT3H"}` pushes the clock forward; what falls due waits for a tick or the background."""
        text = _text(await self._body(request), "advance")
        try:
            self._simulation.clock.advance(parse_duration(text))
        except ValueError:
            raise BadRequest(422, "«advance» debe ser una duración ISO 8601 como PT3H, de máximo diez años.") from None
        self._simulation.agenda.wake()
        return json_answer({"now": self._simulation.clock.now().isoformat()})

    async def reset(self, request: Request) -> Response:
        """Forgets everything but the merchants and sets the clock back; `{"seed": 7}` also restarts the ids."""
        seed = (await self._body(request)).get("seed")
        if seed is not None and (not isinstance(seed, int) or isinstance(seed, bool)):
            raise BadRequest(422, "«seed» debe ser un número entero.")
        self._simulation.reset(seed)
        return json_answer({"status": "ok", "seed": self._simulation.ids.seed})

    def _gateway(self, name: str) -> Gateway:
        gateways = self._simulation.gateways
        if name not in gateways:
            raise BadRequest(422, f"«gateway» debe ser uno de {', '.join(gateways)}.")
        return gateways[name]

    async def _body(self, request: Request) -> dict[str, Any]:
        return await read_json_object(request, self._simulation.settings.max_body_bytes)
