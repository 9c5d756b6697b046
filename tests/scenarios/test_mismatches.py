"""Approvals that do not fit what was asked for: a person decides, and nothing is applied."""

import pytest

from domain.errors import InvalidInput
from domain.payments import PaymentGatewayCode
from main.settings import Profile
from tests.end_to_end.street import SANDBOX, Person, fields_of
from tests.graphql_api.test_gateways_in_production import LIVE
from tests.scenarios.house import House
from tests.scenarios.story import RENT, Story
from tests.served import opened

REVIEW = Story(status="REVIEW", tries=["REVIEW"], findings=["REVIEW"])


async def test_a_smaller_amount_is_held_for_review(house: House) -> None:
    """Scenario 15: an amount lower than the invoice's, by a form that was tampered with or otherwise."""
    attempt = await house.opened()
    form = fields_of(attempt.checkout) | {"amount": "1000"}
    refused = await house.stage.gateway.post(attempt.checkout["url"], data=form)
    assert "firma" in refused.text.lower()
    assert await house.orders(attempt) == []

    await house.goes(attempt, "approve:amount=-1000")
    assert await house.answers(attempt) == [200]
    await house.passes(minutes=20)
    await house.check()
    held = f"UNAPPLIED: GATEWAY +{RENT - 1000}, UNAPPLIED -{RENT - 1000}"
    assert await house.story(attempt) == REVIEW.but(ledger=[held])


async def test_a_greater_amount_is_held_for_review(house: House) -> None:
    """Scenario 16: an amount with a fee that nobody agreed on."""
    attempt = await house.pays("approve:amount=+5000")
    await house.passes(minutes=20)
    await house.check()

    assert await house.answers(attempt) == [200]
    held = f"UNAPPLIED: GATEWAY +{RENT + 5000}, UNAPPLIED -{RENT + 5000}"
    assert await house.story(attempt) == REVIEW.but(ledger=[held])


async def test_another_currency_is_reviewed_and_never_converted(house: House) -> None:
    """Scenario 17: the currency differs."""
    attempt = await house.pays("approve:currency=USD")
    await house.passes(minutes=20)
    await house.check()

    assert await house.answers(attempt) == [200]
    assert await house.story(attempt) == REVIEW


async def test_a_test_payment_at_an_account_for_real_money_is_no_money(house: House) -> None:
    """Scenario 24: a test transaction where money is real, and sandbox credentials in production."""
    await house.merchant_at_gateway(sandbox=True)
    attempt = await house.pays("approve")
    await house.passes(minutes=20)
    await house.check()
    assert await house.answers(attempt) == [200]
    assert await house.story(attempt) == REVIEW

    use_cases = house.stage.portal.use_cases
    await use_cases.set_merchant_account(house.agency.id, gateway=PaymentGatewayCode.PAYU, settings=SANDBOX)
    assert (await house.opened()).reference != attempt.reference
    ana = await house.person("ana")
    invoice = (await house.invoice("FV-1"))["id"]
    async with (
        opened(house.stage.database, clock=house.stage.clock, profile=Profile.PRODUCTION, **LIVE) as production,
        production.client() as http,
    ):
        assert await Person(http, ana.agency, ana.token).start(invoice) == {"__typename": "PaymentsDisabled"}
        with pytest.raises(InvalidInput, match="NOT_ALLOWED"):
            await production.portal.use_cases.set_merchant_account(
                house.agency.id, gateway=PaymentGatewayCode.PAYU, settings=SANDBOX
            )
