"""What is written to whom when something is said about a PQRS."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from application.announcements import pqrs_answered, pqrs_due_soon, pqrs_extended, pqrs_replied, pqrs_taken_further
from application.ports.mail import Letter
from application.ports.mail.pqrs import PqrsAnswered, PqrsDueSoon, PqrsExtended, PqrsReplied, PqrsTakenFurther, Said
from domain.accounts import AccountRole, AccountStatus
from domain.pqrs import Pqrs, PqrsMessage, PqrsMessageKind, PqrsStatus
from tests import factories as a
from tests.application.letters_desk import Desk
from tests.factories import NOON

JOBS = (pqrs_answered, pqrs_extended, pqrs_replied, pqrs_taken_further)


@pytest.fixture
def desk() -> Desk:
    return Desk()


def said(desk: Desk, **given: Any) -> PqrsMessage:
    """By the agency, about the first case."""
    message = a.a_message(desk.here.cases[0], desk.here.rosa, body="Ya se reparó.\n<b>Mire</b>.", **given)
    desk.database.store.add(message)
    return message


def set_up(desk: Desk, **changes: Any) -> Pqrs:
    case = replace(desk.here.cases[0], **changes)
    desk.database.store.add(case)
    return case


def common(desk: Desk, message: PqrsMessage, letter: Letter) -> dict[str, Any]:
    case = desk.here.cases[0]
    told = Said(
        filing_number=case.filing_number,
        classification=case.classification,
        subject=case.subject,
        filed_at=case.filed_at,
        body=message.body,
    )
    return {"letterhead": letter.letterhead, "said": told}


async def test_the_client_gets_the_answer_whole(desk: Desk) -> None:
    v, message = desk.here, said(desk, kind=PqrsMessageKind.ANSWER)
    set_up(desk, status=PqrsStatus.ANSWERED, answered_at=NOON)

    await desk.send_mail(pqrs_answered(message))

    (mail,) = desk.mailer.sent
    assert (mail.name, mail.address, mail.attachment) == (v.ana.name, v.ana.email, None)
    assert isinstance(mail.letter, PqrsAnswered)
    assert mail.letter == PqrsAnswered(**common(desk, message, mail.letter))
    assert mail.letter.letterhead.name == v.agency.name
    assert mail.letter.topic is None


async def test_an_answer_that_closed_the_case_says_until_when_it_can_be_reopened(desk: Desk) -> None:
    message = said(desk, kind=PqrsMessageKind.ANSWER)
    set_up(desk, status=PqrsStatus.CLOSED, answered_at=NOON, closed_at=NOON)

    await desk.send_mail(pqrs_answered(message))

    letter = desk.mailer.sent[0].letter
    assert isinstance(letter, PqrsAnswered)
    assert letter.reopenable_until == NOON + timedelta(days=30)


async def test_the_client_is_told_of_an_extension_and_of_messages(desk: Desk) -> None:
    later = said(desk, kind=PqrsMessageKind.EXTENSION, due_on=date(2026, 8, 12))
    more = said(desk)

    await desk.send_mail(pqrs_extended(later))
    await desk.send_mail(pqrs_replied(more))

    told = [mail.letter for mail in desk.mailer.sent]
    assert isinstance(told[0], PqrsExtended)
    assert isinstance(told[1], PqrsReplied)
    assert told[0] == PqrsExtended(**common(desk, later, told[0]), due_on=date(2026, 8, 12))
    assert told[1] == PqrsReplied(**common(desk, more, told[1]))
    assert {mail.address for mail in desk.mailer.sent} == {desk.here.ana.email}


@pytest.mark.parametrize("kind", [PqrsMessageKind.MESSAGE, PqrsMessageKind.REOPENING])
async def test_who_is_in_charge_is_told_what_the_client_wrote(desk: Desk, kind: PqrsMessageKind) -> None:
    v = desk.here
    case = set_up(desk, assignee_id=v.rosa.id)
    message = a.a_message(case, v.accounts[v.ana.name], kind=kind)
    desk.database.store.add(message)

    await desk.send_mail(pqrs_taken_further(message))

    (mail,) = desk.mailer.sent
    assert (mail.name, mail.address) == (v.rosa.username, v.rosa.email)
    assert isinstance(mail.letter, PqrsTakenFurther)
    reopened = kind is PqrsMessageKind.REOPENING
    assert mail.letter == PqrsTakenFurther(
        **common(desk, message, mail.letter), client=v.ana.name, reopened=reopened, due_on=case.due_on
    )


async def test_nobody_is_written_to_where_nobody_is_in_charge_any_more(desk: Desk) -> None:
    v = desk.here
    message = a.a_message(v.cases[0], v.accounts[v.ana.name])
    desk.database.store.add(message)
    await desk.send_mail(pqrs_taken_further(message))
    set_up(desk, assignee_id=v.rosa.id)
    for changes in ({"status": AccountStatus.DISABLED}, {"roles": (AccountRole.CLIENT,)}):
        desk.database.store.add(replace(v.rosa, **changes))
        await desk.send_mail(pqrs_taken_further(message))

    assert desk.mailer.sent == []


async def test_who_is_in_charge_is_warned_before_the_term_ends(desk: Desk) -> None:
    v = desk.here
    case = set_up(desk, assignee_id=v.rosa.id)

    await desk.send_mail(pqrs_due_soon(case, NOON))
    v.agency.email = "servicio@agencia.example"
    unassigned = set_up(desk, assignee_id=None)
    await desk.send_mail(pqrs_due_soon(unassigned, NOON))

    first, second = desk.mailer.sent
    assert (first.name, first.address) == (v.rosa.username, v.rosa.email)
    assert (second.name, second.address) == (v.agency.name, "servicio@agencia.example")
    assert isinstance(first.letter, PqrsDueSoon)
    assert isinstance(second.letter, PqrsDueSoon)
    assert (first.letter.client, first.letter.due_on) == (v.ana.name, case.due_on)
    assert first.letter.said.body == case.description
    assert (first.letter.unassigned, second.letter.unassigned) == (False, True)


async def test_nobody_is_warned_of_what_was_answered_or_put_off_or_is_anothers(desk: Desk) -> None:
    case, there = set_up(desk, assignee_id=desk.here.rosa.id), desk.there.cases[0]
    warning = pqrs_due_soon(case, NOON)
    for changes in (
        {"status": PqrsStatus.ANSWERED, "answered_at": NOON},
        {"status": PqrsStatus.CLOSED, "answered_at": NOON, "closed_at": NOON},
        {"due_on": date(2026, 8, 20), "extended_at": NOON},
    ):
        set_up(desk, assignee_id=desk.here.rosa.id, **changes)
        await desk.send_mail(warning)
    set_up(desk)  # nobody in charge, and the agency has no address
    desk.here.agency.email = None
    await desk.send_mail(warning)
    await desk.send_mail(replace(pqrs_due_soon(there, NOON), agency_id=desk.here.agency.id))

    assert desk.mailer.sent == []


def test_a_warning_waits_and_is_put_once_for_each_term(desk: Desk) -> None:
    case = desk.here.cases[0]
    warning, later = pqrs_due_soon(case, NOON), pqrs_due_soon(replace(case, due_on=date(2026, 8, 20)), NOON)

    assert warning.not_before == NOON
    assert warning.key == warning.subject == f"pqrs-due-soon {case.id} 2026-08-06"
    assert later.key != warning.key


async def test_no_letter_tells_what_the_staff_note(desk: Desk) -> None:
    set_up(desk, assignee_id=desk.here.rosa.id)
    note = said(desk, internal=True, due_on=date(2026, 8, 12))

    for job in JOBS:
        await desk.send_mail(job(note))

    assert desk.mailer.sent == []


async def test_what_is_another_agencys_or_cases_is_not_told(desk: Desk) -> None:
    here, there = desk.here, desk.there
    set_up(desk, assignee_id=here.rosa.id)
    message = said(desk, due_on=date(2026, 8, 12))
    for job in JOBS:
        await desk.send_mail(replace(job(there.messages[1]), agency_id=here.agency.id))
        await desk.send_mail(job(replace(message, pqrs_id=here.cases[1].id)))

    assert desk.mailer.sent == []


def test_jobs_about_pqrs_hold_ids_alone(desk: Desk) -> None:
    message = desk.here.messages[0]

    subjects = [job(message).subject for job in JOBS]
    assert [subject.split()[1:] for subject in subjects] == [[str(message.pqrs_id), str(message.id)]] * 4
    assert len(set(subjects)) == 4
