"""What one operation may ask for: the limit itself passes, one more does not."""

import time
from itertools import pairwise
from typing import Any

import httpx
import pytest
from graphql import build_schema, get_introspection_query, parse

from graphql_api.limits import Limits, TooComplex, check, measure
from tests.graphql_api.http.conftest import Connect, ask, code_of
from tests.graphql_api.http.stand_in import Record

SCHEMA = build_schema(
    """
    type Query { me: Account, invoices(first: Int, last: Int): InvoiceConnection!, nodes(ids: [ID!]!): [Invoice]!,
                 agency: Agency, captcha: String, f: Query, s: String, list: [Query!]! }
    type Mutation { login(a: Int): String, refreshSession: String, pay(a: Int): String }
    type Account { name: String }
    type Agency { logo: Download }
    type InvoiceConnection { nodes: [Invoice!]!, edges: [InvoiceEdge!]!, totalCount: Int! }
    type InvoiceEdge { node: Invoice!, cursor: String! }
    type Invoice { number: String, lines: [Line!]!, pdf: Download, payments: [Payment!]!,
                   related(first: Int, last: Int): InvoiceConnection! }
    type Line { text: String }
    type Payment { receipt: Download }
    type Download { fileName: String }
    """
)


def refused(text: str, variables: dict[str, Any] | None = None, limits: Limits | None = None) -> str | None:
    """The limit that refuses the first operation of a document, with its numbers; None when it passes."""
    limits = limits or Limits()
    try:
        check(measure(SCHEMA, parse(text), variables or {}, limits)[0], limits)
    except TooComplex as problem:
        return f"{problem.limit} {problem.measured}/{problem.allowed}"
    return None


def cost(text: str, variables: dict[str, Any] | None = None) -> int:
    return measure(SCHEMA, parse(text), variables or {}, Limits())[0].cost


def nested(levels: int) -> str:
    return "{ " + "f { " * (levels - 1) + "s" + " }" * (levels - 1) + " }"


def through_fragments(levels: int) -> str:
    parts = [f"fragment F{n} on Query {{ f {{ ...F{n + 1} }} }}" for n in range(levels - 1)]
    return " ".join(["{ ...F0 }", *parts, f"fragment F{levels - 1} on Query {{ s }}"])


def inline(levels: int) -> str:
    return "{ " + "... on Query { f { " * (levels - 1) + "s" + " } }" * (levels - 1) + " }"


@pytest.mark.parametrize("write", [nested, through_fragments, inline])
def test_depth_is_ten_levels_however_they_are_written(write: Any) -> None:
    assert refused(write(10)) is None
    assert refused(write(11)) == "depth 11/10"


@pytest.mark.parametrize(
    ("text", "fits"),
    [
        ("{ f { " + " ".join(f"a{n}: s" for n in range(15)) + " } }", True),
        ("{ f { " + " ".join(f"a{n}: s" for n in range(16)) + " } }", False),
        ("{ f { ...A } list { ...A } } fragment A on Query { " + " ".join(f"a{n}: s" for n in range(7)) + " }", True),
        ("{ f { ...A } list { ...A } } fragment A on Query { " + " ".join(f"a{n}: s" for n in range(8)) + " }", False),
    ],
)
def test_aliases_are_fifteen(text: str, fits: bool) -> None:
    assert (refused(text) is None) is fits
    assert fits or str(refused(text)).startswith("aliases 16/15")


def test_fields_are_four_hundred() -> None:
    assert refused("{ f { " + " ".join(f"s{n}" for n in range(399)) + " } }") is None
    assert refused("{ f { " + " ".join(f"s{n}" for n in range(400)) + " } }") == "fields 401/400"
    assert refused(
        "{ f { ...F } list { ...F } } fragment F on Query { " + " ".join(f"s{n}" for n in range(200)) + " }"
    ) == ("fields 402/400")


def test_a_field_stands_ten_times_on_one_level() -> None:
    assert refused("{ f { " + "s " * 10 + "} }") is None
    assert refused("{ f { " + "s " * 11 + "} }") == "repeats 11/10"
    assert refused("{ f { " + "s " * 10 + "} list { " + "s " * 10 + "} }") is None


def test_fields_at_the_root_are_ten() -> None:
    assert refused("{ " + "s " * 10 + "}") is None
    assert refused("{ ...R } fragment R on Query { " + "s " * 11 + "}") == "rootFields 11/10"


def test_mutations_are_four() -> None:
    assert refused("mutation { " + "pay " * 4 + "__typename }") is None
    assert refused("mutation { ...M pay } fragment M on Mutation { pay pay pay pay }") == "mutations 5/4"


@pytest.mark.parametrize(
    "text",
    [
        "mutation { a: login(a: 1) b: login(a: 2) }",
        "mutation { login refreshSession }",
        "mutation { ...L login } fragment L on Mutation { b: login(a: 2) }",
        "{ a: captcha b: captcha }",
    ],
)
def test_one_guess_at_a_secret_per_operation(text: str) -> None:
    assert refused(text) == "guarded 2/1"


