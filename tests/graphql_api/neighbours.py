"""Two agencies with the same people, properties and papers, in which every text and amount is told by one row only.

Each such text has an audience: who may find it in an answer. Whoever else finds it has looked over a fence.

    I1 is Olga's, leased to Ana with Cora as co-debtor, and before that to Beto.
    I2 is Olga's and Omar's, leased to Beto. I3 is Omar's, leased to Tito. I4 is Tito's, leased to Beto.

In the second agency the people have the same names with «b.» in front.
"""

import hashlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import date
from decimal import Decimal
from itertools import count
from uuid import uuid4

from application.access import StaffViewer
from domain.accounts import AccountRole
from domain.findings import Finding, FindingKind
from domain.imports.sheets import ImportKind
from domain.pqrs import PqrsActor
from graphql_api.ids import key_of
from tests.adapters.payu.examples import FORM, a_confirmation, encoded
from tests.factories import an_attachment, content_of
from tests.files import a_picture, file_input
from tests.graphql_api.town import RETURN_URL, Town, founded
from tests.postgres import Database
from tests.served import PUBLIC_URL

CLIENTS = {"T1": "ana", "T2": "beto", "O1": "olga", "O2": "omar", "TO": "tito", "CD": "cora"}
STAFF = {"sara": AccountRole.STAFF, "adan": AccountRole.ADMIN}
HOMES = {"I1": "ana beto cora olga", "I2": "beto olga omar", "I3": "omar tito", "I4": "beto tito"}
OWNERS = {"I1": "O1:100,00", "I2": "O1:40,00|O2:60,00", "I3": "O2:100,00", "I4": "TO:100,00"}
LEASES = {
    "ARR-0": ("I1", "T2", "", "beto olga"),
    "ARR-1": ("I1", "T1", "CD", "ana cora olga"),
    "ARR-2": ("I2", "T2", "", "beto olga omar"),
    "ARR-3": ("I3", "TO", "", "omar tito"),
    "ARR-4": ("I4", "T2", "", "beto tito"),
}
MANAGEMENTS = {
    "ADM-1": ("I1", "O1", "olga"),
    "ADM-2": ("I2", "O1|O2", "olga omar"),
    "ADM-3": ("I3", "O2", "omar"),
    "ADM-4": ("I4", "TO", "tito"),
}
INVOICES = {
    "FV-1": ("ARR-1", "T1"),
    "FV-2": ("ARR-1", "T1"),
    "FV-3": ("ARR-0", "T2"),
    "FV-4": ("ARR-2", "T2"),
    "FV-5": ("ARR-3", "TO"),
    "FC-1": ("ADM-1", "O1"),
    "FC-2": ("ADM-2", "O2"),
    "FC-3": ("ADM-4", "TO"),
}
PAYMENTS = {"RC-1": ("T1", "FV-1"), "RC-2": ("T2", "FV-3")}
PAYOUTS = {"CE-1": ("ADM-1", "O1"), "CE-2": ("ADM-2", "O2"), "CE-3": ("ADM-4", "TO")}
NAMES_READ = {"T1": "ana cora", "CD": "ana cora", "O1": "olga omar", "O2": "olga omar"}
"""Names that are read by others too: those of the same contract, and co-owners."""

START = """
mutation Pagar($ids: [ID!]!, $url: String!) {
  startPayment(input: {invoiceIds: $ids, gateway: PAYU, returnUrl: $url, idempotencyKey: "k"}) {
    __typename ... on PaymentIntentPayload { intent { id reference checkout { fields { name value } } } }
  }
}
"""
FILE = """
mutation Radicar($text: String!, $home: ID, $contract: ID, $files: [FileInput!]) {
  createPqrs(input: {classification: CLAIM, subject: REPAIRS, description: $text, propertyId: $home,
                     contractId: $contract, attachments: $files, idempotencyKey: "k"}) {
    __typename ... on PqrsPayload { pqrs { id } }
  }
}
"""

WRITE = "mutation Escribir($it: AddPqrsMessageInput!) { addPqrsMessage(input: $it) { __typename } }"
ASSIGN = "mutation Asignar($case: ID!, $account: ID!) { assignPqrs(id: $case, accountId: $account) { __typename } }"


