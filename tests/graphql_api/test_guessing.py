"""Two hundred guesses from two hundred addresses, at the real service over HTTP and Postgres, with hashes counted."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import httpx
import pytest

from adapters.argon2.hasher import Argon2PasswordHasher
from application.ports.passwords import PasswordCheck
from domain.accounts import AccountRole
from main.bootstrap import Portal
from tests.fakes.clock import FakeClock
from tests.graphql_api.forms import NEW, act
from tests.graphql_api.post import token_sent
from tests.graphql_api.test_answers_of_accounts import ASK, RESET
from tests.graphql_api.town import LOGIN, PASSWORD, founded
from tests.postgres import Database
from tests.served import served

HOME = "192.0.2.7"


class CountingHasher(Argon2PasswordHasher):
    """The service's own, with cheap parameters, which counts what it compares."""

    def __init__(self) -> None:
        super().__init__(memory_kib=8, time_cost=1)
        self.compared = 0

    async def verify(self, stored_hash: str | None, password: str) -> PasswordCheck:
        self.compared += 1
        return await super().verify(stored_hash, password)


@dataclass
class Street:
    """The service behind one proxy, at which everybody has an address."""

    http: httpx.AsyncClient
    hasher: CountingHasher
    clock: FakeClock

    async def login(self, login: str, password: str, ip: str) -> dict[str, Any]:
        body = {"query": LOGIN, "variables": {"login": login, "password": password}}
        response = await self.http.post("/graphql", json=body, headers={"X-Forwarded-For": ip})
        assert response.status_code == 200, response.text
        told: dict[str, Any] = response.json()["data"]["login"]
        return told

    async def outcome(self, login: str, password: str, ip: str) -> str:
        return str((await self.login(login, password, ip))["__typename"])


@pytest.fixture
async def street(database: Database) -> AsyncIterator[Street]:
    hasher, clock, portals = CountingHasher(), FakeClock(), list[Portal]()
    async with served(database, clock=clock, hasher=hasher, opened=portals.append, trusted_proxies=1) as url:
        use_cases = portals[0].use_cases
        agency = await use_cases.register_agency(
            slug="andina", name="Inmobiliaria Andina", tax_id="900123456-8", hosts=()
        )
        await use_cases.set_agency(agency.id, settings={"captcha": "none"})
        await use_cases.create_account(
            agency.id, username="sara", email="sara@andina.example", password=PASSWORD, role=AccountRole.STAFF
        )
        async with httpx.AsyncClient(base_url=url, trust_env=False, timeout=30) as http:
            yield Street(http, hasher, clock)


async def test_two_hundred_guesses_from_as_many_addresses_at_once(street: Street) -> None:
    turns = asyncio.Semaphore(4)

    async def guess(n: int) -> str:
        async with turns:
            return await street.outcome("sara", f"adivinanza {n}", f"198.51.{n // 250}.{n % 250}")

    outcomes = Counter(await asyncio.gather(*(guess(n) for n in range(200))))

    assert outcomes == {"InvalidCredentials": 5, "TooManyAttempts": 195}
    assert street.hasher.compared == 5


async def test_two_hundred_patient_guesses_at_both_names_and_the_owner_comes_home(street: Street) -> None:
    assert await street.outcome("sara", PASSWORD, HOME) == "SessionPayload"
    street.hasher.compared = 0

    outcomes: Counter[str] = Counter()
    for n in range(200):
        street.clock.advance(timedelta(minutes=15))
        login = ("sara", "sara@andina.example")[n % 2]
        outcomes[await street.outcome(login, f"adivinanza {n}", f"2001:db8:{n:x}::7")] += 1

    assert outcomes == {"InvalidCredentials": 70, "TooManyAttempts": 130}
    assert street.hasher.compared == 70
    shut_out = await street.login("sara", PASSWORD, "198.51.100.1")
    assert (shut_out["__typename"], "restablezca la contraseña" in shut_out["message"]) == ("TooManyAttempts", True)
    assert await street.outcome("sara", PASSWORD, HOME) == "SessionPayload"


async def test_one_password_on_five_hundred_names_from_one_network(street: Street) -> None:
    outcomes = Counter([await street.outcome(f"nombre{n}", PASSWORD, f"2001:db8:7:7::{n:x}") for n in range(500)])

    assert outcomes == {"InvalidCredentials": 100, "TooManyAttempts": 400}
    assert street.hasher.compared == 100


async def test_in_the_middle_of_an_attack_a_letter_opens_the_door_again(database: Database) -> None:
    async with founded(database, trusted_proxies=1) as town:
        await town.agency("andina", {"link_base": "https://clientes.andina.example"})
        await town.person("andina", "sara", role=AccountRole.STAFF)

        async def enter(password: str, ip: str) -> str:
            given = {"login": "sara", "password": password}
            answer = await town.send(LOGIN, given, agency="andina", headers={"X-Forwarded-For": ip})
            return str(answer.data["login"]["__typename"])

        for n in range(50):
            town.clock.advance(timedelta(minutes=15))
            await enter(f"adivinanza {n}", f"2001:db8:{n:x}::7")
        assert await enter(PASSWORD, HOME) == "TooManyAttempts"

        asked = await act(town, ASK, agency="andina", login="sara")
        assert asked["is"] == "requestPasswordReset.RequestPasswordResetPayload"
        assert await enter("otra adivinanza", "2001:db8:ffff::7") == "TooManyAttempts"
        chosen = await act(town, RESET, agency="andina", token=await token_sent(town), password=NEW, again=NEW)

        assert chosen["is"] == "resetPassword.ResetPasswordPayload"
        assert await enter(NEW, HOME) == "SessionPayload"
        assert await enter(NEW, "198.51.100.77") == "SessionPayload"
