"""Links in letters: nobody learns from them who has an account, nothing of them is kept, and each serves once."""

import asyncio
import base64
import json
import re
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest
from graphql import GraphQLInputObjectType, get_named_type

from adapters.postgres.tables import metadata
from domain.accounts import AccountRole
from domain.imports.sheets import ImportKind
from tests.graphql_api.forms import NEW, PROFILE, act
from tests.graphql_api.post import delivered, text_of, token_of, token_sent
from tests.graphql_api.selections import object_type
from tests.graphql_api.test_answers_of_accounts import ASK, CONFIRM, DISABLE, INVITE, RESET, account, client
from tests.graphql_api.town import LOGIN, PASSWORD, Town, founded
from tests.postgres import Database

BASE = "https://clientes.andina.example"
WITHOUT_SESSION = {
    "ask": (ASK, {"login": "ana"}),
    "reset": (RESET, {"token": "x", "password": NEW, "again": NEW}),
    "confirm": (CONFIRM, {"token": "x"}),
}


@pytest.fixture(scope="module")
async def town(module_database: Database) -> AsyncIterator[Town]:
    """Ana may sign in, Dora is disabled, Inés invited; Beto's account is of another agency, and Nadie has none."""
    async with founded(module_database) as town:
        await town.agency("andina", {"link_base": BASE}, hosts=("portal.example",))
        await town.agency("boreal")
        people = {"T1": "Ana Peña", "T2": "Dora Díaz", "T3": "Inés Gil", "T4": "Olga Ruiz"}
        rows = [
            {"codigo": code, "nombre": name, "numero_documento": f"5212345{n}", "correo": f"{code}@correo.example"}
            for n, (code, name) in enumerate(people.items())
        ]
        await town.take("andina", ImportKind.CLIENTS, *rows)
        await town.take("boreal", ImportKind.CLIENTS, {})
        for name, code in (("ana", "T1"), ("dora", "T2"), ("olga", "T4")):
            await town.person("andina", name, client=code)
        await town.person("boreal", "beto", client="T1")
        await town.person("andina", "sara", role=AccountRole.STAFF)
        for number in range(4):
            await town.person("andina", f"adan{number}", role=AccountRole.ADMIN)
        await act(town, INVITE, by="sara", input={"clientId": await client(town, "T3"), "username": "ines"})
        await act(town, DISABLE, by="sara", id=await account(town, "dora"))
        yield town


@pytest.fixture(autouse=True)
async def from_noon(town: Town) -> None:
    town.clock.advance(timedelta(days=2))
    town.tokens.clear()
    await delivered(town)


async def test_asking_for_a_link_tells_nobody_who_has_an_account(town: Town) -> None:
    """To the byte and to the statement."""
    told = []
    for login in ("ana", "ANA@andina.example", "dora", "ines", "beto", "nadie", "nadie@correo.example"):
        with town.counted() as counts:
            answer = await town.ask(ASK, agency="andina", login=login)
        told.append((answer.status, answer.text, counts.statements, counts.checkouts))

    assert [it for it in told if it != told[0]] == []
    # The entrance; looking up; two counters; the job.
    assert (len(told[0][2]), told[0][3]) == (12, 5)
    sent = {mail.address: text_of(mail) for mail in await delivered(town)}
    assert sent.keys() == {"ana@andina.example", "T3@correo.example"}
    assert f"{BASE}/restablecer?token=" in sent["ana@andina.example"]
    assert f"{BASE}/activar?token=" in sent["T3@correo.example"]


async def test_a_bad_link_takes_as_much_work_whatever_it_is(town: Town) -> None:
    await act(town, ASK, agency="andina", login="ana")
    used = await token_sent(town)
    await act(town, RESET, agency="andina", token=used, password=PASSWORD, again=PASSWORD)
    told = []
    for token in ("x", "ñ" * 5_000, "A" * 43):
        with town.counted() as counts:
            answer = await town.ask(RESET, agency="andina", token=token, password=NEW, again=NEW)
        told.append((answer.text, counts.statements))

    assert [it for it in told if it != told[0]] == []
    again = await town.ask(RESET, agency="andina", token=used, password=NEW, again=NEW)
    assert again.text == told[0][0]


async def test_links_lead_where_the_agency_says_whatever_host_was_asked(town: Town) -> None:
    for headers in (
        {"Host": "evil.example"},
        {"X-Forwarded-Host": "evil.example"},
        {"Referer": "https://evil.example/"},
    ):
        answer = await town.send(ASK, {"login": "ana"}, agency="andina", headers=headers)
        assert answer.data["requestPasswordReset"]["__typename"] == "RequestPasswordResetPayload"
    told = await act(town, INVITE, by="sara", input={"clientId": await client(town, "T3")})
    assert told["is"] == "inviteClient.AccountPayload"

    links = [link for mail in await delivered(town) for link in re.findall(r"https?://\S+", text_of(mail))]
    assert len(links) == 4
    assert {link.partition("?")[0] for link in links} == {f"{BASE}/restablecer", f"{BASE}/activar"}


async def test_a_stale_session_does_not_matter_to_who_needs_none(town: Town) -> None:
    stale = await town.sign_in("olga")
    town.clock.advance(timedelta(days=60))

    for query, given in WITHOUT_SESSION.values():
        answer = await town.send(query, given, token=stale["accessToken"])
        assert (answer.status, answer.codes) == (200, [])
    refused = await town.send("mutation { logout { __typename } }", token=stale["accessToken"])
    assert refused.status == 401


