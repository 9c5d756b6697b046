"""How a PQRS moves: every act by every side in every state, what it changes, and what its history then says."""

from collections.abc import Callable, Iterator
from dataclasses import fields, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from domain.errors import InvalidInput, InvalidTransition
from domain.pqrs import Pqrs, PqrsActor, PqrsClassification, PqrsEvent, PqrsMatter, PqrsStatus
from domain.pqrs_transitions import (
    Moved,
    PqrsAct,
    Who,
    answer,
    assign,
    check,
    close,
    extend,
    reopen,
    reopenable_until,
    start,
)
from tests import factories as a
from tests.factories import NOON, TODAY
from tests.told import told

AGENCY = a.an_agency()
CLIENT = a.a_client(AGENCY)
ANA, ROSA = a.an_account(CLIENT), a.a_staff_account(AGENCY)
BY = {
    PqrsActor.CLIENT: Who(by=PqrsActor.CLIENT, account_id=ANA.id),
    PqrsActor.AGENCY: Who(by=PqrsActor.AGENCY, account_id=ROSA.id),
}
THEY, WE = BY[PqrsActor.CLIENT], BY[PqrsActor.AGENCY]
LATER = NOON + timedelta(days=3)
P, I, A, C = PqrsStatus  # noqa: E741 (the four states, in the order of the table)

TABLE = """
act                by      PENDING      IN_PROGRESS  ANSWERED     CLOSED
START              AGENCY  IN_PROGRESS  -            -            -
START              CLIENT  -            -            -            -
ANSWER             AGENCY  ANSWERED     ANSWERED     -            -
ANSWER             CLIENT  -            -            -            -
CLOSE_WITH_ANSWER  AGENCY  -            -            CLOSED       -
CLOSE_WITH_ANSWER  CLIENT  -            -            -            -
CLOSE              AGENCY  -            -            -            -
CLOSE              CLIENT  -            -            CLOSED       -
REOPEN             AGENCY  -            -            -            -
REOPEN             CLIENT  -            -            PENDING      PENDING
EXTEND             AGENCY  PENDING      IN_PROGRESS  -            -
EXTEND             CLIENT  -            -            -            -
ASSIGN             AGENCY  PENDING      IN_PROGRESS  ANSWERED     -
ASSIGN             CLIENT  -            -            -            -
MESSAGE            AGENCY  PENDING      IN_PROGRESS  ANSWERED     -
MESSAGE            CLIENT  PENDING      IN_PROGRESS  ANSWERED     -
NOTE               AGENCY  PENDING      IN_PROGRESS  ANSWERED     CLOSED
NOTE               CLIENT  -            -            -            -
"""
"""What is agreed: the state that follows, or that the act is refused."""


def cells() -> Iterator[tuple[PqrsAct, PqrsActor, PqrsStatus, PqrsStatus | None]]:
    head, *rows = (line.split() for line in TABLE.strip().splitlines())
    for act, by, *targets in rows:
        for status, target in zip(head[2:], targets, strict=True):
            yield PqrsAct(act), PqrsActor(by), PqrsStatus(status), None if target == "-" else PqrsStatus(target)


def a_case(status: PqrsStatus = P, **given: Any) -> Pqrs:
    """As it is in that state three days after its filing."""
    told_by_state: dict[str, Any] = {
        "answered_at": NOON + timedelta(days=1) if status in (A, C) else None,
        "closed_at": NOON + timedelta(days=2) if status is C else None,
    }
    return a.a_case(CLIENT, ANA, status=status, **(told_by_state | given))


def never(on: date) -> bool:
    return False


ACTS: dict[PqrsAct, Callable[[Pqrs, Who], Moved]] = {
    PqrsAct.START: lambda case, who: start(case, who, at=LATER),
    PqrsAct.ANSWER: lambda case, who: answer(case, who, at=LATER, close=False),
    PqrsAct.CLOSE: lambda case, who: close(case, who, at=LATER),
    PqrsAct.REOPEN: lambda case, who: reopen(case, who, at=LATER, reason="Sigue igual.", is_holiday=never),
    PqrsAct.EXTEND: lambda case, who: extend(
        case, who, at=LATER, due_on=date(2026, 8, 10), reason="Falta.", is_holiday=never
    ),
    PqrsAct.ASSIGN: lambda case, who: Moved(case=assign(case, who, ROSA.id), events=()),
}


