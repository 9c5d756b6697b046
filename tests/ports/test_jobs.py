"""Jobs are put with the work that asks for them, once by their key, in one's own agency only."""

from dataclasses import replace
from datetime import timedelta

import pytest

from application.access import Scope, Visitor
from application.ports.jobs import FailedJob, Job, JobKind, Pace
from domain.agencies import Agency
from domain.ids import AgencyId
from tests import factories as a
from tests.fakes.store import FakeStore
from tests.ports.places import Place


@pytest.fixture
async def agencies(place: Place) -> tuple[Agency, Agency]:
    one, other, store = a.an_agency(), a.an_agency(), FakeStore()
    store.add(one, other)
    await place.plant(store)
    return one, other


@pytest.fixture
def agency(agencies: tuple[Agency, Agency]) -> Agency:
    return agencies[0]


def a_job(agency: Agency, subject: str = "REF000001", key: str | None = None) -> Job:
    return Job(kind=JobKind.ASK_GATEWAY, agency_id=agency.id, subject=subject, key=key)


async def put(place: Place, *jobs: Job, scope: Scope | None = None) -> list[bool]:
    """In one unit of work of the first one's agency."""
    async with place.unit_of_work(scope or Scope.of_agency(jobs[0].agency_id)) as uow:
        done = [await uow.jobs.put(job) for job in jobs]
        await uow.commit()
    return done


async def test_a_job_that_was_committed_waits(place: Place, agency: Agency) -> None:
    jobs = [a_job(agency, "UNO"), a_job(agency, "DOS"), a_job(agency, "")]

    assert await put(place, *jobs) == [True, True, True]
    assert await place.jobs(agency.id) == jobs


@pytest.mark.parametrize("kind", JobKind)
async def test_a_job_of_any_kind_can_be_put(place: Place, agency: Agency, kind: JobKind) -> None:
    job = Job(kind=kind, agency_id=agency.id, subject="REF")

    assert await put(place, job)
    assert await place.jobs(agency.id) == [job]


@pytest.mark.parametrize("pace", Pace)
async def test_a_job_of_any_pace_can_be_put(place: Place, agency: Agency, pace: Pace) -> None:
    assert await put(place, replace(a_job(agency), pace=pace))
    assert await place.jobs(agency.id) == [a_job(agency)]


async def test_a_job_goes_with_the_work_that_asked_for_it(place: Place, agency: Agency) -> None:
    async with place.unit_of_work(Scope.of_agency(agency.id)) as uow:
        assert await uow.jobs.put(a_job(agency))

    assert await place.jobs(agency.id) == []


async def test_a_key_that_waits_is_not_doubled(place: Place, agency: Agency) -> None:
    job = a_job(agency, key="llave")

    assert await put(place, job, job) == [True, False]
    assert await put(place, replace(job, subject="OTRO")) == [False]
    assert await place.jobs(agency.id) == [replace(job, key=None)]


async def test_many_are_put_at_once_each_once(place: Place, agency: Agency) -> None:
    waiting, gone = a_job(agency, "ESPERA", key="espera"), a_job(agency, "FALLO", key="fallo")
    await put(place, gone)
    await place.fail_jobs(agency.id)
    await put(place, waiting)
    new = [a_job(agency, f"NUEVO{number}", key=f"nuevo{number}") for number in range(3)]
    async with place.unit_of_work(Scope.of_agency(agency.id)) as uow:
        assert await uow.jobs.put_all([new[0], waiting, new[1], gone, new[0], a_job(agency, "SIN"), new[2]]) == 4
        assert await uow.jobs.put_all([waiting, gone]) == 0
        assert await uow.jobs.put_all([]) == 0
        await uow.commit()

    found = [job.subject for job in await place.jobs(agency.id)]
    assert found == ["ESPERA", "NUEVO0", "NUEVO1", "SIN", "NUEVO2"]


async def test_a_key_put_by_work_that_is_lost_is_free(place: Place, agency: Agency) -> None:
    job = a_job(agency, key="llave")
    async with place.unit_of_work(Scope.of_agency(agency.id)) as uow:
        await uow.jobs.put(job)

    assert await put(place, job) == [True]


async def test_jobs_without_a_key_are_all_kept(place: Place, agency: Agency) -> None:
    assert await put(place, a_job(agency), a_job(agency)) == [True, True]
    assert len(await place.jobs(agency.id)) == 2


async def test_a_key_is_of_one_agency_and_kind(place: Place, agencies: tuple[Agency, Agency]) -> None:
    one, other = agencies
    assert await put(place, a_job(one, key="k"), replace(a_job(one, key="k"), kind=JobKind.POLL_AGENCY)) == [True, True]
    assert await put(place, a_job(other, key="k")) == [True]


async def test_what_failed_for_good_is_not_begun_anew(place: Place, agency: Agency) -> None:
    job = a_job(agency, key="llave")
    await put(place, job)
    await place.fail_jobs(agency.id)

    assert await put(place, job) == [False]
    assert await put(place, job, scope=Scope(work=True)) == [False]
    assert await place.jobs(agency.id) == []


