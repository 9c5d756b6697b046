"""A tenant pays online: in the gateway's pages, and back on the own main page."""

import asyncio
from datetime import UTC, date, datetime
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from domain.imports.sheets import ImportKind
from domain.periods import bogota_date
from tests.end_to_end.street import RETURN_URL, Payer, Person, Street, fields_of, in_days, text_of

TODAY = bogota_date(datetime.now(UTC))
MONTHS = [
    *("enero", "febrero", "marzo", "abril", "mayo", "junio"),
    *("julio", "agosto", "septiembre", "octubre", "noviembre", "diciembre"),
]
TENANTS = ("ana", "beto", "cora", "dora", "elsa", "fito", "gala", "hugo", "ines")
DASHBOARD = "dashboard { tenant { pendingAmount pendingInvoices nextDueInvoice { number } lastPayment { amount } } }"
INVOICES = "invoices { nodes { id number statusLabel balance payable } }"


@pytest.fixture(scope="module")
async def town(street: Street) -> Street:
    """Each tenant owes this month's rent and the next one's."""
    await street.found("andina", "900123456-8")
    await street.found("boreal", "800197268-4")
    names = {f"T{number}": name for number, name in enumerate(TENANTS, start=1)}
    people = [{"codigo": code, "nombre": f"{name.title()} Peña"} for code, name in names.items()]
    await street.take("andina", ImportKind.CLIENTS, *people, {"codigo": "O1", "nombre": "Óscar Ruiz"})
    homes = [{"codigo": f"I-{code}", "propietarios": "O1:100,00"} for code in names]
    await street.take("andina", ImportKind.PROPERTIES, *homes)
    leases = [{"numero": f"ARR-{code}", "inmueble": f"I-{code}", "titulares": code} for code in names]
    await street.take("andina", ImportKind.CONTRACTS, *leases)
    await street.take("andina", ImportKind.INVOICES, *(bill(code, n) for code in names for n in (1, 2)))
    for code, name in names.items():
        await street.register("andina", name, client=code)
    await street.take("boreal", ImportKind.CLIENTS, {"codigo": "T1"}, {"codigo": "O1"})
    await street.take("boreal", ImportKind.PROPERTIES, {"codigo": "I-T1", "propietarios": "O1:100,00"})
    await street.take("boreal", ImportKind.CONTRACTS, {"numero": "ARR-T1", "inmueble": "I-T1"})
    await street.take("boreal", ImportKind.INVOICES, bill("T1", 1))
    await street.register("boreal", "zoe", client="T1")
    return street


