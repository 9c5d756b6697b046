"""What WebCheckout accepts from a merchant's page, and what it answers with an error page."""

import httpx
import pytest

from simulator.payu.merchants import Merchant
from tests.simulator.support import CHECKOUT, Page, World, signed_form


async def refused(world: World, answer: httpx.Response) -> str:
    """The text of the error page; nothing may have come of the form."""
    assert answer.status_code == 200
    page = Page(answer.text)
    assert "No es posible procesar el pago" in page.text
    assert "SIMULADOR – NO ES DINERO REAL" in page.text
    assert page.forms == []
    assert world.merchant.received == []
    return " ".join(page.text.split())


async def test_a_signed_form_gets_the_page_that_waits_for_a_person(world: World) -> None:
    answer = await world.pay()

    page = Page(answer.text)
    assert answer.status_code == 200
    assert "$ 1.850.000" in page.text
    assert "Comercio de prueba (Colombia)" in page.text
    assert "Canon de arrendamiento, marzo de 2026" in page.text
    assert "SIMULADOR – NO ES DINERO REAL" in page.text


@pytest.mark.parametrize("algorithm", ["MD5", "SHA", "SHA256"])
@pytest.mark.parametrize(
    "trio", [{}, {"paymentMethods": "PSE,VISA"}, {"iin": "411111"}, {"paymentMethods": "PSE", "pseBanks": "1022,1007"}]
)
async def test_every_algorithm_signs_with_and_without_the_optional_trio(
    world: World, algorithm: str, trio: dict[str, str]
) -> None:
    answer = await world.pay(algorithmSignature=algorithm, **trio)

    assert "Elija cómo pagar" in answer.text


@pytest.mark.parametrize(
    "field",
    [
        "merchantId",
        "accountId",
        "referenceCode",
        "description",
        "amount",
        "currency",
        "tax",
        "taxReturnBase",
        "buyerEmail",
        "buyerFullName",
        "telephone",
    ],
)
@pytest.mark.parametrize("value", [None, "", "  "])
async def test_a_missing_mandatory_field_is_refused(world: World, field: str, value: str | None) -> None:
    form = signed_form()
    if value is None:
        del form[field]
    else:
        form[field] = value

    text = await refused(world, await world.browser.post(CHECKOUT, data=form))

    assert f"{field} es obligatorio" in text
    assert await world.orders() == []


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"amount": "1850000.123"}, "amount debe ser un número con máximo dos decimales"),
        ({"amount": "1.850.000"}, "amount debe ser un número"),
        ({"amount": "1850000,50"}, "amount debe ser un número"),
        ({"amount": "-5"}, "amount debe ser un número"),
        ({"amount": "1e6"}, "amount debe ser un número"),
        ({"amount": "NaN"}, "amount debe ser un número"),
        ({"amount": "0"}, "amount debe ser mayor que cero"),
        ({"tax": "1000000", "taxReturnBase": "850000.01"}, "tax + taxReturnBase no puede superar amount"),
        ({"merchantId": "999999"}, "merchantId el comercio 999999 no existe"),
        ({"accountId": "512322"}, "accountId la cuenta 512322 no es del comercio 508029"),
        ({"currency": "EUR"}, "currency la cuenta sólo recibe COP, USD"),
        ({"referenceCode": "INV~1"}, "referenceCode sólo admite"),
        ({"referenceCode": "INV 1"}, "referenceCode sólo admite"),
        ({"referenceCode": "CAÑÓN1"}, "referenceCode sólo admite"),
        ({"referenceCode": "A" * 256}, "referenceCode supera 255 caracteres"),
        ({"buyerEmail": "ana"}, "buyerEmail no es un correo"),
        ({"buyerFullName": "a" * 151}, "buyerFullName supera 150"),
        ({"description": "a\x00b"}, "description contiene caracteres de control"),
        ({"test": "2"}, "test debe ser uno de 0, 1"),
        ({"lng": "fr"}, "lng debe ser uno de es, en, pt"),
        ({"responseUrl": "javascript:alert(1)"}, "responseUrl debe ser una dirección http o https"),
        ({"confirmationUrl": "ftp://x/y"}, "confirmationUrl debe ser una dirección http o https"),
        ({"confirmationUrl": "http://" + "a" * 255}, "confirmationUrl supera 255"),
        ({"algorithmSignature": "HMAC-SHA256"}, "algorithmSignature debe ser uno de MD5, SHA, SHA256"),
        ({"paymentMethods": "BITCOIN"}, "paymentMethods no nombra ningún medio"),
    ],
)
async def test_a_wrong_field_is_refused_with_its_reason(world: World, changes: dict[str, str], reason: str) -> None:
    assert reason in await refused(world, await world.pay(**changes))
    assert await world.orders() == []


