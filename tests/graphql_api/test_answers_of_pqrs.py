"""Every answer of the mutations about PQRS that were filed, as somebody gets it."""

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest

from domain.accounts import AccountRole
from tests.graphql_api.forms import FIELDS, FILE, USER_ERROR, a_case, act
from tests.graphql_api.town import Town, founded
from tests.postgres import Database

SHOWN = f"""__typename {USER_ERROR} {FIELDS} ... on LimitReached {{ limit }} ... on PqrsPayload {{ pqrs {{
    status dueDate answeredAt closedAt extendedAt reopenableUntil businessDaysLeft
    assignee {{ username }} messages {{ body kind authorName internal dueDate }} history {{ from to by note }} }} }}"""
WRITE = f"mutation Escribir($input: AddPqrsMessageInput!) {{ addPqrsMessage(input: $input) {{ {SHOWN} }} }}"
NOTE = f"mutation Anotar($input: AddPqrsMessageInput!) {{ addPqrsNote(input: $input) {{ {SHOWN} }} }}"
START = f"mutation Tramitar($id: ID!) {{ startPqrs(id: $id) {{ {SHOWN} }} }}"
ANSWER = f"""mutation Responder($id: ID!, $body: String!, $close: Boolean! = false) {{
    answerPqrs(id: $id, body: $body, close: $close) {{ {SHOWN} }} }}"""
CLOSE = f"mutation Cerrar($id: ID!) {{ closePqrs(id: $id) {{ {SHOWN} }} }}"
REOPEN = f"mutation Reabrir($id: ID!, $reason: String!) {{ reopenPqrs(id: $id, reason: $reason) {{ {SHOWN} }} }}"
ASSIGN = f"mutation Asignar($id: ID!, $account: ID!) {{ assignPqrs(id: $id, accountId: $account) {{ {SHOWN} }} }}"
EXTEND = f"""mutation Prorrogar($id: ID!, $reason: String!, $days: Int, $until: Date) {{
    extendPqrs(id: $id, reason: $reason, days: $days, newDueDate: $until) {{ {SHOWN} }} }}"""
NOWHERE = "x"


@pytest.fixture(scope="module")
async def town(module_database: Database) -> AsyncIterator[Town]:
    async with founded(module_database) as town:
        await town.agency("andina")
        await town.books("andina")
        await town.person("andina", "ana", client="T1")
        await town.person("andina", "sara", role=AccountRole.STAFF)
        yield town


@pytest.fixture
async def case(town: Town) -> str:
    """The id of one that Ana has just filed, on a day of its own."""
    town.clock.advance(timedelta(days=1))
    town.tokens.clear()
    filed = await act(town, FILE, by="ana", input=a_case(idempotencyKey=str(town.clock.now())))
    return str(filed["pqrs"]["id"])


def said(case: str, **changes: Any) -> dict[str, Any]:
    return {"pqrsId": case, "body": "¿Cómo va?", "idempotencyKey": f"k-{case}"} | changes


async def test_both_sides_write_once_for_a_key(town: Town, case: str) -> None:
    told = await act(town, WRITE, by="ana", input=said(case))
    other = await act(town, WRITE, by="sara", input=said(case, body="Vamos mañana."))

    assert told["is"] == "addPqrsMessage.PqrsPayload"
    mine, theirs = other["pqrs"]["messages"]
    assert await act(town, WRITE, by="ana", input=said(case)) == told | {
        "pqrs": told["pqrs"] | {"messages": [mine, theirs]}
    }
    assert (mine["body"], theirs["body"]) == ("¿Cómo va?", "Vamos mañana.")
    assert mine["authorName"] != theirs["authorName"]
    again = await act(town, WRITE, by="ana", input=said(case, body="Otra cosa."))
    assert again["is"] == "addPqrsMessage.IdempotencyConflict"
    bad = await act(
        town, WRITE, by="ana", input=said(case, body=" ", attachments=[{"fileName": "a", "contentBase64": ""}])
    )
    assert bad["is"] == "addPqrsMessage.InvalidInput"
    assert (await act(town, WRITE, by="ana", input=said(NOWHERE)))["is"] == "addPqrsMessage.NotFound"


