"""Every answer of the mutations about accounts and links, as somebody gets it."""

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest

from domain.accounts import AccountRole
from domain.imports.sheets import ImportKind
from tests.graphql_api.forms import FIELDS, NEW, PROFILE, USER_ERROR, act
from tests.graphql_api.post import delivered, text_of, token_sent
from tests.graphql_api.town import LOGIN, PASSWORD, Town, founded
from tests.postgres import Database

ACCOUNT = f"__typename ... on AccountPayload {{ account {{ id username email status roles }} }} {USER_ERROR} {FIELDS}"
LIMIT = "... on LimitReached { limit }"
INVITE = f"""mutation Invitar($input: InviteClientInput!) {{ inviteClient(input: $input) {{ {ACCOUNT} {LIMIT} }} }}"""
INVITE_STAFF = (
    f"""mutation Invitar($input: InviteStaffInput!) {{ inviteStaff(input: $input) {{ {ACCOUNT} {LIMIT} }} }}"""
)
INVITE_MANY = f"""mutation Invitar($input: InviteClientsInput!) {{ inviteClients(input: $input) {{
    __typename ... on InviteClientsPayload {{ invited remaining skipped {{ reason message count clients {{ code }} }} }}
    {USER_ERROR} {FIELDS} }} }}"""
DISABLE = f"mutation Deshabilitar($id: ID!) {{ disableAccount(accountId: $id) {{ {ACCOUNT} }} }}"
ENABLE = f"mutation Habilitar($id: ID!) {{ enableAccount(accountId: $id) {{ {ACCOUNT} }} }}"
ASK = f"""mutation Olvidar($login: String!, $captcha: String) {{
    requestPasswordReset(input: {{login: $login, captcha: $captcha}}) {{
    __typename ... on RequestPasswordResetPayload {{ message }} {USER_ERROR}
    ... on TooManyAttempts {{ retryAfterSeconds }} }} }}"""
RESET = f"""mutation Restablecer($token: String!, $password: String!, $again: String!) {{
    resetPassword(input: {{token: $token, password: $password, passwordConfirmation: $again}}) {{
    __typename ... on ResetPasswordPayload {{ username closedSessions }} {USER_ERROR} {FIELDS}
    ... on TooManyAttempts {{ retryAfterSeconds }} }} }}"""
CONFIRM = f"""mutation Confirmar($token: String!) {{ confirmEmail(token: $token) {{
    __typename ... on ConfirmEmailPayload {{ message }} {USER_ERROR}
    ... on TooManyAttempts {{ retryAfterSeconds }} }} }}"""


@pytest.fixture(scope="module")
async def town(module_database: Database) -> AsyncIterator[Town]:
    """Ana and Olga have accounts; T2, T3 and T4 have none, and T4 no e-mail either."""
    async with founded(module_database) as town:
        await town.agency("andina", {"link_base": "https://clientes.andina.example/"})
        await town.agency("cauta", {"captcha": "altcha"})
        await town.agency("rota", {"captcha": "recaptcha", "captcha.site_key": "clave"})
        people = {"T1": "Ana Peña", "T2": "Óscar Ñáñez", "T3": "Berta Ruiz", "T4": "Ciro Díaz", "T5": "Olga Gil"}
        numbers = {code: f"5212345{n}" for n, code in enumerate(people)}
        rows = [
            {"codigo": code, "nombre": name, "numero_documento": numbers[code], "correo": f"{code}@correo.example"}
            for code, name in people.items()
        ]
        rows[3]["correo"] = ""
        await town.take("andina", ImportKind.CLIENTS, *rows)
        await town.person("andina", "ana", client="T1")
        await town.person("andina", "olga", client="T5")
        await town.person("andina", "sara", role=AccountRole.STAFF)
        await town.person("andina", "adan", role=AccountRole.ADMIN)
        yield town


