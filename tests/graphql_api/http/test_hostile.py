"""Requests nobody sends by mistake: each is refused quickly, and none is an error of ours."""

import json
import time

import httpx
import pytest

from tests.graphql_api.http.conftest import BROWSER, ask
from tests.graphql_api.http.stand_in import Record
from tests.graphql_api.http.test_limits import bomb, nested_bomb

JSON = {"Content-Type": "application/json"}
BEARER = {**JSON, "Authorization": "Bearer ficha-de-cliente"}


def query(text: str) -> bytes:
    return json.dumps({"query": text}).encode()


def variables(raw: bytes) -> bytes:
    return b'{"query": "query($x: Int) { invoices(first: $x) { totalCount } }", "variables": {"x": ' + raw + b"}}"


BODIES: dict[str, bytes] = {
    "empty": b"",
    "half": b'{"query": "{ hel',
    "number": b"5",
    "text": b'"x"',
    "null": b"null",
    "true": b"true",
    "list": b"[]",
    "NaN": variables(b"NaN"),
    "Infinity": variables(b"-Infinity"),
    "huge float": variables(b"1e999"),
    "long integer": variables(b"9" * 5000),
    "forty digits": variables(b"9" * 40),
    "NaN that nothing uses": b'{"query": "{ hello }", "extensions": {"x": NaN}}',
    "Infinity that nothing uses": b'{"query": "{ hello }", "extensions": {"x": Infinity}}',
    "huge float that nothing uses": b'{"query": "{ hello }", "extensions": {"x": 1e999}}',
    "long integer that nothing uses": b'{"query": "{ hello }", "extensions": {"x": ' + b"9" * 41 + b"}}",
    "deep lists that nothing uses": b'{"query": "{ hello }", "extensions": {"x": ' + b"[" * 40 + b"]" * 40 + b"}}",
    "invalid UTF-8": b'{"query": "{ hello \xff }"}',
    "overlong UTF-8": b'{"query": "{ hello \xc0\xaf }"}',
    "UTF-16": '{"query": "{ hello }"}'.encode("utf-16"),
    "byte order mark": b'\xef\xbb\xbf{"query": "{ hello }"}',
    "half a surrogate pair": b'{"query": "query($n: String!) { hello(name: $n) }", "variables": {"n": "\\ud800"}}',
    "surrogate in a name": b'{"query": "{ hello }", "variables": {"\\udfff": 1}}',
    "NUL in the query": query("{ hello \x00 }"),
    "deep lists": b"[" * 100_000,
    "deep lists in variables": variables(b"[" * 900 + b"]" * 900),
    "deep objects": b'{"a":' * 20_000,
    "many objects": variables(b"[" + b"{}," * 30_000 + b"{}]"),
    "many numbers": variables(b"[" + b"0," * 60_000 + b"0]"),
    "many texts": variables(b"[" + b'"",' * 40_000 + b'""]'),
    "many names": variables(b"{" + b",".join(b'"%d":0' % n for n in range(21_000)) + b"}"),
    "ten megabytes": b'{"query": "' + b"a" * 10_000_000 + b'"}',
    "single quotes": b"{'query': '{ hello }'}",
    "comment": b'{"query": "{ hello }"} // hola',
    "two objects": b'{"query": "{ hello }"}{"query": "{ hello }"}',
    "ten thousand aliases": query("{ " + " ".join(f"a{n}: hello" for n in range(10_000)) + " }"),
    "a hundred aliases": query("{ " + " ".join(f"a{n}: hello" for n in range(101)) + " }"),
    "three thousand directives": query("{ hello " + "@a" * 3000 + " }"),
    "repeated lists": query("{ " + "invoices { nodes { id } } " * 600 + "}"),
    "repeated fields": query("{ me { " + "username " * 990 + "} }"),
    "repeated objects": query("{ me { " + "friend { username } " * 190 + "} }"),
    "objects repeated through fragments": query(
        "{ me { "
        + " ".join(f"...F{n}" for n in range(70))
        + " } } "
        + " ".join(f"fragment F{n} on Account {{ friend {{ username }} }}" for n in range(70))
    ),
    "conflicting fields through fragments": query(
        "{ me { "
        + " ".join(f"...F{n}" for n in range(70))
        + " } } "
        + " ".join(f"fragment F{n} on Account {{ x: a{n} }}" for n in range(70))
    ),
    "conflicting fields": query("{ me { " + " ".join(f"x: a{n}" for n in range(300)) + " } }"),
    "deep braces": query("{ me" * 5000),
    "deep query": query("{ me { " + "friends { " * 300 + "username" + " }" * 300 + " } }"),
    "deep list literal": query("{ nodes(ids: " + "[" * 450 + "]" * 450 + ") { id } }"),
    "deep object literal": query("{ check(input: " + "{a: " * 300 + "1" + "}" * 300 + ") }"),
    "long list type": query("query($a: " + "[" * 400 + "Int" + "]" * 400 + ") { hello }"),
    "fragments in a circle": query("{ ...A } fragment A on Query { ...B } fragment B on Query { ...A }"),
    "bomb of fragments": query(bomb(40, "hello")),
    "nested bomb of fragments": query(nested_bomb(40).replace("f {", "me {")),
    "many operations": query(" ".join(f"query A{n} {{ hello }}" for n in range(150))),
    "many variables": query("query(" + " ".join(f"$a{n}: Int" for n in range(200)) + ") { hello }"),
    "huge first": query("{ invoices(first: 2147483647) { nodes { id } } }"),
    "long comment": query("{ hello #" + "ñ" * 60_000 + "\n}"),
    "long text": query('{ hello(name: "' + "a" * 120_000 + '") }'),
    "long block text": query('{ hello(name: """' + "a\n" * 60_000 + '""") }'),
    "unfinished text": query('{ hello(name: "' + "\\\\u0041" * 10_000),
    "long name": query("{ " + "a" * 100_000 + " }"),
    "circular introspection": query(
        "{ __schema { types { fields { type { fields { type { fields { name } } } } } } } }"
    ),
    "flood of types": query("{ " + " ".join(f'a{n}: __type(name: "Query") {{ name }}' for n in range(100)) + " }"),
    "subscription": query("subscription { hello }"),
    "definition": query("extend type Query { a: Int }"),
}


