"""Everything that has an id of its own."""

import strawberry

from graphql_api.describe import field


@strawberry.interface(description="Algo con identificador propio, que se puede volver a pedir con node.")
class Node:
    id: strawberry.ID = field("Identificador opaco; sirve para node y como referencia en otras operaciones.")
