"""Lists of every kind, page by page in both directions, and what is no page."""

import base64
import json
from collections.abc import AsyncIterator
from datetime import date
from typing import Any

import pytest

from domain.accounts import AccountRole
from domain.imports.sheets import ImportKind
from tests.graphql_api.neighbours import FILE
from tests.graphql_api.town import Answer, Town, founded
from tests.postgres import Database

ROWS = 7
ARGUMENTS = "first: $first, after: $after, last: $last, before: $before"
PAGE = "nodes { id } edges { cursor node { id } } pageInfo { hasNextPage hasPreviousPage startCursor endCursor }"
OF_ANA = ("invoices", "invoices(orderBy: OLDEST)", "invoices(orderBy: DUE_FIRST)", "payments", "pqrs")
OF_OLGA = ("payouts", "contracts", "properties")
OF_SARA = (
    "auditLog",
    "clients",
    "contracts",
    "findings",
    "invoices",
    "payments",
    "payouts",
    "pqrs",
    "pqrs(orderBy: DUE_FIRST)",
    "properties",
    "reconciliations",
)
LISTS = [("ana", name) for name in OF_ANA] + [("olga", name) for name in OF_OLGA] + [("sara", name) for name in OF_SARA]


@pytest.fixture(scope="module")
async def town(module_database: Database) -> AsyncIterator[Town]:
    """Seven of everything; some at the same instant or day, so that only the second part of a cursor tells them
    apart."""
    async with founded(module_database) as town:
        await town.agency("andina")
        codes = [f"T{number}" for number in range(1, ROWS + 1)]
        await town.take("andina", ImportKind.CLIENTS, *({"codigo": code} for code in codes))
        homes = [{"codigo": f"I{number}", "propietarios": "T2:100"} for number in range(ROWS)]
        await town.take("andina", ImportKind.PROPERTIES, *homes)
        agreement = {"tipo": "administracion", "comision": "10", "canon": "", "titulares": "T2", "fin": ""}
        agreements = [
            {"numero": f"ADM-{n}", "inmueble": f"I{n}", "inicio": f"2026-01-0{1 + n // 3}"} for n in range(ROWS)
        ]
        await town.take("andina", ImportKind.CONTRACTS, {"inmueble": "I1"}, *(it | agreement for it in agreements[1:]))
        dates = [
            {"fecha_emision": f"2026-0{1 + n // 3}-01", "fecha_vencimiento": f"2026-0{8 - n // 2}-20"}
            for n in range(ROWS)
        ]
        invoices = [{"numero": f"FV-{n}", "periodo": "2026-01"} | dates[n] for n in range(ROWS)]
        await town.take("andina", ImportKind.INVOICES, *invoices)
        receipts = [{"recibo": f"RC-{n}", "facturas": "", "fecha": f"2026-01-0{1 + n // 3} 10:00"} for n in range(ROWS)]
        await town.take("andina", ImportKind.PAYMENTS, *receipts)
        payouts = [{"numero": f"CE-{n}", "contrato": "ADM-1", "fecha": f"2026-01-0{1 + n // 3}"} for n in range(ROWS)]
        await town.take("andina", ImportKind.PAYOUTS, *payouts)
        await town.person("andina", "ana", client="T1")
        await town.person("andina", "olga", client="T2")
        await town.person("andina", "sara", role=AccountRole.STAFF)
        for number in range(ROWS):
            await town.ask(FILE.replace('"k"', f'"{number}"'), by="ana", text="Gotea.")
            await town.find("andina", f"REF{number}")
            await town.use_cases.reconcile_day(town.agencies["andina"].id, date(2026, 7, 1 + number))
        yield town


async def page(town: Town, by: str, name: str, **arguments: Any) -> Answer:
    """A page of a person's list, or of the agency's for staff."""
    listed = name[:-1] + f", {ARGUMENTS})" if name.endswith(")") else f"{name}({ARGUMENTS})"
    inside = f"{listed} {{ {PAGE} totalCount }}"
    query = "query Pagina($first: Int, $after: String, $last: Int, $before: String) { %s }"
    return await town.ask(query % (inside if by == "sara" else f"me {{ client {{ {inside} }} }}"), by=by, **arguments)