async def test_nobody_writes_in_a_closed_case(town: Town, case: str) -> None:
    await act(town, ANSWER, by="sara", id=case, body="Listo.", close=True)

    for by in ("ana", "sara"):
        told = await act(town, WRITE, by=by, input=said(case))
        assert told["is"] == "addPqrsMessage.InvalidTransition"
        assert "cerrada" in told["message"]


async def test_the_fifty_first_message_of_a_day_is_too_many(town: Town, case: str) -> None:
    for number in range(50):
        told = await act(town, WRITE, by="ana", input=said(case, idempotencyKey=f"{case} {number}"))
        assert told["is"] == "addPqrsMessage.PqrsPayload"

    told = await act(town, WRITE, by="ana", input=said(case))
    assert (told["is"], told["limit"]) == ("addPqrsMessage.LimitReached", 50)
    assert told["message"] == "Llegó al máximo permitido: 50 mensajes por día."
    await act(town, ANSWER, by="sara", id=case, body="Listo.")
    assert (await act(town, REOPEN, by="ana", id=case, reason="No."))["is"] == "reopenPqrs.LimitReached"


async def test_a_note_is_for_the_staff(town: Town, case: str) -> None:
    told = await act(town, NOTE, by="sara", input=said(case, body="Es urgente."))

    assert told["is"] == "addPqrsNote.PqrsPayload"
    (note,) = told["pqrs"]["messages"]
    assert (note["body"], note["internal"]) == ("Es urgente.", True)
    seen = await act(town, WRITE, by="ana", input=said(case))
    assert [it["internal"] for it in seen["pqrs"]["messages"]] == [False]
    assert (await act(town, NOTE, by="sara", input=said(case)))["is"] == "addPqrsNote.IdempotencyConflict"
    assert (await act(town, NOTE, by="sara", input=said(case, body="")))["is"] == "addPqrsNote.InvalidInput"
    assert (await act(town, NOTE, by="sara", input=said(NOWHERE)))["is"] == "addPqrsNote.NotFound"


async def test_a_case_from_its_filing_to_its_end_and_back(town: Town, case: str) -> None:
    begun = await act(town, START, by="sara", id=case)
    answered = await act(town, ANSWER, by="sara", id=case, body="Ya se reparó.")
    closed = await act(town, CLOSE, by="ana", id=case)
    back = await act(town, REOPEN, by="ana", id=case, reason="Sigue goteando.")

    done = (begun, answered, closed, back)
    assert [it["is"] for it in done] == [
        "startPqrs.PqrsPayload",
        "answerPqrs.PqrsPayload",
        "closePqrs.PqrsPayload",
        "reopenPqrs.PqrsPayload",
    ]
    assert [it["pqrs"]["status"] for it in done] == ["IN_PROGRESS", "ANSWERED", "CLOSED", "PENDING"]
    assert [it["pqrs"]["businessDaysLeft"] for it in done] == [15, None, None, 15]
    assert [it["kind"] for it in back["pqrs"]["messages"]] == ["ANSWER", "REOPENING"]
    assert (closed["pqrs"]["reopenableUntil"], back["pqrs"]["answeredAt"], back["pqrs"]["closedAt"]) == (
        (town.clock.now() + timedelta(days=30)).strftime("%Y-%m-%dT%H:%M:%SZ"),
        None,
        None,
    )
    assert [it["note"] for it in back["pqrs"]["history"]] == [None] * 5


async def test_what_no_longer_fits_is_refused(town: Town, case: str) -> None:
    assert (await act(town, CLOSE, by="ana", id=case))["is"] == "closePqrs.InvalidTransition"
    assert (await act(town, REOPEN, by="ana", id=case, reason="No."))["is"] == "reopenPqrs.InvalidTransition"
    assert (await act(town, REOPEN, by="ana", id=case, reason=" "))["is"] == "reopenPqrs.InvalidInput"
    await act(town, ANSWER, by="sara", id=case, body="Listo.", close=True)
    assert (await act(town, START, by="sara", id=case))["is"] == "startPqrs.InvalidTransition"
    assert (await act(town, ANSWER, by="sara", id=case, body="Otra."))["is"] == "answerPqrs.InvalidTransition"
    assert (await act(town, ANSWER, by="sara", id=case, body=""))["is"] == "answerPqrs.InvalidInput"
    late = await act(town, EXTEND, by="sara", id=case, reason="Falta.", days=1)
    assert late["is"] == "extendPqrs.InvalidTransition"
    me = (await town.ask("{ me { id } }", by="sara")).data["me"]["id"]
    assert (await act(town, ASSIGN, by="sara", id=case, account=me))["is"] == "assignPqrs.InvalidTransition"


