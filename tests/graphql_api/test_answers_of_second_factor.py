"""Every answer about a second factor, as somebody gets it."""

import asyncio
import base64
import json
from collections.abc import AsyncIterator
from datetime import timedelta
from io import BytesIO
from typing import Any

import pyotp
import pytest
from PIL import Image

from adapters.postgres.tables import metadata
from domain.accounts import AccountRole
from domain.imports.sheets import ImportKind
from tests.graphql_api.forms import BEGIN, CONFIRM, DISABLE, REFRESH, RENEW, RESET, act
from tests.graphql_api.test_answers_of_view_as import VIEW, view
from tests.graphql_api.town import PASSWORD, Town, founded
from tests.postgres import Database

LOGIN = """
mutation Entrar($login: String!, $password: String!, $code: String) {
  login(input: {login: $login, password: $password, code: $code}) {
    __typename
    ... on SessionPayload { accessToken recoveryCodes account { username secondFactor } }
    ... on UserError { code message }
    ... on SecondFactorRequired { rejected enrolment { secret uri qr { contentType contentBase64 } } }
    ... on TooManyAttempts { retryAfterSeconds resetRequired }
  }
}
"""


@pytest.fixture(scope="module")
async def town(module_database: Database) -> AsyncIterator[Town]:
    async with founded(module_database) as town:
        await town.agency("andina")
        await town.agency("estricta", {"staff_second_factor": "required"})
        await town.books("andina")
        await town.person("andina", "ana", client="T1")
        for name, role in (("sara", AccountRole.STAFF), ("tomas", AccountRole.STAFF), ("adan", AccountRole.ADMIN)):
            await town.person("andina", name, role=role)
        await town.person("estricta", "rita", role=AccountRole.STAFF)
        yield town


@pytest.fixture(autouse=True)
async def from_noon(town: Town) -> None:
    """Each test begins a day after the one before it, without sessions or second factors."""
    town.clock.advance(timedelta(days=1))
    town.tokens.clear()
    await town.rows("delete from second_factors")
    await town.rows("update accounts set second_factor = false")
    await town.rows("delete from rate_limits")


def shown(town: Town, secret: str) -> str:
    """What the application shows now."""
    return pyotp.TOTP(secret).at(town.clock.now())


async def turned_on(town: Town, by: str) -> tuple[str, list[str]]:
    """The secret, and the codes on paper; half a minute later."""
    begun = await act(town, BEGIN, by=by, password=PASSWORD)
    confirmed = await act(town, CONFIRM, by=by, code=shown(town, begun["secret"]))
    assert confirmed["is"] == "confirmSecondFactor.ConfirmSecondFactorPayload"
    town.tokens.pop(by)
    town.clock.advance(30)
    return begun["secret"], confirmed["recoveryCodes"]


async def enter(town: Town, login: str, code: str | None = None, *, password: str = PASSWORD) -> Any:
    agency = town.homes.get(login, "andina")
    told = await act(town, LOGIN, agency=agency, login=login, password=password, code=code)
    if told["is"] == "login.SessionPayload":
        town.tokens[login] = {"accessToken": told["accessToken"]}
    return told


