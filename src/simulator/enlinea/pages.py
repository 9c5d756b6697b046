"""The hosted pages: where a payer chooses how to pay, and from where the browser goes back to `urlback`."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from simulator.banks import BANKS, bank_named
from simulator.enlinea.codes import (
    APPROVED_CODE,
    DECLINE_CODES,
    EXPIRED_CODE,
    METHODS,
    State,
    code_text,
)
from simulator.enlinea.director import Director
from simulator.enlinea.messages import return_fields
from simulator.enlinea.model import Order, Transaction
from simulator.enlinea.openings import PAY
from simulator.hosted import ENDED, FINAL, WayBack, redirect
from simulator.page import page
from simulator.steps import Notice
from simulator.web import read_form

_PLACE = "/secure/gangway/pago/{token}"

_WORDS = ENDED | {
    "PENDING": ("Pago pendiente", "El resultado aún no se conoce. Consulte más tarde en el sitio del comercio."),
}

_BUTTONS = {
    "pse": (("approve", "Autorizar el pago", "primary"), ("pending", "Dejar pendiente", "plain")),
    "nequi": (("approve", "Aceptar en el celular", "primary"), ("pending", "No responder", "plain")),
    "efectivo": (
        ("pending", "Guardar y continuar", "primary"),
        ("approve", "Simular el pago en caja", "plain"),
        ("expire", "Dejar vencer", "plain"),
    ),
}

_OUTCOMES = {"approve": (State.APPROVED, APPROVED_CODE), "expire": (State.EXPIRED, EXPIRED_CODE)}


def way_back(order: Order, transaction: Transaction) -> WayBack:
    """The return to the merchant's site."""
    url, fields = order.purchase.return_url, return_fields(order, transaction)
    if order.merchant.return_method == "POST":
        return WayBack(url, tuple(fields.items()), "post")
    return WayBack.asking(url, fields)


@dataclass(slots=True)
class HostedPages:
    """Routes of the checkout. A person's choices come as plain forms; no script is needed."""

    director: Director

    def routes(self) -> list[Route]:
        """The link of a checkout, and what its page leads to."""
        return [
            Route(PAY, self.open, methods=["GET"]),
            Route(_PLACE, self.choose, methods=["GET"]),
            Route(f"{_PLACE}/medio/{{group}}", self.pay, methods=["POST"]),
            Route(f"{_PLACE}/entidad", self.institution, methods=["GET"]),
            Route(f"{_PLACE}/entidad", self.decide, methods=["POST"]),
            Route(f"{_PLACE}/resultado", self.result, methods=["GET"]),
            Route(f"{_PLACE}/cerrar", self.close, methods=["POST"]),
        ]

    async def open(self, request: Request) -> Response:
        """The link: the page for a person, or what came of a script, which is played the first time."""
        order = self._order(request.query_params.get("t", ""))
        if await self.director.visit(order) and order.last is None:
            return self._left(order)
        if order.approved is None and order.pending is not None and order.pending.method.group == "pse":
            return redirect(self._address(order, "/entidad"))
        return await self._choose(order)

    async def choose(self, request: Request) -> Response:
        """The methods; the result instead, once there is one that the payer cannot better."""
        return await self._choose(self._here(request))

    async def pay(self, request: Request) -> Response:
        """One try with a method: a card has its result at once; the others go on to their own page."""
        order = self._here(request)
        form = await self._form(request)
        if order.approved or order.pending:
            return redirect(self._address(order, "/resultado"))
        group = request.path_params["group"]
        method = next((method for method in METHODS.values() if method.group == group), None)
        if method is None:
            raise HTTPException(404)
        bank = bank_named(form.get("bank", ""))
        now = self.director.clock.now()
        transaction = self.director.begin(order, method, now, bank=bank.name if bank else "")
        if group != "tarjeta":
            return redirect(self._address(order, "/entidad"))
        await self._settle(order, transaction, form)
        return redirect(self._address(order, "/resultado"))

    async def institution(self, request: Request) -> Response:
        """The bank, the phone or the cashier."""
        order = self._here(request)
        transaction = order.pending
        if transaction is None or transaction.method.group not in _BUTTONS:
            return redirect(self._address(order, "/resultado"))
        return page(
            "enlinea/entity.html",
            **self._common(order),
            charge=transaction,
            buttons=_BUTTONS[transaction.method.group],
            codes=DECLINE_CODES,
        )

    async def decide(self, request: Request) -> Response:
        """What the bank, the phone or the cashier answered; `pending` leaves it open."""
        order = self._here(request)
        form = await self._form(request)
        if order.pending is not None:
            await self._settle(order, order.pending, form)
        return redirect(self._address(order, "/resultado"))

    async def result(self, request: Request) -> Response:
        """How the last try ended, with the way back to the merchant and, after a decline, another try."""
        order = self._here(request)
        transaction = order.approved or order.last
        if transaction is None:
            return redirect(self._address(order))
        transaction.returned = True
        title, text = _WORDS[transaction.state]
        return page(
            "result.html",
            **self._common(order),
            charge=transaction,
            number=transaction.number,
            title=title,
            text=text,
            reason="" if transaction.state is State.APPROVED else code_text(transaction.code),
            may_retry=transaction.state not in FINAL,
            back=way_back(order, transaction),
        )

    async def close(self, request: Request) -> Response:
        """The payer leaves without paying: nobody is told."""
        return self._left(self._here(request))

    def _left(self, order: Order) -> Response:
        meaning = "nunca regresa al sitio del comercio"
        return page("closed.html", **self._common(order), meaning=meaning)

    async def _choose(self, order: Order) -> Response:
        if order.approved or order.pending:
            return redirect(self._address(order, "/resultado"))
        return page(
            "enlinea/checkout.html",
            **self._common(order),
            methods=METHODS.values(),
            banks=BANKS,
            codes=DECLINE_CODES,
            last=order.last,
        )

    async def _settle(self, order: Order, transaction: Transaction, form: Mapping[str, str]) -> None:
        outcome = form.get("outcome", "")
        if outcome in ("pending", "review"):
            told = self.director.tell(order, transaction, self.director.clock.now(), Notice())
            await self.director.courier.dispatch(told)
            return
        code = form.get("code", "")
        declined = (State.DECLINED, code if code in DECLINE_CODES else next(iter(DECLINE_CODES)))
        await self.director.settle(order, transaction, *_OUTCOMES.get(outcome, declined))

    def _order(self, token: str) -> Order:
        order = self.director.world.order_with(token)
        if order is None:
            raise HTTPException(404)
        return order

    def _here(self, request: Request) -> Order:
        return self._order(request.path_params["token"])

    async def _form(self, request: Request) -> dict[str, str]:
        return await read_form(request, self.director.world.settings.max_body_bytes)

    def _address(self, order: Order, place: str = "") -> str:
        return _PLACE.replace("{token}", order.token) + place

    def _common(self, order: Order) -> dict[str, Any]:
        purchase = order.purchase
        return {
            "order": order,
            "purchase": purchase,
            "payer": f"{purchase.names} {purchase.surnames}",
            "email": purchase.email,
            "here": self._address(order),
            "note": "EnLinea Pagos de prueba",
        }
