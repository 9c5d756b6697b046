"""Sessions over HTTP: what a token opens, for how long, and in which agency; and which pages may call."""

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest

from domain.accounts import AccountRole
from tests.graphql_api.forms import CHANGE, NEW, REFRESH
from tests.graphql_api.town import LOGIN, PASSWORD, Answer, Town, founded
from tests.postgres import Database

ANDINA = "api.andina.example"
BOREAL = "api.boreal.example"
PAGE = "https://clientes.andina.example"
ELSEWHERE = "https://clientes.boreal.example"
ME = "{ me { username } }"
SESSIONS = "{ me { sessions { id current userAgent createdAt lastSeenAt expiresAt } } }"


@pytest.fixture
async def town(database: Database) -> AsyncIterator[Town]:
    async with founded(database) as town:
        await town.agency("andina", {"origins": f"{PAGE},http://localhost:5173"}, hosts=(ANDINA,))
        await town.agency("boreal", {"origins": ELSEWHERE}, hosts=(BOREAL,))
        await town.books("andina")
        await town.books("boreal")
        await town.person("andina", "ana", client="T1")
        await town.person("andina", "sara", role=AccountRole.STAFF)
        await town.person("boreal", "beto", client="T1")
        yield town


def refused(answer: Answer) -> bool:
    """As a token that is no longer good, with nothing told beside that."""
    if answer.status != 401:
        return False
    assert (answer.code, answer.headers["WWW-Authenticate"], "data" in answer.body) == (
        "UNAUTHENTICATED",
        "Bearer",
        False,
    )
    return True


async def who(town: Town, token: str, **more: Any) -> str | None:
    """Whose token it is; None if it is refused."""
    answer = await town.send(ME, token=token, **more)
    return None if refused(answer) else str(answer.data["me"]["username"])


async def renewed(town: Town, token: str) -> dict[str, str] | None:
    told: dict[str, str] = (await town.send(REFRESH, {"token": token}, agency="andina")).data["refreshSession"]
    return told if told["__typename"] == "SessionPayload" else None


async def test_a_stale_bearer_is_refused_whatever_is_asked(town: Town) -> None:
    ana = await town.sign_in("ana")
    ended = await town.sign_in("ana")
    await town.send("mutation { logout { __typename } }", token=ended["accessToken"])
    stale = ["", "x", ana["refreshToken"], ended["accessToken"], "Bearer", ana["accessToken"] + "x"]

    for query in (
        "{ __typename }",
        ME,
        "{ agency { name } me { username } }",
        '{ agency { name } node(id: "x") { id } }',
        "mutation { logout { __typename } }",
        'mutation { updateProfile(input: {city: "Cali"}) { __typename } }',
    ):
        for token in stale:
            assert refused(await town.send(query, agency="andina", token=token)), (query, token)
        for header in ("Basic YTpi", "Token x", f"Token {ana['accessToken']}", "Bearer a b"):
            assert refused(await town.send(query, agency="andina", headers={"Authorization": header})), (query, header)
    assert await who(town, ana["accessToken"]) == "ana"


async def test_a_stale_bearer_is_no_matter_where_one_gets_a_good_one(town: Town) -> None:
    opened = await town.sign_in("ana")
    town.clock.advance(timedelta(minutes=15))

    for query, variables in (
        ("{ agency { name } }", {}),
        ("{ captcha { provider } }", {}),
        ("{ __typename agency { name } captcha { provider } }", {}),
        (LOGIN, {"login": "ana", "password": PASSWORD}),
        (REFRESH, {"token": opened["refreshToken"]}),
    ):
        answer = await town.send(query, variables, token=opened["accessToken"], agency="andina")
        assert all(answer.data.values()), answer.text
        assert "UserError" not in answer.text


async def test_an_access_token_lives_fifteen_minutes_and_is_renewed(town: Town) -> None:
    opened = await town.sign_in("ana")
    town.clock.advance(timedelta(minutes=15) - timedelta(seconds=1))
    assert await who(town, opened["accessToken"]) == "ana"
    town.clock.advance(1)
    assert await who(town, opened["accessToken"]) is None

    second = await renewed(town, opened["refreshToken"])

    assert second is not None
    assert await who(town, second["accessToken"]) == "ana"


