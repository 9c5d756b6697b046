"""Pages by keyset: a page starts after a row, never after a count, so rows that arrive meanwhile shift nothing."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from domain.errors import FieldProblem, FieldProblemCode, InvalidInput

T = TypeVar("T")

DEFAULT_SIZE = 20
MAX_SIZE = 100


@dataclass(frozen=True, slots=True)
class Cursor:
    """Place of a row in an order: its sort key and, to tell equals apart, its number or id, both as text."""

    key: str
    tie: str


@dataclass(frozen=True, slots=True)
class PageRequest:
    """`size` rows after `after` or before `before`, taken from the start, or from the end when `backward`."""

    size: int = DEFAULT_SIZE
    after: Cursor | None = None
    before: Cursor | None = None
    backward: bool = False

    @classmethod
    def of(cls, *, first: int | None, last: int | None, after: Cursor | None, before: Cursor | None) -> "PageRequest":
        """From the four Relay arguments: pages of 20 unless told, 0 to 100, never first and last together."""
        if first is not None and last is not None:
            raise InvalidInput(FieldProblem("last", FieldProblemCode.NOT_ALLOWED, "first_and_last"))
        for name, size in (("first", first), ("last", last)):
            if size is not None and not 0 <= size <= MAX_SIZE:
                raise InvalidInput(FieldProblem(name, FieldProblemCode.INVALID, "page_size", limit=MAX_SIZE))
        asked = first if first is not None else last
        return cls(size=DEFAULT_SIZE if asked is None else asked, after=after, before=before, backward=last is not None)


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """Rows in the order of the list, each with its cursor, whatever the direction they were fetched in."""

    items: Sequence[T] = ()
    cursors: Sequence[Cursor] = ()
    has_next: bool = False
    has_previous: bool = False
