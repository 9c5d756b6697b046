"""The same rent paid twice."""

from tests.scenarios.house import House
from tests.scenarios.story import PAID, PAID_TWICE


async def test_two_approvals_of_one_reference_leave_credit(house: House) -> None:
    """Scenario 13: two tabs, two approved transactions of the same reference."""
    attempt = await house.pays("approve")
    await house.passes(minutes=1)
    await house.happens(attempt, "approve_again")

    assert await house.answers(attempt) == [200, 200]
    assert await house.story(attempt) == PAID_TWICE


async def test_an_invoice_paid_at_both_gateways_leaves_credit(house: House) -> None:
    """Scenario 14: two orders for one invoice, one at PayU and one at EnLineaPagos, are both approved."""
    await house.takes_enlinea()
    by_payu = await house.pays("decline:INSUFFICIENT_FUNDS")
    by_enlinea = await house.opened(gateway="ENLINEA")
    await house.goes_to_enlinea(by_enlinea, "approve")
    assert [notice["status"] for notice in await house.notices(by_enlinea)] == [303]
    assert await house.story(by_enlinea) == PAID
    await house.passes(minutes=1)
    await house.happens(by_payu, "approve")  # the page of the first try is still open in another tab

    assert await house.answers(by_payu) == [200, 200]
    both = PAID_TWICE.but(findings=["CREDITED"])
    assert await house.story(by_payu) == both.but(tries=["APPROVED", "DECLINED"])
    assert await house.story(by_enlinea) == both.but(tries=["APPROVED"])


async def test_two_coupons_that_are_both_paid_leave_credit(house: House) -> None:
    """Scenario 32: the payer generates two coupons and pays both."""
    attempt = await house.pays("pending:PT1H,cash", "pending:PT1H,cash", "approve", "approve")
    for minutes in (60, 60, 5):
        await house.passes(minutes=minutes)

    assert {notice["status"] for notice in await house.notices(attempt)} == {200}
    assert await house.story(attempt) == PAID_TWICE
