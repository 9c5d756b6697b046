"""Notices that come twice, at once, early, or in the wrong order."""

from tests.end_to_end.street import RETURN_URL
from tests.scenarios.house import House, brought
from tests.scenarios.story import PAID, Story


async def test_the_same_notice_twice_is_booked_once(house: House) -> None:
    """Scenario 1: the same confirmation twice, seconds apart."""
    attempt = await house.pays("approve")
    (notice,) = await house.notices(attempt)
    await house.passes(seconds=5)
    await house.replay(notice)

    assert await house.answers(attempt) == [200, 200]
    assert await house.story(attempt) == PAID


async def test_twenty_notices_at_once_are_booked_once(house: House) -> None:
    """Scenario 2: the same confirmation at several workers at once."""
    attempt = await house.pays("approve:duplicate=20")
    await house.passes(minutes=5)  # who came while the gateway was being asked had to come again

    notices = await house.notices(attempt)
    assert [notice["state"] for notice in notices] == ["DELIVERED"] * 20
    assert {notice["status"] for notice in notices} == {200}
    assert await house.story(attempt) == PAID


async def test_a_payment_confirmed_before_the_payer_is_back_is_shown_as_paid(house: House) -> None:
    """Scenario 3: the confirmation comes before the browser returns."""
    attempt = await house.opened()
    back = await house.goes(attempt, "approve")

    assert await house.answers(attempt) == [200]
    assert await house.story(attempt) == PAID
    assert back.startswith(RETURN_URL)
    assert brought(back)["reference"] == attempt.reference
    told = (await house.asks(attempt))["intent"]
    assert (told["status"], told["statusMessage"]) == ("APPROVED", "¡Pago exitoso!")
    assert (await house.invoice("FV-1"))["statusLabel"] == "Pagada"


async def test_a_decline_and_its_approved_retry_end_as_approved(house: House) -> None:
    """Scenario 8: declined, then approved, delivered in order."""
    attempt = await house.opened()
    await house.goes(attempt, "decline:INSUFFICIENT_FUNDS")
    declined = Story(status="DECLINED", tries=["DECLINED"])
    assert await house.story(attempt) == declined
    await house.happens(attempt, "approve")

    assert await house.answers(attempt) == [200, 200]
    assert await house.story(attempt) == PAID.but(tries=["APPROVED", "DECLINED"])


async def test_an_approval_that_overtakes_the_older_decline_stays(house: House) -> None:
    """Scenario 9: approved arrives before the decline of an earlier try."""
    attempt = await house.pays("reorder")

    sent = sorted(await house.notices(attempt), key=lambda notice: notice["attempts"][0]["at"])
    assert [notice["fields"]["state_pol"] for notice in sent] == ["4", "6"]
    assert await house.answers(attempt) == [200, 200]
    assert await house.story(attempt) == PAID.but(tries=["APPROVED", "DECLINED"])


async def test_an_expiry_told_after_the_approval_changes_nothing(house: House) -> None:
    """Scenario 10: expired arrives after approved, of the very same transaction."""
    attempt = await house.pays("expire:drop_notification")
    await house.happens(attempt, "approve")
    expired, approved = await house.notices(attempt)
    assert expired["transactionId"] == approved["transactionId"]
    assert (await house.story(attempt)).status == "APPROVED"
    await house.passes(seconds=10)
    await house.replay(expired)

    assert await house.answers(attempt) == [200, 200]
    assert await house.story(attempt) == PAID