async def test_nothing_that_was_sent_or_issued_is_kept(town: Town) -> None:
    """In no column of any table, the queue included, as text or in any of the usual dresses."""
    secrets = []
    await act(town, ASK, agency="andina", login="ana")
    await act(town, INVITE, by="sara", input={"clientId": await client(town, "T3")})
    await act(town, PROFILE, by="olga", input={"email": "olga2@correo.example", "currentPassword": PASSWORD})
    waiting = await everything(town)
    secrets += [token_of(mail) for mail in await delivered(town) if "token=" in text_of(mail)]
    await act(town, RESET, agency="andina", token=secrets[0], password=PASSWORD, again=PASSWORD)
    opened = await town.sign_in("ana")
    secrets += [opened["accessToken"], opened["refreshToken"]]

    assert len(secrets) == 5
    for dump in (waiting, await everything(town)):
        for secret in secrets:
            raw = base64.urlsafe_b64decode(secret + "=")
            assert not any(dress in dump for dress in (secret, raw.hex(), base64.b64encode(raw).decode()))


async def test_a_link_that_is_used_twice_at_once_serves_once(town: Town) -> None:
    await act(town, ASK, agency="andina", login="ana")
    token = await token_sent(town)
    passwords = [f"girasoles de Boyacá {number} veces" for number in range(6)]

    told = await asyncio.gather(
        *(act(town, RESET, agency="andina", token=token, password=it, again=it) for it in passwords)
    )

    won = [it for it, one in zip(passwords, told, strict=True) if one["is"] == "resetPassword.ResetPasswordPayload"]
    assert len(won) == 1
    assert [one["is"] for one in told].count("resetPassword.TokenExpired") == len(passwords) - 1
    opens = await act(town, LOGIN, agency="andina", login="ana", password=won[0])
    assert opens["is"] == "login.SessionPayload"
    assert len(await delivered(town)) == 1
    await act(town, ASK, agency="andina", login="ana")
    await act(town, RESET, agency="andina", token=await token_sent(town), password=PASSWORD, again=PASSWORD)


async def test_two_links_at_once_are_one_change(town: Town) -> None:
    tokens = []
    for login in ("ana", "ana@andina.example"):
        await act(town, ASK, agency="andina", login=login)
        tokens.append(await token_sent(town))

    told = await asyncio.gather(
        *(act(town, RESET, agency="andina", token=it, password=PASSWORD, again=PASSWORD) for it in tokens)
    )

    assert sorted(one["is"] for one in told) == ["resetPassword.ResetPasswordPayload", "resetPassword.TokenExpired"]


async def test_inviting_one_client_at_once_makes_one_account(town: Town) -> None:
    await town.take("andina", ImportKind.CLIENTS, {"codigo": "T9", "numero_documento": "777888999"})
    key = await client(town, "T9")

    told = await asyncio.gather(*(act(town, INVITE, by="sara", input={"clientId": key}) for _ in range(4)))

    assert {one["is"] for one in told} == {"inviteClient.AccountPayload"}
    assert len({one["account"]["id"] for one in told}) == 1
    assert len(await delivered(town)) == 4


async def test_of_all_who_manage_one_stays_however_they_put_out_each_other(town: Town) -> None:
    names = [f"adan{number}" for number in range(4)]
    ids = {name: await account(town, name) for name in names}
    for name in names:
        await town.ask("{ __typename }", by=name)

    await asyncio.gather(
        *(town.ask(DISABLE, by=name, id=ids[other]) for name, other in zip(names, [*names[1:], names[0]], strict=True))
    )

    left = await town.rows("select count(*) from accounts where 'ADMIN' = any(roles) and status = 'ACTIVE'")
    assert left[0][0] >= 1


def test_nobody_types_the_password_of_another() -> None:
    """A password is an argument only beside who proves to be its owner: by the old one, by a link, or by entering."""
    proved_by = {"currentPassword", "token", "login"}
    taking = {}
    for name, field in object_type("Mutation").fields.items():
        inputs = [get_named_type(argument.type) for argument in field.args.values()]
        forms = [it for it in inputs if isinstance(it, GraphQLInputObjectType)]
        names = {*field.args, *(inner for form in forms for inner in form.fields)}
        if any("password" in it.lower() for it in names):
            taking[name] = names

    assert taking.keys() == {"changePassword", "login", "resetPassword", "updateProfile"} | MORE
    assert [name for name, names in taking.items() if not names & proved_by] == []
    assert [name for name, names in taking.items() if {"accountId", "clientId", "username"} & names] == []


MORE = {"beginSecondFactor", "disableSecondFactor", "renewRecoveryCodes"}


async def everything(town: Town) -> str:
    """All rows of all tables as text, past the policies."""
    tables = [*metadata.tables, "queue.pgqueuer", "queue.pgqueuer_log"]
    engine: Any = town.service.portal.engine
    dumped = [await town.rows(f"select t::text from {name} t") for name in metadata.tables]
    async with engine.connect() as connection:
        await connection.exec_driver_sql("select set_config('app.work', 'on', true)")
        for name in tables[-2:]:
            rows = await connection.exec_driver_sql(f"select t::text, {_payload(name)} from {name} t")
            dumped.append([tuple(row) for row in rows])
    assert sum(map(len, dumped)) > 50
    return json.dumps(dumped, ensure_ascii=False)


def _payload(table: str) -> str:
    return "convert_from(payload, 'utf8')" if table == "queue.pgqueuer" else "''"
