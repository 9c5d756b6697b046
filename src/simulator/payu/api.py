"""What PayU's two JSON APIs have in common: media types, credentials, faults on purpose."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from simulator.faults import answered
from simulator.payu.merchants import Merchant
from simulator.payu.world import World
from simulator.web import BadRequest, json_answer, read_json_object

Handler = Callable[[Request, Merchant, dict[str, Any]], Awaitable[Response]]

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

_XML_REFUSAL = (
    '<?xml version="1.0" encoding="UTF-8"?>\n'
    "<response><code>ERROR</code>"
    "<error>El simulador sólo responde JSON: envíe Accept: application/json</error></response>\n"
)


def milliseconds(instant: datetime) -> int:
    """The instant as PayU's JSON gives it: milliseconds since 1970."""
    return (instant - _EPOCH) // timedelta(milliseconds=1)


def dig(data: object, path: str) -> Any:
    """The member at a dotted path, None where any part of it is missing."""
    for name in path.split("."):
        data = data.get(name) if isinstance(data, dict) else None
    return data


def text_at(data: object, path: str) -> str:
    """A text or a number at a dotted path, as text; empty for anything else."""
    found = dig(data, path)
    return str(found) if isinstance(found, str | int | Decimal) and not isinstance(found, bool) else ""


class Api:
    """One endpoint: checks the request, finds the merchant, then calls the handler of its command.

    `empty` is the member that is null in PING and ERROR answers: `result` or `transactionResponse`.
    """

    def __init__(self, world: World, empty: str) -> None:
        self.world = world
        self.empty = empty
        self.commands: dict[str, Handler] = {}

    def error(self, message: str, status: int = 200) -> Response:
        """PayU's ERROR answer, which normally comes with HTTP 200."""
        return json_answer({"code": "ERROR", "error": message, self.empty: None}, status)

    async def __call__(self, request: Request) -> Response:
        """Answers one POST."""
        if "application/json" not in request.headers.get("accept", "").lower():
            return Response(_XML_REFUSAL, 406, media_type="application/xml")
        if request.headers.get("content-type", "").split(";")[0].strip().lower() != "application/json":
            return self.error("El cuerpo debe enviarse como application/json.", 415)
        try:
            body = await read_json_object(request, self.world.settings.max_body_bytes)
        except BadRequest as refusal:
            return self.error(refusal.message, refusal.status)
        merchant = self.world.merchant_with(text_at(body, "merchant.apiLogin"), text_at(body, "merchant.apiKey"))
        if merchant is None:
            return self.error("Credenciales inválidas.")
        handler = self.commands.get(text_at(body, "command"))
        if handler is None:
            return self.error(f"El comando debe ser uno de {', '.join(self.commands)}.")
        kinds = ("http", "query") if self.empty == "result" else ("http",)
        fault = self.world.scenarios.take_fault(kinds, self._reference(body))
        return await answered(
            request,
            fault,
            self.world.settings,
            error=lambda: self.error("Ocurrió un error al consultar la información."),
            truth=lambda: handler(request, merchant, body),
        )

    def _reference(self, body: dict[str, Any]) -> str | None:
        """The reference a call is about, by whatever it names."""
        for path in ("details.referenceCode", "transaction.order.referenceCode"):
            if text_at(body, path):
                return text_at(body, path)
        for path in ("details.orderId", "transaction.order.id"):
            text = text_at(body, path)
            order = self.world.orders.get(int(text)) if text.isascii() and text.isdigit() and len(text) < 20 else None
            if order is not None:
                return order.purchase.reference
        found = self.world.transaction(text_at(body, "details.transactionId"))
        return found[0].purchase.reference if found else None
