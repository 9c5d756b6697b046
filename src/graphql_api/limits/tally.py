"""What measuring finds: tallies of selection sets, and the measure of an operation."""

from collections.abc import Mapping
from dataclasses import dataclass

from graphql import (
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    InlineFragmentNode,
    OperationType,
    SelectionSetNode,
)

from graphql_api.limits.budget import GUARDED_FIELDS

META_ROOTS = frozenset({"__schema", "__type"})


@dataclass(slots=True)
class Tally:
    """What a selection set amounts to, fragments included."""

    depth: int = 0
    meta_depth: int = 0
    fields: int = 0
    meta_fields: int = 0
    aliases: int = 0
    cost: int = 0
    row_cost: int = 0
    documents: int = 0
    row_documents: int = 0

    def add(self, other: "Tally") -> None:
        self.depth = max(self.depth, other.depth)
        self.meta_depth = max(self.meta_depth, other.meta_depth)
        self.fields += other.fields
        self.meta_fields += other.meta_fields
        self.aliases += other.aliases
        self.cost += other.cost
        self.row_cost += other.row_cost
        self.documents += other.documents
        self.row_documents += other.row_documents


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    """What an operation asks for, in the units of Limits, and which variables decide it."""

    kind: OperationType
    name: str | None
    root_fields: tuple[str, ...]
    """Names, not aliases, in the order of the document; one entry per selection."""
    tally: Tally
    directives: int
    repeats: int
    nesting_exceeded: bool
    size_variables: frozenset[str]
    """Variables that decide the size of a page or the number of ids. The same values give the same measure."""

    @property
    def introspects(self) -> bool:
        return any(name in META_ROOTS for name in self.root_fields)

    @property
    def introspection_roots(self) -> int:
        return sum(name in META_ROOTS for name in self.root_fields)

    @property
    def guarded(self) -> int:
        return sum(name in GUARDED_FIELDS for name in self.root_fields)

    @property
    def cost(self) -> int:
        """Rows of all kinds, in objects, rounded up."""
        return -(-self.tally.cost // 10)


def root_fields(selection_set: SelectionSetNode, fragments: Mapping[str, FragmentDefinitionNode]) -> tuple[str, ...]:
    """Names of the fields at the root; a fragment counts once, as it does when an operation is executed."""
    found: list[str] = []
    seen: set[str] = set()
    waiting = [selection_set]
    while waiting:
        for selection in waiting.pop().selections:
            if isinstance(selection, FieldNode):
                found.append(selection.name.value)
            elif isinstance(selection, InlineFragmentNode):
                waiting.append(selection.selection_set)
            elif isinstance(selection, FragmentSpreadNode) and selection.name.value not in seen:
                seen.add(selection.name.value)
                definition = fragments.get(selection.name.value)
                if definition is not None:
                    waiting.append(definition.selection_set)
    return tuple(found)
