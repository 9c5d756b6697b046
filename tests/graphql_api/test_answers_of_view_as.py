"""Seeing what a client sees: exactly that, nothing else, and no longer than the staff's own session."""

import base64
import json
import re
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from domain.accounts import AccountRole
from domain.imports.sheets import ImportKind
from graphql_api.ids import global_id
from tests.graphql_api.forms import FIELDS, USER_ERROR, act
from tests.graphql_api.neighbours import CLIENTS
from tests.graphql_api.selections import everything_of
from tests.graphql_api.surroundings import Surroundings, kind_of, look_around
from tests.graphql_api.test_access_mutations import FOR_ADMINS, FOR_CLIENTS, FOR_STAFF, FOR_WHO_SIGNED_IN
from tests.graphql_api.town import LOGIN, PASSWORD, Town, founded
from tests.postgres import Database

VIEW = f"""mutation Ver($input: ViewAsClientInput!) {{ viewAsClient(input: $input) {{ __typename
    ... on ViewAsClientPayload {{ accessToken accessTokenExpiresAt client {{ id name }} }}
    {USER_ERROR} {FIELDS} }} }}"""
SESSIONS = re.compile(r'"sessions":\[[^]]*\]')
ME = "{ me { username client { name } } }"
FIND = "query Uno($it: String) { clients(search: $it) { nodes { id } } }"
LOG = "{ auditLog(first: 1) { nodes { actor action entityId changes } } }"


async def client_id(town: Town, code: str, by: str = "sara") -> str:
    return str((await town.ask(FIND, by=by, it=code)).data["clients"]["nodes"][0]["id"])


async def view(town: Town, code: str, by: str = "sara", reason: str = "Llamó por una factura.") -> Any:
    return await act(town, VIEW, by=by, input={"clientId": await client_id(town, code, by), "reason": reason})


@pytest.fixture(scope="module")
async def town(module_database: Database) -> AsyncIterator[Town]:
    async with founded(module_database) as town:
        for slug, start in (("andina", ""), ("beta", "b.")):
            await town.agency(slug)
            await town.books(slug)
            await town.take(slug, ImportKind.INVOICES, {})
            await town.person(slug, f"{start}sara", role=AccountRole.STAFF)
        await town.person("andina", "ana", client="T1")
        yield town


@pytest.fixture(autouse=True)
def signed_out(town: Town) -> None:
    town.tokens.clear()


async def test_it_is_given_to_staff_and_written_down(town: Town) -> None:
    told = await view(town, "T1")

    assert told["is"] == "viewAsClient.ViewAsClientPayload"
    assert told["client"]["name"] == "Ana Peña"
    until = town.clock.now() + timedelta(minutes=15)
    assert told["accessTokenExpiresAt"].startswith(until.isoformat()[:19])
    (entry,) = (await town.ask(LOG, by="sara")).data["auditLog"]["nodes"]
    assert (entry["actor"], entry["action"], entry["entityId"]) == ("sara", "VIEWED_AS_CLIENT", told["client"]["id"])
    assert json.loads(entry["changes"])["reason"] == "Llamó por una factura."
    assert told["accessToken"] not in json.dumps(await town.rows("select t::text from session_tokens t"))


async def test_what_cannot_be_is_refused_and_leaves_nothing(town: Town) -> None:
    mine = await client_id(town, "T1")
    await town.ask(ME, by="b.sara")
    before = await town.checksums()

    for key in (global_id("Client", uuid4()), "x", await client_id(town, "T1", "b.sara")):
        told = await act(town, VIEW, by="sara", input={"clientId": key, "reason": "Llamó."})
        assert told["is"] == "viewAsClient.NotFound"
    for reason in ("", " ", "x" * 201, "a\0b"):
        told = await act(town, VIEW, by="sara", input={"clientId": mine, "reason": reason})
        assert told["is"] == "viewAsClient.InvalidInput"
        assert [field["field"] for field in told["fields"]] == ["reason"]
    assert await town.checksums() == before


