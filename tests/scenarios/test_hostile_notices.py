"""Notices that are not what they seem, and too many of them."""

import asyncio

import pytest

from tests.scenarios.house import House
from tests.scenarios.story import PAID, Story


async def test_a_bad_signature_is_refused_and_kept(house: House) -> None:
    """Scenario 20: a bad signature."""
    attempt = await house.pays("approve:bad_sign")
    await house.passes(minutes=5)  # and once more, each time it is repeated

    answers = await house.answers(attempt)
    assert len(answers) > 2
    assert set(answers) == {401}
    assert await house.story(attempt) == Story(status="REDIRECTED")
    assert await house.inbox() == [("REJECTED", len(answers))]


async def test_an_authentic_notice_about_nothing_of_ours_is_kept_and_told(house: House) -> None:
    """Scenario 21: a good signature, an unknown reference."""
    attempt = await house.pays("approve:set.reference_sale=DEOTROSITIO")

    assert await house.answers(attempt) == [200]
    assert await house.inbox() == [("UNKNOWN_REFERENCE", 1)]
    assert await house.story(attempt) == Story(status="REDIRECTED", findings=["UNKNOWN_REFERENCE"])


async def test_another_merchants_notice_is_refused(house: House) -> None:
    """Scenario 22: a good signature, the wrong merchant; and one of another agency's at this one's door."""
    attempt = await house.pays("approve:set.merchant_id=1")
    assert await house.answers(attempt) == [403]
    other = await House.founded(house.stage)
    theirs = await other.pays("approve:drop_notification")
    (notice,) = await other.notices(theirs)
    assert await house.post(attempt, **notice["fields"]) == 403

    assert await house.story(attempt) == Story(status="REDIRECTED")
    assert await other.story(theirs) == Story(status="REDIRECTED")
    assert await house.inbox() == [("REJECTED", 2)]


async def test_a_notice_repeated_under_an_invented_id_is_discarded(house: House) -> None:
    """Scenario 23: a replayed approval with a new transaction_id."""
    attempt = await house.pays("approve:replay_new_id,drop_notification")
    true, copied = await house.notices(attempt)
    assert true["transactionId"] != copied["transactionId"]
    await house.replay(true)
    await house.passes(minutes=1)
    await house.replay(copied)

    assert await house.answers(attempt) == [200, 200]
    assert await house.story(attempt) == PAID.but(findings=["REPLAYED"])


@pytest.mark.parametrize("value", ["1.850.000", "NaN", ""])
async def test_a_malformed_amount_is_refused_and_kept(house: House, value: str) -> None:
    """Scenario 25: a malformed value."""
    attempt = await house.pays(f"approve:set.value={value}")

    assert await house.answers(attempt) == [400]
    assert await house.story(attempt) == Story(status="REDIRECTED")
    assert await house.inbox() == [("REJECTED", 1)]


async def test_floods_are_refused_cheaply_and_what_is_true_gets_through(house: House) -> None:
    """Scenario 47: a huge body, and a flood of forged notices."""
    attempt = await house.pays("approve:drop_notification")
    (notice,) = await house.notices(attempt)
    assert await house.post(attempt, **(notice["fields"] | {"extra3": "x" * 65 * 1024})) == 400
    forged = notice["fields"] | {"sign": "0" * 32}
    flood = asyncio.gather(*(house.post(attempt, **forged) for _ in range(120)))
    me = await (await house.person("ana")).me("name")
    statuses = set(await flood)

    assert me == {"name": "Ana Peña"}
    assert statuses <= {401, 503}
    assert 401 in statuses
    assert await house.story(attempt) == Story(status="REDIRECTED")
    await house.replay(notice)
    assert await house.answers(attempt) == [200]
    assert await house.story(attempt) == PAID
    ((_, forgeries), _) = await house.inbox()
    assert forgeries <= 120