def test_one_sign_in_passes() -> None:
    assert refused("mutation { login pay }") is None
    assert refused("{ captcha agency { logo { fileName } } }") is None


@pytest.mark.parametrize("target", ["query A{} {{ s }}", "{{ s {} }}", "{{ ... on Query {} {{ s }} }}"])
def test_directives_are_four_per_node(target: str) -> None:
    assert refused(target.format(" @a" * 4)) is None
    assert refused(target.format(" @a" * 5)) == "directives 5/4"


def test_cost_counts_the_rows_of_pages() -> None:
    assert cost("{ s }") == 1
    assert cost("{ invoices { totalCount } }") == 2
    assert cost("{ invoices { nodes { number } } }") == 1 + 22
    assert cost("{ invoices(first: 100) { nodes { number } } }") == 1 + 110
    assert cost("{ invoices(last: 50) { edges { node { number } } } }") == 1 + 50 + 55
    assert cost("{ invoices(first: 10) { nodes { lines { text } } } }") == 1 + 10 + 55
    assert cost("{ invoices(first: 10) { nodes { related(first: 10) { nodes { number } } } } }") == 1 + 20 + 110
    assert cost('{ nodes(ids: ["1", "2", "3"]) { number } }') == 4


def test_cost_follows_variables_and_their_defaults() -> None:
    text = "query($n: Int = 7, $ids: [ID!]!) { invoices(first: $n) { nodes { number } } nodes(ids: $ids) { number } }"

    assert cost(text, {"ids": []}) == 9
    assert cost(text, {"n": 100, "ids": ["1"] * 10}) == 1 + 110 + 11
    assert cost(text, {"n": None, "ids": []}) == 23


def test_cost_through_a_fragment_is_that_of_its_place() -> None:
    fragment = " fragment C on InvoiceConnection { nodes { number } }"

    assert cost("{ invoices(first: 3) { ...C } }" + fragment) == cost("{ invoices(first: 3) { nodes { number } } }")
    assert cost("{ a: invoices(first: 3) { ...C } b: invoices(first: 100) { ...C } }" + fragment) == 2 + 4 + 110


def test_cost_has_its_limit() -> None:
    text = "query($n: Int) { invoices(first: $n) { nodes { related(first: 45) { nodes { number } } } } }"

    assert refused(text, {"n": 97}) is None
    assert str(refused(text, {"n": 100})).startswith("cost 5")
    assert str(refused(text, {"n": 2147483647})).startswith("cost ")
    assert str(refused("{ invoices(first: " + "9" * 300 + ") { nodes { number } } }")).startswith("cost 2147483647/")
    assert refused(text, {"n": -5}) is None


def test_documents_are_ten_counted_with_the_rows_around_them() -> None:
    assert refused("{ invoices(first: 10) { nodes { pdf { fileName } } } }") is None
    assert refused("{ invoices(first: 11) { nodes { pdf { fileName } } } }") == "documents 11/10"
    assert refused("{ invoices { nodes { pdf { fileName } } } }") == "documents 20/10"
    assert refused("{ invoices(first: 10) { nodes { payments { receipt { fileName } } } } }") is None
    assert refused("{ invoices(first: 6) { nodes { pdf { fileName } payments { receipt { fileName } } } } }") == (
        "documents 12/10"
    )
    assert refused("query($i: [ID!]!) { nodes(ids: $i) { pdf { fileName } } }", {"i": ["x"] * 11}) == "documents 11/10"
    assert refused("{ " + " ".join(f"a{n}: agency {{ logo {{ fileName }} }}" for n in range(10)) + " }") is None


def test_a_fragment_that_nothing_spreads_is_measured_too() -> None:
    assert str(refused("{ s } fragment A on Query { f { " + " ".join(f"s{n}" for n in range(400)) + " } }")).startswith(
        "fields "
    )


def test_cycles_and_unknown_names_do_not_loop() -> None:
    assert refused("{ ...A } fragment A on Query { f { ...B } } fragment B on Query { ...A }") is None
    assert refused("{ ...A nada { x { ...B } } } fragment A on Nada { s }") is None


def test_nested_inline_fragments_have_an_end() -> None:
    assert refused("{ " + "... { " * 150 + "s" + " }" * 150 + " }") == "nesting 61/60"


def bomb(levels: int, body: str = "s") -> str:
    parts = [f"fragment F{n} on Query {{ ...F{n + 1} ...F{n + 1} }}" for n in range(levels)]
    return " ".join(["{ ...F0 }", *parts, f"fragment F{levels} on Query {{ {body} }}"])


