"""The one table of error codes: HTTP status and Spanish sentence of each, and the refusal that carries them."""

from dataclasses import dataclass
from enum import StrEnum


class Code(StrEnum):
    """Values of `extensions.code` in the list of errors. Refusals that a person can correct are not among them:
    they are members of a mutation's union."""

    AGENCY_NOT_FOUND = "AGENCY_NOT_FOUND"
    UNAUTHENTICATED = "UNAUTHENTICATED"
    FORBIDDEN = "FORBIDDEN"
    READ_ONLY = "READ_ONLY"
    RATE_LIMITED = "RATE_LIMITED"
    BUSY = "BUSY"
    UNAVAILABLE = "UNAVAILABLE"
    TIMEOUT = "TIMEOUT"
    BAD_USER_INPUT = "BAD_USER_INPUT"
    QUERY_TOO_COMPLEX = "QUERY_TOO_COMPLEX"
    PAYLOAD_TOO_LARGE = "PAYLOAD_TOO_LARGE"
    INTERNAL = "INTERNAL"


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a code means when it refuses a whole request."""

    status: int
    sentence: str


EXECUTED = 200
"""Whatever was executed answers 200, with its errors beside its data."""

MEANINGS: dict[Code, Meaning] = {
    Code.AGENCY_NOT_FOUND: Meaning(400, "No encontramos la inmobiliaria: revise la dirección o la cabecera X-Agency."),
    Code.UNAUTHENTICATED: Meaning(401, "No hay una sesión vigente: entre de nuevo."),
    Code.FORBIDDEN: Meaning(403, "No tiene permiso para hacer esto."),
    Code.READ_ONLY: Meaning(403, "Está viendo lo que ve un cliente: con esta ficha se consulta y no se hace nada."),
    Code.RATE_LIMITED: Meaning(429, "Demasiadas solicitudes: espere un momento e intente de nuevo."),
    Code.BUSY: Meaning(503, "El servicio está ocupado: intente de nuevo en un momento."),
    Code.UNAVAILABLE: Meaning(503, "El servicio no está disponible: intente de nuevo en un momento."),
    Code.TIMEOUT: Meaning(EXECUTED, "La operación tardó demasiado y se detuvo."),
    Code.BAD_USER_INPUT: Meaning(400, "La solicitud no es válida."),
    Code.QUERY_TOO_COMPLEX: Meaning(400, "La consulta es demasiado grande."),
    Code.PAYLOAD_TOO_LARGE: Meaning(413, "La solicitud es demasiado grande."),
    Code.INTERNAL: Meaning(500, "Ocurrió un error inesperado."),
}

RETRY_AFTER: dict[Code, int] = {Code.RATE_LIMITED: 30, Code.BUSY: 1, Code.UNAVAILABLE: 5}
"""Seconds to wait where whoever refuses does not say."""


class RequestRefused(Exception):
    """A request is refused as a whole, before or instead of executing it.

    Raised while the context of a request is opened, or by a resolver. `status` is an HTTP status, `message` Spanish
    text for whoever reads the answer, `retry_after` seconds; with it the answer has `Retry-After` and
    `extensions.retryAfterSeconds`. `refusal(code)` fills all of them from the table.
    """

    def __init__(self, status: int, code: Code, message: str, retry_after: int | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.retry_after = retry_after


def refusal(code: Code, message: str | None = None, *, retry_after: int | None = None) -> RequestRefused:
    """The refusal that `code` stands for, with its own sentence unless `message` says something more exact."""
    meaning = MEANINGS[code]
    return RequestRefused(
        meaning.status, code, message or meaning.sentence, RETRY_AFTER.get(code) if retry_after is None else retry_after
    )
