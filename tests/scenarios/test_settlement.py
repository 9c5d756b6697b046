"""The gateway's own statement of what it paid out: the only control that finds what every message lost."""

from datetime import date
from typing import Any

import pytest

from tests.scenarios.house import House
from tests.scenarios.story import CHARGED, PAID, PAID_TWICE, RENT, Story

_RECONCILE = """
mutation Cuadrar($input: ReconcileSettlementInput!) {
  reconcileSettlement(input: $input) {
    ... on ReconcileSettlementPayload { matched settled differences { kind reference received } rowErrors { message } }
  }
}
"""


async def test_a_payment_of_which_nothing_was_heard_is_listed_and_found_in_the_statement(house: House) -> None:
    """Scenario 7: neither the notice nor the payer ever arrives; EnLineaPagos cannot be asked by our reference."""
    await house.takes_enlinea()
    attempt = await house.opened(gateway="ENLINEA")
    await house.goes_to_enlinea(attempt, "approve:drop_return")
    opened_on = house.stage.clock.today()
    await house.passes(minutes=40)
    await house.check()
    assert await house.story(attempt) == Story(status="EXPIRED")
    await house.passes(days=1)
    await house.report_of(opened_on)
    assert await house.story(attempt) == Story(status="EXPIRED", findings=["UNCONFIRMED"])

    (order,) = await house.orders(attempt)
    (transaction,) = order["transactions"]
    told = await statement(house, "ENLINEA", opened_on, (attempt.reference, transaction["number"], RENT))
    assert told == {"matched": 0, "settled": 1, "differences": [], "rowErrors": []}
    assert await house.story(attempt) == PAID


async def test_an_approval_that_the_statement_lacks_is_an_exception_that_the_tenant_does_not_see(house: House) -> None:
    """Scenario 50: the gateway reports an approval, the settlement file does not."""
    await house.bill("FV-2", 900_000)
    settled = await house.opened("FV-2")
    await house.goes(settled, "approve")
    await house.passes(minutes=1)
    unsettled = await house.pays("approve")
    (order,) = await house.orders(settled)
    line = (settled.reference, order["transactions"][0]["id"], 900_000)

    told = await statement(house, "PAYU", house.stage.clock.today(), line)

    difference = {"kind": "NOT_SETTLED", "reference": unsettled.reference, "received": f"{RENT}.00"}
    assert told == {"matched": 1, "settled": 0, "differences": [difference], "rowErrors": []}
    both = PAID.but(
        ledger=["CHARGE: GATEWAY +900000, FV-2 -900000", CHARGED],
        owed={"FV-1": 0, "FV-2": 0},
        receipts=[900_000, RENT],
        findings=["NOT_SETTLED"],
    )
    assert await house.story(unsettled) == both
    assert (await house.asks(unsettled))["intent"]["statusMessage"] == "¡Pago exitoso!"
    assert (await house.invoice("FV-1"))["statusLabel"] == "Pagada"


@pytest.mark.parametrize("answer", ["RP-000001", "nuevo"])
async def test_a_line_that_may_be_the_payment_received_waits_for_a_person(house: House, answer: str) -> None:
    """Beyond the fifty: EnLineaPagos' statement has a payment that was received under a number that nobody knows."""
    await house.takes_enlinea()
    attempt = await house.opened(gateway="ENLINEA")
    await house.goes_to_enlinea(attempt, "approve")
    today, line = house.stage.clock.today(), (attempt.reference, "980012345", RENT)
    for _ in range(2):
        told = await statement(house, "ENLINEA", today, line)
        question = {"kind": "SETTLED_UNKNOWN", "reference": attempt.reference, "received": f"{RENT}.00"}
        assert told == {"matched": 0, "settled": 0, "differences": [question], "rowErrors": []}
        assert await house.story(attempt) == PAID.but(findings=["SETTLED_UNKNOWN"])

    told = await statement(house, "ENLINEA", today, line, receipt=answer)
    if answer == "nuevo":
        assert (told["matched"], told["settled"]) == (0, 1)
        # The first is not in the file.
        assert await house.story(attempt) == PAID_TWICE.but(findings=["CREDITED", "DOUBLE_PAYMENT", "NOT_SETTLED"])
    else:
        assert told == {"matched": 1, "settled": 0, "differences": [], "rowErrors": []}
        assert await house.story(attempt) == PAID
    again = await statement(house, "ENLINEA", today, line)
    assert (again["matched"], again["settled"]) == (1, 0)


async def statement(house: House, gateway: str, on: date, *lines: tuple[str, str, int], receipt: str = "") -> Any:
    rows = [
        f"{reference};{transaction};{amount},00;{on:%d/%m/%Y};{receipt}" for reference, transaction, amount in lines
    ]
    csv = "\n".join(["referencia;transaccion;valor;fecha;recibo", *rows])
    given = {"gateway": gateway, "csv": csv, "from": on.isoformat(), "to": on.isoformat()}
    return (await (await house.clerk()).ask(_RECONCILE, input=given))["reconcileSettlement"]
