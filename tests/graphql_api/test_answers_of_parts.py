"""Paying part of what is owed, where the agency allows it."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from domain.accounts import AccountRole
from domain.imports.sheets import ImportKind
from tests.graphql_api.forms import PAY, act, order
from tests.graphql_api.town import Town, founded
from tests.postgres import Database


@pytest.fixture
async def town(database: Database) -> AsyncIterator[Town]:
    async with founded(database) as town:
        await town.agency("andina", {"partial_payments": "true"}, payu=True)
        await town.books("andina")
        await town.person("andina", "ana", client="T1")
        await town.person("andina", "sara", role=AccountRole.STAFF)
        taxed = {"subtotal": "1000000", "iva": "190000", "retenciones": "35000", "total": "1155000"}
        lines = {"conceptos": "Canon:1000000:19"}
        for number in ("FV-1", "FV-2"):
            await town.take("andina", ImportKind.INVOICES, {"numero": number} | taxed | lines)
        yield town


async def pay(town: Town, *numbers: str, **changes: Any) -> Any:
    return await act(town, PAY, by="ana", input=await order(town, *numbers, **changes))


async def test_the_agency_says_whether_part_may_be_paid(town: Town) -> None:
    assert (await town.ask("{ agency { partialPaymentsAllowed } }", by="ana")).data == {
        "agency": {"partialPaymentsAllowed": True}
    }


async def test_a_part_is_frozen_in_the_order_of_the_invoices_with_its_share_of_the_taxes(town: Town) -> None:
    told = await pay(town, "FV-1", "FV-2", amount="1732500.00")

    assert told["is"] == "startPayment.PaymentIntentPayload"
    assert told["intent"]["amount"] == "1732500.00"
    fields = {it["name"]: it["value"] for it in told["intent"]["checkout"]["fields"]}
    # All of the first, half of the second.
    assert (fields["amount"], fields["tax"], fields["taxReturnBase"]) == ("1732500", "285000", "1447500")
    parts = await town.rows("select amount from payment_intent_invoices order by position")
    assert [str(amount) for (amount,) in parts] == ["1155000.00", "577500.00"]


async def test_there_is_a_least_and_a_most(town: Town) -> None:
    for amount in ("0", "-1", "999.99", "2310000.01"):
        told = await pay(town, "FV-1", "FV-2", amount=amount)
        assert told["is"] == "startPayment.AmountNotAllowed"
        assert (told["minimum"], told["maximum"]) == ("1000.00", "2310000.00")
    assert (await pay(town, "FV-1", "FV-2", amount="1000"))["intent"]["amount"] == "1000.00"


async def test_what_is_left_is_still_owed_and_may_be_paid_next(town: Town) -> None:
    await town.take("andina", ImportKind.INVOICES, {"numero": "FV-3"})
    await town.take("andina", ImportKind.PAYMENTS, {"valor": "1154400", "facturas": "FV-3:1154400"})

    told = await pay(town, "FV-3", amount="500")

    # Less than a thousand is owed: then all of it.
    assert told["is"] == "startPayment.AmountNotAllowed"
    assert (told["minimum"], told["maximum"]) == ("600.00", "600.00")
    assert (await pay(town, "FV-3", amount="600.00"))["intent"]["amount"] == "600.00"
