"""Relay connections over the application's pages, with opaque cursors by keyset."""

import base64
import binascii
import json
from collections.abc import Callable, Sequence
from typing import Annotated, Any, Generic, TypeVar

import strawberry

from application.pagination import Cursor, Page, PageRequest
from domain.errors import FieldProblem, FieldProblemCode, InvalidInput
from graphql_api.describe import field

T = TypeVar("T")

First = Annotated[
    int | None, strawberry.argument(description="Cuántos elementos desde el comienzo: 20 si no se dice, 100 a lo sumo.")
]
Last = Annotated[
    int | None, strawberry.argument(description="Cuántos elementos desde el final, en lugar de first; 100 a lo sumo.")
]
After = Annotated[
    str | None, strawberry.argument(description="Cursor después del cual continuar (pageInfo.endCursor).")
]
Before = Annotated[
    str | None, strawberry.argument(description="Cursor antes del cual terminar (pageInfo.startCursor).")
]
Search = Annotated[
    str | None,
    strawberry.argument(description="Palabras que deben aparecer; no distingue mayúsculas ni tildes."),
]


@strawberry.type(description="Dónde está la página dentro de la lista.")
class PageInfo:
    has_next_page: bool = field("Hay más elementos después de esta página.")
    has_previous_page: bool = field("Hay elementos antes de esta página.")
    start_cursor: str | None = field("Cursor del primer elemento; sirve para before.")
    end_cursor: str | None = field("Cursor del último elemento; sirve para after.")


@strawberry.type(description="Un elemento de la lista con su cursor.")
class Edge(Generic[T]):
    node: T = field("El elemento.")
    cursor: str = field("Su lugar en la lista.")


@strawberry.type(description="Una página de una lista.")
class Connection(Generic[T]):
    nodes: list[T] = field("Los elementos de la página, en orden.")
    page_info: PageInfo = field("Si hay más, y cómo seguir.")
    cursors: strawberry.Private[Sequence[str]]
    count: strawberry.Private[Callable[[], Any]]

    @strawberry.field(description="Los elementos de la página con su cursor.")
    def edges(self) -> list[Edge[T]]:
        return [Edge(node=node, cursor=cursor) for node, cursor in zip(self.nodes, self.cursors, strict=True)]

    @strawberry.field(description="Cuántos elementos hay en toda la lista; se cuentan solo si se pregunta.")
    def total_count(self) -> int:
        return self.count()


def connection(page: Page[Any], show: Callable[[Any], Any], count: Callable[[], Any]) -> Connection[Any]:
    """A page as the schema shows it; `show` makes each entity a type, `count` counts the whole list."""
    cursors = [encode_cursor(cursor) for cursor in page.cursors]
    return Connection(
        nodes=[show(item) for item in page.items],
        page_info=PageInfo(
            has_next_page=page.has_next,
            has_previous_page=page.has_previous,
            start_cursor=cursors[0] if cursors else None,
            end_cursor=cursors[-1] if cursors else None,
        ),
        cursors=cursors,
        count=count,
    )


def page_request(first: int | None, after: str | None, last: int | None, before: str | None) -> PageRequest:
    """From the four arguments of a list; InvalidInput for those that make no page."""
    return PageRequest.of(
        first=first, last=last, after=decode_cursor(after, "after"), before=decode_cursor(before, "before")
    )


def encode_cursor(cursor: Cursor) -> str:
    packed = json.dumps([cursor.key, cursor.tie], ensure_ascii=False, separators=(",", ":"))
    return base64.urlsafe_b64encode(packed.encode()).decode().rstrip("=")


def decode_cursor(text: str | None, name: str) -> Cursor | None:
    if text is None:
        return None
    try:
        unpacked = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    except (ValueError, binascii.Error, RecursionError):
        unpacked = None
    match unpacked:
        case [str(key), str(tie)] if "\0" not in key + tie and len(text) < 2_000:
            return Cursor(key, tie)
    raise InvalidInput(FieldProblem(name, FieldProblemCode.INVALID, "cursor"))
