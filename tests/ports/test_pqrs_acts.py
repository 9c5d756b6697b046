"""Everything that is done about a PQRS, by everybody and in every state: what it leaves, and that a refusal leaves
nothing."""

from base64 import b64encode
from collections import Counter
from dataclasses import replace
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest

from application.announcements import Announcement, announced
from application.attachments import SentFile
from domain.audit import AuditAction
from domain.errors import (
    DomainError,
    FieldProblemCode,
    IdempotencyConflict,
    InvalidInput,
    InvalidTransition,
    LimitReached,
    NotAllowed,
    NotFound,
    Unauthenticated,
)
from domain.ids import AccountId
from domain.pqrs import Pqrs, PqrsActor, PqrsMessageKind, PqrsStatus
from tests import factories as a
from tests.factories import NOON, TODAY
from tests.fakes.clock import FakeClock
from tests.ports.places import Place
from tests.ports.pqrs_office import Office, opened
from tests.told import told

PENDING, IN_PROGRESS, ANSWERED, CLOSED = PqrsStatus
_ = InvalidTransition
LEADS: dict[tuple[str, str], tuple[PqrsStatus | type[DomainError], ...]] = {
    ("start", "staff"): (IN_PROGRESS, _, _, _),
    ("start", "client"): (NotAllowed,) * 4,
    ("answer", "staff"): (ANSWERED, ANSWERED, _, _),
    ("answer", "client"): (NotAllowed,) * 4,
    ("extend", "staff"): (PENDING, IN_PROGRESS, _, _),
    ("extend", "client"): (NotAllowed,) * 4,
    ("assign", "staff"): (PENDING, IN_PROGRESS, ANSWERED, _),
    ("assign", "client"): (NotAllowed,) * 4,
    ("close", "staff"): (NotAllowed,) * 4,
    ("close", "both"): (NotFound,) * 4,
    ("close", "client"): (_, _, CLOSED, _),
    ("reopen", "staff"): (NotAllowed,) * 4,
    ("reopen", "both"): (NotFound,) * 4,
    ("reopen", "client"): (_, _, PENDING, PENDING),
    ("message", "staff"): (PENDING, IN_PROGRESS, ANSWERED, _),
    ("message", "client"): (PENDING, IN_PROGRESS, ANSWERED, _),
    ("note", "staff"): (PENDING, IN_PROGRESS, ANSWERED, CLOSED),
    ("note", "client"): (NotAllowed,) * 4,
}
"""By act and viewer: the state that follows, or the refusal, in each of the four states."""
ACTS = sorted({act for act, viewer in LEADS})
FOR_STAFF = {"start", "answer", "extend", "assign", "note"}
ACTIONS = {
    "start": AuditAction.PQRS_STARTED,
    "answer": AuditAction.PQRS_ANSWERED,
    "extend": AuditAction.PQRS_EXTENDED,
    "assign": AuditAction.PQRS_ASSIGNED,
    "note": AuditAction.PQRS_NOTED,
    "message": AuditAction.PQRS_REPLIED,
}
LETTERS = {
    ("answer", "staff"): (Announcement.PQRS_ANSWERED,),
    ("extend", "staff"): (Announcement.PQRS_EXTENDED, Announcement.PQRS_DUE_SOON),
    ("message", "staff"): (Announcement.PQRS_REPLIED,),
    ("message", "client"): (Announcement.PQRS_TAKEN_FURTHER,),
    ("reopen", "client"): (Announcement.PQRS_TAKEN_FURTHER, Announcement.PQRS_DUE_SOON),
}


@pytest.fixture
async def office(place: Place, clock: FakeClock) -> Office:
    return await opened(place, clock)