def test_every_act_by_every_side_in_every_state_is_in_the_table() -> None:
    agreed = {(act, by, status) for act, by, status, _ in cells()}

    assert agreed == {(act, by, status) for act in PqrsAct for by in PqrsActor for status in PqrsStatus}


@pytest.mark.parametrize(("act", "by", "status", "target"), list(cells()))
def test_an_act_leads_where_the_table_says_or_is_refused(
    act: PqrsAct, by: PqrsActor, status: PqrsStatus, target: PqrsStatus | None
) -> None:
    case = a_case(status)
    before = told(case)
    if target is None:
        with pytest.raises(InvalidTransition):
            check(case, act, by)
        if act in ACTS:
            with pytest.raises(InvalidTransition):
                ACTS[act](case, BY[by])
    else:
        assert (check(case, act, by).target or status) is target
        if act in ACTS:
            assert ACTS[act](case, BY[by]).case.status is target
    assert told(case) == before


@pytest.mark.parametrize(
    ("act", "status", "changes"),
    [
        (PqrsAct.START, P, {"status": I}),
        (PqrsAct.ANSWER, P, {"status": A, "answered_at": LATER}),
        (PqrsAct.ANSWER, I, {"status": A, "answered_at": LATER}),
        (PqrsAct.CLOSE, A, {"status": C, "closed_at": LATER}),
        (PqrsAct.EXTEND, I, {"due_on": date(2026, 8, 10), "extended_at": LATER}),
        (PqrsAct.ASSIGN, A, {"assignee_id": ROSA.id}),
        (
            PqrsAct.REOPEN,
            C,
            {
                "status": P,
                "answered_at": None,
                "closed_at": None,
                "extended_at": None,
                "term_from_on": date(2026, 7, 18),
                "due_on": date(2026, 8, 7),
            },
        ),
    ],
)
def test_an_act_changes_what_it_says_and_nothing_else(
    act: PqrsAct, status: PqrsStatus, changes: dict[str, Any]
) -> None:
    case = a_case(status, extended_at=NOON if act is PqrsAct.REOPEN else None)
    who = THEY if act in (PqrsAct.CLOSE, PqrsAct.REOPEN) else WE

    moved = ACTS[act](case, who).case

    changed = {
        it.name: getattr(moved, it.name) for it in fields(Pqrs) if getattr(moved, it.name) != getattr(case, it.name)
    }
    assert changed == changes


def test_the_history_tells_who_did_what_when_and_until_when() -> None:
    case = a_case(I)
    common: dict[str, Any] = {"pqrs_id": case.id, "at": LATER}

    (began,) = start(a_case(P, id=case.id), WE, at=LATER).events
    answered, closed = answer(case, WE, at=LATER, close=True).events
    (put_off,) = ACTS[PqrsAct.EXTEND](case, WE).events
    (back,) = ACTS[PqrsAct.REOPEN](a_case(C, id=case.id), THEY).events

    def event(source: PqrsStatus, target: PqrsStatus, who: Who, **more: Any) -> PqrsEvent:
        sides = {"by": who.by, "account_id": who.account_id}
        return PqrsEvent(from_status=source, to_status=target, **(common | sides | more))

    assert began == event(P, I, WE)
    assert (answered, closed) == (event(I, A, WE), event(A, C, WE))
    assert put_off == event(I, I, WE, note="Falta.", due_on=date(2026, 8, 10))
    assert back == event(C, P, THEY, note="Sigue igual.", due_on=date(2026, 8, 7))


def test_an_answer_that_closes_does_both_at_once() -> None:
    moved = answer(a_case(P), WE, at=LATER, close=True).case

    assert (moved.status, moved.answered_at, moved.closed_at) == (C, LATER, LATER)


