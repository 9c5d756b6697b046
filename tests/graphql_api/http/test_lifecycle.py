"""How an operation begins and ends: deadlines, clients that leave, crowds, other protocols."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from typing import Any

import httpx
import pytest
import strawberry
from starlette.types import Message
from strawberry.extensions import SchemaExtension

from graphql_api.http import BodyLimits, GraphQLEndpoint
from graphql_api.http.execution import SchemaExtensionsIgnored
from tests.graphql_api.http.conftest import Connect, application, ask, code_of
from tests.graphql_api.http.stand_in import Query, Record, opener


async def test_the_context_is_left_before_the_answer_is_sent(client: httpx.AsyncClient, record: Record) -> None:
    await ask(client, "{ hello }")

    assert record.closed == ["kept"]


async def test_an_operation_past_its_deadline_is_stopped_and_told(connect: Connect, record: Record) -> None:
    async with connect(deadline=0.05) as client:
        response = await ask(client, "{ slow }")

    assert response.json()["data"] is None
    assert code_of(response) == "TIMEOUT"
    assert record.effects == ["cancelled"]
    assert record.closed == ["CancelledError"]


async def test_more_operations_than_fit_are_told_to_come_back(connect: Connect, record: Record) -> None:
    async with connect(most_in_flight=1, deadline=2) as client:
        first = asyncio.create_task(ask(client, "mutation { paySlowly }"))
        await record.started.wait()
        second = await ask(client, "{ hello }")
        third = await first

    assert second.status_code == 503
    assert second.headers["retry-after"] == "1"
    assert code_of(second) == "BUSY"
    assert third.json() == {"data": {"paySlowly": "listo"}}
    assert len(record.opened) == 1


async def test_a_place_is_free_again_after_every_kind_of_end(connect: Connect) -> None:
    async with connect(most_in_flight=1, deadline=0.05) as client:
        for document in ("{ slow }", "{ broken }", "{ nada }", "{ busy }", "{ hello }"):
            await ask(client, document)

        assert (await ask(client, "{ hello }")).status_code == 200


async def test_a_session_has_a_share_of_its_own(connect: Connect, record: Record) -> None:
    tenant, staff = ({"Authorization": f"Bearer {token}"} for token in ("ficha-de-cliente", "ficha-del-personal"))
    async with connect(most_per_bearer=1, wait_for_place=0) as client:
        first = asyncio.create_task(ask(client, "mutation { paySlowly }", tenant))
        await record.started.wait()
        second = await ask(client, "mutation { pay { __typename } }", tenant)
        others = [await ask(client, "{ hello }", headers) for headers in (staff, {})]
        await first
        third = await ask(client, "{ hello }", tenant)

    assert (second.status_code, second.headers["retry-after"], code_of(second)) == (429, "1", "RATE_LIMITED")
    assert [answer.status_code for answer in (*others, third)] == [200, 200, 200]
    assert record.effects == ["paid slowly"]


async def test_visitors_behind_one_address_share(connect: Connect, record: Record) -> None:
    near, far = ({"X-Forwarded-For": address} for address in ("198.51.100.1", "198.51.100.2"))
    async with connect(most_per_address=1, wait_for_place=0, trusted_hops=1) as client:
        first = asyncio.create_task(ask(client, "mutation { paySlowly }", near))
        await record.started.wait()
        second = await ask(client, "mutation { pay { __typename } }", near)
        others = [
            await ask(client, "{ hello }", headers)
            for headers in (far, near | {"Authorization": "Bearer ficha-de-cliente"})
        ]
        await first
        third = await ask(client, "{ hello }", near)

    assert (second.status_code, second.headers["retry-after"], code_of(second)) == (429, "1", "RATE_LIMITED")
    assert [answer.status_code for answer in (*others, third)] == [200, 200, 200]
    assert record.effects == ["paid slowly"]


class Line:
    """One request over ASGI whose messages the test sends one by one."""

    def __init__(self, app: Callable[..., Any], headers: list[tuple[bytes, bytes]] | None = None) -> None:
        self.incoming: asyncio.Queue[Message] = asyncio.Queue()
        self.sent: list[Message] = []
        scope = {
            "type": "http",
            "method": "POST",
            "path": "/graphql",
            "query_string": b"",
            "headers": [(b"host", b"portal.example"), (b"content-type", b"application/json"), *(headers or [])],
            "client": ("203.0.113.9", 4711),
        }
        self.done = asyncio.create_task(app(scope, self.incoming.get, self._send))

    async def _send(self, message: Message) -> None:
        self.sent.append(message)

    def body(self, part: bytes, *, more: bool = False) -> None:
        self.incoming.put_nowait({"type": "http.request", "body": part, "more_body": more})

    def hang_up(self) -> None:
        self.incoming.put_nowait({"type": "http.disconnect"})

    @property
    def status(self) -> int:
        status: int = self.sent[0]["status"]
        return status


@pytest.fixture
async def line(record: Record) -> AsyncIterator[Callable[..., Line]]:
    lines: list[Line] = []

    def open_line(headers: list[tuple[bytes, bytes]] | None = None, **options: Any) -> Line:
        lines.append(Line(application(record, **options), headers))
        return lines[-1]

    yield open_line
    for opened in lines:
        opened.done.cancel()
        await asyncio.gather(opened.done, return_exceptions=True)


def document(text: str) -> bytes:
    return json.dumps({"query": text}).encode()


async def test_a_query_whose_client_left_is_cancelled(line: Callable[..., Line], record: Record) -> None:
    call = line()
    call.body(document("{ slow }"))
    await record.started.wait()
    call.hang_up()
    await call.done

    assert record.effects == ["cancelled"]
    assert record.closed == ["CancelledError"]
    assert call.sent == []


async def test_a_mutation_whose_client_left_is_finished(line: Callable[..., Line], record: Record) -> None:
    call = line()
    call.body(document("mutation { paySlowly }"))
    await record.started.wait()
    call.hang_up()
    await call.done

    assert record.effects == ["paid slowly"]
    assert record.closed == ["kept"]


async def test_a_client_that_leaves_in_the_middle_of_its_body_asks_for_nothing(
    line: Callable[..., Line], record: Record
) -> None:
    call = line()
    call.body(document("mutation { pay { __typename } }")[:20], more=True)
    call.hang_up()
    await call.done

    assert record.opened == []
    assert call.sent == []


async def test_a_body_that_trickles_is_not_waited_for(line: Callable[..., Line], record: Record) -> None:
    call = line(body_limits=BodyLimits(seconds=0.05))
    call.body(b'{"query": "', more=True)
    await call.done

    assert call.status == 408
    assert record.opened == []


async def test_a_body_on_its_way_takes_a_place_of_its_session_but_none_of_visitors(record: Record) -> None:
    # One application for all: its places are what this is about.
    app = application(record, most_per_bearer=1, most_per_address=1, wait_for_place=0)
    bearer = [(b"authorization", b"Bearer ficha-de-cliente")]
    statuses = []
    for headers in ([], bearer):
        slow, quick = Line(app, headers), Line(app, headers)
        slow.body(b'{"query": "', more=True)
        await asyncio.sleep(0)
        quick.body(document("{ hello }"))
        await quick.done
        slow.body(b'{ hello }"}')
        await slow.done
        statuses.append((quick.status, slow.status))

    assert statuses == [(200, 200), (429, 200)]


@pytest.mark.parametrize(("token", "fits"), [(None, 128 * 1024), ("ficha-de-cliente", 8 * 1024 * 1024)])
async def test_a_body_is_capped_while_it_arrives(
    line: Callable[..., Line], record: Record, token: str | None, fits: int
) -> None:
    bearer = [(b"authorization", f"Bearer {token}".encode())] if token else []
    head = b'{"query": "{ hello }", "variables": {"x": "'
    body = head + b"a" * (fits - len(head) - 3) + b'"}}'

    exact = line(bearer)
    exact.body(body[:1000], more=True)
    exact.body(body[1000:])
    await exact.done
    longer = line(bearer)
    longer.body(body[:1000], more=True)
    longer.body(body[1000:] + b" ", more=True)
    await longer.done
    announced = line([*bearer, (b"content-length", str(fits + 1).encode())])
    await announced.done

    assert exact.status == 200
    assert (longer.status, announced.status) == (413, 413)
    assert b"PAYLOAD_TOO_LARGE" in longer.sent[1]["body"]
    assert len(record.opened) == 1


async def test_websockets_are_not_accepted(record: Record) -> None:
    sent: list[Message] = []

    async def send(message: Message) -> None:
        sent.append(message)

    async def receive() -> Message:
        return {"type": "websocket.connect"}

    scope = {"type": "websocket", "path": "/graphql", "headers": [], "query_string": b"", "subprotocols": []}
    await application(record)(scope, receive, send)

    assert [message["type"] for message in sent] == ["websocket.close"]


async def test_a_schema_whose_extensions_would_not_run_is_refused(record: Record) -> None:
    with pytest.raises(SchemaExtensionsIgnored):
        GraphQLEndpoint(strawberry.Schema(Query, extensions=[SchemaExtension]), opener(record))


async def test_who_asks_for_many_things_at_once_waits_for_a_place(connect: Connect) -> None:
    tenant = {"Authorization": "Bearer ficha-de-cliente"}
    async with connect(most_per_bearer=2) as client:
        answers = await asyncio.gather(*(ask(client, "{ hello }", tenant) for _ in range(16)))
        over = await asyncio.gather(*(ask(client, "{ hello }", tenant) for _ in range(40)))

    assert {answer.status_code for answer in answers} == {200}
    assert {answer.status_code for answer in over} == {200, 429}


async def test_an_operation_that_may_take_long_gets_the_time(connect: Connect) -> None:
    async with connect(deadline=0.02, patience={"paySlowly": 5}) as client:
        patient = await ask(client, "mutation { paySlowly }")
    async with connect(deadline=0.02) as client:
        hurried = await ask(client, "mutation { paySlowly }")

    assert (patient.status_code, "errors" in patient.json()) == (200, False)
    assert code_of(hurried) == "TIMEOUT"
