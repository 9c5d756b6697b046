"""Bodies beyond what a visitor may send: for sessions only, read beside other work, full of text and not of values."""

import asyncio
import json
from typing import Any

import httpx
import pytest

from graphql_api.http import RequestFacts, RequestRefused
from graphql_api.http.body import parse_request, read_request
from tests.graphql_api.http.conftest import Connect, application, ask, code_of
from tests.graphql_api.http.stand_in import Record
from tests.graphql_api.http.test_lifecycle import Line

TENANT = {"Authorization": "Bearer ficha-de-cliente"}
VISITORS = 128 * 1024
MOST_VALUES = 20_000


def body(**variables: Any) -> bytes:
    return json.dumps({"query": "{ hello }", "variables": variables}).encode()


async def test_a_table_in_one_text_is_read_whatever_stands_in_it(client: httpx.AsyncClient) -> None:
    row = 'C-1;"Peña, ""Los Álamos"" [2] {b}";\\;\\";3120000,50\r\n'
    table = row * (2_400_000 // len(row.encode()))

    response = await ask(client, "query($n: String!) { hello(name: $n) }", TENANT, variables={"n": table})

    assert response.json() == {"data": {"hello": f"Hola, {table}"}}


@pytest.mark.parametrize(
    "text", ['"', "\\", '\\"', '\\\\"', '"\\\\\\"', "\\\\", "\n\\", '"\\,[{"', "ñ\\u0022", ",[{", '","']
)
def test_what_stands_in_a_text_is_not_counted(text: str) -> None:
    texts = [text * 30, text * 40_000, text]

    assert parse_request(body(texts=texts)).variables == {"texts": texts}


@pytest.mark.parametrize(
    "values", [[0] * MOST_VALUES, [""] * MOST_VALUES, [[]] * MOST_VALUES, {f"{n}": "," for n in range(MOST_VALUES)}]
)
def test_more_values_than_any_operation_needs_are_refused_before_they_are_made(values: Any) -> None:
    with pytest.raises(RequestRefused, match="demasiados valores"):
        parse_request(body(values=values))


@pytest.mark.parametrize("values", [[0] * 19_000, [""] * 19_000, [[]] * 9_000, {f"{n}": "," for n in range(19_000)}])
def test_fewer_are_read(values: Any) -> None:
    assert parse_request(body(values=values)).variables == {"values": values}


@pytest.mark.parametrize("trick", [b'\\"', b'"\\', b"\\", b'"', b'"a" "'])
def test_no_trick_that_breaks_the_text_hides_values_before_it(trick: bytes) -> None:
    with pytest.raises(RequestRefused, match="demasiados valores"):
        parse_request(b'{"a": [' + b"0," * 1_000_000 + trick)


async def test_others_are_served_while_a_large_body_is_read() -> None:
    reading = asyncio.create_task(read_request(body(text="ñ" * 4_000_000)))
    turns = 0
    while not reading.done():
        turns += 1
        await asyncio.sleep(0)

    assert turns > 2
    assert reading.result().variables["text"].startswith("ñ")


@pytest.mark.parametrize("announced", [True, False])
async def test_a_token_of_no_session_sends_no_more_than_a_visitor(record: Record, announced: bool) -> None:
    asked: list[str | None] = []

    async def knows(facts: RequestFacts) -> bool:
        asked.append(facts.bearer)
        return facts.bearer in record.good_tokens

    large = body(text="a" * VISITORS)
    length = [(b"content-length", str(len(large)).encode())] if announced else []
    statuses = []
    for token in (b"inventada", b"ficha-de-cliente"):
        line = Line(application(record, knows_bearer=knows), [(b"authorization", b"Bearer " + token), *length])
        line.body(large[: VISITORS + 1], more=True)
        line.body(large[VISITORS + 1 :])
        await line.done
        statuses.append((line.status, line.incoming.qsize() > 0))

    assert statuses == [(401, True), (200, False)]
    assert asked == ["inventada", "ficha-de-cliente"]
    assert [facts.bearer for facts, _ in record.opened] == ["ficha-de-cliente"]


async def test_nobody_is_asked_about_a_token_whose_body_is_small_or_too_large_for_all(connect: Connect) -> None:
    async def knows(facts: RequestFacts) -> bool:
        raise AssertionError(facts)

    async with connect(knows_bearer=knows) as client:
        small = await ask(client, "{ hello }", TENANT, variables={"text": "a" * (VISITORS - 100)})
        huge = await ask(client, "{ hello }", TENANT, variables={"text": "a" * 8 * 1024 * 1024})

    assert small.status_code == 200
    assert (huge.status_code, code_of(huge)) == (413, "PAYLOAD_TOO_LARGE")
