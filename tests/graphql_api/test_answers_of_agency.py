"""What an administrator changes about the agency, and what is refused without changing anything."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from domain.accounts import AccountRole
from tests.files import a_pdf, a_picture, file_input
from tests.graphql_api.forms import FIELDS, USER_ERROR, act
from tests.graphql_api.town import Town, founded
from tests.postgres import Database

UPDATE = f"""mutation Cambiar($input: UpdateAgencyInput!) {{ updateAgency(input: $input) {{
    __typename ... on AgencyPayload {{ agency {{ name phone email address city landlordRegistration privacyPolicyUrl
      partialPaymentsAllowed brandColor logo {{ fileName contentType byteSize }} }} }} {USER_ERROR} {FIELDS} }} }}"""
WHOLE = {
    "name": "Inmobiliaria Ñandú S.A.S.",
    "phone": "604 123 4567",
    "email": "hola@nandu.example",
    "address": "Calle 10 # 20-30",
    "city": "Medellín",
    "landlordRegistration": "MA-820",
    "privacyPolicyUrl": "https://nandu.example/datos",
    "partialPaymentsAllowed": True,
    "brandColor": "#1A6B54",
}


@pytest.fixture(scope="module")
async def town(module_database: Database) -> AsyncIterator[Town]:
    async with founded(module_database) as town:
        await town.agency("andina")
        await town.person("andina", "adan", role=AccountRole.ADMIN)
        yield town


async def test_an_administrator_changes_the_agency(town: Town) -> None:
    urls = ["https://nandu.example/pago", "http://localhost:5173/pagos"]
    given = WHOLE | {"returnUrls": urls, "logo": file_input("logo.png", a_picture("PNG", (300, 100)))}

    told = await act(town, UPDATE, by="adan", input=given)

    assert told["is"] == "updateAgency.AgencyPayload"
    logo = told["agency"].pop("logo")
    assert told["agency"] == WHOLE | {"brandColor": "#1a6b54"}
    assert (logo["fileName"], logo["contentType"]) == ("logo.png", "image/png")
    ((stored, content),) = await town.rows("select return_urls, logo from agencies")
    assert stored == urls
    assert len(content) == logo["byteSize"]
    ((changes,),) = await town.rows(
        "select changes from audit_entries where action = 'AGENCY_CHANGED' order by number desc limit 1"
    )
    assert "logo" in changes
    assert "nandu" not in changes


async def test_what_is_absent_stays_and_null_takes_away(town: Town) -> None:
    await act(town, UPDATE, by="adan", input=WHOLE | {"logo": file_input("l.jpg", a_picture("JPEG"))})

    told = await act(town, UPDATE, by="adan", input={"phone": None, "brandColor": None})
    assert (told["agency"]["phone"], told["agency"]["brandColor"]) == (None, None)
    assert (told["agency"]["city"], told["agency"]["logo"]["contentType"]) == ("Medellín", "image/jpeg")
    told = await act(town, UPDATE, by="adan", input={"logo": None, "returnUrls": None})
    assert told["agency"]["logo"] is None
    assert await town.rows("select return_urls, logo from agencies") == [([], None)]


BAD: list[tuple[dict[str, Any], tuple[str, str]]] = [
    ({"name": None}, ("name", "REQUIRED")),
    ({"name": " "}, ("name", "REQUIRED")),
    ({"name": "x" * 201}, ("name", "TOO_LONG")),
    ({"partialPaymentsAllowed": None}, ("partialPaymentsAllowed", "REQUIRED")),
    ({"email": "no es"}, ("email", "INVALID")),
    ({"phone": "1\u00002"}, ("phone", "INVALID")),
    ({"landlordRegistration": "x" * 101}, ("landlordRegistration", "TOO_LONG")),
    ({"privacyPolicyUrl": "javascript:alert(1)"}, ("privacyPolicyUrl", "INVALID")),
    ({"privacyPolicyUrl": "http://nandu.example"}, ("privacyPolicyUrl", "INVALID")),
    ({"returnUrls": ["https://bien.example/pago", "http://malo.example/pago"]}, ("returnUrls", "INVALID")),
    ({"returnUrls": ["https://bien.example/pago?a=1"]}, ("returnUrls", "INVALID")),
    ({"returnUrls": ["https://user@malo.example/"]}, ("returnUrls", "INVALID")),
    ({"returnUrls": [f"https://bien.example/{n}" for n in range(21)]}, ("returnUrls", "TOO_LONG")),
    ({"brandColor": "rojo"}, ("brandColor", "INVALID")),
    ({"logo": file_input("logo.png", b"<svg/>")}, ("logo", "INVALID")),
    ({"logo": file_input("logo.png", a_pdf())}, ("logo", "INVALID")),
    ({"logo": file_input("logo.png", a_picture("PNG", (400, 300))[:-120])}, ("logo", "INVALID")),
    ({"logo": file_input("logo.png", a_picture() + bytes(205_000))}, ("logo", "TOO_LONG")),
    ({"logo": {"fileName": "logo.png", "contentBase64": "no es base64"}}, ("logo", "INVALID")),
    ({"logo": {"fileName": "logo.png", "contentBase64": ""}}, ("logo", "REQUIRED")),
]


@pytest.mark.parametrize(("given", "problem"), BAD)
async def test_what_cannot_stay_changes_nothing(town: Town, given: dict[str, Any], problem: tuple[str, str]) -> None:
    await town.ask("{ me { id } }", by="adan")
    before = await town.checksums()

    told = await act(town, UPDATE, by="adan", input={"city": "Cali"} | given)

    assert told["is"] == "updateAgency.InvalidInput"
    assert [(it["field"], it["code"]) for it in told["fields"]] == [problem]
    assert await town.checksums() == before
