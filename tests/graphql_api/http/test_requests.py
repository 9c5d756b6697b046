"""What a request must be like, and what it is answered with."""

import json
from typing import Any

import httpx
import pytest

from tests.graphql_api.http.conftest import BROWSER, Connect, ask, code_of
from tests.graphql_api.http.stand_in import Record

HELLO = "{ hello }"


async def test_a_query_is_answered_with_its_data(client: httpx.AsyncClient) -> None:
    response = await ask(client, "query Saludo($n: String!) { hello(name: $n) }", variables={"n": "Ángela"})

    assert response.status_code == 200
    assert response.json() == {"data": {"hello": "Hola, Ángela"}}
    assert response.headers["content-type"] == "application/json; charset=utf-8"


async def test_a_repeated_document_is_answered_the_same(client: httpx.AsyncClient) -> None:
    answers = [
        (await ask(client, "query($n: Int) { invoices(first: $n) { totalCount } }", variables={"n": n})).json()
        for n in (1, 2, 1)
    ]

    assert [answer["data"]["invoices"]["totalCount"] for answer in answers] == [1, 2, 1]


@pytest.mark.parametrize(
    ("accept", "media_type"),
    [
        ("application/graphql-response+json, application/json;q=0.9", "application/graphql-response+json"),
        ("application/json", "application/json"),
        ("application/json, application/graphql-response+json", "application/graphql-response+json"),
        ("application/graphql-response+json;q=0.1, application/json", "application/json"),
        ("*/*", "application/json"),
        ("application/*;q=0.3, text/html", "application/json"),
        ("", "application/json"),
    ],
)
async def test_the_answer_has_the_accepted_type(client: httpx.AsyncClient, accept: str, media_type: str) -> None:
    response = await ask(client, HELLO, {"Accept": accept})

    assert response.status_code == 200
    assert response.headers["content-type"] == f"{media_type}; charset=utf-8"


@pytest.mark.parametrize("accept", ["application/xml", "text/html", "application/json;q=0", "image/*"])
async def test_a_client_that_accepts_no_json_is_refused(client: httpx.AsyncClient, record: Record, accept: str) -> None:
    response = await ask(client, HELLO, {"Accept": accept})

    assert response.status_code == 406
    assert code_of(response) == "BAD_USER_INPUT"
    assert record.opened == []


@pytest.mark.parametrize(
    "content_type",
    [
        "application/x-www-form-urlencoded",
        "text/plain",
        "multipart/form-data; boundary=x",
        "application/json; charset=latin-1",
        "application/json; charset=utf-16",
        "application/graphql",
        "",
    ],
)
async def test_only_json_in_utf8_is_read(client: httpx.AsyncClient, record: Record, content_type: str) -> None:
    response = await client.post(
        "/graphql",
        content=json.dumps({"query": "mutation { pay { __typename } }"}),
        headers={"Content-Type": content_type},
    )

    assert response.status_code == 415
    assert record.opened == []
    assert record.effects == []


async def test_json_with_its_charset_named_is_read(client: httpx.AsyncClient) -> None:
    response = await client.post(
        "/graphql", content=json.dumps({"query": HELLO}), headers={"Content-Type": 'Application/JSON; charset="UTF-8"'}
    )

    assert response.status_code == 200


async def test_a_compressed_body_is_refused(client: httpx.AsyncClient) -> None:
    headers = {"Content-Type": "application/json", "Content-Encoding": "gzip"}

    assert (await client.post("/graphql", content=b"{}", headers=headers)).status_code == 415


@pytest.mark.parametrize(
    "members",
    [
        {},
        {"query": None},
        {"query": ""},
        {"query": "   "},
        {"query": 5},
        {"query": ["{ hello }"]},
        {"query": HELLO, "operationName": 1},
        {"query": HELLO, "variables": []},
        {"query": HELLO, "variables": "{}"},
        {"query": HELLO, "extensions": "x"},
    ],
)
async def test_members_of_the_wrong_kind_are_refused(
    client: httpx.AsyncClient, record: Record, members: dict[str, Any]
) -> None:
    response = await client.post("/graphql", json=members)

    assert response.status_code == 400
    assert code_of(response) == "BAD_USER_INPUT"
    assert "data" not in response.json()
    assert record.opened == []


async def test_null_members_are_absent_members(client: httpx.AsyncClient) -> None:
    response = await ask(client, HELLO, operationName=None, variables=None, extensions=None)

    assert response.status_code == 200


async def test_a_batch_is_refused(client: httpx.AsyncClient, record: Record) -> None:
    response = await client.post("/graphql", json=[{"query": HELLO}, {"query": HELLO}])

    assert response.status_code == 400
    assert record.opened == []


TWO = "mutation B { pay { __typename } } query A { hello }"


@pytest.mark.parametrize("name", [None, "", "C"])
async def test_several_operations_without_a_choice_run_none(
    client: httpx.AsyncClient, record: Record, name: str | None
) -> None:
    response = await ask(client, TWO, operationName=name)

    assert response.status_code == 400
    assert record.effects == []
    assert record.opened == []


async def test_the_named_operation_alone_runs(client: httpx.AsyncClient, record: Record) -> None:
    response = await ask(client, TWO, operationName="A")

    assert response.json() == {"data": {"hello": "Hola, mundo"}}
    assert record.effects == []


@pytest.mark.parametrize(
    "text", ["{", "fragment F on Query { hello }", "type A { a: Int }", "subscription { x }", "{ nada }"]
)
async def test_a_document_that_cannot_run_is_400_and_has_no_data(client: httpx.AsyncClient, text: str) -> None:
    response = await ask(client, text)

    assert response.status_code == 400
    assert code_of(response) == "BAD_USER_INPUT"
    assert "data" not in response.json()


