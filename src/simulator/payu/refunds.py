"""When PayU takes a refund in Colombia (PayU, reembolsos y anulaciones)."""

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from simulator.money import parse_amount
from simulator.payu.api import text_at
from simulator.payu.codes import State
from simulator.payu.merchants import Merchant
from simulator.payu.model import Order, Transaction
from simulator.payu.world import World

_EARLIEST = timedelta(minutes=10)
_LATEST = timedelta(days=730)
_SMALLEST = Decimal(100)


class RefundRefused(Exception):
    """The request itself is wrong: PayU answers ERROR."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class RefundDeclined(RefundRefused):
    """The request is understood and declined at once."""


def _charge(world: World, merchant: Merchant, body: dict[str, Any]) -> tuple[Order, Transaction]:
    order_id = text_at(body, "transaction.order.id")
    found = world.transaction(text_at(body, "transaction.parentTransactionId"))
    if found is None or str(found[0].id) != order_id or found[0].merchant.merchant_id != merchant.merchant_id:
        raise RefundRefused("La orden o la transacción de origen no existe.")
    order, charge = found
    if charge not in order.charges or charge.state is not State.APPROVED:
        raise RefundRefused("La transacción de origen no está aprobada.")
    return order, charge


def check_refund(
    world: World, merchant: Merchant, body: dict[str, Any], now: datetime, *, partial: bool
) -> tuple[Order, Transaction, Decimal]:
    """The order, the charge and the amount to give back.

    Raises RefundDeclined for methods other than cards, and RefundRefused otherwise: unknown or unapproved charge,
    before ten minutes or after two years, less than 100 pesos or more than what is left, another request still open.
    """
    order, charge = _charge(world, merchant, body)
    if not charge.method.is_card:
        raise RefundDeclined(f"{charge.method.title} no admite reembolsos.")
    if any(refund.state is State.PENDING for refund in order.refunds(charge.id)):
        raise RefundRefused("La transacción ya tiene una solicitud de reembolso registrada (already registered).")
    if not _EARLIEST <= now - charge.operated_at <= _LATEST:
        raise RefundRefused("El reembolso se puede pedir desde 10 minutos y hasta 2 años después de la aprobación.")
    left = charge.amount - order.refunded(charge.id)
    amount = left
    if partial:
        value = "transaction.additionalValues.TX_VALUE"
        try:
            amount = parse_amount(text_at(body, f"{value}.value"))
        except ValueError:
            raise RefundRefused("TX_VALUE debe ser un número con máximo dos decimales.") from None
        if text_at(body, f"{value}.currency") != charge.currency:
            raise RefundRefused("La moneda del reembolso no es la de la transacción.")
    if amount > left:
        raise RefundRefused("El valor supera lo que queda por reembolsar.")
    if amount < _SMALLEST:
        raise RefundRefused("El reembolso mínimo es de 100 pesos.")
    return order, charge, amount
