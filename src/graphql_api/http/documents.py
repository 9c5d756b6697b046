"""Documents: parsed and validated once, measured, and one operation of them chosen."""

from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from graphql import (
    DocumentNode,
    GraphQLError,
    GraphQLSchema,
    GraphQLSyntaxError,
    OperationDefinitionNode,
    OperationType,
    parse,
    specified_rules,
    validate,
)
from graphql.execution import get_variable_values
from strawberry.schema.validation_rules.maybe_null import MaybeNullValidationRule
from strawberry.schema.validation_rules.one_of import OneOfInputValidationRule

from graphql_api.http.codes import Code, refusal
from graphql_api.limits import Limits, Measure, TooComplex, check, measure

_RULES = (*specified_rules, MaybeNullValidationRule, OneOfInputValidationRule)
_MOST_MEASURES = 16
_LONGEST_KEPT = 16 * 1024


class DocumentRefused(Exception):
    """A document, or the variables sent with it, that cannot be executed; `errors` are for its author."""

    def __init__(self, errors: Sequence[GraphQLError]) -> None:
        super().__init__("; ".join(error.message for error in errors))
        self.errors = list(errors)


@dataclass(frozen=True, slots=True)
class Prepared:
    """An operation that may be executed."""

    document: DocumentNode
    operation: OperationDefinitionNode
    measure: Measure


@dataclass(slots=True)
class _Valid:
    document: DocumentNode
    # The sizes that variables choose, and the measures they lead to; without such variables there is one.
    size_variables: frozenset[str]
    measures: dict[tuple[Any, ...], list[Measure]] = field(default_factory=dict)


class Documents:
    """Prepares documents for one schema and remembers the valid ones by their text, as many as fit into
    `most_tokens_kept` tokens (some 50 MB at the default).

    Documents that are refused are not remembered: they would push out those that front ends repeat.
    """

    def __init__(
        self,
        schema: GraphQLSchema,
        limits: Limits,
        *,
        suggestions: bool,
        most_errors: int = 5,
        most_kept: int = 1000,
        most_tokens_kept: int = 100_000,
    ) -> None:
        self._schema = schema
        self._limits = limits
        self._suggestions = suggestions
        self._most_errors = most_errors
        self._most_kept = most_kept
        self._most_tokens_kept = most_tokens_kept
        self._tokens_kept = 0
        self._valid: OrderedDict[str, _Valid] = OrderedDict()

    def prepare(self, text: str, operation_name: str | None, variables: Mapping[str, Any]) -> Prepared:
        """Parse, choose the operation, measure, validate, and check the variables, in this order.

        Refuses with TooComplex, RequestRefused (which operation to run is not clear) or DocumentRefused. Measuring
        comes before validating because it is what keeps validation fast.
        """
        known = self._valid.get(text)
        document = known.document if known else self._parse(text)
        position, operation = _choose(document, operation_name)
        if known is not None:
            self._valid.move_to_end(text)
            measures = self._measures(known, variables)
        else:
            measures = measure(self._schema, document, variables, self._limits)
        for measured in measures:
            check(measured, self._limits)
        if known is None:
            self._validate(document)
            self._remember(text, document, measures, variables)
        self._check_variables(operation, variables)
        return Prepared(document, operation, measures[position])

    def _parse(self, text: str) -> DocumentNode:
        if len(text) > self._limits.characters:
            raise TooComplex("characters", len(text), self._limits.characters)
        try:
            return parse(text, max_tokens=self._limits.tokens)
        except GraphQLSyntaxError as error:
            if "Parsing aborted" in error.message and "tokens" in error.message:
                raise TooComplex("tokens", self._limits.tokens + 1, self._limits.tokens) from None
            raise DocumentRefused([error]) from None

    def _validate(self, document: DocumentNode) -> None:
        errors = validate(
            self._schema, document, _RULES, max_errors=self._most_errors, hide_suggestions=not self._suggestions
        )
        if errors:
            raise DocumentRefused(errors[: self._most_errors])

    def _check_variables(self, operation: OperationDefinitionNode, variables: Mapping[str, Any]) -> None:
        values = get_variable_values(
            self._schema,
            operation.variable_definitions or (),
            dict(variables),
            max_errors=self._most_errors,
            hide_suggestions=not self._suggestions,
        )
        if isinstance(values, list):
            raise DocumentRefused(values[: self._most_errors])

    def _measures(self, known: _Valid, variables: Mapping[str, Any]) -> list[Measure]:
        key = _key(known.size_variables, variables)
        found = known.measures.get(key)
        if found is None:
            found = measure(self._schema, known.document, variables, self._limits)
            if len(known.measures) < _MOST_MEASURES:
                known.measures[key] = found
        return found

    def _remember(
        self, text: str, document: DocumentNode, measures: list[Measure], variables: Mapping[str, Any]
    ) -> None:
        if len(text) > _LONGEST_KEPT:
            return
        size_variables = frozenset[str]().union(*(measured.size_variables for measured in measures))
        self._valid[text] = _Valid(document, size_variables, {_key(size_variables, variables): measures})
        self._tokens_kept += _weight(document)
        while self._tokens_kept > self._most_tokens_kept or len(self._valid) > self._most_kept:
            _, oldest = self._valid.popitem(last=False)
            self._tokens_kept -= _weight(oldest.document)


def _weight(document: DocumentNode) -> int:
    """What a document weighs in memory: about half a kibibyte for each of its tokens."""
    return document.token_count or 0


def _key(names: frozenset[str], variables: Mapping[str, Any]) -> tuple[Any, ...]:
    """What of the variables decides a measure: numbers as they are, lists by their length."""
    return tuple(_size(variables[name]) if name in variables else "absent" for name in sorted(names))


def _size(value: Any) -> object:
    if isinstance(value, list):
        return ("list", len(value))
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _choose(document: DocumentNode, name: str | None) -> tuple[int, OperationDefinitionNode]:
    """The operation to execute and its place among the operations. With several of them the request must say which:
    guessing would run one that its author did not mean."""
    operations = [node for node in document.definitions if isinstance(node, OperationDefinitionNode)]
    if not operations:
        raise refusal(Code.BAD_USER_INPUT, "El documento no tiene ninguna operación.")
    if name is None and len(operations) > 1:
        raise refusal(Code.BAD_USER_INPUT, "El documento tiene varias operaciones: indique cuál con operationName.")
    for position, operation in enumerate(operations):
        if name is None or (operation.name is not None and operation.name.value == name):
            if operation.operation is OperationType.SUBSCRIPTION:
                raise refusal(Code.BAD_USER_INPUT, "El servicio no tiene suscripciones.")
            return position, operation
    raise refusal(Code.BAD_USER_INPUT, "El documento no tiene la operación que nombra operationName.")
