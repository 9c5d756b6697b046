"""A tenant pays by EnLineaPagos: in its pages, back through the service's address, to the front end's page."""

import asyncio
from datetime import UTC, date, datetime
from typing import Any

import pytest

from domain.imports.sheets import ImportKind
from domain.periods import bogota_date
from tests.end_to_end.street import RETURN_URL, Payer, Person, Street, in_days, text_of

TODAY = bogota_date(datetime.now(UTC))
TENANTS = ("ana", "beto", "cora", "dora")
INVOICES = "invoices { nodes { id number statusLabel gateways { code label methods } } }"


@pytest.fixture(scope="module")
async def town(street: Street) -> Street:
    """Each tenant owes this month's rent."""
    await street.found("caribe", "900123456-8")
    names = {f"T{number}": name for number, name in enumerate(TENANTS, start=1)}
    people = [{"codigo": code, "nombre": f"{name.title()} Ñúñez Peña"} for code, name in names.items()]
    await street.take("caribe", ImportKind.CLIENTS, *people, {"codigo": "O1", "nombre": "Óscar Ruiz"})
    homes = [{"codigo": f"I-{code}", "propietarios": "O1:100,00"} for code in names]
    await street.take("caribe", ImportKind.PROPERTIES, *homes)
    leases = [{"numero": f"ARR-{code}", "inmueble": f"I-{code}", "titulares": code} for code in names]
    await street.take("caribe", ImportKind.CONTRACTS, *leases)
    await street.take("caribe", ImportKind.INVOICES, *(bill(code) for code in names))
    for code, name in names.items():
        await street.register("caribe", name, client=code)
    return street


def bill(code: str) -> dict[str, str]:
    return {
        "subtotal": "1850000,00",
        "iva": "0",
        "retenciones": "0",
        "total": "1850000,00",
        "numero": f"FV-{code}",
        "contrato": f"ARR-{code}",
        "cliente": code,
        "periodo": f"{date(TODAY.year, TODAY.month, 1):%Y-%m}",
        "fecha_emision": in_days(-5, today=TODAY),
        "fecha_vencimiento": in_days(5, today=TODAY),
        "descripcion": "Canon de arrendamiento",
    }


async def the_invoice(person: Person) -> Any:
    (invoice,) = (await person.me(INVOICES))["invoices"]["nodes"]
    return invoice


async def begun(town: Street, name: str) -> tuple[Person, Payer, str]:
    person = await town.person("caribe", name)
    intent = (await person.start((await the_invoice(person))["id"], gateway="ENLINEA"))["intent"]
    payer = town.payer()
    await payer.open(intent["checkout"])
    return person, payer, intent["reference"]


async def test_a_tenant_pays_and_finds_the_payment_on_the_page_the_browser_ends_on(town: Street) -> None:
    ana = await town.person("caribe", "ana")
    invoice = await the_invoice(ana)
    assert invoice["gateways"][1] == {
        "code": "ENLINEA",
        "label": "EnLineapagos",
        "methods": ["CREDIT_CARD", "PSE", "CASH"],
    }
    intent = (await ana.start(invoice["id"], gateway="ENLINEA"))["intent"]
    assert (intent["checkout"]["method"], intent["checkout"]["fields"]) == ("GET", [])
    payer = town.payer()
    await payer.open(intent["checkout"])
    assert "1.850.000" in payer.page.text
    await payer.press("Ir al banco")
    await payer.press("Autorizar el pago")
    assert (await ana.intent(intent["reference"]))["status"] == "REDIRECTED"

    assert await payer.go_back() == f"{RETURN_URL}?reference={intent['reference']}"

    found = await ana.intent(intent["reference"])
    assert (found["status"], found["statusMessage"], found["method"]) == ("APPROVED", "¡Pago exitoso!", "PSE")
    assert found["gatewayReference"]
    assert found["checkout"] is None
    (payment,) = found["payments"]
    assert (payment["amount"], payment["credited"]) == ("1850000.00", "0.00")
    assert "FV-T1" in text_of(payment["receipt"])
    assert (await the_invoice(ana))["statusLabel"] == "Pagada"


async def test_a_rejected_card_may_try_again(town: Street) -> None:
    beto, payer, reference = await begun(town, "beto")
    await payer.press("Rechazar")
    await payer.go_back()
    assert (await beto.intent(reference))["status"] == "DECLINED"

    await payer.press("Intentar de nuevo")
    await payer.press("Pagar y aprobar")
    await payer.go_back()

    told = await beto.ask_now(reference)
    assert told["intent"]["status"] == "APPROVED"
    assert (await the_invoice(beto))["statusLabel"] == "Pagada"


async def test_a_return_address_that_somebody_made_up_opens_nothing(town: Street) -> None:
    cora, payer, reference = await begun(town, "cora")
    await payer.press("Pagar y aprobar")
    back = payer.way_back
    forged = {**back.fields, "k": "0" * 64}

    answer = await payer.http.get(back.action, params=forged, follow_redirects=False)

    assert (answer.status_code, answer.text) == (401, "")
    assert (await cora.ask_now(reference))["intent"]["status"] == "REDIRECTED"
    assert (await the_invoice(cora))["statusLabel"] == "Facturado"


async def test_pressing_the_button_many_times_at_once_opens_one_checkout(town: Street) -> None:
    dora = await town.person("caribe", "dora")
    invoice = (await the_invoice(dora))["id"]

    told = await asyncio.gather(*(dora.start(invoice, gateway="ENLINEA") for _ in range(6)))

    assert len({str(answer["intent"]["checkout"]) for answer in told}) == 1
    assert len(await town.orders(told[0]["intent"]["reference"])) == 1
