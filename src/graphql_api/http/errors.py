"""What a client is told of an error, and what the log is."""

import logging
import secrets
import traceback
from collections.abc import Callable, Sequence
from typing import Any

from graphql import FieldNode, GraphQLError

from graphql_api.http.codes import MEANINGS, Code, RequestRefused
from graphql_api.http.documents import DocumentRefused
from graphql_api.limits import TooComplex

log = logging.getLogger("graphql_api")

Explain = Callable[[BaseException], RequestRefused | None]
"""Maps an exception that left a resolver or the context to what the client may know of it; None: unexpected."""

_CODES = frozenset(Code)


def explain_nothing(_error: BaseException) -> None:
    return None


def refused_request(problem: RequestRefused) -> list[dict[str, Any]]:
    extensions: dict[str, Any] = {"code": problem.code.value}
    if problem.retry_after is not None:
        extensions["retryAfterSeconds"] = problem.retry_after
    return [{"message": problem.message, "extensions": extensions}]


def too_complex(problem: TooComplex) -> list[dict[str, Any]]:
    extensions = {
        "code": Code.QUERY_TOO_COMPLEX.value,
        "limit": problem.limit,
        "measured": problem.measured,
        "allowed": problem.allowed,
    }
    return [{"message": str(problem), "extensions": extensions}]


def refused_document(problem: DocumentRefused) -> list[dict[str, Any]]:
    """Errors of a document keep graphql-core's text: their reader is who wrote the document."""
    return [_formatted(error, error.message, {"code": Code.BAD_USER_INPUT.value}) for error in problem.errors]


def unexpected(error: BaseException, *, operation: str | None) -> list[dict[str, Any]]:
    """An error that nobody foresaw: logged under an identifier, which is all the client is told."""
    message, extensions = _report(error, operation)
    return [{"message": message, "extensions": extensions}]


def executed(
    errors: Sequence[GraphQLError], *, operation: str | None, explain: Explain, most: int
) -> list[dict[str, Any]]:
    """The errors of an execution: those meant for the client as they are, all others as INTERNAL."""
    return [_executed(error, operation, explain) for error in errors[:most]]


def refusal_behind(error: GraphQLError, explain: Explain) -> RequestRefused | None:
    """The refusal that a resolver raised, directly or as an exception that `explain` knows."""
    original = _origin(error)
    if original is None or isinstance(original, GraphQLError):
        return None
    return original if isinstance(original, RequestRefused) else explain(original)


def _executed(error: GraphQLError, operation: str | None, explain: Explain) -> dict[str, Any]:
    refused = refusal_behind(error, explain)
    if refused is not None:
        told = refused_request(refused)[0]
        return _formatted(error, told["message"], told["extensions"])
    original = _origin(error)
    code = (error.extensions or {}).get("code")
    if code in _CODES and (original is None or isinstance(original, GraphQLError)):
        return _formatted(error, error.message, dict(error.extensions or {}))
    if _is_about_an_argument(error):
        return _formatted(error, error.message, {"code": Code.BAD_USER_INPUT.value})
    message, extensions = _report(original or error, operation)
    return _formatted(error, message, extensions)


def _origin(error: GraphQLError) -> BaseException | None:
    """The exception at the bottom: graphql-core wraps once, Strawberry's permissions may wrap again."""
    original: BaseException | None = error.original_error
    while isinstance(original, GraphQLError) and original.original_error is not None:
        original = original.original_error
    return original


def _is_about_an_argument(error: GraphQLError) -> bool:
    """Whether graphql-core refused the value of an argument, which is the client's mistake.

    Its complaints about arguments point at the argument, those about values that resolvers returned at the field; the
    latter are our mistakes, and their text shows the value.
    """
    original = error.original_error
    if not isinstance(original, GraphQLError) or original.extensions:
        return False
    return bool(original.nodes) and not any(isinstance(node, FieldNode) for node in original.nodes or ())


def _formatted(error: GraphQLError, message: str, extensions: dict[str, Any]) -> dict[str, Any]:
    told: dict[str, Any] = {"message": message}
    if error.locations:
        told["locations"] = [{"line": place.line, "column": place.column} for place in error.locations]
    if error.path is not None:
        told["path"] = list(error.path)
    told["extensions"] = extensions
    return told


def _report(error: BaseException, operation: str | None) -> tuple[str, dict[str, Any]]:
    error_id = secrets.token_hex(6)
    log.error(
        "unexpected error %s in operation %s\n%s",
        error_id,
        operation or "(without name)",
        redacted_trace(error),
        extra={"error_id": error_id, "operation": operation, "exception": type(error).__qualname__},
    )
    message = f"{MEANINGS[Code.INTERNAL].sentence} Si se repite, cuéntenos este código: {error_id}."
    return message, {"code": Code.INTERNAL.value, "errorId": error_id}


def redacted_trace(error: BaseException) -> str:
    """Types and places of an exception and its causes, without their texts.

    The text of an exception often holds what it happened to: the parameters of a statement, the body of an answer,
    the address of a database with its password.
    """
    lines: list[str] = []
    seen: set[int] = set()
    current: BaseException | None = error
    while current is not None and id(current) not in seen and len(seen) < 8:
        seen.add(id(current))
        lines.append(f"{type(current).__module__}.{type(current).__qualname__}")
        frames = traceback.extract_tb(current.__traceback__)
        lines.extend(f"  at {frame.filename}:{frame.lineno} in {frame.name}" for frame in frames[-25:])
        if isinstance(current, BaseExceptionGroup):
            lines.extend(f"  with {type(member).__qualname__}" for member in current.exceptions[:8])
        current = current.__cause__ or (None if current.__suppress_context__ else current.__context__)
    return "\n".join(lines)
