"""Money that comes after the attempt was given up, or after the invoice changed under it."""

import pytest

from tests.scenarios.house import House
from tests.scenarios.story import CHARGED, CREDITED, PAID, RENT, Story

_CANCEL = "mutation Cancelar($reference: String!) { cancelPayment(reference: $reference) { __typename } }"


@pytest.mark.parametrize("ending", ["EXPIRED", "CANCELLED"])
async def test_an_approval_after_the_attempt_was_given_up_is_taken(house: House, ending: str) -> None:
    """Scenario 11: approved after the local expiry, or after the payer cancelled."""
    attempt = await house.opened()
    if ending == "EXPIRED":
        await house.passes(minutes=40)
        await house.check()
    else:
        told = await (await house.person("ana")).ask(_CANCEL, reference=attempt.reference)
        assert told["cancelPayment"]["__typename"] == "PaymentIntentPayload"
    assert await house.story(attempt) == Story(status=ending)
    await house.passes(minutes=1)
    await house.goes(attempt, "approve")

    assert await house.answers(attempt) == [200]
    assert await house.story(attempt) == PAID


async def test_an_approval_of_an_invoice_paid_at_the_office_becomes_credit(house: House) -> None:
    """Scenario 12: approved after the invoice was paid at the office."""
    attempt = await house.opened()
    await house.pay_at_office("FV-1")
    await house.goes(attempt, "approve")

    assert await house.answers(attempt) == [200]
    story = await house.story(attempt)
    assert (story.status, story.owed, story.credit) == ("APPROVED", {"FV-1": 0}, RENT)
    assert CREDITED in story.ledger
    assert story.findings == ["CREDITED"]


async def test_a_fee_added_meanwhile_stays_due(house: House) -> None:
    """Scenario 18: the invoice grows while the payer is at the gateway."""
    attempt = await house.opened()
    await house.bill("FV-1", RENT + 50_000)
    await house.goes(attempt, "approve")

    assert await house.answers(attempt) == [200]
    assert await house.story(attempt) == PAID.but(owed={"FV-1": 50_000})
    assert (await house.invoice("FV-1"))["payable"] is True


async def test_money_for_an_invoice_voided_meanwhile_becomes_credit(house: House) -> None:
    """Scenario 19: the invoice is annulled while the payer is paying."""
    attempt = await house.opened()
    await house.bill("FV-1", estado="anulada")
    await house.goes(attempt, "approve")

    assert await house.answers(attempt) == [200]
    assert await house.story(attempt) == PAID.but(ledger=[CREDITED], credit=RENT, findings=["CREDITED"])


async def test_a_coupon_paid_in_its_last_minute_is_taken(house: House) -> None:
    """Scenario 31: a cash coupon paid at the last minute, confirmed after its expiry."""
    attempt = await house.pays("pending:P8D,cash", "approve")
    await house.passes(days=7, minutes=1)
    expired = await house.story(attempt)
    assert (expired.status, expired.ledger, expired.owed) == ("EXPIRED", [], {"FV-1": RENT})
    await house.passes(days=1)

    assert await house.answers(attempt) == [200, 200]
    assert await house.story(attempt) == PAID.but(ledger=[CHARGED])
