"""What clients learn of errors, and what the log keeps."""

import logging

import httpx
import pytest

from graphql_api.http import Code, RequestRefused, refusal
from tests.graphql_api.http.conftest import Connect, ask, code_of
from tests.graphql_api.http.stand_in import SECRET, Record


async def test_an_unexpected_error_is_told_by_its_identifier_only(
    client: httpx.AsyncClient, caplog: pytest.LogCaptureFixture
) -> None:
    response = await ask(client, "query Roto { broken hello }")

    error = response.json()["errors"][0]
    assert response.status_code == 200
    assert response.json()["data"] == {"broken": None, "hello": "Hola, mundo"}
    assert error["path"] == ["broken"]
    assert error["extensions"]["code"] == "INTERNAL"
    assert error["extensions"]["errorId"] in error["message"]
    assert "postgres" not in response.text
    (entry,) = [entry for entry in caplog.records if entry.levelno >= logging.ERROR]
    assert error["extensions"]["errorId"] in entry.getMessage()
    assert "RuntimeError" in entry.getMessage()
    assert "in broken" in entry.getMessage()
    assert "Roto" in entry.getMessage()
    assert SECRET not in caplog.text


@pytest.mark.parametrize("field", ["wrongType", "uncoded", "missing"])
async def test_values_our_own_code_got_wrong_stay_hidden(
    client: httpx.AsyncClient, caplog: pytest.LogCaptureFixture, field: str
) -> None:
    response = await ask(client, f"{{ {field} }}")

    assert code_of(response) == "INTERNAL"
    assert "clave-de-la-base" not in response.text
    assert SECRET not in caplog.text


async def test_an_error_with_a_known_code_is_passed_on(client: httpx.AsyncClient) -> None:
    error = (await ask(client, "{ forbidden hello }")).json()["errors"][0]

    assert error["message"] == "Solo el personal."
    assert error["extensions"] == {"code": "FORBIDDEN"}


async def test_a_handled_exception_is_a_member_of_the_union(client: httpx.AsyncClient, record: Record) -> None:
    document = "mutation { pay(amount: 500) { ... on OverdrawnError { message balance } } }"

    assert (await ask(client, document)).json() == {"data": {"pay": {"message": "No alcanza.", "balance": 5}}}
    assert record.effects == []


async def test_a_refusal_met_by_the_only_field_refuses_the_request(client: httpx.AsyncClient, record: Record) -> None:
    response = await ask(client, "{ busy }")

    assert response.status_code == 503
    assert response.headers["retry-after"] == "7"
    assert response.json()["errors"][0]["extensions"] == {"code": "BUSY", "retryAfterSeconds": 7}
    assert "data" not in response.json()
    assert record.closed == ["RequestRefused"]


async def test_a_refusal_beside_an_answer_stays_an_error_of_its_field(client: httpx.AsyncClient) -> None:
    response = await ask(client, "{ busy hello }")

    assert response.status_code == 200
    assert response.json()["data"] == {"busy": None, "hello": "Hola, mundo"}
    assert code_of(response) == "BUSY"


async def test_after_several_mutations_a_refusal_does_not_hide_that_one_took_place(
    client: httpx.AsyncClient, record: Record
) -> None:
    response = await ask(client, "mutation { pay { __typename } refuse }")

    assert record.effects == ["pay"]
    assert response.status_code == 200
    assert code_of(response) == "UNAVAILABLE"


async def test_known_exceptions_are_explained(connect: Connect) -> None:
    def explain(error: BaseException) -> RequestRefused | None:
        return refusal(Code.UNAVAILABLE) if isinstance(error, RuntimeError) else None

    async with connect(explain=explain) as client:
        response = await ask(client, "{ broken }")

    assert response.status_code == 503
    assert response.headers["retry-after"] == "5"
    assert "clave" not in response.text


async def test_what_fails_while_leaving_is_not_reported_as_done(connect: Connect, record: Record) -> None:
    record.fails_on_leaving = RuntimeError(SECRET)
    async with connect() as client:
        response = await ask(client, "mutation { pay { __typename } }")

    assert response.status_code == 500
    assert code_of(response) == "INTERNAL"
    assert "data" not in response.json()
    assert "clave" not in response.text


async def test_what_fails_while_entering_runs_nothing(
    connect: Connect, record: Record, caplog: pytest.LogCaptureFixture
) -> None:
    record.fails_on_entering = ExceptionGroup(SECRET, [ValueError(SECRET)])
    async with connect() as client:
        response = await ask(client, "mutation { pay { __typename } }")

    assert response.status_code == 500
    assert code_of(response) == "INTERNAL"
    assert record.effects == []
    assert "clave" not in response.text + caplog.text
    assert "ValueError" in caplog.text


async def test_at_most_five_errors_are_returned(client: httpx.AsyncClient, caplog: pytest.LogCaptureFixture) -> None:
    executed = await ask(client, "{ " + " ".join(f"a{n}: broken" for n in range(9)) + " hello }")
    refused = await ask(client, "{ " + " ".join(f"falta{n}" for n in range(9)) + " }")

    assert len(executed.json()["errors"]) == 5
    assert len([entry for entry in caplog.records if entry.levelno >= logging.ERROR]) == 5
    assert len(refused.json()["errors"]) == 5


async def test_the_client_cannot_write_lines_into_the_log(
    client: httpx.AsyncClient, caplog: pytest.LogCaptureFixture
) -> None:
    await ask(client, "query A { broken }", {"User-Agent": "x", "X-Agency": "y"}, operationName="A\r\nfalso")
    await ask(client, "query A { broken }", operationName="A")

    assert "falso" not in caplog.text


async def test_names_are_suggested_only_where_the_schema_is_open(connect: Connect) -> None:
    async with connect() as closed, connect(introspection_open=True) as open_client:
        assert "Did you mean" not in (await ask(closed, "{ helo }")).text
        assert "Did you mean" not in (await ask(closed, "{ check(input: {amoun: 1}) }")).text
        assert "Did you mean" in (await ask(open_client, "{ helo }")).text
