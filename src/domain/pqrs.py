"""PQRS: petitions, complaints, claims and suggestions, with their filing number and legal term."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from domain.ids import AccountId, AgencyId, ClientId, ContractId, PqrsId, PqrsMessageId, PropertyId


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


class PqrsMatter(StrEnum):
    """What a case asks for, as far as its legal term depends on it. DOCUMENTS: a petition of documents or information.
    PERSONAL_DATA: to know what is held about oneself, a petition; to have it corrected or erased, a claim (Ley 1581 de
    2012). GENERAL: anything else."""

    GENERAL = "GENERAL"
    DOCUMENTS = "DOCUMENTS"
    PERSONAL_DATA = "PERSONAL_DATA"


OPEN_STATUSES = (PqrsStatus.PENDING, PqrsStatus.IN_PROGRESS)
"""Of cases that wait for an answer."""

DESCRIPTION_LIMIT = 10_000
DAILY_LIMIT = 20
"""How many a client may file in one Bogotá day: enough for anybody, too few to flood an agency."""
BODY_LIMIT = 10_000
REASON_LIMIT = 2_000
CHANNEL_LIMIT = 60
DAILY_MESSAGES = 50
"""How many messages a client may write in one Bogotá day, about all cases together; reopening one is a message."""


@dataclass(slots=True, kw_only=True, eq=False)
class Pqrs:
    """`start_on` is when the matter began. The term runs from the day after `term_from_on`, a Bogotá date: that of
    filing, or of the last reopening; until `due_on`, which was put off once if `extended_at` tells when.

    `answered_at` and `closed_at` are of the last answer and closing, and empty again once it was reopened: the history
    keeps the ones before. `assignee_id` is who of the staff is in charge.
    """

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
    term_from_on: date
    due_on: date
    idempotency_key: str
    request_hash: str
    matter: PqrsMatter = PqrsMatter.GENERAL
    property_id: PropertyId | None = None
    contract_id: ContractId | None = None
    assignee_id: AccountId | None = None
    extended_at: datetime | None = None
    answered_at: datetime | None = None
    closed_at: datetime | None = None

    @property
    def is_open(self) -> bool:
        """Waits for an answer."""
        return self.status in OPEN_STATUSES

    def is_overdue(self, *, on: date) -> bool:
        """Nobody answered and the last day of the term is past; `on` is a Bogotá date."""
        return self.is_open and self.due_on < on


class PqrsActor(StrEnum):
    CLIENT = "CLIENT"
    AGENCY = "AGENCY"


@dataclass(frozen=True, slots=True, kw_only=True)
class PqrsEvent:
    """A change of state; the first one, from nothing, is the filing. From a state to itself: the term was put off.

    `due_on` is the last day of the term from then on, where the change set one. `account_id` is the person, whom only
    the staff are told, like the `note`.
    """

    pqrs_id: PqrsId
    at: datetime
    from_status: PqrsStatus | None
    to_status: PqrsStatus
    by: PqrsActor
    note: str | None = None
    account_id: AccountId | None = None
    due_on: date | None = None


class PqrsMessageKind(StrEnum):
    """ANSWER: what the case is answered with. EXTENSION: why the answer comes later, and when. REOPENING: why the
    client is not content. MESSAGE: anything else."""

    MESSAGE = "MESSAGE"
    ANSWER = "ANSWER"
    EXTENSION = "EXTENSION"
    REOPENING = "REOPENING"


@dataclass(frozen=True, slots=True, kw_only=True)
class PqrsMessage:
    """What one side told the other or, `internal`, the staff noted for themselves: no client ever sees that one.

    `author` is the side and `account_id` the person. `due_on` is the new last day of the term, of an extension. Those
    sent under an idempotency key have it with the digest of what was sent.
    """

    id: PqrsMessageId
    agency_id: AgencyId
    pqrs_id: PqrsId
    client_id: ClientId
    author: PqrsActor
    account_id: AccountId
    kind: PqrsMessageKind
    body: str
    sent_at: datetime
    internal: bool = False
    due_on: date | None = None
    idempotency_key: str | None = None
    request_hash: str | None = None


def filing_number(year: int, sequence: int) -> str:
    """Number of the case within agency and year, without gaps: PQRS-2026-000001."""
    return f"PQRS-{year}-{sequence:06d}"
