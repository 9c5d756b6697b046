"""Everything that can be asked of a type, written out from the schema, so that a new field is asked for too."""

from collections.abc import Iterator
from typing import Any

from graphql import (
    GraphQLField,
    GraphQLInterfaceType,
    GraphQLNamedType,
    GraphQLObjectType,
    get_named_type,
    is_leaf_type,
    is_required_argument,
)

from graphql_api.schema import build_schema

SCHEMA = build_schema()._schema


def object_type(name: str) -> GraphQLObjectType:
    found = SCHEMA.type_map[name]
    assert isinstance(found, GraphQLObjectType)
    return found


def node_types() -> list[str]:
    """Types whose things have an id."""
    node = SCHEMA.type_map["Node"]
    assert isinstance(node, GraphQLInterfaceType)
    return sorted(it.name for it in SCHEMA.get_possible_types(node))


def everything_of(name: str, *, depth: int, rows: int = 5) -> str:
    """Every field of a type but drawn documents, and of what hangs under it down to `depth` levels of objects."""
    return " ".join(_fields(object_type(name), depth, rows))


def parts_of(name: str, *, depth: int, most: int) -> Iterator[str]:
    """The same in several selections, none of many more than `most` fields."""
    part: list[str] = []
    for field in _fields(object_type(name), depth, 5):
        if part and len(" ".join((*part, field)).replace("{", " ").split()) > most:
            yield " ".join(part)
            part = ["__typename"]
        part.append(field)
    yield " ".join(part)


def _fields(type_: GraphQLNamedType, depth: int, rows: int) -> Iterator[str]:
    yield "__typename"
    if not isinstance(type_, GraphQLObjectType):
        return
    for name, field in type_.fields.items():
        inner = get_named_type(field.type)
        if is_leaf_type(inner):
            yield name
        elif inner.name != "Download" and not _needs_arguments(field):
            if inner.name.endswith("Connection"):
                if depth > 0:
                    row = get_named_type(object_type(inner.name).fields["nodes"].type)
                    inside = " ".join(_fields(row, depth - 1, rows))
                    yield f"{name}(first: {rows}) {{ nodes {{ {inside} }} totalCount }}"
            elif depth > 0 or _is_small(inner):
                yield f"{name} {{ {' '.join(_fields(inner, depth - 1, rows))} }}"


def _needs_arguments(field: GraphQLField) -> bool:
    return any(is_required_argument(argument) for argument in field.args.values())


def _is_small(type_: GraphQLNamedType) -> bool:
    """It has leaves only."""
    return isinstance(type_, GraphQLObjectType) and all(
        is_leaf_type(get_named_type(field.type)) for field in type_.fields.values()
    )


def ids_in(data: Any) -> Iterator[str]:
    """Every id that an answer tells."""
    if isinstance(data, dict):
        if isinstance(data.get("id"), str):
            yield data["id"]
        for value in data.values():
            yield from ids_in(value)
    elif isinstance(data, list):
        for value in data:
            yield from ids_in(value)
