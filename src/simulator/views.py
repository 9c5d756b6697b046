"""What the control API shows of orders, deliveries and merchants."""

from datetime import datetime
from typing import Any

from simulator.courier import Attempt, Delivery
from simulator.payu.model import Order, Transaction
from simulator.settings import Merchant


def _iso(instant: datetime | None) -> str | None:
    return None if instant is None else instant.isoformat()


def _transaction_view(transaction: Transaction) -> dict[str, Any]:
    return {
        "id": transaction.id,
        "type": transaction.kind,
        "state": transaction.state.value,
        "responseCode": transaction.response_code or None,
        "pending": transaction.pending or None,
        "method": transaction.method.name,
        "amount": transaction.amount,
        "currency": transaction.currency,
        "cus": transaction.cus or None,
        "parentTransactionId": transaction.parent_id,
        "createdAt": _iso(transaction.created_at),
        "operatedAt": _iso(transaction.operated_at),
        "expiresAt": _iso(transaction.expires_at),
    }


def order_view(order: Order) -> dict[str, Any]:
    """One checkout with its tries; status NEW means that the Queries API does not know it yet."""
    purchase = order.purchase
    return {
        "gateway": "payu",
        "id": order.id,
        "reference": purchase.reference,
        "status": order.status,
        "merchantId": order.merchant.merchant_id,
        "accountId": purchase.account_id,
        "description": purchase.description,
        "amount": purchase.amount,
        "currency": purchase.currency,
        "buyer": {"fullName": purchase.buyer_name, "emailAddress": purchase.buyer_email},
        "responseUrl": purchase.response_url or None,
        "confirmationUrl": purchase.confirmation_url or None,
        "createdAt": _iso(order.created_at),
        "transactions": [_transaction_view(transaction) for transaction in order.transactions],
    }


def _attempt_view(attempt: Attempt) -> dict[str, Any]:
    return {
        "number": attempt.number,
        "at": _iso(attempt.at),
        "status": attempt.status,
        "body": attempt.body,
        "responseBody": attempt.response_body,
        "error": attempt.error or None,
    }


def delivery_view(delivery: Delivery) -> dict[str, Any]:
    """One notification. `status` and `body` are those of the last attempt; before the first, null and what is to go."""
    last = delivery.attempts[-1] if delivery.attempts else None
    return {
        "id": delivery.id,
        "gateway": delivery.gateway,
        "reference": delivery.reference,
        "transactionId": delivery.transaction_id,
        "url": delivery.url,
        "state": delivery.state.value,
        "status": last.status if last else None,
        "body": last.body if last else delivery.body(1),
        "fields": dict(delivery.fields),
        "attempts": [_attempt_view(attempt) for attempt in delivery.attempts],
        "nextAttemptAt": _iso(delivery.next_at),
    }


def merchant_view(merchant: Merchant) -> dict[str, Any]:
    """One merchant without its key."""
    return {
        "merchantId": merchant.merchant_id,
        "accountId": merchant.account_id,
        "apiLogin": merchant.api_login,
        "name": merchant.name,
        "currencies": list(merchant.currencies),
        "confirmationAlgorithm": merchant.confirmation_algorithm,
        "duplicateControl": merchant.duplicate_control,
        "responseUrl": merchant.response_url or None,
        "confirmationUrl": merchant.confirmation_url or None,
        "sandbox": merchant.sandbox,
    }
