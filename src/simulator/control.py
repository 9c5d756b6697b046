"""The control API under `/_sim`: scenarios, the clock, what happened, and back to the beginning.

For tests and demonstrations. Every refusal is a JSON object `{"error": "…"}` in Spanish with a 4xx status.
"""

import re
from dataclasses import replace
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from simulator.clock import parse_duration
from simulator.payu.steps import BadStep, Step, parse_step
from simulator.payu.world import ANY
from simulator.settings import ALGORITHMS, Merchant
from simulator.simulation import Simulation
from simulator.views import delivery_view, merchant_view, order_view
from simulator.web import BadRequest, json_answer, read_json_object

_MOST_STEPS = 50

_MERCHANT_TEXTS = {
    "merchantId": ("merchant_id", r"[0-9]{1,12}"),
    "accountId": ("account_id", r"[0-9]{1,6}"),
    "apiLogin": ("api_login", r"[!-~]{6,32}"),
    "apiKey": ("api_key", r"[!-~]{6,64}"),
    "name": ("name", r"[^\x00-\x1f\x7f]{1,150}"),
    "responseUrl": ("response_url", r"|https?://[!-~]{1,250}"),
    "confirmationUrl": ("confirmation_url", r"|https?://[!-~]{1,250}"),
    "confirmationAlgorithm": ("confirmation_algorithm", "|".join(ALGORITHMS)),
}
_MERCHANT_FLAGS = {"duplicateControl": "duplicate_control", "sandbox": "sandbox"}


def _text(body: dict[str, Any], name: str) -> str:
    value = body.get(name)
    if not isinstance(value, str) or not 1 <= len(value) <= 255:
        raise BadRequest(422, f"«{name}» debe ser un texto de 1 a 255 caracteres.")
    return value


def _script(body: dict[str, Any]) -> list[Step]:
    script = body.get("script")
    if not isinstance(script, list) or len(script) > _MOST_STEPS or not all(isinstance(step, str) for step in script):
        raise BadRequest(422, f"«script» debe ser una lista de hasta {_MOST_STEPS} pasos escritos como texto.")
    try:
        return [parse_step(step) for step in script]
    except BadStep as refusal:
        raise BadRequest(422, str(refusal)) from None


def _merchant(body: dict[str, Any]) -> Merchant:
    read: dict[str, Any] = {}
    for name, value in body.items():
        if name in _MERCHANT_TEXTS:
            field, pattern = _MERCHANT_TEXTS[name]
            if not isinstance(value, str) or re.fullmatch(pattern, value) is None:
                raise BadRequest(422, f"«{name}» no tiene la forma esperada.")
            read[field] = value
        elif name in _MERCHANT_FLAGS:
            if not isinstance(value, bool):
                raise BadRequest(422, f"«{name}» debe ser true o false.")
            read[_MERCHANT_FLAGS[name]] = value
        else:
            raise BadRequest(422, f"No conozco «{name[:60]}» de un comercio.")
    if missing := [name for name in ("merchantId", "accountId", "apiLogin", "apiKey") if name not in body]:
        raise BadRequest(422, f"Faltan datos del comercio: {', '.join(missing)}.")
    return Merchant(**read)


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
                "gateways": ["payu"],
                "now": simulation.clock.now().isoformat(),
                "seed": simulation.ids.seed,
                "orders": len(simulation.world.orders),
                "deliveries": len(simulation.courier.deliveries),
                "planned": len(simulation.agenda),
            }
        )

    async def load_scenario(self, request: Request) -> Response:
        """Keeps a script until its checkout form comes; plays it at once on an order that has been tried already."""
        body = await self._body(request)
        gateway, reference = _text(body, "gateway"), _text(body, "reference")
        if gateway == "enlinea":
            raise BadRequest(422, "El simulador aún no incluye EnLinea; por ahora sólo simula payu.")
        if gateway != "payu":
            raise BadRequest(422, "«gateway» debe ser payu.")
        steps, simulation = _script(body), self._simulation
        answer = {"gateway": gateway, "reference": reference, "script": body["script"]}
        tried = [order for order in simulation.world.orders_under(reference) if order.transactions]
        if reference != ANY and tried and steps:
            await simulation.director.play(tried[-1], steps)
            return json_answer({**answer, "state": "played", "order": order_view(tried[-1])})
        simulation.director.load(reference, steps)
        return json_answer({**answer, "state": "waiting" if steps else "removed"})

    async def orders(self, request: Request) -> Response:
        """A list of the checkouts, oldest first; `?reference=` narrows it."""
        reference = request.query_params.get("reference")
        orders = self._simulation.world.orders.values()
        return json_answer([order_view(order) for order in orders if reference in (None, order.purchase.reference)])

    async def play(self, request: Request) -> Response:
        """Plays `{"script": […]}` on an order right now."""
        order = self._simulation.world.orders.get(request.path_params["order"])
        if order is None:
            raise HTTPException(404)
        await self._simulation.director.play(order, _script(await self._body(request)))
        return json_answer(order_view(order))

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

    async def merchants(self, request: Request) -> Response:
        """The merchants known, without their keys."""
        return json_answer([merchant_view(merchant) for merchant in self._simulation.world.merchants.values()])

    async def add_merchant(self, request: Request) -> Response:
        """Makes a merchant known, or changes one: a new apiKey signs from now on, also for orders that exist."""
        merchant = _merchant(await self._body(request))
        if not merchant.confirmation_algorithm:
            merchant = replace(merchant, confirmation_algorithm=None)
        self._simulation.world.add_merchant(merchant)
        return json_answer(merchant_view(merchant))

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

    async def _body(self, request: Request) -> dict[str, Any]:
        return await read_json_object(request, self._simulation.settings.max_body_bytes)
