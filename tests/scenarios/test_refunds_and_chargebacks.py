"""Money that goes back to the payer: through the gateway, or by the payer's bank."""

import asyncio
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import uuid4

from adapters.holidays.calendar import ColombianHolidays
from domain.accounts import AccountRole
from domain.business_days import add_business_days
from domain.imports.sheets import ImportKind
from graphql_api.ids import global_id
from tests.application.imports_office import MANAGEMENT
from tests.end_to_end.street import Person
from tests.scenarios.house import Attempt, House
from tests.scenarios.story import CHARGED, PAID, RENT

_REFUND = """
mutation Devolver($input: RefundPaymentInput!) {
  refundPayment(input: $input) {
    __typename
    ... on RefundPaymentPayload { refund { amount status } }
    ... on UserError { message }
  }
}
"""
_REVERSE = "mutation Reversar($id: ID!, $reason: String!) { reversePayment(id: $id, reason: $reason) { __typename } }"
RETURNED = PAID.but(ledger=[CHARGED, f"REVERSAL: GATEWAY -{RENT}, FV-1 +{RENT}"], owed={"FV-1": RENT}, receipts=[0])


async def test_a_refund_that_two_clerks_ask_for_is_made_once(house: House) -> None:
    """Scenario 39: a refund asked twice by two clerks."""
    attempt = await house.pays("approve")
    await house.passes(minutes=15)
    clara, saul = await house.clerk(), await house.person("saul", AccountRole.STAFF)

    told = await asyncio.gather(*(refund(house, clerk) for clerk in (clara, saul)))

    assert sorted(it["__typename"] for it in told) == ["InvalidTransition", "RefundPaymentPayload"]
    assert await refunds_at_gateway(house, attempt) == ["PENDING"]
    assert await house.story(attempt) == PAID
    await house.happens(attempt, "refund:approve")
    await house.passes(days=1, minutes=10)
    await house.check()
    assert await refunds_at_gateway(house, attempt) == ["APPROVED"]
    assert await house.story(attempt) == RETURNED
    assert (await house.invoice("FV-1"))["payable"] is True


async def test_what_was_not_paid_by_card_is_not_returned_by_the_gateway(house: House) -> None:
    """Scenario 40: a refund of a PSE or cash payment."""
    attempt = await house.pays("approve:method=PSE")
    await house.passes(minutes=15)

    told = await refund(house, await house.clerk())

    assert told["__typename"] == "RefundNotPossible"
    assert "saldo a favor" in told["message"]
    assert await refunds_at_gateway(house, attempt) == []
    assert await house.story(attempt) == PAID


async def test_a_refund_that_is_declined_days_later_leaves_the_invoice_paid(house: House) -> None:
    """Scenario 41: a refund declined after days."""
    attempt = await house.pays("approve")
    await house.passes(minutes=15)
    assert (await refund(house, await house.clerk()))["refund"] == {"amount": f"{RENT}.00", "status": "REQUESTED"}
    await house.passes(days=2)
    await house.happens(attempt, "refund:decline")
    await house.passes(days=1)
    await house.check()

    assert await house.story(attempt) == PAID.but(findings=["REFUND_DECLINED"])
    await house.passes(minutes=1)
    assert (await refund(house, await house.clerk()))["__typename"] == "RefundPaymentPayload"


async def test_a_chargeback_is_owed_by_the_tenant_again_and_leaves_the_owner_alone(house: House) -> None:
    """Scenario 42: a chargeback after the owner was paid out."""
    attempt = await paid_where_disputes_are_told(house)
    await house.take(ImportKind.CONTRACTS, MANAGEMENT)
    await house.take(ImportKind.PAYOUTS, {})
    await house.happens(attempt, "dispute:opened")
    assert await house.story(attempt) == PAID.but(findings=["DISPUTE"])
    assert await deadlines(house) == [working_days_from_now(house, 2)]

    await house.passes(days=5)
    await house.happens(attempt, "chargeback")

    assert await house.answers(attempt) == [200, 200, 200]
    assert await house.story(attempt) == RETURNED.but(findings=["CHARGED_BACK", "DISPUTE"])
    assert (await house.invoice("FV-1"))["payable"] is True
    payouts = await house.stage.rows("select net from payouts where agency_id = :agency", agency=house.agency.id)
    assert payouts == [(Decimal("976000.00"),)]
    await house.report_of(house.stage.clock.today())
    assert await house.story(attempt) == RETURNED.but(findings=["CHARGED_BACK"])