@pytest.mark.parametrize(("act", "viewer"), list(LEADS))
async def test_an_act_leads_where_it_should_or_leaves_everything_as_it_was(
    office: Office, act: str, viewer: str
) -> None:
    done = 0
    for (status, case), target in zip(office.cases.items(), LEADS[act, viewer], strict=True):
        if not isinstance(target, PqrsStatus):
            await office.refused(act, office.viewers[viewer], case, target)
            continue
        await office.do(act, office.viewers[viewer], case)
        done += 1
        assert (await office.case(case)).status is target, status

    letters = LETTERS.get((act, viewer), ()) * done
    assert Counter(announced(job)[0] for job in await office.jobs()) == Counter(letters)
    recorded = [(entry.action, entry.account_id) for entry in await office.recorded()]
    assert recorded == ([(ACTIONS.get(act), office.rosa.account_id)] * done if viewer == "staff" else [])


@pytest.mark.parametrize("act", ACTS)
async def test_what_is_another_persons_or_agencys_does_not_exist(office: Office, act: str) -> None:
    for case in office.cases.values():
        await office.refused(act, office.viewers["visitor"], case, Unauthenticated)
        strangers = ("other client", "client elsewhere") if act not in FOR_STAFF else ()
        staff = ("staff elsewhere",) if act not in ("close", "reopen") else ()
        for name in (*strangers, *staff):
            await office.refused(act, office.viewers[name], case, NotFound)
    nothing = a.a_case(office.village.ana, office.account)
    who = "client" if act in ("close", "reopen") else "staff"
    await office.refused(act, office.viewers[who], nothing, NotFound)


@pytest.mark.parametrize("act", ["message", "note", "assign"])
async def test_about_whoever_was_erased_nothing_is_done_or_written_any_more(office: Office, act: str) -> None:
    await office.refused(act, office.rosa, office.erased, InvalidTransition)

    assert (await office.case(office.erased)).status is ANSWERED, "what there is the staff read on"
    assert len(await office.history(office.erased)) == 1


async def test_who_works_there_and_is_the_client_acts_as_the_client(office: Office) -> None:
    both, case = office.viewers["both"], office.hugos

    await office.do("message", both, case)
    await office.do("close", both, case)
    await office.do("reopen", both, case)

    assert (await office.case(case)).status is PENDING
    assert {event.by for event in await office.history(case)} == {PqrsActor.CLIENT}
    assert {message.author for message in await office.messages(case)} == {PqrsActor.CLIENT}
    # And on another's case as one of the agency.
    await office.do("message", both, office.cases[PENDING])
    assert [it.author for it in await office.messages(office.cases[PENDING])] == [PqrsActor.AGENCY]


async def test_an_answer_is_a_message_and_can_close_the_case(office: Office) -> None:
    case = office.cases[PENDING]

    await office.do("answer", office.rosa, case, close=True)

    (message,) = await office.messages(case, office.ana)
    kept = await office.case(case)
    assert (message.kind, message.body, message.author) == (PqrsMessageKind.ANSWER, "Ya se reparó.", PqrsActor.AGENCY)
    assert (kept.status, kept.answered_at, kept.closed_at) == (CLOSED, NOON, NOON)
    steps = [(it.from_status, it.to_status, it.by, it.account_id) for it in (await office.history(case))[1:]]
    who = (PqrsActor.AGENCY, office.rosa.account_id)
    assert steps == [(PENDING, ANSWERED, *who), (ANSWERED, CLOSED, *who)]


async def test_the_whole_life_of_a_case_stays_in_its_history(office: Office, clock: FakeClock) -> None:
    case = office.cases[PENDING]
    steps = ["start", "extend", "answer", "close", "reopen", "extend", "answer"]
    for step in steps:
        clock.advance(timedelta(days=1))
        await office.do(step, office.ana if step in ("close", "reopen") else office.rosa, case)

    told_so = [(it.to_status, it.due_on) for it in await office.history(case)]
    assert told_so == [
        (PENDING, case.due_on),
        (IN_PROGRESS, None),
        (IN_PROGRESS, date(2026, 8, 11)),
        (ANSWERED, None),
        (CLOSED, None),
        (PENDING, date(2026, 8, 11)),  # fifteen business days after the twentieth of July
        (PENDING, date(2026, 8, 13)),
        (ANSWERED, None),
    ]
    kept = await office.case(case)
    assert (kept.term_from_on, kept.due_on) == (date(2026, 7, 20), date(2026, 8, 13))


