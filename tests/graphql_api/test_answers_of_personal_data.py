"""Every answer of authorising, exporting and erasing, as somebody gets it; and that nothing comes back by itself."""

import asyncio
import base64
import io
import json
import os
import tracemalloc
import zipfile
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from adapters.postgres.engine import create_engine
from adapters.postgres.personal_data.export import FILES, PostgresHeldData
from adapters.postgres.unit_of_work import PostgresUnitOfWorkFactory
from application.access import Scope
from application.ports.personal_data import HeldData
from domain.accounts import AccountRole
from domain.errors import InvalidInput
from domain.ids import AgencyId, ClientId
from domain.imports.sheets import ImportKind
from graphql_api.files import MOST_CONTENT
from graphql_api.ids import global_id
from tests.adapters.postgres.canaries import all_that_is_stored
from tests.application.imports_office import csv_of
from tests.fakes.audit import KEYS
from tests.graphql_api.forms import FIELDS, FILE, IMPORT, PROFILE, USER_ERROR, a_case, act
from tests.graphql_api.test_answers_of_accounts import ENABLE, INVITE, account
from tests.graphql_api.test_answers_of_mail import CHOOSE
from tests.graphql_api.test_answers_of_view_as import VIEW
from tests.graphql_api.town import LOGIN, PASSWORD, Town, founded
from tests.postgres import Database

CONSENT = f"""mutation Autorizar($input: RecordConsentInput!) {{ recordConsent(input: $input) {{
    __typename ... on RecordConsentPayload {{ client {{ pendingConsent
      currentConsents {{ purpose granted policyVersion channel }}
      consents {{ purpose granted policyVersion recordedAt }} }} }}
    {USER_ERROR} {FIELDS} ... on LimitReached {{ limit }} }} }}"""
EXPORT = f"""mutation Exportar($client: ID) {{ exportPersonalData(clientId: $client) {{
    __typename ... on ExportPersonalDataPayload {{ file {{ fileName contentType byteSize contentBase64 }} }}
    {USER_ERROR} ... on TooManyAttempts {{ retryAfterSeconds }} }} }}"""
ERASE = f"""mutation Suprimir($client: ID!, $reason: String!, $dry: Boolean!) {{
    eraseClient(clientId: $client, reason: $reason, dryRun: $dry) {{
    __typename ... on EraseClientPayload {{ dryRun keepUntil erased {{ kind count }}
      client {{ code name documentNumber email erasedAt }} }} {USER_ERROR} {FIELDS} }} }}"""
ANSWER = f"""mutation Responder($id: ID!) {{ answerPqrs(id: $id, body: "Señora Ana Peña: ya va.") {{
    __typename {USER_ERROR} }} }}"""
POLICY = {"privacy_policy_version": "2026-1", "privacy_policy_on": "2026-01-15"}
WRITE = f"""mutation Escribir($input: AddPqrsMessageInput!) {{ addPqrsMessage(input: $input) {{
    __typename {USER_ERROR} }} }}"""
NOTE = WRITE.replace("addPqrsMessage", "addPqrsNote")
ASSIGN = f"""mutation Asignar($id: ID!, $account: ID!) {{ assignPqrs(id: $id, accountId: $account) {{
    __typename {USER_ERROR} }} }}"""
REOPEN = f"""mutation Reabrir($id: ID!, $reason: String!) {{ reopenPqrs(id: $id, reason: $reason) {{
    __typename {USER_ERROR} }} }}"""
SILENT = ("sessions", "session_tokens", "rate_limits", "accounts", "audit_entries", "audit_heads")
"""What signing in and being counted write."""


@pytest.fixture
async def town(database: Database) -> AsyncIterator[Town]:
    async with founded(database) as town:
        await town.agency("andina", POLICY)
        await town.agency("boreal")
        await town.books("andina")
        await town.take("andina", ImportKind.INVOICES, {"numero": "FV-1"})
        await town.person("andina", "ana", client="T1")
        await town.person("andina", "sara", role=AccountRole.STAFF)
        await town.person("andina", "adan", role=AccountRole.ADMIN)
        yield town


