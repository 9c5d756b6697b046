"""PQRS: petitions, complaints, claims and suggestions, with their filing number and legal term."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from domain.ids import AccountId, AgencyId, ClientId, ContractId, PqrsId, PropertyId


class PqrsStatus(StrEnum):
    PENDING = "PENDING"
    IN_PROGRESS = "IN_PROGRESS"
    ANSWERED = "ANSWERED"
    CLOSED = "CLOSED"


class PqrsClassification(StrEnum):
    PETITION = "PETITION"
    COMPLAINT = "COMPLAINT"
    CLAIM = "CLAIM"
    SUGGESTION = "SUGGESTION"


class PqrsSubject(StrEnum):
    GENERAL_INFORMATION = "GENERAL_INFORMATION"
    LEGAL = "LEGAL"
    PAYMENTS = "PAYMENTS"
    REPAIRS = "REPAIRS"
    UTILITIES = "UTILITIES"
    CONTRACT_TERMINATION = "CONTRACT_TERMINATION"
    OTHER = "OTHER"


RESPONSE_TERM: dict[PqrsClassification, int] = {
    PqrsClassification.PETITION: 15,  # Ley 1755 de 2015, art. 14 del CPACA
    PqrsClassification.COMPLAINT: 15,  # Ley 1480 de 2011, art. 58 num. 5
    PqrsClassification.CLAIM: 15,  # Ley 1480 de 2011, art. 58 num. 5
    PqrsClassification.SUGGESTION: 15,  # no legal term: the house's own promise
}
"""Business days to answer, counted from the day after filing."""

DESCRIPTION_LIMIT = 10_000
DAILY_LIMIT = 20
"""How many a client may file in one Bogotá day: enough for anybody, too few to flood an agency."""


@dataclass(slots=True, kw_only=True, eq=False)
class Pqrs:
    """`start_on` is when the matter began; the term runs from `filed_at`."""

    id: PqrsId
    agency_id: AgencyId
    filing_number: str
    client_id: ClientId
    filed_by: AccountId
    status: PqrsStatus
    classification: PqrsClassification
    subject: PqrsSubject
    start_on: date
    description: str
    filed_at: datetime
    due_on: date
    idempotency_key: str
    request_hash: str
    property_id: PropertyId | None = None
    contract_id: ContractId | None = None
    answered_at: datetime | None = None
    closed_at: datetime | None = None

    def is_overdue(self, *, on: date) -> bool:
        """Nobody answered and the last day of the term is past; `on` is a Bogotá date."""
        return self.status in (PqrsStatus.PENDING, PqrsStatus.IN_PROGRESS) and self.due_on < on


class PqrsActor(StrEnum):
    CLIENT = "CLIENT"
    AGENCY = "AGENCY"


@dataclass(frozen=True, slots=True, kw_only=True)
class PqrsEvent:
    """A change of state; the first one, from nothing, is the filing."""

    pqrs_id: PqrsId
    at: datetime
    from_status: PqrsStatus | None
    to_status: PqrsStatus
    by: PqrsActor
    note: str | None = None


def filing_number(year: int, sequence: int) -> str:
    """Number of the case within agency and year, without gaps: PQRS-2026-000001."""
    return f"PQRS-{year}-{sequence:06d}"