async def test_a_refresh_token_that_comes_back_ends_its_whole_family(town: Town) -> None:
    first = await town.sign_in("ana")
    other = await town.sign_in("ana")
    second = await renewed(town, first["refreshToken"])
    town.clock.advance(10)
    sibling = await renewed(town, first["refreshToken"])
    assert second is not None
    assert sibling is not None
    assert await who(town, second["accessToken"]) == await who(town, sibling["accessToken"]) == "ana"

    town.clock.advance(1)
    assert await renewed(town, first["refreshToken"]) is None

    for pair in (first, second, sibling):
        assert await who(town, pair["accessToken"]) is None
        assert await renewed(town, pair["refreshToken"]) is None
    assert await who(town, other["accessToken"]) == "ana"


async def test_sessions_run_out_unused_sooner_for_staff(town: Town) -> None:
    for name, idle in (("ana", timedelta(days=7)), ("sara", timedelta(minutes=30))):
        opened = await town.sign_in(name)
        town.clock.advance(idle - timedelta(seconds=1))
        again = await renewed(town, opened["refreshToken"])
        assert again is not None
        town.clock.advance(idle)
        assert await renewed(town, again["refreshToken"]) is None


async def test_logout_ends_this_session_or_all_of_them(town: Town) -> None:
    one, two, three = [await town.sign_in("ana") for _ in range(3)]
    end = "mutation Fin($all: Boolean!) { logout(everywhere: $all) { ... on LogoutPayload { closedSessions } } }"

    told = await town.send(end, {"all": False}, token=one["accessToken"])
    assert told.data["logout"] == {"closedSessions": 1}
    assert [await who(town, it["accessToken"]) for it in (one, two, three)] == [None, "ana", "ana"]
    assert await renewed(town, one["refreshToken"]) is None

    told = await town.send(end, {"all": True}, token=two["accessToken"])
    assert told.data["logout"] == {"closedSessions": 2}
    assert [await who(town, it["accessToken"]) for it in (one, two, three)] == [None, None, None]


AFTERWARDS = 'city: updateProfile(input: {city: "Cali"}) { __typename } again: logout { __typename }'


async def test_after_leaving_the_rest_of_the_operation_is_a_visitors(town: Town) -> None:
    for leave in ("logout", "logout(everywhere: true)", 'endSession(id: "%s")'):
        opened = await town.sign_in("ana")
        sessions = (await town.send(SESSIONS, token=opened["accessToken"])).data["me"]["sessions"]
        (current,) = [it["id"] for it in sessions if it["current"]]
        before = await town.rows("select city from clients order by code")
        operation = f"mutation {{ out: {leave.replace('%s', current)} {{ __typename }} {AFTERWARDS} }}"

        answer = await town.send(operation, token=opened["accessToken"])

        assert [(error["path"], error["extensions"]["code"]) for error in answer.errors] == [
            (["city"], "UNAUTHENTICATED")
        ], leave
        assert await town.rows("select city from clients order by code") == before
        assert await who(town, opened["accessToken"]) is None


async def test_ending_another_session_or_failing_to_leave_changes_nobody(town: Town) -> None:
    opened, other = await town.sign_in("ana"), await town.sign_in("ana")
    sessions = (await town.send(SESSIONS, token=opened["accessToken"])).data["me"]["sessions"]
    (theirs,) = [it["id"] for it in sessions if not it["current"]]
    end = f'out: endSession(id: "{theirs}") {{ __typename }} none: endSession(id: "x") {{ __typename }}'

    answer = await town.send(f"mutation {{ {end} {AFTERWARDS} }}", token=opened["accessToken"])

    assert answer.data == {
        "out": {"__typename": "LogoutPayload"},
        "none": {"__typename": "NotFound"},
        "city": {"__typename": "UpdateProfilePayload"},
        "again": {"__typename": "LogoutPayload"},
    }
    assert await who(town, other["accessToken"]) is None


