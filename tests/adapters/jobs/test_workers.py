"""Worker processes share the queue, and whatever ends them, no job is lost."""

import asyncio
import signal
from collections import Counter
from contextlib import ExitStack

from adapters.postgres.jobs.health import counts, health
from application.access import Scope
from application.ports.jobs import Job, JobKind, Pace
from tests.adapters.jobs.crew import worker
from tests.adapters.jobs.shop import AGENCY, Shop, ended


async def test_several_processes_do_every_job_exactly_once(shop: Shop) -> None:
    subjects = [f"ok {number}" for number in range(1200)]
    await shop.put(*subjects[:600])
    with ExitStack() as processes:
        crew = [processes.enter_context(shop.process()) for _ in range(4)]
        await shop.put(*subjects[600:])
        await shop.until_done(subjects)
        assert [await ended(process) for process in crew] == [0, 0, 0, 0]

    assert Counter(await shop.written("begun")) == Counter(await shop.written("done")) == Counter(subjects)
    assert await shop.states() == {}
    shared = await shop.fetch("select process, count(*) from notebook where what = 'done' group by process")
    assert len(shared) > 1


async def test_a_job_put_is_begun_at_once_and_one_that_was_rolled_back_never(shop: Shop) -> None:
    async with shop.colleague():
        async with shop.units(Scope.of_agency(AGENCY)) as uow:
            await uow.jobs.put(Job(kind=JobKind.ASK_GATEWAY, agency_id=AGENCY, subject="ok nunca"))
        await shop.put("ok ahora")
        await shop.until_done(["ok ahora"])

    assert await shop.written("begun") == ["ok ahora"]


async def test_what_somebody_waits_for_goes_before_what_was_put_by_the_hundred(shop: Shop) -> None:
    many = [f"ok {number}" for number in range(100)]
    await shop.put(*many, pace=Pace.BULK)
    await shop.put("ok usual")
    await shop.put("ok ya", pace=Pace.IMMEDIATE)
    async with shop.colleague():
        await shop.until_done([*many, "ok usual", "ok ya"])

    begun = await shop.written("begun")
    assert {"ok ya", "ok usual"} <= set(begun[:10])


async def test_a_job_of_a_killed_process_is_begun_anew_by_another(shop: Shop) -> None:
    await shop.put("slow 5 fin")
    with shop.process(silence=2) as first, shop.process(silence=2) as second:
        await shop.until(lambda: shop.written("begun"))
        (row,) = await shop.fetch("select process from notebook where what = 'begun'")
        killed, other = (first, second) if row["process"] == first.pid else (second, first)
        assert await ended(killed, signal.SIGKILL) == -signal.SIGKILL
        await shop.until_done(["slow 5 fin"])
        done = await shop.fetch("select process from notebook where what = 'done'")

    assert [it["process"] for it in done] == [other.pid]
    assert await shop.written("begun") == ["slow 5 fin"] * 2


async def test_a_process_that_is_asked_to_end_finishes_what_is_under_way(shop: Shop) -> None:
    with shop.process() as process:
        await shop.put("slow 1 fin")
        await shop.until(lambda: shop.written("begun"))
        assert await ended(process) == 0

    assert await shop.written("done") == ["slow 1 fin"]
    assert await shop.states() == {}


async def test_what_takes_longer_than_the_grace_goes_back_to_the_queue(shop: Shop) -> None:
    with shop.process() as process:
        await shop.put("slow 50 fin")
        await shop.until(lambda: shop.written("begun"))
        assert await ended(process) == 0

    assert await shop.written("done") == []
    assert await shop.states() == {"slow 50 fin": "queued"}


async def test_a_worker_that_loses_its_database_goes_on_and_loses_no_job(shop: Shop) -> None:
    cut = "select count(pg_terminate_backend(pid)) from pg_stat_activity where application_name like '%jobs'"
    async with shop.colleague():
        await shop.put("slow 2 fin")
        await shop.until(lambda: shop.written("begun"))
        assert (await shop.fetch(cut))[0][0] > 0
        await shop.put("ok luego")
        await shop.until_done(["slow 2 fin", "ok luego"])

    assert await shop.states() == {}


async def test_a_job_that_ends_badly_while_the_database_is_away_is_not_given_up(shop: Shop) -> None:
    with shop.process(silence=2) as process:
        await shop.put("moody 0.2 fin", "slow 3 fin")
        await shop.until(lambda: shop.written("begun"))
        async with shop.away():
            await shop.until(lambda: shop.written("moody"))
            await asyncio.sleep(0.3)  # for the worker to say so in vain, and to keep it for later
        await shop.until_done(["moody 0.2 fin", "slow 3 fin"])
        assert await ended(process) == 0

    assert await shop.states() == {}


async def test_a_poison_job_ends_apart_and_others_go_on(shop: Shop) -> None:
    await shop.put("poison uno", "ok dos", "poison tres", "ok cuatro")

    async def failed() -> bool:
        return list((await shop.states()).values()) == ["failed", "failed"]

    async with shop.colleague():
        await shop.until(failed)
        await shop.put("ok cinco", "poison uno")
        await shop.until_done(["ok dos", "ok cuatro", "ok cinco"])

    assert Counter(await shop.written("begun"))["poison uno"] == 1 + 2
    assert await shop.states() == {"poison uno": "failed", "poison tres": "failed"}


async def test_nothing_of_what_an_error_was_about_is_kept(shop: Shop) -> None:
    await shop.put("poison uno")

    async def failed() -> bool:
        return "failed" in (await shop.states()).values()

    async with shop.colleague():
        await shop.until(failed)

    kept = [row["traceback"] for row in await shop.fetch("select traceback::text from queue.pgqueuer_log")]
    assert any(text and "ValueError" in text for text in kept)
    assert not any(text and "secreto" in text for text in kept)


async def test_one_process_of_three_ticks(shop: Shop) -> None:
    async def several() -> bool:
        return len(await shop.written("tick")) > 3

    with shop.process(), shop.process(), shop.process():
        await shop.until(several)
        (row,) = await shop.fetch(
            "select count(*) as ticks, extract(epoch from max(at) - min(at)) as seconds from notebook "
            "where what = 'tick'"
        )

    assert row["ticks"] <= float(row["seconds"]) + 2


async def test_whether_somebody_works_can_be_seen(shop: Shop) -> None:
    engine = shop.engine
    assert (await health(engine)).told == "not running"
    async with shop.colleague():
        await shop.until(lambda: shop.written("tick"))
        await shop.put("poison uno", "slow 1 dos")
        await shop.until(lambda: shop.written("begun"))
    assert (await health(engine)).told == "ok"
    assert {(it.kind, it.number) for it in await counts(engine)} <= {("ASK_GATEWAY", 1)}

    await shop.put("ok viejo")
    await shop.fetch("update queue.pgqueuer set execute_after = now() - interval '1 hour'")
    assert (await health(engine)).told == "late"


async def test_a_worker_without_a_database_stops_when_it_is_told(shop: Shop) -> None:
    stop = asyncio.Event()
    nowhere = "postgresql://nadie@127.0.0.1:9/nada"
    working = asyncio.create_task(worker(nowhere, shop.notebook).run(stop, grace_seconds=1))
    await asyncio.sleep(0.5)
    assert not working.done()
    stop.set()
    await asyncio.wait_for(working, 20)