async def test_it_shows_the_client_and_their_account_where_there_is_one(town: Town) -> None:
    token = (await view(town, "T1"))["accessToken"]
    assert (await town.send(ME, token=token)).data["me"] == {"username": "ana", "client": {"name": "Ana Peña"}}
    other = (await view(town, "T2"))["accessToken"]
    answer = await town.send("{ me { username } agency { name } }", token=other)
    assert answer.data == {"me": None, "agency": {"name": "Inmobiliaria Andina"}}


async def test_documents_are_drawn(town: Town) -> None:
    token = (await view(town, "T1"))["accessToken"]
    query = "{ me { client { invoices(first: 1) { nodes { pdf { contentBase64 } } } } } }"

    (invoice,) = (await town.send(query, token=token)).data["me"]["client"]["invoices"]["nodes"]

    assert base64.b64decode(invoice["pdf"]["contentBase64"]).startswith(b"%PDF")


async def test_it_ends_after_fifteen_minutes(town: Town) -> None:
    token = (await view(town, "T1"))["accessToken"]
    town.clock.advance(timedelta(minutes=14, seconds=59))
    assert (await town.send(ME, token=token)).status == 200
    town.clock.advance(1)
    ended = await town.send(ME, token=token)
    assert (ended.status, ended.code) == (401, "UNAUTHENTICATED")


async def test_it_does_not_outlive_the_idle_end_of_the_session(town: Town) -> None:
    opened = await town.sign_in("sara")
    town.tokens["sara"] = opened
    found = await client_id(town, "T1")
    town.clock.advance(timedelta(minutes=14))
    await town.rows(
        "update sessions set expires_at = :at where ended_at is null", at=town.clock.now() + timedelta(minutes=2)
    )

    told = await act(town, VIEW, by="sara", input={"clientId": found, "reason": "Llamó."})

    assert (await town.send(ME, token=told["accessToken"])).status == 200
    town.clock.advance(timedelta(minutes=2))
    assert (await town.send(ME, token=told["accessToken"])).status == 401


@pytest.mark.parametrize("how", ["logout", "disabled", "role", "theft"])
async def test_the_end_of_the_session_ends_it(town: Town, how: str) -> None:
    await town.person("andina", f"rosa-{how}", role=AccountRole.STAFF)
    opened = town.tokens[f"rosa-{how}"] = await town.sign_in(f"rosa-{how}")
    token = (await view(town, "T1", by=f"rosa-{how}"))["accessToken"]
    assert (await town.send(ME, token=token)).status == 200

    match how:
        case "logout":
            await town.ask("mutation { logout { __typename } }", by=f"rosa-{how}")
        case "disabled":
            await town.rows("update accounts set status = 'DISABLED' where username = :it", it=f"rosa-{how}")
        case "role":
            await town.rows("update accounts set roles = '{CLIENT}' where username = :it", it=f"rosa-{how}")
        case "theft":  # a refresh token is used again by who stole it
            renew = "mutation Renovar($it: String!) { refreshSession(refreshToken: $it) { __typename } }"
            await town.send(renew, {"it": opened["refreshToken"]}, agency="andina")
            town.clock.advance(60)
            await town.send(renew, {"it": opened["refreshToken"]}, agency="andina")

    ended = await town.send(ME, token=token)
    assert (ended.status, ended.code) == (401, "UNAUTHENTICATED")


async def test_it_is_no_refresh_token_and_renews_nothing(town: Town) -> None:
    token = (await view(town, "T1"))["accessToken"]
    renew = "mutation Renovar($it: String!) { refreshSession(refreshToken: $it) { __typename } }"

    answer = await town.send(renew, {"it": token}, agency="andina")

    assert answer.data["refreshSession"] == {"__typename": "TokenExpired"}


