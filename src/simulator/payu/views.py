"""What the control API shows of an order."""

from typing import Any

from simulator.payu.model import Order, Transaction
from simulator.views import iso


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
        "createdAt": iso(transaction.created_at),
        "operatedAt": iso(transaction.operated_at),
        "expiresAt": iso(transaction.expires_at),
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
        "createdAt": iso(order.created_at),
        "transactions": [_transaction_view(transaction) for transaction in order.transactions],
    }