def test_a_closed_case_is_reopened_within_thirty_days() -> None:
    case = a_case(C, closed_at=NOON)
    last = NOON + timedelta(days=30)

    assert reopenable_until(case) == last
    assert reopen(case, THEY, at=last, reason="No.", is_holiday=never).case.status is P
    with pytest.raises(InvalidTransition):
        reopen(case, THEY, at=last + timedelta(microseconds=1), reason="No.", is_holiday=never)


def test_an_answered_case_that_nobody_closed_is_reopened_at_any_time() -> None:
    case = a_case(A)

    assert reopenable_until(case) is None
    assert reopen(case, THEY, at=NOON + timedelta(days=400), reason="No.", is_holiday=never).case.status is P


def test_the_new_term_begins_the_day_after_the_reopening_in_bogota() -> None:
    night = datetime(2026, 7, 18, 4, 59, tzinfo=UTC)  # 23:59 of the 17th, a Friday
    holiday = date(2026, 7, 20)

    case = reopen(a_case(A), THEY, at=night, reason="No.", is_holiday=lambda on: on == holiday).case

    assert (case.term_from_on, case.due_on) == (date(2026, 7, 17), date(2026, 8, 10))


LAST = {
    (PqrsClassification.PETITION, PqrsMatter.GENERAL): date(2026, 8, 26),
    (PqrsClassification.PETITION, PqrsMatter.DOCUMENTS): date(2026, 8, 12),
    (PqrsClassification.SUGGESTION, PqrsMatter.GENERAL): date(2026, 8, 26),
}
"""Double the first term, from the fifteenth of July without holidays."""


@pytest.mark.parametrize(("kind", "last"), list(LAST.items()))
def test_an_answer_is_put_off_until_double_the_first_term_at_most(
    kind: tuple[PqrsClassification, PqrsMatter], last: date
) -> None:
    case = a_case(classification=kind[0], matter=kind[1], due_on=date(2026, 7, 29))

    moved = extend(case, WE, at=LATER, due_on=last, reason="Falta.", is_holiday=never).case

    assert (moved.due_on, moved.extended_at, moved.status) == (last, LATER, P)
    assert problem(case, last + timedelta(days=1)) == ("newDueDate", "beyond_extension")
    assert problem(case, date.max) == ("newDueDate", "beyond_extension")


@pytest.mark.parametrize("classification", [PqrsClassification.COMPLAINT, PqrsClassification.CLAIM])
def test_the_answer_to_a_consumer_is_not_put_off(classification: PqrsClassification) -> None:
    assert problem(a_case(classification=classification), date(2026, 8, 7)) == ("id", "no_extension")


def test_a_new_last_day_is_later_and_a_business_day() -> None:
    case = a_case(due_on=date(2026, 8, 6))

    assert problem(case, date(2026, 8, 6)) == ("newDueDate", "not_later")
    assert problem(case, date(2026, 8, 8)) == ("newDueDate", "no_business_day")
    assert problem(case, date(2026, 8, 7), date(2026, 8, 7)) == ("newDueDate", "no_business_day")


def test_an_answer_is_put_off_before_the_term_ends_and_once_in_each_term() -> None:
    case = a_case(due_on=TODAY)
    last_moment = datetime(2026, 7, 16, 4, 59, 59, tzinfo=UTC)  # 23:59:59 in Bogotá
    monday = date(2026, 7, 20)

    moved = extend(case, WE, at=last_moment, due_on=monday, reason="Falta.", is_holiday=never).case
    with pytest.raises(InvalidTransition):
        extend(case, WE, at=last_moment + timedelta(seconds=1), due_on=monday, reason="Falta.", is_holiday=never)
    with pytest.raises(InvalidTransition):
        extend(moved, WE, at=last_moment, due_on=date(2026, 7, 21), reason="Falta.", is_holiday=never)
    again = ACTS[PqrsAct.REOPEN](replace(moved, status=A), THEY).case
    assert ACTS[PqrsAct.EXTEND](again, WE).case.due_on == date(2026, 8, 10)


def problem(case: Pqrs, due_on: date, *holidays: date) -> tuple[str, str]:
    with pytest.raises(InvalidInput) as refusal:
        extend(case, WE, at=LATER, due_on=due_on, reason="Falta.", is_holiday=holidays.__contains__)
    (found,) = refusal.value.problems
    return found.field, found.reason
