"""How a PQRS moves: who may do what in which state, as a table, and what it then says.

Every function gives back the case as it is afterwards with what is added to its history, and raises InvalidTransition
where the table has no row. The case that was given stays as it was.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum

from domain.business_days import add_business_days, is_business_day
from domain.errors import FieldProblem, FieldProblemCode, InvalidInput, InvalidTransition
from domain.ids import AccountId
from domain.periods import bogota_date
from domain.pqrs import Pqrs, PqrsActor, PqrsEvent, PqrsStatus
from domain.pqrs_terms import LegalTerm, term_of

_S = PqrsStatus
_CLIENT, _AGENCY = PqrsActor.CLIENT, PqrsActor.AGENCY
_OPEN = frozenset({_S.PENDING, _S.IN_PROGRESS})
_NOT_CLOSED = frozenset({_S.PENDING, _S.IN_PROGRESS, _S.ANSWERED})

REOPENABLE_FOR = timedelta(days=30)
"""After it was closed, a case can be reopened for so long; later the client files another. One that is answered and not
closed can be reopened at any time."""


class PqrsAct(StrEnum):
    """What is done about a case. CLOSE_WITH_ANSWER: by the agency, in the same work as the answer. NOTE: what the
    staff note for themselves."""

    START = "START"
    ANSWER = "ANSWER"
    CLOSE_WITH_ANSWER = "CLOSE_WITH_ANSWER"
    CLOSE = "CLOSE"
    REOPEN = "REOPEN"
    EXTEND = "EXTEND"
    ASSIGN = "ASSIGN"
    MESSAGE = "MESSAGE"
    NOTE = "NOTE"


@dataclass(frozen=True, slots=True)
class Transition:
    """`target` is None where the state stays."""

    act: PqrsAct
    by: PqrsActor
    sources: frozenset[PqrsStatus]
    target: PqrsStatus | None = None


TRANSITIONS = (
    Transition(PqrsAct.START, _AGENCY, frozenset({_S.PENDING}), _S.IN_PROGRESS),
    # Who answers what nobody has begun has begun it: the history has the answer alone.
    Transition(PqrsAct.ANSWER, _AGENCY, _OPEN, _S.ANSWERED),
    Transition(PqrsAct.CLOSE_WITH_ANSWER, _AGENCY, frozenset({_S.ANSWERED}), _S.CLOSED),
    Transition(PqrsAct.CLOSE, _CLIENT, frozenset({_S.ANSWERED}), _S.CLOSED),
    # Pending again, whoever is in charge: somebody has to see that it came back.
    Transition(PqrsAct.REOPEN, _CLIENT, frozenset({_S.ANSWERED, _S.CLOSED}), _S.PENDING),
    Transition(PqrsAct.EXTEND, _AGENCY, _OPEN),
    Transition(PqrsAct.ASSIGN, _AGENCY, _NOT_CLOSED),
    Transition(PqrsAct.MESSAGE, _CLIENT, _NOT_CLOSED),
    Transition(PqrsAct.MESSAGE, _AGENCY, _NOT_CLOSED),
    Transition(PqrsAct.NOTE, _AGENCY, frozenset(_S)),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Who:
    """The side on which somebody acts, and the person."""

    by: PqrsActor
    account_id: AccountId


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    case: Pqrs
    events: tuple[PqrsEvent, ...]


def check(case: Pqrs, act: PqrsAct, by: PqrsActor) -> Transition:
    """The row of the table for that act in the case's state; InvalidTransition where there is none."""
    for row in TRANSITIONS:
        if row.act is act and row.by is by and case.status in row.sources:
            return row
    raise InvalidTransition


def reopenable_until(case: Pqrs) -> datetime | None:
    """The last instant at which a closed case can be reopened; None for one that is not closed."""
    return case.closed_at + REOPENABLE_FOR if case.closed_at is not None else None


def start(case: Pqrs, who: Who, *, at: datetime) -> Moved:
    """Somebody works on it now."""
    return _move(case, PqrsAct.START, who, at=at)


def assign(case: Pqrs, who: Who, assignee: AccountId) -> Pqrs:
    """Put it in the charge of one of the staff; that the account is one is the caller's to see."""
    check(case, PqrsAct.ASSIGN, who.by)
    return replace(case, assignee_id=assignee)


