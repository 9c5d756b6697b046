"""The regular check as jobs: each agency is looked through, each payment that is due is asked about apart."""

from collections.abc import Awaitable, Callable
from datetime import date, timedelta
from uuid import uuid4

import pytest

from application.ports.books import Reconciliation
from application.ports.jobs import Job, JobKind
from application.use_cases.payments import AskGateway, PollAgencies, PollAgency
from domain.errors import GatewayUnavailable
from domain.gateway_reports import ReportedState
from domain.payment_intents import PaymentIntent, PaymentIntentStatus
from tests.application.payments_world import World
from tests.fakes.payment_gateway import a_report

S = PaymentIntentStatus
Handler = Callable[[Job], Awaitable[None]]


class Queue:
    """Does the jobs of a world as workers do, one after another."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.poll_agencies = PollAgencies(unit_of_work=world.till)
        self._handlers: dict[JobKind, Handler] = {
            JobKind.POLL_AGENCY: PollAgency(unit_of_work=world.till, clock=world.clock),
            JobKind.ASK_GATEWAY: AskGateway(settlement=world.settlement),
        }

    def waiting(self, kind: JobKind) -> list[Job]:
        return [kept.job for kept in self.world.books.jobs if kept.job.kind is kind]

    async def do(self, kind: JobKind) -> list[str]:
        """All jobs of a kind that wait now; their subjects."""
        jobs = self.waiting(kind)
        self.world.books.jobs[:] = [kept for kept in self.world.books.jobs if kept.job.kind is not kind]
        for job in jobs:
            await self._handlers[kind](job)
        return [job.subject for job in jobs]

    async def look(self) -> list[str]:
        """What is asked about after the agencies were looked through once."""
        await self.poll_agencies()
        await self.do(JobKind.POLL_AGENCY)
        return [job.subject for job in self.waiting(JobKind.ASK_GATEWAY)]


async def a_lost_payment(world: World) -> PaymentIntent:
    """Approved at the gateway, and neither notice nor payer came back."""
    intent = await world.start(world.viewer, world.invoices[0])
    world.gateway.knows([a_report(intent.reference, intent.amount)])
    world.clock.advance(timedelta(minutes=17))
    return intent


async def test_every_agency_is_looked_through_once_at_a_time() -> None:
    world = World()
    queue = Queue(world)

    assert await queue.poll_agencies() == 2
    assert await queue.poll_agencies() == 0
    agencies = {job.agency_id for job in queue.waiting(JobKind.POLL_AGENCY)}
    assert agencies == {world.agency.id, world.other_agency.id}


async def test_a_payment_whose_news_was_lost_is_found() -> None:
    world = World()
    queue, intent = Queue(world), await a_lost_payment(world)

    assert await queue.look() == [intent.reference]
    assert await queue.do(JobKind.ASK_GATEWAY) == [intent.reference]

    assert (world.intent(intent).status, len(world.payments)) == (S.APPROVED, 1)
    assert await queue.look() == []


async def test_days_on_which_nobody_was_there_to_report_are_reported_on_too() -> None:
    world = World()
    queue = Queue(world)
    yesterday = world.clock.today() - timedelta(days=1)

    async def days() -> list[date]:
        await queue.look()
        mine = [job for job in queue.waiting(JobKind.RECONCILE_AGENCY) if job.agency_id == world.agency.id]
        world.books.jobs.clear()
        return sorted(date.fromisoformat(job.subject) for job in mine)

    assert await days() == [yesterday]  # a new agency has no days before
    report = Reconciliation(id=uuid4(), agency_id=world.agency.id, on=yesterday, at=world.clock.now(), figures={})
    world.books.reports[world.agency.id, yesterday] = report
    assert await days() == []
    world.clock.advance(timedelta(days=4))
    assert await days() == [yesterday + timedelta(days=distance) for distance in (1, 2, 3, 4)]
    world.clock.advance(timedelta(days=40))
    assert await days() == [world.clock.today() - timedelta(days=1)]


async def test_a_payment_that_waits_to_be_asked_about_is_not_put_twice() -> None:
    world = World()
    queue, intent = Queue(world), await a_lost_payment(world)

    assert await queue.look() == [intent.reference]
    assert await queue.look() == [intent.reference]


async def test_what_is_not_due_is_not_asked_about() -> None:
    world = World()
    await world.start(world.viewer, world.invoices[0])
    assert await Queue(world).look() == []


async def test_a_silent_gateway_fails_no_job_and_is_asked_again_at_its_time() -> None:
    world = World()
    queue, intent = Queue(world), await a_lost_payment(world)
    world.gateway.down = True

    await queue.look()
    await queue.do(JobKind.ASK_GATEWAY)
    assert world.intent(intent).status is S.REDIRECTED
    assert await queue.look() == []

    world.gateway.down = False
    world.clock.advance(timedelta(minutes=20))
    assert await queue.look() == [intent.reference]
    await queue.do(JobKind.ASK_GATEWAY)
    assert world.intent(intent).status is S.APPROVED


async def test_each_is_a_job_of_its_own_so_that_none_waits_for_another() -> None:
    world = World()
    queue = Queue(world)
    intents = [
        await world.start(world.viewer, invoice, key=f"key-{number}") for number, invoice in enumerate(world.invoices)
    ]
    world.gateway.knows([a_report(intent.reference, intent.amount) for intent in intents])
    world.clock.advance(timedelta(minutes=17))

    assert sorted(await queue.look()) == sorted(intent.reference for intent in intents)
    left, *others = queue.waiting(JobKind.ASK_GATEWAY)
    for job in others:
        await AskGateway(settlement=world.settlement)(job)
    settled = {intent.reference for intent in world.books.intents.values() if intent.status is S.APPROVED}
    assert settled == {job.subject for job in others}
    assert left.subject not in settled


async def test_what_was_settled_or_never_was_is_not_asked_about() -> None:
    world = World()
    queue, intent = Queue(world), await a_lost_payment(world)
    await queue.look()
    (job,) = queue.waiting(JobKind.ASK_GATEWAY)
    await AskGateway(settlement=world.settlement)(job)
    asked = len(world.gateway.queried)

    await AskGateway(settlement=world.settlement)(job)
    other = Job(kind=JobKind.ASK_GATEWAY, agency_id=world.other_agency.id, subject=intent.reference)
    await AskGateway(settlement=world.settlement)(other)

    assert len(world.gateway.queried) == asked


async def test_a_notice_that_was_stored_and_not_dealt_with_is_followed_within_minutes() -> None:
    world = World()
    queue, intent = Queue(world), await world.start(world.viewer, world.invoices[0])
    world.change_account(test=False)  # real money is asked about before it is booked
    # Declined, so that nothing is due before tomorrow; then approved in the same checkout.
    world.gateway.knows(
        [a_report(intent.reference, intent.amount, transaction_id="first", state=ReportedState.DECLINED)]
    )
    await world.refresh_payment(world.viewer, reference=intent.reference)
    world.clock.advance(timedelta(minutes=1))
    world.gateway.down = True
    with pytest.raises(GatewayUnavailable):
        await world.notice(intent, test=False)
    assert await queue.look() == []  # the gateway repeats it itself at first

    world.gateway.down = False
    world.gateway.knows([a_report(intent.reference, intent.amount)])
    world.clock.advance(timedelta(minutes=2))
    assert await queue.look() == [intent.reference]
    await queue.do(JobKind.ASK_GATEWAY)

    assert (world.intent(intent).status, len(world.payments)) == (S.APPROVED, 1)
    assert await queue.look() == []
