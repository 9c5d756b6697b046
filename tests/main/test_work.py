"""What `portal work` does, as a process: letters through a mail server that is not always there, and an orderly end."""

import asyncio
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest
import sqlalchemy as sa

from adapters.postgres.engine import create_engine
from adapters.postgres.scoping import SET_SCOPE, scope_parameters
from application.access import Scope, StaffViewer
from application.announcements import invoices_issued, payment_confirmed, payments_overdue, payouts_sent, pqrs_filed
from application.ports.jobs import Job, JobKind
from domain.audit import AuditAction
from domain.periods import bogota_date
from tests.adapters.mail.server import MailServer, opened
from tests.factories import NOON
from tests.fakes.clock import FakeClock
from tests.main.command_line import PORTAL, started, surroundings
from tests.ports.places import InPostgres
from tests.postgres import Database
from tests.village import Village

ROOT = Path(__file__).parents[2]
WEDNESDAY, SUNDAY = datetime(2026, 7, 15, 17, tzinfo=UTC), datetime(2026, 7, 19, 17, tzinfo=UTC)
"""Noon in Bogotá, of a day on which who owes may be written to and of one on which nobody may."""


class Office:
    """A database with an agency, and processes that do its jobs."""

    def __init__(self, database: Database, place: InPostgres, village: Village) -> None:
        self.database, self.place, self.village = database, place, village
        self.errors = tempfile.TemporaryFile(mode="w+")  # noqa: SIM115 (a pipe that nobody reads would fill up)

    def said(self) -> str:
        """All that its processes wrote to standard error."""
        self.errors.seek(0)
        return self.errors.read()

    async def confirm_a_payment(self) -> None:
        async with self.place.unit_of_work(Scope.of_agency(self.village.agency.id)) as uow:
            await uow.jobs.put(payment_confirmed(self.village.receipt))
            await uow.commit()

    async def report_on_a_day(self) -> str:
        """Have the daily report made after an act of the staff; where the record of acts ends."""
        job = Job(kind=JobKind.RECONCILE_AGENCY, agency_id=self.village.agency.id, key="", subject="2026-06-30")
        async with self.place.unit_of_work(Scope.of_agency(self.village.agency.id)) as uow:
            await uow.jobs.put(job)
            await uow.audit.record(AuditAction.AGENCY_CHANGED, at=NOON)
            await uow.commit()
        async with self.place.readings.of(StaffViewer.of_nobody(self.village.agency.id)) as reading:
            head = await reading.audit.head()
        assert head is not None
        return head.told()

    async def put(self, *jobs: Job) -> None:
        async with self.place.unit_of_work(Scope.of_agency(self.village.agency.id)) as uow:
            assert await uow.jobs.put_all(jobs) == len(jobs)
            await uow.commit()

    async def wants_reminders(self) -> Job:
        """The agency does from now on; what looks for whom to remind, as the workers have it done by day."""
        async with self.place.scoped(Scope.of_agency(self.village.agency.id)) as connection:
            await connection.execute(sa.text("update agencies set reminders = true"))
            await connection.commit()
        return Job(kind=JobKind.REMIND_AGENCY, agency_id=self.village.agency.id, key="")

    async def waits_for_hours(self) -> bool:
        """Its letters are put off."""
        async with self.place.scoped(Scope(work=True)) as connection:
            put_off = "execute_after > now() + interval '1 hour'"
            letters = "from queue.pgqueuer where entrypoint = 'SEND_MAIL'"
            return bool(await connection.scalar(sa.text(f"select every({put_off}) {letters}")))

    async def is_waiting(self) -> bool:
        """A letter was tried and could not be handed over."""
        return any(attempts > 1 for _, attempts in await self._queued())

    async def has_nothing_to_report(self) -> bool:
        """The daily report is made."""
        return not await self._queued("RECONCILE_AGENCY")

    async def left_over(self) -> list[int]:
        """How many one-time links there are, and sessions; all of them ran out in 2026."""
        async with self.place.scoped(Scope.of_agency(self.village.agency.id)) as connection:
            tables = ("account_links", "sessions")
            return [await connection.scalar(sa.text(f"select count(*) from {name}")) or 0 for name in tables]

    async def has_done_its_round(self) -> bool:
        """Whom to remind was looked for."""
        return not await self._queued("REMIND_AGENCY")

    async def has_nothing_left(self) -> bool:
        return not await self._queued()

    async def _queued(self, kind: str = "SEND_MAIL") -> list[tuple[str, int]]:
        """State and failed tries of the letters in the queue, or of another kind of job."""
        async with self.place.engine.connect() as connection:
            await connection.execute(SET_SCOPE, scope_parameters(Scope(work=True)))
            rows = await connection.execute(
                sa.text("select status::text, attempts from queue.pgqueuer where entrypoint = :kind"), {"kind": kind}
            )
            return [tuple(row) for row in rows]

    @contextmanager
    def worker(
        self, mail: str, *, profile: str = "development", at: datetime | None = None
    ) -> Iterator[subprocess.Popen[str]]:
        """With `at`, one whose clock stands there."""
        command = [sys.executable, "-m", "tests.main.working", self.database.app_url, mail, profile]
        command += [at.isoformat()] if at else []
        process = subprocess.Popen(
            command,
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": f"{ROOT / 'src'}{os.pathsep}{ROOT}"},
            stdout=subprocess.PIPE,
            stderr=self.errors,
            text=True,
        )
        try:
            assert process.stdout is not None
            assert process.stdout.readline() == "working\n", self.said()
            yield process
        finally:
            process.kill()
            process.communicate()