async def test_a_reopened_case_goes_back_to_who_was_in_charge(office: Office) -> None:
    case = office.cases[CLOSED]

    await office.do("reopen", office.ana, case)

    kept, (message,) = await office.case(case), await office.messages(case, office.ana)
    assert (kept.assignee_id, kept.answered_at, kept.closed_at) == (office.village.rosa.id, None, None)
    assert (message.kind, message.body, message.author) == (
        PqrsMessageKind.REOPENING,
        "Sigue igual.",
        PqrsActor.CLIENT,
    )


async def test_after_thirty_days_a_closed_case_stays_closed(office: Office, clock: FakeClock) -> None:
    clock.set(NOON + timedelta(days=29, seconds=1))

    await office.refused("reopen", office.ana, office.cases[CLOSED], InvalidTransition)


async def test_an_extension_tells_why_and_until_when(office: Office) -> None:
    case = office.cases[IN_PROGRESS]

    await office.do("extend", office.rosa, case, days=None, due_on=date(2026, 8, 21))

    (message,), kept = await office.messages(case, office.ana), await office.case(case)
    assert (message.kind, message.body, message.due_on) == (
        PqrsMessageKind.EXTENSION,
        "Falta un repuesto.",
        date(2026, 8, 21),
    )
    assert (kept.due_on, kept.extended_at) == (date(2026, 8, 21), NOON)
    await office.refused("extend", office.rosa, case, InvalidTransition)


async def test_an_overdue_answer_is_not_put_off(office: Office, clock: FakeClock) -> None:
    case = office.cases[PENDING]
    clock.set(NOON + (case.due_on - TODAY) + timedelta(days=1))

    await office.refused("extend", office.rosa, case, InvalidTransition)


REQUIRED, INVALID, TOO_LONG = FieldProblemCode.REQUIRED, FieldProblemCode.INVALID, FieldProblemCode.TOO_LONG
NOT_ALLOWED, NOT_FOUND = FieldProblemCode.NOT_ALLOWED, FieldProblemCode.NOT_FOUND


@pytest.mark.parametrize(
    ("act", "given", "problem"),
    [
        *(
            (act, {field: text}, (field, code))
            for act, field, most in (
                ("answer", "body", 10_000),
                ("message", "body", 10_000),
                ("note", "body", 10_000),
                ("reopen", "reason", 2_000),
                ("extend", "reason", 2_000),
            )
            for text, code in ((" \n", REQUIRED), ("x" * (most + 1), TOO_LONG), ("a\0b", INVALID), ("\ud83d", INVALID))
        ),
        *(
            (act, given, problem)
            for act in ("message", "note")
            for given, problem in (
                ({"idempotency_key": ""}, ("idempotencyKey", REQUIRED)),
                ({"idempotency_key": "x" * 201}, ("idempotencyKey", TOO_LONG)),
            )
        ),
        ("extend", {"days": None}, ("newDueDate", INVALID)),
        ("extend", {"due_on": TODAY}, ("newDueDate", INVALID)),
        ("extend", {"days": 0}, ("days", INVALID)),
        ("extend", {"days": 10**9}, ("days", INVALID)),
        ("extend", {"days": 60}, ("days", INVALID)),
        ("extend", {"days": None, "due_on": date.max}, ("newDueDate", INVALID)),
        ("extend", {"days": None, "due_on": date.min}, ("newDueDate", INVALID)),
        ("assign", {"account_id": AccountId(UUID(int=0))}, ("accountId", NOT_FOUND)),
    ],
)
async def test_a_form_that_cannot_be_kept_is_refused(
    office: Office, act: str, given: dict[str, Any], problem: tuple[str, FieldProblemCode]
) -> None:
    viewer, case = (office.ana, ANSWERED) if act == "reopen" else (office.rosa, PENDING)

    refusal = await office.refused(act, viewer, office.cases[case], InvalidInput, **given)

    assert [(it.field, it.code) for it in refusal.problems] == [problem]


