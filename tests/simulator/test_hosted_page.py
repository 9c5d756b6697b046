"""A payer walks through the hosted pages with plain forms."""

import httpx
import pytest

from tests.simulator.support import API_KEY, Page, World, md5, query_of, signed_form

CARD = "Pagar y aprobar"


async def arrive(world: World, **changes: str | None) -> Page:
    return await world.follow(await world.pay(**changes))


def card_panel(page: Page) -> list[str]:
    return page.form_with(CARD).options["method"]


async def back_at_the_site(world: World, page: Page) -> dict[str, str]:
    """What the browser would bring to `responseUrl`; the merchant's site itself is not there."""
    form = page.form_with("Regresar al sitio")
    assert (form.method, form.action) == ("get", "http://portal.test/pagos/vuelta")
    return form.fields


async def test_a_card_is_approved_and_the_payer_returns(world: World) -> None:
    result = await world.follow(await world.press(await arrive(world), CARD))
    fields = await back_at_the_site(world, result)

    assert "Pago aprobado" in result.text
    assert fields["intento"] == "7"
    assert (fields["transactionState"], fields["polResponseCode"]) == ("4", "1")
    assert fields["lapPaymentMethod"] == "VISA"
    assert fields["signature"] == md5(API_KEY, "508029", "INV0001234A01", "1850000.0", "COP", "4")
    assert world.merchant.states() == ["4"]
    assert fields["transactionId"] == world.merchant.received[0]["transaction_id"]
    assert not any("Intentar de nuevo" in form.buttons for form in result.forms)


async def test_the_way_back_has_every_documented_field(world: World) -> None:
    documented = [
        "merchantId",
        "merchant_name",
        "merchant_address",
        "merchant_url",
        "telephone",
        "transactionState",
        "lapTransactionState",
        "message",
        "referenceCode",
        "reference_pol",
        "transactionId",
        "description",
        "trazabilityCode",
        "cus",
        "orderLanguage",
        "extra1",
        "extra2",
        "extra3",
        "polTransactionState",
        "signature",
        "polResponseCode",
        "lapResponseCode",
        "risk",
        "polPaymentMethod",
        "lapPaymentMethod",
        "polPaymentMethodType",
        "lapPaymentMethodType",
        "installmentsNumber",
        "TX_VALUE",
        "TX_TAX",
        "currency",
        "lng",
        "pseCycle",
        "buyerEmail",
        "pseBank",
        "pseReference1",
        "pseReference2",
        "pseReference3",
        "authorizationCode",
        "TX_ADMINISTRATIVE_FEE",
        "TX_TAX_ADMINISTRATIVE_FEE",
        "TX_TAX_ADMINISTRATIVE_FEE_RETURN_BASE",
        "processingDate",
    ]

    fields = await world.played("approve", extra1="uno", extra3="trés & más")

    assert set(documented) - set(fields) == set()
    assert (fields["extra1"], fields["extra2"], fields["extra3"]) == ("uno", "", "trés & más")
    assert (fields["TX_VALUE"], fields["TX_TAX"]) == ("1850000.00", ".00")


async def test_the_way_back_is_signed_with_one_decimal_half_to_even(world: World) -> None:
    fields = await world.played("approve", amount="1850000.55")

    assert fields["signature"] == "aefb6401ee97f9d0011ff4fe825a2c7f"
    assert world.merchant.received[0]["sign"] == "d9f58daeef62d241ba604befdf5f97c9"


async def test_a_decline_names_its_reason_and_a_retry_keeps_the_order(world: World) -> None:
    page = await arrive(world)
    declined = await world.follow(await world.press(page, "Rechazar", code="INSUFFICIENT_FUNDS"))
    assert "Fondos insuficientes" in declined.text
    fields = await back_at_the_site(world, declined)
    assert (fields["transactionState"], fields["lapResponseCode"]) == ("6", "INSUFFICIENT_FUNDS")

    again = await world.follow(await world.press(declined, "Intentar de nuevo"))
    assert "El intento anterior no fue aprobado" in again.text
    approved = await world.follow(await world.press(again, CARD))

    assert "Pago aprobado" in approved.text
    first, second = world.merchant.received
    assert (first["state_pol"], first["response_code_pol"]) == ("6", "6")
    assert first["reference_pol"] == second["reference_pol"]
    assert first["transaction_id"] != second["transaction_id"]


async def test_error_104_is_told_to_the_payer_and_notified_as_a_decline(world: World) -> None:
    result = await world.follow(await world.press(await arrive(world), "Error 104"))
    fields = await back_at_the_site(world, result)

    assert (fields["transactionState"], fields["polTransactionState"]) == ("104", "6")
    assert fields["signature"] == md5(API_KEY, "508029", "INV0001234A01", "1850000.0", "COP", "104")
    assert world.merchant.states() == ["6"]
    assert (await world.known())[0]["transactions"][0]["transactionResponse"]["state"] == "ERROR"


