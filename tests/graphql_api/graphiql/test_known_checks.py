"""The twelve checks of graphql-cop, the usual scanner, against the endpoint as production has it."""

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from tests.graphql_api.graphiql.conftest import application
from tests.graphql_api.graphiql.stand_in import Service

CLIENT, STAFF = "ana.lopez", "marta.rios"


@pytest.fixture(params=["visitor", "client"])
async def scanner(request: pytest.FixtureRequest, service: Service) -> AsyncIterator[httpx.AsyncClient]:
    """Scans without a session, and with a client's."""
    service.tokens = {"ficha": CLIENT, "ficha-del-personal": STAFF}
    headers = {"Authorization": "Bearer ficha"} if request.param == "client" else {}
    transport = httpx.ASGITransport(application(service))
    async with httpx.AsyncClient(transport=transport, base_url="http://portal.example", headers=headers) as client:
        yield client


async def post(scanner: httpx.AsyncClient, query: str) -> dict[str, Any]:
    answer: dict[str, Any] = (await scanner.post("/graphql", json={"query": query, "operationName": "cop"})).json()
    return answer


async def test_a_hundred_aliases_are_refused(scanner: httpx.AsyncClient) -> None:
    aliases = " ".join(f"alias{n}: __typename" for n in range(101))

    assert "data" not in await post(scanner, f"query cop {{ {aliases} }}")


async def test_lists_of_operations_are_refused(scanner: httpx.AsyncClient) -> None:
    batch = [{"query": "query cop { __typename }", "operationName": "cop"}] * 10
    answer = (await scanner.post("/graphql", json=batch)).json()

    assert isinstance(answer, dict)
    assert "data" not in answer


async def test_ten_directives_on_a_field_are_one_error(scanner: httpx.AsyncClient) -> None:
    answer = await post(scanner, "query cop { __typename @aa@aa@aa@aa@aa@aa@aa@aa@aa@aa }")

    assert len(answer["errors"]) == 1


async def test_five_hundred_repeated_fields_are_refused(scanner: httpx.AsyncClient) -> None:
    assert "data" not in await post(scanner, "query cop { " + "__typename " * 500 + "}")


async def test_names_of_the_schema_are_not_suggested(scanner: httpx.AsyncClient) -> None:
    assert "Did you mean" not in str(await post(scanner, "query cop { __schema { directive } }"))


async def test_the_schema_is_not_told(scanner: httpx.AsyncClient) -> None:
    assert "data" not in await post(scanner, "query cop { __schema { types { name fields { name } } } }")


async def test_the_schema_is_not_told_in_circles(scanner: httpx.AsyncClient) -> None:
    circles = "fields { type { " * 4 + "name" + " } }" * 4

    assert "data" not in await post(scanner, f"query cop {{ __schema {{ types {{ {circles} }} }} }}")


@pytest.mark.parametrize("query", ["query cop { __typename }", "mutation cop { __typename }"])
async def test_nothing_is_asked_by_get(scanner: httpx.AsyncClient, query: str) -> None:
    response = await scanner.get("/graphql", params={"query": query})

    assert response.status_code == 405
    assert "data" not in response.json()


@pytest.mark.parametrize("path", ["/graphql", "/graphiql", "/playground", "/console"])
async def test_no_tool_announces_itself(scanner: httpx.AsyncClient, path: str) -> None:
    text = (await scanner.get(path, headers={"Accept": "text/html"})).text

    for word in ("graphiql.min.css", "GraphQL Playground", "GraphiQL", "graphql-playground"):
        assert word not in text


async def test_forms_are_not_read(scanner: httpx.AsyncClient) -> None:
    response = await scanner.post("/graphql", data={"query": "query cop { __typename }"})

    assert response.status_code == 415


@pytest.mark.parametrize("query", ["query cop { __typename }", "qwerty cop { abc }"])
async def test_neither_timings_nor_exceptions_are_told(scanner: httpx.AsyncClient, query: str) -> None:
    answer = str(await post(scanner, query)).lower()

    assert "tracing" not in answer
    assert "exception" not in answer


async def test_staff_may_read_the_schema(scanner: httpx.AsyncClient) -> None:
    scanner.headers["Authorization"] = "Bearer ficha-del-personal"

    assert (await post(scanner, "query cop { __schema { queryType { name } } }"))["data"]
