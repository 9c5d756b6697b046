"""An agency with a merchant account of its own, its tenant Ana, and what they, the gateway and time do."""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit
from uuid import uuid4

from application.access import StaffViewer
from application.ports.jobs import Job, JobKind
from domain.accounts import AccountRole
from domain.agencies import Agency
from domain.ids import AccountId, SessionId
from domain.imports.sheets import ImportKind
from domain.payments import PaymentGatewayCode
from tests.application.imports_office import csv_of
from tests.end_to_end.street import PASSWORD, RETURN_URL, Person, fields_of
from tests.scenarios.stage import Stage
from tests.scenarios.story import RENT, Story, read_story

_START = """
mutation Pagar($input: StartPaymentInput!) {
  startPayment(input: $input) {
    __typename
    ... on PaymentIntentPayload { intent { reference status checkout { url method fields { name value } } } }
    ... on PaymentInProgress { message intent { reference gatewayReference } }
    ... on AmountNotAllowed { message }
    ... on GatewayUnavailable { message }
    ... on InvoiceNotPayable { message }
  }
}
"""
_ASK = """
mutation Consultar($reference: String!) {
  refreshPayment(reference: $reference) {
    __typename
    ... on PaymentIntentPayload {
      intent { status statusMessage gatewayReference attempts { reference status message } }
    }
    ... on GatewayUnavailable { message }
  }
}
"""
_SESSION = timedelta(minutes=10)


@dataclass(frozen=True)
class Attempt:
    """A checkout that Ana was given."""

    reference: str
    checkout: dict[str, Any]

    @property
    def door(self) -> str:
        """Where the gateway's notices about it go."""
        return fields_of(self.checkout)["confirmationUrl"]


