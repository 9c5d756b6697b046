"""Many who work on the same PQRS at once on Postgres: one wins, the others are told, and nothing is counted wrong."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from typing import Any

import pytest

from adapters.postgres.engine import create_engine
from application.announcements import Announcement, announced
from domain.errors import InvalidTransition, LimitReached
from domain.pqrs import PqrsMessageKind, PqrsStatus
from tests.factories import NOON
from tests.fakes.clock import FakeClock
from tests.ports.places import InPostgres
from tests.ports.pqrs_office import Office, opened
from tests.postgres import Database

PENDING, IN_PROGRESS, ANSWERED, CLOSED = PqrsStatus


@pytest.fixture
async def office(module_database: Database) -> AsyncIterator[Office]:
    engine = create_engine(module_database.app_url)
    clock = FakeClock(NOON)
    yield await opened(InPostgres(engine, clock), clock)
    await engine.dispose()


async def outcomes(*acts: Any) -> dict[type[Any], int]:
    """How many were done, under NoneType, and how many refused by what."""
    results = await asyncio.gather(*acts, return_exceptions=True)
    return dict(Counter(type(result) for result in results))


async def test_of_many_who_answer_at_once_one_does(office: Office) -> None:
    case, both = office.cases[PENDING], office.viewers["both"]

    found = await outcomes(
        *(office.do("answer", viewer, case, body=f"Texto {n}.") for n in range(4) for viewer in (office.rosa, both))
    )

    assert found == {type(None): 1, InvalidTransition: 7}
    assert [it.kind for it in await office.messages(case)] == [PqrsMessageKind.ANSWER]
    assert [it.to_status for it in await office.history(case)] == [PENDING, ANSWERED]
    assert [announced(job)[0] for job in await office.jobs()] == [Announcement.PQRS_ANSWERED]


async def test_of_many_who_put_an_answer_off_at_once_one_does(office: Office) -> None:
    case = office.cases[IN_PROGRESS]

    found = await outcomes(*(office.do("extend", office.rosa, case, days=days) for days in (1, 2, 3, 4)))

    assert found == {type(None): 1, InvalidTransition: 3}
    (message,) = await office.messages(case)
    assert message.due_on == (await office.case(case)).due_on


async def test_a_case_is_either_closed_or_reopened(office: Office) -> None:
    case = office.cases[ANSWERED]

    await outcomes(*(office.do(act, office.ana, case) for act in ("close", "reopen") for _ in range(3)))

    steps = [(it.from_status, it.to_status) for it in await office.history(case)][1:]
    assert steps in ([(ANSWERED, PENDING)], [(ANSWERED, CLOSED), (CLOSED, PENDING)])
    assert (await office.case(case)).status is PENDING


async def test_a_message_that_is_sent_many_times_at_once_is_written_once(office: Office) -> None:
    case = office.cases[PENDING]

    found = await outcomes(*(office.do("message", office.ana, case) for _ in range(8)))

    assert found == {type(None): 8}
    assert len(await office.messages(case)) == 1


async def test_the_days_limit_holds_for_messages_about_all_cases_at_once(office: Office) -> None:
    cases = [office.cases[PENDING], office.cases[IN_PROGRESS], office.cases[ANSWERED]]
    for number in range(43):  # and one that she has written before
        await office.do("message", office.ana, cases[0], idempotency_key=f"antes {number}")

    found = await outcomes(
        *(office.do("message", office.ana, cases[n % 3], idempotency_key=str(n)) for n in range(11)),
        office.do("reopen", office.ana, office.cases[CLOSED]),
    )

    assert found == {type(None): 6, LimitReached: 6}
    written = [len(await office.messages(case, office.ana)) for case in (*cases, office.cases[CLOSED])]
    assert sum(written) == 49


async def test_what_happens_at_once_to_different_cases_waits_for_nobody(office: Office) -> None:
    acts = [
        office.do("answer", office.rosa, office.cases[PENDING]),
        office.do("extend", office.rosa, office.cases[IN_PROGRESS]),
        office.do("close", office.ana, office.cases[ANSWERED]),
        office.do("reopen", office.ana, office.cases[CLOSED]),
        office.do("message", office.viewers["both"], office.hugos),
    ]

    assert await outcomes(*acts) == {type(None): 5}
    assert [entry.number for entry in await office.recorded()] == [1, 2]
