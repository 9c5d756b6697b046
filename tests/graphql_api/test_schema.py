"""The printed schema against its snapshot and against what front ends are promised, and its words."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from graphql import (
    GraphQLArgument,
    GraphQLEnumType,
    GraphQLInputField,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLSchema,
    build_schema,
    find_breaking_changes,
    find_dangerous_changes,
    is_specified_scalar_type,
    print_ast,
    print_schema,
)

from graphql_api import schema as schemas

CONTRACT = Path(__file__).parents[2] / "docs" / "contract" / "schema.graphql"
LATER = Path(__file__).with_name("later.txt")
"""What of the contract is not offered yet: a type or Type.field a line, sorted."""

_ENGLISH = re.compile(
    r"\b(an|and|are|by|for|from|if|in|is|it|not|of|or|that|the|this|to|was|when|which|with)\b", re.IGNORECASE
)


@pytest.fixture(scope="module")
def schema() -> GraphQLSchema:
    return schemas.build_schema()._schema


@pytest.fixture(scope="module")
def contract() -> GraphQLSchema:
    return build_schema(CONTRACT.read_text(encoding="utf-8"))


def test_the_printed_schema_is_the_snapshot() -> None:
    assert schemas.SNAPSHOT.read_text(encoding="utf-8") == schemas.printed(schemas.build_schema())


def test_nothing_of_the_contract_is_missing_or_different_but_what_comes_later(
    schema: GraphQLSchema, contract: GraphQLSchema
) -> None:
    later = LATER.read_text(encoding="utf-8").splitlines()
    found = [
        re.sub(r"^(?:Field )?([\w.]+) was removed\.$", r"\1", change.description)
        for change in find_breaking_changes(contract, schema)
    ]

    assert sorted(found) == later


def test_nothing_changes_under_a_front_end_written_for_the_contract(
    schema: GraphQLSchema, contract: GraphQLSchema
) -> None:
    assert [change.description for change in find_dangerous_changes(contract, schema)] == []


def test_nothing_is_offered_that_the_contract_does_not_promise(schema: GraphQLSchema, contract: GraphQLSchema) -> None:
    """It may grow, but never by accident: what is added here has to be added to the contract first."""
    assert [change.description for change in find_breaking_changes(schema, contract)] == []


def test_defaults_are_those_of_the_contract(schema: GraphQLSchema, contract: GraphQLSchema) -> None:
    promised, ours = dict(_inputs(contract)), dict(_inputs(build_schema(print_schema(schema))))

    assert {name: default for name, default in ours.items() if default != promised[name]} == {}
    assert ours["Client.invoices(orderBy)"] == "NEWEST"
    assert ours["ImportRecordsInput.dryRun"] == "false"


def test_everything_has_a_description(schema: GraphQLSchema) -> None:
    assert [name for name, text in _described(schema) if not (text or "").strip()] == []


def test_every_description_is_a_spanish_sentence(schema: GraphQLSchema) -> None:
    told = {name: text or "" for name, text in _described(schema)}

    assert {name: text for name, text in told.items() if not text.endswith(".")} == {}
    assert {name: text for name, text in told.items() if text[:1] != text[:1].upper()} == {}
    assert {name: text for name, text in told.items() if _ENGLISH.search(text)} == {}


def _inputs(schema: GraphQLSchema) -> Iterator[tuple[str, str | None]]:
    """Arguments and fields of inputs with their default; none and null are the same to whoever leaves it out."""
    for type_ in schema.type_map.values():
        if type_.name.startswith("__"):
            continue
        if isinstance(type_, GraphQLInputObjectType):
            for name, field in type_.fields.items():
                yield f"{type_.name}.{name}", _default(field)
        if isinstance(type_, GraphQLObjectType):
            for field_name, output in type_.fields.items():
                for name, argument in output.args.items():
                    yield f"{type_.name}.{field_name}({name})", _default(argument)


def _default(given: GraphQLArgument | GraphQLInputField) -> str | None:
    written = given.ast_node.default_value if given.ast_node else None
    return None if written is None or print_ast(written) == "null" else print_ast(written)


def _described(schema: GraphQLSchema) -> Iterator[tuple[str, str | None]]:
    """Every type, field, argument, enum value and field of an input that is ours, with its description."""
    for type_ in schema.type_map.values():
        if type_.name.startswith("__") or is_specified_scalar_type(type_):
            continue
        yield type_.name, type_.description
        if isinstance(type_, GraphQLEnumType):
            for name, value in type_.values.items():
                yield f"{type_.name}.{name}", value.description
        if isinstance(type_, GraphQLInputObjectType):
            for name, field in type_.fields.items():
                yield f"{type_.name}.{name}", field.description
        if isinstance(type_, GraphQLObjectType | GraphQLInterfaceType):
            for field_name, output in type_.fields.items():
                yield f"{type_.name}.{field_name}", output.description
                for name, argument in output.args.items():
                    yield f"{type_.name}.{field_name}({name})", argument.description