async def test_every_mutation_with_it_is_refused_and_leaves_nothing(surroundings: Surroundings) -> None:
    town = surroundings.neighbours.town
    token = (await view(town, "T1"))["accessToken"]
    invoice, login = surroundings.own("ana", "Invoice")[0], {"login": "ana", "password": PASSWORD}
    queries = FOR_WHO_SIGNED_IN | FOR_CLIENTS | FOR_STAFF | FOR_ADMINS
    before = await town.checksums()

    for name, query in queries.items():
        given: dict[str, Any] = {"ids": [invoice]} if "$ids" in query.partition("{")[0] else {}
        answer = await town.send(query, given, token=token)
        assert (name, answer.status, answer.code) == (name, 403, "READ_ONLY")
    for query, given in ((LOGIN, login), ("mutation { __typename }", {})):
        answer = await town.send(query, given, token=token)
        assert (answer.status, answer.code) == (403, "READ_ONLY")
    assert "consulta" in answer.errors[0]["message"]
    assert await town.checksums() == before
    assert (await town.ask(ME, by="sara")).status == 200  # the session it came from goes on


@pytest.mark.parametrize("code", CLIENTS)
async def test_who_sees_as_a_client_sees_exactly_what_the_client_sees(surroundings: Surroundings, code: str) -> None:
    neighbours, name = surroundings.neighbours, CLIENTS[code]
    await neighbours.town.ask(ME, by=name)
    neighbours.town.tokens[f"as {name}"] = {"accessToken": (await view(neighbours.town, code))["accessToken"]}

    own, own_ids = await look_around(neighbours, name)
    seen, seen_ids = await look_around(neighbours, f"as {name}")

    # The sessions of the account are all that differs: nobody else sees those.
    assert SESSIONS.sub('"sessions":[]', own) != own
    without = [line for line in SESSIONS.sub('"sessions":[]', own).splitlines() if '"__typename":"Session"' not in line]
    assert seen.splitlines() == without
    assert seen_ids == {key for key in own_ids if kind_of(key) != "Session"}


async def test_of_an_account_that_is_also_of_the_staff_only_the_clients_side_is_seen(town: Town) -> None:
    await town.take("andina", ImportKind.CLIENTS, {"codigo": "T9", "nombre": "Dora Gil", "numero_documento": "1234567"})
    await town.person("andina", "dora", role=AccountRole.ADMIN, client="T9")
    ask = "{ me { id sessions { id } client { id } } }"
    mine = (await town.ask(ask, by="dora")).data["me"]
    ((session,), client) = mine["sessions"], mine["client"]["id"]
    token = (await view(town, "T9"))["accessToken"]

    told = (await town.send(f"{{ me {{ {everything_of('Account', depth=1)} }} }}", token=token)).data["me"]
    nodes = "query Varios($ids: [ID!]!) { nodes(ids: $ids) { __typename ... on Account { roles lastLoginAt } } }"
    found = (await town.send(nodes, {"ids": [session["id"], mine["id"]]}, token=token)).data["nodes"]
    through = "query Uno($id: ID!) { client(id: $id) { account { roles lastLoginAt sessions { id } } } }"
    account = (await town.send(through, {"id": client}, token=token)).data["client"]["account"]

    assert (told["username"], told["client"]["name"]) == ("dora", "Dora Gil")
    clients_only = {"roles": ["CLIENT"], "lastLoginAt": None}
    assert {name: told[name] for name in clients_only} == clients_only
    assert told["sessions"] == []
    assert found == [None, {"__typename": "Account"} | clients_only]
    assert account == clients_only | {"sessions": []}
    for query in ("{ accounts { totalCount } }", "{ clients { totalCount } }", "{ auditLog { totalCount } }"):
        assert (await town.send(query, token=token)).code == "FORBIDDEN"
    assert (await town.ask("{ me { roles } }", by="dora")).data["me"]["roles"] == ["ADMIN", "CLIENT"]