async def test_errors_of_validation_say_what_is_wrong_and_where(client: httpx.AsyncClient) -> None:
    error = (await ask(client, "{ nada }")).json()["errors"][0]

    assert error["message"] == "Cannot query field 'nada' on type 'Query'."
    assert error["locations"] == [{"line": 1, "column": 3}]


@pytest.mark.parametrize("variables", [{}, {"n": 1}, {"n": None}])
async def test_variables_that_do_not_fit_are_400(
    client: httpx.AsyncClient, record: Record, variables: dict[str, Any]
) -> None:
    response = await ask(client, "query($n: String!) { hello(name: $n) }", variables=variables)

    assert response.status_code == 400
    assert code_of(response) == "BAD_USER_INPUT"
    assert record.opened == []


async def test_strawberrys_own_rule_on_optional_members_holds(client: httpx.AsyncClient) -> None:
    assert (await ask(client, "{ check(input: {amount: 1}) }")).status_code == 200
    assert (await ask(client, "{ check(input: {amount: 1, note: null}) }")).status_code == 400


@pytest.mark.parametrize("query", ["query={hello}", "query=mutation{pay{__typename}}", "query={hello}&operationName=A"])
@pytest.mark.parametrize("accept", [{}, BROWSER, {"Accept": "application/json"}])
async def test_get_never_runs_an_operation(
    client: httpx.AsyncClient, record: Record, query: str, accept: dict[str, str]
) -> None:
    response = await client.get(f"/graphql?{query}", headers=accept)

    assert response.status_code == 405
    assert "POST" in response.headers["allow"]
    assert record.opened == []
    assert record.effects == []


async def test_a_browser_gets_the_page_and_a_program_does_not(client: httpx.AsyncClient) -> None:
    assert (await client.get("/graphql", headers=BROWSER)).text == "explorador"
    assert (await client.get("/graphql?agency=andina", headers=BROWSER)).text == "explorador"
    assert (await client.get("/graphql")).status_code == 405
    assert (await client.get("/graphql", headers={"Accept": "text/html;q=0"})).status_code == 405


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "TRACE"])
async def test_other_methods_are_refused(client: httpx.AsyncClient, record: Record, method: str) -> None:
    response = await client.request(method, "/graphql", json={"query": "mutation { pay { __typename } }"})

    assert response.status_code == 405
    assert record.opened == []


async def test_facts_of_the_request_reach_the_context(client: httpx.AsyncClient, record: Record) -> None:
    headers = {
        "Authorization": "bearer ficha-de-cliente",
        "X-Agency": " andina ",
        "User-Agent": "Móvil\t1",
        "Host": "Portal.Example:8000",
    }
    await ask(client, "query Yo { yo: me { username } hello }", headers)

    facts, operation = record.opened[0]
    assert (facts.bearer, facts.host, facts.agency_header) == ("ficha-de-cliente", "portal.example", "andina")
    assert facts.ip == "203.0.113.9"
    assert facts.user_agent == "Móvil1"
    assert (operation.kind, operation.name, operation.introspects) == ("query", "Yo", False)
    assert operation.root_fields == {"me", "hello"}


async def test_a_stale_token_is_401_even_for_a_query_of_nothing(client: httpx.AsyncClient, record: Record) -> None:
    response = await ask(client, "{ __typename }", {"Authorization": "Bearer vencida"})

    assert response.status_code == 401
    assert response.json()["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED"
    assert "data" not in response.json()
    assert response.headers["www-authenticate"] == "Bearer"


@pytest.mark.parametrize("header", ["Basic YTpi", "Bearer", "Bearer a b", "Bearer ñ"])
async def test_a_credential_of_another_shape_is_no_good_token(client: httpx.AsyncClient, header: str) -> None:
    assert (await ask(client, HELLO, {"Authorization": header})).status_code == 401


async def test_an_unknown_agency_is_told_as_such(client: httpx.AsyncClient) -> None:
    response = await ask(client, HELLO, {"X-Agency": "no-existe"})

    assert response.status_code == 400
    assert code_of(response) == "AGENCY_NOT_FOUND"


async def test_a_host_that_is_none_is_refused(client: httpx.AsyncClient, record: Record) -> None:
    assert (await ask(client, HELLO, {"Host": "portal.example/../x"})).status_code == 400
    assert record.opened == []


@pytest.mark.parametrize(
    ("hops", "forwarded", "expected"),
    [
        (0, "198.51.100.7", "203.0.113.9"),
        (1, "198.51.100.7", "198.51.100.7"),
        (1, "10.0.0.1, 198.51.100.7", "198.51.100.7"),
        (2, "192.0.2.66, 198.51.100.7, 10.0.0.1", "198.51.100.7"),
        (3, "198.51.100.7", "198.51.100.7"),
        (1, "no es una dirección", "203.0.113.9"),
        (1, "[2001:db8::1]:443", "2001:db8::1"),
        (1, "::ffff:198.51.100.7", "198.51.100.7"),
        (1, "198.51.100.7:5555", "198.51.100.7"),
        (1, "", "203.0.113.9"),
    ],
)
async def test_only_our_own_proxies_are_believed_about_the_address(
    connect: Connect, record: Record, hops: int, forwarded: str, expected: str
) -> None:
    async with connect(trusted_hops=hops) as client:
        await ask(client, HELLO, {"X-Forwarded-For": forwarded})

    assert record.opened[0][0].ip == expected
