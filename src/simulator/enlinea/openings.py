"""The two addresses at which a merchant's server opens a checkout: the form and the REST dialect."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from simulator.enlinea.director import Director
from simulator.enlinea.merchants import EnLineaMerchant
from simulator.enlinea.model import Order, Purchase
from simulator.enlinea.requests import Refused, check_gangway, check_rest
from simulator.faults import answered
from simulator.web import BadRequest, read_form, read_json_object

GANGWAY = "/secure/gangway/index.do"
REST = "/app/webservice/webcheckout/rest"
PAY = "/secure/gangway/pagar.do"

Check = Callable[[], tuple[EnLineaMerchant, Purchase]]
Answer = Callable[[Mapping[str, str]], Response]


def link_to(request: Request, order: Order) -> str:
    """Where the payer is sent."""
    return f"{request.base_url.scheme}://{request.base_url.netloc}{PAY}?t={order.token}"


def _with_escaped_slashes(members: Mapping[str, str]) -> Response:
    """As PHP writes JSON, and with a media type that says nothing of JSON, as integrators' code suggests."""
    return Response(json.dumps(dict(members)).replace("/", "\\/"), media_type="text/html; charset=ISO-8859-1")


def _as_json(members: Mapping[str, str]) -> Response:
    return Response(json.dumps(dict(members)), media_type="application/json")


def _texts(body: object) -> dict[str, str]:
    """The members of an object that are texts or numbers, as text."""
    members = body if isinstance(body, dict) else {}
    return {
        name: str(value)
        for name, value in members.items()
        if value is not None and not isinstance(value, bool | dict | list)
    }


@dataclass(slots=True)
class Openings:
    """Routes that open checkouts. Whatever is wrong is told with HTTP 200."""

    director: Director

    def routes(self) -> list[Route]:
        """Both addresses."""
        return [Route(GANGWAY, self.gangway, methods=["POST"]), Route(REST, self.rest, methods=["POST"])]

    async def gangway(self, request: Request) -> Response:
        """`{"link":"http:\\/\\/…"}`, or a body with `error`."""
        world = self.director.world
        try:
            form = await read_form(request, world.settings.max_body_bytes)
        except BadRequest as refusal:
            return _with_escaped_slashes({"error": refusal.message})
        return await self._open(
            request,
            form.get("referencia"),
            lambda: check_gangway(form, world),
            _with_escaped_slashes,
            complaint="error",
        )

    async def rest(self, request: Request) -> Response:
        """`{"link": "http://…"}`, or `{"message": "…"}`."""
        world = self.director.world
        try:
            body = await read_json_object(request, world.settings.max_body_bytes)
        except BadRequest as refusal:
            return _as_json({"message": refusal.message})
        texts, person = _texts(body), _texts(body.get("person_data"))
        return await self._open(
            request,
            texts.get("reference"),
            lambda: check_rest(texts, person, world),
            _as_json,
            complaint="message",
        )

    async def _open(
        self, request: Request, reference: str | None, check: Check, answer: Answer, *, complaint: str
    ) -> Response:
        world = self.director.world

        async def truth() -> Response:
            try:
                merchant, purchase = check()
            except Refused as refusal:
                return answer({complaint: refusal.message})
            order = world.open_order(merchant, purchase, self.director.clock.now())
            return answer({merchant.link_key if complaint == "error" else "link": link_to(request, order)})

        return await answered(
            request,
            world.scenarios.take_fault(("http",), reference),
            world.settings,
            error=lambda: answer({complaint: "No fue posible crear el pago"}),
            truth=truth,
        )
