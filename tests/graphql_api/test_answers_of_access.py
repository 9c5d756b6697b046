"""Every answer of the mutations for entering and leaving, and for one's own data, as somebody gets it."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from domain.accounts import AccountRole
from tests.graphql_api.forms import CHANGE, END, NEW, PROFILE, REFRESH, act
from tests.graphql_api.town import LOGIN, PASSWORD, Town, founded
from tests.postgres import Database


@pytest.fixture(scope="module")
async def town(module_database: Database) -> AsyncIterator[Town]:
    async with founded(module_database) as town:
        await town.agency("andina")
        await town.agency("efectivo")
        await town.agency("cauta", {"captcha": "altcha"})
        await town.agency("rota", {"captcha": "recaptcha", "captcha.site_key": "clave"})
        for slug in ("andina", "efectivo"):
            await town.books(slug)
        await town.person("andina", "ana", client="T1")
        await town.person("andina", "olga", client="T2")
        await town.person("andina", "sara", role=AccountRole.STAFF)
        await town.person("andina", "adan", role=AccountRole.ADMIN)
        await town.person("efectivo", "beto", client="T1")
        yield town


@pytest.fixture(autouse=True)
def from_noon(town: Town) -> None:
    """Each test begins a day after the one before it, when nothing that was counted then matters any more."""
    town.clock.advance(timedelta(days=1))
    town.tokens.clear()


async def test_login_opens_a_session_with_the_user_name_or_the_email(town: Town) -> None:
    for login in ("ana", "ANA@andina.example", " ana "):
        told = await act(town, LOGIN, agency="andina", login=login, password=PASSWORD)
        assert told["is"] == "login.SessionPayload"
        assert told["account"] == {"username": "ana"}
        assert told["accessTokenExpiresAt"] == (town.clock.now() + timedelta(minutes=15)).isoformat().replace(
            "+00:00", "Z"
        )


async def test_login_tells_no_difference_between_unknown_wrong_and_disabled(town: Town) -> None:
    await town.rows("update accounts set status = 'DISABLED' where username = 'olga'")

    told = [
        await act(town, LOGIN, agency="andina", login=login, password=password)
        for login, password in (
            ("nadie", PASSWORD),
            ("ana", "otra clave larga"),
            ("olga", PASSWORD),
            ("beto", PASSWORD),
        )
    ]

    await town.rows("update accounts set status = 'ACTIVE' where username = 'olga'")
    assert told == [told[0]] * 4
    assert told[0]["is"] == "login.InvalidCredentials"
    assert told[0]["message"] == "El usuario o la contraseña no son correctos."


async def test_login_wants_the_captchas_answer(town: Town) -> None:
    for captcha in (None, "", "eyJ9", "x" * 10_000):
        told = await act(town, LOGIN, agency="cauta", login="ana", password=PASSWORD, captcha=captcha)
        assert told["is"] == "login.CaptchaRejected"


async def test_login_takes_an_outage_of_the_captcha_for_no_yes(town: Town) -> None:
    told = await act(town, LOGIN, agency="rota", login="ana", password=PASSWORD, captcha="una respuesta")

    assert told["is"] == "login.CaptchaUnavailable"
    assert told["retryAfterSeconds"] > 0
    shown = await town.ask("{ captcha { provider } }", agency="rota")
    assert (shown.status, shown.code) == (503, "UNAVAILABLE")
    assert int(shown.headers["Retry-After"]) > 0


async def test_login_makes_a_guesser_wait_and_a_guessed_name_needs_no_account(town: Town) -> None:
    for login in ("ana", "nadie"):
        for _ in range(5):
            await act(town, LOGIN, agency="andina", login=login, password="una adivinanza")
        told = await act(town, LOGIN, agency="andina", login=login, password=PASSWORD)
        assert (told["is"], told["retryAfterSeconds"]) == ("login.TooManyAttempts", 1)
    town.clock.advance(1)
    assert (await act(town, LOGIN, agency="andina", login="ana", password=PASSWORD))["is"] == "login.SessionPayload"


async def test_a_refresh_token_gives_a_new_pair(town: Town) -> None:
    opened = await town.sign_in("ana")

    told = await act(town, REFRESH, agency="andina", token=opened["refreshToken"])

    assert (told["is"], told["account"]) == ("refreshSession.SessionPayload", {"username": "ana"})
    assert told["refreshToken"] != opened["refreshToken"]


async def test_what_is_no_refresh_token_is_expired(town: Town) -> None:
    opened = await town.sign_in("ana")

    for token in ("", "x", opened["accessToken"], "ñ" * 300, "\ud800".encode("utf-8", "replace").decode()):
        told = await act(town, REFRESH, agency="andina", token=token)
        assert told["is"] == "refreshSession.TokenExpired"
    elsewhere = await act(town, REFRESH, agency="efectivo", token=opened["refreshToken"])
    assert elsewhere["is"] == "refreshSession.TokenExpired"


async def test_sessions_are_closed_by_logout_and_one_by_one(town: Town) -> None:
    await act(town, "mutation { logout(everywhere: true) { __typename } }", by="ana")
    town.tokens.clear()
    await town.sign_in("ana")
    others = "{ me { sessions { id current } } }"
    sessions = (await town.ask(others, by="ana")).data["me"]["sessions"]
    (other,) = [session["id"] for session in sessions if not session["current"]]

    assert await act(town, END, by="ana", id=other) == {"is": "endSession.LogoutPayload", "closedSessions": 1}
    assert (await act(town, END, by="ana", id=other))["is"] == "endSession.NotFound"
    told = await act(town, "mutation { logout { __typename ... on LogoutPayload { closedSessions } } }", by="ana")
    assert told == {"is": "logout.LogoutPayload", "closedSessions": 1}


async def test_a_profile_changes_and_what_is_absent_stays(town: Town) -> None:
    given = {"phone": "601 555 0101", "address": "Calle 9 # 8-7", "city": "Cali"}
    await act(town, PROFILE, by="ana", input=given)

    told = await act(town, PROFILE, by="ana", input={"address": None, "city": "  "})

    assert told["emailConfirmationSent"] is False
    assert told["account"]["client"] == {"phone": "601 555 0101", "address": None, "city": None}


async def test_staff_who_are_no_client_have_no_profile_to_change(town: Town) -> None:
    await town.ask("{ me { id } }", by="sara")  # whose entering is in the record
    before = await town.checksums(without=("sessions", "session_tokens", "accounts", "rate_limits"))

    told = await act(town, PROFILE, by="sara", input={"phone": "601 555 0199", "city": "Cali"})

    assert told == {
        "is": "updateProfile.UpdateProfilePayload",
        "emailConfirmationSent": False,
        "account": {"client": None},
    }
    assert await town.checksums(without=("sessions", "session_tokens", "accounts", "rate_limits")) == before


async def test_a_profile_with_problems_names_all_of_them(town: Town) -> None:
    bad = {"phone": "no tengo", "city": "x" * 101, "address": "a\u0007b", "email": "a@b", "currentPassword": ""}
    told = await act(town, PROFILE, by="ana", input=bad)

    assert (told["is"], told["message"]) == ("updateProfile.InvalidInput", "Revise los datos marcados.")
    assert [(it["field"], it["code"]) for it in told["fields"]] == [
        ("phone", "INVALID"),
        ("address", "INVALID"),
        ("city", "TOO_LONG"),
        ("email", "INVALID"),
        ("currentPassword", "REQUIRED"),
    ]
    assert all(it["message"].endswith(".") for it in told["fields"])


async def test_a_password_changes_once_it_is_confirmed(town: Town) -> None:
    wrong = await act(town, CHANGE, by="adan", old=PASSWORD, new="corta", again="otra")
    assert wrong["is"] == "changePassword.InvalidInput"
    assert [(it["field"], it["code"]) for it in wrong["fields"]] == [
        ("newPassword", "WEAK"),
        ("passwordConfirmation", "MISMATCH"),
    ]
    for _ in range(5):
        told = await act(town, CHANGE, by="adan", old="no es esta", new=NEW, again=NEW)
        assert told["is"] == "changePassword.InvalidCredentials"
    told = await act(town, CHANGE, by="adan", old=PASSWORD, new=NEW, again=NEW)
    assert (told["is"], told["retryAfterSeconds"]) == ("changePassword.TooManyAttempts", 1)
    town.clock.advance(1)
    told = await act(town, CHANGE, by="adan", old=PASSWORD, new=NEW, again=NEW)
    assert told == {"is": "changePassword.ChangePasswordPayload", "closedSessions": 0}
