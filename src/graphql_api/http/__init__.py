"""GraphQL over HTTP: one endpoint between an ASGI server and a Strawberry schema.

Knows nothing of the schema's contents, of sessions or of agencies: those come in through `open_context` and the other
parameters of GraphQLEndpoint.
"""

from graphql_api.http.body import BodyLimits
from graphql_api.http.codes import Code, RequestRefused, refusal
from graphql_api.http.endpoint import GraphQLEndpoint
from graphql_api.http.errors import Explain
from graphql_api.http.facts import MayIntrospect, OpenContext, OperationFacts, RequestFacts
from graphql_api.http.origins import MayCall
from graphql_api.http.responses import SECURITY_HEADERS, SecurityHeaders

__all__ = [
    "SECURITY_HEADERS",
    "BodyLimits",
    "Code",
    "Explain",
    "GraphQLEndpoint",
    "MayCall",
    "MayIntrospect",
    "OpenContext",
    "OperationFacts",
    "RequestFacts",
    "RequestRefused",
    "SecurityHeaders",
    "refusal",
]