def decision(purpose: str, granted: bool = True, **more: Any) -> dict[str, Any]:
    return {"policyVersion": "2026-1", "decisions": [{"purpose": purpose, "granted": granted}]} | more


async def client(town: Town, code: str = "T1") -> str:
    ((key,),) = await town.rows("select id from clients where code = :code", code=code)
    return global_id("Client", key)


def message(case: str, body: str = "¿Señora Ana?") -> dict[str, str]:
    return {"pqrsId": case, "body": body, "idempotencyKey": "mensaje"}


async def free(town: Town) -> None:
    """Nothing keeps Ana's data any more."""
    await town.rows("update contracts set status = 'TERMINATED'")
    await town.rows("update invoices set paid = total, status = 'PAID'")


async def test_a_decision_is_kept_with_its_version_and_taken_back_by_another(town: Town) -> None:
    before = await town.ask("{ me { client { pendingConsent consents { purpose } } } }", by="ana")
    assert before.data["me"]["client"] == {"pendingConsent": True, "consents": []}

    told = await act(town, CONSENT, by="ana", input=decision("COMMERCIAL"))
    assert told["is"] == "recordConsent.RecordConsentPayload"
    assert told["client"]["pendingConsent"] is False

    town.clock.advance(timedelta(minutes=1))
    told = await act(town, CONSENT, by="ana", input=decision("COMMERCIAL", granted=False))
    again = await act(town, CONSENT, by="ana", input=decision("COMMERCIAL", granted=False))
    assert [it["granted"] for it in told["client"]["consents"]] == [False, True]
    assert again["client"]["consents"] == told["client"]["consents"]
    assert told["client"]["currentConsents"] == [
        {"purpose": "COMMERCIAL", "granted": False, "policyVersion": "2026-1", "channel": "PORTAL"}
    ]

    await town.use_cases.set_agency(town.agencies["andina"].id, settings={"privacy_policy_version": "2026-2"})
    after = await town.ask("{ me { client { pendingConsent } } agency { privacyPolicyVersion } }", by="ana")
    assert after.data == {
        "me": {"client": {"pendingConsent": True}},
        "agency": {"privacyPolicyVersion": "2026-2"},
    }


async def test_what_cannot_be_decided_is_told_and_kept_nowhere(town: Town) -> None:
    await town.ask("{ __typename }", by="ana")
    await town.ask("{ __typename }", by="sara")
    key = await client(town)
    before = await town.checksums(without=SILENT)

    for by, form, field in (
        ("ana", decision("SERVICE", granted=False), "decisions"),
        ("ana", decision("SERVICE", policyVersion="2025-9"), "policyVersion"),
        ("ana", decision("SERVICE", policyVersion=" "), "policyVersion"),
        ("ana", decision("SERVICE") | {"decisions": []}, "decisions"),
        ("ana", decision("SERVICE", clientId=key, channel="PAPER"), "clientId"),
        ("ana", decision("SERVICE", channel="PAPER"), "channel"),
        ("sara", decision("SERVICE"), "clientId"),
        ("sara", decision("SERVICE", clientId=key), "channel"),
    ):
        told = await act(town, CONSENT, by=by, input=form)
        assert told["is"] == "recordConsent.InvalidInput"
        assert field in [problem["field"] for problem in told["fields"]]

    absent = decision("SERVICE", clientId=global_id("Client", uuid4()), channel="PAPER")
    assert (await act(town, CONSENT, by="sara", input=absent))["is"] == "recordConsent.NotFound"
    assert await town.checksums(without=SILENT) == before


async def test_staff_write_down_what_came_on_paper_and_nobody_changes_their_mind_all_day(town: Town) -> None:
    form = decision("SERVICE", clientId=await client(town), channel="PAPER", policyVersion="2019")

    told = await act(town, CONSENT, by="sara", input=form)
    assert told["is"] == "recordConsent.RecordConsentPayload"
    assert told["client"]["currentConsents"][0]["channel"] == "PAPER"

    for turn in range(19):
        await act(town, CONSENT, by="ana", input=decision("COLLECTION", granted=turn % 2 == 0))
        town.clock.advance(timedelta(seconds=1))
    told = await act(town, CONSENT, by="ana", input=decision("COLLECTION", granted=False))
    assert (told["is"], told["limit"]) == ("recordConsent.LimitReached", 20)


