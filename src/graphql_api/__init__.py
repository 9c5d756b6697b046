"""The public GraphQL API over the use cases, and the Spanish words that people read there."""

from graphql_api import enums as enums  # first of all: types that name an undescribed enum would make it anew
from graphql_api import payment_enums as payment_enums