class Neighbours:
    """`audiences`: who may find which text in an answer, of both agencies; `references`: of payments under way."""

    def __init__(self, town: Town) -> None:
        self.town = town
        self.audiences: dict[str, frozenset[str]] = {}
        self.references: dict[str, str] = {}
        self._numbers = count(1)
        self._start = ""

    @property
    def people(self) -> list[str]:
        return [start + name for start in ("", "b.") for name in (*CLIENTS.values(), *STAFF)]

    async def move_in(self, slug: str, start: str) -> None:
        """Fill an agency; its people's names begin with `start`."""
        town, self._start = self.town, start
        everybody = " ".join(CLIENTS.values())
        await town.agency(slug, {"address": self._text(everybody)}, payu=True)
        await town.take(slug, ImportKind.CLIENTS, *map(self._client, CLIENTS))
        await town.take(slug, ImportKind.PROPERTIES, *map(self._home, HOMES))
        await town.take(slug, ImportKind.CONTRACTS, *map(self._lease, LEASES), *map(self._management, MANAGEMENTS))
        invoices = {number: self._invoice(number) for number in INVOICES}
        await town.take(slug, ImportKind.INVOICES, *invoices.values())
        payments = [self._payment(number, invoices[PAYMENTS[number][1]]["total"]) for number in PAYMENTS]
        await town.take(slug, ImportKind.PAYMENTS, *payments)
        await town.take(slug, ImportKind.PAYOUTS, *map(self._payout, PAYOUTS))
        for code, name in CLIENTS.items():
            await self._person(slug, name, client=code)
        for name, role in STAFF.items():
            await self._person(slug, name, role=role)
        for name, number in (("ana", "FV-2"), ("beto", "FV-4")):
            await self._pay(name, number)
        for name, code in (("ana", "I1"), ("olga", "I1"), ("tito", "I4")):
            await self._file(slug, name, code)
        for name in ("ana", "beto"):
            await self._find(slug, name)
        await town.use_cases.reconcile_day(town.agencies[slug].id, date(2026, 7, 14))

    def _told(self, text: str, audience: str, *, staff: bool = True) -> str:
        assert text not in self.audiences
        names = [*audience.split(), *(STAFF if staff else ())]
        self.audiences[text] = frozenset(self._start + name for name in names)
        return text

    def _text(self, audience: str, *, staff: bool = True) -> str:
        return self._told(f"Zq{next(self._numbers):04d}zq", audience, staff=staff)

    def _amount(self, audience: str) -> str:
        """In a CSV with decimal points; answers have the same text."""
        pesos = f"{7_000_000 + next(self._numbers) * 1_009}.00"
        self._told(f'"{pesos}"', audience)
        return pesos

    def _client(self, code: str) -> dict[str, str]:
        name = CLIENTS[code]
        number = f"31{next(self._numbers):04d}77"
        return {
            "codigo": code,
            "nombre": self._text(NAMES_READ.get(code, name)),
            "numero_documento": self._told(number, name),
            "correo": f"{self._text(name)}@correo.example",
            "telefono": self._told(f"300 99{next(self._numbers):04d}", name),
            "direccion": self._text(name),
            "ciudad": self._text(name),
        }

    def _home(self, code: str) -> dict[str, str]:
        audience = HOMES[code]
        texts = {"direccion": self._text(audience), "ciudad": self._text(audience)}
        return {"codigo": code, "propietarios": OWNERS[code]} | texts

    def _lease(self, number: str) -> dict[str, str]:
        home, tenant, co_debtor, audience = LEASES[number]
        ended = {"estado": "terminado", "inicio": "2024-01-01", "fin": "2025-12-31"} if number == "ARR-0" else {}
        common = {"numero": number, "inmueble": home, "titulares": tenant, "codeudores": co_debtor}
        dates = {"inicio": "2026-01-01", "fin": "2026-12-31"}
        return common | dates | {"canon": self._amount(audience)} | ended

    def _management(self, number: str) -> dict[str, str]:
        home, owners, audience = MANAGEMENTS[number]
        whole, rest = divmod(next(self._numbers), 100)
        rate = f"{10 + whole}.{rest:02d}"
        self._told(f'"{rate}"', audience)
        common = {"numero": number, "tipo": "administracion", "inmueble": home, "titulares": owners}
        return common | {"comision": rate, "canon": "", "inicio": "2026-01-01", "fin": ""}

    def _invoice(self, number: str) -> dict[str, str]:
        contract, client = INVOICES[number]
        audience = CLIENTS[client]
        amount, cufe = self._amount(audience), hashlib.sha384(f"{self._start}{number}".encode()).hexdigest()
        return {
            "numero": number,
            "tipo": "arrendamiento" if number.startswith("FV") else "comision",
            "contrato": contract,
            "cliente": client,
            "periodo": "2026-06" if number in ("FV-1", "FV-3") else "2026-07",
            "fecha_emision": "2026-06-01" if number in ("FV-1", "FV-3") else "2026-07-01",
            "fecha_vencimiento": "2026-07-20",
            "descripcion": self._text(audience),
            "subtotal": amount,
            "iva": "0",
            "retenciones": "0",
            "total": amount,
            "conceptos": f"{self._text(audience)}:{amount}:0",
            "cufe": self._told(cufe, audience),
            "cufe_fecha": "2026-07-01 10:00",
        }

    def _payment(self, number: str, amount: str) -> dict[str, str]:
        client, invoice = PAYMENTS[number]
        return {
            "recibo": number,
            "cliente": client,
            "fecha": "2026-06-15 10:00",
            "valor": amount,
            "facturas": f"{invoice}:{amount}",
            "referencia": self._text(CLIENTS[client]),
        }

    def _payout(self, number: str) -> dict[str, str]:
        contract, owner = PAYOUTS[number]
        amount = self._amount(CLIENTS[owner])
        nothing = dict.fromkeys(("iva", "comision", "iva_comision", "retenciones", "gastos"), "0")
        return nothing | {
            "numero": number,
            "contrato": contract,
            "propietario": owner,
            "periodo": "2026-07",
            "fecha": "2026-07-10",
            "canon": amount,
            "neto": amount,
            "referencia": self._text(CLIENTS[owner]),
        }

    async def _person(
        self, slug: str, name: str, *, role: AccountRole = AccountRole.CLIENT, client: str | None = None
    ) -> None:
        town, username = self.town, self._start + name
        await town.person(slug, username, role=role, client=client)
        self._told(f"{username}@{slug}.example", name)
        agent = self._text(name, staff=False)
        town.tokens[username] = await town.sign_in(username, user_agent=agent)

    async def _pay(self, name: str, number: str) -> None:
        """Begin to pay an invoice, and be refused once by the bank."""
        town, by = self.town, self._start + name
        found = await town.ask("{ me { client { invoices { nodes { id number } } } } }", by=by)
        (key,) = [it["id"] for it in found.data["me"]["client"]["invoices"]["nodes"] if it["number"] == number]
        started = await town.ask(START, by=by, ids=[key], url=RETURN_URL)
        intent = started.data["startPayment"]["intent"]
        fields = {field["name"]: field["value"] for field in intent["checkout"]["fields"]}
        self._told(intent["reference"], name)
        self.references[by] = intent["reference"]
        transaction = f"{self._text('')}-transaccion"
        notice = a_confirmation(
            reference_sale=intent["reference"],
            value=fields["amount"],
            state_pol="6",
            response_code_pol="4",
            transaction_id=transaction,
        )
        address = fields["confirmationUrl"].removeprefix(PUBLIC_URL)
        answer = await town.http.post(address, content=encoded(notice), headers=FORM)
        assert answer.status_code == 200, answer.status_code

    async def _find(self, slug: str, name: str) -> None:
        """Something about a payment that the staff should look at."""
        town, by = self.town, self._start + name
        async with town.unit_of_work(slug) as uow:
            intent = await uow.intents.by_reference(self.references[by])
            assert intent is not None
            await uow.findings.report(
                Finding(
                    id=uuid4(),
                    agency_id=intent.agency_id,
                    kind=FindingKind.TO_RETURN,
                    key=f"TO_RETURN:{intent.id}",
                    at=town.clock.now(),
                    reference=self._text(""),
                    client_id=intent.client_id,
                    intent_id=intent.id,
                    amount=Decimal(self._amount("")),
                )
            )
            await uow.commit()

    async def _file(self, slug: str, name: str, code: str) -> None:
        by = self._start + name
        found = await self.town.ask("{ me { client { properties { nodes { id code } } } } }", by=by)
        (home,) = [it["id"] for it in found.data["me"]["client"]["properties"]["nodes"] if it["code"] == code]
        files = [file_input(self._text(name), a_picture())]
        filed = await self.town.ask(FILE, by=by, text=self._text(name), home=home, files=files)
        assert filed.data["createPqrs"]["__typename"] == "PqrsPayload", filed.text
        case = filed.data["createPqrs"]["pqrs"]["id"]
        await self._work_on(case, name)
        await self._note(slug, case)

    async def _work_on(self, case: str, name: str) -> None:
        """Both sides write about a case, the staff also among themselves, and one of them is in charge."""
        by, sara = self._start + name, f"{self._start}sara"
        for writer, act, audience in ((by, "Message", name), (sara, "Message", name), (sara, "Note", "")):
            said = {"pqrsId": case, "body": self._text(audience), "idempotencyKey": f"{act} {case}"}
            told = await self.town.ask(WRITE.replace("Message(", f"{act}("), by=writer, it=said)
            assert "PqrsPayload" in told.text, told.text
        me = (await self.town.ask("{ me { id } }", by=sara)).data["me"]["id"]
        told = await self.town.ask(ASSIGN, by=sara, case=case, account=me)
        assert "PqrsPayload" in told.text, told.text

    async def _note(self, slug: str, key: str) -> None:
        """A file that the staff keep with a case for themselves."""
        pqrs_id = key_of(key, "Pqrs")
        async with self.town.service.portal.readings.of(StaffViewer.of_nobody(self.town.agencies[slug].id)) as reading:
            (case,) = (await reading.pqrs.get_many([pqrs_id] if pqrs_id else [])).values()
        file = an_attachment(case, f"{self._text('')}.pdf", author=PqrsActor.AGENCY, internal=True)
        async with self.town.unit_of_work(slug) as uow:
            await uow.attachments.add([(file, content_of(file))])
            await uow.commit()


@asynccontextmanager
async def settled(database: Database) -> AsyncIterator[Neighbours]:
    """Both agencies, with everybody moved in and signed in."""
    async with founded(database) as town:
        neighbours = Neighbours(town)
        await neighbours.move_in("andina", "")
        await neighbours.move_in("boreal", "b.")
        yield neighbours
