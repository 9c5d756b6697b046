"""The explorer for staff at GET /graphql: its page, its assets and its example operations."""

from graphql_api.graphiql.assets import AssetsUnusable, bundle
from graphql_api.graphiql.examples import Example, Topic, examples, topics
from graphql_api.graphiql.explorer import Explorer

__all__ = ["AssetsUnusable", "Example", "Explorer", "Topic", "bundle", "examples", "topics"]
