"""Measuring an operation: one pass over the document, every fragment once.

A fragment's tally does not depend on the place that spreads it, so it is worked out once and added wherever it is
spread. Expanding fragments instead doubles the work with each level of a chain in which every fragment spreads the
next one twice: 800 bytes would keep a server busy for seconds.

The one thing that does depend on the place is the size of a page: `nodes` inside a fragment on a connection has the
rows of whatever connection spreads it. So a tally keeps apart what counts once (`cost`) and what counts once per row
of the connection around it (`row_cost`).
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from graphql import (
    DirectiveNode,
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLField,
    GraphQLNamedType,
    GraphQLSchema,
    InlineFragmentNode,
    IntValueNode,
    ListValueNode,
    NullValueNode,
    OperationDefinitionNode,
    SelectionSetNode,
    ValueNode,
    VariableNode,
    get_named_type,
    get_nullable_type,
    is_composite_type,
    is_introspection_type,
    is_list_type,
)

from graphql_api.limits.budget import DOCUMENT_FIELDS, Limits
from graphql_api.limits.tally import META_ROOTS, Measure, Tally, root_fields

# Costs are counted in tenths of an object, so that they stay whole numbers.
_SCALAR, _OBJECT, _DOCUMENT = 1, 10, 500


@dataclass(slots=True)
class _Walk:
    schema: GraphQLSchema
    limits: Limits
    fragments: Mapping[str, FragmentDefinitionNode]
    variables: Mapping[str, Any]
    tallies: dict[str, Tally] = field(default_factory=dict)
    under_way: set[str] = field(default_factory=set)
    directives: int = 0
    repeats: int = 0
    nesting_exceeded: bool = False
    size_variables: set[str] = field(default_factory=set)

    def selections(self, node: SelectionSetNode, parent: GraphQLNamedType | None, nesting: int) -> Tally:
        total = Tally()
        if nesting > self.limits.nesting:
            self.nesting_exceeded = True
            return total
        names: Counter[str] = Counter()
        for selection in node.selections:
            self.count_directives(selection.directives)
            if isinstance(selection, FieldNode):
                names[selection.alias.value if selection.alias else selection.name.value] += 1
                total.add(self.field(selection, parent, nesting))
            elif isinstance(selection, InlineFragmentNode):
                condition = selection.type_condition
                inner = self.schema.get_type(condition.name.value) if condition else parent
                total.add(self.selections(selection.selection_set, inner, nesting + 1))
            elif isinstance(selection, FragmentSpreadNode):
                total.add(self.fragment(selection.name.value, nesting))
        self.repeats = max(self.repeats, *names.values(), 0)
        return total

    def fragment(self, name: str, nesting: int) -> Tally:
        known = self.tallies.get(name)
        if known is not None:
            return known
        definition = self.fragments.get(name)
        # An unknown fragment or a cycle is for validation to report; here it only must not loop.
        if definition is None or name in self.under_way:
            return Tally()
        self.under_way.add(name)
        self.count_directives(definition.directives)
        on_type = self.schema.get_type(definition.type_condition.name.value)
        tally = self.selections(definition.selection_set, on_type, nesting + 1)
        self.under_way.discard(name)
        self.tallies[name] = tally
        return tally

    def field(self, node: FieldNode, parent: GraphQLNamedType | None, nesting: int) -> Tally:
        name = node.name.value
        definition = self.schema.get_field(parent, name) if is_composite_type(parent) else None
        named = get_named_type(definition.type) if definition is not None else None
        inner = Tally()
        if node.selection_set is not None:
            inner = self.selections(node.selection_set, named, nesting + 1)
        aliases = inner.aliases + (node.alias is not None)
        if parent is not None and is_introspection_type(parent):
            return Tally(meta_depth=inner.meta_depth + 1, meta_fields=inner.meta_fields + 1, aliases=aliases)
        if name in META_ROOTS:
            return Tally(depth=1, fields=1, meta_depth=inner.meta_depth, meta_fields=inner.meta_fields, aliases=aliases)
        tally = Tally(
            depth=inner.depth + 1,
            fields=inner.fields + 1,
            meta_depth=inner.meta_depth,
            meta_fields=inner.meta_fields,
            aliases=aliases,
        )
        cost, documents = _OBJECT if node.selection_set is not None else _SCALAR, 0
        if name in DOCUMENT_FIELDS and node.selection_set is not None:
            cost, documents = _DOCUMENT, 1
        if definition is not None and named is not None and _is_connection(named):
            rows = self.page_size(node)
            tally.cost = cost + inner.cost + rows * inner.row_cost
            tally.documents = documents + inner.documents + rows * inner.row_documents
        elif parent is not None and _is_connection(parent) and name in ("nodes", "edges"):
            tally.row_cost = cost + inner.cost
            tally.row_documents = documents + inner.documents
        else:
            rows, asked_for = self.list_size(node, definition)
            tally.cost = rows * (cost + inner.cost)
            # How many allocations a receipt has is not the client's to say: a list of unknown length counts once here,
            # and the number of documents really drawn is capped where they are drawn.
            tally.documents = (rows if asked_for else 1) * (documents + inner.documents)
        return tally

    def count_directives(self, directives: "tuple[DirectiveNode, ...] | None") -> None:
        self.directives = max(self.directives, len(directives or ()))

    def page_size(self, node: FieldNode) -> int:
        """Rows of a connection: the larger of first and last, the default without them."""
        given = [
            self.int_value(argument.value)
            for argument in node.arguments or ()
            if argument.name.value in ("first", "last")
        ]
        sizes = [size for size in given if size is not None]
        return max(0, *sizes) if sizes else self.limits.page_size

    def list_size(self, node: FieldNode, definition: GraphQLField | None) -> tuple[int, bool]:
        """Rows of a plain list, and whether the client chose how many (a list of ids)."""
        if definition is None or not is_list_type(get_nullable_type(definition.type)):
            return 1, False
        for argument in node.arguments or ():
            if argument.name.value == "ids":
                return self.length(argument.value), True
        return (self.limits.short_list_size if node.selection_set is not None else 1), False

    def int_value(self, value: ValueNode) -> int | None:
        if isinstance(value, IntValueNode):
            # An integer of a thousand digits is refused by validation; here it only has to be large.
            return int(value.value) if len(value.value) <= 12 else 10**12
        if isinstance(value, VariableNode):
            self.size_variables.add(value.name.value)
            given = self.variables.get(value.name.value)
            return given if isinstance(given, int) and not isinstance(given, bool) else None
        return None

    def length(self, value: ValueNode) -> int:
        if isinstance(value, ListValueNode):
            return len(value.values)
        if isinstance(value, VariableNode):
            self.size_variables.add(value.name.value)
            given = self.variables.get(value.name.value)
            return len(given) if isinstance(given, list) else 1
        return 0 if isinstance(value, NullValueNode) else 1


def measure(
    schema: GraphQLSchema, document: DocumentNode, variables: Mapping[str, Any], limits: Limits
) -> list[Measure]:
    """Measure every operation of a parsed document, which need not be valid.

    `variables` are the raw values of the request: they decide the size of pages. Time grows with the length of the
    text, whatever its fragments do.
    """
    fragments = {
        definition.name.value: definition
        for definition in document.definitions
        if isinstance(definition, FragmentDefinitionNode)
    }
    measures = []
    for operation in document.definitions:
        if not isinstance(operation, OperationDefinitionNode):
            continue
        walk = _Walk(schema, limits, fragments, {**_defaults(operation), **variables})
        walk.count_directives(operation.directives)
        for variable in operation.variable_definitions or ():
            walk.count_directives(variable.directives)
        root = schema.get_root_type(operation.operation)
        tally = walk.selections(operation.selection_set, root, 1)
        # A fragment that nothing spreads is still walked by validation, so it is measured as well.
        for name in fragments:
            unused = walk.fragment(name, 1)
            tally.depth = max(tally.depth, unused.depth)
            tally.fields = max(tally.fields, unused.fields)
            tally.aliases = max(tally.aliases, unused.aliases)
            tally.meta_depth = max(tally.meta_depth, unused.meta_depth)
            tally.meta_fields = max(tally.meta_fields, unused.meta_fields)
        measures.append(
            Measure(
                kind=operation.operation,
                name=operation.name.value if operation.name else None,
                root_fields=root_fields(operation.selection_set, fragments),
                tally=tally,
                directives=walk.directives,
                repeats=walk.repeats,
                nesting_exceeded=walk.nesting_exceeded,
                size_variables=frozenset(walk.size_variables),
            )
        )
    return measures


def _is_connection(named: GraphQLNamedType) -> bool:
    return named.name.endswith("Connection")


def _defaults(operation: OperationDefinitionNode) -> dict[str, Any]:
    """Default values of the variables, as far as they can decide a size."""
    found: dict[str, Any] = {}
    for definition in operation.variable_definitions or ():
        default = definition.default_value
        if isinstance(default, IntValueNode):
            found[definition.variable.name.value] = int(default.value) if len(default.value) <= 12 else 10**12
        elif isinstance(default, ListValueNode):
            found[definition.variable.name.value] = list(default.values)
    return found
