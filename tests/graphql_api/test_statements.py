"""How many statements an operation takes: an exact number, whatever the length of its lists.

The first of them finds out who asks; a query needs one connection and one transaction for all of them.
"""

from collections.abc import AsyncIterator
from datetime import date, timedelta
from typing import Any

import pytest

from domain.accounts import AccountRole
from domain.audit import AuditAction
from domain.imports.sheets import ImportKind
from tests.graphql_api.begun import begin_payments
from tests.graphql_api.neighbours import FILE
from tests.graphql_api.town import NOON, Answer, Counts, Town, founded
from tests.postgres import Database

FEW, MANY = 3, 50


@pytest.fixture(scope="module")
async def town(module_database: Database) -> AsyncIterator[Town]:
    """Ana and Olga have many of everything, Beto and Omar few; there are many clients."""
    async with founded(module_database) as town:
        await town.agency("andina", payu=True)
        people = {"T01": ("ana", MANY), "T02": ("beto", FEW), "O01": ("olga", MANY), "O02": ("omar", FEW)}
        tenants = [f"T{number:02d}" for number in range(1, MANY + FEW + 1)]
        codes = [*tenants, "O01", "O02", "CD1"]
        names = {code: "Ana Peña" if code in tenants else "Óscar Ruiz" for code in codes}
        await town.take("andina", ImportKind.CLIENTS, *({"codigo": code, "nombre": names[code]} for code in codes))
        owners = {it: "O02" if it in tenants[-FEW:] else "O01" for it in tenants}
        homes = [{"codigo": f"I{it}", "propietarios": f"{owners[it]}:100"} for it in tenants]
        await town.take("andina", ImportKind.PROPERTIES, *homes)
        leases = [{"numero": f"ARR-{it}", "inmueble": f"I{it}", "titulares": it, "codeudores": "CD1"} for it in tenants]
        agreements = [
            {"numero": f"ADM-{it}", "tipo": "administracion", "inmueble": f"I{it}", "comision": "10", "canon": ""}
            | {"titulares": owners[it], "fin": ""}
            for it in tenants
        ]
        await town.take("andina", ImportKind.CONTRACTS, *leases, *agreements)
        bills = [(it, n) for it in tenants for n in range({"T01": MANY, "T02": FEW}.get(it, 1))]
        dates = {"fecha_emision": "2026-07-01", "fecha_vencimiento": "2026-07-20"}
        invoices = [{"numero": f"FV-{it}-{n:02d}", "contrato": f"ARR-{it}", "cliente": it} | dates for it, n in bills]
        await town.take("andina", ImportKind.INVOICES, *invoices)
        receipts = [
            {"recibo": f"RC-{it}-{n:02d}", "cliente": it, "facturas": f"FV-{it}-{n:02d}:500000,00"} for it, n in bills
        ]
        await town.take("andina", ImportKind.PAYMENTS, *receipts)
        payouts = [
            {"numero": f"CE-{owner}-{n:02d}", "contrato": f"ADM-{it}", "propietario": owner, "periodo": "2026-07"}
            for owner, it in (("O01", "T01"), ("O02", tenants[-1]))
            for n in range(people[owner][1])
        ]
        await town.take("andina", ImportKind.PAYOUTS, *payouts)
        for code, (name, _) in people.items():
            await town.person("andina", name, client=code)
        await town.person("andina", "sara", role=AccountRole.STAFF)
        for number in range(MANY):
            await town.find("andina", f"REF{number}")
            await town.use_cases.reconcile_day(town.agencies["andina"].id, date(2026, 5, 1) + timedelta(days=number))
        async with town.unit_of_work("andina") as uow:
            for number in range(MANY):
                await uow.audit.record(AuditAction.JOB_RETRIED, at=NOON + timedelta(minutes=number))
            await uow.commit()
        await begin_payments(town)
        await _file_cases(town, "ana", MANY)
        await _file_cases(town, "beto", FEW)
        yield town


