"""The operations that the explorer offers and those it uses itself fit the schema."""

import json
import re
from pathlib import Path

import pytest
from graphql import (
    GraphQLField,
    GraphQLObjectType,
    OperationDefinitionNode,
    get_introspection_query,
    get_named_type,
    parse,
    validate,
)
from graphql.execution import get_variable_values

import graphql_api.graphiql
from graphql_api.graphiql import Example, examples
from graphql_api.limits import Limits, check, measure
from graphql_api.limits.budget import DOCUMENT_FIELDS, GUARDED_FIELDS
from graphql_api.schema import build_schema

SCHEMA = build_schema()._schema
SESSION = Path(graphql_api.graphiql.__file__).parent / "static" / "session.js"


def own_operations() -> list[str]:
    """The documents in the page's script, with the one fragment of text that they share."""
    text = SESSION.read_text(encoding="utf-8")
    account = re.search(r"const ACCOUNT = '([^']+)'", text)
    assert account is not None
    found = re.findall(r"= ['`]((?:query|mutation) [^'`]+)['`];", text)
    return [document.replace("${ACCOUNT}", account[1]) for document in found]


@pytest.mark.parametrize("example", examples(), ids=lambda example: example.name)
def test_an_example_is_valid_and_within_the_limits(example: Example) -> None:
    document = parse(example.query, max_tokens=Limits().tokens)
    variables = json.loads(example.variables or "{}")
    (operation,) = document.definitions
    assert isinstance(operation, OperationDefinitionNode)

    assert [error.message for error in validate(SCHEMA, document)] == []
    assert not isinstance(get_variable_values(SCHEMA, operation.variable_definitions or (), variables), list)
    check(measure(SCHEMA, document, variables, Limits())[0], Limits())


def test_no_two_examples_share_a_number() -> None:
    numbers = [example.name.partition("-")[0] for example in examples()]

    assert len(set(numbers)) == len(numbers), numbers


def test_the_page_knows_five_operations_and_all_fit() -> None:
    documents = own_operations()

    assert len(documents) == 5
    for document in documents:
        assert [error.message for error in validate(SCHEMA, parse(document))] == []
        check(measure(SCHEMA, parse(document), {}, Limits())[0], Limits())


@pytest.mark.parametrize("everything", [False, True])
def test_explorers_may_read_the_schema_within_the_limits(everything: bool) -> None:
    query = get_introspection_query(
        specified_by_url=everything,
        directive_is_repeatable=everything,
        schema_description=everything,
        input_value_deprecation=everything,
    )

    check(measure(SCHEMA, parse(query), {}, Limits())[0], Limits())


def fields() -> list[tuple[str, GraphQLField]]:
    kinds = [kind for kind in SCHEMA.type_map.values() if isinstance(kind, GraphQLObjectType)]
    return [(name, definition) for kind in kinds for name, definition in kind.fields.items()]


def test_guarded_fields_have_the_schemas_names() -> None:
    """A renamed field would escape its limit in silence."""
    assert {name for name, _ in fields()} >= GUARDED_FIELDS


def test_every_drawn_document_is_counted_as_one() -> None:
    small = {"logo", "qr"}
    downloads = {name for name, definition in fields() if get_named_type(definition.type).name == "Download"}

    assert downloads
    assert downloads - small <= DOCUMENT_FIELDS


def test_every_page_has_its_size_counted() -> None:
    pages = [definition for _, definition in fields() if get_named_type(definition.type).name.endswith("Connection")]

    assert pages
    assert all({"first", "last"} <= definition.args.keys() for definition in pages)