async def test_a_text_may_be_as_long_as_its_limit(office: Office) -> None:
    await office.do("message", office.ana, office.cases[PENDING], body="x" * 10_000, idempotency_key="k" * 200)
    await office.do("reopen", office.ana, office.cases[ANSWERED], reason="x" * 2_000)

    assert len((await office.messages(office.cases[PENDING]))[0].body) == 10_000


async def test_a_case_is_in_the_charge_of_active_staff_of_the_agency(office: Office) -> None:
    case = office.cases[PENDING]
    for account_id, code in (
        (office.account.id, NOT_ALLOWED),
        (office.gone.id, NOT_ALLOWED),
        (office.invited.id, NOT_ALLOWED),
        (office.elsewhere.rosa.id, NOT_FOUND),
    ):
        refusal = await office.refused("assign", office.rosa, case, InvalidInput, account_id=account_id)
        assert [(it.field, it.code) for it in refusal.problems] == [("accountId", code)]

    await office.do("assign", office.rosa, case, account_id=office.hugo.id)
    assert (await office.case(case)).assignee_id == office.hugo.id


@pytest.mark.parametrize("act", ["message", "note"])
async def test_what_is_sent_twice_under_a_key_is_written_once(office: Office, act: str) -> None:
    case = office.cases[PENDING]
    await office.do(act, office.rosa, case)
    before = await office.kept()

    await office.do(act, office.rosa, case)

    assert await office.kept() == before
    for changes in ({"body": "Otra cosa."}, {"pqrs_id": office.cases[ANSWERED].id}):
        key = f"{act} {case.id}"
        await office.refused(act, office.rosa, case, IdempotencyConflict, idempotency_key=key, **changes)
    other = "note" if act == "message" else "message"
    await office.refused(other, office.rosa, case, IdempotencyConflict, idempotency_key=f"{act} {case.id}")
    # A key is its account's own.
    await office.do("message", office.ana, case, idempotency_key=f"{act} {case.id}")


async def test_a_repetition_is_answered_after_the_case_was_closed(office: Office) -> None:
    case = office.cases[ANSWERED]
    await office.do("message", office.ana, case)
    await office.do("close", office.ana, case)
    before = await office.kept()

    await office.do("message", office.ana, case)

    assert await office.kept() == before


async def test_clients_see_of_what_is_written_all_but_the_notes(office: Office) -> None:
    case = office.cases[PENDING]
    await office.do("note", office.rosa, case, body="Ojo con este cliente.")
    await office.do("message", office.rosa, case, body="Vamos mañana.")

    assert [it.internal for it in await office.messages(case)] == [True, False]
    assert [it.body for it in await office.messages(case, office.ana)] == ["Vamos mañana."]
    assert "Ojo" not in str(told(await office.history(case))) + str(await office.jobs())


def files(*contents: bytes) -> tuple[SentFile, ...]:
    return tuple(SentFile(f"foto {n}.pdf", b64encode(content).decode()) for n, content in enumerate(contents))


PDF = b"%PDF-1.7 gotera"


async def test_files_come_with_messages_and_those_of_notes_reach_no_client(office: Office) -> None:
    case = office.cases[PENDING]
    await office.do("message", office.ana, case, attachments=files(PDF, PDF + b"2"))
    await office.do("message", office.rosa, case, attachments=files(PDF))
    await office.do("note", office.rosa, case, attachments=files(PDF))

    kept, seen = await office.files(case), await office.files(case, office.ana)
    assert [(file.author, file.internal) for file in kept] == [
        (PqrsActor.CLIENT, False),
        (PqrsActor.CLIENT, False),
        (PqrsActor.AGENCY, False),
        (PqrsActor.AGENCY, True),
    ]
    assert told(seen) == told(kept[:3])


