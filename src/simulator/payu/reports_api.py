"""The Queries API (PayU, API de consultas): PING and three questions about orders."""

from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from simulator.payu.api import Api, milliseconds, text_at
from simulator.payu.codes import PENDING, State
from simulator.payu.confirmation import MASKED_CARD
from simulator.payu.merchants import Merchant
from simulator.payu.model import Order, Transaction
from simulator.payu.world import World
from simulator.web import json_answer

PATH = "/reports-api/4.0/service.cgi"


def transaction_response(transaction: Transaction) -> dict[str, Any]:
    """The `transactionResponse` of one transaction."""
    waiting = transaction.state is State.PENDING
    pending = PENDING[transaction.pending] if waiting else None
    return {
        "state": transaction.state.value,
        "paymentNetworkResponseCode": None,
        "paymentNetworkResponseErrorMessage": None,
        "trazabilityCode": transaction.traceability or None,
        "authorizationCode": transaction.authorization or None,
        "pendingReason": pending.reason if pending else None,
        "responseCode": pending.response_code if pending else transaction.response_code,
        "errorCode": None,
        "responseMessage": None,
        "transactionDate": None,
        "transactionTime": None,
        "operationDate": milliseconds(transaction.operated_at),
        "extraParameters": None,
        **transaction.answers,
    }


def _transaction(order: Order, transaction: Transaction) -> dict[str, Any]:
    card, purchase = transaction.method.is_card, order.purchase
    return {
        "id": transaction.id,
        "order": None,
        "creditCard": {"maskedNumber": MASKED_CARD, "name": transaction.payer, "issuerBank": None} if card else None,
        "bankAccount": None,
        "type": transaction.kind,
        "parentTransactionId": transaction.parent_id,
        "paymentMethod": transaction.method.name,
        "source": None,
        "paymentCountry": "CO",
        "transactionResponse": transaction_response(transaction),
        "deviceSessionId": None,
        "ipAddress": "127.0.0.1",
        "cookie": None,
        "userAgent": None,
        "expirationDate": milliseconds(transaction.expires_at) if transaction.expires_at else None,
        "payer": {"fullName": transaction.payer, "emailAddress": purchase.buyer_email} if transaction.payer else None,
        "additionalValues": {
            "TX_VALUE": {"value": transaction.amount, "currency": transaction.currency},
            "TX_TAX": {"value": purchase.tax, "currency": transaction.currency},
        },
        "extraParameters": {"INSTALLMENTS_NUMBER": str(transaction.instalments)} if card else {},
    }


def order_detail(order: Order) -> dict[str, Any]:
    """One order with all its transactions, the newest first; amounts are decimals with two places."""
    purchase = order.purchase
    processed = order.approved_charge or order.last_charge
    return {
        "id": order.id,
        "accountId": int(purchase.account_id),
        "status": order.status,
        "referenceCode": purchase.reference,
        "description": purchase.description,
        "airlineCode": None,
        "language": purchase.language,
        "notifyUrl": purchase.confirmation_url or None,
        "shippingAddress": None,
        "buyer": {
            "merchantBuyerId": None,
            "fullName": purchase.buyer_name,
            "emailAddress": purchase.buyer_email,
            "contactPhone": purchase.telephone,
        },
        "antifraudMerchantId": None,
        "isTest": any(transaction.is_test for transaction in order.transactions),
        "transactions": [_transaction(order, transaction) for transaction in reversed(order.transactions)],
        "additionalValues": {
            "TX_VALUE": {"value": purchase.amount, "currency": purchase.currency},
            "TX_TAX": {"value": purchase.tax, "currency": purchase.currency},
            "TX_TAX_RETURN_BASE": {"value": purchase.tax_base, "currency": purchase.currency},
        },
        "creationDate": milliseconds(order.created_at),
        "merchantId": int(order.merchant.merchant_id),
        "processedTransactionId": processed.id if processed else None,
    }


class ReportsApi(Api):
    """Knows an order only after its first try, and only for the merchant whose order it is."""

    def __init__(self, world: World) -> None:
        super().__init__(world, "result")
        self.commands = {
            "PING": self.ping,
            "ORDER_DETAIL": self.order,
            "ORDER_DETAIL_BY_REFERENCE_CODE": self.by_reference,
            "TRANSACTION_RESPONSE_DETAIL": self.transaction,
        }

    def _found(self, payload: Any) -> Response:
        return json_answer({"code": "SUCCESS", "error": None, "result": {"payload": payload}})

    async def ping(self, request: Request, merchant: Merchant, body: dict[str, Any]) -> Response:
        """`{"payload": "ping"}`."""
        return self._found("ping")

    async def order(self, request: Request, merchant: Merchant, body: dict[str, Any]) -> Response:
        """One order by `details.orderId`, or a null payload."""
        text = text_at(body, "details.orderId")
        if not (text.isascii() and text.isdigit() and len(text) < 20):
            return self.error("details.orderId debe ser un número.")
        order = self.world.orders.get(int(text))
        known = order is not None and order.transactions and order.merchant.merchant_id == merchant.merchant_id
        return self._found(order_detail(order) if order is not None and known else None)

    async def by_reference(self, request: Request, merchant: Merchant, body: dict[str, Any]) -> Response:
        """The list of orders under `details.referenceCode`, newest first, or a null payload."""
        reference = text_at(body, "details.referenceCode")
        if not reference:
            return self.error("details.referenceCode es obligatorio.")
        tried = [order for order in self.world.orders_of(merchant.merchant_id, reference) if order.transactions]
        return self._found([order_detail(order) for order in reversed(tried)] or None)

    async def transaction(self, request: Request, merchant: Merchant, body: dict[str, Any]) -> Response:
        """The `transactionResponse` alone of `details.transactionId`, or a null payload."""
        transaction_id = text_at(body, "details.transactionId")
        if not transaction_id:
            return self.error("details.transactionId es obligatorio.")
        found = self.world.transaction(transaction_id)
        if found is None or found[0].merchant.merchant_id != merchant.merchant_id:
            return self._found(None)
        return self._found(transaction_response(found[1]))
