"""Each act of the staff leaves exactly one entry that names it; one that is refused or repeated leaves none.

That refusals leave nothing at all, in any table, is asked of every mutation in test_access_mutations.
"""

from domain.audit import AuditAction
from tests.graphql_api.forms import IMPORT, act, id_of
from tests.graphql_api.test_answers_of_money import (
    CANCEL,
    CREDIT,
    RECORD,
    REFUND,
    RESOLVE,
    REVERSE,
    Counter,
    client_of,
    counter,
    in_review,
)

__all__ = ["counter"]
A = AuditAction
FIND = """mutation Resolver($id: ID!) { resolveFinding(id: $id, note: "Visto.") { __typename } }"""
FILE = """mutation Radicar($client: ID!) { createPqrs(input: {
    classification: CLAIM, subject: REPAIRS, description: "Gotea.", clientId: $client,
    idempotencyKey: "una"}) { __typename } }"""
FINDING = "{ findings(first: 1) { nodes { id } } }"


class Told:
    """What was added to the record since it was last asked."""

    def __init__(self, counter: Counter) -> None:
        self.counter = counter
        self.last = 0

    async def __call__(self) -> list[tuple[str, str]]:
        rows = await self.counter.town.rows(
            "select number, actor, action from audit_entries where number > :last order by number", last=self.last
        )
        self.last = max([self.last, *(row[0] for row in rows)])
        return [(row[1], row[2]) for row in rows]


async def test_every_act_is_told_once(counter: Counter) -> None:
    town, told = counter.town, Told(counter)
    await told()
    client = await client_of(town, "T1")
    assert await told() == [("sara", A.SIGNED_IN)]

    form = {"clientId": client, "amount": "5000.00", "method": "CASH", "idempotencyKey": "una"}
    receipt = (await act(town, RECORD, by="sara", input=form))["payment"]
    assert await told() == [("sara", A.PAYMENT_RECORDED)]
    await act(town, RECORD, by="sara", input=form)
    await act(town, RECORD, by="sara", input=form | {"amount": "0", "idempotencyKey": "otra"})
    assert await told() == []
    await act(town, REVERSE, by="sara", id=receipt["id"], reason="Cheque devuelto.")
    assert await told() == [("sara", A.PAYMENT_REVERSED)]
    await act(town, REVERSE, by="sara", id=receipt["id"], reason="Otra vez.")
    assert await told() == []

    await act(town, RECORD, by="sara", input=form | {"amount": "9000.00", "idempotencyKey": "saldo"})
    (number,) = await counter.bill()
    await told()
    credit = {"clientId": client, "invoiceIds": [await id_of(town, number)], "idempotencyKey": "una"}
    await act(town, CREDIT, by="sara", input=credit)
    assert await told() == [("sara", A.CREDIT_APPLIED)]

    reference = (await counter.start(*await counter.bill()))["reference"]
    await told()
    await act(town, CANCEL, by="sara", reference=reference)
    assert await told() == [("sara", A.PAYMENT_CANCELLED)]
    await act(town, CANCEL, by="sara", reference=reference)
    assert await told() == []

    reviewed = await in_review(counter)
    await told()
    await act(town, RESOLVE, by="sara", reference=reviewed, decision="CANCEL", note="No.")
    assert await told() == [("sara", A.REVIEW_RESOLVED)]

    paid, of = await counter.pay()
    await town.ask("{ __typename }", by="sara")
    await told()
    refund = {"paymentId": paid, "reason": "Doble.", "idempotencyKey": f"r-{of}"}
    await act(town, REFUND, by="sara", input=refund)
    assert await told() == [("sara", A.REFUND_REQUESTED)]

    await town.find("andina", "REF1")
    finding = (await town.ask(FINDING, by="sara")).data["findings"]["nodes"][0]["id"]
    await act(town, FIND, by="sara", id=finding)
    assert await told() == [("sara", A.FINDING_RESOLVED)]
    await act(town, FIND, by="sara", id=finding)
    await act(town, FILE, by="sara", client=client)
    assert await told() == [("sara", A.PQRS_FILED)]
    await act(town, IMPORT, by="sara", input={"kind": "CLIENTS", "csv": "codigo;nombre\n", "dryRun": True})
    assert await told() == []