@pytest.fixture(autouse=True)
async def from_noon(town: Town) -> None:
    """Each test begins two days after the one before it, with nothing in the queue."""
    town.clock.advance(timedelta(days=2))
    town.tokens.clear()
    await delivered(town)


async def client(town: Town, code: str) -> str:
    found = await town.ask("query Uno($it: String) { clients(search: $it) { nodes { id code } } }", by="sara", it=code)
    (key,) = [node["id"] for node in found.data["clients"]["nodes"] if node["code"] == code]
    return str(key)


async def account(town: Town, username: str) -> str:
    asked = "query Una($it: String) { accounts(search: $it) { nodes { id username } } }"
    found = await town.ask(asked, by="sara", it=username)
    (key,) = [node["id"] for node in found.data["accounts"]["nodes"] if node["username"] == username]
    return str(key)


async def opens(town: Town, login: str, password: str) -> bool:
    told = await act(town, LOGIN, agency="andina", login=login, password=password)
    return bool(told["is"] == "login.SessionPayload")


async def test_a_client_is_invited_and_comes_in(town: Town) -> None:
    key = await client(town, "T2")

    told = await act(town, INVITE, by="sara", input={"clientId": key})

    assert (told["is"], told["account"]["status"]) == ("inviteClient.AccountPayload", "INVITED")
    assert (told["account"]["username"], told["account"]["email"]) == ("52123451", "T2@correo.example")
    token = await token_sent(town)
    done = await act(town, RESET, agency="andina", token=token, password=NEW, again=NEW)
    assert done == {"is": "resetPassword.ResetPasswordPayload", "username": "52123451", "closedSessions": 0}
    assert await opens(town, "52123451", NEW)
    again = await act(town, INVITE, by="sara", input={"clientId": key})
    assert again["is"] == "inviteClient.InvalidTransition"


async def test_what_is_wrong_with_an_invitation_is_named(town: Town) -> None:
    key = await client(town, "T4")
    bad: list[tuple[dict[str, str], list[tuple[str, str]]]] = [
        ({}, [("email", "REQUIRED")]),
        ({"email": "no", "username": "a b"}, [("email", "INVALID"), ("username", "INVALID")]),
        ({"email": "ana@andina.example"}, [("email", "DUPLICATE")]),
    ]
    for given, expected in bad:
        told = await act(town, INVITE, by="sara", input={"clientId": key} | given)
        assert told["is"] == "inviteClient.InvalidInput"
        assert [(it["field"], it["code"]) for it in told["fields"]] == expected
    absent = await act(town, INVITE, by="sara", input={"clientId": "x"})
    assert absent["is"] == "inviteClient.NotFound"


async def test_invitations_to_one_person_have_an_end(town: Town) -> None:
    key = await client(town, "T3")
    for _ in range(5):
        await act(town, INVITE, by="sara", input={"clientId": key})

    told = await act(town, INVITE, by="sara", input={"clientId": key})

    assert (told["is"], told["limit"]) == ("inviteClient.LimitReached", 5)
    assert len(await delivered(town)) == 5


async def test_many_are_invited_at_once_and_why_not_the_others(town: Town) -> None:
    people = [{"codigo": f"M{n}", "nombre": f"Muchos {n}", "numero_documento": f"900{n}0"} for n in range(3)]
    rows = [it | {"correo": f"muchos{n}@correo.example"} for n, it in enumerate(people)]
    await town.take("andina", ImportKind.CLIENTS, *rows, {"codigo": "M9", "nombre": "Muchos 9", "correo": ""})
    ids = [await client(town, code) for code in ("M0", "M1", "M2", "M9")]

    counted = await act(town, INVITE_MANY, by="sara", input={"clientIds": ids, "dryRun": True})
    told = await act(town, INVITE_MANY, by="sara", input={"clientIds": ids})

    assert (told["is"], told["invited"], told["remaining"]) == ("inviteClients.InviteClientsPayload", 3, 0)
    assert counted == told
    ((skipped),) = told["skipped"]
    assert (skipped["reason"], skipped["count"], skipped["clients"]) == ("NO_EMAIL", 1, [{"code": "M9"}])
    assert skipped["message"].endswith(".")
    assert {mail.address for mail in await delivered(town)} == {it["correo"] for it in rows}
    again = await act(town, INVITE_MANY, by="sara", input={"clientIds": ids})
    assert (again["invited"], [it["reason"] for it in again["skipped"]]) == (0, ["NO_EMAIL", "HAS_ACCOUNT"])
    absent = await act(town, INVITE_MANY, by="sara", input={"clientIds": ["x"]})
    assert (absent["is"], absent["fields"][0]["field"]) == ("inviteClients.InvalidInput", "clientIds.0")


