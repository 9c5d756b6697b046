"""Pages and counts of one kind of thing, for one parent or for many, by keyset."""

from abc import abstractmethod
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, Generic, TypeVar
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY

from adapters.postgres.mapping import Mapper
from adapters.postgres.reading.connection import SnapshotConnection
from adapters.postgres.scoping import visible
from application.access import Scope
from application.filters import Parent
from application.pagination import Cursor, Page, PageRequest
from application.ports.reading import Many
from application.text import words_of
from domain.errors import FieldProblem, FieldProblemCode, InvalidInput

E = TypeVar("E")
F = TypeVar("F")
_LARGEST = 2**63 - 1
Condition = sa.ColumnElement[bool]


@dataclass(frozen=True, slots=True)
class Order:
    """Sort key and tie-breaker, both in the same direction. The tie-breaker is a text or an id, unique within an
    agency."""

    key: sa.Column[Any]
    tie: sa.Column[Any]
    descending: bool = True

    def cursor(self, row: Any) -> Cursor:
        """The place of a row, as text that names the order it is a place of."""
        key = row[self.key.key]
        text = key.isoformat() if isinstance(key, date) else key
        return Cursor(f"{self.key}={text}", str(row[self.tie.key]))

    def place(self, cursor: Cursor, field: str) -> sa.ColumnElement[Any]:
        """The place that a cursor tells; InvalidInput, naming `field`, for one of another order or of none."""
        name, _, text = cursor.key.partition("=")
        try:
            if name != str(self.key) or not (_can_be_stored(text) and _can_be_stored(cursor.tie)):
                raise ValueError(name)
            key, tie = _value(text, self.key.type), _value(cursor.tie, self.tie.type)
        except (ValueError, OverflowError) as error:
            raise InvalidInput(FieldProblem(field, FieldProblemCode.INVALID, "cursor")) from error
        return sa.tuple_(sa.literal(key, self.key.type), sa.literal(tie, self.tie.type))


class SnapshotReader:
    """Base of readers: the snapshot's connection and the viewer's scope. `select` is where every SELECT begins."""

    def __init__(self, source: SnapshotConnection, scope: Scope) -> None:
        self.source = source
        self.scope = scope

    def select(self, table: sa.Table, *columns: Any) -> sa.Select[Any]:
        """Of rows in the scope: all columns, or those given."""
        return sa.select(*(columns or (table,))).where(visible(table, self.scope))

    def own(self, column: sa.ColumnElement[Any]) -> list[Condition]:
        """Of a client, the rows about that client alone."""
        return [column == self.scope.client_id] if self.scope.viewer == "client" else []


