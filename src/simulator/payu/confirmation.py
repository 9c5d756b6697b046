"""What PayU posts to `confirmationUrl` when a try has its final result (PayU, página de confirmación)."""

from datetime import datetime

from simulator.clock import BOGOTA
from simulator.courier import Courier
from simulator.delivery import Delivery
from simulator.ids import Ids
from simulator.money import parse_amount, two_decimals
from simulator.payu.codes import POL_STATE, REQUEST_STATE, code_number
from simulator.payu.model import Order, Transaction
from simulator.payu.signatures import confirmation_signature, digest
from simulator.steps import Notice

MASKED_CARD = "************0004"

_EMPTY = (
    "account_number_ach",
    "account_type_ach",
    "airline_code",
    "antifraudMerchantId",
    "bank_referenced_name",
    "customer_number",
    "error_code_bank",
    "error_message_bank",
    "exchange_rate",
    "nickname_buyer",
    "nickname_seller",
)

_ECHOED = {
    "billing_address": "billingAddress",
    "billing_city": "billingCity",
    "billing_country": "billingCountry",
    "extra1": "extra1",
    "extra2": "extra2",
    "extra3": "extra3",
    "office_phone": "officeTelephone",
    "shipping_address": "shippingAddress",
    "shipping_city": "shippingCity",
    "shipping_country": "shippingCountry",
}


def _sign(order: Order, fields: dict[str, str]) -> str:
    merchant = order.merchant
    algorithm = merchant.confirmation_algorithm or order.purchase.algorithm
    try:
        parse_amount(fields["value"])
    except ValueError:
        # Only a scenario that spoils the amount comes here: there is no rule for such a value, so it is signed as is.
        names = ("merchant_id", "reference_sale", "value", "currency", "state_pol")
        return digest(algorithm, [merchant.api_key, *(fields[name] for name in names)])
    return confirmation_signature(
        algorithm,
        api_key=merchant.api_key,
        merchant_id=fields["merchant_id"],
        reference=fields["reference_sale"],
        value=fields["value"],
        currency=fields["currency"],
        state=fields["state_pol"],
    )


def confirmation_fields(order: Order, charge: Transaction, notice: Notice) -> dict[str, str]:
    """Every documented field, empty where PayU sends it empty; `attempts` is 1 until the delivery counts it.

    `charge` has a final state. The quirks are PayU's own: `test` is 0 or 1, and `date` has a 12-hour clock without
    saying which half of the day it means.
    """
    purchase, card = order.purchase, charge.method.is_card
    local = charge.operated_at.astimezone(BOGOTA)
    is_test = charge.is_test if notice.is_test is None else notice.is_test
    fields = dict.fromkeys(_EMPTY, "")
    fields |= {name: purchase.raw.get(source, "") for name, source in _ECHOED.items()}
    fields |= {
        "additional_value": "0.00",
        "administrative_fee": "0.00",
        "administrative_fee_base": "0.00",
        "administrative_fee_tax": "0.00",
        "attempts": "1",
        "authorization_code": charge.authorization,
        "bank_id": charge.method.pol_id,
        "cc_holder": charge.payer if card else "",
        "cc_number": MASKED_CARD if card else "",
        "commision_pol": "0.00",
        "commision_pol_currency": charge.currency,
        "currency": charge.currency,
        "cus": charge.cus,
        "date": local.strftime("%Y.%m.%d %I:%M:%S"),
        "description": purchase.description,
        "email_buyer": purchase.buyer_email,
        "franchise": charge.method.name if card else "",
        "installments_number": str(charge.instalments) if card else "",
        "ip": "127.0.0.1",
        "merchant_id": order.merchant.merchant_id,
        "payment_method": charge.method.pol_id,
        "payment_method_id": charge.method.type_id,
        "payment_method_name": charge.method.name,
        "payment_method_type": charge.method.type_id,
        "payment_request_state": REQUEST_STATE[charge.state],
        "phone": purchase.telephone,
        "pse_bank": charge.bank,
        "pse_reference1": "127.0.0.1" if charge.cus else "",
        "pse_reference2": charge.document[0] if charge.cus else "",
        "pse_reference3": charge.document[1] if charge.cus else "",
        "reference_pol": str(order.id),
        "reference_sale": purchase.reference,
        "response_code_pol": code_number(charge.response_code),
        "response_message_pol": charge.response_code,
        "risk": "1.00" if card else ".00",
        "state_pol": POL_STATE[charge.state],
        "tax": two_decimals(purchase.tax),
        "test": "1" if is_test else "0",
        "transaction_bank_id": charge.traceability if charge.cus else "",
        "transaction_date": local.strftime("%Y-%m-%d %H:%M:%S"),
        "transaction_id": charge.id,
        "value": two_decimals(charge.amount),
    }
    fields |= notice.overrides
    if "sign" not in notice.overrides:
        sign = _sign(order, fields)
        # A wrong key gives a digest of the right length, which is what a receiver has to tell apart.
        fields["sign"] = sign[::-1] if notice.bad_sign else sign
    return dict(sorted(fields.items()))


def confirmations(
    courier: Courier, ids: Ids, order: Order, charge: Transaction, notice: Notice, at: datetime
) -> list[Delivery]:
    """The notifications of a result, as many and as odd as the scenario asks; none where nobody gave an address."""
    url = order.purchase.confirmation_url or order.merchant.confirmation_url
    if not url:
        return []
    fields = confirmation_fields(order, charge, notice)
    copies = [fields] * notice.copies
    if notice.replay_new_id:
        # Someone who saw a valid notification sends it again as if it were another payment: the id is not signed.
        copies.append({**fields, "transaction_id": ids.uuid()})
    return [
        courier.prepare(
            gateway="payu",
            reference=order.purchase.reference,
            transaction_id=copy["transaction_id"],
            url=url,
            fields=copy,
            at=at + notice.delay,
            about=copy["response_message_pol"],
            counted=True,
            dropped=notice.dropped,
        )
        for copy in copies
    ]
