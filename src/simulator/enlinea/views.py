"""What the control API shows of a checkout."""

from typing import Any

from simulator.enlinea.model import Order, Transaction
from simulator.views import iso


def _transaction_view(transaction: Transaction) -> dict[str, Any]:
    return {
        "number": transaction.number,
        "state": transaction.state.value,
        "code": transaction.code or None,
        "method": transaction.method.name,
        "amount": transaction.amount,
        "currency": transaction.currency,
        "authorization": transaction.authorization or None,
        "cus": transaction.cus or None,
        "bank": transaction.bank or None,
        "createdAt": iso(transaction.created_at),
        "operatedAt": iso(transaction.operated_at),
        "expiresAt": iso(transaction.expires_at),
    }


def order_view(order: Order, page: str) -> dict[str, Any]:
    """One checkout with its tries; `page` is the path of its link."""
    purchase = order.purchase
    return {
        "gateway": "enlinea",
        "id": order.id,
        "reference": purchase.reference,
        "status": order.status,
        "usuario": order.merchant.usuario,
        "dialect": purchase.dialect.value,
        "description": purchase.description,
        "amount": purchase.amount,
        "tax": purchase.tax,
        "taxBase": purchase.tax_base,
        "currency": purchase.currency,
        "buyer": {"fullName": f"{purchase.names} {purchase.surnames}".strip(), "emailAddress": purchase.email},
        "returnUrl": purchase.return_url,
        "notifyUrl": purchase.notify_url or None,
        "page": page,
        "visited": order.visited,
        "createdAt": iso(order.created_at),
        "transactions": [_transaction_view(transaction) for transaction in order.transactions],
    }
