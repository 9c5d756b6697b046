"""A small schema with the shapes of the real one, and a context that keeps a record of what happened."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Annotated, Any

import strawberry
from graphql import GraphQLError

from graphql_api.http import Code, OperationFacts, RequestFacts, refusal

SECRET = "postgres://portal:clave-de-la-base@servidor/portal"


@dataclass
class Record:
    """What the stand-in service was asked to do."""

    opened: list[tuple[RequestFacts, OperationFacts]] = field(default_factory=list)
    closed: list[str] = field(default_factory=list)
    effects: list[str] = field(default_factory=list)
    started: asyncio.Event = field(default_factory=asyncio.Event)
    staff_tokens: frozenset[str] = frozenset({"ficha-del-personal"})
    good_tokens: frozenset[str] = frozenset({"ficha-del-personal", "ficha-de-cliente"})
    fails_on_entering: Exception | None = None
    fails_on_leaving: Exception | None = None


@dataclass
class Viewer:
    record: Record
    bearer: str | None

    @property
    def is_staff(self) -> bool:
        return self.bearer in self.record.staff_tokens


class Overdrawn(Exception):
    def __init__(self, balance: int) -> None:
        self.balance = balance


@strawberry.interface
class UserError:
    message: str


@strawberry.type
class OverdrawnError(UserError):
    balance: int


class OnOverdrawn(strawberry.ExceptionHandler[Overdrawn, OverdrawnError]):
    def handle(self, exception: Overdrawn, *, field: Any, info: Any) -> OverdrawnError:
        return OverdrawnError(message="No alcanza.", balance=exception.balance)


@strawberry.type
class Download:
    file_name: str
    content_base64: str


@strawberry.type
class Line:
    description: str
    amount: int


@strawberry.type
class Invoice:
    id: strawberry.ID
    number: str

    @strawberry.field
    def lines(self) -> list[Line]:
        return [Line(description="Canon", amount=1)]

    @strawberry.field
    def pdf(self) -> Download | None:
        return Download(file_name=f"{self.number}.pdf", content_base64="JVBERg==")

    @strawberry.field
    def related(self, first: int | None = None, last: int | None = None) -> "InvoiceConnection":
        return connection(first)


@strawberry.type
class InvoiceEdge:
    node: Invoice
    cursor: str


@strawberry.type
class InvoiceConnection:
    nodes: list[Invoice]
    edges: list[InvoiceEdge]
    total_count: int


def connection(first: int | None) -> InvoiceConnection:
    nodes = [Invoice(id=strawberry.ID(str(n)), number=f"FV-{n}") for n in range(min(first or 20, 3))]
    return InvoiceConnection(
        nodes=nodes, edges=[InvoiceEdge(node=node, cursor=node.id) for node in nodes], total_count=len(nodes)
    )


@strawberry.type
class Account:
    username: str

    @strawberry.field
    def friend(self) -> "Account | None":
        return Account(username="otra")

    @strawberry.field
    def friends(self) -> "list[Account]":
        return [Account(username="otra")]


@strawberry.input
class LoginInput:
    login: str
    password: str


@strawberry.input
class StrictInput:
    amount: int
    note: strawberry.Maybe[str]


@strawberry.type
class Paid:
    balance: int


PayResult = Annotated[Paid | OverdrawnError, strawberry.union("PayResult")]


def _record(info: strawberry.Info) -> Record:
    record: Record = info.context.record
    return record


@strawberry.type
class Query:
    @strawberry.field
    def hello(self, name: str = "mundo") -> str:
        return f"Hola, {name}"

    @strawberry.field
    def me(self, info: strawberry.Info) -> Account | None:
        return Account(username="ana") if info.context.bearer else None

    @strawberry.field
    def invoices(self, first: int | None = None, last: int | None = None) -> InvoiceConnection:
        return connection(first)

    @strawberry.field
    def nodes(self, ids: list[strawberry.ID]) -> list[Invoice | None]:
        return [Invoice(id=id_, number=f"FV-{id_}") for id_ in ids]

    @strawberry.field
    def check(self, input: StrictInput) -> str:  # noqa: A002 (the schema's word)
        return "bien"

    @strawberry.field
    def broken(self) -> str | None:
        raise RuntimeError(SECRET)

    @strawberry.field
    def wrong_type(self) -> int | None:
        return SECRET  # type: ignore[return-value]

    @strawberry.field
    def missing(self) -> str:
        return None  # type: ignore[return-value]

    @strawberry.field
    def forbidden(self) -> str | None:
        raise GraphQLError("Solo el personal.", extensions={"code": "FORBIDDEN"})

    @strawberry.field
    def uncoded(self) -> str | None:
        raise GraphQLError(SECRET)

    @strawberry.field
    def busy(self) -> str | None:
        raise refusal(Code.BUSY, retry_after=7)

    @strawberry.field
    async def slow(self, info: strawberry.Info) -> str:
        _record(info).started.set()
        try:
            await asyncio.sleep(30)
        except asyncio.CancelledError:
            _record(info).effects.append("cancelled")
            raise
        return "tarde"


@strawberry.type
class Mutation:
    @strawberry.mutation
    def login(self, info: strawberry.Info, input: LoginInput) -> str:  # noqa: A002 (the schema's word)
        _record(info).effects.append("login")
        return "ficha"

    @strawberry.mutation
    def pay(self, info: strawberry.Info, amount: int = 1) -> PayResult:
        if amount > 100:
            raise Overdrawn(5)
        _record(info).effects.append("pay")
        return Paid(balance=100 - amount)

    @strawberry.mutation
    def refuse(self) -> str:
        raise refusal(Code.UNAVAILABLE)

    @strawberry.mutation
    async def pay_slowly(self, info: strawberry.Info) -> str:
        _record(info).started.set()
        await asyncio.sleep(0.05)
        _record(info).effects.append("paid slowly")
        return "listo"


schema = strawberry.Schema(Query, Mutation, exception_handlers=[OnOverdrawn()])


def opener(record: Record) -> Any:
    """An `open_context` that refuses unknown tokens and says how each context was left."""

    @asynccontextmanager
    async def open_context(facts: RequestFacts, operation: OperationFacts) -> AsyncIterator[Viewer]:
        record.opened.append((facts, operation))
        if record.fails_on_entering is not None:
            raise record.fails_on_entering
        if facts.agency_header == "no-existe":
            raise refusal(Code.AGENCY_NOT_FOUND)
        if facts.bearer is not None and facts.bearer not in record.good_tokens and "login" not in operation.root_fields:
            raise refusal(Code.UNAUTHENTICATED)
        try:
            yield Viewer(record, facts.bearer)
        except BaseException as problem:
            record.closed.append(type(problem).__name__)
            raise
        record.closed.append("kept")
        if record.fails_on_leaving is not None:
            raise record.fails_on_leaving

    return open_context
