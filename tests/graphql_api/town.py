"""The service under a clock that stands still, its agencies, and the people who ask: reached through ASGI.

People are named by their user name, which is unique here over all agencies, so that a test says `by="ana"`.
"""

import json
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from uuid import uuid4

import httpx
import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from adapters.postgres.tables import metadata
from adapters.postgres.unit_of_work import PostgresUnitOfWorkFactory
from application.access import Scope
from application.ports.documents import DocumentRenderer
from application.ports.unit_of_work import UnitOfWork
from domain.accounts import AccountRole
from domain.agencies import Agency
from domain.findings import Finding, FindingKind
from domain.imports.sheets import ImportKind
from domain.payments import PaymentGatewayCode
from tests.application.imports_office import MANAGEMENT, OWNER, imported
from tests.fakes.clock import FakeClock
from tests.postgres import Database
from tests.served import Service, opened

NOON = datetime(2026, 7, 15, 17, tzinfo=UTC)
"""Noon in Bogotá, a Wednesday."""
PASSWORD = "tortuga azul canta"
RETURN_URL = "https://clientes.andina.example/pago"
PAYU = {
    "merchant_id": "508029",
    "account_id": "512321",
    "api_login": "pRRXKOl8ikMmt9u",
    "api_key": "4Vj8eK4rloUd272L48hsrarnUA",
    "enabled": "true",
}
"""The merchant account that PayU prints in its documentation for tests."""
LOGIN = """
mutation Entrar($login: String!, $password: String!, $captcha: String) {
  login(input: {login: $login, password: $password, captcha: $captcha}) {
    __typename
    ... on SessionPayload { accessToken accessTokenExpiresAt refreshToken account { username } }
    ... on UserError { code message }
    ... on TooManyAttempts { retryAfterSeconds }
    ... on CaptchaUnavailable { retryAfterSeconds }
  }
}
"""
_NITS = ("900123456-8", "800197268-4", "830114921-1", "860002964-4", "900999001-1", "811000222-0")


@dataclass(frozen=True)
class Answer:
    """What came back over HTTP. `statements` is how many it took, where they were counted."""

    status: int
    text: str
    headers: httpx.Headers
    statements: int = 0

    @property
    def body(self) -> dict[str, Any]:
        return dict(json.loads(self.text))

    @property
    def data(self) -> Any:
        """What was asked for, without any error."""
        body = self.body
        assert "errors" not in body, body
        assert self.status == 200
        return body["data"]

    @property
    def errors(self) -> list[dict[str, Any]]:
        return list(self.body.get("errors", []))

    @property
    def codes(self) -> list[str]:
        return [error["extensions"]["code"] for error in self.errors]

    @property
    def code(self) -> str:
        """Of the only error."""
        (code,) = self.codes
        return str(code)


@dataclass
class Counts:
    """What a stretch of work did to the database."""

    statements: list[str] = field(default_factory=list)
    checkouts: int = 0
    transactions: int = 0


@contextmanager
def counted(engine: AsyncEngine) -> Iterator[Counts]:
    """Statements, but for the sweep that comes by chance; connections taken from the pool, and transactions begun."""
    counts, pool = Counts(), engine.sync_engine

    def on_statement(_c: Any, _u: Any, statement: str, _p: Any, _x: Any, _m: Any) -> None:
        if not (statement.startswith("DELETE FROM rate_limits") and "kept_until <" in statement):
            counts.statements.append(statement)

    def on_checkout(*_: Any) -> None:
        counts.checkouts += 1

    def on_begin(_: Any) -> None:
        counts.transactions += 1

    listeners = (("before_cursor_execute", on_statement), ("checkout", on_checkout), ("begin", on_begin))
    for name, listener in listeners:
        event.listen(pool, name, listener)
    try:
        yield counts
    finally:
        for name, listener in listeners:
            event.remove(pool, name, listener)