@pytest.mark.parametrize(
    "tampered",
    [
        {"amount": "1000"},
        {"amount": "1850000.00"},
        {"referenceCode": "OTRA"},
        {"currency": "USD"},
        {"paymentMethods": "PSE"},
        {"signature": "0" * 32},
        {"signature": "ñ"},
        {"algorithmSignature": "SHA256"},
    ],
)
async def test_a_form_changed_after_it_was_signed_is_refused(world: World, tampered: dict[str, str]) -> None:
    answer = await world.browser.post(CHECKOUT, data={**signed_form(), **tampered})

    assert "signature la firma no corresponde" in await refused(world, answer)
    assert await world.orders() == []


async def test_every_problem_is_told_at_once(world: World) -> None:
    text = await refused(world, await world.pay(amount="x", buyerEmail="ana", currency="EUR"))

    assert text.count("amount debe ser") == text.count("buyerEmail no es") == text.count("currency la cuenta") == 1


async def test_a_tax_that_fills_the_amount_is_accepted(world: World) -> None:
    answer = await world.pay(amount="1190000", tax="190000", taxReturnBase="1000000")

    assert "IVA incluido" in answer.text
    assert "$ 190.000" in answer.text


async def test_a_reference_that_was_tried_is_refused_while_duplicates_are_controlled(world: World) -> None:
    await world.played("decline")

    text = await refused_again(world)

    assert "referenceCode ya fue usada" in text
    assert len(await world.orders()) == 1


async def refused_again(world: World) -> str:
    world.merchant.received.clear()
    return await refused(world, await world.pay())


async def test_the_same_form_again_before_any_try_opens_the_same_checkout(world: World) -> None:
    await world.pay()
    answer = await world.pay()

    assert "Elija cómo pagar" in answer.text
    assert len(await world.orders()) == 1


async def test_without_duplicate_control_a_reference_can_be_paid_twice(world: World) -> None:
    merchant = {"merchantId": "508029", "accountId": "512321", "apiLogin": "pRRXKOl8ikMmt9u", "duplicateControl": False}
    await world.browser.post("/_sim/merchants", json={**merchant, "apiKey": "4Vj8eK4rloUd272L48hsrarnUA"})

    await world.played("approve")
    await world.pay()

    assert len(await world.orders()) == 2


async def test_the_addresses_of_the_panel_serve_forms_that_bring_none(world: World) -> None:
    panel = {"responseUrl": "http://portal.test/panel", "confirmationUrl": "http://agencia.test/panel"}
    merchant = {"merchantId": "508029", "accountId": "512321", "apiLogin": "pRRXKOl8ikMmt9u"}
    await world.browser.post("/_sim/merchants", json={**merchant, "apiKey": "4Vj8eK4rloUd272L48hsrarnUA", **panel})
    await world.scenario(["approve"])

    answer = await world.pay(responseUrl=None, confirmationUrl=None)

    assert answer.headers["location"].startswith("http://portal.test/panel?")
    assert [delivery["url"] for delivery in await world.deliveries()] == ["http://agencia.test/panel"]


async def test_another_merchant_is_known_only_by_its_own_key(world: World) -> None:
    world.simulation.payu.world.add_merchant(
        Merchant(merchant_id="700001", account_id="700002", api_login="otrologin12345", api_key="otra-llave")
    )

    answer = await world.pay(merchantId="700001", accountId="700002")

    assert "signature la firma no corresponde" in await refused(world, answer)


@pytest.mark.parametrize(
    ("content", "media_type", "status"),
    [
        (b"merchantId=1&merchantId=2", "application/x-www-form-urlencoded", 400),
        (b"merchantId=%ff%fe", "application/x-www-form-urlencoded", 400),
        (b"\xff\xfe", "application/x-www-form-urlencoded", 400),
        (b"&".join(b"f%d=1" % n for n in range(300)), "application/x-www-form-urlencoded", 400),
        (b"x=" + b"1" * 70_000, "application/x-www-form-urlencoded", 413),
        (b"{}", "application/json", 415),
        (b"", "", 415),
    ],
)
async def test_a_body_that_is_no_form_is_refused(world: World, content: bytes, media_type: str, status: int) -> None:
    answer = await world.browser.post(CHECKOUT, content=content, headers={"Content-Type": media_type})

    assert answer.status_code == status
    assert "No es posible procesar el pago" in answer.text
    assert await world.orders() == []


async def test_what_a_merchant_writes_is_escaped(world: World) -> None:
    attack = "<script>alert(1)</script>\"'"
    answer = await world.pay(description=attack, buyerFullName=attack)
    refusal = await world.pay(merchantId="<b>9</b>")

    for html in (answer.text, refusal.text, (await world.browser.get("/")).text):
        assert "<script" not in html
        assert "<b>9" not in html
    assert attack in Page(answer.text).text