async def test_a_payment_under_review_returns_pending_and_tells_nobody(world: World) -> None:
    result = await world.follow(await world.press(await arrive(world), "Dejar en revisión"))
    fields = await back_at_the_site(world, result)

    assert "Pago pendiente" in result.text
    assert (fields["transactionState"], fields["polTransactionState"], fields["polResponseCode"]) == ("7", "7", "15")
    assert world.merchant.received == []
    assert (await world.known())[0]["status"] == "IN_PROGRESS"


async def at_the_bank(world: World, **filled: str) -> Page:
    return await world.follow(await world.press(await arrive(world), "Ir al banco", **filled))


async def test_pse_goes_to_the_chosen_bank_and_back(world: World) -> None:
    bank = await at_the_bank(world, bank="1051", document_type="CC", document="52123456")
    assert "BANCO DAVIVIENDA" in bank.text
    assert (await world.known())[0]["transactions"][0]["transactionResponse"]["state"] == "PENDING"
    assert world.merchant.received == []

    fields = await back_at_the_site(world, await world.follow(await world.press(bank, "Autorizar el pago")))

    assert (fields["transactionState"], fields["lapPaymentMethod"]) == ("4", "PSE")
    assert fields["pseBank"] == "BANCO DAVIVIENDA"
    assert (fields["pseReference2"], fields["pseReference3"]) == ("CC", "52123456")
    notified = world.merchant.received[0]
    assert notified["cus"] == fields["cus"] != ""
    assert notified["pse_bank"] == "BANCO DAVIVIENDA"
    assert notified["payment_method_type"] == "4"


@pytest.mark.parametrize(
    ("button", "state", "code", "notified"),
    [
        ("Dejar pendiente", "7", "9994", []),
        ("Rechazar", "6", "5", ["6"]),
        ("Falla del banco", "104", "9996", ["6"]),
    ],
)
async def test_pse_may_stay_pending_be_rejected_or_fail(
    world: World, button: str, state: str, code: str, notified: list[str]
) -> None:
    fields = await back_at_the_site(world, await world.follow(await world.press(await at_the_bank(world), button)))

    assert (fields["transactionState"], fields["polResponseCode"]) == (state, code)
    assert world.merchant.states() == notified


async def test_a_pending_pse_answers_12_and_blocks_another_try(world: World) -> None:
    bank = await at_the_bank(world)
    result = await world.follow(await world.press(bank, "Dejar pendiente"))
    assert (await back_at_the_site(world, result))["polTransactionState"] == "12"

    order = (await world.orders())[0]["id"]
    again = await world.browser.post(
        f"/ppp-web-gateway-payu/pago/{order}/medio/tarjeta", data={"method": "VISA", "outcome": "approve"}
    )

    assert again.headers["location"].endswith("/resultado")
    assert len((await world.orders())[0]["transactions"]) == 1


async def test_only_the_banks_of_the_form_are_offered(world: World) -> None:
    page = await arrive(world, pseBanks="1022,1007")

    assert page.form_with("Ir al banco").options["bank"] == ["1022", "1007"]


async def test_nequi_is_approved_on_the_phone(world: World) -> None:
    phone = await world.follow(await world.press(await arrive(world), "Enviar la notificación"))
    result = await world.follow(await world.press(phone, "Aceptar en el celular"))

    assert "Pago aprobado" in result.text
    assert world.merchant.received[0]["payment_method_name"] == "NEQUI"


async def test_a_push_to_nequi_that_nobody_answers_expires_in_a_quarter_of_an_hour(world: World) -> None:
    phone = await world.follow(await world.press(await arrive(world), "Enviar la notificación"))
    await world.press(phone, "No responder")

    await world.advance("PT14M")
    await world.tick()
    assert world.merchant.received == []
    await world.advance("PT1M")
    await world.tick()

    assert world.merchant.states() == ["5"]


async def coupon(world: World, **changes: str | None) -> Page:
    return await world.follow(await world.press(await arrive(world, **changes), "Generar el recibo"))


async def test_a_coupon_is_shown_with_its_bars_and_the_payer_returns_pending(world: World) -> None:
    page = await coupon(world)
    assert "Recibo para pagar en efectivo" in page.text
    assert "12 mar 2026, 1:07 p. m." in page.text
    result = await world.follow(await world.press(page, "Guardar y continuar"))

    fields = await back_at_the_site(world, result)

    assert (fields["transactionState"], fields["polTransactionState"], fields["polResponseCode"]) == ("7", "14", "25")
    assert fields["lapPaymentMethod"] == "EFECTY"
    assert world.merchant.received == []


async def test_a_coupon_paid_at_the_counter_is_approved(world: World) -> None:
    page = await coupon(world)

    result = await world.follow(await world.press(page, "Simular el pago en caja"))

    assert "Pago aprobado" in result.text
    assert world.merchant.received[0]["payment_method_type"] == "7"