async def test_staff_is_invited_by_who_manages(town: Town) -> None:
    given = {"username": "pedro", "email": "pedro@andina.example", "role": "STAFF"}

    told = await act(town, INVITE_STAFF, by="adan", input=given)

    assert (told["is"], told["account"]["roles"]) == ("inviteStaff.AccountPayload", ["STAFF"])
    for _ in range(4):
        await act(town, INVITE_STAFF, by="adan", input=given)
    told = await act(town, INVITE_STAFF, by="adan", input=given)
    assert (told["is"], told["limit"]) == ("inviteStaff.LimitReached", 5)
    told = await act(town, INVITE_STAFF, by="adan", input=given | {"role": "CLIENT"})
    assert (told["is"], told["fields"][0]["field"]) == ("inviteStaff.InvalidInput", "role")
    told = await act(
        town, INVITE_STAFF, by="adan", input={"username": "sara", "email": "sara@andina.example", "role": "STAFF"}
    )
    assert told["is"] == "inviteStaff.InvalidTransition"


async def test_a_disabled_account_is_out_at_once(town: Town) -> None:
    key = await account(town, "olga")
    opened = await town.sign_in("olga")

    told = await act(town, DISABLE, by="sara", id=key)

    assert (told["is"], told["account"]["status"]) == ("disableAccount.AccountPayload", "DISABLED")
    stale = await town.send("{ me { username } }", token=opened["accessToken"])
    assert (stale.status, stale.code) == (401, "UNAUTHENTICATED")
    assert not await opens(town, "olga", PASSWORD)
    assert (await act(town, DISABLE, by="sara", id=key))["is"] == "disableAccount.InvalidTransition"
    assert (await act(town, DISABLE, by="sara", id="x"))["is"] == "disableAccount.NotFound"

    told = await act(town, ENABLE, by="sara", id=key)
    assert (told["is"], told["account"]["status"]) == ("enableAccount.AccountPayload", "ACTIVE")
    assert (await town.send("{ me { username } }", token=opened["accessToken"])).status == 401
    assert await opens(town, "olga", PASSWORD)
    assert (await act(town, ENABLE, by="sara", id=key))["is"] == "enableAccount.InvalidTransition"
    assert (await act(town, ENABLE, by="sara", id="x"))["is"] == "enableAccount.NotFound"


async def test_accounts_of_staff_are_for_administrators_and_not_ones_own(town: Town) -> None:
    by_staff = await town.ask(DISABLE, by="sara", id=await account(town, "adan"))
    assert by_staff.code == "FORBIDDEN"
    own = await act(town, DISABLE, by="adan", id=await account(town, "adan"))
    assert own["is"] == "disableAccount.InvalidTransition"


