"""`make bench`: some three minutes; prints ratios of one run, in which the variants took turns."""

import asyncio
import os
import statistics
import time
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx

from adapters.argon2.hasher import Argon2PasswordHasher
from bench import black_hole
from bench.load import Sample, measure, one_answer, request_bytes
from bench.operations import (
    DASHBOARD,
    FILE_PQRS,
    FIRST_INVOICE,
    FLAT_20,
    FLAT_100,
    INVOICES,
    LOGIN,
    PDF,
    Operation,
    one,
)
from bench.report import row, spread
from bench.surroundings import FLOOR, SERVICE, Loaded, data_directory, filled, pin, served
from main.database import reached
from main.demo.people import PEOPLE
from main.settings import Secrets, Settings

ROUNDS = 5
SECONDS = 0.5
LOGINS = 15
DOCUMENTS = 20


class Client:
    """One person of the demo, asking the service in the ordinary way."""

    def __init__(self, url: str, user: str) -> None:
        self._http = httpx.Client(base_url=url, timeout=60, trust_env=False)
        self._person = next(person for person in PEOPLE if person.username == user)
        self.token = self.sign_in()

    def sign_in(self) -> str:
        data = self.ask(LOGIN, login=self._person.username, password=self._person.password)
        return str(data["login"]["accessToken"])

    def ask(self, query: str, **variables: object) -> dict[str, Any]:
        headers = {"Authorization": f"Bearer {self.token}"} if hasattr(self, "token") else {}
        answer = self._http.post("/graphql", json={"query": query, "variables": variables}, headers=headers).json()
        if "errors" in answer:
            raise RuntimeError(answer["errors"])
        data: dict[str, Any] = answer["data"]
        return data


async def compare(operation: Operation, token: str, ours: tuple[str, int], floor: tuple[str, int]) -> None:
    """One line: how many times the floor's work the service does for the same answer."""
    variants = {
        name: (url, request_bytes(url, token, operation.body()), pid)
        for name, (url, pid) in (("ours", ours), ("floor", floor))
    }
    answers = [await one_answer(url, request) for url, request, _ in variants.values()]
    if answers[0] != answers[1]:
        raise SystemExit(f"{operation.label}: las dos respuestas no son iguales")
    found: dict[str, list[Sample]] = {name: [] for name in variants}
    for number in range(ROUNDS + 1):
        for name in list(variants)[:: 1 if number % 2 else -1]:
            url, request, pid = variants[name]
            sample = await measure(url, request, seconds=SECONDS if number else SECONDS / 2, pid=pid)
            if number:  # the first round only warms up
                found[name].append(sample)
    pairs = list(zip(found["ours"], found["floor"], strict=True))
    row(
        operation.label,
        spread([mine.per_second / its.per_second for mine, its in pairs]),
        spread([mine.cpu_ms / its.cpu_ms for mine, its in pairs], " ×", 1),
        f"{statistics.median(s.per_second for s in found['ours']):.0f}/s, "
        f"{statistics.median(s.cpu_ms for s in found['ours']):.2f} ms",
    )


def timed(acts: Sequence[Callable[[], object]]) -> list[float]:
    """Milliseconds of each."""
    found = []
    for act in acts:
        began = time.perf_counter()
        act()
        found.append((time.perf_counter() - began) * 1000)
    return found


async def hashing() -> list[float]:
    hasher = Argon2PasswordHasher()
    try:
        stored = await hasher.hash("guadua-y-niebla-62")
        found = []
        for _ in range(LOGINS):
            began = time.perf_counter()
            await hasher.verify(stored, "guadua-y-niebla-62")
            found.append((time.perf_counter() - began) * 1000)
        return found
    finally:
        hasher.close()


def others(tenant: Client, loaded: Loaded) -> None:
    print("\nDe a una solicitud por vez")
    logins, hashes = timed([tenant.sign_in] * LOGINS), asyncio.run(hashing())
    row("argon2id", spread(hashes, " ms", 1))
    row("entrar", spread(logins, " ms", 1), f"{statistics.median(logins) / statistics.median(hashes):.1f} × argon2id")
    listed = tenant.ask(INVOICES, first=DOCUMENTS)["me"]["client"]["invoices"]["nodes"]
    first, *rest = (invoice["id"] for invoice in listed)
    cold = timed([lambda: tenant.ask(PDF, id=first)])
    row("primer PDF", f"{cold[0]:.1f} ms")
    row("los siguientes", spread(timed([partial(tenant.ask, PDF, id=key) for key in rest]), " ms", 1))
    print("\nImportar")
    row(f"{loaded.rows} filas nuevas", f"{loaded.rows / loaded.new:.0f} filas/s", f"{loaded.new:.1f} s")
    row("las mismas otra vez", f"{loaded.rows / loaded.again:.0f} filas/s", f"{loaded.again:.1f} s")


def main() -> None:
    cores = list(range(os.cpu_count() or 1))
    serving, rest = (cores[:1], cores[1:]) if len(cores) > 1 else ([], [])
    with data_directory() as folder:
        settings = Settings(data_dir=folder, database_url=None, app_database_url=None)
        environment = {"PORTAL_DATA_DIR": str(folder), "PORTAL_DATABASE_URL": "", "PORTAL_APP_DATABASE_URL": ""}
        with reached(settings, Secrets(settings)) as databases:
            loaded = asyncio.run(filled(settings, databases))
            (sockets,) = parse_qs(urlsplit(databases.app_url).query)["host"]
            with (
                black_hole.simulator() as gateway,
                served(SERVICE, environment | black_hole.environment(gateway[0]), serving) as ours,
                served(FLOOR, {"FLOOR_SOCKETS": sockets}, serving) as floor,
            ):
                pin(os.getpid(), rest)
                people = {user: Client(ours[0], user) for user in ("tercero", "propietario", "inquilino")}
                for number in range(10):
                    complaint = {"classification": "PETITION", "subject": "OTHER", "description": "Medición."}
                    people["tercero"].ask(FILE_PQRS, input={**complaint, "idempotencyKey": f"bench-{number}"})
                owned = people["propietario"].ask(FIRST_INVOICE)["me"]["client"]["invoices"]["nodes"][0]["id"]
                print("\nFrente a un servicio escrito a mano que responde lo mismo (mediana [mínimo–máximo])")
                row("", "solicitudes/s", "CPU por solicitud", "el servicio")
                for operation in (DASHBOARD, FLAT_20, FLAT_100, one(owned)):
                    asyncio.run(compare(operation, people[operation.user].token, ours, floor))
                others(people["inquilino"], loaded)
                payers = asyncio.run(black_hole.with_accounts(settings, databases))
                tokens = {user: client.token for user, client in people.items()}
                asyncio.run(black_hole.show(ours[0], gateway[1], payers, tokens))


if __name__ == "__main__":
    main()