async def test_it_is_begun_read_from_a_picture_confirmed_and_then_asked_for(town: Town) -> None:
    wrong = await act(town, BEGIN, by="sara", password="no es esta clave")
    assert wrong["is"] == "beginSecondFactor.InvalidCredentials"
    begun = await act(town, BEGIN, by="sara", password=PASSWORD)
    assert begun["is"] == "beginSecondFactor.SecondFactorEnrolment"
    assert begun["uri"].startswith("otpauth://totp/Inmobiliaria%20Andina:sara?secret=" + begun["secret"])
    assert (begun["qr"]["fileName"], begun["qr"]["contentType"]) == ("segundo-factor.png", "image/png")
    assert Image.open(BytesIO(base64.b64decode(begun["qr"]["contentBase64"]))).format == "PNG"

    refused = await act(town, CONFIRM, by="sara", code="000000")
    assert refused["is"] == "confirmSecondFactor.InvalidInput"
    assert refused["fields"] == [
        {"field": "code", "code": "INVALID", "message": "El código no es correcto, ya venció o ya se usó."}
    ]
    confirmed = await act(town, CONFIRM, by="sara", code=shown(town, begun["secret"]))
    assert (len(set(confirmed["recoveryCodes"])), confirmed["closedSessions"]) == (10, 1)
    assert (await town.ask("{ me { username } }", by="sara")).status == 401, "this session too"

    town.clock.advance(30)
    asked = await enter(town, "sara")
    assert (asked["is"], asked["rejected"], asked["enrolment"]) == ("login.SecondFactorRequired", False, None)
    rejected = await enter(town, "sara", "000000")
    assert (rejected["is"], rejected["rejected"]) == ("login.SecondFactorRequired", True)
    entered = await enter(town, "sara", shown(town, begun["secret"]))
    assert (entered["is"], entered["recoveryCodes"]) == ("login.SessionPayload", None)
    assert entered["account"] == {"username": "sara", "secondFactor": True}
    assert (await enter(town, "sara", shown(town, begun["secret"])))["rejected"]


async def test_what_was_not_begun_is_not_confirmed_and_what_is_on_is_not_begun(town: Town) -> None:
    both = {"password": PASSWORD, "code": "123456"}
    assert (await act(town, CONFIRM, by="sara", code="123456"))["is"] == "confirmSecondFactor.InvalidTransition"
    assert (await act(town, DISABLE, by="sara", **both))["is"] == "disableSecondFactor.InvalidTransition"
    assert (await act(town, RENEW, by="sara", **both))["is"] == "renewRecoveryCodes.InvalidTransition"
    secret, _ = await turned_on(town, "sara")
    await enter(town, "sara", shown(town, secret))
    assert (await act(town, BEGIN, by="sara", password=PASSWORD))["is"] == "beginSecondFactor.InvalidTransition"


async def test_codes_on_paper_open_are_renewed_and_turn_it_off(town: Town) -> None:
    _, paper = await turned_on(town, "sara")
    assert (await enter(town, "sara", paper[0]))["is"] == "login.SessionPayload"
    assert (await enter(town, "sara", paper[0]))["is"] == "login.SecondFactorRequired"

    wrong = await act(town, RENEW, by="sara", password="no es esta clave", code=paper[1])
    assert wrong["is"] == "renewRecoveryCodes.InvalidCredentials"
    wrong = await act(town, RENEW, by="sara", password=PASSWORD, code="000000")
    assert wrong["is"] == "renewRecoveryCodes.InvalidInput"
    renewed = await act(town, RENEW, by="sara", password=PASSWORD, code=paper[1])
    assert (renewed["is"], len(renewed["recoveryCodes"])) == ("renewRecoveryCodes.RecoveryCodesPayload", 10)

    wrong = await act(town, DISABLE, by="sara", password="no es esta clave", code=renewed["recoveryCodes"][0])
    assert wrong["is"] == "disableSecondFactor.InvalidCredentials"
    wrong = await act(town, DISABLE, by="sara", password=PASSWORD, code=paper[2])
    assert wrong["is"] == "disableSecondFactor.InvalidInput"
    done = await act(town, DISABLE, by="sara", password=PASSWORD, code=renewed["recoveryCodes"][0])
    assert done == {"is": "disableSecondFactor.DisableSecondFactorPayload", "closedSessions": 1}
    assert (await enter(town, "sara"))["is"] == "login.SessionPayload"


