"""Every answer of giving up a refund that was lost on its way."""

from dataclasses import replace

from domain.gateway_reports import RefundReport, ReportedState
from tests.graphql_api.forms import FIELDS, USER_ERROR, act
from tests.graphql_api.test_answers_of_money import REFUND, REVERSE, SILENT, TOTAL, Counter, counter, from_noon

__all__ = ["counter", "from_noon"]

RELEASE = f"""mutation Liberar($id: ID!, $note: String!) {{ releaseRefund(paymentId: $id, note: $note) {{ __typename
    ... on RefundPaymentPayload {{ refund {{ amount status note releasedBy {{ username }} }}
    intent {{ reference refunds {{ status }} }} }} {USER_ERROR} {FIELDS} {SILENT} }} }}"""
NOTE = "En el panel de PayU no está."


async def lost(counter: Counter) -> tuple[str, str]:
    """A refund that the gateway never heard of, an hour ago: the receipt, and the reference."""
    payment, reference = await counter.pay()
    counter.gateway.down = True
    asked = {"paymentId": payment, "reason": "Doble.", "idempotencyKey": f"r-{reference}"}
    told = await act(counter.town, REFUND, by="sara", input=asked)
    assert told["is"] == "refundPayment.GatewayUnavailable"
    counter.gateway.down = False
    counter.town.clock.advance(3600)
    counter.town.tokens.clear()
    return payment, reference


async def test_what_never_reached_the_gateway_is_given_up_and_the_receipt_is_free(counter: Counter) -> None:
    payment, reference = await lost(counter)
    told = await act(counter.town, REVERSE, by="sara", id=payment, reason="Se le transfirió.")
    assert told["is"] == "reversePayment.InvalidTransition"

    told = await act(counter.town, RELEASE, by="sara", id=payment, note=NOTE)

    assert told["is"] == "releaseRefund.RefundPaymentPayload"
    assert told["refund"] == {
        "amount": f"{TOTAL}",
        "status": "RELEASED",
        "note": NOTE,
        "releasedBy": {"username": "sara"},
    }
    assert told["intent"] == {"reference": reference, "refunds": [{"status": "RELEASED"}]}
    again = await act(counter.town, RELEASE, by="sara", id=payment, note=NOTE)
    assert again["is"] == "releaseRefund.InvalidTransition"
    assert "diez minutos" in again["message"]
    told = await act(counter.town, REVERSE, by="sara", id=payment, reason="Se le transfirió.")
    assert told["is"] == "reversePayment.PaymentPayload"


async def test_what_the_gateway_has_or_does_not_tell_of_is_kept(counter: Counter) -> None:
    payment, reference = await lost(counter)
    counter.gateway.down = True
    told = await act(counter.town, RELEASE, by="sara", id=payment, note=NOTE)
    assert told["is"] == "releaseRefund.GatewayUnavailable"
    assert told["lastKnown"] == {"reference": reference, "status": "APPROVED"}
    counter.gateway.down = False
    counter.town.clock.advance(10)
    (report,) = counter.gateway.answers[reference]
    has = RefundReport(transaction_id="r-1", state=ReportedState.PENDING, amount=TOTAL)
    counter.gateway.knows([replace(report, refunds=(has,))])

    told = await act(counter.town, RELEASE, by="sara", id=payment, note=NOTE)

    assert told["is"] == "releaseRefund.InvalidTransition"
    for note in (" ", "x" * 501):
        told = await act(counter.town, RELEASE, by="sara", id=payment, note=note)
        assert (told["is"], told["fields"][0]["field"]) == ("releaseRefund.InvalidInput", "note")
    told = await act(counter.town, RELEASE, by="sara", id="x", note=NOTE)
    assert told["is"] == "releaseRefund.NotFound"