@pytest.mark.parametrize("headers", [JSON, BEARER], ids=["visitor", "session"])
@pytest.mark.parametrize("name", BODIES)
async def test_a_hostile_body_is_answered_quickly_and_is_no_error_of_ours(
    client: httpx.AsyncClient, record: Record, name: str, headers: dict[str, str]
) -> None:
    started = time.process_time()  # not the clock's: other work on the machine must not decide
    response = await client.post("/graphql", content=BODIES[name], headers=headers)
    took = time.process_time() - started

    assert response.status_code < 500
    assert response.headers["content-type"].startswith("application/json")
    assert "INTERNAL" not in response.text
    assert took < 3  # some tens of milliseconds here; what grows too fast with its body would take minutes
    assert record.effects == []


HARMLESS = {"long comment", "long text", "long block text", "objects repeated through fragments"}


@pytest.mark.parametrize("name", sorted(BODIES.keys() - HARMLESS))
async def test_a_hostile_body_runs_nothing(client: httpx.AsyncClient, record: Record, name: str) -> None:
    response = await client.post("/graphql", content=BODIES[name], headers=JSON)

    assert response.status_code in (400, 413)
    assert record.opened == []


TRICKS = [
    "query A { hello } mutation B { pay { __typename } }",
    "mutation B { pay { __typename } } query A { hello }",
    "mutation B { pay { __typename } }",
    "mutation { pay { __typename } }",
]


@pytest.mark.parametrize("text", TRICKS)
@pytest.mark.parametrize("name", [None, "A", "B"])
@pytest.mark.parametrize("headers", [{}, BROWSER, {"GraphQL-Require-Preflight": "1"}])
async def test_no_get_runs_a_mutation(
    client: httpx.AsyncClient, record: Record, text: str, name: str | None, headers: dict[str, str]
) -> None:
    parameters = {"query": text} | ({"operationName": name} if name else {})
    response = await client.get("/graphql", params=parameters, headers=headers)

    assert response.status_code == 405
    assert record.opened == []


@pytest.mark.parametrize("text", TRICKS[:2])
async def test_a_post_runs_only_what_it_names(client: httpx.AsyncClient, record: Record, text: str) -> None:
    assert (await ask(client, text)).status_code == 400
    assert (await ask(client, text, operationName="A")).status_code == 200
    assert record.effects == []

    await ask(client, text, operationName="B")
    assert record.effects == ["pay"]


@pytest.mark.parametrize("method", ["post", "get"])
@pytest.mark.parametrize("query_string", ["?query=mutation{pay{__typename}}", "?operationName=B"])
async def test_the_address_says_nothing_about_the_operation(
    client: httpx.AsyncClient, record: Record, method: str, query_string: str
) -> None:
    kwargs = {"json": {"query": "{ hello }"}} if method == "post" else {}
    await client.request(method, f"/graphql{query_string}", **kwargs)  # type: ignore[arg-type]

    assert record.effects == []
