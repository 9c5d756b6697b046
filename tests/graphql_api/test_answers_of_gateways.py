"""How gateways are set up and shown, as administrators, staff and clients get it."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from domain.accounts import AccountRole
from tests.graphql_api.forms import FIELDS, USER_ERROR, act
from tests.graphql_api.town import Town, founded
from tests.postgres import Database
from tests.served import PUBLIC_URL

SET = f"""mutation Configurar($input: ConfigureGatewayInput!) {{ configureGateway(input: $input) {{
    __typename ... on AgencyPayload {{ agency {{ slug gateways {{ code label }} }} }} {USER_ERROR} {FIELDS} }} }}"""
SHOW = """{ agency { gatewayAccounts { code enabled ready test certified statusLabel notificationUrl disputeUrl } } }"""
PAYU = {
    "merchant_id": "700123",
    "account_id": "700124",
    "api_login": "login-secreto",
    "api_key": "llave-secreta-1",
    "signature": "sha256",
}
ENLINEA = {"usuario": "casa.grande", "clave": "clave-secreta", "llavemd5": "51d0a1b2c3d4e5f60718293a4b5c6d7e"}


@pytest.fixture(scope="module")
async def town(module_database: Database) -> AsyncIterator[Town]:
    async with founded(module_database) as town:
        await town.agency("andina")
        await town.books("andina")
        await town.person("andina", "ana", client="T1")
        await town.person("andina", "sara", role=AccountRole.STAFF)
        await town.person("andina", "adan", role=AccountRole.ADMIN)
        yield town


def form(code: str, credentials: dict[str, str] | None, *, enabled: bool = True) -> dict[str, Any]:
    given = [{"name": name, "value": value} for name, value in (credentials or {}).items()]
    return {"code": code, "enabled": enabled, "credentials": given if credentials is not None else None}


async def test_an_administrator_sets_a_gateway_up_and_nobody_reads_its_credentials(town: Town) -> None:
    told = await act(town, SET, by="adan", input=form("PAYU", PAYU))
    assert told["is"] == "configureGateway.AgencyPayload"
    assert told["agency"]["gateways"] == [{"code": "PAYU", "label": "Pagar con PayU"}]
    told = await act(town, SET, by="adan", input=form("ENLINEA", ENLINEA))
    assert [it["code"] for it in told["agency"]["gateways"]] == ["PAYU", "ENLINEA"]

    shown = await town.ask(SHOW, by="sara")
    payu, enlinea = shown.data["agency"]["gatewayAccounts"]
    assert (payu["statusLabel"], payu["ready"], payu["test"], payu["certified"]) == ("Activa", True, False, True)
    assert payu["notificationUrl"].startswith(f"{PUBLIC_URL}/callbacks/payu/")
    assert payu["disputeUrl"] == f"{payu['notificationUrl']}/disputes"
    assert (enlinea["statusLabel"], enlinea["certified"]) == ("Activa; pendiente de certificación", False)
    assert enlinea["notificationUrl"] is None
    stored = str(await town.rows("select settings::text, secrets from gateway_accounts"))
    for secret in ("login-secreto", "llave-secreta-1", "clave-secreta", ENLINEA["llavemd5"]):
        assert secret not in shown.text
        assert secret not in stored

    told = await act(town, SET, by="adan", input=form("ENLINEA", None, enabled=False))
    assert [it["code"] for it in told["agency"]["gateways"]] == ["PAYU"]
    (_, enlinea) = (await town.ask(SHOW, by="sara")).data["agency"]["gatewayAccounts"]
    assert enlinea["statusLabel"] == "Deshabilitada; pendiente de certificación"


async def test_accounts_at_gateways_are_the_staffs_to_see(town: Town) -> None:
    for by, agency in (("ana", None), (None, "andina")):
        answer = await town.ask(SHOW, by=by, agency=agency)
        assert answer.data == {"agency": {"gatewayAccounts": None}}


async def test_what_cannot_be_is_said_at_its_place(town: Town) -> None:
    before = await town.rows("select * from gateway_accounts order by id")
    there_are = "No es una credencial de esa pasarela. Las que tiene: {}."
    told = await act(town, SET, by="adan", input=form("PAYU", {"merchant_id": "no", "llavemd5": "x"}))
    assert told["is"] == "configureGateway.InvalidInput"
    names = "account_id, api_key, api_login, merchant_id, signature, test"
    assert [(it["field"], it["code"], it["message"]) for it in told["fields"]] == [
        ("credentials.0", "INVALID", "El valor no es válido."),
        ("credentials.1", "INVALID", there_are.format(names)),
    ]
    told = await act(town, SET, by="adan", input=form("ENLINEA", {"enabled": "true"}))
    names = "account_id, clave, dialect, llavemd5, test, usuario"
    assert [it["message"] for it in told["fields"]] == [there_are.format(names)]
    assert await town.rows("select * from gateway_accounts order by id") == before


async def test_what_is_missing_is_named(town: Town) -> None:
    await town.agency("nueva")
    await town.person("nueva", "jefa", role=AccountRole.ADMIN)
    told = await act(town, SET, by="jefa", input=form("ENLINEA", {"usuario": "nueva"}))
    assert [it["message"] for it in told["fields"]] == ["Falta la credencial clave.", "Falta la credencial llavemd5."]
    assert {it["field"] for it in told["fields"]} == {"credentials"}
    assert (await town.ask(SHOW, by="jefa")).data == {"agency": {"gatewayAccounts": []}}


async def test_staff_who_do_not_manage_the_agency_set_nothing(town: Town) -> None:
    before = await town.checksums(without=("sessions", "rate_limits"))
    for by in ("sara", "ana"):
        answer = await town.ask(SET, by=by, input=form("PAYU", PAYU))
        assert (answer.status, answer.code) == (200, "FORBIDDEN")
    assert await town.checksums(without=("sessions", "rate_limits")) == before


async def test_whatever_comes_to_the_address_for_disputes_is_kept_for_the_staff_but_not_without_end(town: Town) -> None:
    await town.agency("disputada", payu=True)
    await town.person("disputada", "dora", role=AccountRole.STAFF)
    (account,) = (await town.ask(SHOW, by="dora")).data["agency"]["gatewayAccounts"]
    address = account["disputeUrl"].removeprefix(PUBLIC_URL)

    for path in (address, f"{address}/"):
        answer = await town.http.post(path, content=b"state=NOTIFIED&order=1")
        assert (answer.status_code, answer.content) == (200, b"")
    assert (await town.http.post(address, content=b"x" * (64 * 1024 + 1))).status_code == 400
    assert (await town.http.post("/callbacks/payu/nadie/disputes", content=b"x")).status_code == 404
    assert (await town.http.get(address)).status_code == 405
    statuses = [(await town.http.post(address, content=f"n={it}".encode())).status_code for it in range(6)]

    assert statuses == [200, 200, 200, 200, 503, 503]
    found = await town.ask(
        "{ findings(kind: [DISPUTE]) { nodes { message reference dueDate } totalCount } }", by="dora"
    )
    assert found.data["findings"]["totalCount"] == 1
    (finding,) = found.data["findings"]["nodes"]
    assert "no nombra un pago recibido aquí" in finding["message"]
    events = await town.rows(
        "select count(*), bool_or(authentic) from gateway_events "
        "where agency_id = (select id from agencies where slug = 'disputada')"
    )
    assert events == [(5, False)]
