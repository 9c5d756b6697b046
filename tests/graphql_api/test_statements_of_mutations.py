"""How many statements and connections a mutation takes: exact numbers, which grow with nothing that clients send.

What staff do takes three more, for the record. Its first entry takes two besides; the town's is made beforehand. Acts
on money are counted in test_statements_of_money.
"""

from collections.abc import AsyncIterator
from typing import Any

import pyotp
import pytest

from domain.accounts import AccountRole
from domain.imports.sheets import ImportKind
from graphql_api.ids import global_id
from tests.application.imports_office import csv_of
from tests.graphql_api.forms import BEGIN, CONFIRM
from tests.graphql_api.neighbours import FILE, START
from tests.graphql_api.town import LOGIN, PASSWORD, RETURN_URL, Counts, Town, founded
from tests.postgres import Database

REFRESH = """mutation Renovar($token: String!) { refreshSession(refreshToken: $token) {
    __typename ... on SessionPayload { refreshToken } } }"""
IMPORT = """mutation Importar($kind: ImportKind!, $csv: String!) { importRecords(input: {kind: $kind, csv: $csv}) {
    __typename ... on ImportRecordsPayload { created unchanged } } }"""

CASE = """mutation Radicar($key: String!) { createPqrs(input: {classification: PETITION, subject: REPAIRS,
    description: "Gotea.", idempotencyKey: $key}) { ... on PqrsPayload { pqrs { id } } } }"""

INVITE = """mutation Invitar($id: ID!) { inviteClient(input: {clientId: $id}) {
    __typename ... on AccountPayload { account { id client { name } } } } }"""
INVITE_MANY = """mutation Invitar($ids: [ID!]!) { inviteClients(input: {clientIds: $ids}) {
    __typename ... on InviteClientsPayload { invited } } }"""
PUT_OUT = """mutation Sacar($id: ID!) { disableAccount(accountId: $id) {
    __typename ... on AccountPayload { account { status } } } }"""
ACCOUNTS = "query Cuentas($n: Int!) { accounts(first: $n) { nodes { username status client { name } } } }"


@pytest.fixture(scope="module")
async def town(module_database: Database) -> AsyncIterator[Town]:
    async with founded(module_database) as town:
        await town.agency("andina", payu=True)
        await town.books("andina")
        await town.take("andina", ImportKind.INVOICES, *({"numero": f"FV-{n:02d}"} for n in range(1, 30)))
        await town.person("andina", "ana", client="T1")
        await town.person("andina", "sara", role=AccountRole.STAFF)
        await town.person("andina", "adan", role=AccountRole.ADMIN)
        await town.person("andina", "tomas", role=AccountRole.STAFF)
        yield town


async def test_signing_in(town: Town) -> None:
    opened, told = await done(town, LOGIN, login="ana", password=PASSWORD)

    assert told["__typename"] == "SessionPayload"
    # The entrance; looking up; the place between two counters; the session; two counters and the place; the payload.
    assert (len(opened.statements), opened.checkouts) == (26, 10)


async def test_a_refused_sign_in_asks_the_database_the_same_whether_the_account_exists(town: Town) -> None:
    wrong, told = await done(town, LOGIN, login="ana", password="no es esta clave")
    unknown, other = await done(town, LOGIN, login="nadie", password="no es esta clave")

    assert told == other
    assert told["__typename"] == "InvalidCredentials"
    assert wrong.statements == unknown.statements
    # The entrance; looking up; the place between two counters; what fails in the whole agency.
    assert (len(wrong.statements), wrong.checkouts) == (15, 6)


async def test_staying_signed_in(town: Town) -> None:
    opened = await town.sign_in("ana")

    good, told = await done(town, REFRESH, token=opened["refreshToken"])
    bad, other = await done(town, REFRESH, token="no es una ficha")

    assert (told["__typename"], other["__typename"]) == ("SessionPayload", "TokenExpired")
    assert (len(good.statements), good.checkouts) == (13, 4)
    assert (len(bad.statements), bad.checkouts) == (3, 2)


async def test_filing_a_case(town: Town) -> None:
    filed, told = await done(town, FILE, by="ana", text="Gotea el techo.")

    assert told["__typename"] == "PqrsPayload"
    # The entrance; the client, who is held against an erasure; the case with its letter, which two of them put; the
    # payload.
    assert (len(filed.statements), filed.checkouts) == (13, 3)


