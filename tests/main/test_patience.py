"""Which operations have more time than the others."""

from collections.abc import Iterator

from graphql import GraphQLInputObjectType, GraphQLNamedType, get_named_type

from graphql_api.schema import build_schema
from main.asgi import PATIENCE

SCHEMA = build_schema()._schema


def within(given: GraphQLNamedType) -> Iterator[str]:
    """An argument's type and those of the fields in it."""
    yield given.name
    if isinstance(given, GraphQLInputObjectType):
        for field in given.fields.values():
            yield from within(get_named_type(field.type))


def test_whatever_takes_files_has_time_to_look_into_them() -> None:
    assert SCHEMA.mutation_type is not None
    fields = SCHEMA.mutation_type.fields
    takers = {
        name
        for name, field in fields.items()
        if any("FileInput" in within(get_named_type(argument.type)) for argument in field.args.values())
    }

    assert takers == {"createPqrs", "addPqrsMessage", "addPqrsNote", "updateAgency"}
    assert takers | {"importRecords"} == set(PATIENCE)
