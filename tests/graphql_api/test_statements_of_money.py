"""How many statements and connections the acts on money take: exact numbers, whatever was done before.

The first entry of an agency's record takes two more than the rest; signing in makes it, before anything is counted.
"""

from typing import Any

from graphql_api.ids import global_id
from tests.graphql_api.forms import id_of
from tests.graphql_api.test_answers_of_disputes import DISMISS, claimed
from tests.graphql_api.test_answers_of_findings import RESOLVE as RESOLVE_FINDING
from tests.graphql_api.test_answers_of_money import (
    CANCEL,
    CREDIT,
    RECORD,
    REFUND,
    RESOLVE,
    REVERSE,
    Counter,
    client_of,
    counter,
    from_noon,
    in_review,
    received,
)
from tests.graphql_api.test_answers_of_releases import NOTE, RELEASE, lost
from tests.graphql_api.test_statements_of_mutations import done

__all__ = ["counter", "from_noon"]


async def taken(counter: Counter, query: str, by: str = "sara", **variables: Any) -> tuple[str, int, int]:
    """Which member of its union a mutation answered with, and its statements and connections."""
    counts, told = await done(counter.town, query, by=by, **variables)
    return told["__typename"], len(counts.statements), counts.checkouts


async def test_receiving_taking_back_and_using_credit_at_the_office(counter: Counter) -> None:
    town = counter.town
    (number,) = await counter.bill()
    common = {"clientId": await client_of(town, "T1"), "amount": "1160000.00", "method": "CASH"}
    form = common | {"invoiceIds": [await id_of(town, number)], "idempotencyKey": "cuenta"}
    receipt = (await received(counter, "1000.00"))["payment"]["id"]
    (other,) = await counter.bill()
    credit = {"clientId": common["clientId"], "invoiceIds": [await id_of(town, other)], "idempotencyKey": "cuenta"}

    assert {
        "record": await taken(counter, RECORD, input=form),
        "again": await taken(counter, RECORD, input=form),
        "credit": await taken(counter, CREDIT, input=credit),
        "reverse": await taken(counter, REVERSE, id=receipt, reason="Cheque devuelto."),
    } == {
        "record": ("PaymentPayload", 24, 3),
        "again": ("PaymentPayload", 9, 3),
        "credit": ("ApplyCreditPayload", 24, 3),
        "reverse": ("PaymentPayload", 21, 3),
    }


async def test_deciding_about_payments(counter: Counter) -> None:
    started = (await counter.start(*await counter.bill()))["reference"]
    reviewed = await in_review(counter)
    finding = await counter.town.find("andina", "CUENTA")
    key = global_id("Finding", finding.id)

    assert {
        "cancel": await taken(counter, CANCEL, by="ana", reference=started),
        "resolve": await taken(counter, RESOLVE, reference=reviewed, decision="APPROVE", note="Sí."),
        "finding": await taken(counter, RESOLVE_FINDING, id=key, note="Visto."),
    } == {
        "cancel": ("PaymentIntentPayload", 25, 6),
        "resolve": ("PaymentIntentPayload", 57, 7),
        "finding": ("FindingPayload", 10, 3),
    }


async def test_giving_back_through_the_gateway(counter: Counter) -> None:
    payment, reference = await counter.pay()
    asked = {"paymentId": payment, "reason": "Doble.", "idempotencyKey": f"r-{reference}"}
    refunded = await taken(counter, REFUND, input=asked)
    missing, _ = await lost(counter)
    released = await taken(counter, RELEASE, id=missing, note=NOTE)
    _, disputed = await claimed(counter)
    dismissed = await taken(counter, DISMISS, it=disputed, note=NOTE)

    # The entrance; what is kept before the gateway is asked; its answer, with the record; the payload.
    assert {"refund": refunded, "release": released, "dismiss": dismissed} == {
        "refund": ("RefundPaymentPayload", 60, 6),
        "release": ("RefundPaymentPayload", 57, 6),
        "dismiss": ("PaymentIntentPayload", 45, 7),
    }
