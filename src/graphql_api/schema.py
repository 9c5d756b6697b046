"""The schema, put together. Limits, masking and status codes are the endpoint's business."""

from pathlib import Path

import strawberry
from graphql import lexicographic_sort_schema, print_schema
from strawberry.schema.config import StrawberryConfig

from graphql_api.handlers import HANDLERS
from graphql_api.mutations import Mutation
from graphql_api.queries import Query
from graphql_api.scalars import SCALARS
from graphql_api.types.accounts import Session

SNAPSHOT = Path(__file__).with_name("schema.graphql")
"""The schema as it was last agreed on; a change of it is a change of what front ends were promised."""


def build_schema() -> strawberry.Schema:
    """A new schema; building it checks every type against every other."""
    return strawberry.Schema(
        Query,
        Mutation,
        types=[Session],
        exception_handlers=HANDLERS,
        config=StrawberryConfig(scalar_map=SCALARS, disable_field_suggestions=False),
    )


def printed(schema: strawberry.Schema) -> str:
    """The schema as text in a stable order. Sorted only here: a sorted schema cannot be executed with unions."""
    return print_schema(lexicographic_sort_schema(schema._schema)) + "\n"
