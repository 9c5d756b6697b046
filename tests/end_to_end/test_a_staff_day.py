"""A day of somebody on the staff, in a real browser: takes over the books, invites, bills, receives money, answers a
case and reads the record; and what the client gets of it, by mail and over the API."""

import asyncio
import json
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from email.message import EmailMessage
from functools import partial
from typing import Any

import httpx
import pytest
from playwright.async_api import Page, expect

from domain.accounts import AccountRole
from domain.imports.sheets import ImportKind
from domain.periods import bogota_date
from graphql_api.graphiql import examples
from main.bootstrap import Portal
from tests.adapters.mail.server import MailServer
from tests.adapters.mail.server import opened as post_office
from tests.application.imports_office import MANAGEMENT, OWNER, csv_of
from tests.end_to_end.street import PASSWORD, Person, in_days, text_of
from tests.graphql_api.graphiql.driving import Watched, execute, open_example, run, sign_in, write
from tests.postgres import Database
from tests.served import served

PATIENCE = 60_000
"""Milliseconds that a page may take on a machine that has other things to do."""
TODAY = bogota_date(datetime.now(UTC))
BASE = "https://clientes.andina.example"
CASE = "Gotea el techo de la alcoba principal desde el martes."
ANSWER = "Mañana a las ocho va el maestro Julio a revisar la cubierta."
ACTIVATE = """
mutation Activar($token: String!, $password: String!) {
  resetPassword(input: {token: $token, password: $password, passwordConfirmation: $password}) {
    __typename ... on ResetPasswordPayload { username } ... on UserError { message }
  }
}
"""
FILE = """
mutation Radicar($description: String!) {
  createPqrs(input: {classification: CLAIM, subject: REPAIRS, description: $description, idempotencyKey: "gotera"}) {
    ... on PqrsPayload { pqrs { id filingNumber statusLabel } }
  }
}
"""


@dataclass
class Desk:
    """The explorer in front of a staff member. `mail` is what the agency's letters were taken by."""

    page: Page
    mail: MailServer

    async def use(self, name: str, change: Callable[[Any], Any] = lambda variables: variables) -> Any:
        """Open one of the examples, fill its variables in and run it; what comes back."""
        (found,) = [example for example in examples() if example.name.endswith(name)]
        await open_example(self.page, found.title)
        await expect(self.page.locator(".graphiql-query-editor")).to_contain_text(found.title)
        await write(self.page, ".graphiql-editor-tool", json.dumps(change(json.loads(found.variables or "{}"))))
        return await self._answer(found.query, execute(self.page))

    async def run(self, query: str, variables: Any) -> Any:
        """Write something of one's own over what the open tab holds."""
        return await self._answer(query, run(self.page, query, json.dumps(variables)))

    async def _answer(self, query: str, asking: Awaitable[None]) -> Any:
        named = re.search(r"(?:query|mutation) (\w+)", query)
        assert named
        sent = named.group()
        async with self.page.expect_response(lambda it: sent in (it.request.post_data or "")) as waited:
            await asking
        answer = await (await waited.value).json()
        assert "errors" not in answer, answer
        shown = self.page.locator(".result-window")
        await expect(shown).to_contain_text('"data"', timeout=PATIENCE)
        return answer["data"]

    async def take_over(self, kind: ImportKind, *rows: dict[str, str]) -> dict[str, int]:
        """Pick a file as Excel writes it, look at what it would do, and do it."""
        name = f"{kind.value.lower()}.csv"
        file = {"name": name, "mimeType": "text/csv", "buffer": csv_of(kind, *rows).encode("windows-1252")}
        await self.page.locator("#pick").set_input_files(file)  # type: ignore[arg-type]
        told = {}
        for dry in (True, False):
            told = (await self.use("importar-registros", partial(_of_file, kind, name, dry)))["importRecords"]
            assert told["rowErrors"] == [], told
        return {"created": told["created"], "rejected": told["rejected"]}

    async def letter(self, subject: str) -> EmailMessage:
        """One that has come, or comes within a while."""
        for _ in range(300):
            found = [letter for letter in self.mail.received if re.search(subject, str(letter["Subject"]))]
            if found:
                return found[0]
            await asyncio.sleep(0.1)
        raise AssertionError([str(letter["Subject"]) for letter in self.mail.received])


@pytest.fixture
async def mail() -> AsyncIterator[MailServer]:
    async with post_office(MailServer()) as server:
        yield server


@pytest.fixture
async def address(database: Database, mail: MailServer) -> AsyncIterator[str]:
    """The service with its background jobs, one agency, and one member of its staff."""
    portals: list[Portal] = []
    async with served(database, opened=portals.append, jobs=True, smtp_url=mail.url) as url:
        use_cases = portals[0].use_cases
        agency = await use_cases.register_agency(
            slug="andina", name="Inmobiliaria Andina S.A.S.", tax_id="900123456-8", hosts=()
        )
        await use_cases.set_agency(agency.id, settings={"captcha": "none", "link_base": BASE})
        await use_cases.create_account(
            agency.id, username="marta.rios", email="marta@andina.example", password=PASSWORD, role=AccountRole.STAFF
        )
        yield url