def answer(case: Pqrs, who: Who, *, at: datetime, close: bool) -> Moved:
    """Answer it and, if nothing is left to say, close it at once: then the history has both."""
    moved = _move(case, PqrsAct.ANSWER, who, at=at)
    moved.case.answered_at = at
    if not close:
        return moved
    closed = _move(moved.case, PqrsAct.CLOSE_WITH_ANSWER, who, at=at)
    closed.case.closed_at = at
    return Moved(case=closed.case, events=moved.events + closed.events)


def close(case: Pqrs, who: Who, *, at: datetime) -> Moved:
    """The client is content with the answer."""
    moved = _move(case, PqrsAct.CLOSE, who, at=at)
    moved.case.closed_at = at
    return moved


def reopen(case: Pqrs, who: Who, *, at: datetime, reason: str, is_holiday: Callable[[date], bool]) -> Moved:
    """The client is not content: a new term begins tomorrow, and it may be put off once like the first.

    InvalidTransition also for a case that was closed longer than REOPENABLE_FOR ago.
    """
    until = reopenable_until(case)
    if until is not None and at > until:
        raise InvalidTransition
    today = bogota_date(at)
    term = term_of(case.classification, case.matter, on=today)
    due_on = add_business_days(today, term.days, is_holiday=is_holiday)
    moved = _move(case, PqrsAct.REOPEN, who, at=at, note=reason, due_on=due_on)
    fresh = replace(moved.case, term_from_on=today, due_on=due_on, extended_at=None, answered_at=None, closed_at=None)
    return Moved(case=fresh, events=moved.events)


def extend(
    case: Pqrs,
    who: Who,
    *,
    at: datetime,
    due_on: date,
    reason: str,
    is_holiday: Callable[[date], bool],
    field: str = "newDueDate",
) -> Moved:
    """Put the answer off until `due_on`, a later business day, before the term ends and once in each term.

    The answer may be put off by as much as the law allows: until double the first term for petitions (Ley 1755 de
    2015, art. 14, parágrafo, del CPACA), not at all for complaints and claims of consumers. Raises InvalidTransition
    for a case that is answered, overdue or put off already, InvalidInput for one that cannot be and for a bad day,
    which `field` of the form told.
    """
    check(case, PqrsAct.EXTEND, who.by)
    if case.extended_at is not None or case.is_overdue(on=bogota_date(at)):
        raise InvalidTransition
    term = term_of(case.classification, case.matter, on=case.term_from_on)
    problem = _problem_of_extension(case, term, due_on, field, is_holiday=is_holiday)
    if problem is not None:
        raise InvalidInput(problem)
    moved = _move(case, PqrsAct.EXTEND, who, at=at, note=reason, due_on=due_on)
    return Moved(case=replace(moved.case, due_on=due_on, extended_at=at), events=moved.events)


def _problem_of_extension(
    case: Pqrs, term: LegalTerm, due_on: date, field: str, *, is_holiday: Callable[[date], bool]
) -> FieldProblem | None:
    if not term.extension:
        return FieldProblem("id", FieldProblemCode.NOT_ALLOWED, "no_extension")
    latest = add_business_days(case.term_from_on, term.days + term.extension, is_holiday=is_holiday)
    if due_on <= case.due_on:
        return FieldProblem(field, FieldProblemCode.INVALID, "not_later")
    if due_on > latest:
        return FieldProblem(field, FieldProblemCode.INVALID, "beyond_extension", subject=latest.isoformat())
    if not is_business_day(due_on, is_holiday=is_holiday):
        return FieldProblem(field, FieldProblemCode.INVALID, "no_business_day")
    return None


def _move(
    case: Pqrs, act: PqrsAct, who: Who, *, at: datetime, note: str | None = None, due_on: date | None = None
) -> Moved:
    row = check(case, act, who.by)
    target = row.target or case.status
    event = PqrsEvent(
        pqrs_id=case.id,
        at=at,
        from_status=case.status,
        to_status=target,
        by=who.by,
        account_id=who.account_id,
        note=note,
        due_on=due_on,
    )
    return Moved(case=replace(case, status=target), events=(event,))
