"""Holding a measure against the limits."""

from collections.abc import Iterator

from graphql import OperationType

from graphql_api.limits.budget import Limits
from graphql_api.limits.tally import Measure

# Clients read these numbers as 32-bit integers; a bomb's true size would not fit.
_LARGEST = 2**31 - 1

_SENTENCES = {
    "depth": "La consulta tiene {measured} niveles de profundidad y se admiten {allowed}.",
    "nesting": "La consulta anida más de {allowed} selecciones o fragmentos.",
    "aliases": "La consulta usa {measured} alias y se admiten {allowed}.",
    "directives": "Un elemento de la consulta lleva {measured} directivas y se admiten {allowed}.",
    "fields": "La consulta pide {measured} campos y se admiten {allowed}.",
    "repeats": "La consulta repite {measured} veces un campo en un mismo nivel y se admiten {allowed}.",
    "rootFields": "La consulta pide {measured} campos en la raíz y se admiten {allowed}.",
    "mutations": "La operación lleva {measured} mutaciones y se admiten {allowed}.",
    "guarded": "La operación lleva {measured} campos de acceso o comprobación y solo se admite {allowed}.",
    "cost": "La consulta cuesta {measured} y se admite {allowed}: pida menos filas con first o last, o menos listas.",
    "documents": "La consulta puede pedir {measured} documentos y se admiten {allowed}: pida menos filas con first.",
    "introspectionDepth": "La introspección tiene {measured} niveles de profundidad y se admiten {allowed}.",
    "introspectionFields": "La introspección pide {measured} campos y se admiten {allowed}.",
    "introspectionRoots": "La consulta pide {measured} veces el esquema y se admiten {allowed}.",
    "tokens": "La consulta tiene más de {allowed} símbolos.",
    "characters": "La consulta tiene {measured} caracteres y se admiten {allowed}.",
}


class TooComplex(Exception):
    """An operation asks for more than a limit allows."""

    def __init__(self, limit: str, measured: int, allowed: int) -> None:
        self.limit = limit
        self.measured = min(measured, _LARGEST)
        self.allowed = allowed
        super().__init__(_SENTENCES[limit].format(measured=self.measured, allowed=allowed))


def check(measured: Measure, limits: Limits) -> None:
    """Refuse with TooComplex, naming the first limit that is passed."""
    for name, value, allowed in _pairs(measured, limits):
        if value > allowed:
            raise TooComplex(name, value, allowed)


def _pairs(measured: Measure, limits: Limits) -> Iterator[tuple[str, int, int]]:
    tally = measured.tally
    if measured.nesting_exceeded:
        yield "nesting", limits.nesting + 1, limits.nesting
    yield "directives", measured.directives, limits.directives
    yield "depth", tally.depth, limits.depth
    yield "aliases", tally.aliases, limits.aliases
    yield "fields", tally.fields, limits.fields
    roots = sum(not name.startswith("__") for name in measured.root_fields)
    if measured.kind is OperationType.MUTATION:
        yield "mutations", roots, limits.mutations
    yield "guarded", measured.guarded, limits.guarded
    yield "introspectionRoots", measured.introspection_roots, limits.introspection_roots
    yield "rootFields", len(measured.root_fields), limits.root_fields
    yield "repeats", measured.repeats, limits.repeats
    yield "introspectionDepth", tally.meta_depth, limits.introspection_depth
    yield "introspectionFields", tally.meta_fields, limits.introspection_fields
    yield "documents", tally.documents, limits.documents
    yield "cost", measured.cost, limits.cost
