"""What Ana, a tenant of the agency, does to pay, and what the gateways and time do."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit
from uuid import uuid4

from application.ports.jobs import Job, JobKind
from tests.end_to_end.street import RETURN_URL, fields_of
from tests.scenarios.office import Office
from tests.scenarios.story import Story, read_story

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


@dataclass(frozen=True)
class Attempt:
    """A checkout that Ana was given."""

    reference: str
    checkout: dict[str, Any]

    @property
    def door(self) -> str:
        """Where the gateway's notices about it go."""
        return fields_of(self.checkout)["confirmationUrl"]


class House(Office):
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