async def test_a_person_has_everything_in_one_file_five_times_a_day(town: Town) -> None:
    await act(town, CONSENT, by="ana", input=decision("COMMERCIAL"))

    told = await act(town, EXPORT, by="ana")

    assert told["is"] == "exportPersonalData.ExportPersonalDataPayload"
    assert (told["file"]["fileName"], told["file"]["contentType"]) == ("datos-personales.zip", "application/zip")
    with zipfile.ZipFile(io.BytesIO(base64.b64decode(told["file"]["contentBase64"]))) as archive:
        held = json.loads(archive.read("datos.json"))
    assert held["Inmobiliaria"] == "Inmobiliaria Andina"
    assert held["Datos"]["Datos personales"][0]["Nombre"] == "Ana Peña"
    assert held["Datos"]["Facturas"][0]["Número"] == "FV-1"
    assert held["Datos"]["Sesiones"]
    assert held["Datos"]["Autorizaciones de tratamiento de datos"][0]["Finalidad"] == "COMMERCIAL"
    assert "argon2" not in json.dumps(held)

    for _ in range(4):
        await act(town, EXPORT, by="ana")
    assert (await act(town, EXPORT, by="ana"))["is"] == "exportPersonalData.TooManyAttempts"
    ((exports,),) = await town.rows("select count(*) from audit_entries where action = 'PERSONAL_DATA_EXPORTED'")
    assert exports == 5


async def test_many_files_are_left_where_they_are_and_counted(town: Town, database: Database) -> None:
    """What fits stays below what one operation sends, and the rest is never read."""
    assert FILES + 4 * 1024 * 1024 < MOST_CONTENT
    await town.ask("{ __typename }", by="ana")
    for case in range(2):
        await act(town, FILE, by="ana", input=a_case(idempotencyKey=str(case)))
    size = 4_800_000
    await town.rows(
        "insert into attachments (id, agency_id, pqrs_id, client_id, author, internal, added_at, position, file_name, "
        "content_type, byte_size, sha256, content) select gen_random_uuid(), agency_id, id, client_id, 'CLIENT', "
        "false, filed_at, n, 'a.pdf', 'application/pdf', :size, 'x', :content from pqrs, generate_series(1, 5) n",
        size=size,
        content=os.urandom(size),
    )

    told = await act(town, EXPORT, by="ana")

    assert told["is"] == "exportPersonalData.ExportPersonalDataPayload"
    with zipfile.ZipFile(io.BytesIO(base64.b64decode(told["file"]["contentBase64"]))) as archive:
        held = json.loads(archive.read("datos.json"))
        assert len(archive.namelist()) == 1 + 2
    assert held["Archivos que no cupieron aquí y puede descargar en su solicitud"] == 8
    assert [it["Contenido"][:8] for it in held["Datos"]["Archivos adjuntos"]].count("archivos") == 2

    ((key, agency_id),) = await town.rows("select id, agency_id from clients where code = 'T1'")
    engine = create_engine(database.app_url)
    tracemalloc.start()
    assert await PostgresHeldData(engine).held(agency_id, key)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    await engine.dispose()
    assert peak < 10 * size * 2 // 3, "all ten were read"


