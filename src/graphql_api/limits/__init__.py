"""How much one GraphQL operation may ask for, measured before anything runs."""

from graphql_api.limits.budget import Limits
from graphql_api.limits.check import TooComplex, check
from graphql_api.limits.measure import measure
from graphql_api.limits.tally import Measure

__all__ = ["Limits", "Measure", "TooComplex", "check", "measure"]