def shown(answer: Answer) -> Any:
    data = answer.data
    if "me" in data:
        data = data["me"]["client"]
    (connection,) = data.values()
    assert [edge["node"] for edge in connection["edges"]] == connection["nodes"]
    cursors = [edge["cursor"] for edge in connection["edges"]]
    ends = (connection["pageInfo"]["startCursor"], connection["pageInfo"]["endCursor"])
    assert ends == ((cursors[0], cursors[-1]) if cursors else (None, None))
    return connection


def ids(connection: Any) -> list[str]:
    return [node["id"] for node in connection["nodes"]]


@pytest.mark.parametrize(("by", "name"), LISTS)
async def test_pages_forwards_and_backwards_are_the_whole_list(town: Town, by: str, name: str) -> None:
    whole = shown(await page(town, by, name, first=100))
    count = len(whole["nodes"])
    assert whole["totalCount"] == count
    assert whole["pageInfo"]["hasNextPage"] is whole["pageInfo"]["hasPreviousPage"] is False

    for size in (1, 3, count):
        forwards: list[str] = []
        after = None
        while True:
            found = shown(await page(town, by, name, first=size, after=after))
            forwards += ids(found)
            assert found["totalCount"] == count
            assert found["pageInfo"]["hasPreviousPage"] is (after is not None)
            assert found["pageInfo"]["hasNextPage"] is (len(forwards) < count)
            if not found["pageInfo"]["hasNextPage"]:
                break
            after = found["pageInfo"]["endCursor"]
        backwards: list[str] = []
        before = None
        while True:
            found = shown(await page(town, by, name, last=size, before=before))
            backwards = ids(found) + backwards
            assert found["pageInfo"]["hasNextPage"] is (before is not None)
            if not found["pageInfo"]["hasPreviousPage"]:
                break
            before = found["pageInfo"]["startCursor"]
        assert forwards == backwards == ids(whole)
    assert count >= ROWS - 1


@pytest.mark.parametrize(("by", "name"), LISTS)
async def test_a_page_between_two_places_is_what_lies_between_them(town: Town, by: str, name: str) -> None:
    whole = shown(await page(town, by, name, first=100))
    cursors = [edge["cursor"] for edge in whole["edges"]]

    between = {"after": cursors[0], "before": cursors[5]}
    assert ids(shown(await page(town, by, name, first=2, **between))) == ids(whole)[1:3]
    assert ids(shown(await page(town, by, name, last=2, **between))) == ids(whole)[3:5]
    assert ids(shown(await page(town, by, name, **between))) == ids(whole)[1:5]
    assert ids(shown(await page(town, by, name, after=cursors[4], before=cursors[2]))) == []


async def test_newest_come_first_unless_asked_otherwise(town: Town) -> None:
    async def numbers(order: str) -> list[str]:
        found = await town.ask(f"{{ me {{ client {{ invoices({order}) {{ nodes {{ number }} }} }} }} }}", by="ana")
        return [node["number"] for node in found.data["me"]["client"]["invoices"]["nodes"]]

    assert await numbers("first: 100") == [f"FV-{number}" for number in (6, 5, 4, 3, 2, 1, 0)]
    assert await numbers("orderBy: OLDEST") == [f"FV-{number}" for number in range(ROWS)]
    assert await numbers("orderBy: DUE_FIRST") == [f"FV-{number}" for number in (6, 4, 5, 2, 3, 0, 1)]


async def test_a_page_has_twenty_rows_unless_told_and_a_hundred_at_most(town: Town) -> None:
    number = "select 100 + g from generate_series(1, 110) g"
    columns = "agency_id, kind, name, document_type, document_number, name_key, search"
    await town.rows(
        f"insert into clients (id, code, {columns}) select gen_random_uuid(), 'Z' || n.n, {columns} "
        f"from clients, ({number}) n(n) where code = 'T7'"
    )
    try:
        assert len(shown(await page(town, "sara", "clients"))["nodes"]) == 20
        assert len(shown(await page(town, "sara", "clients", after=None, first=None))["nodes"]) == 20
        assert len(shown(await page(town, "sara", "clients", first=100))["nodes"]) == 100
        assert len(shown(await page(town, "sara", "clients", last=100))["nodes"]) == 100
    finally:
        await town.rows("delete from clients where code like 'Z%'")