@dataclass
class House:
    stage: Stage
    agency: Agency
    merchant: dict[str, str]
    people: dict[str, tuple[Person, datetime]] = field(default_factory=dict)
    ids: dict[str, str] = field(default_factory=dict)

    @classmethod
    async def founded(cls, stage: Stage, **settings: str) -> "House":
        stage.houses += 1
        number = stage.houses
        use_cases = stage.portal.use_cases
        tax_id = f"9{number:08d}"
        slug = f"casa{number}"
        agency = await use_cases.register_agency(slug=slug, name=f"Inmobiliaria {number}", tax_id=_with_check(tax_id))
        common = {"captcha": "none", "return_urls": RETURN_URL}
        agency = await use_cases.set_agency(agency.id, settings=common | settings)
        merchant = {
            "merchant_id": f"7{number:05d}",
            "account_id": f"6{number:05d}",
            "api_login": f"entrada-{number}",
            "api_key": f"llave-de-la-casa-{number}",
        }
        house = cls(stage, agency, merchant)
        await house.merchant_at_gateway()
        await use_cases.set_merchant_account(
            agency.id, gateway=PaymentGatewayCode.PAYU, settings=merchant | {"enabled": "true"}
        )
        await house.take(ImportKind.CLIENTS, {"correo": house.address}, {"codigo": "T2", "nombre": "Óscar Ruiz"})
        await house.take(ImportKind.PROPERTIES, {})
        await house.take(ImportKind.CONTRACTS, {"fin": "31/12/2029"})
        await house.bill("FV-1")
        await house.person("ana")
        return house

    @property
    def address(self) -> str:
        """Where Ana gets her mail."""
        return f"ana@{self.agency.slug}.example"

    async def merchant_at_gateway(self, **changed: Any) -> None:
        """Have the gateway know the agency's account: one for real money, unless something else is said."""
        known = {
            "merchantId": self.merchant["merchant_id"],
            "accountId": self.merchant["account_id"],
            "apiLogin": self.merchant["api_login"],
            "apiKey": self.merchant["api_key"],
            "sandbox": False,
        }
        await self.stage.control("merchants", gateway="payu", **(known | changed))

    async def takes_enlinea(self) -> None:
        """Have the agency take payments by EnLineaPagos too, with an account of its own."""
        number = self.merchant["merchant_id"]
        account = {"usuario": f"casa{number}", "clave": f"clave-{number}", "llavemd5": f"{int(number):032x}"}
        await self.stage.control("merchants", gateway="enlinea", **account)
        await self.stage.portal.use_cases.set_merchant_account(
            self.agency.id, gateway=PaymentGatewayCode.ENLINEA, settings=account | {"enabled": "true"}
        )

    async def take(self, kind: ImportKind, *rows: dict[str, str]) -> None:
        """Import rows of the back office that differ from the usual one."""
        clerk = StaffViewer(agency_id=self.agency.id, account_id=AccountId(uuid4()), session_id=SessionId(uuid4()))
        report = await self.stage.portal.use_cases.import_records(clerk, kind=kind, csv=csv_of(kind, *rows))
        assert not report.row_errors, report.row_errors

    async def bill(self, number: str, amount: int = RENT, **changed: str) -> None:
        """Import an invoice of Ana's, or change it."""
        today = self.stage.clock.today()
        amounts = {"subtotal": f"{amount},00", "iva": "0", "retenciones": "0", "total": f"{amount},00"}
        dates = {
            "numero": number,
            "periodo": f"{today:%Y-%m}",
            "fecha_emision": today.isoformat(),
            "fecha_vencimiento": (today + timedelta(days=5)).isoformat(),
        }
        await self.take(ImportKind.INVOICES, amounts | dates | changed)

    async def pay_at_office(self, number: str, amount: int = RENT) -> None:
        """Import a receipt of the back office's."""
        today = self.stage.clock.today()
        paid = {"recibo": f"RC-{number}", "fecha": f"{today:%d/%m/%Y} 09:00", "valor": f"{amount},00"}
        await self.take(ImportKind.PAYMENTS, paid | {"facturas": f"{number}:{amount},00", "referencia": f"C-{number}"})

    async def person(self, name: str, role: AccountRole = AccountRole.CLIENT) -> Person:
        """In a session that is young enough to be used."""
        now = self.stage.clock.now()
        known, since = self.people.get(name, (None, now))
        if known is None:
            username = f"{name}.{self.agency.slug}"
            await self.stage.portal.use_cases.create_account(
                self.agency.id,
                username=username,
                email=f"{username}@example.com",
                password=PASSWORD,
                role=role,
                client_code="T1" if role is AccountRole.CLIENT else None,
            )
        if known is None or now - since > _SESSION:
            known = await Person(self.stage.http, self.agency.slug).sign_in(f"{name}.{self.agency.slug}")
            self.people[name] = (known, now)
        return known

    async def clerk(self) -> Person:
        return await self.person("clara", AccountRole.ADMIN)

    async def invoice(self, number: str) -> dict[str, Any]:
        ana = await self.person("ana")
        invoices = (await ana.me("invoices { nodes { id number statusLabel balance payable } }"))["invoices"]["nodes"]
        return next(dict(it) for it in invoices if it["number"] == number)

    async def start(self, *numbers: str, **given: Any) -> Any:
        """What Ana is told who wants to pay these invoices, FV-1 unless others are named."""
        ids = [(await self.invoice(number))["id"] for number in numbers or ("FV-1",)]
        common = {"invoiceIds": ids, "gateway": "PAYU", "returnUrl": RETURN_URL, "idempotencyKey": str(uuid4())}
        return (await (await self.person("ana")).ask(_START, input=common | given))["startPayment"]

    async def opened(self, *numbers: str, **given: Any) -> Attempt:
        """A checkout to which Ana has not gone yet."""
        told = await self.start(*numbers, **given)
        assert told["__typename"] == "PaymentIntentPayload", told
        return Attempt(told["intent"]["reference"], told["intent"]["checkout"])

    async def goes(self, attempt: Attempt, *script: str, **changed: str) -> str:
        """Ana's browser takes the form to PayU, where this happens; the address it is sent back to."""
        await self.stage.control("scenarios", gateway="payu", reference=attempt.reference, script=list(script))
        form = fields_of(attempt.checkout) | changed
        answer = await self.stage.gateway.post(attempt.checkout["url"], data=form)
        assert answer.status_code == 303, answer.text
        return str(answer.headers["location"])

    async def goes_to_enlinea(self, attempt: Attempt, *script: str) -> None:
        """This happens on EnLineaPagos' page, from where Ana's browser comes back to the service."""
        await self.stage.control("scenarios", gateway="enlinea", reference=attempt.reference, script=list(script))

    async def pays(self, *script: str) -> Attempt:
        """Ana starts to pay FV-1 and goes to the gateway, where this happens."""
        attempt = await self.opened()
        await self.goes(attempt, *script)
        return attempt

    async def happens(self, attempt: Attempt, *script: str) -> None:
        """More at the gateway, about what Ana has begun there."""
        (order,) = await self.orders(attempt)
        await self.stage.control(f"orders/{order['id']}/play", script=list(script))

    async def orders(self, attempt: Attempt) -> list[Any]:
        found = await self.stage.gateway.get("/_sim/orders", params={"reference": attempt.reference})
        return list(found.json())

    async def notices(self, attempt: Attempt) -> list[Any]:
        """What the gateway sent, or would send, in the order in which it was made."""
        found = await self.stage.gateway.get("/_sim/deliveries", params={"reference": attempt.reference})
        return list(found.json())

    async def answers(self, attempt: Attempt) -> list[int]:
        """Every status that the gateway was given, notice by notice."""
        return [it["status"] for sent in await self.notices(attempt) for it in sent["attempts"]]

    async def replay(self, *notices: dict[str, Any]) -> None:
        for notice in notices:
            await self.stage.control(f"deliveries/{notice['id']}/replay")

    async def post(self, attempt: Attempt, **fields: str) -> int:
        """Somebody posts a form to the gateway's door; the status."""
        form = {"Content-Type": "application/x-www-form-urlencoded"}
        return (await self.stage.http.post(attempt.door, content=urlencode(fields), headers=form)).status_code

    async def inbox(self) -> list[tuple[str, int]]:
        """What became of the notices that were kept, and how often each came."""
        found = await self.stage.rows(
            "select outcome, deliveries from gateway_events where agency_id = :agency order by received_at, outcome",
            agency=self.agency.id,
        )
        return [tuple(row) for row in found]

    async def asks(self, attempt: Attempt, name: str = "ana") -> Any:
        """What the page that Ana comes back to gets, or a clerk who looks: the gateway is asked now."""
        who = await (self.person(name) if name == "ana" else self.clerk())
        return (await who.ask(_ASK, reference=attempt.reference))["refreshPayment"]

    async def references(self) -> list[str]:
        """Of every attempt to pay here, in the order in which they began."""
        statement = "select reference from payment_intents where agency_id = :agency order by created_at"
        return [str(row.reference) for row in await self.stage.rows(statement, agency=self.agency.id)]

    async def passes(self, **time: float) -> None:
        await self.stage.passes(timedelta(**time))

    async def check(self) -> None:
        """The regular check, done by the worker."""
        await self.stage.check(self.agency.id)

    async def report_of(self, on: date) -> None:
        """The daily report, done by the worker."""
        await self.stage.work(Job(kind=JobKind.RECONCILE_AGENCY, agency_id=self.agency.id, subject=on.isoformat()))

    async def story(self, attempt: Attempt) -> Story:
        return await read_story(self.stage, self.agency.id, attempt.reference)


def brought(address: str) -> dict[str, str]:
    """What the browser brings back in the address."""
    return {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}


def _with_check(tax_id: str) -> str:
    primes = (3, 7, 13, 17, 19, 23, 29, 37, 41, 43, 47, 53, 59, 67, 71)
    rest = sum(int(digit) * prime for digit, prime in zip(reversed(tax_id), primes, strict=False)) % 11
    return f"{tax_id}-{rest if rest < 2 else 11 - rest}"