# Operations of clients: who has many, who has few, and the statements.
OF_CLIENTS = {
    "the token": ("ana", "beto", 1, "{ __typename }"),
    "oneself": ("ana", "beto", 3, "{ me { username email roles client { name code } } }"),
    "own sessions": ("ana", "beto", 3, "{ me { sessions { userAgent current } } }"),
    "a tenant's main page": (
        "ana",
        "beto",
        8,
        """{ me { client { profile dashboard { openPqrs tenant { pendingAmount pendingInvoices
        overdueAmount creditBalance nextDueInvoice { number } lastPayment { amount } }
        owner { rentedProperties } } } } }""",
    ),
    "an owner's main page": (
        "olga",
        "omar",
        9,
        """{ me { client { profile dashboard { openPqrs tenant { pendingAmount } owner {
        rentedProperties pendingCommission incomeThisYear monthlyIncome { month amount }
        lastPayout { number } } } } } }""",
    ),
    "invoices": ("ana", "beto", 4, "{ me { client { invoices(first: 100) { nodes { number } } } } }"),
    "how many invoices": ("ana", "beto", 5, "{ me { client { invoices(first: 0) { nodes { number } totalCount } } } }"),
    "invoices with all about them": (
        "ana",
        "beto",
        11,
        """{ me { client { invoices(first: 100) { totalCount nodes { number status payable gateways { label }
        lines { vat } client { name } contract { number property { address } } payments { amount
        payment { receiptNumber } } } } } } }""",
    ),
    "receipts with all about them": (
        "ana",
        "beto",
        7,
        """{ me { client { payments(first: 100) { nodes { receiptNumber client { name }
        allocations { amount invoice { number contract { number } } } } } } } }""",
    ),
    "payments begun, with all about them": (
        "ana",
        "beto",
        8,
        """{ me { client { paymentIntents(first: 100) { totalCount nodes { reference dispute attempts { status }
        refunds { status } client { name } invoices { number } payments { receiptNumber } } } } } }""",
    ),
    "payouts with all about them": (
        "olga",
        "omar",
        7,
        """{ me { client { payouts(first: 100) { nodes { number contract { number property { address } }
        lines { amount invoice { number } } } } } } }""",
    ),
    "contracts with all about them": (
        "olga",
        "omar",
        8,
        """{ me { client { contracts(first: 100) { nodes { number property { address owners { name client { name } }
        activeLease { number } activeManagement { number } } parties { name client { name } } } } } } }""",
    ),
    "invoices under contracts": (
        "olga",
        "omar",
        6,
        "{ me { client { contracts(first: 100) { nodes { invoices(first: 3) { nodes { number } totalCount } } } } } }",
    ),
    "properties with all about them": (
        "olga",
        "omar",
        9,
        """{ me { client { properties(first: 100) { totalCount nodes { code owners { share }
        activeLease { number parties { name } invoices { nodes { number } } } } } } } }""",
    ),
    "cases with all about them": (
        "ana",
        "beto",
        7,
        """{ me { client { pqrs(first: 100) { nodes { filingNumber history { by } property { code } contract { number }
        client { name } } } } } }""",
    ),
}
OF_STAFF = {
    "clients with their invoices": (
        6,
        """query Lista($n: Int) { clients(first: $n) { nodes { name profile account { username }
        invoices(first: 3) { nodes { number } totalCount } } } }""",
    ),
    "how many clients": (
        7,
        """query Lista($n: Int) { clients(first: $n) { totalCount nodes { name profile
        account { username } invoices(first: 3) { nodes { number } totalCount } } } }""",
    ),
    "clients' main pages": (
        7,
        """query Lista($n: Int) { clients(first: $n) { nodes { dashboard { openPqrs tenant { pendingAmount
        nextDueInvoice { number } lastPayment { receiptNumber } } } } } }""",
    ),
    "a search": (
        4,
        """query Lista($n: Int) { invoices(search: "ana t", first: $n, filter: {overdue: false, kind: RENT})
        { nodes { number client { name } contract { number } } } }""",
    ),
    "receipts": (
        5,
        """query Lista($n: Int) { payments(search: "rc", first: $n) { nodes { client { name }
        allocations { invoice { number } } } } }""",
    ),
    "payments to be decided about": (
        7,
        """query Lista($n: Int) { paymentIntents(status: [REVIEW], first: $n) { nodes { reference client { name }
        attempts { status amount } refunds { status } invoices { number balance } } } }""",
    ),
    "how many payments to be decided about": (
        4,
        "query Lista($n: Int) { paymentIntents(status: [REVIEW], first: $n) { totalCount nodes { reference } } }",
    ),
    "what was taken back": (
        3,
        "query Lista($n: Int) { payments(first: $n) { nodes { reversed creditLeft reversals { kind reason } } } }",
    ),
    "payouts": (
        4,
        "query Lista($n: Int) { payouts(first: $n) { nodes { client { name } lines { invoice { number } } } } }",
    ),
    "contracts": (3, 'query Lista($n: Int) { contracts(search: "ana", first: $n) { nodes { parties { name } } } }'),
    "properties": (
        4,
        "query Lista($n: Int) { properties(first: $n) { nodes { owners { name } activeLease { rent } } } }",
    ),
    "findings": (
        2,
        """query Lista($n: Int) { findings(first: $n) { nodes { kind message amount overdue client { name }
        intent { reference } payment { receiptNumber } resolvedBy { username } } } }""",
    ),
    "the record": (
        3,
        "query Lista($n: Int) { auditLog(first: $n) { nodes { actor actionLabel changes account { username } } } }",
    ),
    "daily reports": (
        2,
        "query Lista($n: Int) { reconciliations(first: $n) { nodes { date balanced lines { label amount } } } }",
    ),
    "cases": (3, "query Lista($n: Int) { pqrs(first: $n, filter: {overdue: false}) { nodes { client { name } } } }"),
}