async def test_who_enters_after_leaving_is_who_entered(town: Town) -> None:
    opened = await town.sign_in("ana")
    given = f'input: {{login: "sara", password: "{PASSWORD}"}}'
    enter = f"login({given}) {{ ... on SessionPayload {{ account {{ username }} }} }}"

    answer = await town.send(
        f"mutation {{ logout {{ __typename }} {enter} again: logout {{ __typename }} }}", token=opened["accessToken"]
    )

    assert answer.data["login"] == {"account": {"username": "sara"}}
    assert answer.data["again"] == {"__typename": "LogoutPayload"}


async def test_changing_the_password_ends_the_other_sessions(town: Town) -> None:
    phone, laptop = await town.sign_in("ana"), await town.sign_in("ana")
    given = {"old": PASSWORD, "new": NEW, "again": NEW}

    told = await town.send(CHANGE, given, token=laptop["accessToken"])

    assert told.data["changePassword"] == {"__typename": "ChangePasswordPayload", "closedSessions": 1}
    assert await who(town, phone["accessToken"]) is None
    assert await renewed(town, phone["refreshToken"]) is None
    assert await who(town, laptop["accessToken"]) == "ana"
    assert await renewed(town, laptop["refreshToken"]) is not None
    old = await town.send(LOGIN, {"login": "ana", "password": PASSWORD}, agency="andina")
    assert old.data["login"]["__typename"] == "InvalidCredentials"
    assert await who(town, (await town.sign_in("ana", password=NEW))["accessToken"]) == "ana"


async def test_the_sessions_of_a_disabled_account_die_at_once(town: Town) -> None:
    opened = await town.sign_in("ana")
    assert await who(town, opened["accessToken"]) == "ana"

    await town.rows("update accounts set status = 'DISABLED' where username = 'ana'")

    assert await who(town, opened["accessToken"]) is None
    assert refused(await town.send("{ __typename }", token=opened["accessToken"]))
    assert await renewed(town, opened["refreshToken"]) is None
    again = await town.send(LOGIN, {"login": "ana", "password": PASSWORD}, agency="andina")
    assert again.data["login"]["__typename"] == "InvalidCredentials"


async def test_a_session_serves_in_its_own_agency_only(town: Town) -> None:
    token = (await town.sign_in("ana"))["accessToken"]

    for headers in ({}, {"X-Agency": "andina"}, {"Host": ANDINA}, {"Host": f"{ANDINA}:8443"}, {"Host": ANDINA.upper()}):
        assert await who(town, token, headers=headers) == "ana", headers
    for headers in (
        {"X-Agency": "boreal"},
        {"X-Agency": "ninguna"},
        {"Host": BOREAL},
        {"Host": BOREAL, "X-Agency": "andina"},
        {"Host": ANDINA, "X-Agency": "boreal"},
    ):
        assert await who(town, token, headers=headers) is None, headers
        assert refused(await town.send("{ __typename }", token=token, headers=headers)), headers


async def test_a_visitors_agency_is_the_hosts_or_the_headers_or_none(town: Town) -> None:
    async def visited(headers: dict[str, str]) -> Any:
        answer = await town.send("{ agency { slug } me { id } }", headers=headers)
        if answer.errors:
            assert (answer.status, answer.code) == (400, "AGENCY_NOT_FOUND")
            return None
        assert answer.data["me"] is None
        return answer.data["agency"]["slug"]

    assert await visited({}) is None
    assert await visited({"X-Agency": "andina"}) == "andina"
    assert await visited({"X-Agency": " boreal "}) == "boreal"
    assert await visited({"Host": BOREAL}) == "boreal"
    assert await visited({"Host": BOREAL, "X-Agency": "andina"}) == "boreal"
    assert await visited({"X-Agency": "ninguna"}) is None
    assert await visited({"X-Agency": "*"}) is None
    assert await visited({"X-Agency": "andina boreal"}) is None


async def test_the_only_agency_there_is_needs_no_name(database: Database) -> None:
    async with founded(database) as town:
        await town.agency("sola")
        assert (await town.send("{ agency { slug } }")).data == {"agency": {"slug": "sola"}}
        named = await town.send("{ agency { slug } }", agency="otra")
        assert (named.status, named.code) == (400, "AGENCY_NOT_FOUND")
        await town.agency("segunda")
        assert (await town.send("{ agency { slug } }")).code == "AGENCY_NOT_FOUND"


