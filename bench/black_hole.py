"""What everybody else notices when a gateway takes calls and never answers: the simulator is stopped with SIGSTOP.

Payers press «actualizar» at a steady pace all the time, so that the only difference between the variants is the
gateway: sound; stopped a moment ago, with the calls that it swallowed under way; stopped for so long that it is not
asked any more.
"""

import asyncio
import csv
import os
import signal
import statistics
import subprocess
import sys
import time
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from itertools import cycle
from typing import Any
from urllib.parse import urlsplit

import httpx

from bench.load import exchange_or_busy as exchange
from bench.load import request_bytes
from bench.operations import DASHBOARD, FLAT_20, LOGIN, MINE, Operation
from bench.report import row, spread
from domain.accounts import AccountRole
from main.bootstrap import portal
from main.database import Databases
from main.demo.people import FOLDER, PEOPLE, SETTINGS, SLUG
from main.settings import Settings

PAYERS = 20
"""Each of them presses every four seconds: the service asks about a reference every three at most."""
PRESSES_PER_SECOND = 5
ROUNDS = 3
SECONDS = 4.0
PATIENCE = 8.0
"""Of the service with a gateway; after that a stopped one has stayed silent often enough to be left alone."""
RECOVERY = 60.0
PASSWORD = "chocolate-con-queso-31"
ANSWERED, REFUSED, BUSY = "respondidas", "rechazadas", "con el servicio ocupado"
SOUND, WAITING, LEFT_ALONE = "sana", "recién callada", "apartada"
START = """
mutation ($input: StartPaymentInput!) {
  startPayment(input: $input) { __typename ... on PaymentIntentPayload { intent { reference } } }
}
"""
REFRESH = "mutation ($reference: String!) { refreshPayment(reference: $reference) { __typename } }"
ENTER = Operation(name="Login", user="tercero", label="entrar", text=LOGIN)
LOOKED_AT = (DASHBOARD, FLAT_20, ENTER)


@contextmanager
def simulator() -> Iterator[tuple[str, int]]:
    """Address and process of the gateways."""
    process = subprocess.Popen(
        [sys.executable, "-m", "simulator", "--port", "0"], stdout=subprocess.PIPE, stdin=subprocess.DEVNULL, text=True
    )
    assert process.stdout is not None
    try:
        yield process.stdout.readline().strip().removeprefix("listening on "), process.pid
    finally:
        process.send_signal(signal.SIGCONT)
        process.terminate()
        process.wait(10)
        process.stdout.close()


def environment(url: str) -> dict[str, str]:
    """What makes a service use that simulator."""
    return {
        "PORTAL_PAYU_CHECKOUT_URL": f"{url}/ppp-web-gateway-payu/",
        "PORTAL_PAYU_API_URL": f"{url}/payments-api/4.0/service.cgi",
        "PORTAL_PAYU_REPORTS_URL": f"{url}/reports-api/4.0/service.cgi",
    }


async def with_accounts(settings: Settings, databases: Databases) -> list[str]:
    """Accounts for tenants who owe rent; their user names."""
    with (FOLDER / "facturas.csv").open(encoding="utf-8-sig") as file:
        rows = [row for row in csv.DictReader(file, delimiter=";") if row["estado"] == "facturado"]
    owing = [row["cliente"] for row in rows if row["tipo"] == "arrendamiento"]
    taken = {person.client for person in PEOPLE}
    codes = [code for code in dict.fromkeys(owing) if code not in taken][:PAYERS]
    async with portal(settings, app_url=databases.app_url, public_url="http://127.0.0.1") as opened:
        agency = await opened.use_cases.find_agency(SLUG)
        for code in codes:
            await opened.use_cases.create_account(
                agency.id,
                username=code.lower(),
                email=f"{code.lower()}@pagos.example",
                password=PASSWORD,
                role=AccountRole.CLIENT,
                client_code=code,
            )
    return [code.lower() for code in codes]


@dataclass
class Presses:
    """What became of pressing «actualizar», and how long the payers waited for it."""

    told: Counter[str] = field(default_factory=Counter)
    seconds: list[float] = field(default_factory=list)


@dataclass
class Payers:
    """Tenants with a payment each, who ask what became of it."""

    url: str
    requests: list[bytes]
    presses: Presses = field(default_factory=Presses)

    @classmethod
    async def of(cls, url: str, users: list[str]) -> "Payers":
        """Everybody signs in and starts to pay."""
        requests = []
        async with httpx.AsyncClient(base_url=url, timeout=60, trust_env=False) as http:

            async def ask(query: str, token: str | None = None, **variables: object) -> dict[str, Any]:
                headers = {"Authorization": f"Bearer {token}"} if token else {}
                body = {"query": query, "variables": variables}
                answer = (await http.post("/graphql", json=body, headers=headers)).json()
                if "errors" in answer:
                    raise RuntimeError(answer["errors"])
                data: dict[str, Any] = answer["data"]
                return data

            for user in users:
                token = (await ask(LOGIN, login=user, password=PASSWORD))["login"]["accessToken"]
                mine = (await ask(MINE, token))["me"]["client"]["invoices"]["nodes"]
                order = {
                    "invoiceIds": [next(invoice["id"] for invoice in mine if invoice["payable"])],
                    "gateway": "PAYU",
                    "returnUrl": SETTINGS["return_urls"].split(",")[0],
                    "idempotencyKey": "bench",
                }
                started = (await ask(START, token, input=order))["startPayment"]
                reference = started["intent"]["reference"]
                requests.append(request_bytes(url, token, {"query": REFRESH, "variables": {"reference": reference}}))
        return cls(url, requests)

    @asynccontextmanager
    async def pressing(self) -> AsyncIterator[None]:
        """At a steady pace, whoever still waits for an answer."""
        async with asyncio.TaskGroup() as group:
            pace = group.create_task(self._keep_pressing(group))
            yield
            pace.cancel()

    async def _keep_pressing(self, group: asyncio.TaskGroup) -> None:
        for request in cycle(self.requests):
            group.create_task(self._press(request))
            await asyncio.sleep(1 / PRESSES_PER_SECOND)

    async def _press(self, request: bytes) -> None:
        presses, began = self.presses, time.perf_counter()
        answer = await _once(self.url, request)
        presses.seconds.append(time.perf_counter() - began)
        presses.told[BUSY if answer is None else ANSWERED if b"PaymentIntentPayload" in answer else REFUSED] += 1

    async def until_it_answers(self) -> None:
        """Until nobody who presses is refused any more."""
        for _ in range(int(RECOVERY / SECONDS)):
            self.presses = Presses()
            await asyncio.sleep(SECONDS)
            if self.presses.told.keys() == {ANSWERED}:
                return
        raise SystemExit("la pasarela volvió y el servicio no lo notó")


