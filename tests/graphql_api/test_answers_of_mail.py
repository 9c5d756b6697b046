"""What choosing one's letters answers, over the service with Postgres."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from domain.accounts import AccountRole
from tests.graphql_api.forms import act
from tests.graphql_api.town import Town, founded
from tests.postgres import Database

CHOOSE = """mutation Elegir($input: UpdateMailPreferencesInput!) { updateMailPreferences(input: $input) {
    __typename ... on UpdateMailPreferencesPayload { client { code mailPreferences {
      invoices payments payouts pqrs reminders } } }
    ... on UserError { code message } ... on InvalidInput { fields { field code message } } } }"""
ALL = {"invoices": True, "payments": True, "payouts": True, "pqrs": True, "reminders": True}


@pytest.fixture(scope="module")
async def town(module_database: Database) -> AsyncIterator[Town]:
    async with founded(module_database) as town:
        await town.agency("andina")
        await town.books("andina")
        await town.person("andina", "ana", client="T1")
        await town.person("andina", "sara", role=AccountRole.STAFF)
        yield town


async def test_a_client_chooses_and_sees_what_is_chosen(town: Town) -> None:
    told = await act(town, CHOOSE, by="ana", input={"reminders": False, "pqrs": None})
    assert told == {
        "is": "updateMailPreferences.UpdateMailPreferencesPayload",
        "client": {"code": "T1", "mailPreferences": ALL | {"reminders": False}},
    }
    told = await act(town, CHOOSE, by="ana", input={"invoices": False, "reminders": True})
    assert told["client"]["mailPreferences"] == ALL | {"invoices": False}

    me = await town.ask("{ me { client { mailPreferences { invoices reminders } } } }", by="ana")
    assert me.data["me"]["client"]["mailPreferences"] == {"invoices": False, "reminders": True}


async def test_staff_see_and_choose_for_who_asked(town: Town) -> None:
    query = '{ clients(search: "T1") { nodes { id mailPreferences { payouts } } } }'
    (client,) = (await town.ask(query, by="sara")).data["clients"]["nodes"]
    assert client["mailPreferences"] == {"payouts": True}

    told = await act(town, CHOOSE, by="sara", input={"payouts": False, "clientId": client["id"]})

    assert told["client"]["code"] == "T1"
    assert told["client"]["mailPreferences"]["payouts"] is False


async def test_nobody_chooses_for_others_or_for_nobody(town: Town) -> None:
    cases: list[tuple[str, dict[str, Any], str]] = [
        ("ana", {"clientId": "x"}, "NOT_ALLOWED"),
        ("sara", {}, "REQUIRED"),
        ("sara", {"clientId": "x"}, "NOT_FOUND"),
    ]
    for by, given, code in cases:
        told = await act(town, CHOOSE, by=by, input={"payments": False} | given)
        assert (told["is"], told["message"]) == ("updateMailPreferences.InvalidInput", "Revise los datos marcados.")
        assert [(it["field"], it["code"]) for it in told["fields"]] == [("clientId", code)]