@pytest.mark.parametrize("name", OF_CLIENTS)
async def test_a_clients_query_takes_as_many_statements_for_few_as_for_many(town: Town, name: str) -> None:
    many, few, statements, query = OF_CLIENTS[name]

    for by, rows in ((many, MANY), (few, FEW)):
        counts, answer = await measured(town, query, by)
        assert (len(counts.statements), counts.checkouts, counts.transactions) == (statements, 1, 1)
        assert "nodes" not in query or "first: 0" in query or _longest(answer.data) == rows


@pytest.mark.parametrize("name", OF_STAFF)
async def test_a_query_of_staff_takes_as_many_statements_for_few_as_for_many(town: Town, name: str) -> None:
    statements, query = OF_STAFF[name]

    for rows in (FEW, MANY):
        counts, answer = await measured(town, query, "sara", n=rows)
        assert (len(counts.statements), counts.checkouts, counts.transactions) == (statements, 1, 1)
        assert _longest(answer.data) == rows


async def test_counting_costs_one_statement_and_only_when_asked_for(town: Town) -> None:
    for page in ("first: 3", "last: 3", "first: 0"):
        query = f"query Lista {{ clients({page}) {{ nodes {{ name }} }} }}"
        without, _ = await measured(town, query, "sara")
        counted, _ = await measured(town, query.replace("nodes", "totalCount nodes"), "sara")
        assert (len(without.statements), len(counted.statements)) == (2, 3)
        assert not any("count(" in statement for statement in without.statements)


async def test_many_ids_are_read_together_kind_by_kind(town: Town) -> None:
    lists = (
        "invoices(first: 100) { nodes { id } } payments(first: 100) { nodes { id } } pqrs(first: 100) { nodes { id } }"
    )
    found = (await town.ask(f"{{ me {{ sessions {{ id }} client {{ {lists} }} }} }}", by="ana")).data["me"]
    invoices, payments, cases = ([it["id"] for it in found["client"][name]["nodes"]] for name in found["client"])
    query = "query Varias($ids: [ID!]!) { nodes(ids: $ids) { id ... on Invoice { contract { number } } } }"

    for size in (1, 30):
        chosen = [*invoices[:size], *payments[:size], *cases[:size], *(it["id"] for it in found["sessions"] * size)]
        counts, answer = await measured(town, query, "ana", ids=chosen[:100])
        assert [node["id"] for node in answer.data["nodes"]] == chosen[:100]
        assert len(counts.statements) == 1 + 4 + 1


