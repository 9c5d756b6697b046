"""Methods that take their time: PSE, Nequi, cash, and cards that are looked at."""

from tests.scenarios.house import House
from tests.scenarios.story import PAID, Story

PENDING = Story(status="PENDING", tries=["PENDING"])


async def test_a_debit_pending_for_days_blocks_another_try_and_never_expires_here(house: House) -> None:
    """Scenario 27: PSE pending for hours or days."""
    attempt = await house.pays("pending:P3D,pse", "approve")
    told = (await house.asks(attempt))["intent"]
    (order,) = await house.orders(attempt)
    cus = order["transactions"][0]["cus"]

    assert (told["status"], told["gatewayReference"]) == ("PENDING", cus)
    assert "antes de intentar de nuevo" in told["statusMessage"]
    again = await house.start()
    assert again["__typename"] == "PaymentInProgress"
    assert again["intent"] == {"reference": attempt.reference, "gatewayReference": cus}
    await house.passes(hours=20)
    await house.check()
    assert await house.story(attempt) == PENDING
    await house.passes(hours=28)
    await house.report_of(house.stage.clock.today())
    assert await house.story(attempt) == PENDING.but(findings=["SLOW"])
    await house.passes(days=1)
    await house.report_of(house.stage.clock.today())
    assert await house.story(attempt) == PAID


async def test_a_debit_that_the_bank_corrects_days_later_is_found(house: House) -> None:
    """Scenario 28: PSE rejected, but the payer says the bank debited: the clerk asks again, with the CUS in sight, and
    the gateway is asked for a week."""
    attempt = await house.pays("pending:PT5M,pse", "decline:ENTITY_DECLINED")
    await house.passes(minutes=6)
    assert await house.story(attempt) == Story(status="DECLINED", tries=["DECLINED"])
    (order,) = await house.orders(attempt)
    told = (await house.asks(attempt, "clara"))["intent"]
    assert (told["status"], told["gatewayReference"]) == ("DECLINED", order["transactions"][0]["cus"])
    assert [(it["status"], it["message"]) for it in told["attempts"]] == [("DECLINED", "ENTITY_DECLINED")]

    await house.passes(days=2)
    await house.happens(attempt, "turn:approve,drop_notification")
    await house.passes(days=1)
    await house.check()
    assert await house.story(attempt) == PAID


async def test_a_push_to_nequi_that_nobody_answers_expires_and_may_be_repeated(house: House) -> None:
    """Scenario 29: a Nequi push not answered."""
    attempt = await house.pays("pending:PT1H,nequi")
    assert (await house.asks(attempt))["intent"]["status"] == "PENDING"
    await house.passes(minutes=16)

    assert await house.story(attempt) == Story(status="EXPIRED", tries=["EXPIRED"])
    again = await house.opened()
    assert again.reference != attempt.reference
    await house.goes(again, "approve:method=NEQUI")
    assert await house.story(again) == PAID


async def test_a_coupon_that_nobody_pays_expires_after_a_week(house: House) -> None:
    """Scenario 30: a cash coupon generated, never paid."""
    attempt = await house.pays("pending:P8D,cash")
    assert (await house.asks(attempt))["intent"]["status"] == "PENDING"
    await house.passes(days=6)
    await house.check()
    assert await house.story(attempt) == PENDING
    await house.passes(days=1)

    assert await house.answers(attempt) == [200]
    assert await house.story(attempt) == Story(status="EXPIRED", tries=["EXPIRED"])
    assert (await house.invoice("FV-1"))["payable"] is True


async def test_a_card_under_review_gives_no_receipt_until_it_is_approved(house: House) -> None:
    """Scenario 33: anti-fraud review, a card pending for hours."""
    attempt = await house.pays("pending:PT5H,review", "approve")
    await house.passes(hours=4)
    await house.check()
    assert await house.story(attempt) == PENDING
    await house.passes(hours=1)

    assert await house.story(attempt) == PAID
