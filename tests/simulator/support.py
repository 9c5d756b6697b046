"""A merchant with its server and a payer with a browser, for the tests of the simulator."""

import asyncio
import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from html.parser import HTMLParser
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import httpx
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from simulator.simulation import Simulation

API_KEY = "4Vj8eK4rloUd272L48hsrarnUA"
CREDENTIALS = {"apiLogin": "pRRXKOl8ikMmt9u", "apiKey": API_KEY}
CONFIRMATION_URL = "http://agencia.test/callbacks/payu/acc1"
RESPONSE_URL = "http://portal.test/pagos/vuelta?intento=7"
CHECKOUT = "/ppp-web-gateway-payu/"


def signed_form(**changes: str | None) -> dict[str, str]:
    """A checkout form of the sandbox merchant; a change to None leaves the field out. Signed after the changes."""
    form: dict[str, str | None] = {
        "merchantId": "508029",
        "accountId": "512321",
        "referenceCode": "INV0001234A01",
        "description": "Canon de arrendamiento, marzo de 2026",
        "amount": "1850000",
        "currency": "COP",
        "tax": "0",
        "taxReturnBase": "0",
        "buyerEmail": "ana.ruiz@example.com",
        "buyerFullName": "Ana Lucía Ruiz Peña",
        "telephone": "3001234567",
        "responseUrl": RESPONSE_URL,
        "confirmationUrl": CONFIRMATION_URL,
    }
    form |= changes
    kept = {name: value for name, value in form.items() if value is not None}
    if "signature" not in changes:
        names = ("merchantId", "referenceCode", "amount", "currency", "paymentMethods", "iin", "pseBanks")
        parts = [API_KEY, *(kept[name] for name in names if name in kept)]
        hashes = {"": "md5", "MD5": "md5", "SHA": "sha1", "SHA256": "sha256"}
        algorithm = hashes.get(kept.get("algorithmSignature", ""), "md5")
        kept["signature"] = hashlib.new(algorithm, "~".join(parts).encode()).hexdigest()
    return kept


@dataclass
class Form:
    """A form as a browser without JavaScript sees it."""

    action: str
    method: str
    fields: dict[str, str] = field(default_factory=dict)
    buttons: dict[str, dict[str, str]] = field(default_factory=dict)
    options: dict[str, list[str]] = field(default_factory=dict)


class Page(HTMLParser):
    """The forms and the text of a page; an open form takes each field's first or selected choice."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self.addresses: list[str] = []
        self.text = ""
        self._select = ""
        self._button: dict[str, str] | None = None
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        self.addresses += [given[name] for name in ("src", "href", "action") if name in given]
        if tag == "form":
            self.forms.append(Form(given["action"], given["method"]))
        elif tag == "input" and (given.get("type") != "radio" or "checked" in given):
            self.forms[-1].fields[given["name"]] = given.get("value", "")
        elif tag == "select":
            self._select = given["name"]
        elif tag == "option":
            self._choose(given)
        elif tag == "button":
            self._button = {given["name"]: given["value"]} if "name" in given else {}

    def _choose(self, given: dict[str, str]) -> None:
        form = self.forms[-1]
        form.options.setdefault(self._select, []).append(given.get("value", ""))
        if "selected" in given or self._select not in form.fields:
            form.fields[self._select] = given.get("value", "")

    def handle_data(self, data: str) -> None:
        if self._button is not None and data.strip():
            self.forms[-1].buttons[data.strip()] = self._button
            self._button = None
        self.text += " " + data.strip()

    def form_with(self, button: str) -> Form:
        return next(form for form in self.forms if button in form.buttons)


@dataclass(frozen=True)
class Arrived:
    """One request at the merchant's server."""

    method: str
    path: str
    query: dict[str, str]
    fields: dict[str, str]
    kind: str


