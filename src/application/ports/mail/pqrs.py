"""Letters about PQRS."""

from dataclasses import dataclass
from datetime import date, datetime

from application.ports.documents import AcknowledgementView
from application.ports.mail import Letter
from domain.pqrs import PqrsClassification, PqrsSubject


@dataclass(frozen=True, slots=True, kw_only=True)
class PqrsFiled(Letter):
    """A case was filed: what its acknowledgement says. The law asks for it, so that nobody can decline it."""

    acknowledgement: AcknowledgementView


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What somebody wrote about a case (`body`, whole), and which case it is; `filed_at` is aware."""

    filing_number: str
    classification: PqrsClassification
    subject: PqrsSubject
    filed_at: datetime
    body: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PqrsAnswered(Letter):
    """The agency answered. Of a case that was closed with the answer, `reopenable_until` is the last instant at which
    the client can say that it is not enough. Nobody can decline an answer, nor the letters below."""

    said: Said
    reopenable_until: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PqrsExtended(Letter):
    """The answer comes later, until `due_on`; what is said is why."""

    said: Said
    due_on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class PqrsReplied(Letter):
    """The agency wrote, and it is not the answer."""

    said: Said


@dataclass(frozen=True, slots=True, kw_only=True)
class PqrsDueSoon(Letter):
    """To whoever is in charge or, with `unassigned`, to the agency: nobody has answered, and `due_on` is near. What is
    said is what was filed."""

    said: Said
    client: str
    due_on: date
    unassigned: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class PqrsTakenFurther(Letter):
    """To whoever is in charge: the client wrote, or `reopened` the case, which then has a new term until `due_on`."""

    said: Said
    client: str
    reopened: bool
    due_on: date
