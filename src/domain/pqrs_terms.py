"""How many business days there are to answer a PQRS, and by how many the answer may be put off.

The law changes, so terms are rows with the day from which they hold: a new row is added, an old one is never changed.
"""

from collections.abc import Callable, Iterable
from dataclasses import KW_ONLY, dataclass
from datetime import date, datetime, time, timedelta

from domain.business_days import is_business_day
from domain.periods import BOGOTA
from domain.pqrs import PqrsClassification, PqrsMatter

_C = PqrsClassification
_M = PqrsMatter


@dataclass(frozen=True, slots=True)
class LegalTerm:
    """For cases whose term begins on `since` (a Bogotá date) or later. `days` and `extension` are business days; an
    `extension` of 0 says that the answer cannot be put off."""

    classification: PqrsClassification
    matter: PqrsMatter
    since: date
    _: KW_ONLY
    days: int
    extension: int
    source: str


_PETITIONS = date(2015, 6, 30)
_CONSUMERS = date(2012, 4, 12)
_HABEAS_DATA = date(2012, 10, 18)
_HOUSE = date(2000, 1, 1)

_OF_PETITIONS = "Ley 1755 de 2015, art. 14 del CPACA; su parágrafo permite hasta el doble del plazo inicial"
_OF_DOCUMENTS = "Ley 1755 de 2015, art. 14 num. 1 y parágrafo del CPACA"
_OF_CONSUMERS = "Ley 1480 de 2011, art. 58 num. 5, que no prevé prórroga"
_OF_QUERIES = "Ley 1581 de 2012, art. 14: consultas"
_OF_CORRECTIONS = "Ley 1581 de 2012, art. 15 num. 3: reclamos"
_OF_THE_HOUSE = "Sin plazo legal: es lo que la casa promete"

TERMS = (
    LegalTerm(_C.PETITION, _M.GENERAL, _PETITIONS, days=15, extension=15, source=_OF_PETITIONS),
    LegalTerm(_C.PETITION, _M.DOCUMENTS, _PETITIONS, days=10, extension=10, source=_OF_DOCUMENTS),
    LegalTerm(_C.COMPLAINT, _M.GENERAL, _CONSUMERS, days=15, extension=0, source=_OF_CONSUMERS),
    LegalTerm(_C.CLAIM, _M.GENERAL, _CONSUMERS, days=15, extension=0, source=_OF_CONSUMERS),
    LegalTerm(_C.PETITION, _M.PERSONAL_DATA, _HABEAS_DATA, days=10, extension=5, source=_OF_QUERIES),
    LegalTerm(_C.CLAIM, _M.PERSONAL_DATA, _HABEAS_DATA, days=15, extension=8, source=_OF_CORRECTIONS),
    LegalTerm(_C.SUGGESTION, _M.GENERAL, _HOUSE, days=15, extension=15, source=_OF_THE_HOUSE),
)


def matters_of(classification: PqrsClassification) -> frozenset[PqrsMatter]:
    """What a case of that kind may ask for."""
    return frozenset(term.matter for term in TERMS if term.classification is classification)


def term_of(
    classification: PqrsClassification, matter: PqrsMatter, *, on: date, terms: Iterable[LegalTerm] = TERMS
) -> LegalTerm:
    """The term that holds for a case whose term begins on that Bogotá date; the oldest for days before all rows.

    ValueError for a matter that is none of the classification's.
    """
    rows = [term for term in terms if (term.classification, term.matter) == (classification, matter)]
    if not rows:
        raise ValueError(f"no term for {classification} about {matter}")
    rows.sort(key=lambda term: term.since)
    return next((term for term in reversed(rows) if term.since <= on), rows[0])


WARNED_BEFORE = 2
"""Business days before the last one, on which the staff are told that nobody has answered yet."""


def warned_at(due_on: date, *, is_holiday: Callable[[date], bool]) -> datetime:
    """When the staff are told: at eight in the morning in Bogotá, WARNED_BEFORE business days before the last day."""
    day, left = due_on, WARNED_BEFORE
    while left:
        day -= timedelta(days=1)
        left -= is_business_day(day, is_holiday=is_holiday)
    return datetime.combine(day, time(8), BOGOTA)
