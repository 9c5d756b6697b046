"""Findings and daily reports as the staff read them, and every answer of resolving one."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest

from domain.accounts import AccountRole
from domain.findings import Finding, FindingKind
from domain.ids import AgencyId
from domain.imports.sheets import ImportKind
from graphql_api.finding_texts import finding_message
from graphql_api.ids import global_id
from tests.graphql_api.forms import FIELDS, PAY, USER_ERROR, act, order
from tests.graphql_api.test_answers_of_payments import notice
from tests.graphql_api.town import NOON, Town, founded
from tests.postgres import Database

RESOLVE = f"""mutation Resolver($id: ID!, $note: String!) {{ resolveFinding(id: $id, note: $note) {{
    __typename ... on FindingPayload {{ finding {{ resolvedAt note resolvedBy {{ username }} }} }}
    {USER_ERROR} {FIELDS} }} }}"""
LIST = """query Hallazgos($open: Boolean, $kind: [FindingKind!]) { findings(open: $open, kind: $kind) {
    nodes { kind message reference amount dueDate overdue client { name } intent { reference }
    payment { receiptNumber } } totalCount } }"""


@pytest.fixture(scope="module")
async def town(module_database: Database) -> AsyncIterator[Town]:
    async with founded(module_database) as town:
        await town.agency("andina", payu=True)
        await town.books("andina")
        await town.take("andina", ImportKind.INVOICES, {"numero": "FV-1"}, {"numero": "FV-2"})
        await town.person("andina", "ana", client="T1")
        await town.person("andina", "sara", role=AccountRole.STAFF)
        yield town


async def test_a_finding_is_told_with_what_it_is_about_and_resolved_once(town: Town) -> None:
    # A payer pays the same twice, in two windows of the gateway.
    started = await act(town, PAY, by="ana", input=await order(town, "FV-1"))
    await town.rows("update invoices set paid = total - 1, status = 'PARTIALLY_PAID' where number = 'FV-1'")
    await notice(town, started["intent"])
    asked = await town.ask(LIST, by="sara", kind=["CREDITED"])
    (told,) = asked.data["findings"]["nodes"]

    assert (told["kind"], told["amount"], told["client"]["name"]) == ("CREDITED", "1154999.00", "Ana Peña")
    assert told["intent"] == {"reference": started["intent"]["reference"]}
    assert told["payment"]["receiptNumber"] in told["message"]
    assert "$ 1.154.999 quedaron como saldo a favor" in told["message"]

    ids = await town.ask("{ findings(kind: [CREDITED]) { nodes { id } } }", by="sara")
    key = ids.data["findings"]["nodes"][0]["id"]
    answer = await act(town, RESOLVE, by="sara", id=key, note="Se abona a agosto.")
    assert answer["is"] == "resolveFinding.FindingPayload"
    assert answer["finding"]["note"] == "Se abona a agosto."
    assert answer["finding"]["resolvedBy"] == {"username": "sara"}
    again = await act(town, RESOLVE, by="sara", id=key, note="Otra vez.")
    assert again["is"] == "resolveFinding.InvalidTransition"


async def test_findings_are_listed_open_resolved_or_all(town: Town) -> None:
    found = [await town.find("andina", f"LISTA{number}", FindingKind.REPLAYED) for number in (1, 2)]
    await act(town, RESOLVE, by="sara", id=global_id("Finding", found[0].id), note="Visto.")

    async def listed(**given: Any) -> list[str]:
        data = (await town.ask(LIST, by="sara", kind=["REPLAYED"], **given)).data["findings"]
        assert data["totalCount"] == len(data["nodes"])
        return sorted(node["reference"] for node in data["nodes"])

    assert await listed() == await listed(open=True) == ["LISTA2"]
    assert await listed(open=False) == ["LISTA1"]
    assert await listed(open=None) == ["LISTA1", "LISTA2"]


async def test_what_cannot_be_resolved_says_why(town: Town) -> None:
    finding = await town.find("andina", "VACIO")
    for note, code in (("  ", "REQUIRED"), ("x" * 501, "TOO_LONG")):
        told = await act(town, RESOLVE, by="sara", id=global_id("Finding", finding.id), note=note)
        assert told["is"] == "resolveFinding.InvalidInput"
        assert [(it["field"], it["code"]) for it in told["fields"]] == [("note", code)]
    told = await act(town, RESOLVE, by="sara", id=global_id("Finding", uuid4()), note="Visto.")
    assert told["is"] == "resolveFinding.NotFound"


async def test_a_term_that_is_over_is_overdue_until_it_is_resolved(town: Town) -> None:
    days = {"AYER": timedelta(days=-1), "HOY": timedelta()}
    for reference, distance in days.items():
        finding = await town.find("andina", reference, FindingKind.DISPUTE)
        due = town.clock.today() + distance
        await town.rows("update findings set due_on = :due where id = :id", due=due, id=finding.id)
    nodes = (await town.ask(LIST, by="sara", kind=["DISPUTE"])).data["findings"]["nodes"]

    assert {node["reference"]: node["overdue"] for node in nodes} == {"AYER": True, "HOY": False}
    assert all("a más tardar el" in node["message"] for node in nodes)


async def test_the_report_of_a_day_says_its_figures_and_that_the_books_agree(town: Town) -> None:
    started = await act(town, PAY, by="ana", input=await order(town, "FV-2"))
    await notice(town, started["intent"])
    on = town.clock.today()
    await town.use_cases.reconcile_day(town.agencies["andina"].id, on)

    query = """query Dia($on: Date) { reconciliations(from: $on, to: $on) { nodes { date balanced differences
        lines { section code label count amount } } } }"""
    (report,) = (await town.ask(query, by="sara", on=on.isoformat())).data["reconciliations"]["nodes"]

    assert (report["date"], report["differences"]) == (on.isoformat(), 0)
    lines = {(line["section"], line["code"]): line for line in report["lines"]}
    assert lines["RECEIVED", "PAYU"]["label"] == "PayU"
    assert lines["INTENTS", "APPROVED"]["count"] >= 1
    assert lines["LEDGER", "GATEWAY"]["count"] is None
    ledger = [Decimal(line["amount"]) for line in report["lines"] if line["section"] == "LEDGER"]
    assert sum(ledger) == 0


async def test_a_statement_is_compared_and_what_differs_becomes_findings(town: Town) -> None:
    await town.take("andina", ImportKind.INVOICES, {"numero": "FV-3"}, {"numero": "FV-4"})
    paid, missing = [await act(town, PAY, by="ana", input=await order(town, number)) for number in ("FV-3", "FV-4")]
    for started in (paid, missing):
        await notice(town, started["intent"])
    today, reference = town.clock.today(), paid["intent"]["reference"]
    query = f"""mutation Liquidar($input: ReconcileSettlementInput!) {{ reconcileSettlement(input: $input) {{
        __typename ... on ReconcileSettlementPayload {{ rows total matched settled asked
        differences {{ kind row reference settled received payment {{ receiptNumber }} }}
        rowErrors {{ row column message }} warnings {{ message }} }} {USER_ERROR} {FIELDS} }} }}"""
    csv = "\n".join(
        [
            "referencia;transaccion;valor;fecha;banco",
            f"{reference};{paid['intent']['id']};1155000;{today}",
            f"260701NADADENADA00;T-9;5000;{today}",
            f"{reference};T-8;mil;{today}",
        ]
    )
    form = {"gateway": "PAYU", "csv": csv, "from": str(today), "to": str(today)}

    told = await act(town, query, by="sara", input=form | {"dryRun": True})

    assert told["is"] == "reconcileSettlement.ReconcileSettlementPayload"
    assert (told["rows"], told["total"], told["matched"], told["settled"]) == (2, "1160000.00", 1, 0)
    kinds = {it["reference"]: (it["kind"], it["row"]) for it in told["differences"]}
    assert kinds["260701NADADENADA00"] == ("SETTLED_UNKNOWN", 3)
    assert kinds[missing["intent"]["reference"]] == ("NOT_SETTLED", None)
    assert all(it["payment"] for it in told["differences"] if it["kind"] == "NOT_SETTLED")
    assert [(it["row"], it["column"]) for it in told["rowErrors"]] == [(4, "valor")]
    assert len(told["warnings"]) == 1
    refused = await act(town, query, by="sara", input=form | {"from": "2027-01-01"})
    assert refused["is"] == "reconcileSettlement.InvalidInput"
    assert [it["field"] for it in refused["fields"]] == ["to"]
    whole = form | {"csv": csv.rpartition("\n")[0]}
    await act(town, query, by="sara", input=whole)
    await act(town, query, by="sara", input=whole)
    found = (await town.ask(LIST, by="sara", kind=["NOT_SETTLED", "SETTLED_UNKNOWN"])).data["findings"]["nodes"]
    assert len({node["reference"] for node in found}) == len(found) == len(told["differences"])


@pytest.mark.parametrize("kind", FindingKind)
@pytest.mark.parametrize("empty", [False, True])
def test_every_finding_is_a_sentence(kind: FindingKind, empty: bool) -> None:
    finding = Finding(
        id=uuid4(),
        agency_id=AgencyId(uuid4()),
        kind=kind,
        key="k",
        at=NOON,
        reference="260715ABCDEFGHJKLM",
        amount=Decimal("1250000.50"),
        detail="RP-000001",
        due_on=date(2026, 7, 17),
    )
    if empty:
        finding = replace(finding, reference=None, amount=None, detail="", due_on=None)
    said = finding_message(finding)

    assert said[0].isupper()
    assert said.endswith(".")
    assert "None" not in said
    assert "{" not in said
    if not empty and "$" in said:
        assert "  " not in said
        assert "$ 1.250.000,50" in said