def bill(code: str, number: int) -> dict[str, str]:
    amounts = {"subtotal": "1850000,00", "iva": "0", "retenciones": "0", "total": "1850000,00"}
    month = date(TODAY.year + (TODAY.month + number - 2) // 12, (TODAY.month + number - 2) % 12 + 1, 1)
    return amounts | {
        "numero": f"FV-{code}-{number}",
        "contrato": f"ARR-{code}",
        "cliente": code,
        "periodo": f"{month:%Y-%m}",
        "fecha_emision": in_days(-5, today=TODAY),
        "fecha_vencimiento": in_days(5 + 30 * (number - 1), today=TODAY),
        "descripcion": f"Canon de arrendamiento {month:%Y-%m}",
    }


async def begun(town: Street, name: str) -> tuple[Person, Payer, str]:
    """Somebody who has pressed «Pagar con PayU» on the first invoice: the person, the browser, the reference."""
    person = await town.person("andina", name)
    (first,) = [it for it in await invoices(person) if it["number"].endswith("-1")]
    intent = (await person.start(first["id"]))["intent"]
    payer = town.payer()
    await payer.open(intent["checkout"])
    return person, payer, intent["reference"]


async def invoices(person: Person) -> Any:
    return (await person.me(INVOICES))["invoices"]["nodes"]


async def paid(person: Person) -> list[str]:
    return sorted(it["number"] for it in await invoices(person) if it["statusLabel"] == "Pagada")


async def test_a_tenant_pays_and_the_receipt_the_history_and_the_main_page_follow(town: Street) -> None:
    ana = await town.person("andina", "ana")
    before = (await ana.me(DASHBOARD))["dashboard"]["tenant"]
    assert before["pendingAmount"] == "3700000.00"
    assert (before["nextDueInvoice"], before["lastPayment"]) == ({"number": "FV-T1-1"}, None)

    ana, payer, reference = await begun(town, "ana")
    assert "1.850.000" in payer.page.text
    assert (await ana.intent(reference))["status"] == "REDIRECTED"
    await payer.press("Pagar y aprobar")
    assert "Pago aprobado" in payer.page.text
    assert payer.way_back.action == RETURN_URL
    assert payer.way_back.fields["reference"] == reference

    intent = await ana.until(reference, "APPROVED")
    assert intent["statusMessage"] == "¡Pago exitoso!"
    assert intent["checkout"] is None
    (payment,) = intent["payments"]
    assert (payment["amount"], payment["credited"], payment["method"]) == ("1850000.00", "0.00", "CREDIT_CARD")
    month = f"{MONTHS[TODAY.month - 1]} de {TODAY.year}"
    receipt = text_of(payment["receipt"])
    said = (
        payment["receiptNumber"],
        "Valor recibido $ 1.850.000",
        "un millón ochocientos cincuenta mil pesos",
        f"Fecha del pago {TODAY.day} de {month}",
        f"{month} $ 1.850.000",  # the period that was paid, beside its value
        "FV-T1-1",
        "Recibimos de Ana Peña",
        "Inmobiliaria Andina NIT 900.123.456-8 Matrícula de arrendador MAT-2026-001",
    )
    assert [text for text in said if text not in receipt] == []

    after = (await ana.me(DASHBOARD))["dashboard"]["tenant"]
    assert (after["pendingAmount"], after["pendingInvoices"]) == ("1850000.00", 1)
    assert after["nextDueInvoice"] == {"number": "FV-T1-2"}
    assert after["lastPayment"] == {"amount": "1850000.00"}
    assert await paid(ana) == ["FV-T1-1"]
    history = await ana.me("payments { nodes { receiptNumber gateway allocations { invoiceNumber amount } } }")
    assert history["payments"]["nodes"] == [
        {
            "receiptNumber": payment["receiptNumber"],
            "gateway": "PAYU",
            "allocations": [{"invoiceNumber": "FV-T1-1", "amount": "1850000.00"}],
        }
    ]
    (first,) = [it for it in await invoices(ana) if it["number"] == "FV-T1-1"]
    assert (first["balance"], first["payable"]) == ("0.00", False)
    assert (await ana.start(first["id"]))["invoices"] == [{"number": "FV-T1-1"}]


async def test_a_declined_card_may_be_tried_again_in_the_same_checkout(town: Street) -> None:
    beto, payer, reference = await begun(town, "beto")

    await payer.press("Rechazar", code="INSUFFICIENT_FUNDS")
    declined = await beto.until(reference, "DECLINED")
    assert "fondos insuficientes" in declined["statusMessage"]
    assert declined["checkout"] is not None
    assert (declined["payments"], await paid(beto)) == ([], [])

    await payer.press("Intentar de nuevo")
    await payer.press("Pagar y aprobar")
    approved = await beto.until(reference, "APPROVED")
    assert len(approved["payments"]) == 1
    assert await paid(beto) == ["FV-T2-1"]


async def test_who_leaves_after_a_decline_starts_anew_and_paying_both_leaves_credit(town: Street) -> None:
    ines, payer, first_reference = await begun(town, "ines")
    await payer.press("Rechazar", code="INSUFFICIENT_FUNDS")
    await ines.until(first_reference, "DECLINED")

    _, other, reference = await begun(town, "ines")
    assert reference != first_reference
    await other.press("Pagar y aprobar")
    await ines.until(reference, "APPROVED")
    assert await paid(ines) == ["FV-T9-1"]

    # The page of the first attempt is still open in another tab.
    await payer.press("Intentar de nuevo")
    await payer.press("Pagar y aprobar")
    (second,) = (await ines.until(first_reference, "APPROVED"))["payments"]
    assert (second["amount"], second["credited"]) == ("1850000.00", "1850000.00")
    tenant = (await ines.me("dashboard { tenant { creditBalance pendingAmount } }"))["dashboard"]["tenant"]
    assert tenant == {"creditBalance": "1850000.00", "pendingAmount": "1850000.00"}


async def test_a_debit_that_the_bank_takes_its_time_for(town: Street) -> None:
    cora, payer, reference = await begun(town, "cora")
    (first,) = [it for it in await invoices(cora) if it["number"] == "FV-T3-1"]

    await payer.press("Ir al banco", bank="1007", document_type="CC", document="52123456")
    await payer.press("Dejar pendiente")
    assert payer.way_back.fields["reference"] == reference
    told = (await cora.ask_now(reference))["intent"]
    assert told["status"] == "PENDING"
    assert "antes de intentar de nuevo" in told["statusMessage"]
    again = await cora.start(first["id"])
    assert (again["__typename"], again["intent"]["reference"]) == ("PaymentInProgress", reference)
    assert await paid(cora) == []

    (order,) = await town.orders(reference)
    await town.control(f"orders/{order['id']}/play", script=["approve"])
    approved = await cora.until(reference, "APPROVED")
    assert approved["method"] == "PSE"
    assert approved["gatewayReference"] == order["transactions"][0]["cus"]
    assert approved["payments"][0]["method"] == "PSE"
    assert await paid(cora) == ["FV-T3-1"]


async def test_a_notice_that_comes_twice_pays_once(town: Street) -> None:
    dora, payer, reference = await begun(town, "dora")
    await payer.press("Pagar y aprobar")
    first = await dora.until(reference, "APPROVED")

    (notice,) = await town.notices(reference)
    for _ in range(2):
        await town.control(f"deliveries/{notice['id']}/replay")
    statuses = [attempt["status"] for sent in await town.notices(reference) for attempt in sent["attempts"]]

    assert statuses == [200, 200, 200]
    assert await dora.intent(reference) == first
    tenant = await dora.me("dashboard { tenant { creditBalance pendingAmount } } payments { totalCount }")
    assert tenant["dashboard"]["tenant"] == {"creditBalance": "0.00", "pendingAmount": "1850000.00"}
    assert tenant["payments"]["totalCount"] == 1


async def test_coming_back_from_the_gateway_alone_pays_nothing_and_asking_it_does(town: Street) -> None:
    elsa = await town.person("andina", "elsa")
    (first,) = [it for it in await invoices(elsa) if it["number"] == "FV-T5-1"]
    intent = (await elsa.start(first["id"]))["intent"]
    reference = intent["reference"]
    await town.control("scenarios", gateway="payu", reference=reference, script=["approve:drop_notification"])

    landed = await town.payer().send(intent["checkout"])

    back = urlsplit(landed)
    assert landed.startswith(f"{RETURN_URL}?")
    brought = parse_qs(back.query)
    assert (brought["reference"], brought["transactionState"]) == ([reference], ["4"])
    assert (await elsa.intent(reference))["status"] == "REDIRECTED"
    assert await paid(elsa) == []
    # Whoever sends what the browser brought, which is signed for another purpose, to the gateway's door is refused.
    door = fields_of(intent["checkout"])["confirmationUrl"]
    assert await town.call_back(door, back.query) == 400
    assert await paid(elsa) == []

    told = await elsa.ask_now(reference)
    assert told["intent"] == {"status": "APPROVED", "statusMessage": "¡Pago exitoso!"}
    assert await paid(elsa) == ["FV-T5-1"]


async def test_two_invoices_are_paid_with_one_receipt(town: Street) -> None:
    fito = await town.person("andina", "fito")
    intent = (await fito.start(*[it["id"] for it in await invoices(fito)]))["intent"]
    payer = town.payer()
    await payer.open(intent["checkout"])
    assert "3.700.000" in payer.page.text

    await payer.press("Pagar y aprobar")

    (payment,) = (await fito.until(intent["reference"], "APPROVED"))["payments"]
    text = text_of(payment["receipt"])
    assert payment["amount"] == "3700000.00"
    assert "FV-T6-1" in text
    assert "FV-T6-2" in text
    assert await paid(fito) == ["FV-T6-1", "FV-T6-2"]
    assert (await fito.me(DASHBOARD))["dashboard"]["tenant"]["pendingAmount"] == "0.00"


async def test_pressing_the_button_many_times_at_once_opens_one_checkout(town: Street) -> None:
    hugo = await town.person("andina", "hugo")
    first = (await invoices(hugo))[-1]["id"]

    told = await asyncio.gather(*(hugo.start(first) for _ in range(6)))

    assert len({answer["intent"]["reference"] for answer in told}) == 1
    assert len({str(answer["intent"]["checkout"]) for answer in told}) == 1


async def test_another_agencys_door_takes_no_notice_of_it(town: Street) -> None:
    """Both have PayU's sandbox account, so that the signature is good at either."""
    gala, zoe = await town.person("andina", "gala"), await town.person("boreal", "zoe")
    checkouts = []
    for person in (gala, zoe):
        intent = (await person.start((await invoices(person))[-1]["id"]))["intent"]
        checkouts.append((intent["reference"], intent["checkout"], fields_of(intent["checkout"])["confirmationUrl"]))
    (reference, checkout, own_door), (_, _, other_door) = checkouts
    await town.control("scenarios", gateway="payu", reference=reference, script=["approve:drop_notification"])
    await town.payer().send(checkout)
    (notice,) = await town.notices(reference)

    assert await town.call_back(other_door, notice["body"]) == 200
    assert (await gala.intent(reference))["status"] == "REDIRECTED"
    assert await paid(gala) == await paid(zoe) == []

    assert await town.call_back(own_door, notice["body"]) == 200
    assert (await gala.intent(reference))["status"] == "APPROVED"
    assert (len(await paid(gala)), await paid(zoe)) == (1, [])