async def test_any_viewer_of_an_agency_may_leave_a_job_for_it(place: Place, agency: Agency) -> None:
    scopes = [
        Scope(agency_id=agency.id),
        Scope(agency_id=agency.id, viewer="client", client_id=a.a_client(agency).id),
        Scope.of_agency(agency.id),
        Scope(work=True),
    ]
    for number, scope in enumerate(scopes):
        job = a_job(agency, key=str(number))
        assert await put(place, job, job, scope=scope) == [True, False]
        assert await put(place, job, scope=scope) == [False]
    assert len(await place.jobs(agency.id)) == len(scopes)


async def test_a_job_of_another_agency_is_refused(place: Place, agencies: tuple[Agency, Agency]) -> None:
    one, other = agencies
    for scope in (Scope.of_agency(one.id), Scope(), Scope(viewer="staff")):
        with pytest.raises(place.refused):
            await put(place, a_job(other), scope=scope)
    assert await place.jobs(other.id) == []


async def test_a_job_for_later_is_kept_too(place: Place, agency: Agency) -> None:
    later = replace(a_job(agency), not_before=a.NOON + timedelta(days=3650))

    assert await put(place, later, replace(later, not_before=a.NOON)) == [True, True]
    assert len(await place.jobs(agency.id)) == 2


async def test_workers_know_which_agencies_there_are_and_nobody_else(
    place: Place, agencies: tuple[Agency, Agency]
) -> None:
    async def known(scope: Scope) -> set[AgencyId]:
        async with place.unit_of_work(scope) as uow:
            return set(await uow.agencies.ids())

    assert {agency.id for agency in agencies} <= await known(Scope(work=True))
    assert await known(Scope.of_agency(agencies[0].id)) == await known(Scope()) == set()


async def listed(place: Place, agency: Agency, first: int = 10) -> list[FailedJob]:
    async with place.readings.of(a.staff_of(agency)) as reading:
        return list(await reading.failed_jobs(first=first))


async def put_back(place: Place, scope: Scope, job_id: int) -> bool:
    async with place.unit_of_work(scope) as uow:
        done = await uow.jobs.retry(job_id)
        await uow.commit()
    return done


async def test_staff_sees_what_failed_in_its_agency_the_newest_first(
    place: Place, agencies: tuple[Agency, Agency]
) -> None:
    one, other = agencies
    await put(place, a_job(one, "UNO"), a_job(one, "DOS"))
    await put(place, a_job(other, "TRES"))
    for agency in agencies:
        await place.fail_jobs(agency.id)
    await put(place, a_job(one, "ESPERA"))

    assert [(job.subject, job.kind) for job in await listed(place, one)] == [
        ("DOS", JobKind.ASK_GATEWAY),
        ("UNO", JobKind.ASK_GATEWAY),
    ]
    assert [job.subject for job in await listed(place, one, first=1)] == ["DOS"]
    assert [job.subject for job in await listed(place, other)] == ["TRES"]


async def test_nobody_but_staff_sees_what_failed(place: Place, agency: Agency) -> None:
    client, store = a.a_client(agency), FakeStore()
    account = a.an_account(client)
    store.add(client, account)
    await place.plant(store)
    await put(place, a_job(agency))
    await place.fail_jobs(agency.id)

    for viewer in (a.viewer_as(account), Visitor(agency_id=agency.id)):
        async with place.readings.of(viewer) as reading:
            assert await reading.failed_jobs(first=10) == []


async def test_what_failed_is_put_back_once(place: Place, agency: Agency) -> None:
    job = a_job(agency, key="llave")
    await put(place, job)
    await place.fail_jobs(agency.id)
    (failed,) = await listed(place, agency)

    assert await put_back(place, Scope.of_agency(agency.id), failed.id)
    assert await listed(place, agency) == []
    assert await place.jobs(agency.id) == [replace(job, key=None)]
    assert not await put_back(place, Scope.of_agency(agency.id), failed.id)
    assert len(await place.jobs(agency.id)) == 1


async def test_what_is_another_agencys_or_never_was_is_not_put_back(
    place: Place, agencies: tuple[Agency, Agency]
) -> None:
    one, other = agencies
    await put(place, a_job(one))
    await place.fail_jobs(one.id)
    (failed,) = await listed(place, one)

    for scope in (Scope.of_agency(other.id), Scope(agency_id=one.id), Scope(agency_id=one.id, viewer="client")):
        assert not await put_back(place, scope, failed.id)
    for odd in (0, -1, 2**63 - 1):
        assert not await put_back(place, Scope.of_agency(one.id), odd)
    assert await listed(place, one) == [failed]


async def test_what_was_put_anew_meanwhile_takes_the_place_of_what_failed(place: Place, agency: Agency) -> None:
    job = a_job(agency, key="llave")
    await put(place, job)
    await place.fail_jobs(agency.id)
    assert await put(place, job, scope=Scope(agency_id=agency.id)) == [True]
    (failed,) = await listed(place, agency)

    assert await put_back(place, Scope.of_agency(agency.id), failed.id)
    assert await listed(place, agency) == []
    assert await place.jobs(agency.id) == [replace(job, key=None)]