async def test_a_forgotten_password_is_chosen_anew(town: Town) -> None:
    opened = await town.sign_in("ana")
    asked = await act(town, ASK, agency="andina", login="ana")
    assert asked["is"] == "requestPasswordReset.RequestPasswordResetPayload"
    token = await token_sent(town)

    for given, fields in (
        ({"password": "corta", "again": "corta"}, ["password"]),
        ({"password": NEW, "again": "otra"}, ["passwordConfirmation"]),
    ):
        told = await act(town, RESET, agency="andina", token=token, **given)
        assert (told["is"], [it["field"] for it in told["fields"]]) == ("resetPassword.InvalidInput", fields)
    done = await act(town, RESET, agency="andina", token=token, password=NEW, again=NEW)

    assert done == {"is": "resetPassword.ResetPasswordPayload", "username": "ana", "closedSessions": 1}
    assert (await town.send("{ me { username } }", token=opened["accessToken"])).status == 401
    assert await opens(town, "ana", NEW)
    (told_by_mail,) = [text_of(mail) for mail in await delivered(town)]
    assert "La contraseña de su área de clientes cambió." in told_by_mail
    again = await act(town, RESET, agency="andina", token=token, password=PASSWORD, again=PASSWORD)
    assert again["is"] == "resetPassword.TokenExpired"
    assert again["message"] == "Este enlace ya no sirve. Pida otro."


async def test_who_asks_is_a_person_and_does_not_ask_too_often(town: Town) -> None:
    for captcha in (None, "", "x" * 3_000):
        told = await act(town, ASK, agency="cauta", login="ana", captcha=captcha)
        assert told["is"] == "requestPasswordReset.CaptchaRejected"
    told = await act(town, ASK, agency="rota", login="ana", captcha="una respuesta")
    assert told["is"] == "requestPasswordReset.CaptchaUnavailable"
    for number in range(60):
        await act(town, ASK, agency="andina", login=f"persona{number}")
    told = await act(town, ASK, agency="andina", login="ana")
    assert (told["is"], told["retryAfterSeconds"]) == ("requestPasswordReset.TooManyAttempts", 1)


async def test_an_email_changes_when_the_new_one_confirms(town: Town) -> None:
    form: dict[str, Any] = {"email": "olga.nueva@correo.example", "currentPassword": "no es esta"}
    told = await act(town, PROFILE, by="olga", input=form)
    assert told["is"] == "updateProfile.InvalidCredentials"

    told = await act(town, PROFILE, by="olga", input=form | {"currentPassword": PASSWORD})
    assert (told["is"], told["emailConfirmationSent"]) == ("updateProfile.UpdateProfilePayload", True)
    asked = "{ me { email client { email } } }"
    assert (await town.ask(asked, by="olga")).data["me"]["email"] == "olga@andina.example"
    token = await token_sent(town)
    told = await act(town, CONFIRM, agency="andina", token=token)

    assert told == {
        "is": "confirmEmail.ConfirmEmailPayload",
        "message": "El correo quedó confirmado. Desde ahora puede entrar con él.",
    }
    me = (await town.ask(asked, by="olga")).data["me"]
    assert me == {"email": form["email"], "client": {"email": form["email"]}}
    found = await town.ask('{ clients(search: "OLGA.NUEVA") { totalCount } }', by="sara")
    assert found.data["clients"]["totalCount"] == 1
    assert (await act(town, CONFIRM, agency="andina", token=token))["is"] == "confirmEmail.TokenExpired"


async def test_wrong_passwords_for_an_email_make_one_wait(town: Town) -> None:
    form = {"email": "otra@correo.example", "currentPassword": "no es esta"}
    for _ in range(5):
        await act(town, PROFILE, by="olga", input=form)

    told = await act(town, PROFILE, by="olga", input=form | {"currentPassword": PASSWORD})
    assert told["is"] == "updateProfile.TooManyAttempts"


async def test_guessing_links_makes_an_address_wait(town: Town) -> None:
    for _ in range(20):
        assert (await act(town, CONFIRM, agency="andina", token="x"))["is"] == "confirmEmail.TokenExpired"

    told = await act(town, CONFIRM, agency="andina", token="x")
    assert (told["is"], told["retryAfterSeconds"]) == ("confirmEmail.TooManyAttempts", 1)
    told = await act(town, RESET, agency="andina", token="x", password=NEW, again=NEW)
    assert told["is"] == "resetPassword.TooManyAttempts"
