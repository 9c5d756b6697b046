"""The Payments API (PayU, API de pagos para Colombia): banks, methods, refunds and PSE."""

from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from simulator.banks import BANKS, PROMPT_BANK, bank_named
from simulator.clock import Clock
from simulator.payu.api import Api, milliseconds, text_at
from simulator.payu.codes import PENDING
from simulator.payu.director import Director
from simulator.payu.merchants import Merchant
from simulator.payu.methods import METHODS
from simulator.payu.model import PARTIAL_REFUND, REFUND
from simulator.payu.pse_request import PseRefused, check_pse
from simulator.payu.refunds import RefundDeclined, RefundRefused, check_refund
from simulator.web import json_answer

PATH = "/payments-api/4.0/service.cgi"


class PaymentsApi(Api):
    """What the Colombian account supports; VOID is declined, as PayU does in Colombia."""

    def __init__(self, director: Director) -> None:
        super().__init__(director.world, "transactionResponse")
        self._director = director
        self._clock: Clock = director.clock
        self.commands = {
            "PING": self.ping,
            "GET_PAYMENT_METHODS": self.methods,
            "GET_BANKS_LIST": self.banks,
            "SUBMIT_TRANSACTION": self.submit,
        }

    async def ping(self, request: Request, merchant: Merchant, body: dict[str, Any]) -> Response:
        """SUCCESS with a null `transactionResponse`."""
        return json_answer({"code": "SUCCESS", "error": None, "transactionResponse": None})

    async def methods(self, request: Request, merchant: Merchant, body: dict[str, Any]) -> Response:
        """The methods of the account."""
        listed = [
            {"id": method.pol_id, "description": method.name, "country": "CO", "enabled": True}
            for method in METHODS.values()
        ]
        return json_answer({"code": "SUCCESS", "error": None, "paymentMethods": listed})

    async def banks(self, request: Request, merchant: Merchant, body: dict[str, Any]) -> Response:
        """The banks of PSE, after a prompt with code 0."""
        asked = "bankListInformation."
        if (text_at(body, f"{asked}paymentMethod"), text_at(body, f"{asked}paymentCountry")) != ("PSE", "CO"):
            return self.error("bankListInformation debe pedir paymentMethod PSE y paymentCountry CO.")
        listed = [{"id": bank.id, "description": bank.name, "pseCode": bank.code} for bank in (PROMPT_BANK, *BANKS)]
        return json_answer({"code": "SUCCESS", "error": None, "banks": listed})

    async def submit(self, request: Request, merchant: Merchant, body: dict[str, Any]) -> Response:
        """A refund, or a payment by PSE; everything else is refused."""
        kind = text_at(body, "transaction.type")
        if kind in (REFUND, PARTIAL_REFUND):
            return self._refund(merchant, body, partial=kind == PARTIAL_REFUND)
        if kind == "VOID":
            return self._declined(text_at(body, "transaction.order.id"), "VOID no está disponible en Colombia.")
        if kind == "AUTHORIZATION_AND_CAPTURE" and text_at(body, "transaction.paymentMethod") == "PSE":
            return self._pse(request, merchant, body)
        return self.error("El simulador admite REFUND, PARTIAL_REFUND, VOID y AUTHORIZATION_AND_CAPTURE con PSE.")

    def _response(self, order_id: object, **members: Any) -> Response:
        response = {
            "orderId": order_id,
            "transactionId": None,
            "state": "DECLINED",
            "paymentNetworkResponseCode": None,
            "paymentNetworkResponseErrorMessage": None,
            "trazabilityCode": None,
            "authorizationCode": None,
            "pendingReason": None,
            "responseCode": None,
            "errorCode": None,
            "responseMessage": None,
            "transactionDate": None,
            "transactionTime": None,
            "operationDate": milliseconds(self._clock.now()),
            "extraParameters": None,
        }
        return json_answer({"code": "SUCCESS", "error": None, "transactionResponse": {**response, **members}})

    def _declined(self, order_id: str, message: str) -> Response:
        return self._response(order_id, responseCode="INVALID_TRANSACTION", responseMessage=message)

    def _refund(self, merchant: Merchant, body: dict[str, Any], *, partial: bool) -> Response:
        now = self._clock.now()
        try:
            order, charge, amount = check_refund(self.world, merchant, body, now, partial=partial)
        except RefundDeclined as refusal:
            return self._declined(text_at(body, "transaction.order.id"), refusal.message)
        except RefundRefused as refusal:
            return self.error(refusal.message)
        self._director.refunds.request(order, charge, amount, now)
        return self._response(
            order.id, state="PENDING", pendingReason="PENDING_REVIEW", responseMessage=str(order.id), operationDate=None
        )

    def _pse(self, request: Request, merchant: Merchant, body: dict[str, Any]) -> Response:
        now = self._clock.now()
        try:
            purchase = check_pse(self.world, merchant, body)
        except PseRefused as refusal:
            return self.error(refusal.message)
        order = self.world.open_order(merchant, purchase, now)
        charge = self._director.begin(order, METHODS["PSE"], now, pending="pse")
        bank = bank_named(text_at(body, "transaction.extraParameters.FINANCIAL_INSTITUTION_CODE"))
        charge.bank = bank.name if bank else charge.bank
        pending = PENDING["pse"]
        return self._response(
            order.id,
            transactionId=charge.id,
            state="PENDING",
            trazabilityCode=charge.cus,
            pendingReason=pending.reason,
            responseCode=pending.response_code,
            extraParameters={
                "TRANSACTION_CYCLE": "1",
                "BANK_URL": str(request.url_for("payu_institution", order=order.id)),
            },
        )