async def test_a_coupon_that_nobody_pays_expires_after_seven_days(world: World) -> None:
    await coupon(world)

    await world.advance("P7D")
    await world.tick()

    assert world.merchant.states() == ["5"]
    assert world.merchant.received[0]["response_message_pol"] == "EXPIRED_TRANSACTION"
    assert (await world.known())[0]["status"] == "CANCELLED"


@pytest.mark.parametrize(
    ("asked", "days"),
    [("2026-03-07 13:07:35", "P2D"), ("2026-03-20 13:07:35", "P7D"), ("mañana", "P7D"), ("2026-03-01 00:00:00", "P7D")],
)
async def test_the_form_may_shorten_the_life_of_a_coupon_but_not_extend_it(world: World, asked: str, days: str) -> None:
    await coupon(world, expirationDate=asked)

    await world.advance({"P2D": "P1DT23H59M", "P7D": "P6DT23H59M"}[days])
    await world.tick()
    assert world.merchant.received == []
    await world.advance("PT1M")
    await world.tick()

    assert world.merchant.states() == ["5"]


async def test_closing_the_page_tells_nobody_and_leaves_no_order_to_query(world: World) -> None:
    page = await arrive(world)

    closed = await world.follow(await world.press(page, "Cerrar sin pagar"))

    assert "Usted salió sin pagar" in closed.text
    assert world.merchant.received == []
    assert await world.known() is None


async def test_the_form_narrows_the_methods(world: World) -> None:
    page = await arrive(world, paymentMethods="PSE,VISA-1-3,MASTERCARD")

    assert card_panel(page) == ["VISA", "MASTERCARD"]
    assert not any(
        "Generar el recibo" in form.buttons or "Enviar la notificación" in form.buttons for form in page.forms
    )


@pytest.mark.parametrize(
    ("amount", "cash"),
    [
        ("900", ["Pago en bancos"]),
        ("4000000", ["Efecty", "Su Red", "Pago en bancos"]),
        ("4000000.01", ["Efecty", "Pago en bancos"]),
        ("6000001", ["Pago en bancos"]),
    ],
)
async def test_cash_is_offered_within_its_limits(world: World, amount: str, cash: list[str]) -> None:
    text = (await arrive(world, amount=amount)).text

    assert [
        name for name in ("Efecty", "Su Red", "Pago en bancos") if name in text.split("pago en bancos", 1)[1]
    ] == cash


async def test_a_method_beyond_its_limit_cannot_be_forced(world: World) -> None:
    await arrive(world, amount="7000000")
    order = (await world.orders())[0]["id"]

    answer = await world.browser.post(
        f"/ppp-web-gateway-payu/pago/{order}/medio/efectivo", data={"method": "EFECTY", "outcome": "start"}
    )

    assert "no está disponible para este pago" in answer.text
    assert (await world.orders())[0]["transactions"] == []


async def test_pressing_approve_twice_charges_once(world: World) -> None:
    page = await arrive(world)

    await world.press(page, CARD)
    result = await world.follow(await world.press(page, CARD))

    assert "Pago aprobado" in result.text
    assert len(world.merchant.received) == 1


async def test_without_a_way_back_the_result_says_so(world: World) -> None:
    result = await world.follow(await world.press(await arrive(world, responseUrl=None), CARD))

    assert "El comercio no indicó una página de respuesta" in result.text


async def test_pages_load_nothing_from_elsewhere_and_need_no_script(world: World) -> None:
    pages = [await arrive(world), await coupon(world, referenceCode="OTRA"), Page((await world.browser.get("/")).text)]

    for page in pages:
        assert all(address.startswith("/") for address in page.addresses), page.addresses
    answer = await world.pay(referenceCode="TERCERA")
    assert "script-src" not in answer.headers["content-security-policy"]
    assert answer.headers["content-security-policy"].startswith("default-src 'none'")
    assert "<script" not in answer.text
    style = await world.browser.get("/static/simulador.css")
    assert style.status_code == 200
    assert "://" not in style.text


@pytest.mark.parametrize("place", ["", "/resultado", "/entidad"])
async def test_an_unknown_order_has_no_page(world: World, place: str) -> None:
    answer = await world.browser.get(f"/ppp-web-gateway-payu/pago/99{place}")

    assert answer.status_code == 404
    assert "SIMULADOR – NO ES DINERO REAL" in answer.text


async def test_a_browser_that_follows_redirections_ends_at_the_site_with_its_own_query(world: World) -> None:
    await world.scenario(["approve"])

    answer: httpx.Response = await world.browser.post("/ppp-web-gateway-payu/", data=signed_form())

    assert answer.status_code == 303
    assert answer.headers["location"].startswith("http://portal.test/pagos/vuelta?intento=7&merchantId=508029&")
    assert query_of(answer)["referenceCode"] == "INV0001234A01"