class MerchantServer:
    """Where notifications and payers arrive; answers the given statuses in turn, the last one for ever."""

    def __init__(self) -> None:
        self.received: list[dict[str, str]] = []
        self.arrived: list[Arrived] = []
        self.statuses = [200]
        self._arrival = asyncio.Event()
        self.app = Starlette(routes=[Route("/{path:path}", self._receive, methods=["GET", "POST"])])

    async def _receive(self, request: Request) -> Response:
        body = (await request.body()).decode()
        kind = request.headers.get("content-type", "")
        if kind == "application/json":
            fields = {name: str(value) for name, value in json.loads(body).items()}
        else:
            fields = dict(parse_qsl(body, keep_blank_values=True, strict_parsing=bool(body)))
        self.arrived.append(Arrived(request.method, request.url.path, dict(request.query_params), fields, kind))
        if request.method == "POST":
            self.received.append(fields)
        self._arrival.set()
        status = self.statuses.pop(0) if len(self.statuses) > 1 else self.statuses[0]
        return Response(status_code=status, headers={"location": "/otra"} if 300 <= status < 400 else {})

    async def until(self, count: int) -> None:
        """Waits for that many notifications, at most five seconds."""
        async with asyncio.timeout(5):
            while len(self.received) < count:
                await self._arrival.wait()
                self._arrival.clear()

    def states(self) -> list[str]:
        return [form["state_pol"] for form in self.received]


@dataclass
class World:
    """The simulator with a browser that does not follow redirections, and the merchant's server."""

    browser: httpx.AsyncClient
    merchant: MerchantServer
    simulation: Simulation

    async def scenario(self, script: Sequence[str], reference: str = "INV0001234A01") -> dict[str, Any]:
        body = {"gateway": "payu", "reference": reference, "script": script}
        answer = await self.browser.post("/_sim/scenarios", json=body)
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    async def pay(self, **changes: str | None) -> httpx.Response:
        return await self.browser.post(CHECKOUT, data=signed_form(**changes))

    async def played(self, *script: str, **changes: str | None) -> dict[str, str]:
        """Loads the script, posts the form, and answers what the browser brings to `responseUrl`."""
        await self.scenario(script)
        answer = await self.pay(**changes)
        assert answer.status_code == 303, answer.text
        return query_of(answer)

    async def press(self, page: Page, button: str, **filled: str) -> httpx.Response:
        """Submits the form of a button as a browser does."""
        form = page.form_with(button)
        fields = {**form.fields, **filled, **form.buttons[button]}
        if form.method == "get":
            return await self.browser.get(form.action, params=fields)
        return await self.browser.post(form.action, data=fields)

    async def follow(self, answer: httpx.Response) -> Page:
        """The page that a chain of redirections within the simulator ends at."""
        while answer.status_code == 303:
            answer = await self.browser.get(answer.headers["location"])
        assert answer.status_code == 200, answer.text
        return Page(answer.text)

    async def advance(self, duration: str) -> None:
        assert (await self.browser.post("/_sim/clock", json={"advance": duration})).status_code == 200

    async def tick(self) -> int:
        return int((await self.browser.post("/_sim/tick")).json()["ran"])

    async def orders(self) -> list[dict[str, Any]]:
        return list((await self.browser.get("/_sim/orders")).json())

    async def deliveries(self) -> list[dict[str, Any]]:
        return list((await self.browser.get("/_sim/deliveries")).json())

    async def ask(self, command: str, credentials: Mapping[str, str] = CREDENTIALS, **details: Any) -> Any:
        """One question to the Queries API, money as Decimal."""
        body = {"test": False, "language": "es", "command": command, "merchant": credentials, "details": details}
        answer = await self.browser.post(
            "/reports-api/4.0/service.cgi", json=body, headers={"Accept": "application/json"}
        )
        assert answer.status_code == 200, answer.text
        return json.loads(answer.text, parse_float=Decimal)

    async def known(self, reference: str = "INV0001234A01") -> Any:
        """The payload of ORDER_DETAIL_BY_REFERENCE_CODE."""
        answer = await self.ask("ORDER_DETAIL_BY_REFERENCE_CODE", referenceCode=reference)
        assert answer["code"] == "SUCCESS"
        return answer["result"]["payload"]

    async def submit(self, command: str = "SUBMIT_TRANSACTION", **members: Any) -> dict[str, Any]:
        """One call of the Payments API."""
        body = {"test": False, "language": "es", "command": command, "merchant": CREDENTIALS, **members}
        answer = await self.browser.post(
            "/payments-api/4.0/service.cgi", json=body, headers={"Accept": "application/json"}
        )
        assert answer.status_code == 200, answer.text
        return dict(answer.json())


def query_of(answer: httpx.Response) -> dict[str, str]:
    """The fields in the address of a redirection or of a request that was made."""
    address = answer.headers.get("location") or str(answer.request.url)
    return dict(parse_qsl(urlsplit(address).query, keep_blank_values=True))


def md5(*parts: str) -> str:
    return hashlib.md5("~".join(parts).encode(), usedforsecurity=False).hexdigest()
