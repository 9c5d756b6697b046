"""Jobs that failed for good, as staff sees them and puts them back."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import pytest

from adapters.postgres.scoping import SET_SCOPE, scope_parameters
from adapters.postgres.unit_of_work import PostgresUnitOfWorkFactory
from application.access import Scope
from application.ports.jobs import Job, JobKind
from domain.accounts import AccountRole
from graphql_api.ids import global_id
from tests.fakes.audit import KEYS
from tests.graphql_api.forms import act
from tests.graphql_api.town import Town, founded
from tests.postgres import Database

LIST = "{ failedJobs { id kind subject attempts failedAt detail } }"
RETRY = """mutation Repetir($id: ID!) { retryJob(id: $id) {
  __typename ... on RetryJobPayload { failedJobs { subject } } ... on UserError { code message } } }"""


@dataclass
class Office:
    town: Town

    async def fail(self, slug: str, *subjects: str) -> None:
        """Jobs of an agency that were tried six times for nothing."""
        engine, agency_id = self.town.service.portal.engine, self.town.agencies[slug].id
        async with PostgresUnitOfWorkFactory(engine, KEYS)(Scope.of_agency(agency_id)) as uow:
            for subject in subjects:
                await uow.jobs.put(Job(kind=JobKind.ASK_GATEWAY, agency_id=agency_id, subject=subject, key=subject))
            await uow.commit()
        async with engine.begin() as connection:
            await connection.execute(SET_SCOPE, scope_parameters(Scope(work=True)))
            failed = "update queue.pgqueuer set status = 'failed', attempts = 5 where status = 'queued'"
            await connection.exec_driver_sql(failed)
            await connection.exec_driver_sql(
                "insert into queue.pgqueuer_log (job_id, status, priority, entrypoint, traceback) select id, 'failed', "
                "0, entrypoint, json_build_object('exception_message', 'ValueError (a.py:1 b)') from queue.pgqueuer"
            )

    async def subjects(self, by: str) -> list[str]:
        return [job["subject"] for job in (await self.town.ask(LIST, by=by)).data["failedJobs"]]

    async def first_id(self, by: str) -> str:
        return str((await self.town.ask(LIST, by=by)).data["failedJobs"][0]["id"])

    async def retry(self, by: str, key: str) -> dict[str, Any]:
        return dict(await act(self.town, RETRY, by=by, id=key))


@pytest.fixture
async def office(database: Database) -> AsyncIterator[Office]:
    async with founded(database) as town:
        for slug, start in (("andina", ""), ("beta", "b.")):
            await town.agency(slug)
            await town.books(slug)
            await town.person(slug, f"{start}sara", role=AccountRole.STAFF)
        await town.person("andina", "ana", client="T1")
        yield Office(town)


async def test_staff_sees_what_failed_and_why_and_has_it_tried_again(office: Office) -> None:
    await office.fail("andina", "REF1", "REF2")

    (newest, _) = (await office.town.ask(LIST, by="sara")).data["failedJobs"]
    assert (newest["subject"], newest["kind"], newest["attempts"]) == ("REF2", "ASK_GATEWAY", 6)
    assert newest["detail"] == "ValueError (a.py:1 b)"
    assert await office.retry("sara", newest["id"]) == {
        "is": "retryJob.RetryJobPayload",
        "failedJobs": [{"subject": "REF1"}],
    }
    assert await office.retry("sara", newest["id"]) == {
        "is": "retryJob.NotFound",
        "code": "NOT_FOUND",
        "message": "No lo encontramos.",
    }
    assert await office.subjects("sara") == ["REF1"]


async def test_jobs_of_another_agency_do_not_exist(office: Office) -> None:
    await office.fail("andina", "REF1")
    await office.fail("beta", "REF2")
    key = await office.first_id("sara")

    assert await office.subjects("sara") == ["REF1"]
    assert await office.subjects("b.sara") == ["REF2"]
    absent = await office.retry("b.sara", global_id("FailedJob", UUID(int=10**9)))
    assert absent["is"] == "retryJob.NotFound"
    for odd in (key, "x", "", global_id("Invoice", UUID(int=1)), global_id("FailedJob", UUID(int=2**128 - 1))):
        assert await office.retry("b.sara", odd) == absent
    assert await office.subjects("sara") == ["REF1"]


async def test_only_staff_asks(office: Office) -> None:
    await office.fail("andina", "REF1")
    key = await office.first_id("sara")

    assert (await office.town.ask(LIST, by="ana")).code == "FORBIDDEN"
    assert (await office.town.ask(LIST, agency="andina")).code == "UNAUTHENTICATED"
    assert (await office.town.ask(RETRY, by="ana", id=key)).code == "FORBIDDEN"
    assert await office.subjects("sara") == ["REF1"]


@pytest.mark.parametrize(("first", "found"), [("0", 0), ("1", 1), ("100", 3), ("null", 3)])
async def test_as_many_as_are_asked_for(office: Office, first: str, found: int) -> None:
    await office.fail("andina", "REF1", "REF2", "REF3")

    answer = await office.town.ask(f"{{ failedJobs(first: {first}) {{ subject }} }}", by="sara")
    assert len(answer.data["failedJobs"]) == found


@pytest.mark.parametrize("first", ["-1", "101"])
async def test_more_than_is_given_is_refused(office: Office, first: str) -> None:
    answer = await office.town.ask(f"{{ failedJobs(first: {first}) {{ subject }} }}", by="sara")

    assert answer.code == "BAD_USER_INPUT"
