"""What an agency's people do besides paying: look at their papers, ask for things, take over records, stay apart."""

import base64
import json
from datetime import UTC, datetime

import altcha
import pytest

from domain.accounts import AccountRole
from domain.imports.sheets import ImportKind
from domain.periods import bogota_date
from tests.application.imports_office import MANAGEMENT, OWNER, csv_of
from tests.end_to_end.street import LOGIN, PASSWORD, Street, in_days, text_of

TODAY = bogota_date(datetime.now(UTC))
DOWNLOAD = "{ fileName contentType byteSize sha256 contentBase64 }"
IMPORT = """
mutation Importar($kind: ImportKind!, $csv: String!, $dry: Boolean! = false) {
  importRecords(input: {kind: $kind, csv: $csv, dryRun: $dry}) {
    __typename
    ... on ImportRecordsPayload { created updated unchanged rejected rowErrors { row column message } }
  }
}
"""
FILE = """
mutation Radicar($input: CreatePqrsInput!) {
  createPqrs(input: $input) { __typename ... on PqrsPayload { pqrs { id filingNumber status statusLabel dueDate } } }
}
"""


@pytest.fixture(scope="module")
async def town(street: Street) -> Street:
    """Two agencies with the same small books: Ana rents from Óscar, and Tito rents one home and owns another."""
    for slug, nit in (("andina", "900123456-8"), ("boreal", "800197268-4")):
        await street.found(slug, nit)
        tito = {"codigo": "T3", "nombre": "Tito Gómez", "numero_documento": "79000333"}
        await street.take(slug, ImportKind.CLIENTS, {"nombre": f"Ana de {slug.title()}"}, OWNER, tito)
        await street.take(slug, ImportKind.PROPERTIES, {}, {"codigo": "I2", "propietarios": "T3:100,00"})
        own = {"numero": "ADM-2", "inmueble": "I2", "titulares": "T3"}
        home = {"numero": "ARR-2", "titulares": "T3"}
        await street.take(slug, ImportKind.CONTRACTS, {}, MANAGEMENT, MANAGEMENT | own, home)
        due = {"fecha_emision": in_days(-1, today=TODAY), "fecha_vencimiento": in_days(9, today=TODAY)}
        rent = {"numero": "FV-2", "contrato": "ARR-2", "cliente": "T3"}
        fee = {"numero": "FC-2", "tipo": "comision", "contrato": "ADM-2", "cliente": "T3"}
        await street.take(slug, ImportKind.INVOICES, due, due | rent, due | fee)
        dates = {"fecha": TODAY.isoformat(), "periodo": f"{TODAY:%Y-%m}"}
        second = {"numero": "CE-2", "contrato": "ADM-2", "propietario": "T3"}
        await street.take(slug, ImportKind.PAYOUTS, dates, dates | second)
    for slug in ("andina", "boreal"):
        start = "" if slug == "andina" else "b."
        for name, code in (("ana", "T1"), ("oscar", "T2"), ("tito", "T3")):
            await street.register(slug, start + name, client=code)
        await street.register(slug, f"{start}sara", role=AccountRole.STAFF)
    return street


async def test_an_owner_sees_the_income_and_takes_the_voucher_home(town: Street) -> None:
    oscar = await town.person("andina", "oscar")

    seen = await oscar.me(
        """profile dashboard { tenant { pendingAmount } owner { rentedProperties incomeThisYear lastPayout { number }
        monthlyIncome { month amount } } } properties { nodes { code activeLease { number rent parties { name } } } }"""
    )
    paid = await oscar.me(
        f"payouts(first: 5) {{ nodes {{ number net lines {{ kind amount }} voucher {DOWNLOAD} }} totalCount }}"
    )

    owner = seen["dashboard"]["owner"]
    assert (seen["profile"], seen["dashboard"]["tenant"]) == ("OWNER", None)
    assert (owner["rentedProperties"], owner["incomeThisYear"]) == (1, "976000.00")
    assert owner["monthlyIncome"][-1] == {"month": f"{TODAY:%Y-%m}", "amount": "976000.00"}
    lease = seen["properties"]["nodes"][0]["activeLease"]
    assert (lease["rent"], lease["parties"]) == ("1000000.00", [])
    (payout,) = paid["payouts"]["nodes"]
    assert (payout["number"], payout["net"], paid["payouts"]["totalCount"]) == ("CE-1", "976000.00", 1)
    text = text_of(payout["voucher"])
    said = ("CE-1", "Óscar Ruiz", "$ 976.000", "novecientos setenta y seis mil pesos", "Inmobiliaria Andina")
    assert [it for it in said if it not in text] == []
    assert "Ana" not in text


