"""Pages of other origins, and the headers every answer carries."""

import httpx
import pytest

from graphql_api.http import SECURITY_HEADERS
from tests.graphql_api.http.conftest import ALLOWED, BROWSER, Connect, ask, code_of
from tests.graphql_api.http.stand_in import Record

FOREIGN = [
    "https://malo.example",
    "null",
    f"{ALLOWED}.malo.example",
    f"{ALLOWED}:8443",
    "http://clientes.andina.example",
    "https://CLIENTES.andina.example",
    f"{ALLOWED}/",
    "https://malo.example?portal.example",
    "http://portal.example@malo.example",
    "",
]


async def test_an_allowed_origin_reads_the_answer(client: httpx.AsyncClient) -> None:
    response = await ask(client, "{ hello }", {"Origin": ALLOWED, "Sec-Fetch-Site": "cross-site"})

    assert response.status_code == 200
    assert response.headers["access-control-allow-origin"] == ALLOWED
    assert "access-control-allow-credentials" not in response.headers
    assert "Origin" in response.headers["vary"]


async def test_an_allowed_origin_reads_refusals_too(client: httpx.AsyncClient) -> None:
    stale = await ask(client, "{ hello }", {"Origin": ALLOWED, "Authorization": "Bearer vencida"})
    wrong = await ask(client, "{ nada }", {"Origin": ALLOWED})

    assert (stale.status_code, wrong.status_code) == (401, 400)
    assert stale.headers["access-control-allow-origin"] == ALLOWED
    assert wrong.headers["access-control-allow-origin"] == ALLOWED


@pytest.mark.parametrize("origin", FOREIGN)
@pytest.mark.parametrize("site", ["cross-site", "same-site", None])
async def test_a_foreign_page_runs_nothing(
    client: httpx.AsyncClient, record: Record, origin: str, site: str | None
) -> None:
    headers = {"Origin": origin} | ({"Sec-Fetch-Site": site} if site else {})
    response = await ask(client, "mutation { pay { __typename } }", headers)

    assert response.status_code == 403
    assert code_of(response) == "FORBIDDEN"
    assert "access-control-allow-origin" not in response.headers
    assert record.effects == []
    assert record.opened == []


async def test_a_page_that_hides_its_origin_runs_nothing(client: httpx.AsyncClient, record: Record) -> None:
    assert (await ask(client, "{ hello }", {"Sec-Fetch-Site": "cross-site"})).status_code == 403
    assert record.opened == []


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Origin": "http://portal.example", "Sec-Fetch-Site": "same-origin"},
        {"Origin": "https://portal.example"},
        {"Sec-Fetch-Site": "none"},
    ],
)
async def test_programs_and_our_own_page_need_no_permission(client: httpx.AsyncClient, headers: dict[str, str]) -> None:
    response = await ask(client, "{ hello }", headers)

    assert response.status_code == 200
    assert "access-control-allow-origin" not in response.headers


async def test_a_preflight_of_an_allowed_origin_is_answered(client: httpx.AsyncClient) -> None:
    headers = {"Origin": ALLOWED, "Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "x-agency"}
    response = await client.options("/graphql", headers=headers)

    assert response.status_code == 204
    assert response.headers["access-control-allow-origin"] == ALLOWED
    assert response.headers["access-control-allow-methods"] == "POST"
    assert set(response.headers["access-control-allow-headers"].split(", ")) == {
        "Authorization", "Content-Type", "X-Agency",
    }  # fmt: skip
    assert "Origin" in response.headers["vary"]


@pytest.mark.parametrize("origin", FOREIGN)
async def test_a_preflight_of_a_foreign_origin_is_refused(client: httpx.AsyncClient, origin: str) -> None:
    response = await client.options("/graphql", headers={"Origin": origin, "Access-Control-Request-Method": "POST"})

    assert response.status_code == 403
    assert not any(name.startswith("access-control") for name in response.headers)


async def test_origins_are_asked_for_the_agency_called(connect: Connect) -> None:
    asked: list[tuple[str, str | None]] = []

    async def may_call(origin: str, host: str, agency: str | None) -> bool:
        asked.append((host, agency))
        return origin == ALLOWED and agency == "andina"

    async with connect(may_call=may_call) as client:
        right = await ask(client, "{ hello }", {"Origin": ALLOWED, "X-Agency": "andina"})
        wrong = await ask(client, "{ hello }", {"Origin": ALLOWED, "X-Agency": "otra"})

    assert (right.status_code, wrong.status_code) == (200, 403)
    assert asked == [("portal.example", "andina"), ("portal.example", "otra")]


async def test_every_answer_carries_the_security_headers(client: httpx.AsyncClient) -> None:
    answers = [
        await ask(client, "{ hello }"),
        await ask(client, "{ nada }"),
        await ask(client, "{ broken }"),
        await ask(client, "{ hello }", {"Authorization": "Bearer vencida"}),
        await ask(client, "{ hello }", {"Accept": "application/xml"}),
        await ask(client, "{ hello }", {"Origin": "https://malo.example"}),
        await client.post("/graphql", content=b"x" * 200_000, headers={"Content-Type": "application/json"}),
        await client.get("/graphql"),
        await client.get("/graphql", headers=BROWSER),
        await client.put("/graphql"),
        await client.options("/graphql"),
    ]

    for answer in answers:
        for name, value in SECURITY_HEADERS.items():
            assert answer.headers[name] == value
        assert "strict-transport-security" not in answer.headers


async def test_https_is_insisted_on_where_the_service_has_nothing_else(connect: Connect) -> None:
    async with connect(https_only=True) as client:
        assert "max-age=31536000" in (await ask(client, "{ hello }")).headers["strict-transport-security"]