async def test_being_seen_is_noted_at_most_once_a_minute(town: Town) -> None:
    opened = await town.sign_in("ana")
    start = town.clock.now()

    async def seen_after(seconds: int) -> timedelta:
        town.clock.set(start + timedelta(seconds=seconds))
        with town.counted() as counts:
            assert await who(town, opened["accessToken"]) == "ana"
        writes = [it for it in counts.statements if it.startswith("UPDATE sessions")]
        ((seen,),) = await town.rows("select last_seen_at from sessions where ended_at is null")
        assert bool(writes) == (seen == town.clock.now() and seconds > 0)
        noted: timedelta = seen - start
        return noted

    noted = [(await seen_after(seconds)).total_seconds() for seconds in (0, 30, 59, 60, 61, 119, 120, 500)]

    assert noted == [0, 0, 0, 60, 60, 60, 120, 500]


async def test_a_person_sees_the_own_sessions_and_which_is_this_one(town: Town) -> None:
    phone = await town.sign_in("ana", user_agent="Telefono")
    town.clock.advance(5)
    laptop = await town.sign_in("ana", user_agent="Laptop " + "x" * 500)

    told = (await town.send(SESSIONS, token=laptop["accessToken"])).data["me"]["sessions"]

    assert [(it["userAgent"], it["current"]) for it in told] == [("Laptop " + "x" * 193, True), ("Telefono", False)]
    assert len(told) == 2
    assert (await town.send(SESSIONS, token=phone["accessToken"])).data["me"]["sessions"][1]["current"] is True
    sara = await town.sign_in("sara")
    assert len((await town.send(SESSIONS, token=sara["accessToken"])).data["me"]["sessions"]) == 1


async def test_pages_of_the_agencys_origins_may_call_and_no_others(town: Town) -> None:
    async def allowed(origin: str, **headers: str) -> str | None:
        given = {name.replace("_", "-"): value for name, value in headers.items()}
        answer = await town.send("{ agency { slug } }", headers={"Origin": origin} | given)
        assert "Access-Control-Allow-Credentials" not in answer.headers
        assert "Origin" in answer.headers["Vary"]
        found: str | None = answer.headers.get("Access-Control-Allow-Origin")
        assert (answer.status == 200) == (found is not None)
        if found is None:
            assert (answer.status, answer.code) == (403, "FORBIDDEN")
        return found

    assert await allowed(PAGE, X_Agency="andina") == PAGE
    assert await allowed("http://localhost:5173", X_Agency="andina") == "http://localhost:5173"
    assert await allowed(PAGE, Host=ANDINA) == PAGE
    assert await allowed(ELSEWHERE, X_Agency="andina") is None
    assert await allowed(PAGE, X_Agency="boreal") is None
    assert await allowed(PAGE, Host=BOREAL) is None
    strangers = ["null", "*", "https://andina.example", "http://clientes.andina.example"]
    for origin in (*strangers, f"{PAGE}.malo.example", f"{PAGE}:444"):
        assert await allowed(origin, X_Agency="andina") is None


async def test_a_preflight_is_answered_for_origins_that_some_agency_lists(town: Town) -> None:
    async def preflight(origin: str, host: str = "portal.example") -> tuple[int, str | None]:
        asked = {"Origin": origin, "Host": host, "Access-Control-Request-Method": "POST"}
        names = {"Access-Control-Request-Headers": "authorization,content-type,x-agency"}
        answer = await town.http.options("/graphql", headers=asked | names)
        return answer.status_code, answer.headers.get("Access-Control-Allow-Origin")

    assert await preflight(PAGE) == (204, PAGE)
    assert await preflight(ELSEWHERE) == (204, ELSEWHERE)
    assert await preflight(PAGE, ANDINA) == (204, PAGE)
    assert await preflight(ELSEWHERE, ANDINA) == (403, None)
    assert await preflight("https://malo.example") == (403, None)
    assert await preflight("null") == (403, None)


async def test_a_session_may_be_used_from_a_page_of_its_agency_without_naming_it(town: Town) -> None:
    token = (await town.sign_in("ana"))["accessToken"]

    answer = await town.send(ME, token=token, headers={"Origin": PAGE})

    assert answer.data == {"me": {"username": "ana"}}
    assert answer.headers["Access-Control-Allow-Origin"] == PAGE