async def test_what_visitors_ask(town: Town) -> None:
    for query, statements in (
        ("{ captcha { provider } }", 2),
        ("{ agency { name } }", 2),
        ("{ agency { name gateways { label } } captcha { provider } }", 4),
        ("{ me { username } }", 1),
        ('{ verifyReceipt(code: "no es un código") { amount } }', 1),
        ('{ node(id: "x") { id } }', 1),
    ):
        counts, _ = await measured(town, query, None)
        assert (len(counts.statements), counts.checkouts) == (statements, 1), query


async def test_the_same_thing_asked_for_in_many_places_is_read_once(town: Town) -> None:
    query = """{ me { client { name a: dashboard { tenant { pendingAmount } } b: dashboard { tenant { overdueAmount } }
    invoices(first: 1) { nodes { client { name contracts { nodes { property { code } } } }
    contract { property { code } } } } contracts { nodes { property { code } } } } } }"""

    counts, _ = await measured(town, query, "ana")

    assert len(counts.statements) == len(set(counts.statements))


async def measured(town: Town, query: str, by: str | None, **variables: Any) -> tuple[Counts, Answer]:
    """What an operation did, without what signing in took."""
    if by and by not in town.tokens:
        await town.ask("{ __typename }", by=by)
    with town.counted() as counts:
        answer = await town.ask(query, by=by, agency=None if by else "andina", **variables)
    assert "errors" not in answer.body, answer.text
    return counts, answer


async def test_checking_a_receipt_takes_no_connection_besides_another(town: Town) -> None:
    ((code,),) = await town.rows("select verification_code from payments order by receipt_number limit 1")
    unknown = "A" * 16

    for asked, statements in ((code, 1 + 3 + 2 + 2 + 3), (unknown, 1 + 3 + 2)):
        counts, answer = await measured(town, f'{{ verifyReceipt(code: "{asked}") {{ agencyName }} }}', None)
        told = answer.data["verifyReceipt"]
        assert told == ({"agencyName": "Inmobiliaria Andina"} if asked == code else None)
        # The entrance; the count; the receipt; its agency; the count again: each gives its connection back.
        assert len(counts.statements) == statements
    assert town.connections_in_use == 0


async def _file_cases(town: Town, name: str, number: int) -> None:
    """One by its person, and copies of it: nobody may file so many in a day."""
    about = "{ me { client { properties { nodes { id } } contracts { nodes { id } } } } }"
    found = (await town.ask(about, by=name)).data["me"]["client"]
    (home,), (contract,) = found["properties"]["nodes"], found["contracts"]["nodes"]
    filed = await town.ask(FILE, by=name, text=f"De {name}", home=home["id"], contract=contract["id"])
    assert filed.data["createPqrs"]["__typename"] == "PqrsPayload"
    columns = (
        "agency_id, client_id, filed_by, status, classification, subject, start_on, filed_at, term_from_on, due_on, "
        "request_hash"
    )
    copied = f"{columns}, property_id, contract_id"
    await town.rows(
        f"insert into pqrs (id, filing_number, description, idempotency_key, {copied}) "
        f"select gen_random_uuid(), filing_number || '-' || n, description, 'copia ' || n, {copied} "
        "from pqrs, generate_series(2, :number) as n where description = :text",
        number=number,
        text=f"De {name}",
    )


def _longest(data: Any) -> int:
    """The length of the first list of rows in an answer."""
    while "nodes" not in data:
        (data,) = [value for value in data.values() if isinstance(value, dict)]
    return len(data["nodes"])