@pytest.mark.parametrize(("by", "name"), LISTS)
async def test_a_page_of_nothing_tells_whether_there_is_more(town: Town, by: str, name: str) -> None:
    for arguments in ({"first": 0}, {"last": 0}):
        found = shown(await page(town, by, name, **arguments))
        assert found["nodes"] == []
        assert found["totalCount"] >= ROWS - 1
        assert found["pageInfo"]["hasNextPage"] is ("first" in arguments)
        assert found["pageInfo"]["hasPreviousPage"] is ("last" in arguments)


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ({"first": 101}, "first: Debe estar entre 0 y 100."),
        ({"first": -1}, "first: Debe estar entre 0 y 100."),
        ({"last": 101}, "last: Debe estar entre 0 y 100."),
        ({"last": -1}, "last: Debe estar entre 0 y 100."),
        ({"first": 1, "last": 1}, "last: Use first o last, no los dos."),
        ({"first": 0, "last": 0}, "last: Use first o last, no los dos."),
    ],
)
@pytest.mark.parametrize(("by", "name"), [("ana", "invoices"), ("sara", "clients")])
async def test_what_makes_no_page_is_the_askers_mistake(
    town: Town, by: str, name: str, arguments: dict[str, int], told: str
) -> None:
    answer = await page(town, by, name, **arguments)

    assert answer.code == "BAD_USER_INPUT"
    assert answer.errors[0]["message"] == told
    # What hangs under the person is null, and the person is there; a list of the root is all there was to ask.
    assert (answer.status, answer.body.get("data")) == ((200, {"me": {"client": None}}) if by == "ana" else (200, None))


def cursor(*parts: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(list(parts)).encode()).decode().rstrip("=")


NONSENSE = [
    "",
    "x",
    "💥",
    "=" * 40,
    "A" * 5_000,
    cursor("2026-01-01"),
    cursor("2026-01-01", "x", "y"),
    cursor(1, 2),
    cursor(["x"], "y"),
    cursor("a\0b", "x"),
    base64.urlsafe_b64encode(b'{"a": 1}').decode(),
    base64.urlsafe_b64encode(b"[" * 900).decode(),
    base64.urlsafe_b64encode(b"\xff\xfe\x00").decode(),
]
STRANGE = [
    cursor("", ""),
    cursor("x", "y"),
    cursor("2026-01-01", "FV-1"),
    cursor("2026-01-01T10:00:00+00:00", "RC-1"),
    cursor("0001-01-01T00:00:00+23:59", "x"),
    cursor("9999-12-31T23:59:59-23:59", "x"),
    cursor("0001-01-01", "x"),
    cursor("9999-12-31", "x"),
    cursor("2026-02-30", "x"),
    cursor("infinity", "x"),
    cursor("\ud800", "\udfff"),
    cursor("x", "6f9619ff-8b86-d011-b42d-00cf4fc964ff"),
    cursor("%", "'; drop table clients; --"),
]
"""Cursors by their look, of another list or of none."""


@pytest.mark.parametrize(("by", "name"), [("ana", "invoices"), ("olga", "properties"), ("sara", "clients")])
async def test_what_is_no_cursor_is_the_askers_mistake(town: Town, by: str, name: str) -> None:
    for text in NONSENSE:
        for arguments in ({"after": text}, {"before": text, "last": 3}):
            answer = await page(town, by, name, **arguments)
            assert answer.code == "BAD_USER_INPUT", (text[:50], answer.text)
            assert answer.errors[0]["message"] == f"{next(iter(arguments))}: No es un cursor de esta lista."


@pytest.mark.parametrize(("by", "name"), LISTS)
async def test_a_cursor_of_another_list_gives_a_page_or_is_a_mistake(town: Town, by: str, name: str) -> None:
    others = [("ana", "invoices"), ("ana", "payments"), ("olga", "properties"), ("sara", "clients")]
    theirs = [shown(await page(town, *other, first=3))["pageInfo"]["endCursor"] for other in others]
    for number, text in enumerate((*STRANGE, *theirs)):
        answer = await page(town, by, name, **({"before": text, "last": 3} if number % 2 else {"after": text}))
        if answer.errors:
            assert answer.code == "BAD_USER_INPUT", (base64.urlsafe_b64decode(text + "==="), answer.text)
        else:
            shown(answer)