class Town:
    def __init__(self, service: Service, http: httpx.AsyncClient, clock: FakeClock, owner: AsyncEngine) -> None:
        self.service = service
        self.http = http
        self.clock = clock
        self._owner = owner
        self.agencies: dict[str, Agency] = {}
        self.homes: dict[str, str] = {}
        self.tokens: dict[str, dict[str, str]] = {}

    @property
    def use_cases(self) -> Any:
        return self.service.portal.use_cases

    def unit_of_work(self, slug: str) -> UnitOfWork:
        """Over all rows of an agency."""
        make = PostgresUnitOfWorkFactory(self.service.portal.engine, self.service.portal.secrets.audit)
        return make(Scope.of_agency(self.agencies[slug].id))

    async def find(self, slug: str, reference: str, kind: FindingKind = FindingKind.UNKNOWN_REFERENCE) -> Finding:
        """Something that the staff should look at."""
        finding = Finding(
            id=uuid4(),
            agency_id=self.agencies[slug].id,
            kind=kind,
            key=f"{kind}:{reference}",
            at=self.clock.now(),
            reference=reference,
            amount=Decimal("1500000.50"),
        )
        async with self.unit_of_work(slug) as uow:
            await uow.findings.report(finding)
            await uow.commit()
        return finding

    async def agency(
        self, slug: str, settings: dict[str, str] | None = None, *, payu: bool = False, hosts: tuple[str, ...] = ()
    ) -> Agency:
        """A new agency without a question at its door, unless `settings` say otherwise."""
        made: Agency = await self.use_cases.register_agency(
            slug=slug, name=f"Inmobiliaria {slug.title()}", tax_id=_NITS[len(self.agencies)], hosts=hosts
        )
        common = {"captcha": "none", "return_urls": RETURN_URL}
        made = self.agencies[slug] = await self.use_cases.set_agency(made.id, settings=common | (settings or {}))
        if payu:
            await self.use_cases.set_merchant_account(made.id, gateway=PaymentGatewayCode.PAYU, settings=PAYU)
        return made

    async def person(
        self, slug: str, username: str, *, role: AccountRole = AccountRole.CLIENT, client: str | None = None
    ) -> None:
        await self.use_cases.create_account(
            self.agencies[slug].id,
            username=username,
            email=f"{username}@{slug}.example",
            password=PASSWORD,
            role=role,
            client_code=client,
        )
        self.homes[username] = slug

    async def take(self, slug: str, kind: ImportKind, *rows: dict[str, str]) -> None:
        """Import rows that differ from the usual one; all of them enter."""
        await imported(self.use_cases.import_file, self.agencies[slug].id, kind, *rows)

    async def books(self, slug: str) -> None:
        """A lease of the property I1 to T1, whose owner is T2; nothing is billed yet."""
        await self.take(slug, ImportKind.CLIENTS, {}, OWNER)
        await self.take(slug, ImportKind.PROPERTIES, {})
        await self.take(slug, ImportKind.CONTRACTS, {}, MANAGEMENT)

    async def sign_in(self, username: str, *, password: str = PASSWORD, user_agent: str = "Firefox") -> dict[str, str]:
        """A new session; the pair of tokens."""
        given = {"login": username, "password": password}
        answer = await self.send(LOGIN, given, agency=self.homes[username], headers={"User-Agent": user_agent})
        opened: dict[str, str] = answer.data["login"]
        assert opened["__typename"] == "SessionPayload", opened
        return opened

    async def ask(self, query: str, by: str | None = None, *, agency: str | None = None, **variables: Any) -> Answer:
        """Ask as a person, in a session that is opened at the first question; as a visitor without `by`."""
        if by is not None and by not in self.tokens:
            self.tokens[by] = await self.sign_in(by)
        token = self.tokens[by]["accessToken"] if by is not None else None
        return await self.send(query, variables, token=token, agency=agency)

    async def send(
        self,
        query: str,
        variables: dict[str, Any] | None = None,
        *,
        token: str | None = None,
        agency: str | None = None,
        headers: dict[str, str] | None = None,
    ) -> Answer:
        given = dict(headers or {})
        if token is not None:
            given["Authorization"] = f"Bearer {token}"
        if agency is not None:
            given["X-Agency"] = agency
        response = await self.http.post("/graphql", json={"query": query, "variables": variables or {}}, headers=given)
        return Answer(response.status_code, response.text, response.headers)

    @property
    def connections_in_use(self) -> int:
        pool: Any = self.service.portal.engine.pool
        return int(pool.checkedout())

    @asynccontextmanager
    async def drawing_with(self, renderer: DocumentRenderer) -> AsyncIterator[None]:
        """Documents are drawn by this renderer meanwhile."""
        before = self.http
        async with self.service.drawing_with(renderer).client() as self.http:
            yield
        self.http = before

    def counted(self) -> Any:
        return counted(self.service.portal.engine)

    async def rows(self, statement: str, **parameters: Any) -> list[tuple[Any, ...]]:
        """As the owner of the tables, past every policy."""
        async with self._owner.begin() as connection:
            result = await connection.execute(sa.text(statement), parameters)
            return [tuple(row) for row in result] if result.returns_rows else []

    async def checksums(self, *, without: tuple[str, ...] = ()) -> dict[str, str | None]:
        """Of every table but those, so that two calls tell whether anything was written between them."""
        names = sorted(set(metadata.tables) - set(without))
        parts = [f"(select md5(string_agg(t::text, '|' order by t::text)) from {name} t)" for name in names]
        ((*found,),) = await self.rows(f"select {', '.join(parts)}")
        return dict(zip(names, found, strict=True))


@asynccontextmanager
async def founded(database: Database, **given: Any) -> AsyncIterator[Town]:
    clock = FakeClock(NOON)
    owner = create_async_engine(database.owner_url, pool_size=1)
    async with owner.begin() as connection:  # so that tests may look past the policies, which the service may not
        for name in metadata.tables:
            await connection.exec_driver_sql(f"alter table {name} no force row level security")
    async with opened(database, clock=clock, **given) as service, service.client() as http:
        yield Town(service, http, clock, owner)
    await owner.dispose()
