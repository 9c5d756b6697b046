"""Pages and counts of rows in memory, by keyset."""

from abc import abstractmethod
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar
from uuid import UUID

from application.access import Scope
from application.filters import Parent
from application.pagination import Cursor, Page, PageRequest
from application.ports.reading import Listing, Many
from application.text import folded, words_of
from domain.errors import FieldProblem, FieldProblemCode, InvalidInput
from tests.fakes.store import FakeStore, Sight, client_text

E = TypeVar("E")
F = TypeVar("F")
Place = tuple[str, str]


@dataclass(frozen=True)
class Order:
    """By what rows are sorted, as texts that sort alike; `name` is on the cursors."""

    name: str
    key: Callable[[Any], str]
    tie: Callable[[Any], str]
    descending: bool = True

    def place(self, row: Any) -> Place:
        return self.key(row), self.tie(row)

    def cursor(self, row: Any) -> Cursor:
        return Cursor(f"{self.name}={self.key(row)}", self.tie(row))

    def found(self, cursor: Cursor | None, field: str) -> Place | None:
        if cursor is None:
            return None
        name, _, key = cursor.key.partition("=")
        if name != self.name or any("\ud800" <= letter <= "\udfff" or letter == "\0" for letter in key + cursor.tie):
            raise InvalidInput(FieldProblem(field, FieldProblemCode.INVALID, "cursor"))
        return key, cursor.tie


class FakeReader:
    """Of a closed snapshot nothing can be read."""

    def __init__(self, store: FakeStore, scope: Scope) -> None:
        self._store: FakeStore | None = store
        self.scope = scope

    def forget(self) -> None:
        self._store = None

    @property
    def store(self) -> FakeStore:
        if self._store is None:
            raise RuntimeError("this snapshot is closed")
        return self._store

    @property
    def sight(self) -> Sight:
        return Sight(self.store, self.scope)


class FakeListing(FakeReader, Listing[E, F], Generic[E, F]):
    """A subclass says what is seen, in which order, and what its filters mean."""

    @abstractmethod
    def seen(self) -> list[E]: ...

    @abstractmethod
    def order(self, narrowed: F) -> Order: ...

    @abstractmethod
    def matches(self, row: E, narrowed: F) -> bool: ...

    def hangs(self, row: E, parent: Parent, parent_id: UUID) -> bool:
        of: Any = row
        return bool((of.client_id if parent is Parent.CLIENT else of.contract_id) == parent_id)

    async def get_many(self, ids: Collection[UUID]) -> Many[E]:
        rows: Iterable[Any] = self.seen()
        return {row.id: row for row in rows if row.id in set(ids)}

    async def pages(self, parent: Parent, ids: Sequence[UUID], narrowed: F, page: PageRequest) -> Many[Page[E]]:
        order = self.order(narrowed)
        after, before = order.found(page.after, "after"), order.found(page.before, "before")
        return {key: _page(self._list(parent, key, narrowed), order, page, after, before) for key in ids}

    async def counts(self, parent: Parent, ids: Sequence[UUID], narrowed: F) -> Many[int]:
        return {parent_id: len(self._list(parent, parent_id, narrowed)) for parent_id in ids}

    def found_by(self, search: str, row: Any, *texts: str | None) -> bool:
        """Every word stands in one of the texts, or in the name or document of the row's client."""
        client = self.store.clients[row.client_id]
        seen = client_text(client) if self.sight.sees_client(client) else ""
        return all_stand(search, seen, *texts)

    def _list(self, parent: Parent, parent_id: UUID, narrowed: F) -> list[E]:
        rows = [row for row in self.seen() if self.matches(row, narrowed)]
        return rows if parent is Parent.SCOPE else [row for row in rows if self.hangs(row, parent, parent_id)]


def all_stand(search: str, *texts: str | None) -> bool:
    """Every word of the search stands in one of the texts, accents and letter case apart."""
    folds = [folded(text or "") for text in texts]
    return all(any(word in text for text in folds) for word in words_of(search))


def _page(rows: list[E], order: Order, page: PageRequest, after: Place | None, before: Place | None) -> Page[E]:
    lower, upper = (before, after) if order.descending else (after, before)
    placed = sorted(((order.place(row), row) for row in rows), key=lambda pair: pair[0])
    kept = [row for place, row in placed if (lower is None or place > lower) and (upper is None or place < upper)]
    if order.descending != page.backward:
        kept.reverse()
    more = len(kept) > page.size
    kept = kept[: page.size]
    if page.backward:
        kept.reverse()
    return Page(
        items=kept,
        cursors=[order.cursor(row) for row in kept],
        has_next=page.before is not None if page.backward else more,
        has_previous=more if page.backward else page.after is not None,
    )