async def test_its_holder_alone_sees_how_many_codes_on_paper_are_left(town: Town) -> None:
    left, id_ = "{ me { recoveryCodesLeft } }", "{ me { id } }"
    before = (await town.ask(left, by="ana")).data["me"]
    await act(town, BEGIN, by="ana", password=PASSWORD)
    begun = (await town.ask(left, by="ana")).data["me"]
    town.tokens.clear()
    await town.rows("delete from second_factors")
    secret, paper = await turned_on(town, "ana")
    await enter(town, "ana", shown(town, secret))
    whole = (await town.ask(left, by="ana")).data["me"]
    town.tokens.pop("ana")
    await enter(town, "ana", paper[0])
    after = (await town.ask(left, by="ana")).data["me"]
    assert [before, begun, whole, after] == [{"recoveryCodesLeft": it} for it in (None, None, 10, 9)]

    ana = (await town.ask(id_, by="ana")).data["me"]["id"]
    of_others = "query Cuenta($id: ID!) { node(id: $id) { ... on Account { secondFactor recoveryCodesLeft } } }"
    for staff in ("sara", "adan"):
        told = (await town.ask(of_others, by=staff, id=ana)).data["node"]
        assert told == {"secondFactor": True, "recoveryCodesLeft": None}
    renewed = await act(town, RENEW, by="ana", password=PASSWORD, code=paper[1])
    assert len(renewed["recoveryCodes"]) == 10
    assert (await town.ask(left, by="ana")).data["me"] == {"recoveryCodesLeft": 10}
    # Who has one of their own sees that in another's account neither.
    _, own = await turned_on(town, "sara")
    await enter(town, "sara", own[0])
    both = "query Dos($id: ID!) { me { recoveryCodesLeft } node(id: $id) { ... on Account { recoveryCodesLeft } } }"
    assert (await town.ask(both, by="sara", id=ana)).data == {
        "me": {"recoveryCodesLeft": 9},
        "node": {"recoveryCodesLeft": None},
    }
    # Nor does who sees what the client sees: that is somebody else at the screen.
    seen = await view(town, "T1")
    told = (await town.send("{ me { username recoveryCodesLeft } }", token=seen["accessToken"])).data["me"]
    assert told == {"username": "ana", "recoveryCodesLeft": None}


async def test_guessing_codes_or_passwords_waits(town: Town) -> None:
    secret, _ = await turned_on(town, "sara")
    opened = await enter(town, "sara", shown(town, secret))
    assert opened["is"] == "login.SessionPayload"
    for _ in range(5):
        assert (await enter(town, "sara", "000000"))["is"] == "login.SecondFactorRequired"
    told = await enter(town, "sara", "000000")
    assert (told["is"], told["retryAfterSeconds"], told["resetRequired"]) == ("login.TooManyAttempts", 1, False)
    both = {"password": PASSWORD, "code": "000000"}
    assert (await act(town, RENEW, by="sara", **both))["is"] == "renewRecoveryCodes.TooManyAttempts"
    assert (await act(town, DISABLE, by="sara", **both))["is"] == "disableSecondFactor.TooManyAttempts"
    await act(town, BEGIN, by="tomas", password=PASSWORD)
    for _ in range(5):
        await act(town, CONFIRM, by="tomas", code="000000")
    assert (await act(town, CONFIRM, by="tomas", code="000000"))["is"] == "confirmSecondFactor.TooManyAttempts"
    for _ in range(5):
        await act(town, BEGIN, by="adan", password="no es esta clave")
    told = await act(town, BEGIN, by="adan", password=PASSWORD)
    assert (told["is"], told["resetRequired"]) == ("beginSecondFactor.TooManyAttempts", False)


async def test_an_administrator_takes_it_from_who_lost_it(town: Town) -> None:
    await turned_on(town, "sara")
    me = (await town.ask("{ me { id } }", by="adan")).data["me"]["id"]
    ((key,),) = await town.rows("select id from accounts where username = 'sara'")
    sara = base64.b64encode(f"Account:{key.hex}".encode()).decode().rstrip("=")

    assert (await act(town, RESET, by="adan", id=me))["is"] == "resetSecondFactor.InvalidTransition"
    assert (await act(town, RESET, by="adan", id="nada"))["is"] == "resetSecondFactor.NotFound"
    assert await act(town, RESET, by="adan", id=sara) == {
        "is": "resetSecondFactor.ResetSecondFactorPayload",
        "account": {"username": "sara", "secondFactor": False},
    }
    assert (await act(town, RESET, by="adan", id=sara))["is"] == "resetSecondFactor.InvalidTransition"
    assert (await enter(town, "sara"))["is"] == "login.SessionPayload"


