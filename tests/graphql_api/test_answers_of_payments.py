"""Every answer of the mutations for paying online, as somebody gets it."""

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest

from domain.accounts import AccountRole
from domain.imports.sheets import ImportKind
from tests.adapters.payu.examples import FORM, a_confirmation, encoded
from tests.graphql_api.forms import ASK, PAY, act, order
from tests.graphql_api.town import RETURN_URL, Town, founded
from tests.postgres import Database
from tests.served import PUBLIC_URL


@pytest.fixture(scope="module")
async def town(module_database: Database) -> AsyncIterator[Town]:
    async with founded(module_database) as town:
        await town.agency("andina", payu=True)
        await town.agency("efectivo")
        for slug in ("andina", "efectivo"):
            await town.books(slug)
        for number in range(1, 10):
            state = {7: "pagada", 8: "anulada"}.get(number, "facturado")
            await town.take("andina", ImportKind.INVOICES, {"numero": f"FV-{number}", "estado": state})
        commission = {"numero": "FC-1", "tipo": "comision", "contrato": "ADM-1", "cliente": "T2"}
        await town.take("andina", ImportKind.INVOICES, commission)
        await town.take("efectivo", ImportKind.INVOICES, {})
        await town.person("andina", "ana", client="T1")
        await town.person("andina", "olga", client="T2")
        await town.person("andina", "sara", role=AccountRole.STAFF)
        await town.person("efectivo", "beto", client="T1")
        yield town


@pytest.fixture(autouse=True)
def from_noon(town: Town) -> None:
    """Each test begins a day after the one before it, when nothing that was counted then matters any more."""
    town.clock.advance(timedelta(days=1))
    town.tokens.clear()


async def test_a_payment_starts_and_asking_again_gives_the_same(town: Town) -> None:
    asked = await order(town, "FV-1", "FV-2")
    told = await act(town, PAY, by="ana", input=asked)

    assert told["is"] == "startPayment.PaymentIntentPayload"
    assert told["intent"]["amount"] == "2310000.00"
    assert told["intent"]["status"] == "REDIRECTED"
    assert (told["intent"]["checkout"]["method"], told["intent"]["checkout"]["url"]) == ("POST", "http://127.0.0.1:9/")
    assert [invoice["number"] for invoice in told["intent"]["invoices"]] == ["FV-1", "FV-2"]
    assert await act(town, PAY, by="ana", input=asked) == told
    assert await act(town, PAY, by="ana", input=asked | {"idempotencyKey": "otra vez"}) == told


async def test_a_payment_with_problems_names_them(town: Town) -> None:
    asked = await order(town, "FV-1", "FV-1", returnUrl="https://otro.example/pago", idempotencyKey=" ")
    told = await act(town, PAY, by="ana", input=asked)
    assert told["is"] == "startPayment.InvalidInput"
    assert [(it["field"], it["code"]) for it in told["fields"]] == [
        ("invoiceIds.1", "DUPLICATE"),
        ("idempotencyKey", "REQUIRED"),
    ]

    told = await act(town, PAY, by="ana", input=await order(town, "FV-1", returnUrl="https://otro.example/pago"))
    assert [(it["field"], it["code"], it["message"]) for it in told["fields"]] == [
        ("returnUrl", "INVALID", "No está entre las páginas de retorno de la inmobiliaria.")
    ]


async def test_an_invoice_that_is_not_ones_own_is_not_found(town: Town) -> None:
    told = await act(town, PAY, by="olga", input=await order(town, "FV-1"))

    assert told["is"] == "startPayment.NotFound"


async def test_payments_are_disabled_where_the_agency_takes_none(town: Town) -> None:
    found = await town.ask("{ me { client { invoices { nodes { id payable gateways { code } } } } } }", by="beto")
    (invoice,) = found.data["me"]["client"]["invoices"]["nodes"]
    asked = {"invoiceIds": [invoice["id"]], "gateway": "PAYU", "returnUrl": RETURN_URL, "idempotencyKey": "k"}

    assert (invoice["payable"], invoice["gateways"]) == (False, [])
    assert (await act(town, PAY, by="beto", input=asked))["is"] == "startPayment.PaymentsDisabled"
    other = await order(town, "FV-3", gateway="ENLINEA")
    assert (await act(town, PAY, by="ana", input=other))["is"] == "startPayment.PaymentsDisabled"


