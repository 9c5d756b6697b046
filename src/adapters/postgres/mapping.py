"""Rows and entities, copied by field name and converted by the entity's type hints: said once for all tables."""

import dataclasses
import types
from collections.abc import Callable, Mapping
from decimal import Decimal
from enum import Enum
from typing import Any, Generic, NewType, TypeVar, Union, get_args, get_origin, get_type_hints

import sqlalchemy as sa

from domain.periods import BillingPeriod

E = TypeVar("E")
Convert = Callable[[Any], Any]


class Mapper(Generic[E]):
    """Between an entity class and its table. Fields without a column (`apart`) are given by the caller; a field that
    is neither is a TypeError when the program starts."""

    def __init__(self, entity: type[E], table: sa.Table, *, apart: tuple[str, ...] = ()) -> None:
        self._entity = entity
        hints = get_type_hints(entity)
        fields = [field.name for field in dataclasses.fields(entity) if field.name not in apart]  # type: ignore[arg-type]
        missing = [name for name in fields if name not in table.c]
        if missing:
            raise TypeError(f"{table.name} has no columns for {missing} of {entity.__name__}")
        self.columns = tuple(table.c[name] for name in fields)
        self._fields = [(name, reader(hints[name]), writer(hints[name])) for name in fields]

    def entity(self, row: Any, **children: Any) -> E:
        """From `row._mapping` or any mapping of column names."""
        values = {name: row[name] if read is None else read(row[name]) for name, read, _ in self._fields}
        return self._entity(**values, **children)

    def values(self, entity: E) -> dict[str, Any]:
        """Column values of an entity, for INSERT or UPDATE."""
        return {
            name: getattr(entity, name) if write is None else write(getattr(entity, name))
            for name, _, write in self._fields
        }


def reader(hint: Any) -> Convert | None:
    """How a stored value becomes one of type `hint`; None where nothing has to be done."""
    inner, optional, many = _taken_apart(hint)
    convert = _reader_of(inner)
    if many and convert is None:
        return tuple
    if many:
        return lambda values: tuple(convert(value) for value in values)  # type: ignore[misc]
    if optional and convert is not None:
        return lambda value: None if value is None else convert(value)
    return convert


def writer(hint: Any) -> Convert | None:
    """The way back."""
    inner, optional, many = _taken_apart(hint)
    convert = _writer_of(inner)
    if many and convert is None:
        return list
    if many:
        return lambda values: [convert(value) for value in values]  # type: ignore[misc]
    if optional and convert is not None:
        return lambda value: None if value is None else convert(value)
    return convert


def _taken_apart(hint: Any) -> tuple[Any, bool, bool]:
    """The innermost type, whether it may be None, whether it is a tuple of many."""
    optional = many = False
    if get_origin(hint) in (Union, types.UnionType):
        optional = True
        hint = next(part for part in get_args(hint) if part is not type(None))
    if get_origin(hint) is tuple:
        many = True
        hint = get_args(hint)[0]
    while isinstance(hint, NewType):
        hint = hint.__supertype__
    return hint, optional, many


def _reader_of(hint: Any) -> Convert | None:
    if isinstance(hint, type) and issubclass(hint, Enum):
        return {member.value: member for member in hint}.__getitem__
    if hint is BillingPeriod:
        return BillingPeriod.parse
    if dataclasses.is_dataclass(hint) and isinstance(hint, type):
        return _from_json(hint)
    return None


def _writer_of(hint: Any) -> Convert | None:
    if isinstance(hint, type) and issubclass(hint, Enum):
        return lambda member: member.value
    if hint is BillingPeriod:
        return str
    if dataclasses.is_dataclass(hint) and isinstance(hint, type):
        return _to_json
    return None


def _from_json(value_class: type[Any]) -> Convert:
    hints = get_type_hints(value_class)
    fields = [(field.name, _json_reader(hints[field.name])) for field in dataclasses.fields(value_class)]

    def build(stored: Mapping[str, Any]) -> Any:
        return value_class(**{name: read(stored[name]) for name, read in fields})

    return build


def _json_reader(hint: Any) -> Convert:
    if hint is Decimal:
        return Decimal
    if isinstance(hint, type) and issubclass(hint, Enum):
        return hint
    return lambda value: value


def _to_json(value: Any) -> dict[str, Any]:
    return {
        field.name: str(found) if isinstance(found, Decimal) else found.value if isinstance(found, Enum) else found
        for field in dataclasses.fields(value)
        for found in (getattr(value, field.name),)
    }