async def test_what_does_not_exist_is_not_found(town: Town) -> None:
    assert (await act(town, CLOSE, by="ana", id=NOWHERE))["is"] == "closePqrs.NotFound"
    assert (await act(town, REOPEN, by="ana", id=NOWHERE, reason="No."))["is"] == "reopenPqrs.NotFound"
    assert (await act(town, START, by="sara", id=NOWHERE))["is"] == "startPqrs.NotFound"
    assert (await act(town, ANSWER, by="sara", id=NOWHERE, body="Listo."))["is"] == "answerPqrs.NotFound"
    assert (await act(town, EXTEND, by="sara", id=NOWHERE, reason="No.", days=1))["is"] == "extendPqrs.NotFound"
    assert (await act(town, ASSIGN, by="sara", id=NOWHERE, account="x"))["is"] == "assignPqrs.NotFound"


async def test_a_case_is_put_in_somebodys_charge(town: Town, case: str) -> None:
    me = (await town.ask("{ me { id } }", by="sara")).data["me"]["id"]
    ana = (await town.ask("{ me { id } }", by="ana")).data["me"]["id"]

    told = await act(town, ASSIGN, by="sara", id=case, account=me)

    assert (told["is"], told["pqrs"]["assignee"]) == ("assignPqrs.PqrsPayload", {"username": "sara"})
    for account, message in ((NOWHERE, "No existe."), (ana, "No es una cuenta activa del personal.")):
        refused = await act(town, ASSIGN, by="sara", id=case, account=account)
        assert (refused["is"], refused["fields"][0]["message"]) == ("assignPqrs.InvalidInput", message)


async def test_an_answer_is_put_off_and_the_client_reads_why(town: Town, case: str) -> None:
    told = await act(town, EXTEND, by="sara", id=case, reason="Falta un repuesto.", days=5)

    assert (told["is"], told["pqrs"]["businessDaysLeft"]) == ("extendPqrs.PqrsPayload", 20)
    seen = await act(town, WRITE, by="ana", input=said(case))
    message = seen["pqrs"]["messages"][0]
    assert (message["kind"], message["body"]) == ("EXTENSION", "Falta un repuesto.")
    assert message["dueDate"] == seen["pqrs"]["dueDate"] == told["pqrs"]["dueDate"]
    assert [it["note"] for it in told["pqrs"]["history"]] == [None, "Falta un repuesto."]
    assert [it["note"] for it in seen["pqrs"]["history"]] == [None, None]


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({}, "Diga days o newDueDate, uno de los dos."),
        ({"days": 1, "until": "2026-12-31"}, "Diga days o newDueDate, uno de los dos."),
        ({"days": 0}, "Deben ser entre 1 y 60 días hábiles."),
        ({"days": 61}, "Deben ser entre 1 y 60 días hábiles."),
        ({"until": "2026-07-16"}, "Debe ser posterior a la fecha límite actual."),
        ({"until": "9999-12-31"}, "La ley permite prorrogar, a lo sumo, hasta el "),
        ({"days": 16}, "La ley permite prorrogar, a lo sumo, hasta el "),
    ],
)
async def test_an_extension_says_what_is_wrong_with_it(
    town: Town, case: str, given: dict[str, Any], message: str
) -> None:
    told = await act(town, EXTEND, by="sara", id=case, reason="Falta.", **given)

    assert told["is"] == "extendPqrs.InvalidInput"
    (problem,) = told["fields"]
    assert problem["message"].startswith(message)
    assert problem["field"] == ("days" if "days" in given and len(given) == 1 else "newDueDate")


async def test_complaints_are_not_put_off(town: Town, case: str) -> None:
    claim = a_case(classification="CLAIM", idempotencyKey=f"reclamo {case}")
    filed = await act(town, FILE, by="ana", input=claim)

    told = await act(town, EXTEND, by="sara", id=filed["pqrs"]["id"], reason="Falta.", days=1)

    (problem,) = told["fields"]
    assert problem["message"] == "Las quejas y los reclamos no se pueden prorrogar: la ley no lo prevé."