@pytest.fixture
async def office(database: Database) -> AsyncIterator[Office]:
    engine = create_engine(database.app_url)
    place, village = InPostgres(engine, FakeClock(NOON)), Village()
    await place.plant(village.store)
    office = Office(database, place, village)
    yield office
    office.errors.close()
    await engine.dispose()


async def until(holds: Callable[[], Awaitable[bool]]) -> None:
    async with asyncio.timeout(60):
        while not await holds():  # noqa: ASYNC110 (another process makes it hold)
            await asyncio.sleep(0.05)


async def until_received(server: MailServer, number: int) -> None:
    async def holds() -> bool:
        return len(server.received) >= number

    await until(holds)


async def test_a_letter_waits_for_its_mail_server_and_goes_out_once(office: Office) -> None:
    async with opened(MailServer()) as found:
        port = found.port
    await office.confirm_a_payment()
    with office.worker(f"smtp://127.0.0.1:{port}") as process:
        await until(office.is_waiting)
        async with opened(MailServer(), port) as server:
            await until_received(server, 1)
            await until(office.has_nothing_left)
            await office.confirm_a_payment()
            await until_received(server, 2)
        process.send_signal(signal.SIGTERM)
        assert await asyncio.to_thread(process.wait, 60) == 0

    letter = server.received[0]
    assert office.village.ana.name in letter["To"]
    (attachment,) = letter.iter_attachments()
    content = attachment.get_payload(decode=True)
    assert isinstance(content, bytes)
    assert content.startswith(b"%PDF-")
    assert {message["Message-ID"] for message in server.received} == {letter["Message-ID"]}


async def test_letters_of_every_business_go_out_with_their_documents(office: Office) -> None:
    v = office.village
    jobs = [
        pqrs_filed(v.cases[0]),
        *invoices_issued(v.agency.id, v.ana.id, [v.rents[2].id]),
        *invoices_issued(v.agency.id, v.ana.id, [it.id for it in v.rents[1:]]),
        *payouts_sent(v.agency.id, v.berta.id, [v.payouts[0].id]),
    ]
    async with opened(MailServer()) as server:
        with office.worker(server.url):
            await office.put(*jobs)
            await until_received(server, len(jobs))
            await until(office.has_nothing_left)

    told = {}
    for message in server.received:
        attached = [part.get_payload(decode=True) for part in message.iter_attachments()]
        assert all(isinstance(it, bytes) and it.startswith(b"%PDF-") for it in attached)
        told[message["Subject"].partition(" –")[0]] = (message["To"].addresses[0].display_name, len(attached))
    assert sorted(told.values()) == [(v.ana.name, 0), (v.ana.name, 1), (v.ana.name, 1), (v.berta.name, 1)]
    assert len({message["Message-ID"] for message in server.received}) == len(jobs)


