"""A gateway that does not answer, or answers what nobody understands."""

from tests.scenarios.house import Attempt, House
from tests.scenarios.story import PAID, PAID_TWICE, Story


async def test_an_unknown_state_changes_nothing_and_is_told(house: House) -> None:
    """Scenario 26: an unknown state code, in the notice and in the gateway's answer."""
    attempt = await house.pays("approve:set.state_pol=99,query.state=ON_HOLD")

    assert await house.answers(attempt) == [200]
    assert await house.story(attempt) == Story(status="REDIRECTED", findings=["UNKNOWN_CODE"])


async def test_a_checkout_of_unknown_outcome_is_given_up_and_still_asked_about(house: House) -> None:
    """Scenario 34: the gateway's answer to the creation is lost (EnLineaPagos is called by the server)."""
    await house.takes_enlinea()
    await house.stage.control("scenarios", gateway="enlinea", reference="*", script=["http:garbage"])
    assert (await house.start(gateway="ENLINEA"))["__typename"] == "GatewayUnavailable"
    await house.stage.control("scenarios", gateway="enlinea", reference="*", script=[])
    await house.passes(seconds=30)
    retry = await house.opened(gateway="ENLINEA")
    first, second = await house.references()
    lost = Attempt(first, {})
    assert second == retry.reference != first
    assert await house.story(lost) == Story(status="CANCELLED")
    await house.goes_to_enlinea(retry, "approve")
    assert await house.story(retry) == PAID

    # It was opened there after all, and somebody pays it.
    await house.passes(days=1)
    await house.happens(lost, "approve")
    assert await house.story(lost) == PAID_TWICE.but(tries=["APPROVED"], findings=["CREDITED"])


async def test_a_gateway_that_answers_nothing_useful_leaves_everything_as_it_was(house: House) -> None:
    """Scenario 35: the Queries API is down or answers ERROR."""
    attempt = await house.pays("approve:drop_notification")
    for fault, minutes in (("query:error", 20), ("query:500", 16), ("query:html", 30)):
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
