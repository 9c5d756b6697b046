"""What the staff read in the record: who did what, of their agency alone, and nothing that is secret."""

import json
from collections.abc import AsyncIterator
from typing import Any
from uuid import uuid4

import pytest

from domain.accounts import AccountRole
from graphql_api.ids import global_id
from tests.graphql_api.town import PASSWORD, PAYU, Town, founded
from tests.postgres import Database

LOG = """query Bitacora($it: ID) { auditLog(entityId: $it, first: 100) {
    totalCount nodes { id number at actor action actionLabel entityId changes account { username } } } }"""


@pytest.fixture(scope="module")
async def town(module_database: Database) -> AsyncIterator[Town]:
    async with founded(module_database) as town:
        for slug, start in (("andina", ""), ("beta", "b.")):
            await town.agency(slug, payu=True)
            await town.books(slug)
            await town.person(slug, f"{start}ana", client="T1")
            await town.person(slug, f"{start}sara", role=AccountRole.STAFF)
        yield town


async def log(town: Town, by: str = "sara", it: str | None = None) -> list[dict[str, Any]]:
    nodes: list[dict[str, Any]] = (await town.ask(LOG, by=by, it=it)).data["auditLog"]["nodes"]
    return nodes


async def test_staff_read_who_did_what_the_latest_first(town: Town) -> None:
    entries = await log(town)

    assert [entry["number"] for entry in entries] == list(range(len(entries), 0, -1))
    newest, oldest = entries[0], entries[-1]
    assert (newest["actor"], newest["action"], newest["actionLabel"]) == ("sara", "SIGNED_IN", "Entró")
    assert newest["account"] == {"username": "sara"}
    assert (oldest["actor"], oldest["action"], oldest["account"]) == ("la línea de órdenes", "AGENCY_CREATED", None)
    assert json.loads(oldest["changes"]) == {"hosts": [], "slug": "andina"}
    imports = [json.loads(entry["changes"]) for entry in entries if entry["action"] == "RECORDS_IMPORTED"]
    assert imports[-1] == {"created": 2, "kind": "CLIENTS", "rejected": 0, "unchanged": 0, "updated": 0}


async def test_what_was_done_to_one_thing_is_found_by_its_id(town: Town) -> None:
    agency_id = global_id("Agency", town.agencies["andina"].id)

    found = await log(town, it=agency_id)

    assert {entry["action"] for entry in found} == {"AGENCY_CREATED", "AGENCY_CHANGED", "GATEWAY_CONFIGURED"}
    assert {entry["entityId"] for entry in found} == {agency_id}
    for nothing in (global_id("Agency", uuid4()), global_id("Client", town.agencies["andina"].id), "x", ""):
        assert await log(town, it=nothing) == []


async def test_the_record_of_another_agency_does_not_exist(town: Town) -> None:
    mine, theirs = await log(town), await log(town, by="b.sara")
    assert not {entry["id"] for entry in mine} & {entry["id"] for entry in theirs}
    node = "query Una($id: ID!) { node(id: $id) { id ... on AuditEntry { actor } } }"

    assert (await town.ask(node, by="sara", id=mine[0]["id"])).data["node"] == {"id": mine[0]["id"], "actor": "sara"}
    for by, key in (("sara", theirs[0]["id"]), ("ana", mine[0]["id"]), (None, mine[0]["id"])):
        answer = await town.ask(node, by=by, agency=None if by else "andina", id=key)
        assert answer.data == {"node": None}
    foreign = global_id("Agency", town.agencies["beta"].id)
    assert await log(town, it=foreign) == []


async def test_only_staff_ask(town: Town) -> None:
    for by, code in (("ana", "FORBIDDEN"), (None, "UNAUTHENTICATED")):
        answer = await town.ask(LOG, by=by, agency=None if by else "andina")
        assert (answer.status, answer.code) == (200, code)


async def test_nothing_secret_is_written_down(town: Town) -> None:
    await log(town)
    ((written,),) = await town.rows("select string_agg(t::text, ' ') from audit_entries t")

    secrets = [PASSWORD, *(value for name, value in PAYU.items() if name in ("api_key", "api_login"))]
    assert [secret for secret in secrets if secret in written] == []
    assert "api_key" in written  # that it was set
