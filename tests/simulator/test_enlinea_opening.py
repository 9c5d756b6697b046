"""EnLinea opens a checkout for a sound request of a known merchant, and says what is wrong with HTTP 200."""

import json
from typing import Any

import pytest

from tests.simulator.enlinea import FORM, REST_BODY, SECRETS, EnLineaWorld


async def test_the_answer_is_a_link_with_escaped_slashes(enlinea: EnLineaWorld) -> None:
    answer = await enlinea.ask_for_link()

    assert answer.status_code == 200
    assert answer.text.startswith('{"link": "http:\\/\\/simulador.test\\/secure\\/gangway\\/pagar.do?t=')
    order = await enlinea.order()
    assert (order["gateway"], order["reference"], order["status"]) == ("enlinea", "INV0001234A01", "NEW")
    assert (order["amount"], order["returnUrl"], order["transactions"]) == (1850000, FORM["urlback"], [])
    assert order["buyer"] == {"fullName": "Ana Lucía Ruiz Peña", "emailAddress": "ana.ruiz@example.com"}


async def test_the_name_of_the_link_can_be_another(enlinea: EnLineaWorld) -> None:
    await enlinea.switched(linkKey="url")

    assert list(json.loads((await enlinea.ask_for_link()).text)) == ["url"]


async def test_tax_and_base_must_make_up_the_amount(enlinea: EnLineaWorld) -> None:
    await enlinea.opened(valor="119000.00", iva="19000", baseiva="100000")
    answer = await enlinea.ask_for_link(valor="119000", iva="19000", baseiva="99999")

    assert "error" in answer.text
    assert len(await enlinea.world.orders()) == 1


@pytest.mark.parametrize(
    "changes",
    [
        {"usuario": "otro"},
        {"usuario": None},
        {"llavemd5": "0" * 32},
        {"llavemd5": None},
        {"referencia": None},
        {"referencia": "a b"},
        {"referencia": "R" * 41},
        {"moneda": "cop"},
        {"moneda": ""},
        {"valor": "1.850.000"},
        {"valor": "1850000,00"},
        {"valor": "0"},
        {"valor": "-5"},
        {"valor": "NaN"},
        {"valor": "10.001"},
        {"iva": None},
        {"baseiva": None},
        {"descripcion": ""},
        {"urlback": None},
        {"urlback": "javascript:alert(1)"},
        {"nombres": "A\x00"},
        {"nombres": "A" * 501},
    ],
)
async def test_what_is_wrong_is_told_in_a_body_with_error(
    enlinea: EnLineaWorld, changes: dict[str, str | None]
) -> None:
    answer = await enlinea.ask_for_link(**changes)

    assert answer.status_code == 200
    assert "error" in answer.text
    assert await enlinea.world.orders() == []


async def test_an_address_encoded_once_more_is_understood(enlinea: EnLineaWorld) -> None:
    await enlinea.opened(urlback="http%3A%2F%2Fagencia.test%2Fvuelta%3Fk%3D1")

    assert (await enlinea.order())["returnUrl"] == "http://agencia.test/vuelta?k=1"


async def test_the_same_reference_opens_another_checkout(enlinea: EnLineaWorld) -> None:
    links = {await enlinea.opened(), await enlinea.opened()}

    assert len(links) == len(await enlinea.world.orders()) == 2


@pytest.mark.parametrize(
    ("changes", "word"),
    [
        ({"key_webservice": "0" * 32}, "llave"),
        ({"username": None}, "Usuario"),
        ({"value": "x"}, "value"),
        ({"url_back": ""}, "url_back"),
        ({"url_redirect": "ftp://x"}, "url_redirect"),
        ({"description": "D" * 201}, "descripción"),
        ({"person_data": [1]}, None),
        ({"value": 1850000}, None),
    ],
)
async def test_the_rest_dialect_answers_link_or_message(
    enlinea: EnLineaWorld, changes: dict[str, Any], word: str | None
) -> None:
    answer = await enlinea.browser.post("/app/webservice/webcheckout/rest", json={**REST_BODY, **changes})

    assert answer.status_code == 200
    assert list(answer.json()) == (["link"] if word is None else ["message"])
    assert word is None or word in answer.json()["message"]
    assert len(await enlinea.world.orders()) == (word is None)


async def test_the_account_of_the_rest_dialect_counts_where_there_is_one(enlinea: EnLineaWorld) -> None:
    await enlinea.switched(accountId="77")

    answer = await enlinea.browser.post("/app/webservice/webcheckout/rest", json=REST_BODY)

    assert "cuenta" in answer.json()["message"]
    assert await enlinea.opened_by_rest(account_id=77)


@pytest.mark.parametrize("content", [b"{", b"[]", b"\xff", b" " * 70_000])
async def test_a_body_that_is_no_object_is_a_message(enlinea: EnLineaWorld, content: bytes) -> None:
    answer = await enlinea.browser.post("/app/webservice/webcheckout/rest", content=content)

    assert (answer.status_code, list(answer.json())) == (200, ["message"])


async def test_a_new_key_replaces_the_old_one_and_is_not_shown(enlinea: EnLineaWorld) -> None:
    await enlinea.switched(llavemd5="f" * 32)

    assert "error" in (await enlinea.ask_for_link()).text
    assert "link" in (await enlinea.ask_for_link(llavemd5="f" * 32)).text
    shown = (await enlinea.browser.get("/_sim/merchants")).text
    assert "f" * 32 not in shown
    assert SECRETS["llavemd5"] not in shown
    assert "clave-del-simulador" not in shown


@pytest.mark.parametrize(
    "changes", [{"usuario": "ñ"}, {"linkKey": "enlace"}, {"returnMethod": "PUT"}, {"serverCopy": "no"}, {"nada": 1}]
)
async def test_a_malformed_merchant_is_refused(enlinea: EnLineaWorld, changes: dict[str, Any]) -> None:
    body = {"gateway": "enlinea", **SECRETS, "clave": "c", **changes}

    answer = await enlinea.browser.post("/_sim/merchants", json=body)

    assert answer.status_code == 422
    assert answer.json()["error"].endswith(".")