class SnapshotListing(SnapshotReader, Generic[E, F]):
    """What the readers of lists share. A subclass says its table, its order and what its filters mean."""

    table: sa.Table
    mapper: Mapper[E]

    @abstractmethod
    def order(self, narrowed: F) -> Order: ...

    @abstractmethod
    def conditions(self, narrowed: F) -> Sequence[Condition]: ...

    @abstractmethod
    def under(self, parent: Parent, parent_id: Any) -> Condition:
        """The rows that hang under a parent; `parent_id` is a value or a column."""

    async def get_many(self, ids: Collection[UUID]) -> Many[E]:
        return await self.entities(await self.source.rows(self.select(self.table).where(self.table.c.id.in_(ids))))

    async def entities(self, rows: Sequence[Any]) -> Many[E]:
        """By id; a subclass reads what of them is kept in other tables, for all at once."""
        return {row.id: self.mapper.entity(row._mapping) for row in rows}

    async def pages(self, parent: Parent, ids: Sequence[UUID], narrowed: F, page: PageRequest) -> Many[Page[E]]:
        order = self.order(narrowed)
        statement = self.select(self.table).where(*self.conditions(narrowed), *_after(order, page))
        downwards = order.descending != page.backward
        statement = statement.order_by(
            order.key.desc() if downwards else order.key, order.tie.desc() if downwards else order.tie
        ).limit(page.size + 1)
        if len(ids) == 1:
            statement = statement.where(*self._hanging(parent, ids[0]))
            found: dict[UUID, list[Any]] = {ids[0]: list(await self.source.rows(statement))}
        else:
            parents = _parents(ids)
            below = statement.where(*self._hanging(parent, parents.c.parent_id)).correlate(parents).lateral("found")
            found = {parent_id: [] for parent_id in ids}
            for row in await self.source.rows(sa.select(parents.c.parent_id, below).join(below, sa.true())):
                found[row.parent_id].append(row)
        entities = await self.entities([row for rows in found.values() for row in rows])
        return {parent_id: self._page(rows, entities, order, page) for parent_id, rows in found.items()}

    async def counts(self, parent: Parent, ids: Sequence[UUID], narrowed: F) -> Many[int]:
        statement = self.select(self.table, sa.func.count()).where(*self.conditions(narrowed))
        if len(ids) == 1:
            rows = await self.source.rows(statement.where(*self._hanging(parent, ids[0])))
            return {ids[0]: rows[0][0]}
        parents = _parents(ids)
        counted = statement.where(*self._hanging(parent, parents.c.parent_id)).correlate(parents).scalar_subquery()
        rows = await self.source.rows(sa.select(parents.c.parent_id, counted.label("counted")))
        return {row.parent_id: row.counted for row in rows}

    def searched(self, search: str, *columns: sa.ColumnElement[str]) -> list[Condition]:
        """Every word of the search stands, folded, in one of the (already folded) columns."""
        return [stands(word, *columns) for word in words_of(search)]

    def _hanging(self, parent: Parent, parent_id: Any) -> Sequence[Condition]:
        return () if parent is Parent.SCOPE else (self.under(parent, parent_id),)

    def _page(self, rows: Sequence[Any], entities: Many[E], order: Order, page: PageRequest) -> Page[E]:
        kept = rows[: page.size]
        if page.backward:
            kept = kept[::-1]
        more = len(rows) > page.size
        return Page(
            items=[entities[row.id] for row in kept],
            cursors=[order.cursor(row._mapping) for row in kept],
            has_next=page.before is not None if page.backward else more,
            has_previous=more if page.backward else page.after is not None,
        )


def stands(word: str, *columns: sa.ColumnElement[str]) -> Condition:
    """A folded word stands in one of the folded columns."""
    return sa.or_(*(column.contains(word, autoescape=True) for column in columns))


def fold(column: sa.ColumnElement[str]) -> sa.ColumnElement[str]:
    """A number or reference folded for a search, where no folded column is kept: the letters of Spanish."""
    return sa.func.lower(sa.func.translate(column, "ÁÉÍÓÚÜÑáéíóúüñ", "AEIOUUNaeiouun"))


def _parents(ids: Sequence[UUID]) -> sa.Subquery:
    """The parents' ids as rows, each once."""
    return sa.select(sa.func.unnest(sa.cast(list(dict.fromkeys(ids)), ARRAY(sa.Uuid))).label("parent_id")).subquery(
        "parents"
    )


def _after(order: Order, page: PageRequest) -> list[Condition]:
    """Keyset conditions: beyond `after` and before `before` in the list's own direction."""
    place = sa.tuple_(order.key, order.tie)
    conditions = []
    for cursor, forward, field in ((page.after, True, "after"), (page.before, False, "before")):
        if cursor is not None:
            there = order.place(cursor, field)
            conditions.append(place < there if forward == order.descending else place > there)
    return conditions


def _can_be_stored(text: str) -> bool:
    return "\0" not in text and not any("\ud800" <= letter <= "\udfff" for letter in text)


def _value(text: str, kind: Any) -> Any:
    """A sort key as the column's type; ValueError or OverflowError for a text that is none."""
    if isinstance(kind, sa.DateTime):
        instant = datetime.fromisoformat(text)
        if instant.tzinfo is None:
            raise ValueError(text)
        return instant.astimezone(UTC)
    if isinstance(kind, sa.Uuid):
        return UUID(text)
    if isinstance(kind, sa.BigInteger):
        number = int(text)
        if abs(number) > _LARGEST:
            raise OverflowError(text)
        return number
    return date.fromisoformat(text) if isinstance(kind, sa.Date) else text