async def test_who_rents_and_lets_sees_both_sides_together(town: Street) -> None:
    tito = await town.person("andina", "tito")

    seen = await tito.me(
        """profile dashboard { tenant { pendingAmount nextDueInvoice { number } } owner { pendingCommission lastPayout {
        number } } } invoices { nodes { number kind payable } } contracts { nodes { number kind } }
        payouts { nodes { number } }"""
    )

    assert seen["profile"] == "TENANT_OWNER"
    assert seen["dashboard"] == {
        "tenant": {"pendingAmount": "1155000.00", "nextDueInvoice": {"number": "FV-2"}},
        "owner": {"pendingCommission": "1155000.00", "lastPayout": {"number": "CE-2"}},
    }
    assert {it["number"]: (it["kind"], it["payable"]) for it in seen["invoices"]["nodes"]} == {
        "FV-2": ("RENT", True),
        "FC-2": ("COMMISSION", False),
    }
    assert {it["number"] for it in seen["contracts"]["nodes"]} == {"ARR-2", "ADM-2"}
    assert seen["payouts"]["nodes"] == [{"number": "CE-2"}]


async def test_a_case_is_filed_and_seen_by_both_sides_with_its_acknowledgement(town: Street) -> None:
    ana, sara = await town.person("andina", "ana"), await town.person("andina", "sara")
    (home,) = (await ana.me("properties { nodes { id } }"))["properties"]["nodes"]
    form = {"classification": "CLAIM", "subject": "REPAIRS", "description": "Gotea el techo de la alcoba."}

    asked = form | {"propertyId": home["id"], "idempotencyKey": "gotera"}
    filed = (await ana.ask(FILE, input=asked))["createPqrs"]["pqrs"]
    again = (await ana.ask(FILE, input=asked))["createPqrs"]["pqrs"]

    assert filed == again
    assert (filed["filingNumber"], filed["statusLabel"]) == (f"PQRS-{TODAY.year}-000001", "pendiente")
    seen = await ana.me(
        f"dashboard {{ openPqrs }} pqrs(first: 5) {{ nodes {{ id description acknowledgement {DOWNLOAD} }} }}"
    )
    (case,) = seen["pqrs"]["nodes"]
    assert seen["dashboard"]["openPqrs"] == 1
    text = text_of(case["acknowledgement"])
    said = (filed["filingNumber"], "Ana de Andina", "Gotea el techo de la alcoba.", "Reclamo", "Carrera 9 # 8-7")
    assert [it for it in said if it not in text] == []
    found = (await sara.ask("{ pqrs(filter: {status: [PENDING]}) { nodes { id client { name } } } }"))["pqrs"]["nodes"]
    assert found == [{"id": filed["id"], "client": {"name": "Ana de Andina"}}]


