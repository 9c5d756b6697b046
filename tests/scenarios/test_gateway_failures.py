"""A gateway that does not answer, or answers what nobody understands."""

from tests.scenarios.house import House
from tests.scenarios.story import PAID, Story


async def test_an_unknown_state_changes_nothing_and_is_told(house: House) -> None:
    """Scenario 26: an unknown state code, in the notice and in the gateway's answer."""
    attempt = await house.pays("approve:set.state_pol=99,query.state=ON_HOLD")

    assert await house.answers(attempt) == [200]
    assert await house.story(attempt) == Story(status="REDIRECTED", findings=["UNKNOWN_CODE"])


async def test_a_gateway_that_answers_nothing_useful_leaves_everything_as_it_was(house: House) -> None:
    """Scenario 35: the Queries API is down or answers ERROR."""
    attempt = await house.pays("approve:drop_notification")
    for fault, minutes in (("query:error", 17), ("query:500", 15), ("query:html", 40)):
        await house.happens(attempt, fault)
        await house.passes(minutes=minutes)
        await house.check()
        assert await house.story(attempt) == Story(status="REDIRECTED")
    await house.happens(attempt, "query:error")
    await house.passes(seconds=10)
    assert (await house.asks(attempt))["__typename"] == "GatewayUnavailable"
    assert await house.story(attempt) == Story(status="REDIRECTED")

    await house.passes(days=1)
    await house.check()
    assert await house.story(attempt) == PAID
