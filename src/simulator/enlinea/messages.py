"""What EnLinea sends: the fields with which the payer comes back, their copy, and the REST dialect's notification.

Nothing of it is signed.
"""

from simulator.enlinea.codes import REST_ANSWER, RETURNED
from simulator.enlinea.model import Dialect, Order, Transaction
from simulator.money import two_decimals


def return_fields(order: Order, transaction: Transaction) -> dict[str, str]:
    """The fields of the return, for any state, pending included; none in the REST dialect, whose are not known."""
    if order.purchase.dialect is Dialect.REST:
        return {}
    return {
        "referencia": order.purchase.reference,
        "moneda": transaction.currency,
        "valor": two_decimals(transaction.amount),
        "respuesta": RETURNED[transaction.state],
        "cuentanro": transaction.account,
        "metodousado": transaction.method.name,
        "autorizacion": transaction.authorization,
        "nrotransaccion": transaction.number,
    }


def notification_fields(order: Order, transaction: Transaction) -> dict[str, str]:
    """The REST dialect's JSON notification."""
    return {
        "reference": order.purchase.reference,
        "response": REST_ANSWER[transaction.state],
        "currency": transaction.currency,
        "amount": two_decimals(transaction.amount),
        "method": transaction.method.name,
        "payment_reference": transaction.number,
        "authorization": transaction.authorization,
        "deferred": "",
    }