def nested_bomb(levels: int) -> str:
    parts = [f"fragment F{n} on Query {{ f {{ ...F{n + 1} ...F{n + 1} }} }}" for n in range(levels)]
    return " ".join(["{ ...F0 }", *parts, f"fragment F{levels} on Query {{ s }}"])


@pytest.mark.parametrize("text", [bomb(40), nested_bomb(40), nested_bomb(8), bomb(12), bomb(55, "f { s }")])
def test_a_bomb_of_fragments_is_measured_in_no_time(text: str) -> None:
    document = parse(text)
    started = time.process_time()
    (measured,) = measure(SCHEMA, document, {}, Limits())

    assert time.process_time() - started < 1  # about a millisecond; unmemoised it would never end
    with pytest.raises(TooComplex):
        check(measured, Limits())


async def test_the_refusal_tells_the_numbers(client: httpx.AsyncClient, record: Record) -> None:
    aliases = " ".join(f"a{n}: hello" for n in range(9))
    response = await ask(client, f"{{ hello invoices(first: 5000) {{ nodes {{ number }} }} {aliases[:0]} }}")

    assert response.status_code == 400
    error = response.json()["errors"][0]
    assert error["extensions"] == {"code": "QUERY_TOO_COMPLEX", "limit": "cost", "measured": 5502, "allowed": 5000}
    assert "5502" in error["message"]
    assert record.opened == []


@pytest.mark.parametrize("limit", ["tokens", "characters"])
async def test_long_documents_are_not_read_to_their_end(client: httpx.AsyncClient, limit: str) -> None:
    text = "{ hello #" + "x" * 127_900 + "\n" + ("a " * 1000 if limit == "tokens" else "") + "}"
    headers = {"Authorization": "Bearer ficha-de-cliente"}
    response = await ask(client, text if limit == "tokens" else text * 2, headers)

    assert code_of(response) == "QUERY_TOO_COMPLEX"
    assert response.json()["errors"][0]["extensions"]["limit"] == limit or limit == "tokens"


async def test_a_remembered_document_is_measured_with_the_variables_of_each_request(client: httpx.AsyncClient) -> None:
    text = "query($n: Int) { invoices(first: $n) { nodes { number } } }"

    assert (await ask(client, text, variables={"n": 3})).status_code == 200
    assert code_of(await ask(client, text, variables={"n": 10_000})) == "QUERY_TOO_COMPLEX"
    assert (await ask(client, text)).status_code == 200


STAFF = {"Authorization": "Bearer ficha-del-personal"}
CLIENT = {"Authorization": "Bearer ficha-de-cliente"}
EXPLORERS = get_introspection_query(
    specified_by_url=True, directive_is_repeatable=True, schema_description=True, input_value_deprecation=True
)


async def test_the_schema_is_open_to_staff_only(client: httpx.AsyncClient, record: Record) -> None:
    answers = [await ask(client, EXPLORERS, headers) for headers in ({}, CLIENT, STAFF)]

    assert [answer.status_code for answer in answers] == [403, 403, 200]
    assert [code_of(answer) for answer in answers[:2]] == ["FORBIDDEN", "FORBIDDEN"]
    assert "__schema" in answers[2].json()["data"]
    assert [operation.introspects for _, operation in record.opened] == [True, True, True]


@pytest.mark.parametrize(
    "text",
    ['{ __type(name: "Query") { name } }', "{ hello ...S } fragment S on Query { x: __schema { queryType { name } } }"],
)
async def test_the_schema_is_closed_in_every_disguise(client: httpx.AsyncClient, text: str) -> None:
    response = await ask(client, text, CLIENT)

    assert response.status_code == 403
    assert "data" not in response.json()


async def test_everybody_may_ask_for_names_of_types_in_answers(client: httpx.AsyncClient) -> None:
    assert (await ask(client, "{ __typename me { __typename } }")).status_code == 200


async def test_an_open_schema_answers_explorers_without_a_session(connect: Connect) -> None:
    async with connect(introspection_open=True) as client:
        assert (await ask(client, EXPLORERS)).status_code == 200


@pytest.mark.parametrize(
    "text",
    [
        "{ " + " ".join(f'a{n}: __type(name: "Query") {{ name }}' for n in range(3)) + " }",
        "{ __schema { types { fields { type { fields { type { fields { name } } } } } } } }",
        "{ __schema { " + "types { name } " * 500 + "} }",
        '{ __type(name: "Query") { ' + "ofType { " * 20 + "name" + " }" * 20 + " } }",
        "{ __schema { types { ...A } } } "
        + " ".join(f"fragment {a} on __Type {{ ofType {{ ...{b} ...{b} }} }}" for a, b in pairwise("ABCDEFGHIJK"))
        + " fragment K on __Type { name }",
    ],
)
async def test_floods_of_introspection_are_refused_even_where_it_is_open(connect: Connect, text: str) -> None:
    async with connect(introspection_open=True) as client:
        response = await ask(client, text)

    assert response.status_code == 400
