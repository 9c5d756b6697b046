"""Every answer of the acts on payments, of clients and of staff, as somebody gets it."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from application.access import Scope
from domain.accounts import AccountRole
from domain.gateway_reports import RefundReport, ReportedState
from domain.imports.sheets import ImportKind
from domain.payments import PaymentGatewayCode, PaymentMethod
from tests.fakes.payment_gateway import FakePaymentGateway, a_report
from tests.graphql_api.forms import FIELDS, PAY, USER_ERROR, act, id_of, order
from tests.graphql_api.town import Town, founded
from tests.postgres import Database

INTENT = "reference status statusMessage"
SILENT = "... on GatewayUnavailable { retryAfterSeconds lastKnown { reference status } }"
CANCEL = f"""mutation Cancelar($reference: String!) {{ cancelPayment(reference: $reference) {{ __typename
    ... on PaymentIntentPayload {{ intent {{ {INTENT} }} }} {USER_ERROR} {SILENT} }} }}"""
RESOLVE = f"""mutation Decidir($reference: String!, $decision: ReviewDecision!, $note: String!) {{
    resolvePaymentReview(reference: $reference, decision: $decision, note: $note) {{ __typename
    ... on PaymentIntentPayload {{ intent {{ {INTENT} payments {{ amount credited }} }} }}
    {USER_ERROR} {SILENT} }} }}"""
RECEIPT = """id receiptNumber amount credited creditLeft reversed status gateway gatewayReference method paidAt
    allocations { invoiceNumber amount } reversals { kind amount reason }"""
RECORD = f"""mutation Recibir($input: RecordPaymentInput!) {{ recordPayment(input: $input) {{ __typename
    ... on PaymentPayload {{ payment {{ {RECEIPT} }} }} {USER_ERROR} {FIELDS} }} }}"""
REVERSE = f"""mutation Reversar($id: ID!, $reason: String!) {{ reversePayment(id: $id, reason: $reason) {{ __typename
    ... on PaymentPayload {{ payment {{ {RECEIPT} }} }} {USER_ERROR} {FIELDS} }} }}"""
REFUND = f"""mutation Devolver($input: RefundPaymentInput!) {{ refundPayment(input: $input) {{ __typename
    ... on RefundPaymentPayload {{ refund {{ amount status reason chargeReference }}
    intent {{ reference dispute refunds {{ amount status }} }} }}
    {USER_ERROR} {FIELDS} {SILENT}
    ... on AmountNotAllowed {{ minimum maximum }} ... on LimitReached {{ limit }} }} }}"""
CREDIT = f"""mutation Aplicar($input: ApplyCreditInput!) {{ applyCredit(input: $input) {{ __typename
    ... on ApplyCreditPayload {{ client {{ code dashboard {{ tenant {{ creditBalance }} }} }} }} {USER_ERROR} {FIELDS}
    ... on InvoiceNotPayable {{ invoices {{ number }} }} ... on PaymentInProgress {{ intent {{ reference }} }} }} }}"""
CARD = PaymentMethod.CREDIT_CARD
TOTAL = Decimal("1155000.00")
"""Of each invoice."""


class Counter:
    """The town, with a gateway that says what it is told to."""

    def __init__(self, town: Town) -> None:
        self.town = town
        self.gateway = FakePaymentGateway()
        town.use_cases.start_payment.gateways[PaymentGatewayCode.PAYU] = self.gateway
        self.count = 0

    async def bill(self, *codes: str) -> list[str]:
        """New invoices, all due on the same day; their numbers."""
        self.count += 1
        numbers = [f"FV-{self.count:02d}{code}" for code in codes or ("a",)]
        await self.town.take("andina", ImportKind.INVOICES, *({"numero": number} for number in numbers))
        return numbers

    async def start(self, *numbers: str, **changes: Any) -> dict[str, Any]:
        told = await act(self.town, PAY, by="ana", input=await order(self.town, *numbers, **changes))
        assert told["is"] == "startPayment.PaymentIntentPayload"
        return dict(told["intent"])

    async def pay(self, *, method: PaymentMethod = CARD) -> tuple[str, str]:
        """An invoice online; the ids of its receipt and the reference."""
        intent = await self.start(*await self.bill())
        reference = intent["reference"]
        paid = a_report(reference, intent["amount"], transaction_id=f"tx-{reference}", method=method)
        self.gateway.knows([replace(paid, order_id="1")])
        query = """mutation Consultar($it: String!) { refreshPayment(reference: $it) {
            ... on PaymentIntentPayload { intent { payments { id } } } } }"""
        told = (await self.town.ask(query, by="ana", it=reference)).data["refreshPayment"]
        self.town.clock.advance(3600)
        self.town.tokens.clear()
        return told["intent"]["payments"][0]["id"], reference


@pytest.fixture(scope="module")
async def counter(module_database: Database) -> AsyncIterator[Counter]:
    async with founded(module_database) as town:
        await town.agency("andina", payu=True)
        await town.books("andina")
        for name, client in (("ana", "T1"), ("olga", "T2")):
            await town.person("andina", name, client=client)
        await town.person("andina", "sara", role=AccountRole.STAFF)
        yield Counter(town)


@pytest.fixture(autouse=True)
async def from_noon(counter: Counter) -> AsyncIterator[None]:
    """Each test begins a day after the one before it, and afterwards the books agree."""
    counter.town.clock.advance(timedelta(days=1))
    counter.town.tokens.clear()
    counter.gateway.down = counter.gateway.refuses_refunds = False
    yield
    agency = counter.town.agencies["andina"]
    async with counter.town.use_cases.record_payment.unit_of_work(Scope.of_agency(agency.id)) as uow:
        assert await uow.ledger.differences() == []


async def client_of(town: Town, code: str) -> str:
    found = await town.ask("query Uno($it: String) { clients(search: $it) { nodes { id } } }", by="sara", it=code)
    return str(found.data["clients"]["nodes"][0]["id"])


async def received(counter: Counter, amount: str = "1000.00", **changes: Any) -> dict[str, Any]:
    counter.count += 1
    common = {"clientId": await client_of(counter.town, "T1"), "amount": amount, "method": "CASH"}
    common |= {"idempotencyKey": f"k{counter.count}"}
    told: dict[str, Any] = await act(counter.town, RECORD, by="sara", input=common | changes)
    return told


async def test_a_payment_that_nobody_paid_is_cancelled(counter: Counter) -> None:
    (number,) = await counter.bill()
    reference = (await counter.start(number))["reference"]

    told = await act(counter.town, CANCEL, by="ana", reference=reference)

    assert told["is"] == "cancelPayment.PaymentIntentPayload"
    assert told["intent"]["status"] == "CANCELLED"
    again = await act(counter.town, CANCEL, by="sara", reference=reference)
    assert (again["is"], again["message"]) == ("cancelPayment.InvalidTransition", "Este pago ya no se puede cancelar.")
    assert (await act(counter.town, CANCEL, by="olga", reference=reference))["is"] == "cancelPayment.NotFound"


async def test_a_silent_gateway_cancels_nothing(counter: Counter) -> None:
    reference = (await counter.start(*await counter.bill()))["reference"]
    counter.gateway.down = True

    told = await act(counter.town, CANCEL, by="ana", reference=reference)

    assert told["is"] == "cancelPayment.GatewayUnavailable"
    assert told["lastKnown"] == {"reference": reference, "status": "REDIRECTED"}


async def in_review(counter: Counter) -> str:
    """A payment of a peso less than was asked for; its reference."""
    intent = await counter.start(*await counter.bill())
    counter.gateway.knows([a_report(intent["reference"], TOTAL - 1, transaction_id=f"tx-{intent['reference']}")])
    query = "mutation Consultar($it: String!) { refreshPayment(reference: $it) { __typename } }"
    await counter.town.ask(query, by="ana", it=intent["reference"])
    counter.town.clock.advance(10)
    return str(intent["reference"])


@pytest.mark.parametrize(("decision", "status", "receipts"), [("APPROVE", "APPROVED", 1), ("CANCEL", "CANCELLED", 0)])
async def test_staff_decide_about_a_payment_with_the_payer_in_sight(
    counter: Counter, decision: str, status: str, receipts: int
) -> None:
    town, reference = counter.town, await in_review(counter)
    query = """{ paymentIntents(status: [REVIEW]) { totalCount nodes { reference client { name } invoices { number }
        attempts { status amount message } } } }"""
    (seen,) = (await town.ask(query, by="sara")).data["paymentIntents"]["nodes"]
    assert (seen["reference"], seen["client"]["name"]) == (reference, "Ana Peña")
    assert seen["attempts"] == [{"status": "REVIEW", "amount": "1154999.00", "message": "AMOUNT_MISMATCH"}]

    told = await act(town, RESOLVE, by="sara", reference=reference, decision=decision, note="Hablé con ella.")

    assert told["is"] == "resolvePaymentReview.PaymentIntentPayload"
    assert (told["intent"]["status"], len(told["intent"]["payments"])) == (status, receipts)
    again = await act(town, RESOLVE, by="sara", reference=reference, decision=decision, note="Otra vez.")
    assert again["is"] == "resolvePaymentReview.InvalidTransition"
    assert (await town.ask(query, by="sara")).data["paymentIntents"]["totalCount"] == 0
    booked = await town.rows("select note from ledger_journals where note is not null order by at desc limit 1")
    assert booked == [("Hablé con ella.",)]


async def test_a_decision_needs_a_note_and_a_payment(counter: Counter) -> None:
    town = counter.town
    told = await act(town, RESOLVE, by="sara", reference="NADA", decision="CANCEL", note="Sí.")
    assert told["is"] == "resolvePaymentReview.NotFound"

    for note in ("", " ", "x" * 501):
        answer = await town.ask(RESOLVE, by="sara", reference="NADA", decision="CANCEL", note=note)
        assert (answer.status, answer.code) == (200, "BAD_USER_INPUT")
        assert answer.errors[0]["message"].startswith("note: ")


async def test_what_the_gateway_never_confirmed_is_not_decided_about_while_it_is_silent(counter: Counter) -> None:
    reference = await in_review(counter)
    await counter.town.rows("update gateway_transactions set verified_by = 'SIGNATURE' where wrong is not null")
    counter.gateway.down = True

    told = await act(counter.town, RESOLVE, by="sara", reference=reference, decision="APPROVE", note="Sí.")

    assert told["is"] == "resolvePaymentReview.GatewayUnavailable"
    assert told["lastKnown"] == {"reference": reference, "status": "REVIEW"}
    counter.gateway.down = False
    counter.town.clock.advance(10)
    told = await act(counter.town, RESOLVE, by="sara", reference=reference, decision="CANCEL", note="No.")
    assert told["intent"]["status"] == "CANCELLED"


async def test_money_is_received_at_the_office(counter: Counter) -> None:
    town = counter.town
    first, second = await counter.bill("a", "b")
    asked = {"invoiceIds": [await id_of(town, second), await id_of(town, first)], "bankReference": "CONS-1"}

    told = await received(counter, "1655000.00", method="BANK_TRANSFER", idempotencyKey="oficina", **asked)

    assert told["is"] == "recordPayment.PaymentPayload"
    payment = told["payment"]
    assert payment["allocations"] == [
        {"invoiceNumber": second, "amount": "1155000.00"},
        {"invoiceNumber": first, "amount": "500000.00"},
    ]
    assert (payment["gateway"], payment["gatewayReference"], payment["method"]) == (None, "CONS-1", "BANK_TRANSFER")
    again = await received(counter, "1655000.00", method="BANK_TRANSFER", idempotencyKey="oficina", **asked)
    assert again == told
    conflict = await received(counter, "1.00", idempotencyKey="oficina")
    assert conflict["is"] == "recordPayment.IdempotencyConflict"


async def test_a_form_of_the_office_with_problems_names_them(counter: Counter) -> None:
    (number,) = await counter.bill()
    await counter.town.take("andina", ImportKind.INVOICES, {"numero": "FV-ANULADA", "estado": "anulada"})
    invoices = [await id_of(counter.town, it) for it in ("FV-ANULADA", number, number)]

    told = await received(counter, "0", paidAt="2026-12-01T00:00:00Z", invoiceIds=[*invoices, "x"], idempotencyKey="")

    assert told["is"] == "recordPayment.InvalidInput"
    assert [(it["field"], it["code"]) for it in told["fields"]] == [
        ("idempotencyKey", "REQUIRED"),
        ("amount", "INVALID"),
        ("paidAt", "INVALID"),
        ("invoiceIds.2", "DUPLICATE"),
        ("invoiceIds.3", "NOT_FOUND"),
        ("invoiceIds.0", "NOT_ALLOWED"),
    ]
    assert told["fields"][-1]["message"] == "Esta factura no debe nada, está anulada o es de comisión."
    assert (await received(counter, clientId="x"))["is"] == "recordPayment.NotFound"


async def test_a_receipt_is_taken_back_and_says_so(counter: Counter) -> None:
    town = counter.town
    (number,) = await counter.bill()
    receipt = (await received(counter, "1155000.00", invoiceIds=[await id_of(town, number)]))["payment"]

    told = await act(town, REVERSE, by="sara", id=receipt["id"], reason="Cheque devuelto.")

    assert told["is"] == "reversePayment.PaymentPayload"
    assert (told["payment"]["status"], told["payment"]["reversed"]) == ("REVERSED", "1155000.00")
    assert told["payment"]["reversals"] == [{"kind": "OFFICE", "amount": "1155000.00", "reason": "Cheque devuelto."}]
    assert told["payment"]["allocations"] == receipt["allocations"]
    own = "query Mio($id: ID!) { payment(id: $id) { status reversals { kind reason } verificationCode } }"
    mine = (await town.ask(own, by="ana", id=receipt["id"])).data["payment"]
    assert mine["reversals"] == [{"kind": "OFFICE", "reason": None}]
    again = await act(town, REVERSE, by="sara", id=receipt["id"], reason="Otra vez.")
    assert again["is"] == "reversePayment.InvalidTransition"
    assert (
        await act(
            town,
            REVERSE,
            by="sara",
            id="x",
            reason="No.",
        )
    )["is"] == "reversePayment.NotFound"
    told = await act(town, REVERSE, by="sara", id=receipt["id"], reason="")
    assert (told["is"], told["fields"][0]["field"]) == ("reversePayment.InvalidInput", "reason")


async def test_a_charge_is_returned_through_its_gateway(counter: Counter) -> None:
    payment, reference = await counter.pay()
    asked = {"paymentId": payment, "reason": "Pagó dos veces.", "idempotencyKey": f"r-{reference}"}

    told = await act(counter.town, REFUND, by="sara", input=asked | {"amount": "5000"})

    assert told["is"] == "refundPayment.RefundPaymentPayload"
    assert told["refund"] == {
        "amount": "5000.00",
        "status": "REQUESTED",
        "reason": "Pagó dos veces.",
        "chargeReference": f"tx-{reference}",
    }
    assert told["intent"] == {
        "reference": reference,
        "dispute": "NONE",
        "refunds": [{"amount": "5000.00", "status": "REQUESTED"}],
    }
    other = await act(counter.town, REFUND, by="sara", input=asked)
    assert other["is"] == "refundPayment.IdempotencyConflict"
    other = await act(counter.town, REFUND, by="sara", input=asked | {"idempotencyKey": f"s-{reference}"})
    assert other["is"] == "refundPayment.InvalidTransition"


async def test_what_cannot_be_returned_says_why_and_what_to_do_instead(counter: Counter) -> None:
    by_pse, reference = await counter.pay(method=PaymentMethod.PSE)
    asked = {"paymentId": by_pse, "reason": "Doble.", "idempotencyKey": f"r-{reference}"}

    told = await act(counter.town, REFUND, by="sara", input=asked)

    assert told["is"] == "refundPayment.RefundNotPossible"
    assert told["code"] == "REFUND_NOT_POSSIBLE"
    assert "PSE" in told["message"]
    assert "saldo a favor" in told["message"]
    told = await act(counter.town, REFUND, by="sara", input=asked | {"paymentId": "x"})
    assert told["is"] == "refundPayment.NotFound"
    told = await act(counter.town, REFUND, by="sara", input=asked | {"reason": " ", "idempotencyKey": " "})
    assert told["is"] == "refundPayment.InvalidInput"
    assert [it["field"] for it in told["fields"]] == ["idempotencyKey", "reason"]


async def test_there_are_bounds_to_what_is_returned_and_how_often(counter: Counter) -> None:
    payment, reference = await counter.pay()
    asked = {"paymentId": payment, "reason": "Doble.", "idempotencyKey": f"r-{reference}"}

    told = await act(counter.town, REFUND, by="sara", input=asked | {"amount": "99.99"})
    assert told["is"] == "refundPayment.AmountNotAllowed"
    assert (told["minimum"], told["maximum"]) == ("100.00", "1155000.00")
    before = counter.gateway.on_refund
    counter.gateway.on_refund = RefundReport(transaction_id="", state=ReportedState.DECLINED, amount=TOTAL)
    for number in range(20):
        told = await act(counter.town, REFUND, by="sara", input=asked | {"idempotencyKey": f"{reference}-{number}"})
        assert told["refund"]["status"] == "DECLINED"
    counter.gateway.on_refund = before
    told = await act(counter.town, REFUND, by="sara", input=asked)
    assert (told["is"], told["limit"]) == ("refundPayment.LimitReached", 20)


async def test_a_gateway_that_is_silent_about_a_refund_is_asked_again(counter: Counter) -> None:
    payment, reference = await counter.pay()
    asked = {"paymentId": payment, "reason": "Doble.", "idempotencyKey": f"r-{reference}"}
    counter.gateway.down = True

    told = await act(counter.town, REFUND, by="sara", input=asked)

    assert told["is"] == "refundPayment.GatewayUnavailable"
    assert told["lastKnown"] == {"reference": reference, "status": "APPROVED"}
    counter.gateway.down = False
    told = await act(counter.town, REFUND, by="sara", input=asked)
    assert (told["is"], told["refund"]["amount"]) == ("refundPayment.RefundPaymentPayload", "1155000.00")


async def test_credit_pays_invoices(counter: Counter) -> None:
    town = counter.town
    await town.rows("update invoices set status = 'VOIDED' where balance > 0")  # nothing of the tests before
    first, second = await counter.bill("a", "b")
    none = await act(town, CREDIT, by="olga", input={"idempotencyKey": "olga"})
    assert none["is"] == "applyCredit.InvalidTransition"
    (number,) = await counter.bill()
    held = await counter.start(number)
    await received(counter, "1155000.00", invoiceIds=[await id_of(town, first)])
    await town.rows("update invoices set status = 'VOIDED' where number = :it", it=first)
    await received(counter, "1160000.00", invoiceIds=[await id_of(town, second)])

    paid = await id_of(town, second)
    told = await act(town, CREDIT, by="ana", input={"idempotencyKey": "a", "invoiceIds": [paid]})
    assert (told["is"], told["invoices"]) == ("applyCredit.InvoiceNotPayable", [{"number": second}])
    told = await act(town, CREDIT, by="ana", input={"idempotencyKey": "a"})
    assert (told["is"], told["intent"]) == ("applyCredit.PaymentInProgress", {"reference": held["reference"]})
    (another,) = await counter.bill()
    told = await act(town, CREDIT, by="ana", input={"idempotencyKey": "a"})
    assert told["is"] == "applyCredit.ApplyCreditPayload"
    balance = Decimal(told["client"]["dashboard"]["tenant"]["creditBalance"])
    assert (told["client"]["code"], balance) == ("T1", Decimal(0))
    query = "query Una($it: String) { invoices(search: $it) { nodes { status paid payments { amount } } } }"
    (invoice,) = (await town.ask(query, by="sara", it=another)).data["invoices"]["nodes"]
    assert invoice["status"] == "PARTIALLY_PAID"
    assert sum(Decimal(part["amount"]) for part in invoice["payments"]) == Decimal(invoice["paid"]) >= 5000
    again = await act(town, CREDIT, by="ana", input={"idempotencyKey": "a"})
    assert again == told
    conflict = await act(town, CREDIT, by="ana", input={"idempotencyKey": "a", "invoiceIds": [paid]})
    assert conflict["is"] == "applyCredit.IdempotencyConflict"
    wrong = await act(town, CREDIT, by="ana", input={"idempotencyKey": "b", "clientId": await client_of(town, "T1")})
    assert (wrong["is"], wrong["fields"][0]["field"]) == ("applyCredit.InvalidInput", "clientId")
    absent = await act(town, CREDIT, by="sara", input={"idempotencyKey": "b", "clientId": "x"})
    assert absent["is"] == "applyCredit.NotFound"
