"""The explorer over the whole service: staff sign in past ALTCHA, import, search and look at what they imported."""

import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

import altcha
import httpx
import pyotp
import pytest
from playwright.async_api import Page, expect

from domain.accounts import AccountRole
from graphql_api.graphiql import examples, topics
from main.bootstrap import Portal
from tests.fakes.clock import FakeClock
from tests.graphql_api.graphiql.driving import Watched, run, sign_in
from tests.graphql_api.graphiql.stand_in import PASSWORD
from tests.postgres import Database
from tests.served import opened, served

CLIENTS = """codigo;tipo_persona;nombre;tipo_documento;numero_documento;correo;telefono;direccion;ciudad
T1;natural;Íngrid Peña;CC;52123456;ingrid@correo.example;3001234567;Calle 1 # 2-3;Bogotá
T2;natural;Óscar Núñez;CC;52123457;;;;
"""


GATEWAYS: dict[str, Any] = {
    "payu_checkout_url": "https://checkout.payulatam.com/ppp-web-gateway-payu/",
    "payu_api_url": "https://api.payulatam.com/payments-api/4.0/service.cgi",
    "payu_reports_url": "https://api.payulatam.com/reports-api/4.0/service.cgi",
    "enlinea_url": "https://www.enlineapagos.com",
}


@pytest.fixture
async def address(database: Database) -> AsyncIterator[str]:
    portals: list[Portal] = []
    async with served(database, opened=portals.append) as url:
        await settle(portals[0])
        yield f"{url}/graphql"


async def settle(portal: Portal) -> None:
    """One agency, which asks ALTCHA's question, a member of its staff and an administrator."""
    agency = await portal.use_cases.register_agency(
        slug="andina", name="Inmobiliaria Andina S.A.S.", tax_id="900123456-8", hosts=()
    )
    await portal.use_cases.create_account(
        agency.id, username="marta.rios", email="marta@andina.example", password=PASSWORD, role=AccountRole.STAFF
    )
    await portal.use_cases.create_account(
        agency.id, username="ada.rojas", email="ada@andina.example", password=PASSWORD, role=AccountRole.ADMIN
    )


def example(name: str) -> tuple[str, str]:
    """The operation and the variables of an example."""
    (found,) = [example for example in examples() if example.name.endswith(name)]
    return found.query, found.variables


async def result(page: Page) -> str:
    text: str = await page.evaluate("document.querySelector('.result-window .CodeMirror').CodeMirror.getValue()")
    return text


@pytest.mark.browser
async def test_staff_import_and_search_in_the_explorer(watched: Watched, address: str) -> None:
    page = watched.page
    await page.goto(address)
    await sign_in(page)
    await expect(page.locator("#who")).to_have_text("marta.rios · personal")
    await expect(page.locator("#bar-agency")).to_have_text("Inmobiliaria Andina S.A.S.")

    file = {"name": "clientes.csv", "mimeType": "text/csv", "buffer": CLIENTS.encode("windows-1252")}
    await page.locator("#pick").set_input_files(file)  # type: ignore[arg-type]
    query, variables = example("importar-registros")
    await run(page, query, variables.replace("true", "false"))
    await expect(page.locator(".result-window")).to_contain_text('"created": 2')

    query, variables = example("buscar-clientes")
    await run(page, query, variables.replace('"buscar": ""', '"buscar": "ingrid"'))
    await expect(page.locator(".result-window")).to_contain_text("Íngrid Peña")
    (found,) = json.loads(await result(page))["data"]["clients"]["nodes"]

    query, _ = example("ver-cliente")
    await run(page, query, json.dumps({"id": found["id"]}))
    await expect(page.locator(".result-window")).to_contain_text('"profile": "NONE"')

    assert await watched.violations() == []
    assert watched.outside(address) == []
    await page.get_by_role("button", name="Cerrar sesión").click()
    await expect(page.get_by_label("Contraseña")).to_be_visible()


@pytest.mark.browser
async def test_staff_see_what_a_client_sees_and_come_back(watched: Watched, address: str) -> None:
    page = watched.page
    async with httpx.AsyncClient(trust_env=False) as http:
        client = await imported(http, address)
    await page.goto(address)
    await sign_in(page)

    query, variables = example("ver-como-cliente")
    await run(page, query, variables.replace("copie aquí el id del cliente", client))
    await expect(page.locator("#seeing")).to_contain_text("Ve lo que ve Íngrid Peña, solo para consultar, hasta las")
    await run(page, "{ clients { totalCount } }")
    await expect(page.locator(".result-window")).to_contain_text("FORBIDDEN")
    await run(page, 'mutation { retryJob(id: "x") { __typename } }')
    await expect(page.locator(".result-window")).to_contain_text("READ_ONLY")
    await run(page, "query IntrospectionQuery { clients { totalCount } } # __schema")
    await expect(page.locator(".result-window")).to_contain_text("FORBIDDEN")

    await page.get_by_role("button", name="Volver a mi sesión").click()
    await expect(page.locator("#seeing")).to_be_hidden()
    await run(page, "{ clients { totalCount } }")
    await expect(page.locator(".result-window")).to_contain_text('"totalCount": 2')
    query, variables = example("bitacora")
    await run(page, query, variables)
    await expect(page.locator(".result-window")).to_contain_text("Vio lo que ve un cliente")
    assert await watched.violations() == []


