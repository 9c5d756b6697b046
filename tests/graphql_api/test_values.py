"""Values at their edges: what is no date, amount or id is the asker's mistake, and what is one never a fault."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from domain.accounts import AccountRole
from domain.imports.sheets import ImportKind
from tests.graphql_api.forms import PAY
from tests.graphql_api.town import RETURN_URL, Town, founded
from tests.postgres import Database

EDGES = ["0001-01-01", "0001-12-31", "1899-12-31", "2026-02-28", "9999-01-01", "9999-12-31"]
NO_DATES: list[Any] = ["2026-02-30", "2026-2-3", "20260203", "2026-02-03T00:00:00Z", "", "ayer", 20260203, True, 1.5]
SEARCHES = ["", " ", "%", "_", "\\", "'", '"', "a" * 200, "ñ" * 200, "\u0301", "½", "ﷺ", "\u202e", "💥", "x y " * 5]
NO_SEARCHES = ["a" * 201, "x y " * 51, "a\tb", "a\0b", "\x7f"]


@pytest.fixture(scope="module")
async def town(module_database: Database) -> AsyncIterator[Town]:
    async with founded(module_database) as town:
        await town.agency("andina", payu=True)
        await town.books("andina")
        await town.take("andina", ImportKind.INVOICES, {})
        await town.take("andina", ImportKind.PAYMENTS, {"facturas": ""})
        await town.take("andina", ImportKind.PAYOUTS, {})
        await town.person("andina", "ana", client="T1")
        await town.person("andina", "sara", role=AccountRole.STAFF)
        yield town


@pytest.mark.parametrize("day", EDGES)
async def test_every_day_of_the_calendar_filters(town: Town, day: str) -> None:
    query = """query Periodo($day: Date) {
      invoices(filter: {issuedFrom: $day, dueFrom: $day}) { totalCount nodes { number } }
      until: invoices(filter: {issuedTo: $day, dueTo: $day}) { totalCount }
      payments(filter: {from: $day}) { totalCount } received: payments(filter: {to: $day}) { totalCount }
      payouts(filter: {from: $day}) { totalCount } paid: payouts(filter: {to: $day}) { totalCount }
    }"""

    found = (await town.ask(query, by="sara", day=day)).data

    after = day > "2026-01-31"
    assert (
        found["invoices"]["totalCount"]
        == found["payments"]["totalCount"]
        == found["payouts"]["totalCount"]
        == 1 - after
    )
    assert found["until"]["totalCount"] == found["received"]["totalCount"] == found["paid"]["totalCount"] == after


@pytest.mark.parametrize("day", NO_DATES, ids=repr)
async def test_what_is_no_day_is_the_askers_mistake(town: Town, day: Any) -> None:
    answer = await town.ask(
        "query Uno($day: Date) { payments(filter: {from: $day}) { totalCount } }", by="sara", day=day
    )

    assert (answer.status, answer.code) == (400, "BAD_USER_INPUT")


@pytest.mark.parametrize("search", SEARCHES, ids=lambda text: ascii(text)[:20])
async def test_every_text_can_be_searched_for(town: Town, search: str) -> None:
    for name in ("clients", "contracts", "invoices", "payments", "payouts", "pqrs", "properties"):
        query = f"query Busca($it: String) {{ {name}(search: $it) {{ totalCount nodes {{ id }} }} }}"
        found = (await town.ask(query, by="sara", it=search)).data[name]
        assert found["totalCount"] == len(found["nodes"])


@pytest.mark.parametrize("search", NO_SEARCHES, ids=lambda text: ascii(text)[:20])
async def test_what_no_stored_text_can_hold_is_no_search(town: Town, search: str) -> None:
    for name in ("clients", "contracts", "invoices", "payments", "payouts", "pqrs", "properties"):
        query = f"query Busca($it: String) {{ {name}(search: $it) {{ totalCount }} }}"
        answer = await town.ask(query, by="sara", it=search)
        assert (answer.status, answer.code) == (200, "BAD_USER_INPUT")
        assert answer.errors[0]["message"].startswith("search: ")


@pytest.mark.parametrize("amount", ["1,5", "1.555", "", "NaN", "Infinity", "1e3", "٣", "1" * 13, 1.5, True, None, "+1"])
async def test_what_is_no_amount_is_the_askers_mistake(town: Town, amount: Any) -> None:
    asked = {"invoiceIds": ["x"], "gateway": "PAYU", "returnUrl": RETURN_URL, "idempotencyKey": "k", "amount": amount}

    answer = await town.ask(PAY, by="ana", input=asked)

    if amount is None:
        assert answer.data["startPayment"]["__typename"] == "NotFound"
    else:
        assert (answer.status, answer.code) == (400, "BAD_USER_INPUT")


async def test_whole_numbers_are_amounts_too(town: Town) -> None:
    found = (await town.ask("{ me { client { invoices { nodes { id total } } } } }", by="ana")).data["me"]["client"]
    (invoice,) = found["invoices"]["nodes"]
    common = {"gateway": "PAYU", "returnUrl": RETURN_URL, "idempotencyKey": "k"}

    for amount in (1_155_000, "1155000", "1155000.00", "1155000.0"):
        told = await town.ask(PAY, by="ana", input=common | {"invoiceIds": [invoice["id"]], "amount": amount})
        assert told.data["startPayment"]["intent"]["amount"] == invoice["total"] == "1155000.00"


async def test_more_ids_than_a_hundred_are_too_many(town: Town) -> None:
    query = "query Varias($ids: [ID!]!) { nodes(ids: $ids) { id } }"

    assert (await town.ask(query, by="ana", ids=["x"] * 100)).data["nodes"] == [None] * 100
    answer = await town.ask(query, by="ana", ids=["x"] * 101)
    assert (answer.status, answer.code) == (200, "BAD_USER_INPUT")
    assert (await town.ask(query, by="ana", ids=[])).data == {"nodes": []}


async def test_an_empty_choice_of_states_finds_nothing(town: Town) -> None:
    query = """{ invoices(filter: {status: []}) { totalCount } pqrs(filter: {status: [], subject: []}) { totalCount }
        all: invoices(filter: {status: null, overdue: null, kind: null}) { totalCount } }"""

    found = (await town.ask(query, by="sara")).data

    assert (found["invoices"]["totalCount"], found["pqrs"]["totalCount"], found["all"]["totalCount"]) == (0, 0, 1)