async def _once(url: str, request: bytes) -> bytes | None:
    place = urlsplit(url)
    reader, writer = await asyncio.open_connection(place.hostname, place.port)
    try:
        return await exchange(reader, writer, request)
    finally:
        writer.close()


@dataclass(frozen=True)
class Look:
    """Seconds that each request of one kind took in one variant of one round, and how many found the service busy."""

    took: list[float]
    not_served: int

    @property
    def per_second(self) -> float:
        return (len(self.took) - self.not_served) / SECONDS

    @property
    def middle(self) -> float:
        return statistics.median(self.took)


async def looked(url: str, requests: dict[str, bytes]) -> dict[str, Look]:
    """Everybody else, at the same time: one connection for each kind of request, asking again and again."""
    place, until = urlsplit(url), time.perf_counter() + SECONDS

    async def look(request: bytes) -> Look:
        reader, writer = await asyncio.open_connection(place.hostname, place.port, limit=1 << 20)
        took, not_served = [], 0
        try:
            while (began := time.perf_counter()) < until:
                answer = await exchange(reader, writer, request)
                took.append(time.perf_counter() - began)
                not_served += answer is None
        finally:
            writer.close()
        return Look(took, not_served)

    looks = await asyncio.gather(*(look(request) for request in requests.values()))
    return dict(zip(requests, looks, strict=True))


def requests_of(url: str, tokens: dict[str, str]) -> dict[str, bytes]:
    """By label."""
    person = next(person for person in PEOPLE if person.username == ENTER.user)
    entering = {"query": LOGIN, "variables": {"login": person.username, "password": person.password}}
    bodies = {it.label: it.body() if it is not ENTER else entering for it in LOOKED_AT}
    return {it.label: request_bytes(url, tokens[it.user], bodies[it.label]) for it in LOOKED_AT}


async def compared(
    url: str, gateway: int, payers: Payers, requests: dict[str, bytes]
) -> tuple[dict[str, list[dict[str, Look]]], dict[str, Presses]]:
    """The looks of each variant, round by round, and the presses of each."""
    found: dict[str, list[dict[str, Look]]] = {SOUND: [], WAITING: [], LEFT_ALONE: []}
    pressed = {name: Presses() for name in found}

    async def look(variant: str) -> None:
        payers.presses = pressed[variant]
        found[variant].append(await looked(url, requests))

    async with payers.pressing():
        await looked(url, requests)  # only warms up
        for _ in range(ROUNDS):
            await look(SOUND)
            payers.presses = Presses()  # those under way when the gateway stops belong to neither
            await asyncio.sleep(1)
            os.kill(gateway, signal.SIGSTOP)
            try:
                await look(WAITING)
                await asyncio.sleep(PATIENCE)
                await look(LEFT_ALONE)
                payers.presses = Presses()
            finally:
                os.kill(gateway, signal.SIGCONT)
            await payers.until_it_answers()
    return found, pressed


async def show(url: str, gateway: int, users: list[str], tokens: dict[str, str]) -> None:
    """Print what the others got while the gateway was stopped, divided by what they got while it was not."""
    payers = await Payers.of(url, users)
    found, pressed = await compared(url, gateway, payers, requests_of(url, tokens))
    print("\nCon una pasarela que no contesta, frente a la misma sana (mediana [mínimo–máximo])")
    row("", *(f"{name}: {what}" for name in (WAITING, LEFT_ALONE) for what in ("solicitudes/s", "espera")))
    for operation in LOOKED_AT:
        cells = []
        for name in (WAITING, LEFT_ALONE):
            looks = zip(found[name], found[SOUND], strict=True)
            both = [(one[operation.label], other[operation.label]) for one, other in looks]
            pairs = [(one, other) for one, other in both if one.took and other.per_second]
            if not pairs:
                raise SystemExit("el equipo está tan ocupado que no hay nada que comparar")
            cells.append(spread([one.per_second / other.per_second for one, other in pairs]))
            cells.append(spread([one.middle / other.middle for one, other in pairs], " ×"))
        row(operation.label, *cells)
    lost = {name: sum(look.not_served for looks in found[name] for look in looks.values()) for name in found}
    print("  no atendidas: " + ", ".join(f"{count} ({name})" for name, count in lost.items()))
    print("  quien paga y actualiza")
    for name, presses in pressed.items():
        seconds = sorted(presses.seconds)
        told = ", ".join(f"{count} {what}" for what, count in sorted(presses.told.items()))
        print(f"    {name:<22}{told}; mediana {statistics.median(seconds):.2f} s, la mayor {seconds[-1]:.2f} s")
