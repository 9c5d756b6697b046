"""The worker processes: they draw what the same process would draw, and no accident of theirs is the service's."""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import suppress

import psutil
import pytest
import pytest_asyncio

from adapters.pdf.renderer import PdfDocumentRenderer
from adapters.pdf.worker import draw
from application.ports.documents import DocumentUnavailable
from tests.adapters.pdf import views

LONG = views.invoice(*(views.line(f"Concepto {number} de una factura muy larga", 1000) for number in range(1000)))
"""Takes a worker a second or more."""


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def renderer() -> AsyncIterator[PdfDocumentRenderer]:
    async with PdfDocumentRenderer(max_workers=2, timeout_seconds=60) as renderer:
        yield renderer


def workers() -> set[psutil.Process]:
    """The processes that this one spawned to work for it."""
    found = set()
    for child in psutil.Process().children(recursive=True):
        with suppress(psutil.Error):
            if any("spawn_main" in part for part in child.cmdline()):
                found.add(child)
    return found


async def gone(processes: set[psutil.Process]) -> bool:
    """Whether they all end within ten seconds."""
    _, alive = await asyncio.to_thread(psutil.wait_procs, processes, timeout=10)
    return not alive


async def test_workers_draw_what_this_process_would_draw(renderer: PdfDocumentRenderer) -> None:
    assert await renderer.invoice(views.commercial_invoice()) == draw(views.commercial_invoice())
    assert await renderer.receipt(views.receipt()) == draw(views.receipt())
    assert await renderer.voucher(views.voucher()) == draw(views.voucher())
    assert await renderer.acknowledgement(views.acknowledgement()) == draw(views.acknowledgement())


async def test_many_documents_at_once_come_out_right(renderer: PdfDocumentRenderer) -> None:
    wanted = draw(views.receipt())
    assert await asyncio.gather(*(renderer.receipt(views.receipt()) for _ in range(20))) == [wanted] * 20


async def test_other_work_goes_on_while_a_document_is_drawn(renderer: PdfDocumentRenderer) -> None:
    await renderer.warm_up()
    drawing = asyncio.create_task(renderer.invoice(LONG))
    beats = 0
    while not drawing.done():
        await asyncio.sleep(0.005)
        beats += 1
    assert (await drawing).byte_size > 0
    assert beats > 20


async def test_whoever_gives_up_waiting_leaves_the_workers_to_the_others(renderer: PdfDocumentRenderer) -> None:
    await renderer.warm_up()
    before = workers()
    drawings = [asyncio.create_task(renderer.invoice(LONG)) for _ in range(3)]
    await asyncio.sleep(0.1)
    for drawing in drawings:
        drawing.cancel()
    assert (await renderer.receipt(views.receipt())).file_name == "recibo-RC-000001.pdf"
    assert workers() == before


async def test_no_worker_is_started_before_the_first_document() -> None:
    before = workers()
    async with PdfDocumentRenderer(max_workers=1):
        assert workers() == before


async def test_whoever_gives_up_while_workers_start_does_not_stop_them() -> None:
    async with PdfDocumentRenderer(max_workers=1, timeout_seconds=60) as renderer:
        first = asyncio.create_task(renderer.receipt(views.receipt()))
        second = asyncio.create_task(renderer.receipt(views.receipt()))
        await asyncio.sleep(0.05)
        first.cancel()
        await asyncio.wait([first])
        assert await renderer.voucher(views.voucher()) == draw(views.voucher())
        assert await second == draw(views.receipt())


async def test_a_document_whose_worker_dies_is_drawn_again() -> None:
    before = workers()
    async with PdfDocumentRenderer(max_workers=1, timeout_seconds=60) as renderer:
        await renderer.warm_up()
        (worker,) = workers() - before
        drawing = asyncio.create_task(renderer.invoice(LONG))
        await asyncio.sleep(0.2)
        assert not drawing.done()
        worker.kill()
        assert (await drawing).sha256 == draw(LONG).sha256


