"""What the words of the API mean, on small books and on days that are chosen for it."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

import pytest

from domain.accounts import AccountRole
from domain.imports.sheets import ImportKind
from domain.payments import PaymentGatewayCode
from graphql_api.types.agency import PaymentGateway
from tests.adapters.payu.examples import FORM, a_confirmation, encoded
from tests.graphql_api.forms import FILE, PAY
from tests.graphql_api.town import NOON, RETURN_URL, Town, founded
from tests.postgres import Database
from tests.served import PUBLIC_URL

DASHBOARD = """{ me { client { email profile dashboard { openPqrs
  tenant { pendingAmount pendingInvoices overdueAmount creditBalance nextDueInvoice { number }
           lastPayment { receiptNumber } }
  owner { rentedProperties pendingCommission incomeThisYear monthlyIncome { month amount }
          lastPayout { number } } } } } }"""
INVOICES = "nodes { number overdue status statusLabel balance payable }"


@pytest.fixture
async def town(database: Database) -> AsyncIterator[Town]:
    """Ana rents the property that Olga owns; nothing is billed yet."""
    async with founded(database) as town:
        await town.agency("andina", payu=True)
        await town.books("andina")
        await town.person("andina", "ana", client="T1")
        await town.person("andina", "olga", client="T2")
        await town.person("andina", "sara", role=AccountRole.STAFF)
        yield town


async def bill(town: Town, *rows: dict[str, str]) -> None:
    await town.take("andina", ImportKind.INVOICES, *rows)


def rent(number: str, due: str, *, total: str = "1000", **more: str) -> dict[str, str]:
    amounts = {"subtotal": total, "iva": "0", "retenciones": "0", "total": total}
    return {"numero": number, "fecha_emision": "2026-01-01", "fecha_vencimiento": due} | amounts | more


async def dashboard(town: Town, by: str = "ana") -> Any:
    return (await town.ask(DASHBOARD, by=by)).data["me"]["client"]["dashboard"]


async def invoices(town: Town, narrowed: str = "") -> dict[str, Any]:
    query = f"{{ me {{ client {{ invoices{narrowed} {{ {INVOICES} }} }} }} }}"
    found = (await town.ask(query, by="ana")).data["me"]["client"]["invoices"]["nodes"]
    return {invoice["number"]: invoice for invoice in found}


def at(town: Town, day: str, time: str = "17:00") -> None:
    """An instant in UTC, five hours ahead of Bogotá; sessions do not live that long."""
    town.clock.set(datetime.fromisoformat(f"{day}T{time}").replace(tzinfo=UTC))
    town.tokens.clear()


async def test_overdue_is_a_balance_whose_due_date_is_before_today_in_bogota(town: Town) -> None:
    await bill(
        town,
        rent("AYER", "2026-07-14"),
        rent("HOY", "2026-07-15"),
        rent("PAGADA", "2026-07-14", estado="pagada"),
        rent("ANULADA", "2026-07-14", estado="anulada"),
        rent("ABONADA", "2026-07-14"),
    )
    part = {"facturas": "ABONADA:400", "valor": "400", "fecha": "2026-07-01"}
    await town.take("andina", ImportKind.PAYMENTS, part)

    for day, time, overdue in (
        ("2026-07-15", "05:00", {"AYER", "ABONADA"}),  # midnight in Bogotá
        ("2026-07-16", "04:59", {"AYER", "ABONADA"}),  # one minute to the next
        ("2026-07-16", "05:00", {"AYER", "ABONADA", "HOY"}),
    ):
        at(town, day, time)
        everything = await invoices(town)
        assert {number for number, invoice in everything.items() if invoice["overdue"]} == overdue
        assert set(await invoices(town, "(filter: {overdue: true})")) == overdue
        assert set(await invoices(town, "(filter: {overdue: false})")) == everything.keys() - overdue
        owed = (await dashboard(town))["tenant"]["overdueAmount"]
        assert owed == {2: "1600.00", 3: "2600.00"}[len(overdue)]


async def test_next_due_is_the_earliest_from_today_on_and_else_the_oldest_overdue(town: Town) -> None:
    await bill(
        town,
        rent("VIEJA", "2026-05-20"),
        rent("VENCIDA", "2026-06-20"),
        rent("PAGADA", "2026-07-16", estado="pagada"),
        rent("PRIMERA", "2026-07-20"),
        rent("SEGUNDA", "2026-08-20"),
    )
    told = {}
    for day in ("2026-05-01", "2026-07-15", "2026-07-20", "2026-07-21", "2026-08-21"):
        at(town, day)
        told[day] = (await dashboard(town))["tenant"]["nextDueInvoice"]["number"]

    assert told == {
        "2026-05-01": "VIEJA",
        "2026-07-15": "PRIMERA",
        "2026-07-20": "PRIMERA",
        "2026-07-21": "SEGUNDA",
        "2026-08-21": "VIEJA",
    }


async def test_pending_is_the_balance_of_rent_without_what_is_voided(town: Town) -> None:
    commission = {"tipo": "comision", "contrato": "ADM-1", "cliente": "T2"}
    await bill(
        town,
        rent("FV-1", "2026-07-20", total="1000,50"),
        rent("FV-2", "2026-07-20", total="2000"),
        rent("FV-3", "2026-07-20", total="4000", estado="pagada"),
        rent("FV-4", "2026-07-20", total="8000", estado="anulada"),
        rent("FC-1", "2026-07-20", total="16000", **commission),
    )
    paid = {"recibo": "RC-1", "facturas": "FV-2:1500", "valor": "1800", "fecha": "2026-07-10"}
    await town.take(
        "andina", ImportKind.PAYMENTS, paid, {"recibo": "RC-2", "facturas": "", "valor": "7", "fecha": "2026-07-02"}
    )

    tenant, owner = (await dashboard(town))["tenant"], (await dashboard(town, "olga"))["owner"]

    assert (tenant["pendingAmount"], tenant["pendingInvoices"], tenant["overdueAmount"]) == ("1500.50", 2, "0.00")
    assert tenant["creditBalance"] == "307.00"
    assert tenant["lastPayment"] == {"receiptNumber": "RC-1"}
    assert owner["pendingCommission"] == "16000.00"


async def test_what_the_back_office_reports_as_paid_without_a_receipt_is_paid_in_full(town: Town) -> None:
    await bill(town, rent("FV-1", "2026-07-14", total="1000", estado="pagada"))
    query = """{ me { client { invoices { nodes { status paid total balance overdue payable payments { amount } } }
        dashboard { tenant { pendingAmount lastPayment { amount } } } } } }"""

    client = (await town.ask(query, by="ana")).data["me"]["client"]

    amounts = {"status": "PAID", "paid": "1000.00", "total": "1000.00", "balance": "0.00"}
    assert client["invoices"]["nodes"] == [amounts | {"overdue": False, "payable": False, "payments": []}]
    assert client["dashboard"]["tenant"] == {"pendingAmount": "0.00", "lastPayment": None}


async def test_profiles_follow_contracts_ended_ones_too(town: Town) -> None:
    codes = ["NADA", "FIADOR", "ANTES", "AMBOS", "DUENO"]
    await town.take("andina", ImportKind.CLIENTS, *({"codigo": code} for code in codes))
    agreement = {"tipo": "administracion", "canon": "", "comision": "10", "fin": ""}
    await town.take(
        "andina",
        ImportKind.CONTRACTS,
        {"numero": "A-1", "titulares": "ANTES", "codeudores": "FIADOR", "estado": "terminado"},
        {"numero": "A-2", "titulares": "AMBOS"},
        {"numero": "M-1", "titulares": "AMBOS|DUENO", "estado": "terminado"} | agreement,
    )
    for code in codes:
        await town.person("andina", code.lower(), client=code)

    told = {}
    for name in ("nada", "fiador", "antes", "ambos", "dueno", "ana", "olga"):
        client = (await town.ask(DASHBOARD, by=name)).data["me"]["client"]
        told[name] = (
            client["profile"],
            client["dashboard"]["tenant"] is not None,
            client["dashboard"]["owner"] is not None,
        )

    assert told == {
        "nada": ("NONE", False, False),
        "fiador": ("NONE", False, False),
        "antes": ("TENANT", True, False),
        "ambos": ("TENANT_OWNER", True, True),
        "dueno": ("OWNER", False, True),
        "ana": ("TENANT", True, False),
        "olga": ("OWNER", False, True),
    }
    for profile, names in (("NONE", 2), ("TENANT", 2), ("OWNER", 2), ("TENANT_OWNER", 1)):
        found = (await town.ask(f"{{ clients(profile: {profile}) {{ totalCount }} }}", by="sara")).data
        assert found["clients"]["totalCount"] == names


async def test_an_owners_income_is_by_the_day_it_was_paid_for_twelve_months(town: Town) -> None:
    nothing = dict.fromkeys(("iva", "comision", "iva_comision", "retenciones", "gastos"), "0")
    payouts = {"2025-07-31": "1", "2025-08-01": "2", "2025-12-31": "4", "2026-01-01": "8", "2026-07-15": "16"}
    rows = [
        {"numero": f"CE-{day}", "fecha": day, "periodo": "2026-01", "canon": amount, "neto": amount} | nothing
        for day, amount in payouts.items()
    ]
    await town.take("andina", ImportKind.PAYOUTS, *rows)

    owner = (await dashboard(town, "olga"))["owner"]

    months = [f"2025-{month:02d}" for month in range(8, 13)] + [f"2026-{month:02d}" for month in range(1, 8)]
    paid = {"2025-08": "2.00", "2025-12": "4.00", "2026-01": "8.00", "2026-07": "16.00"}
    assert owner["monthlyIncome"] == [{"month": it, "amount": paid.get(it, "0.00")} for it in months]
    assert owner["incomeThisYear"] == "24.00"
    assert owner["lastPayout"] == {"number": "CE-2026-07-15"}
    assert owner["rentedProperties"] == 1


@pytest.mark.parametrize(
    ("day", "time", "filed_on", "due"),
    [
        ("2026-07-15", "17:00", "2026-07-15", "2026-08-06"),  # the 20th of July is a holiday
        ("2026-07-16", "04:59", "2026-07-15", "2026-08-06"),  # one minute to midnight in Bogotá
        ("2026-07-16", "05:00", "2026-07-16", "2026-08-10"),  # so is the 7th of August
        ("2026-07-18", "17:00", "2026-07-18", "2026-08-11"),  # a Saturday
        ("2026-12-31", "17:00", "2026-12-31", "2027-01-25"),  # New Year, and Epiphany moved to a Monday
    ],
)
async def test_the_term_of_a_case_is_in_business_days_from_the_day_after_it_was_filed(
    town: Town, day: str, time: str, filed_on: str, due: str
) -> None:
    at(town, day, time)
    for key, start in (("a", None), ("b", "2025-01-01"), ("c", filed_on)):
        form = {"classification": "CLAIM", "subject": "REPAIRS", "description": "Gotea.", "idempotencyKey": key}
        query = FILE.replace("filingNumber", "filingNumber filedAt dueDate startDate overdue history { from to by }")
        told = (await town.ask(query, by="ana", input=form | {"startDate": start})).data["createPqrs"]["pqrs"]

        assert (told["dueDate"], told["startDate"]) == (due, start or filed_on)
        assert (told["status"], told["statusLabel"], told["overdue"]) == ("PENDING", "pendiente", False)
        assert told["history"] == [{"from": None, "to": "PENDING", "by": "Ana Peña"}]
        assert told["filingNumber"] == f"PQRS-{filed_on[:4]}-00000{'abc'.index(key) + 1}"
    assert (await dashboard(town))["openPqrs"] == 3

    late = "{ me { client { pqrs(filter: {overdue: true}) { nodes { overdue dueDate } } } } }"
    at(town, due)
    assert (await town.ask(late, by="ana")).data["me"]["client"]["pqrs"]["nodes"] == []
    at(town, due, "23:59")
    assert (await town.ask(late, by="ana")).data["me"]["client"]["pqrs"]["nodes"] == []
    town.clock.advance(5 * 3600 + 60)
    town.tokens.clear()
    assert len((await town.ask(late, by="ana")).data["me"]["client"]["pqrs"]["nodes"]) == 3


async def test_when_a_matter_began_does_not_lie_in_the_future(town: Town) -> None:
    form = {"classification": "CLAIM", "subject": "OTHER", "description": "x", "idempotencyKey": "k"}
    at(town, "2026-07-16", "04:59")

    told = (await town.ask(FILE, by="ana", input=form | {"startDate": "2026-07-16"})).data["createPqrs"]

    assert [(it["field"], it["message"]) for it in told["fields"]] == [("startDate", "No puede ser una fecha futura.")]


async def test_another_email_of_who_has_an_account_waits_for_that_person(town: Town) -> None:
    csv = "codigo;tipo_persona;nombre;tipo_documento;numero_documento;correo\n"
    rows = (
        "T1;natural;Ana Peña;CC;52123456;otro@correo.example\nT9;natural;Sin Cuenta;CC;52123459;nuevo@correo.example\n"
    )
    query = """mutation Importar($csv: String!) { importRecords(input: {kind: CLIENTS, csv: $csv}) {
        ... on ImportRecordsPayload { created updated unchanged rejected warnings { row column message } } } }"""
    before = (await town.ask(DASHBOARD, by="ana")).data["me"]["client"]["email"]

    told = (await town.ask(query, by="sara", csv=csv + rows)).data["importRecords"]

    assert [(it["row"], it["column"]) for it in told["warnings"]] == [(2, "correo")]
    assert (told["created"], told["rejected"]) == (1, 0)
    found = (await town.ask('{ clients(search: "sin cuenta") { nodes { email account { id } } } }', by="sara")).data
    assert found["clients"]["nodes"] == [{"email": "nuevo@correo.example", "account": None}]
    ana = (await town.ask("{ me { email client { email } } }", by="ana")).data["me"]
    assert ana == {"email": "ana@andina.example", "client": {"email": before}}


async def test_the_manuals_texts_stand_as_they_are(town: Town) -> None:
    await bill(
        town,
        rent("FV-1", "2026-07-20"),
        rent("FV-2", "2026-07-20", estado="pagada"),
        rent("FV-3", "2026-07-20", estado="anulada"),
        rent("FV-4", "2026-07-20"),
    )
    await town.take("andina", ImportKind.PAYMENTS, {"facturas": "FV-4:1", "valor": "1", "fecha": "2026-07-01"})

    labels = {number: invoice["statusLabel"] for number, invoice in (await invoices(town)).items()}
    assert labels == {"FV-1": "Facturado", "FV-2": "Pagada", "FV-3": "Anulada", "FV-4": "Abonada"}
    gateways = (await town.ask("{ agency { gateways { code label methods } } }", agency="andina")).data["agency"]
    assert [(it["code"], it["label"]) for it in gateways["gateways"]] == [("PAYU", "Pagar con PayU")]
    assert PaymentGateway.of(PaymentGatewayCode.ENLINEA).label == "EnLineapagos"


async def test_an_approved_payment_says_so_in_the_manuals_words_and_the_books_follow(town: Town) -> None:
    await bill(town, rent("FV-1", "2026-07-20", total="1000000"))
    found = (await town.ask("{ me { client { invoices { nodes { id } } } } }", by="ana")).data["me"]["client"]
    asked = {"invoiceIds": [found["invoices"]["nodes"][0]["id"]], "gateway": "PAYU", "returnUrl": RETURN_URL}
    started = await town.ask(PAY, by="ana", input=asked | {"idempotencyKey": "k"})
    intent = started.data["startPayment"]["intent"]
    fields = {field["name"]: field["value"] for field in intent["checkout"]["fields"]}
    seen = """query Pago($it: String!) { paymentIntent(reference: $it) {
        status statusMessage checkout { url } payments { amount } } }"""

    told = []
    for state, code in (("7", "25"), ("4", "1")):
        notice = a_confirmation(
            reference_sale=intent["reference"], value=fields["amount"], state_pol=state, response_code_pol=code
        )
        address = fields["confirmationUrl"].removeprefix(PUBLIC_URL)
        assert (await town.http.post(address, content=encoded(notice), headers=FORM)).status_code == 200
        told.append((await town.ask(seen, by="ana", it=intent["reference"])).data["paymentIntent"])

    assert [(it["status"], it["checkout"]) for it in told] == [("PENDING", None), ("APPROVED", None)]
    assert told[1]["statusMessage"] == "¡Pago exitoso!"
    assert told[1]["payments"] == [{"amount": "1000000.00"}]
    paid = (await invoices(town))["FV-1"]
    assert (paid["statusLabel"], paid["balance"], paid["payable"]) == ("Pagada", "0.00", False)
    assert (await dashboard(town))["tenant"]["pendingAmount"] == "0.00"


async def test_amounts_have_two_decimals_and_instants_are_in_utc(town: Town) -> None:
    taxed = {"subtotal": "1000000", "iva": "190000", "retenciones": "35000", "total": "1155000"}
    await bill(town, rent("FV-1", "2026-07-20", **taxed) | taxed)
    await town.take(
        "andina", ImportKind.PAYMENTS, {"fecha": "03/01/2026 14:29", "valor": "1155000", "facturas": "FV-1:1155000"}
    )
    query = """{ me { lastLoginAt client { invoices { nodes {
        subtotal vat withholdings invoiced total paid balance period
        lines { quantity unitPrice vatRate vat amount } payments { paidAt amount } } } } } }"""

    me = (await town.ask(query, by="ana")).data["me"]

    (invoice,) = me["client"]["invoices"]["nodes"]
    assert me["lastLoginAt"] == NOON.isoformat().replace("+00:00", "Z")
    assert {
        name: invoice[name] for name in ("subtotal", "vat", "withholdings", "invoiced", "total", "paid", "balance")
    } == {
        "subtotal": "1000000.00",
        "vat": "190000.00",
        "withholdings": "35000.00",
        "invoiced": "1190000.00",
        "total": "1155000.00",
        "paid": "1155000.00",
        "balance": "0.00",
    }
    assert invoice["lines"] == [
        {"quantity": "1", "unitPrice": "1000000.00", "vatRate": "19.00", "vat": "190000.00", "amount": "1000000.00"}
    ]
    assert invoice["payments"] == [{"paidAt": "2026-01-03T19:29:00Z", "amount": "1155000.00"}]
    assert invoice["period"] == "2026-01"
