"""Keys that change, clocks that cannot be relied on, and references."""

import re

import pytest
from sqlalchemy.exc import IntegrityError

from domain.payments import PaymentGatewayCode
from tests.end_to_end.street import fields_of
from tests.scenarios.house import House
from tests.scenarios.story import PAID, Story


async def test_the_key_before_the_newest_is_still_good(house: House) -> None:
    """Scenario 44: the apiKey is rotated; what was opened under the old one is still confirmed by it."""
    old = await house.pays("approve:drop_notification")
    (notice,) = await house.notices(old)
    await rotate(house, "una-llave-nueva")
    await house.replay(notice)
    assert await house.answers(old) == [200]
    assert await house.story(old) == PAID

    await house.bill("FV-2")
    new = await house.opened("FV-2")
    await house.goes(new, "approve:drop_notification")
    (by_new,) = await house.notices(new)
    assert by_new["fields"]["sign"] != notice["fields"]["sign"]
    await rotate(house, "la-llave-siguiente")
    await rotate(house, "y-otra-mas")
    await house.replay(by_new)  # signed with one that is two keys old by now
    assert await house.answers(new) == [401]
    assert (await house.story(new)).status == "REDIRECTED"


async def rotate(house: House, key: str) -> None:
    house.merchant["api_key"] = key
    await house.merchant_at_gateway()
    await house.stage.portal.use_cases.set_merchant_account(
        house.agency.id, gateway=PaymentGatewayCode.PAYU, settings={"api_key": key}
    )


async def test_dates_without_a_clock_are_not_believed(house: House) -> None:
    """Scenario 45: clock skew, and the format of `date`: a decline dated in the future changes no order, and the
    receipt has the instant when the money was confirmed."""
    late = "set.date=2031.05.27 01:07:35,set.transaction_date=2031-05-27 13:07:35"
    attempt = await house.pays(
        f"decline:{late}", "approve:set.transaction_date=27/05/2015,set.date=2015.05.27 01:07:35"
    )

    assert await house.answers(attempt) == [200, 200]
    assert await house.story(attempt) == PAID.but(tries=["APPROVED", "DECLINED"])
    ((paid_at,),) = await house.stage.rows(
        "select paid_at from payments where agency_id = :agency", agency=house.agency.id
    )
    assert abs((paid_at - house.stage.clock.now()).total_seconds()) < 3600
    assert paid_at <= house.stage.clock.now()


async def test_a_reference_is_plain_and_is_never_used_twice(house: House) -> None:
    """Scenario 46: references reused or with special characters."""
    attempt = await house.pays("decline:INSUFFICIENT_FUNDS")
    again = await house.opened()

    assert re.fullmatch(r"[A-Z0-9]{6,30}", attempt.reference)
    assert re.fullmatch(r"[A-Z0-9]{6,30}", again.reference)
    assert again.reference != attempt.reference
    with pytest.raises(IntegrityError, match="reference"):
        await house.stage.rows(
            "update payment_intents set reference = :taken where reference = :free",
            taken=attempt.reference,
            free=again.reference,
        )
    # The gateway's own switch refuses what was tried there before.
    refused = await house.stage.gateway.post(attempt.checkout["url"], data=fields_of(attempt.checkout))
    assert refused.status_code == 200
    assert len(await house.orders(attempt)) == 1
    assert await house.story(attempt) == Story(status="DECLINED", tries=["DECLINED"])
