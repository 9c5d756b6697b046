"""The queue of jobs by raw SQL as the serving role: whose jobs a scope finds, and what it may do with them."""

import json

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

from tests.adapters.postgres.land import REFUSED, Land, sqlstate
from tests.adapters.postgres.test_row_level_security import catalog, keys_to_everything
from tests.village import Village

JOBS = "queue.pgqueuer"
OTHERS = ("queue.pgqueuer_log", "queue.pgqueuer_schedules", "queue.pgqueuer_statistics")
AT_WORK: dict[str, object] = {"work": "on"}

ADD = sa.text(
    "insert into queue.pgqueuer (priority, status, entrypoint, headers) "
    "values (0, cast(:status as queue.pgqueuer_status), 'ASK_GATEWAY', cast(:headers as jsonb)) returning id"
)

LOG = sa.text(
    "insert into queue.pgqueuer_log (job_id, status, priority, entrypoint) "
    "values (:id, cast(:status as queue.pgqueuer_status), 0, 'ASK_GATEWAY')"
)


def of(village: Village, status: str = "queued") -> dict[str, str]:
    return {"status": status, "headers": json.dumps({"agency_id": str(village.agency.id)})}


@pytest.fixture(scope="module", autouse=True)
async def jobs(land: Land) -> None:
    """One that waits and one that failed for each agency, and a row in every other table."""
    async with land.seen_by(**AT_WORK) as connection:
        for village in (land.here, land.there):
            for status in ("queued", "failed"):
                job_id = await connection.scalar(ADD, of(village, status))
                await connection.execute(LOG, {"id": job_id, "status": status})
        await connection.exec_driver_sql(
            "insert into queue.pgqueuer_schedules (expression, entrypoint) values ('*', 'x')"
        )
        await connection.exec_driver_sql(
            "insert into queue.pgqueuer_statistics (count, priority, status, entrypoint) values (1, 0, 'queued', 'x')"
        )
        await connection.commit()


async def test_every_table_of_the_queue_is_secured(land: Land) -> None:
    tables = (
        "select 'queue.' || relname, relrowsecurity and relforcerowsecurity from pg_class "
        "where relnamespace = 'queue'::regnamespace and relkind in ('r', 'p')"
    )

    assert dict(sorted(await catalog(land, tables))) == dict.fromkeys((JOBS, *OTHERS), True)


async def test_those_at_work_see_everything_of_the_queue_and_which_agencies_there_are(land: Land) -> None:
    assert await land.count(JOBS, **AT_WORK) == 4
    assert [await land.count(table, **AT_WORK) for table in OTHERS] == [4, 1, 1]
    both = {land.here.agency.id, land.there.agency.id}
    async with land.seen_by(**AT_WORK) as connection:
        known = await connection.exec_driver_sql("select agency_id from agency_keys where agency_id is not null")
        assert set(known.scalars()) == both


@pytest.mark.parametrize("table", ["agencies", "accounts", "clients", "invoices", "payments", "gateway_accounts"])
async def test_those_at_work_see_nothing_of_the_agencies_themselves(land: Land, table: str) -> None:
    assert await land.count(table, **AT_WORK) == 0
    assert await land.count(table, **AT_WORK, viewer="staff") == 0


async def test_those_at_work_change_no_key_of_an_agency(land: Land) -> None:
    async with land.seen_by(**AT_WORK, viewer="staff") as connection:
        for statement in ("update agency_keys set key = key", "delete from agency_keys"):
            assert (await connection.exec_driver_sql(statement)).rowcount == 0


@pytest.mark.parametrize("value", ["", "off", "true", "ON", "on ", "1"])
async def test_work_has_one_word(land: Land, value: str) -> None:
    assert await land.count(JOBS, work=value) == 0
    assert await land.count("agency_keys", work=value) == 0


async def test_staff_sees_the_jobs_of_its_agency(land: Land) -> None:
    for mine, other in ((land.here, land.there), (land.there, land.here)):
        assert await land.count(JOBS, **land.staff(mine)) == 2
        assert await land.count(JOBS, f"headers ->> 'agency_id' = '{other.agency.id}'", **land.staff(mine)) == 0
        assert [await land.count(table, **land.staff(mine)) for table in OTHERS] == [2, 0, 0]


async def test_nobody_else_sees_a_job(land: Land) -> None:
    v = land.here
    visitor: dict[str, object] = {"agency_id": v.agency.id, "viewer": "visitor"} | keys_to_everything(v)
    for viewer in ({}, visitor, land.client(v, v.ana) | keys_to_everything(v)):
        assert [await land.count(table, **viewer) for table in (JOBS, *OTHERS)] == [0, 0, 0, 0]


async def test_a_job_is_left_for_ones_own_agency_only(land: Land) -> None:
    v = land.here
    viewers = (land.staff(v), land.client(v, v.ana), {"agency_id": v.agency.id, "viewer": "visitor"})
    for viewer in viewers:
        async with land.seen_by(**viewer) as connection:
            assert await connection.scalar(ADD, of(v)) is not None
        for refused in (of(land.there), of(v, "picked"), of(v, "failed"), of(v) | {"headers": "{}"}):
            async with land.seen_by(**viewer) as connection:
                with pytest.raises(DBAPIError) as refusal:
                    await connection.execute(ADD, refused)
            assert sqlstate(refusal.value) == REFUSED


async def test_staff_puts_back_what_failed_and_nothing_else(land: Land) -> None:
    async with land.seen_by(**land.staff(land.here)) as connection:
        back = await connection.exec_driver_sql(f"update {JOBS} set status = 'queued'")
        assert back.rowcount == 1
    async with land.seen_by(**land.staff(land.here)) as connection:
        with pytest.raises(DBAPIError) as refusal:
            await connection.exec_driver_sql(f"update {JOBS} set status = 'picked' where status = 'failed'")
    assert sqlstate(refusal.value) == REFUSED
    async with land.seen_by(**land.staff(land.here)) as connection:
        assert (await connection.exec_driver_sql(f"delete from {JOBS}")).rowcount == 1
    async with land.seen_by(**land.client(land.here, land.here.ana)) as connection:
        for statement in (f"update {JOBS} set status = 'queued'", f"delete from {JOBS}"):
            assert (await connection.exec_driver_sql(statement)).rowcount == 0


async def test_the_serving_role_changes_nothing_about_the_queue_itself(land: Land) -> None:
    for statement in ("truncate queue.pgqueuer", "drop table queue.pgqueuer", "create table queue.mine ()"):
        async with land.engine.connect() as connection:
            with pytest.raises(DBAPIError, match=r"must be owner|permission denied"):
                await connection.exec_driver_sql(statement)
