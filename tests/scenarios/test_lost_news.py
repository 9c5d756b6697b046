"""The payer who does not come back, and the notice that does not arrive."""

from tests.scenarios.house import House, brought
from tests.scenarios.story import PAID, Story


async def test_a_payer_who_is_back_first_is_told_to_wait_and_the_gateway_is_asked_once(house: House) -> None:
    """Scenario 4: the browser returns before the confirmation."""
    attempt = await house.opened()
    back = await house.goes(attempt, "pending:PT2M,pse", "approve")

    # What the browser brought, sent to the gateway's door by somebody, moves nothing.
    assert await house.post(attempt, **brought(back)) == 400
    assert await house.story(attempt) == Story(status="REDIRECTED")
    told = [(await house.asks(attempt))["intent"] for _ in range(2)]
    assert [it["status"] for it in told] == ["PENDING", "PENDING"]
    assert "antes de intentar de nuevo" in told[0]["statusMessage"]
    assert await house.story(attempt) == Story(status="PENDING", tries=["PENDING"])

    await house.passes(minutes=3)
    assert await house.answers(attempt) == [200]
    assert await house.story(attempt) == PAID


async def test_a_payer_who_never_comes_back_has_paid(house: House) -> None:
    """Scenario 5: the browser never returns."""
    attempt = await house.pays("pending:PT10M,pse", "approve")
    await house.passes(minutes=11)

    assert await house.answers(attempt) == [200]
    assert await house.story(attempt) == PAID


async def test_an_approval_without_a_notice_is_found_by_asking(house: House) -> None:
    """Scenario 6: the confirmation never arrives."""
    attempt = await house.pays("approve:drop_notification")
    assert await house.story(attempt) == Story(status="REDIRECTED")
    await house.passes(minutes=20)
    await house.check()

    assert await house.answers(attempt) == []
    assert await house.story(attempt) == PAID