async def test_staff_take_over_records_and_find_them(town: Street) -> None:
    sara = await town.person("andina", "sara")
    new = {
        ImportKind.CLIENTS: {"codigo": "T9", "nombre": "Ñusta Çelik", "numero_documento": "52999999"},
        ImportKind.PROPERTIES: {"codigo": "I9", "direccion": "Avenida El Dorado # 26-85"},
        ImportKind.CONTRACTS: {"numero": "ARR-9", "inmueble": "I9", "titulares": "T9"},
        ImportKind.INVOICES: {"numero": "FV-9", "contrato": "ARR-9", "cliente": "T9"},
        ImportKind.PAYMENTS: {"recibo": "RC-9", "cliente": "T9", "facturas": "FV-9:1000000,00", "referencia": "CUS-99"},
        ImportKind.PAYOUTS: {"numero": "CE-9"},
    }

    for kind, row in new.items():
        given = {"kind": kind.value, "csv": "\ufeff" + csv_of(kind, row).replace("\n", "\r\n")}
        for dry, created, unchanged in ((True, 1, 0), (False, 1, 0), (False, 0, 1)):
            told = (await sara.ask(IMPORT, **given, dry=dry))["importRecords"]
            assert (told["created"], told["unchanged"], told["rowErrors"]) == (created, unchanged, [])
    changed = csv_of(ImportKind.CLIENTS, new[ImportKind.CLIENTS] | {"telefono": "601 555 0199"})
    told = (await sara.ask(IMPORT, kind="CLIENTS", csv=changed))["importRecords"]
    assert (told["created"], told["updated"]) == (0, 1)

    found = await sara.ask(
        """{ clients(search: "nusta CELIK") { nodes { code phone profile } }
        properties(search: "dorado") { nodes { code } }
        contracts(search: "arr-9") { nodes { number parties { name } } }
        payments(search: "cus-99") { nodes { credited client { name }
          allocations { invoice { number balance statusLabel } } } }
        payouts(search: "CE-9") { nodes { net } }
        invoices(search: "52999999") { nodes { number } } }"""
    )
    assert found == {
        "clients": {"nodes": [{"code": "T9", "phone": "601 555 0199", "profile": "TENANT"}]},
        "properties": {"nodes": [{"code": "I9"}]},
        "contracts": {"nodes": [{"number": "ARR-9", "parties": [{"name": "Ñusta Çelik"}]}]},
        "payments": {
            "nodes": [
                {
                    "credited": "155000.00",
                    "client": {"name": "Ñusta Çelik"},
                    "allocations": [{"invoice": {"number": "FV-9", "balance": "155000.00", "statusLabel": "Abonada"}}],
                }
            ]
        },
        "payouts": {"nodes": [{"net": "976000.00"}]},
        "invoices": {"nodes": [{"number": "FV-9"}]},
    }


async def test_one_agency_sees_nothing_of_the_other(town: Street) -> None:
    query = """{ clients { nodes { id name } } invoices { nodes { id } } payouts { nodes { id } }
        contracts { nodes { id } } properties { nodes { id } } }"""
    here, there = await town.person("andina", "sara"), await town.person("boreal", "b.sara")

    ours, theirs = await here.ask(query), await there.ask(query)

    assert any(it["name"] == "Ana de Andina" for it in ours["clients"]["nodes"])
    assert "Andina" not in json.dumps(theirs)
    our_ids = {node["id"] for nodes in ours.values() for node in nodes["nodes"]}
    assert our_ids.isdisjoint(node["id"] for nodes in theirs.values() for node in nodes["nodes"])
    for someone in (there, await town.person("boreal", "b.ana")):
        seen = await someone.ask("query Ajenas($ids: [ID!]!) { nodes(ids: $ids) { id } }", ids=sorted(our_ids)[:100])
        assert set(map(str, seen["nodes"])) == {"None"}
    crossed = await town.visitor("andina").send(LOGIN, login="b.ana", password=PASSWORD)
    assert crossed.json()["data"]["login"]["__typename"] == "InvalidCredentials"


async def test_altcha_lets_a_person_in_once(town: Street) -> None:
    await town.found("cauta", "830114921-1", captcha="altcha")
    await town.take("cauta", ImportKind.CLIENTS, {})
    await town.register("cauta", "inti", client="T1")
    visitor, elsewhere = town.visitor("cauta"), town.visitor("andina")

    async def told(captcha: str | None) -> str:
        answer = await visitor.ask(LOGIN, login="inti", password=PASSWORD, captcha=captcha)
        return str(answer["login"]["__typename"])

    asked = (await visitor.ask("{ captcha { provider siteKey challenge } }"))["captcha"]
    assert (asked["provider"], asked["siteKey"]) == ("ALTCHA", None)
    challenge = altcha.Challenge.from_dict(json.loads(asked["challenge"]))
    solution = altcha.solve_challenge(challenge)
    assert solution is not None
    token = altcha.Payload(challenge, solution).to_base64()
    guessed = json.loads(base64.b64decode(token))
    guessed["solution"]["derivedKey"] = guessed["solution"]["derivedKey"][::-1]

    assert await told(None) == "CaptchaRejected"
    assert await told(base64.b64encode(json.dumps(guessed).encode()).decode()) == "CaptchaRejected"
    assert await told(token) == "SessionPayload"
    assert await told(token) == "CaptchaRejected"
    other = (await elsewhere.ask("{ captcha { provider challenge } }"))["captcha"]
    assert other == {"provider": "NONE", "challenge": None}