async def test_working_on_a_case(town: Town) -> None:
    filed = (await town.ask(CASE, by="ana", key="una")).data["createPqrs"]["pqrs"]["id"]
    shown = "{ __typename ... on PqrsPayload { pqrs { status messages { body authorName } history { by } } } }"
    me = (await town.ask("{ me { id } }", by="sara")).data["me"]["id"]
    acts = {
        "start": ("sara", f"startPqrs(id: $id) {shown}"),
        "assign": ("sara", f'assignPqrs(id: $id, accountId: "{me}") {shown}'),
        "extend": ("sara", f'extendPqrs(id: $id, reason: "Falta.", days: 1) {shown}'),
        "note": ("sara", f'addPqrsNote(input: {{pqrsId: $id, body: "Ojo.", idempotencyKey: "k"}}) {shown}'),
        "ask": ("ana", f'addPqrsMessage(input: {{pqrsId: $id, body: "¿Y?", idempotencyKey: "k"}}) {shown}'),
        "reply": ("sara", f'addPqrsMessage(input: {{pqrsId: $id, body: "Ya.", idempotencyKey: "m"}}) {shown}'),
        "answer": ("sara", f'answerPqrs(id: $id, body: "Listo.") {shown}'),
        "close": ("ana", f"closePqrs(id: $id) {shown}"),
        "reopen": ("ana", f'reopenPqrs(id: $id, reason: "No.") {shown}'),
        "end": ("sara", f'answerPqrs(id: $id, body: "Ahora sí.", close: true) {shown}'),
    }
    taken = {}
    for name, (by, act) in acts.items():
        counts, told = await done(town, f"mutation Obrar($id: ID!) {{ {act} }}", by=by, id=filed)
        assert told["__typename"] == "PqrsPayload", (name, told)
        taken[name] = (len(counts.statements), counts.checkouts)

    # The entrance and the scope; what is looked up and kept; a letter; the record; the payload.
    assert taken == {
        "start": (14, 3),
        "assign": (15, 3),
        "extend": (17, 3),
        "note": (16, 3),
        "ask": (17, 3),
        "reply": (18, 3),
        "answer": (17, 3),
        "close": (11, 3),
        "reopen": (17, 3),
        "end": (18, 3),
    }


async def test_choosing_what_to_be_written_about(town: Town) -> None:
    query = """mutation { updateMailPreferences(input: {reminders: false}) {
        __typename ... on UpdateMailPreferencesPayload { client { mailPreferences { reminders } } } } }"""

    chosen, told = await done(town, query, by="ana")

    assert told["client"] == {"mailPreferences": {"reminders": False}}
    assert (len(chosen.statements), chosen.checkouts) == (9, 3)


async def test_resolving_a_finding(town: Town) -> None:
    finding = await town.find("andina", "REF1")
    query = """mutation Resolver($id: ID!) { resolveFinding(id: $id, note: "Visto.") {
        __typename ... on FindingPayload { finding { resolvedBy { username } } } } }"""

    resolved, told = await done(town, query, by="sara", id=global_id("Finding", finding.id))

    assert told["__typename"] == "FindingPayload"
    assert (len(resolved.statements), resolved.checkouts) == (10, 3)


async def test_setting_up_a_gateway(town: Town) -> None:
    query = """mutation { configureGateway(input: {code: PAYU, enabled: true}) {
        __typename ... on AgencyPayload { agency { gateways { code } gatewayAccounts { statusLabel } } } } }"""

    done_so, told = await done(town, query, by="adan")

    assert told["__typename"] == "AgencyPayload"
    assert (len(done_so.statements), done_so.checkouts) == (12, 3)


async def test_starting_a_payment_of_one_or_of_many(town: Town) -> None:
    found = (await town.ask("{ me { client { invoices(first: 100) { nodes { id } } } } }", by="ana")).data
    ids = [node["id"] for node in found["me"]["client"]["invoices"]["nodes"]]

    for key, chosen in (("una", ids[:1]), ("muchas", ids[1:21])):
        started, told = await done(town, START.replace('"k"', f'"{key}"'), by="ana", ids=chosen, url=RETURN_URL)
        assert told["__typename"] == "PaymentIntentPayload"
        # The entrance; freezing; claiming the checkout, with its data; keeping it; the payload.
        assert (len(started.statements), started.checkouts) == (27, 5)