async def test_what_is_paid_voided_or_a_commission_is_not_payable_and_named(town: Town) -> None:
    told = await act(town, PAY, by="ana", input=await order(town, "FV-3", "FV-7", "FV-8"))
    commission = await act(town, PAY, by="olga", input=await order(town, "FC-1"))

    assert told["is"] == "startPayment.InvoiceNotPayable"
    assert told["invoices"] == [{"number": "FV-7", "status": "PAID"}, {"number": "FV-8", "status": "VOIDED"}]
    assert commission["invoices"] == [{"number": "FC-1", "status": "ISSUED"}]


async def test_part_of_a_balance_cannot_be_paid(town: Town) -> None:
    for amount in ("1000.00", "1155000.01", "0"):
        told = await act(town, PAY, by="ana", input=await order(town, "FV-3", amount=amount))
        assert told["is"] == "startPayment.AmountNotAllowed"
        assert (told["minimum"], told["maximum"]) == ("1155000.00", "1155000.00")


async def test_a_used_key_with_other_data_is_a_conflict(town: Town) -> None:
    await act(town, PAY, by="ana", input=await order(town, "FV-4", idempotencyKey="la misma"))

    told = await act(town, PAY, by="ana", input=await order(town, "FV-5", idempotencyKey="la misma"))

    assert told["is"] == "startPayment.IdempotencyConflict"
    # A key that found an open checkout is used as well.
    assert (await act(town, PAY, by="ana", input=await order(town, "FV-4", idempotencyKey="la otra")))["intent"]
    told = await act(town, PAY, by="ana", input=await order(town, "FV-5", idempotencyKey="la otra"))
    assert told["is"] == "startPayment.IdempotencyConflict"


async def test_a_payment_in_process_cannot_be_started_again(town: Town) -> None:
    asked = await order(town, "FV-5")
    started = await act(town, PAY, by="ana", input=asked)
    await notice(town, started["intent"], state_pol="7", response_code_pol="9998")

    told = await act(town, PAY, by="ana", input=asked | {"idempotencyKey": "FV-5 otra vez"})

    assert told["is"] == "startPayment.PaymentInProgress"
    assert told["intent"] == {"reference": started["intent"]["reference"], "status": "PENDING"}
    assert started["intent"]["reference"] in told["message"]


async def test_a_gateway_that_does_not_answer_leaves_what_was_known(town: Town) -> None:
    started = await act(town, PAY, by="ana", input=await order(town, "FV-6"))
    known = {"reference": started["intent"]["reference"], "status": "REDIRECTED"}

    asked = await act(town, ASK, by="ana", reference=known["reference"])
    town.clock.advance(timedelta(minutes=31))
    town.tokens.clear()
    again = await act(town, PAY, by="ana", input=await order(town, "FV-6", idempotencyKey="FV-6 otra vez"))

    assert (asked["is"], again["is"]) == ("refreshPayment.GatewayUnavailable", "startPayment.GatewayUnavailable")
    for told in (asked, again):
        assert told["lastKnown"] == known
        assert told["retryAfterSeconds"] > 0
    assert (await act(town, ASK, by="ana", reference="NADA"))["is"] == "refreshPayment.NotFound"


async def test_what_the_gateway_has_confirmed_is_told_without_asking_again(town: Town) -> None:
    started = await act(town, PAY, by="ana", input=await order(town, "FV-9"))
    reference = started["intent"]["reference"]
    await notice(town, started["intent"])
    await town.rows("update gateway_transactions set verified_by = 'QUERY'")

    told = await act(town, ASK, by="ana", reference=reference)

    assert told == {"is": "refreshPayment.PaymentIntentPayload", "intent": {"status": "APPROVED"}}


async def notice(town: Town, intent: dict[str, Any], **changes: str) -> None:
    """PayU's, about a payment of all of it."""
    fields = {field["name"]: field["value"] for field in intent["checkout"]["fields"]}
    form = a_confirmation(
        **{"reference_sale": intent["reference"], "value": fields["amount"], "transaction_id": intent["id"]} | changes
    )
    address = fields["confirmationUrl"].removeprefix(PUBLIC_URL)
    answer = await town.http.post(address, content=encoded(form), headers=FORM)
    assert answer.status_code == 200
