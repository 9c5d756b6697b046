"""The way back: the fields with which the payer's browser returns to `responseUrl` (PayU, página de respuesta)."""

from simulator.clock import BOGOTA
from simulator.hosted import WayBack
from simulator.money import two_decimals
from simulator.payu.codes import PENDING, POL_STATE, TRANSACTION_STATE, State, code_number
from simulator.payu.model import Order, Transaction
from simulator.payu.signatures import response_signature


def response_fields(order: Order, charge: Transaction) -> dict[str, str]:
    """Every documented field, for any state, pending included."""
    purchase, merchant = order.purchase, order.merchant
    pending = PENDING[charge.pending] if charge.state is State.PENDING else None
    if pending is None:
        pol_state, pol_code, lap_code = POL_STATE[charge.state], code_number(charge.response_code), charge.response_code
    else:
        pol_state, pol_code, lap_code = pending.pol_state, pending.pol_code, pending.response_code
    transaction_state, value = TRANSACTION_STATE[charge.state], two_decimals(charge.amount)
    raw = purchase.raw
    return {
        "merchantId": merchant.merchant_id,
        "merchant_name": merchant.name,
        "merchant_address": merchant.address,
        "telephone": merchant.telephone,
        "merchant_url": merchant.url,
        "transactionState": transaction_state,
        "lapTransactionState": charge.state.value,
        "message": charge.state.value,
        "referenceCode": purchase.reference,
        "reference_pol": str(order.id),
        "transactionId": charge.id,
        "description": purchase.description,
        "trazabilityCode": charge.traceability,
        "cus": charge.cus,
        "orderLanguage": purchase.language,
        "extra1": raw.get("extra1", ""),
        "extra2": raw.get("extra2", ""),
        "extra3": raw.get("extra3", ""),
        "polTransactionState": pol_state,
        "signature": response_signature(
            merchant.confirmation_algorithm or purchase.algorithm,
            api_key=merchant.api_key,
            merchant_id=merchant.merchant_id,
            reference=purchase.reference,
            value=value,
            currency=charge.currency,
            state=transaction_state,
        ),
        "polResponseCode": pol_code,
        "lapResponseCode": lap_code,
        "risk": "1.00" if charge.method.is_card else ".00",
        "polPaymentMethod": charge.method.pol_id,
        "lapPaymentMethod": charge.method.name,
        "polPaymentMethodType": charge.method.type_id,
        "lapPaymentMethodType": charge.method.type_name,
        "installmentsNumber": str(charge.instalments),
        "TX_VALUE": value,
        "TX_TAX": two_decimals(purchase.tax).removeprefix("0") if purchase.tax < 1 else two_decimals(purchase.tax),
        "currency": charge.currency,
        "lng": purchase.language,
        "pseCycle": "1" if charge.cus else "",
        "buyerEmail": purchase.buyer_email,
        "pseBank": charge.bank,
        "pseReference1": "127.0.0.1" if charge.cus else "",
        "pseReference2": charge.document[0] if charge.cus else "",
        "pseReference3": charge.document[1] if charge.cus else "",
        "authorizationCode": charge.authorization,
        "TX_ADMINISTRATIVE_FEE": ".00",
        "TX_TAX_ADMINISTRATIVE_FEE": ".00",
        "TX_TAX_ADMINISTRATIVE_FEE_RETURN_BASE": ".00",
        "processingDate": charge.operated_at.astimezone(BOGOTA).strftime("%Y-%m-%d"),
    }


def way_back(order: Order, charge: Transaction) -> WayBack | None:
    """The return to the merchant's site; None when no address is known."""
    address = order.purchase.response_url or order.merchant.response_url
    return WayBack.asking(address, response_fields(order, charge)) if address else None
