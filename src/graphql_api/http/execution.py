"""Executing a prepared operation against a Strawberry schema."""

from collections.abc import Mapping
from inspect import isawaitable
from typing import Any

import strawberry
from graphql.execution import ExecutionResult, execute
from strawberry.execution import optimized_is_awaitable

from graphql_api.http.documents import Prepared


class SchemaExtensionsIgnored(Exception):
    """The schema has extensions of Strawberry's, which this execution would leave out without a word."""


def require_plain(schema: strawberry.Schema) -> None:
    """Refuse a schema whose extensions would not run: parsing, limits, masking and caching are done here."""
    if schema.extensions:
        raise SchemaExtensionsIgnored


async def run(
    schema: strawberry.Schema, prepared: Prepared, variables: Mapping[str, Any], context: Any
) -> ExecutionResult:
    """Execute a document that is parsed and valid already.

    `Schema.execute` would parse and validate its text once more for every request. What it does beyond that and
    beyond extensions is the executor class, which gives resolvers Strawberry's own view of the request; exception
    handlers work inside the resolvers.
    """
    operation = prepared.operation
    result = execute(
        schema._schema,
        prepared.document,
        context_value=context,
        variable_values=dict(variables),
        operation_name=operation.name.value if operation.name else None,
        executor_class=schema.execution_context_class,
        is_awaitable=optimized_is_awaitable,  # type: ignore[arg-type]  # it narrows, its annotation does not say so
        hide_suggestions=True,
        operation_extensions=None,
    )
    return await result if isawaitable(result) else result