async def test_an_agency_that_requires_it_gives_it_at_the_first_sign_in(town: Town) -> None:
    asked = await enter(town, "rita")
    assert (asked["is"], asked["rejected"]) == ("login.SecondFactorRequired", False)
    secret = asked["enrolment"]["secret"]
    assert secret in asked["enrolment"]["uri"]
    assert asked["enrolment"]["qr"]["contentType"] == "image/png"

    entered = await enter(town, "rita", shown(town, secret))
    assert (entered["is"], len(entered["recoveryCodes"])) == ("login.SessionPayload", 10)
    told = await act(town, DISABLE, by="rita", password=PASSWORD, code=entered["recoveryCodes"][0])
    assert told["is"] == "disableSecondFactor.InvalidTransition"


async def test_when_it_begins_to_be_required_staff_without_one_are_out_at_once(town: Town) -> None:
    await town.agency("nueva")
    await town.take("nueva", ImportKind.CLIENTS, {})
    await town.person("nueva", "nora", role=AccountRole.STAFF)
    await town.person("nueva", "olga", role=AccountRole.ADMIN)
    await town.person("nueva", "ines", client="T1")
    secret, _ = await turned_on(town, "olga")
    for name in ("nora", "ines", "tomas"):
        town.tokens[name] = await town.sign_in(name)
    await enter(town, "olga", shown(town, secret))
    nora = dict(town.tokens["nora"])
    client = (await town.ask("{ clients { nodes { id } } }", by="nora")).data["clients"]["nodes"][0]["id"]
    seen = await act(town, VIEW, by="nora", input={"clientId": client, "reason": "Llamó."})

    async def out() -> list[bool]:
        return [
            (await town.ask("{ me { username } }", by=name)).status == 401 for name in ("nora", "olga", "ines", "tomas")
        ]

    for settings, expected in (
        ({"staff_second_factor": "optional"}, [False] * 4),
        ({"phone": "6015550000"}, [False] * 4),
        ({"staff_second_factor": "required"}, [True, False, False, False]),
        ({"staff_second_factor": "required"}, [True, False, False, False]),
    ):
        await town.use_cases.set_agency(town.agencies["nueva"].id, settings=settings)
        assert await out() == expected, settings
    assert (await town.send("{ me { username } }", token=seen["accessToken"])).status == 401
    renewed = await act(town, REFRESH, agency="nueva", token=nora["refreshToken"])
    assert renewed["is"] == "refreshSession.TokenExpired"
    told = [
        changes for (changes,) in await town.rows("select changes from audit_entries where action = 'AGENCY_CHANGED'")
    ]
    assert [json.loads(it)["sessionsEnded"] for it in told if "sessionsEnded" in it][-2:] == [1, 0]
    assert (await enter(town, "nora"))["enrolment"] is not None


async def test_before_the_password_is_right_nothing_shows(town: Town) -> None:
    await turned_on(town, "sara")
    await town.rows("update accounts set status = 'INVITED' where username = 'tomas'")
    seen = []
    for login in ("sara", "tomas", "adan", "nadie"):
        with town.counted() as counts:
            told = await enter(town, login, "000000", password="no es esta clave")
        seen.append((told, counts.statements, counts.checkouts))
    await town.rows("update accounts set status = 'ACTIVE'")

    assert seen == [seen[0]] * 4
    assert seen[0][0]["is"] == "login.InvalidCredentials"


async def test_the_same_code_ten_times_at_once_opens_one_session(town: Town) -> None:
    secret, paper = await turned_on(town, "sara")

    for code in (shown(town, secret), paper[0]):
        told = await asyncio.gather(*(enter(town, "sara", code) for _ in range(5)))
        kinds = [it["is"] for it in told]
        assert kinds.count("login.SessionPayload") == 1
        assert set(kinds) <= {"login.SessionPayload", "login.SecondFactorRequired", "login.TooManyAttempts"}


async def test_nothing_secret_is_stored_in_the_clear(town: Town) -> None:
    secret, paper = await turned_on(town, "sara")

    everything = "".join([str(await town.rows(f"select * from {table}")) for table in metadata.tables])

    assert secret not in everything
    assert not [code for code in paper if code in everything or code.replace("-", "") in everything]