async def test_reminders_go_out_once_a_day_at_the_hours_of_the_law_by_the_clock_of_the_worker(office: Office) -> None:
    v, round_ = office.village, await office.wants_reminders()
    async with opened(MailServer()) as server:
        with office.worker(server.url, at=WEDNESDAY):
            await office.put(round_)
            await until_received(server, 3)
            await until(office.has_nothing_left)
            await until(office.has_done_its_round)
            await office.put(round_)
            await until(office.has_done_its_round)
            await until(office.has_nothing_left)

    told = {it["To"].addresses[0].display_name: it["Subject"].partition(" –")[0] for it in server.received}
    assert told.keys() == {v.ana.name, v.diana.name, v.felix.name}
    assert told[v.ana.name].startswith("Tiene 2 facturas vencidas por $")
    assert told[v.felix.name].startswith(f"Su factura {v.old_rent.number} por $")
    texts = [it.get_body(("plain",)) for it in server.received]
    assert all(text and "Si no quiere recibir recordatorios" in text.get_content() for text in texts)
    assert len(server.received) == 3


async def test_a_reminder_waits_for_those_hours_whatever_the_time_is_elsewhere(office: Office) -> None:
    v = office.village
    await office.wants_reminders()
    async with opened(MailServer()) as server:
        with office.worker(server.url, at=SUNDAY):
            await office.put(payments_overdue(v.agency.id, v.ana.id, bogota_date(SUNDAY)))
            await until(office.waits_for_hours)

    assert server.received == []


async def test_a_letter_of_a_process_that_died_after_sending_it_goes_out_again_under_the_same_name(
    office: Office,
) -> None:
    class Killing(MailServer):
        """Takes a letter, and its sender is gone before it knows."""

        process: subprocess.Popen[str] | None = None

        async def handle_DATA(self, *args: object) -> str:  # noqa: N802
            answer = await super().handle_DATA(*args)  # type: ignore[arg-type]
            if self.process is not None:
                self.process.kill()
                self.process = None
            return answer

    async with opened(Killing()) as server:
        assert isinstance(server, Killing)
        with office.worker(server.url) as first:
            server.process = first
            await office.confirm_a_payment()
            await until_received(server, 1)
            assert await asyncio.to_thread(first.wait, 60) == -signal.SIGKILL
        with office.worker(server.url):
            await until_received(server, 2)
            await until(office.has_nothing_left)

    one, other = server.received
    assert one["Message-ID"] == other["Message-ID"]


@pytest.mark.parametrize("profile", ["production", "development"])
async def test_a_daily_report_tidies_up_and_tells_the_log_of_production_where_the_record_ends(
    office: Office, profile: str
) -> None:
    head = await office.report_on_a_day()
    assert min(await office.left_over()) > 0
    with office.worker("smtp://127.0.0.1:9", profile=profile) as process:
        await until(office.has_nothing_to_report)
        process.send_signal(signal.SIGTERM)
        assert await asyncio.to_thread(process.wait, 60) == 0

    line = f"audit head of {office.village.agency.slug}: {head}\n"
    assert (line in office.said()) is (profile == "production"), office.said()
    assert await office.left_over() == [0, 0]


def test_portal_work_says_that_it_works_and_ends_in_order(module_database: Database, tmp_path: Path) -> None:
    environment = surroundings(
        tmp_path, DATABASE_URL=module_database.owner_url, APP_DATABASE_URL=module_database.app_url
    )
    with started([*PORTAL, "work"], environment) as service:
        assert service.line() == "working"
        assert (service.stop(), service.errors()) == (0, "")
    with started([*PORTAL, "work"], environment) as service:
        assert service.line() == "working"
        assert (service.stop(signal.SIGINT), service.errors()) == (0, "")
