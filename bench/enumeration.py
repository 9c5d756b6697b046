"""`make timing`: whether the time of an answer tells an account from a name that nobody has.

Some fifteen minutes. The service runs as it is sold, with its own hashing and a database; one request follows another,
each from an address of its own, in an order that is drawn anew each time. An AUC of 0.5 is a coin: how often a guess
«the slower one is the account» is right.
"""

import asyncio
import random
import statistics
import sys
import time
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from datetime import UTC, datetime
from uuid import uuid4

import httpx
import sqlalchemy as sa

from adapters.argon2.hasher import Argon2PasswordHasher
from adapters.postgres.engine import create_engine
from adapters.postgres.scoping import SET_SCOPE, scope_parameters
from adapters.postgres.tables import AccountRow
from application.access import Scope
from bench.surroundings import SERVICE, data_directory, served
from domain.ids import AgencyId
from main.bootstrap import portal
from main.database import Databases, reached
from main.settings import Secrets, Settings

BOUNDS = (0.45, 0.55)
WARMING = 40
KINDS = ("activa", "con segundo factor", "deshabilitada", "invitada")
"""Of accounts, as many of each."""
LOGIN = """mutation ($it: String!) { it: login(input: {login: $it, password: "no es esta contraseña"}) {
  __typename ... on UserError { message } } }"""
RESET = """mutation ($it: String!) { it: requestPasswordReset(input: {login: $it}) {
  __typename ... on UserError { message } } }"""


def main(samples: int = 2000) -> int:
    with data_directory() as folder:
        settings = Settings(data_dir=folder, database_url=None, app_database_url=None)
        environment = {
            "PORTAL_DATA_DIR": str(folder),
            "PORTAL_DATABASE_URL": "",
            "PORTAL_APP_DATABASE_URL": "",
            "PORTAL_TRUSTED_PROXIES": "1",
        }
        with reached(settings, Secrets(settings)) as databases:
            names = asyncio.run(_peopled(settings, databases, samples))
            with served(SERVICE, environment, []) as (url, _), httpx.Client(base_url=url, trust_env=False) as http:
                found = [_told(what, _timed(http, query, names, samples)) for what, query in _ASKED]
    return 0 if all(found) else 1


_ASKED = (("login", LOGIN), ("requestPasswordReset", RESET))


async def _peopled(settings: Settings, databases: Databases, samples: int) -> dict[str, str]:
    """An agency with so many accounts of all kinds; their names, each with its kind."""
    await databases.migrate()
    async with portal(settings, app_url=databases.app_url, public_url="http://127.0.0.1") as opened:
        agency = await opened.use_cases.register_agency(slug="andina", name="Andina", tax_id="900123456-8")
        given = {"captcha": "none", "link_base": "http://127.0.0.1/clientes"}
        await opened.use_cases.set_agency(agency.id, settings=given)
    hasher = Argon2PasswordHasher()
    hashed = await hasher.hash("guadua-y-niebla-62")
    hasher.close()
    engine = create_engine(databases.app_url)
    rows = [_account(agency.id, KINDS[number % len(KINDS)], hashed) for number in range(samples)]
    async with engine.begin() as connection:
        await connection.execute(SET_SCOPE, scope_parameters(Scope.of_agency(agency.id)))
        await connection.execute(sa.insert(AccountRow.__table__), rows)  # type: ignore[attr-defined]
    await engine.dispose()
    return {str(row["username"]): KINDS[number % len(KINDS)] for number, row in enumerate(rows)}


def _account(agency_id: AgencyId, kind: str, hashed: str) -> dict[str, object]:
    name = f"u{uuid4().hex[:16]}"
    return {
        "id": uuid4(),
        "agency_id": agency_id,
        "username": name,
        "username_key": name,
        "email": f"{name}@correo.example",
        "email_key": f"{name}@correo.example",
        "password_hash": None if kind == "invitada" else hashed,
        "status": {"deshabilitada": "DISABLED", "invitada": "INVITED"}.get(kind, "ACTIVE"),
        "roles": ["STAFF"],
        "created_at": datetime.now(UTC),
        "second_factor": kind == "con segundo factor",
    }


def _timed(http: httpx.Client, query: str, names: dict[str, str], samples: int) -> dict[str, list[float]]:
    """Milliseconds of whole answers, by kind of name; "nadie" is nobody's."""
    asked = [*names.items(), *((f"u{uuid4().hex[:16]}", "nadie") for _ in range(samples))]
    random.shuffle(asked)
    answers, took = set(), dict[str, list[float]]()
    for number, (name, kind) in enumerate([(f"u{uuid4().hex[:16]}", "calentar") for _ in range(WARMING)] + asked):
        address = f"2001:db8:{number >> 16:x}:{number & 0xFFFF:x}::1"
        began = time.perf_counter()
        answer = http.post(
            "/graphql", json={"query": query, "variables": {"it": name}}, headers={"X-Forwarded-For": address}
        )
        took.setdefault(kind, []).append((time.perf_counter() - began) * 1000)
        answers.add(answer.text)
    if len(answers) != 1:
        raise SystemExit(f"las respuestas no son iguales: {sorted(answers)[:3]}")
    return took


def _told(what: str, took: dict[str, list[float]]) -> bool:
    """Print the figures; whether all are within bounds."""
    nobody = took["nadie"]
    everybody = [one for kind in KINDS for one in took[kind]]
    print(f"\n{what}: {len(everybody)} cuentas y {len(nobody)} nombres de nadie; todas las respuestas son iguales")
    good = True
    for kind, times in (("todas", everybody), *((kind, took[kind]) for kind in KINDS)):
        found = auc(times, nobody)
        within = BOUNDS[0] <= found <= BOUNDS[1] or kind != "todas"
        good = good and within
        print(
            f"  {kind:<20} AUC {found:.3f}   mediana {statistics.median(times):6.2f} ms, "
            f"de nadie {statistics.median(nobody):6.2f} ms{'' if within else '   FUERA DE LÍMITES'}"
        )
    return good


def auc(some: Sequence[float], others: Sequence[float]) -> float:
    """How often one of `some` is larger than one of `others`; ties count half (Mann-Whitney U over all pairs)."""
    ordered = sorted(others)
    larger = sum((bisect_left(ordered, one) + bisect_right(ordered, one)) / 2 for one in some)
    return larger / (len(some) * len(others))


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:2])))
