"""The same rent paid twice."""

from tests.scenarios.house import House
from tests.scenarios.story import PAID_TWICE


async def test_two_approvals_of_one_reference_leave_credit(house: House) -> None:
    """Scenario 13: two tabs, two approved transactions of the same reference."""
    attempt = await house.pays("approve")
    await house.passes(minutes=1)
    await house.happens(attempt, "approve_again")

    assert await house.answers(attempt) == [200, 200]
    assert await house.story(attempt) == PAID_TWICE


async def test_two_coupons_that_are_both_paid_leave_credit(house: House) -> None:
    """Scenario 32: the payer generates two coupons and pays both."""
    attempt = await house.pays("pending:PT1H,cash", "pending:PT1H,cash", "approve", "approve")
    for minutes in (60, 60, 5):
        await house.passes(minutes=minutes)

    assert {notice["status"] for notice in await house.notices(attempt)} == {200}
    assert await house.story(attempt) == PAID_TWICE
