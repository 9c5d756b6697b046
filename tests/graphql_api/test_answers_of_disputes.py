"""Every answer of putting a false dispute aside."""

from tests.graphql_api.forms import FIELDS, USER_ERROR, act
from tests.graphql_api.test_answers_of_money import REFUND, SILENT, Counter, counter, from_noon

__all__ = ["counter", "from_noon"]

DISMISS = f"""mutation Descartar($it: String!, $note: String!) {{ dismissDispute(reference: $it, note: $note) {{
    __typename ... on PaymentIntentPayload {{ intent {{ reference dispute }} }} {USER_ERROR} {FIELDS} {SILENT} }} }}"""
NOTE = "En el panel de PayU no hay nada."


async def claimed(counter: Counter) -> tuple[str, str]:
    """The receipt and the reference of a payment that somebody says is claimed back."""
    payment, reference = await counter.pay()
    await counter.town.rows("update payment_intents set dispute = 'OPEN' where reference = :it", it=reference)
    return payment, reference


async def test_a_false_dispute_is_put_aside(counter: Counter) -> None:
    payment, reference = await claimed(counter)
    asked = {"paymentId": payment, "reason": "Doble.", "idempotencyKey": f"r-{reference}"}
    told = await act(counter.town, REFUND, by="sara", input=asked)
    assert told["is"] == "refundPayment.InvalidTransition"

    told = await act(counter.town, DISMISS, by="sara", it=reference, note=NOTE)

    assert told["is"] == "dismissDispute.PaymentIntentPayload"
    assert told["intent"] == {"reference": reference, "dispute": "DISMISSED"}
    again = await act(counter.town, DISMISS, by="sara", it=reference, note=NOTE)
    assert again["is"] == "dismissDispute.InvalidTransition"
    assert "reclamo abierto" in again["message"]
    told = await act(counter.town, REFUND, by="sara", input=asked)
    assert told["is"] == "refundPayment.RefundPaymentPayload"


async def test_a_dispute_that_cannot_be_put_aside_says_why(counter: Counter) -> None:
    _, reference = await claimed(counter)
    for note in (" ", "x" * 501):
        told = await act(counter.town, DISMISS, by="sara", it=reference, note=note)
        assert (told["is"], told["fields"][0]["field"]) == ("dismissDispute.InvalidInput", "note")
    told = await act(counter.town, DISMISS, by="sara", it="260715NADADENADA00", note=NOTE)
    assert told["is"] == "dismissDispute.NotFound"
    counter.gateway.down = True
    told = await act(counter.town, DISMISS, by="sara", it=reference, note=NOTE)
    assert told["is"] == "dismissDispute.GatewayUnavailable"
    assert told["lastKnown"] == {"reference": reference, "status": "APPROVED"}