@pytest.mark.browser
async def test_staff_set_a_required_second_factor_up_and_enter_with_it(watched: Watched, database: Database) -> None:
    page, clock, portals = watched.page, FakeClock(datetime.now(UTC)), list[Portal]()
    async with served(database, clock=clock, opened=portals.append) as url:
        await settle(portals[0])
        agency = await portals[0].use_cases.find_agency("andina")
        settings = {"captcha": "none", "staff_second_factor": "required"}
        await portals[0].use_cases.set_agency(agency.id, settings=settings)
        await page.goto(f"{url}/graphql")
        await sign_in(page)
        await expect(page.locator("#notice")).to_contain_text("exige un segundo factor")
        assert (
            await page.locator("#set-up-qr").evaluate("(image) => image.decode().then(() => image.naturalWidth)") > 200
        )
        totp = pyotp.TOTP(await page.locator("#set-up-secret").inner_text())

        await page.get_by_label("Código de la aplicación").fill("000000")
        await page.get_by_role("button", name="Entrar", exact=True).click()
        await expect(page.locator("#notice")).to_contain_text("Ese código no es correcto")
        await page.get_by_label("Código de la aplicación").fill(totp.at(clock.now()))
        await page.get_by_role("button", name="Entrar", exact=True).click()
        await expect(page.locator("#recovery-codes")).to_contain_text("-")
        paper = (await page.locator("#recovery-codes").inner_text()).split()
        assert len(paper) == 10
        await page.get_by_role("button", name="Ya los guardé").click()
        await expect(page.locator("#who")).to_have_text("marta.rios · personal")
        assert paper[0] not in await page.content()

        await page.get_by_role("button", name="Cerrar sesión").click()
        await sign_in(page)
        await expect(page.locator("#notice")).to_contain_text("Escriba el código")
        assert not await page.locator("#set-up").is_visible()
        await page.get_by_label("Código de la aplicación").fill(paper[0])
        await page.get_by_role("button", name="Entrar", exact=True).click()
        await expect(page.locator("#who")).to_have_text("marta.rios · personal")
        assert await watched.violations() == []


async def test_every_example_runs(address: str) -> None:
    """Those that need an identifier answer null or say so; none is an error of the program."""
    async with httpx.AsyncClient(trust_env=False) as http:
        token = await sign_in_over_http(http, address, "ada.rojas")
        for shown in examples():
            body = {"query": shown.query, "variables": json.loads(shown.variables or "{}")}
            response = await http.post(address, json=body, headers={"Authorization": f"Bearer {token}"})
            assert (shown.name, response.status_code) == (shown.name, 200)
            assert "errors" not in response.json(), shown.name


async def test_the_staff_may_run_what_they_are_offered_and_administrators_alone_the_rest(address: str) -> None:
    refused = set()
    async with httpx.AsyncClient(trust_env=False) as http:
        token = await sign_in_over_http(http, address, "marta.rios")
        for shown in examples():
            body = {"query": shown.query, "variables": json.loads(shown.variables or "{}")}
            response = await http.post(address, json=body, headers={"Authorization": f"Bearer {token}"})
            if "FORBIDDEN" in response.text:
                refused.add(shown.name.partition("-")[2])

    assert refused == {name for topic in topics() if topic.for_administrators for name in topic.examples}


async def test_production_shows_the_schema_to_staff_only(database: Database) -> None:
    query = {"query": "{ __schema { queryType { name } } }"}
    async with opened(database, profile="production", **GATEWAYS) as service, service.client() as http:
        await settle(service.portal)
        visitor = await http.post("/graphql", json=query)
        token = await sign_in_over_http(http, "/graphql")
        staff = await http.post("/graphql", json=query, headers={"Authorization": f"Bearer {token}"})
        page = await http.get("/graphql", headers={"Accept": "text/html"})

    assert visitor.status_code == 403
    assert visitor.json()["errors"][0]["extensions"]["code"] == "FORBIDDEN"
    assert staff.json()["data"]["__schema"]["queryType"]["name"] == "Query"
    assert 'data-open="false"' in page.text
    assert "strict-transport-security" in page.headers


async def imported(http: httpx.AsyncClient, address: str) -> str:
    """The id of Íngrid, after the clients were imported."""
    token = await sign_in_over_http(http, address)
    taken = "mutation($csv: String!) { importRecords(input: {kind: CLIENTS, csv: $csv}) { __typename } }"
    body: dict[str, Any] = {"query": taken, "variables": {"csv": CLIENTS}}
    await http.post(address, json=body, headers={"Authorization": f"Bearer {token}"})
    body = {"query": '{ clients(search: "ingrid") { nodes { id } } }'}
    answer = (await http.post(address, json=body, headers={"Authorization": f"Bearer {token}"})).json()
    (found,) = answer["data"]["clients"]["nodes"]
    return str(found["id"])


async def sign_in_over_http(http: httpx.AsyncClient, address: str, login: str = "marta.rios") -> str:
    captcha = (await http.post(address, json={"query": "{ captcha { challenge } }"})).json()["data"]["captcha"]
    challenge = altcha.Challenge.from_dict(json.loads(captcha["challenge"]))
    solution = altcha.solve_challenge(challenge)
    assert solution is not None
    document = "mutation($i: LoginInput!) { login(input: $i) { ... on SessionPayload { accessToken } } }"
    given = {"login": login, "password": PASSWORD, "captcha": altcha.Payload(challenge, solution).to_base64()}
    answer = (await http.post(address, json={"query": document, "variables": {"i": given}})).json()
    token: str = answer["data"]["login"]["accessToken"]
    return token