@pytest.mark.browser
async def test_a_day_of_the_staff(page: Page, address: str, mail: MailServer) -> None:
    page.set_default_timeout(PATIENCE)
    watched, desk = Watched(page), Desk(page, mail)
    await watched.start()
    await page.goto(f"{address}/graphql")
    await sign_in(page, password=PASSWORD)
    await expect(page.locator("#who")).to_contain_text("marta.rios", timeout=PATIENCE)

    # The books of the back office, of which nobody is written to, and then this month's rent: one home, let to Ana.
    assert await desk.take_over(ImportKind.CLIENTS, {}, OWNER) == {"created": 2, "rejected": 0}
    assert await desk.take_over(ImportKind.PROPERTIES, {}) == {"created": 1, "rejected": 0}
    assert await desk.take_over(ImportKind.CONTRACTS, {}, MANAGEMENT) == {"created": 2, "rejected": 0}
    assert await desk.take_over(ImportKind.INVOICES, {"numero": "FV-0", "estado": "pagada"}) == {
        "created": 1,
        "rejected": 0,
    }
    dates = {"fecha_emision": TODAY.isoformat(), "fecha_vencimiento": in_days(9, today=TODAY)}
    rent = dates | {"periodo": f"{TODAY:%Y-%m}", "descripcion": "Canon de este mes"}
    assert await desk.take_over(ImportKind.INVOICES, rent) == {"created": 1, "rejected": 0}
    bill = await desk.letter("Su factura FV-1")
    assert "FV-1" in _text(bill)

    # Ana is found without her accent, and invited; she chooses her password, and enters.
    found = await desk.use("buscar-clientes", lambda it: it | {"buscar": "pena"})
    (client,) = found["clients"]["nodes"]
    assert client["name"] == "Ana Peña"
    invited = await desk.use("invitar-un-cliente", lambda it: {"datos": it["datos"] | {"clientId": client["id"]}})
    assert invited["inviteClient"]["account"]["status"] == "INVITED"
    link = re.search(rf"{re.escape(BASE)}/\S+?token=([\w-]+)", _text(await desk.letter("Active su cuenta")))
    assert link
    async with httpx.AsyncClient(base_url=address, trust_env=False, timeout=30) as http:
        ana = Person(http, "andina")
        activated = (await ana.ask(ACTIVATE, token=link.group(1), password=PASSWORD))["resetPassword"]
        await ana.sign_in(activated["username"])

        # She pays at the office; the receipt reaches her.
        paid = await desk.use("recibir-un-pago", lambda it: {"datos": it["datos"] | {"clientId": client["id"]}})
        receipt = paid["recordPayment"]["payment"]
        assert (receipt["receiptNumber"], receipt["amount"]) == ("RP-000001", "1000000.00")
        assert [it["invoiceNumber"] for it in receipt["allocations"]] == ["FV-1"]
        confirmed = await desk.letter("Recibimos su pago")
        assert [it.get_content_type() for it in confirmed.iter_attachments()] == ["application/pdf"]
        seen = await ana.me("dashboard { tenant { pendingAmount lastPayment { receiptNumber } } }")
        assert seen["dashboard"]["tenant"] == {
            "pendingAmount": "155000.00",
            "lastPayment": {"receiptNumber": "RP-000001"},
        }

        # She files a case; it is taken on and answered, and she reads the answer here and in her mail.
        case = (await ana.ask(FILE, description=CASE))["createPqrs"]["pqrs"]
        me = (await desk.run("query Yo { me { id } }", {}))["me"]["id"]
        waiting = await desk.use("pqrs-abiertas")
        assert [it["description"] for it in waiting["pqrs"]["nodes"]] == [CASE]
        taken = await desk.use("tramitar-pqrs", lambda _: {"id": case["id"], "cuenta": me})
        assert taken["startPqrs"]["pqrs"]["statusLabel"] == "en trámite"
        given = {"id": case["id"], "respuesta": ANSWER, "cerrar": False}
        answered = await desk.use("responder-pqrs", lambda _: given)
        assert answered["answerPqrs"]["pqrs"]["statusLabel"] == "respondida"
        assert ANSWER in _text(await desk.letter(f"Respondimos su reclamo {case['filingNumber']}"))
        told = await ana.me(
            "pqrs(first: 1) { nodes { statusLabel messages { author body } history { to by } "
            "acknowledgement { contentType byteSize sha256 contentBase64 } } }"
        )
        (mine,) = told["pqrs"]["nodes"]
        assert (mine["statusLabel"], mine["messages"]) == ("respondida", [{"author": "AGENCY", "body": ANSWER}])
        assert case["filingNumber"] in text_of(mine["acknowledgement"])

    # In the evening the record tells all that she did, and nothing else.
    record = await desk.use("bitacora")
    acts = [(it["actor"], it["actionLabel"]) for it in reversed(record["auditLog"]["nodes"])]
    assert [action for actor, action in acts if actor == "marta.rios"] == [
        "Entró",
        *["Importó un archivo"] * 5,
        "Invitó a un cliente",
        "Registró un pago de la oficina",
        "Puso una PQRS a cargo de alguien",
        "Empezó a tramitar una PQRS",
        "Respondió una PQRS",
    ]
    assert await watched.violations() == []
    assert watched.outside(address) == []


def _of_file(kind: ImportKind, name: str, dry: bool, variables: Any) -> Any:
    return {"datos": variables["datos"] | {"kind": kind.value, "csv": f"archivo:{name}", "dryRun": dry}}


def _text(letter: EmailMessage) -> str:
    part = letter.get_body(("plain",))
    assert part is not None
    text: str = part.get_content()
    return text
