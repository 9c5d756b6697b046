"""What is posted when the payer's bank disputes a charge (PayU, disputas).

PayU documents the states and not the fields: these are a guess, which a receiver must not rely on.
"""

from datetime import datetime

from simulator.clock import BOGOTA
from simulator.courier import Courier
from simulator.delivery import Delivery, Kind
from simulator.money import two_decimals
from simulator.payu.model import Order, Transaction
from simulator.payu.steps import DISPUTE_STATES


def dispute_fields(order: Order, charge: Transaction, word: str) -> dict[str, str]:
    """The form for a dispute in the state that a scenario calls `word`."""
    return {
        "merchant_id": order.merchant.merchant_id,
        "order_id": str(order.id),
        "reference_sale": order.purchase.reference,
        "transaction_id": charge.id,
        "dispute_state": DISPUTE_STATES[word],
        "value": two_decimals(charge.amount),
        "currency": charge.currency,
        "opened_at": charge.operated_at.astimezone(BOGOTA).strftime("%Y-%m-%d %H:%M:%S"),
    }


def dispute_notices(courier: Courier, order: Order, charge: Transaction, word: str, at: datetime) -> list[Delivery]:
    """The notice of a dispute, if the merchant has an address for such."""
    if not order.merchant.dispute_url:
        return []
    return [
        courier.prepare(
            gateway="payu",
            kind=Kind.DISPUTE,
            reference=order.purchase.reference,
            transaction_id=charge.id,
            url=order.merchant.dispute_url,
            fields=dispute_fields(order, charge, word),
            at=at,
            about=f"disputa: {DISPUTE_STATES[word]}",
        )
    ]