@pytest.mark.parametrize("kind", ImportKind)
async def test_importing_few_rows_or_many(town: Town, kind: ImportKind) -> None:
    key = csv_of(kind).split(";")[0]
    apart = {"facturas": ""} if kind is ImportKind.PAYMENTS else {}
    taken = []
    for rows in (3, 50):
        csv = csv_of(kind, *({key: f"{kind}-{rows}-{number}"} | apart for number in range(rows)))
        new, told = await done(town, IMPORT, by="sara", kind=kind.value, csv=csv)
        again, other = await done(town, IMPORT, by="sara", kind=kind.value, csv=csv)
        assert (told["created"], other["unchanged"]) == (rows, rows)
        taken.append((len(new.statements), new.checkouts, len(again.statements), again.checkouts))

    (few, many) = taken
    assert few == many
    assert few[0] <= 18
    assert few[2] <= 9
    assert few[1] == few[3] == 2


async def test_inviting_one_and_putting_out(town: Town) -> None:
    await town.take("andina", ImportKind.CLIENTS, _a_person("UNA"))
    found = await town.ask('{ clients(search: "UNA") { nodes { id } } }', by="sara")
    (one,) = found.data["clients"]["nodes"]

    invited, told = await done(town, INVITE, by="sara", id=one["id"])
    put_out, _ = await done(town, PUT_OUT, by="sara", id=told["account"]["id"])

    # The entrance; one transaction with the job and the record; the payload.
    assert (len(invited.statements), invited.checkouts) == (19, 3)
    assert (len(put_out.statements), put_out.checkouts) == (12, 3)


async def test_inviting_few_or_many_and_listing_them(town: Town) -> None:
    taken = []
    for rows in (3, 60):
        people = [_a_person(f"V{rows}N{number}") for number in range(rows)]
        await town.take("andina", ImportKind.CLIENTS, *people)
        found = await town.ask(f'{{ clients(search: "V{rows}N", first: 100) {{ nodes {{ id }} }} }}', by="sara")
        ids = [node["id"] for node in found.data["clients"]["nodes"]]
        counts, told = await done(town, INVITE_MANY, by="sara", ids=ids)
        assert told["invited"] == rows
        listed, page = await done(town, ACCOUNTS, by="sara", n=rows)
        assert len(page["nodes"]) == rows
        taken.append((len(counts.statements), counts.checkouts, len(listed.statements), listed.checkouts))

    assert taken[0] == taken[1] == (13, 3, 3, 1)


async def test_a_second_factor_from_its_beginning_to_the_next_sign_in(town: Town) -> None:
    begun, enrolment = await done(town, BEGIN, by="tomas", password=PASSWORD)
    code = pyotp.TOTP(enrolment["secret"]).at(town.clock.now())
    confirmed, told = await done(town, CONFIRM, by="tomas", code=code)
    recovery = told["recoveryCodes"]
    asked, refused = await done(town, LOGIN, login="tomas", password=PASSWORD)
    with_code = LOGIN.replace("$captcha: String", "$captcha: String, $code: String").replace(
        "captcha: $captcha", "captcha: $captcha, code: $code"
    )
    entered, opened = await done(town, with_code, login="tomas", password=PASSWORD, code=recovery[0])

    assert (refused["__typename"], opened["__typename"]) == ("SecondFactorRequired", "SessionPayload")
    # The entrance, two units of work and the counters of the password and of the codes; signing in, with or without the
    # code, counts as without a second factor, and reads that only after the password.
    counted = [(len(it.statements), it.checkouts) for it in (begun, confirmed, asked, entered)]
    assert counted == [(12, 5), (19, 5), (18, 7), (39, 12)]


async def done(town: Town, query: str, by: str | None = None, **variables: Any) -> tuple[Counts, Any]:
    """What a mutation did, without what signing in took; and what it answered."""
    if by and by not in town.tokens:
        await town.ask("{ __typename }", by=by)
    with town.counted() as counts:
        answer = await town.ask(query, by=by, agency=None if by else "andina", **variables)
    (told,) = answer.data.values()
    return counts, told


def _a_person(code: str) -> dict[str, str]:
    number = str(int.from_bytes(code.encode()) % 10**9)
    return {"codigo": code, "nombre": f"Persona {code}", "numero_documento": number, "correo": f"{code}@x.example"}
