"""People and what they do: ask the API over HTTP, and click through the gateway's pages as a browser does."""

import asyncio
import base64
import hashlib
from dataclasses import dataclass, field
from datetime import date, timedelta
from io import BytesIO
from typing import Any
from uuid import uuid4

import httpx
from pypdf import PdfReader

from domain.accounts import AccountRole
from domain.imports.sheets import ImportKind
from domain.payments import PaymentGatewayCode
from main.bootstrap import Portal
from tests.application.imports_office import imported
from tests.simulator.support import Form, Page

PASSWORD = "tortuga azul canta"
RETURN_URL = "https://clientes.andina.example/pago"
SANDBOX = {
    "merchant_id": "508029",
    "account_id": "512321",
    "api_login": "pRRXKOl8ikMmt9u",
    "api_key": "4Vj8eK4rloUd272L48hsrarnUA",
    "enabled": "true",
}
ENLINEA = {
    "usuario": "simulador",
    "clave": "clave-del-simulador",
    "llavemd5": "51d0a1b2c3d4e5f60718293a4b5c6d7e",
    "enabled": "true",
}
LOGIN = """
mutation Entrar($login: String!, $password: String!, $captcha: String) {
  login(input: {login: $login, password: $password, captcha: $captcha}) {
    __typename ... on SessionPayload { accessToken refreshToken account { username } } ... on UserError { message }
  }
}
"""
START = """
mutation Pagar($input: StartPaymentInput!) {
  startPayment(input: $input) {
    __typename
    ... on PaymentIntentPayload { intent { reference status checkout { url method fields { name value } } } }
    ... on PaymentInProgress { message intent { reference } }
    ... on InvoiceNotPayable { invoices { number } }
  }
}
"""
INTENT = """
query Sondear($reference: String!) {
  paymentIntent(reference: $reference) {
    status statusMessage method gatewayReference checkout { url }
    payments { receiptNumber amount credited method receipt { contentBase64 sha256 byteSize contentType } }
  }
}
"""
ASK = """
mutation Consultar($reference: String!) {
  refreshPayment(reference: $reference) { __typename ... on PaymentIntentPayload { intent { status statusMessage } } }
}
"""


@dataclass
class Person:
    """Somebody with a front end. `token` is that of the open session."""

    http: httpx.AsyncClient
    agency: str
    token: str | None = None

    async def send(self, query: str, **variables: Any) -> httpx.Response:
        headers = {"Authorization": f"Bearer {self.token}"} if self.token else {"X-Agency": self.agency}
        return await self.http.post("/graphql", json={"query": query, "variables": variables}, headers=headers)

    async def ask(self, query: str, **variables: Any) -> Any:
        """What was asked for, without any error."""
        answer = await self.send(query, **variables)
        body = answer.json()
        assert (answer.status_code, body.get("errors")) == (200, None), body
        return body["data"]

    async def sign_in(self, login: str, *, captcha: str | None = None) -> "Person":
        told = (await self.ask(LOGIN, login=login, password=PASSWORD, captcha=captcha))["login"]
        assert told["__typename"] == "SessionPayload", told
        self.token = told["accessToken"]
        return self

    async def me(self, inside: str) -> Any:
        """What is said of the own client."""
        return (await self.ask(f"{{ me {{ client {{ {inside} }} }} }}"))["me"]["client"]

    async def start(self, *invoice_ids: str, key: str | None = None, gateway: str = "PAYU") -> Any:
        given = {"invoiceIds": invoice_ids, "gateway": gateway, "returnUrl": RETURN_URL}
        return (await self.ask(START, input=given | {"idempotencyKey": key or str(uuid4())}))["startPayment"]

    async def intent(self, reference: str) -> Any:
        return (await self.ask(INTENT, reference=reference))["paymentIntent"]

    async def ask_now(self, reference: str) -> Any:
        """What the gateway says at this moment, for the page a payer comes back to."""
        return (await self.ask(ASK, reference=reference))["refreshPayment"]

    async def until(self, reference: str, status: str) -> Any:
        """Poll an attempt, as the page a payer comes back to does."""
        for _ in range(100):
            intent = await self.intent(reference)
            if intent["status"] == status:
                return intent
            await asyncio.sleep(0.1)
        raise AssertionError(intent)