async def test_a_file_that_cannot_be_kept_keeps_the_message_back(office: Office) -> None:
    case = office.cases[PENDING]
    for act, viewer in (("message", office.ana), ("message", office.rosa), ("note", office.rosa)):
        refusal = await office.refused(act, viewer, case, InvalidInput, attachments=files(PDF, b"MZ"), body=" ")
        assert [it.field for it in refusal.problems] == ["body", "attachments.1"]
    await office.do("message", office.ana, case, attachments=files(*[PDF] * 5))
    more = await office.refused(
        "message", office.ana, case, InvalidInput, attachments=files(PDF), idempotency_key="otra"
    )
    assert [(it.field, it.limit) for it in more.problems] == [("attachments", 5)]
    await office.do("message", office.rosa, case, attachments=files(PDF))  # the agency has places of its own


async def test_nobody_looks_into_files_of_what_is_not_kept(office: Office, clock: FakeClock) -> None:
    case, seven = office.cases[PENDING], files(*[PDF] * 7)
    await office.refused("message", office.viewers["visitor"], case, Unauthenticated, attachments=files(PDF))
    for act, viewer, about, error in (
        ("message", "client", office.cases[CLOSED], InvalidTransition),
        ("message", "other client", case, NotFound),
        ("note", "client", case, NotAllowed),
        ("note", "staff elsewhere", case, NotFound),
    ):
        await office.refused(act, office.viewers[viewer], about, error, attachments=files(PDF))
    for number in range(49):  # and one that she has written before
        await office.do("message", office.ana, case, idempotency_key=str(number))
    await office.refused("message", office.ana, case, LimitReached, attachments=files(PDF))
    clock.advance(timedelta(days=1))
    assert office.inspector.looked == []

    for act in ("message", "note", "note"):
        await office.do(act, office.rosa, case, attachments=seven, idempotency_key=f"{act} con archivos")
    await office.do("message", office.ana, case, attachments=files(*[PDF] * 4))
    looked = len(office.inspector.looked)
    assert looked == 7 + 7 + 4, "a repeat is not looked into"
    for act, who, more in (("message", office.ana, 2), ("note", office.rosa, 7), ("message", office.rosa, 7)):
        given: dict[str, Any] = {"attachments": seven[:more], "idempotency_key": "otra"}
        await office.refused(act, who, case, InvalidInput, **given)
    assert len(office.inspector.looked) == looked


async def test_other_files_under_a_key_are_a_conflict(office: Office) -> None:
    case = office.cases[PENDING]
    await office.do("message", office.ana, case, attachments=files(PDF))
    before = await office.kept()

    await office.do("message", office.ana, case, attachments=files(PDF))

    assert await office.kept() == before
    await office.refused("message", office.ana, case, IdempotencyConflict, attachments=files(PDF + b"2"))


async def test_a_client_writes_fifty_messages_a_day_about_all_cases_together(office: Office, clock: FakeClock) -> None:
    for number in range(49):  # and one that she has written before
        case = office.cases[PENDING if number % 2 else ANSWERED]
        await office.do("message", office.ana, case, idempotency_key=str(number))

    refusal = await office.refused("message", office.ana, office.cases[PENDING], LimitReached)
    await office.refused("reopen", office.ana, office.cases[ANSWERED], LimitReached)

    assert refusal.limit == 50
    await office.do("message", office.rosa, office.cases[PENDING])  # the staff write on
    clock.set(NOON + timedelta(hours=11, minutes=59))
    await office.refused("message", office.ana, office.cases[PENDING], LimitReached)
    clock.advance(timedelta(minutes=1))  # midnight in Bogotá
    await office.do("reopen", office.ana, office.cases[ANSWERED])


async def test_nothing_of_another_case_is_touched(office: Office) -> None:
    untouched = replace(await office.case(office.cases[IN_PROGRESS]))
    for act, status in (("answer", PENDING), ("close", ANSWERED), ("reopen", CLOSED)):
        await office.do(act, office.rosa if act == "answer" else office.ana, office.cases[status])

    assert told(await office.case(office.cases[IN_PROGRESS])) == told(untouched)
    assert len(await office.history(office.cases[IN_PROGRESS])) == 1
    theirs: list[Pqrs] = office.village.cases
    assert [told(await office.case(case)) for case in theirs] == [told(case) for case in theirs]