async def test_a_document_that_kills_its_worker_twice_is_unavailable_and_the_next_one_is_not() -> None:
    before = workers()
    async with PdfDocumentRenderer(max_workers=1, timeout_seconds=60) as renderer:
        drawing = asyncio.create_task(renderer.invoice(LONG))
        while not drawing.done():
            for worker in workers() - before:
                with suppress(psutil.Error):
                    worker.kill()
            await asyncio.sleep(0.02)
        with pytest.raises(DocumentUnavailable):
            await drawing
        assert await renderer.receipt(views.receipt()) == draw(views.receipt())


async def test_a_document_out_of_time_is_unavailable_and_its_worker_is_ended() -> None:
    before = workers()
    async with PdfDocumentRenderer(max_workers=1, timeout_seconds=0.3) as renderer:
        await renderer.warm_up()
        slow = workers() - before
        assert len(slow) == 1
        with pytest.raises(DocumentUnavailable) as refusal:
            await renderer.invoice(LONG)
        assert refusal.value.retry_after_seconds >= 1
        assert await gone(slow)


async def test_nobody_waits_for_a_worker_longer_than_a_document_may_take() -> None:
    async with PdfDocumentRenderer(max_workers=1, timeout_seconds=0.3) as renderer:
        await renderer.warm_up()
        results = await asyncio.wait_for(
            asyncio.gather(*(renderer.invoice(LONG) for _ in range(8)), return_exceptions=True), timeout=30
        )
        assert [type(result) for result in results] == [DocumentUnavailable] * 8


async def test_closing_ends_the_workers_even_in_the_middle_of_a_document() -> None:
    before = workers()
    renderer = PdfDocumentRenderer(max_workers=2, timeout_seconds=60)
    await renderer.warm_up()
    hired = workers() - before
    assert len(hired) == 2
    drawing = asyncio.create_task(renderer.invoice(LONG))
    await asyncio.sleep(0.1)

    await renderer.aclose()

    assert not [worker for worker in hired if worker.is_running()]
    with pytest.raises(DocumentUnavailable):
        await drawing
    with pytest.raises(DocumentUnavailable):
        await renderer.receipt(views.receipt())
    assert workers() == before


async def test_closing_while_workers_start_leaves_none_behind() -> None:
    before = workers()
    renderer = PdfDocumentRenderer(max_workers=1)
    starting = asyncio.create_task(renderer.warm_up())
    await asyncio.sleep(0.05)
    await renderer.aclose()
    await asyncio.wait([starting])
    assert workers() == before


SERVICE = """
import asyncio, sys
import psutil
from adapters.pdf.renderer import PdfDocumentRenderer

async def main():
    renderer = PdfDocumentRenderer(max_workers=2)
    await renderer.warm_up()
    print(*(child.pid for child in psutil.Process().children()), flush=True)
    await asyncio.sleep(60)

if __name__ == "__main__":
    asyncio.run(main())
"""


@pytest.mark.parametrize("ending", [signal.SIGTERM, signal.SIGKILL])
async def test_no_worker_outlives_a_service_that_was_ended(ending: signal.Signals) -> None:
    service = subprocess.Popen([sys.executable, "-c", SERVICE], stdout=subprocess.PIPE, text=True)
    try:
        assert service.stdout is not None
        with service.stdout:
            told = await asyncio.to_thread(service.stdout.readline)
        children = {psutil.Process(int(pid)) for pid in told.split()}
        assert len(children) >= 2
    finally:
        service.send_signal(ending)
        service.wait(timeout=10)
    assert await gone(children)


DIGESTS = """
from adapters.pdf.worker import draw
from tests.adapters.pdf import views
for view in (views.commercial_invoice(), views.receipt(), views.voucher(), views.acknowledgement()):
    print(draw(view).sha256)
"""


def test_two_processes_give_the_same_bytes_whatever_their_surroundings() -> None:
    printed = set()
    for seed, zone, language in (("1", "America/Bogota", "es_CO.UTF-8"), ("2", "Asia/Tokyo", "C")):
        surroundings = {**os.environ, "PYTHONHASHSEED": seed, "TZ": zone, "LC_ALL": language, "PYTHONPATH": os.getcwd()}
        ran = subprocess.run(
            [sys.executable, "-c", DIGESTS], env=surroundings, capture_output=True, text=True, check=True
        )
        printed.add(ran.stdout)
    assert len(printed) == 1
    assert printed.pop().split()[1] == draw(views.receipt()).sha256
