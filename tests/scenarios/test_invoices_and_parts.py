"""Parts of an invoice, and several invoices at once."""

from tests.scenarios.house import House
from tests.scenarios.story import PAID, RENT


async def test_parts_are_paid_where_the_agency_allows_it(house: House) -> None:
    """Scenario 48: partial payments."""
    refused = await house.start(amount="500000.00")
    assert refused["__typename"] == "AmountNotAllowed"
    await house.stage.portal.use_cases.set_agency(house.agency.id, settings={"partial_payments": "true"})

    part = await house.opened(amount="500000.00")
    await house.goes(part, "approve")
    first = "CHARGE: GATEWAY +500000, FV-1 -500000"
    assert await house.story(part) == PAID.but(ledger=[first], owed={"FV-1": RENT - 500_000}, receipts=[500_000])
    await house.passes(minutes=1)
    rest = await house.opened()
    await house.goes(rest, "approve")

    second = f"CHARGE: GATEWAY +{RENT - 500_000}, FV-1 -{RENT - 500_000}"
    assert await house.story(rest) == PAID.but(ledger=[first, second], receipts=[500_000, RENT - 500_000])


async def test_one_payment_of_several_invoices_has_one_receipt(house: House) -> None:
    """Scenario 49: one payment for several invoices, in the order in which they were frozen."""
    await house.bill("FV-2", 900_000)
    attempt = await house.opened("FV-2", "FV-1")
    await house.goes(attempt, "approve")

    together = RENT + 900_000
    journal = f"CHARGE: GATEWAY +{together}, FV-2 -900000, FV-1 -{RENT}"
    assert await house.story(attempt) == PAID.but(ledger=[journal], owed={"FV-1": 0, "FV-2": 0}, receipts=[together])
    ana = await house.person("ana")
    (receipt,) = (await ana.me("payments { nodes { amount allocations { invoiceNumber amount } } }"))["payments"][
        "nodes"
    ]
    assert receipt == {
        "amount": f"{together}.00",
        "allocations": [
            {"invoiceNumber": "FV-2", "amount": "900000.00"},
            {"invoiceNumber": "FV-1", "amount": f"{RENT}.00"},
        ],
    }