async def test_exports_are_made_one_at_a_time(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    making, most = 0, 0

    async def held(self: PostgresHeldData, agency_id: AgencyId, client_id: ClientId) -> HeldData | None:
        nonlocal making, most
        making += 1
        most = max(most, making)
        try:
            return await read(self, agency_id, client_id)
        finally:
            making -= 1

    read = PostgresHeldData.held
    monkeypatch.setattr(PostgresHeldData, "held", held)
    await town.ask("{ __typename }", by="ana")
    told = await asyncio.gather(*(act(town, EXPORT, by="ana") for _ in range(3)))

    assert {it["is"] for it in told} == {"exportPersonalData.ExportPersonalDataPayload"}
    assert most == 1


async def test_nobody_has_the_data_of_another(town: Town) -> None:
    owner = await client(town, "T2")
    for by, key in (("ana", owner), ("ana", "x"), ("sara", global_id("Client", uuid4())), ("sara", None)):
        assert (await act(town, EXPORT, by=by, client=key))["is"] == "exportPersonalData.NotFound"
    assert (await act(town, EXPORT, by="sara", client=owner))["is"] == "exportPersonalData.ExportPersonalDataPayload"


async def test_a_duty_keeps_the_data_and_each_is_told(town: Town) -> None:
    case = a_case(classification="CLAIM", matter="PERSONAL_DATA", description="Supriman mis datos.")
    assert (await act(town, FILE, by="ana", input=case))["is"] == "createPqrs.PqrsPayload"
    await town.ask("{ __typename }", by="adan")
    before = await town.checksums(without=SILENT)

    told = await act(town, ERASE, by="adan", client=await client(town), reason="Lo pidió.", dry=False)

    assert told["is"] == "eraseClient.InvalidInput"
    assert [problem["message"] for problem in told["fields"]] == [
        "Tiene contratos vigentes: 1.",
        "Tiene facturas con saldo: 1.",
        "Tiene PQRS sin responder: 1. Respóndalas antes, también la que pide la supresión.",
    ]
    blank = await act(town, ERASE, by="adan", client=await client(town), reason=" ", dry=False)
    assert blank["fields"][0]["field"] == "reason"
    absent = await act(town, ERASE, by="adan", client=global_id("Client", uuid4()), reason="Lo pidió.", dry=False)
    assert absent["is"] == "eraseClient.NotFound"
    assert await town.checksums(without=SILENT) == before


async def test_a_claim_about_ones_data_has_the_term_of_its_own_law(town: Town) -> None:
    terms = {}
    for key, classification in (("a", "PETITION"), ("b", "CLAIM")):
        case = a_case(classification=classification, matter="PERSONAL_DATA", idempotencyKey=key)
        made = await act(town, FILE, by="ana", input=case)
        found = await town.ask("query ($id: ID!) { pqrsById(id: $id) { dueDate } }", by="ana", id=made["pqrs"]["id"])
        terms[classification] = found.data["pqrsById"]["dueDate"]

    # From Wednesday the 15th of July 2026, with the 20th of July and the 7th of August in between.
    assert terms == {"PETITION": "2026-07-30", "CLAIM": "2026-08-06"}


async def test_erasing_leaves_the_papers_of_the_books_and_lets_nobody_in(town: Town) -> None:
    await free(town)
    await town.ask("{ __typename }", by="ana")
    key = await client(town)

    tried = await act(town, ERASE, by="adan", client=key, reason="Lo pidió.", dry=True)
    assert (tried["is"], tried["client"]["name"], tried["dryRun"]) == (
        "eraseClient.EraseClientPayload",
        "Ana Peña",
        True,
    )
    done = await act(town, ERASE, by="adan", client=key, reason="Lo pidió.", dry=False)
    assert done["erased"] == tried["erased"]
    assert done["keepUntil"] == tried["keepUntil"] == "2036-12-31"
    assert done["client"] | {"erasedAt": None} == {
        "code": "T1",
        "name": "Datos suprimidos",
        "documentNumber": "[suprimido]",
        "email": None,
        "erasedAt": None,
    }

    session = await town.ask("{ me { username } }", by="ana")
    assert session.codes == ["UNAUTHENTICATED"]
    entered = await act(town, LOGIN, agency="andina", login="ana", password=PASSWORD)
    assert entered["is"] == "login.InvalidCredentials"
    paper = await town.ask("{ invoices(first: 1) { nodes { client { name } pdf { byteSize } } } }", by="adan")
    (invoice,) = paper.data["invoices"]["nodes"]
    assert invoice["client"] == {"name": "Datos suprimidos"}
    assert invoice["pdf"]["byteSize"] > 10_000


async def test_nothing_that_she_did_or_was_done_for_her_names_her_afterwards(town: Town, database: Database) -> None:
    """Walking every column of every table, the queue's and the record's too."""
    key = await client(town)
    await act(town, CONSENT, by="ana", input=decision("COMMERCIAL"))
    await act(town, PROFILE, by="ana", input={"city": "Ciudad de Ana", "phone": "3159876543"})
    filed = await act(town, FILE, by="ana", input=a_case(description="Soy Ana Peña y vivo en la calle de Ana."))
    await act(town, ANSWER, by="sara", id=filed["pqrs"]["id"])
    await act(town, EXPORT, by="sara", client=key)
    await free(town)
    marks = ("Ana Peña", "ana peña", "ana pena", "ana@", "Ciudad de Ana", "3159876543", "calle de Ana")
    named = await where(database, *marks, "ana")
    assert {"clients.name", "accounts.username", "pqrs.description"} <= named

    await act(town, ERASE, by="adan", client=key, reason="Lo pidió.", dry=False)

    assert await where(database, *marks, "ana") == {"kept_identities.name"}


async def test_what_was_counted_under_her_names_goes_too(town: Town) -> None:
    await town.ask("{ __typename }", by="adan")
    await free(town)
    ask = "select key from rate_limits where key ~ '^(login|familiar|known|password|place):' order by key"
    before = await town.rows(ask)
    await act(town, LOGIN, agency="andina", login="ana", password="no es esta clave")
    await town.sign_in("ana")
    await act(town, LOGIN, agency="andina", login="ana@andina.example", password="no es esta clave")
    kinds = {key.partition(":")[0] for (key,) in await town.rows(ask) if (key,) not in before}
    assert kinds >= {"familiar", "known", "place"}

    await act(town, ERASE, by="adan", client=await client(town), reason="Lo pidió.", dry=False)

    assert await town.rows(ask) == before


async def test_nobody_undoes_an_erasure(town: Town) -> None:
    filed = await act(town, FILE, by="ana", input=a_case())
    await act(town, ANSWER, by="sara", id=filed["pqrs"]["id"])
    await free(town)
    key, mine = await client(town), await account(town, "ana")
    await act(town, ERASE, by="adan", client=key, reason="Lo pidió.", dry=False)
    before = await town.checksums(without=SILENT[:3])

    told = [
        await act(town, ENABLE, by="sara", id=mine),
        await act(town, INVITE, by="sara", input={"clientId": key, "email": "otra@correo.example", "username": "otra"}),
        await act(town, FILE, by="sara", input=a_case(clientId=key, description="Soy Ana Peña.")),
        await act(town, WRITE, by="sara", input=message(filed["pqrs"]["id"])),
        await act(town, CONSENT, by="sara", input=decision("COMMERCIAL", clientId=key, channel="PAPER")),
        await act(town, NOTE, by="sara", input=message(filed["pqrs"]["id"])),
        await act(town, ASSIGN, by="sara", id=filed["pqrs"]["id"], account=await account(town, "sara")),
        await act(town, CHOOSE, by="sara", input={"clientId": key, "pqrs": False}),
        await act(town, VIEW, by="sara", input={"clientId": key, "reason": "Llamó."}),
    ]
    with pytest.raises(InvalidInput) as refusal:
        await town.person("andina", "otra", client="T1")

    assert [it["is"] for it in told] == [
        "enableAccount.InvalidTransition",
        "inviteClient.InvalidTransition",
        "createPqrs.InvalidInput",
        "addPqrsMessage.InvalidTransition",
        "recordConsent.NotFound",
        "addPqrsNote.InvalidTransition",
        "assignPqrs.InvalidTransition",
        "updateMailPreferences.InvalidInput",
        "viewAsClient.NotFound",
    ]
    for form in (told[2], told[7]):
        assert [(it["field"], it["code"]) for it in form["fields"]] == [("clientId", "NOT_FOUND")]
    assert [(it.field, it.code.name) for it in refusal.value.problems] == [("client", "NOT_FOUND")]
    assert await town.checksums(without=SILENT[:3]) == before


@pytest.mark.parametrize("what", ["file", "write", "reopen", "profile"])
async def test_what_she_does_while_she_is_erased_is_not_kept(town: Town, database: Database, what: str) -> None:
    filed = await act(town, FILE, by="ana", input=a_case())
    it = filed["pqrs"]["id"]
    await act(town, ANSWER, by="sara", id=it)
    doing: dict[str, tuple[str, dict[str, Any], str]] = {
        "file": (FILE, {"input": a_case(idempotencyKey="otra", description="En la calle de Ana.")}, "InvalidInput"),
        "write": (WRITE, {"input": message(it, "En la calle de Ana.")}, "InvalidTransition"),
        "reopen": (REOPEN, {"id": it, "reason": "En la calle de Ana."}, "InvalidTransition"),
        "profile": (PROFILE, {"input": {"address": "En la calle de Ana."}}, "UNAUTHENTICATED"),
    }
    query, given, refusal = doing[what]
    engine = create_engine(database.app_url)
    scope = Scope.of_agency(town.agencies["andina"].id)
    ((key,),) = await town.rows("select id from clients where code = 'T1'")
    async with PostgresUnitOfWorkFactory(engine, KEYS)(scope) as uow:
        ana = await uow.erasures.lock(key)
        assert ana is not None
        await uow.erasures.erase(ana, at=town.clock.now())
        meanwhile = asyncio.create_task(town.ask(query, by="ana", **given))
        async with asyncio.timeout(10):
            while not await town.rows("select 1 from pg_locks where not granted"):  # noqa: ASYNC110
                await asyncio.sleep(0.01)
        await uow.commit()
    await engine.dispose()
    answer = await meanwhile

    assert refusal in (answer.codes or [told["__typename"] for told in answer.data.values()])
    assert await where(database, "calle de Ana") == set()


async def test_what_came_after_an_erasure_is_taken_away_by_another(town: Town, database: Database) -> None:
    await act(town, FILE, by="ana", input=a_case())
    await free(town)
    await town.rows("update pqrs set status = 'CLOSED'")
    key = await client(town)
    done = await act(town, ERASE, by="adan", client=key, reason="Lo pidió.", dry=False)
    await town.rows("update pqrs set description = 'En la calle de Ana.'")
    await town.rows("update clients set city = 'Ciudad de Ana' where code = 'T1'")
    suppressed = await town.rows("select * from suppressed_documents")
    town.clock.advance(timedelta(minutes=1))

    again = await act(town, ERASE, by="adan", client=key, reason="Otra vez.", dry=False)

    assert again["is"] == "eraseClient.EraseClientPayload"
    assert again["client"] == done["client"]
    assert await where(database, "calle de Ana", "Ciudad de Ana") == set()
    assert await where(database, "Ana Peña") == {"kept_identities.name"}
    assert await town.rows("select * from suppressed_documents") == suppressed


async def where(database: Database, *marks: str) -> set[str]:
    """Columns in which one of the texts stands; a short one alone, or between quotes."""
    return {
        f"{table}.{column}"
        for (_, table), rows in (await all_that_is_stored(database)).items()
        for row in rows
        for column, text in row.items()
        for mark in marks
        if (mark in text if len(mark) > 3 else text == mark or f'"{mark}"' in text)
    }


@pytest.mark.parametrize("code", ["T1", "T99"])
async def test_an_import_brings_nobody_back(town: Town, code: str) -> None:
    """Neither under the code of then nor under another."""
    await free(town)
    await act(town, ERASE, by="adan", client=await client(town), reason="Lo pidió.", dry=False)

    csv = csv_of(ImportKind.CLIENTS, {"codigo": code})
    told = await act(town, IMPORT, by="sara", input={"kind": "CLIENTS", "csv": csv})

    assert (told["created"], told["updated"], told["unchanged"]) == (0, 0, 1)
    assert told["warnings"][0]["column"] == "numero_documento"
    assert "se suprimieron" in told["warnings"][0]["message"]
    assert await town.rows("select 1 from clients where name = 'Ana Peña'") == []
