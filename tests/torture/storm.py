"""The whole of it: an agency, people who pay, things that die, quiet afterwards, and what is found then."""

import asyncio
import math
import random
import time
from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from adapters.system.clock import SystemClock
from application.ports.clock import Clock
from main.bootstrap import Portal, portal
from main.database import APP_ROLE, Databases
from main.settings import Secrets, Settings
from tests.torture.agency import AGENCIES, SOUTH, found, tenants
from tests.torture.books import gateway_side, read_books
from tests.torture.checker import Violation, World, violations
from tests.torture.door import Door, Gateway
from tests.torture.history import Outcome, Recorder, read
from tests.torture.killer import Killer
from tests.torture.payers import Payer, Tally
from tests.torture.processes import Postgres, Program, Service, Simulator, Worker, environment, free_ports

_RETRY_SECONDS = "0,1,2,4,8,15,30,60,120"
"""PayU's nine attempts, in less time."""

_QUIET_AFTER = (timedelta(hours=1), timedelta(hours=25))
"""When everything is looked at again: attempts without a try are over then, and none is too old to be asked about; and
the day after, when those that came to an end are asked about a last time."""
_EMPTY_ROUNDS = 3
"""Of questions, until nothing is left: a gateway that refused some may have kept others from being asked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    payments: int = 20_000
    kills: int = 200
    postgres_kills: int = 50
    seed: int = 1
    minutes: float = math.inf
    """After which the storm ends, whatever it came to."""
    services: int = 4
    tenants: int = 40
    """Each is a person with two devices, one that pays and one that only looks."""

    @property
    def invoices(self) -> int:
        """For each tenant: some are never paid, some by two at once, so there are more than payments."""
        return int(self.payments * 1.5 / self.tenants) + 10


@dataclass(slots=True, kw_only=True)
class Report:
    """What happened. `seconds` by phase."""

    history: Path
    violations: list[Violation] = field(default_factory=list)
    counts: dict[str, int] = field(default_factory=dict)
    seconds: dict[str, float] = field(default_factory=dict)
    failures: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class _Later(SystemClock):
    """The real time, and some more: for what is done when it is over."""

    by: timedelta

    def now(self) -> datetime:
        return super().now() + self.by


class Storm:
    def __init__(self, plan: Plan, folder: Path, history: Path) -> None:
        self._plan = plan
        self._folder = folder
        self._chance = random.Random(plan.seed)
        self._tally = Tally()
        self.report = Report(history=history)
        self._began = time.monotonic()

    async def run(self) -> Report:
        plan, report = self._plan, self.report
        data_dir = self._folder / "datos"
        async with AsyncExitStack() as stack:
            simulator = Simulator(plan.seed, _RETRY_SECONDS)
            stack.push_async_callback(simulator.stop)
            await simulator.start()
            postgres = Postgres(data_dir)
            stack.push_async_callback(postgres.stop)
            await postgres.start()
            settings = Settings(
                data_dir=data_dir,
                database_url=None,
                app_database_url=None,
                payu_checkout_url=f"{simulator.url}/ppp-web-gateway-payu/",
                payu_reports_url=f"{simulator.url}/reports-api/4.0/service.cgi",
            )
            databases = _databases(postgres, settings)
            await databases.migrate()
            people = tenants(plan.tenants)
            async with _portal(settings, databases) as opened:
                await found(opened, people, invoices=plan.invoices, folder=self._folder, seed=plan.seed)
            gateway = Gateway(simulator.url)
            stack.push_async_callback(gateway.close)
            await gateway.control("merchants", **SOUTH.merchant, sandbox=False)
            await gateway.script("*", "approve")
            self._say("preparar", f"{len(people)} inquilinos, {plan.invoices * len(people)} facturas")

            around = environment(data_dir, simulator.url)
            ports = free_ports(plan.services, self._chance)
            services = [Service(place, port, around, self._folder) for place, port in enumerate(ports)]
            worker = Worker(around, self._folder)
            for program in (*services, worker):
                stack.push_async_callback(program.stop)
            async with asyncio.TaskGroup() as starting:  # where one does not start, the others are not left behind
                for program in (*services, worker):
                    starting.create_task(program.start())
            door = Door(services, random.Random(f"{plan.seed}/door"))
            stack.push_async_callback(door.close)
            with Recorder(report.history) as history:
                payers = [
                    Payer(
                        tenant=tenant,
                        door=door,
                        gateway=gateway,
                        history=history,
                        chance=random.Random(f"{plan.seed}/{tenant.name}"),
                        tally=self._tally,
                    )
                    for tenant in people
                ]
                await asyncio.gather(*(payer.arrive() for payer in payers))
                self._say("llegar", f"{len(services)} procesos, {len(payers)} personas con sesión")
                killer = Killer(
                    door=door,
                    services=services,
                    worker=worker,
                    postgres=postgres,
                    history=history,
                    chance=random.Random(f"{plan.seed}/killer"),
                    progress=lambda: self._tally.approved / plan.payments,
                    service_kills=plan.kills,
                    postgres_kills=plan.postgres_kills,
                )
                await self._blow(payers, killer)
                report.failures += killer.failures
                await self._settle(gateway, settings, databases)
                await asyncio.gather(*(payer.leave() for payer in payers))
                self._say("aquietar", f"{report.counts['asked']} preguntas a la pasarela")
            world = World(
                history=await asyncio.to_thread(read, report.history),
                books=await read_books(postgres.owner_url),
                gateway=gateway_side(await gateway.orders(), await gateway.deliveries()),
            )
            report.violations = violations(world)
            self._count(world, killer, [*services, worker])
            self._say("revisar", f"{len(report.violations)} violaciones")
        self._say("detener", "todo detenido")
        return report

    async def _blow(self, payers: Sequence[Payer], killer: Killer) -> None:
        """Until there were enough payments and deaths. Who pays goes on until then, as far as there are invoices."""
        paying = [asyncio.create_task(payer.pay_until_enough()) for payer in payers]
        reading = [asyncio.create_task(payer.read_until_enough()) for payer in payers]
        deaths = (killer.kill_services(), killer.kill_worker(), killer.kill_postgres())
        killing = [asyncio.create_task(death) for death in deaths]
        telling = asyncio.create_task(self._tell(killer))
        everybody = [*paying, *reading, *killing]
        deadline = time.monotonic() + self._plan.minutes * 60
        try:
            while not all(task.done() for task in (*paying, *killing)):
                done, _ = await asyncio.wait(everybody, timeout=0.2, return_when=asyncio.FIRST_EXCEPTION)
                for task in done:
                    task.result()
                if time.monotonic() > deadline and not killer.over:
                    killer.over = True
                    self._tally.enough.set()
                    self.report.failures.append("the time was over before there were enough payments and deaths")
                if self._tally.approved >= self._plan.payments and all(task.done() for task in killing):
                    self._tally.enough.set()
                if all(task.done() for task in paying) and not self._tally.enough.is_set():
                    if self._tally.approved < self._plan.payments:
                        self.report.failures.append("the invoices were not enough for that many payments")
                        killer.over = True
                    self._tally.enough.set()
            await asyncio.gather(*everybody)
        finally:
            for task in (telling, *everybody):
                task.cancel()
            await asyncio.gather(telling, *everybody, return_exceptions=True)
        self._say(
            "tormenta",
            f"{self._tally.approved} pagos, {killer.killed} muertes del servicio, "
            f"{killer.postgres_killed} de PostgreSQL",
        )

    async def _tell(self, killer: Killer) -> None:
        while True:
            await asyncio.sleep(15)
            up = sum(service.up for service in killer.services)
            self._print(
                f"  {self._tally.approved} pagos aprobados, {killer.killed} y {killer.postgres_killed} muertes, "
                f"{up} de {len(killer.services)} procesos arriba"
            )

    async def _settle(self, gateway: Gateway, settings: Settings, databases: Databases) -> None:
        """What the gateway still had to say is said, and then the portal asks about what it never heard of."""
        await gateway.control("clock", advance="PT1H")
        while True:
            told = await gateway.caught_up()
            if not told["ran"] and not told["planned"]:
                break
            if not told["ran"]:
                await gateway.control("clock", advance="PT1H")
        asked = 0
        for by in _QUIET_AFTER:
            async with _portal(settings, databases, clock=_Later(by)) as opened:
                asked += sum(await asyncio.gather(*(self._ask_about_all(opened, agency.slug) for agency in AGENCIES)))
        self.report.counts["asked"] = asked

    @staticmethod
    async def _ask_about_all(opened: Portal, slug: str) -> int:
        agency = await opened.use_cases.find_agency(slug)
        asked = empty = 0
        while empty < _EMPTY_ROUNDS:
            now = await opened.use_cases.reconcile_payments(agency.id, limit=100)
            asked, empty = asked + now, 0 if now else empty + 1
        return asked

    def _count(self, world: World, killer: Killer, programs: Sequence[Program]) -> None:
        outcomes = dict.fromkeys(Outcome, 0)
        for operation in world.acts("start"):
            outcomes[operation.outcome] += 1
        sent = world.gateway.sent
        self.report.counts |= {
            "payments": self._tally.approved,
            "receipts": len(world.books.receipts),
            "service kills": killer.killed,
            "postgres kills": killer.postgres_killed,
            "worker kills": killer.worker_killed,
            "restarts": sum(program.starts - 1 for program in programs),
            "operations": len(world.history),
            "starts acknowledged": outcomes[Outcome.OK],
            "starts refused": outcomes[Outcome.FAIL],
            "starts unknown": outcomes[Outcome.UNKNOWN],
            "notices": len(sent),
            "notices accepted": sum(notice.accepted for notice in sent),
            "notices never accepted": sum(not notice.accepted for notice in sent),
        }

    def _say(self, phase: str, what: str) -> None:
        now = time.monotonic()
        self.report.seconds[phase] = now - self._began - sum(self.report.seconds.values())
        self._print(f"{phase}: {what} ({self.report.seconds[phase]:.0f} s)")

    @staticmethod
    def _print(line: str) -> None:
        print(line, flush=True)


def _databases(postgres: Postgres, settings: Settings) -> Databases:
    owner = postgres.owner_url
    return Databases(owner, owner.replace("//postgres@", f"//{APP_ROLE}@"), APP_ROLE, Secrets(settings).app_password)


def _portal(
    settings: Settings, databases: Databases, clock: Clock | None = None
) -> AbstractAsyncContextManager[Portal]:
    return portal(settings, app_url=databases.app_url, public_url="http://127.0.0.1:8000", clock=clock)