async def test_a_dispute_that_is_won_moves_no_money(house: House) -> None:
    """Scenario 43: a dispute won: nothing is returned while it lasts, and what was received stands."""
    attempt = await paid_where_disputes_are_told(house)
    await house.happens(attempt, "dispute:opened")
    assert await house.story(attempt) == PAID.but(findings=["DISPUTE"])
    assert await deadlines(house) == [working_days_from_now(house, 2)]
    assert (await refund(house, await house.clerk()))["__typename"] == "InvalidTransition"

    await house.passes(days=20)
    await house.happens(attempt, "dispute:won")
    assert await house.answers(attempt) == [200, 200, 200]
    assert await house.story(attempt) == PAID.but(findings=["DISPUTE"])

    # Whoever hears nothing more for as long as a payer may claim has won: what is posted proves nothing.
    await house.passes(days=180)
    await house.report_of(house.stage.clock.today())
    assert await house.story(attempt) == PAID
    assert (await refund(house, await house.clerk()))["__typename"] == "RefundPaymentPayload"


async def test_what_the_office_took_back_and_then_the_bank_too_left_twice(house: House) -> None:
    """Beyond the fifty: a chargeback of money that the agency had given back already."""
    attempt = await house.pays("approve")
    await house.passes(hours=1)
    ((payment,),) = await house.stage.rows("select id from payments where agency_id = :agency", agency=house.agency.id)
    given = {"id": global_id("Payment", payment), "reason": "Se le transfirió."}
    reversed_so = await (await house.clerk()).ask(_REVERSE, **given)
    assert reversed_so["reversePayment"]["__typename"] == "PaymentPayload"

    await house.happens(attempt, "chargeback")
    await house.passes(days=8)
    await house.check()

    from_office = f"REVERSAL: OFFICE -{RENT}, FV-1 +{RENT}"
    again = f"RETURNED_TWICE: GATEWAY -{RENT}, TO_RECOVER +{RENT}"
    assert await house.story(attempt) == RETURNED.but(
        ledger=[CHARGED, from_office, again], findings=["CHARGED_BACK", "RETURNED_TWICE"]
    )


async def paid_where_disputes_are_told(house: House) -> Attempt:
    """By card, an hour ago, and the gateway knows where to tell of disputes."""
    attempt = await house.opened()
    await house.merchant_at_gateway(disputeUrl=f"{attempt.door}/disputes")
    await house.goes(attempt, "approve")
    await house.passes(hours=1)
    return attempt


async def deadlines(house: House) -> list[date]:
    found = "select due_on from findings where agency_id = :agency and due_on is not null"
    return [row.due_on for row in await house.stage.rows(found, agency=house.agency.id)]


def working_days_from_now(house: House, days: int) -> date:
    return add_business_days(house.stage.clock.today(), days, is_holiday=ColombianHolidays().is_holiday)


async def refund(house: House, clerk: Person) -> Any:
    payments = "payments { nodes { id } }"
    ((payment,),) = [(await (await house.person("ana")).me(payments))["payments"]["nodes"]]
    given = {"paymentId": payment["id"], "reason": "Pagó dos veces", "idempotencyKey": str(uuid4())}
    return (await clerk.ask(_REFUND, input=given))["refundPayment"]


async def refunds_at_gateway(house: House, attempt: Attempt) -> list[str]:
    (order,) = await house.orders(attempt)
    return [it["state"] for it in order["transactions"] if it["type"] == "REFUND"]
