"""The hosted pages: where a payer chooses how to pay, and what a scenario answers instead."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from simulator.banks import bank_named
from simulator.hosted import ENDED, FINAL, redirect
from simulator.page import page
from simulator.payu.barcode import bars
from simulator.payu.checkout_form import CheckoutRefused, Problem, check_form
from simulator.payu.codes import (
    APPROVED_CODE,
    DECLINE_CODES,
    ERROR_CODES,
    EXPIRED_CODE,
    PENDING,
    State,
    code_text,
)
from simulator.payu.director import Director
from simulator.payu.methods import METHODS, Method, offered_banks
from simulator.payu.model import Order, Transaction
from simulator.payu.response import way_back
from simulator.payu.steps import PAYER_STEPS
from simulator.steps import Step
from simulator.web import BadRequest, read_form

CHECKOUT = "/ppp-web-gateway-payu/"

_GROUPS = {
    "pse": ("PSE", "Débito desde cuenta corriente o de ahorros"),
    "tarjeta": ("Tarjeta de crédito o débito", "Visa, Mastercard, American Express, Diners, Codensa"),
    "nequi": ("Nequi", "Apruebe el pago en la aplicación"),
    "efectivo": ("Efectivo y pago en bancos", "Genere un recibo y pague en un punto autorizado"),
}

_PAYER_WORDS = ENDED | {
    "ERROR": ("No fue posible procesar el pago", "Ocurrió un error mientras procesábamos su pago."),
    "PENDING": ("Pago pendiente", "Le avisaremos al comercio cuando haya un resultado definitivo."),
}

_OUTCOMES = {
    "approve": (State.APPROVED, APPROVED_CODE),
    "error": (State.ERROR, next(iter(ERROR_CODES))),
    "fail": (State.ERROR, "BANK_UNREACHABLE"),
    "expire": (State.EXPIRED, EXPIRED_CODE),
}


@dataclass(slots=True)
class HostedPages:
    """Routes of the checkout. A person's choices come as plain forms; no script is needed."""

    director: Director

    def routes(self) -> list[Route]:
        """Every address below WebCheckout's own."""
        order = f"{CHECKOUT}pago/{{order:int}}"
        return [
            Route(CHECKOUT, self.open, methods=["POST"]),
            Route(CHECKOUT.rstrip("/"), self.open, methods=["POST"]),
            Route(order, self.choose, methods=["GET"], name="payu_checkout"),
            Route(f"{order}/medio/{{group}}", self.pay, methods=["POST"]),
            Route(f"{order}/entidad", self.institution, methods=["GET"], name="payu_institution"),
            Route(f"{order}/entidad", self.decide, methods=["POST"]),
            Route(f"{order}/resultado", self.result, methods=["GET"]),
            Route(f"{order}/cerrar", self.close, methods=["POST"]),
        ]

    async def open(self, request: Request) -> Response:
        """The merchant's form: an error page (HTTP 200, as PayU), the page for a person, or a scenario played."""
        world, now = self.director.world, self.director.clock.now()
        try:
            form = await read_form(request, world.settings.max_body_bytes)
            merchant, purchase = check_form(form, world, now)
        except BadRequest as refusal:
            return page("payu/error.html", refusal.status, problems=[Problem("formulario", refusal.message)])
        except CheckoutRefused as refusal:
            return page("payu/error.html", problems=refusal.problems)
        order = world.open_order(merchant, purchase, now)
        script = world.scenarios.take(purchase.reference)
        if script is None:
            return self._methods_page(order)
        if not any(step.kind in PAYER_STEPS for step in script):
            script = (*script, Step(kind="approve"))
        await self.director.play(order, script)
        return self._leave(order)

    async def choose(self, request: Request) -> Response:
        """The methods; the result instead, once there is one that the payer cannot better."""
        order = self._order(request)
        if order.approved_charge or order.pending_charge:
            return redirect(self._address(order, "resultado"))
        return self._methods_page(order)

    async def pay(self, request: Request) -> Response:
        """One try with a method: a card has its result at once; PSE, Nequi and cash go on to their own page."""
        order = self._order(request)
        form = await self._form(request)
        if order.approved_charge or order.pending_charge:
            return redirect(self._address(order, "resultado"))
        method = METHODS.get(form.get("method", ""))
        if method not in self.director.methods_for(order) or method.group != request.path_params["group"]:
            return page("payu/error.html", problems=[Problem("method", "no está disponible para este pago")])
        now = self.director.clock.now()
        pending = {"tarjeta": "review", "efectivo": "cash"}.get(method.group, method.group)
        charge = self.director.begin(order, method, now, pending=pending, payer=form.get("payer", "")[:150])
        self._remember(charge, form)
        if not method.is_card:
            return redirect(self._address(order, "entidad"))
        if form.get("outcome") != "review":
            await self._settle(order, charge, form)
        return redirect(self._address(order, "resultado"))

    async def institution(self, request: Request) -> Response:
        """The bank of PSE, Nequi's waiting page, or the cash coupon."""
        order = self._order(request)
        charge = order.pending_charge
        if charge is None or charge.method.is_card:
            return redirect(self._address(order, "resultado"))
        return page(
            f"payu/{charge.method.group}.html",
            **self._common(order),
            charge=charge,
            codes=DECLINE_CODES,
            bars=bars(charge.traceability + str(order.id)) if charge.method.group == "efectivo" else [],
        )

    async def decide(self, request: Request) -> Response:
        """What the bank, the phone or the cashier answered; `pending` leaves it open."""
        order = self._order(request)
        form = await self._form(request)
        charge = order.pending_charge
        if charge is not None and form.get("outcome") != "pending":
            await self._settle(order, charge, form)
        return redirect(self._address(order, "resultado"))

    async def result(self, request: Request) -> Response:
        """How the last try ended, with the way back to the merchant and, after a decline, another try."""
        order = self._order(request)
        charge = order.approved_charge or order.last_charge
        if charge is None:
            return redirect(self._address(order))
        title, text = _PAYER_WORDS[charge.state]
        reason = PENDING[charge.pending].text if charge.state is State.PENDING else code_text(charge.response_code)
        return page(
            "result.html",
            **self._common(order),
            charge=charge,
            number=charge.id,
            title=title,
            text=text,
            reason="" if charge.state is State.APPROVED else reason,
            may_retry=charge.state not in FINAL,
            back=way_back(order, charge),
        )

    async def close(self, request: Request) -> Response:
        """The payer leaves without paying: nothing is sent to anyone."""
        meaning = "el comercio no recibe ningún aviso"
        return page("closed.html", **self._common(self._order(request)), meaning=meaning)

    async def _settle(self, order: Order, charge: Transaction, form: Mapping[str, str]) -> None:
        code = form.get("code", "")
        declined = (State.DECLINED, code if code in DECLINE_CODES else next(iter(DECLINE_CODES)))
        state, response_code = _OUTCOMES.get(form.get("outcome", ""), declined)
        await self.director.settle(order, charge, state, response_code)

    def _remember(self, charge: Transaction, form: Mapping[str, str]) -> None:
        bank, instalments = bank_named(form.get("bank", "")), form.get("instalments", "")
        if bank is not None and charge.method.name == "PSE":
            charge.bank = bank.name
        if instalments in map(str, range(1, 37)):
            charge.instalments = int(instalments)
        if form.get("document"):
            charge.document = (form.get("document_type", "")[:25], form["document"][:25])

    def _order(self, request: Request) -> Order:
        order = self.director.world.orders.get(request.path_params["order"])
        if order is None:
            raise HTTPException(404)
        return order

    async def _form(self, request: Request) -> dict[str, str]:
        return await read_form(request, self.director.world.settings.max_body_bytes)

    def _address(self, order: Order, place: str = "") -> str:
        return f"{CHECKOUT}pago/{order.id}{'/' if place else ''}{place}"

    def _common(self, order: Order) -> dict[str, Any]:
        purchase = order.purchase
        return {
            "order": order,
            "purchase": purchase,
            "payer": purchase.buyer_name,
            "email": purchase.buyer_email,
            "here": self._address(order),
            "note": "Ambiente de pruebas",
        }

    def _methods_page(self, order: Order) -> Response:
        groups: dict[str, list[Method]] = {}
        for method in self.director.methods_for(order):
            groups.setdefault(method.group, []).append(method)
        return page(
            "payu/checkout.html",
            **self._common(order),
            groups=[(name, *_GROUPS[name], groups[name]) for name in _GROUPS if name in groups],
            banks=offered_banks(order.purchase.pse_banks),
            codes=DECLINE_CODES,
            last=order.last_charge,
        )

    def _leave(self, order: Order) -> Response:
        charge = order.last_charge
        back = way_back(order, charge) if charge else None
        return redirect(back.url if back else self._address(order, "resultado"))