@dataclass
class Payer:
    """A browser without scripts on the gateway's pages. `page` is the one it shows."""

    http: httpx.AsyncClient
    page: Page = field(default_factory=lambda: Page(""))

    async def open(self, checkout: dict[str, Any]) -> None:
        """Send the form, or follow the link, that the service gave, and see the gateway's page."""
        if checkout["method"] == "GET":
            await self._show(await self.http.get(checkout["url"]))
        else:
            await self._show(await self.http.post(checkout["url"], data=fields_of(checkout)))

    async def send(self, checkout: dict[str, Any]) -> str:
        """Send the form; the address to which a gateway that asks nothing sends the browser back."""
        answer = await self.http.post(checkout["url"], data=fields_of(checkout), follow_redirects=False)
        assert answer.status_code == 303, answer.text
        return str(answer.headers["location"])

    async def press(self, button: str, **filled: str) -> None:
        form = self.page.form_with(button)
        fields = {**form.fields, **filled, **form.buttons[button]}
        if form.method == "get":
            await self._show(await self.http.get(form.action, params=fields))
        else:
            await self._show(await self.http.post(form.action, data=fields))

    @property
    def way_back(self) -> Form:
        """The form that leads back to the front end's page."""
        return self.page.form_with("Regresar al sitio")

    async def go_back(self) -> str:
        """Press the way back; the address of the front end's page, to which the service sends the browser on."""
        back = self.way_back
        answer = await self.http.request(back.method, back.action, params=back.fields, follow_redirects=False)
        assert answer.status_code == 303, answer.text
        return str(answer.headers["location"])

    async def _show(self, answer: httpx.Response) -> None:
        assert answer.status_code == 200, answer.text
        self.page = Page(answer.text)


class Street:
    def __init__(self, url: str, simulator: str, portal: Portal) -> None:
        self.url = url
        self.portal = portal
        self._http = httpx.AsyncClient(base_url=url, trust_env=False, timeout=30)
        self._browser = httpx.AsyncClient(base_url=simulator, trust_env=False, timeout=30, follow_redirects=True)

    async def close(self) -> None:
        await self._http.aclose()
        await self._browser.aclose()

    async def found(self, slug: str, tax_id: str, **settings: str) -> None:
        """An agency that takes payments with PayU's sandbox account and EnLineaPagos' of the simulator."""
        use_cases = self.portal.use_cases
        agency = await use_cases.register_agency(slug=slug, name=f"Inmobiliaria {slug.title()}", tax_id=tax_id)
        common = {"captcha": "none", "return_urls": RETURN_URL, "landlord_registration": "MAT-2026-001"}
        await use_cases.set_agency(agency.id, settings=common | settings)
        for gateway, account in ((PaymentGatewayCode.PAYU, SANDBOX), (PaymentGatewayCode.ENLINEA, ENLINEA)):
            await use_cases.set_merchant_account(agency.id, gateway=gateway, settings=account)

    async def take(self, slug: str, kind: ImportKind, *rows: dict[str, str]) -> None:
        """Import rows that differ from the usual one."""
        agency = await self.portal.use_cases.find_agency(slug)
        await imported(self.portal.use_cases.import_file, agency.id, kind, *rows)

    async def register(
        self, slug: str, username: str, *, client: str | None = None, role: AccountRole = AccountRole.CLIENT
    ) -> None:
        agency = await self.portal.use_cases.find_agency(slug)
        email = f"{username}@{slug}.example"
        await self.portal.use_cases.create_account(
            agency.id, username=username, email=email, password=PASSWORD, role=role, client_code=client
        )

    def visitor(self, slug: str) -> Person:
        return Person(self._http, slug)

    async def person(self, slug: str, username: str) -> Person:
        return await self.visitor(slug).sign_in(username)

    def payer(self) -> Payer:
        return Payer(self._browser)

    async def control(self, path: str, **body: Any) -> Any:
        """Tell the simulator what happens at the gateway's end."""
        answer = await self._browser.post(f"/_sim/{path}", json=body)
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def orders(self, reference: str) -> list[Any]:
        """What the gateway knows of a reference."""
        return list((await self._browser.get("/_sim/orders", params={"reference": reference})).json())

    async def notices(self, reference: str) -> list[Any]:
        """What the gateway sent, or would send, about a reference."""
        return list((await self._browser.get("/_sim/deliveries", params={"reference": reference})).json())

    async def call_back(self, address: str, body: str) -> int:
        """Post a form to the service where the gateway does; the status."""
        form = {"Content-Type": "application/x-www-form-urlencoded"}
        return (await self._http.post(address, content=body, headers=form)).status_code


def fields_of(checkout: dict[str, Any]) -> dict[str, str]:
    assert checkout["method"] == "POST"
    return {each["name"]: each["value"] for each in checkout["fields"]}


def text_of(download: dict[str, Any]) -> str:
    """The words of a PDF, once it is what the download says it is."""
    content = base64.b64decode(download["contentBase64"], validate=True)
    assert (download["contentType"], download["byteSize"]) == ("application/pdf", len(content))
    assert hashlib.sha256(content).hexdigest() == download["sha256"]
    return " ".join(" ".join(page.extract_text() for page in PdfReader(BytesIO(content)).pages).split())


def in_days(days: int, *, today: date) -> str:
    return (today + timedelta(days=days)).isoformat()
