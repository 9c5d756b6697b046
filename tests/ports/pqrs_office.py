"""Where PQRS are worked on, in memory or in Postgres: cases of one client in every state, and everybody about them."""

from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any, cast

import pytest

from application.access import SignedIn, Viewer
from application.attachments import CheckFiles
from application.ports.jobs import Job
from application.ports.reading import Reading
from application.use_cases.pqrs_acts import AnswerPqrs, AssignPqrs, ExtendPqrs, StartPqrs
from application.use_cases.pqrs_messages import AddPqrsMessage, AddPqrsNote, ClosePqrs, MessageForm, ReopenPqrs
from domain.accounts import AccountRole, AccountStatus
from domain.attachments import Attachment
from domain.audit import AuditEntry
from domain.errors import DomainError
from domain.pqrs import Pqrs, PqrsEvent, PqrsMessage, PqrsStatus
from tests import factories as a
from tests.factories import NOON
from tests.fakes.attachments import FakeFileInspector
from tests.fakes.calendar import FakeHolidays
from tests.fakes.clock import FakeClock
from tests.ports.places import Place
from tests.told import told
from tests.village import Village

FILED = NOON - timedelta(days=5)
ANSWER: dict[str, Any] = {"body": "Ya se reparó.", "close": False}
EXTENSION: dict[str, Any] = {"reason": "Falta un repuesto.", "days": 2}
REOPENING: dict[str, Any] = {"reason": "Sigue igual."}
HOLIDAYS = (date(2026, 7, 20), date(2026, 8, 7))


@dataclass
class Office:
    """`cases` are Ana's, one in each state, filed five days ago. `both` works there and is a client, of one case.
    `erased` is of somebody whose data was taken away."""

    place: Place
    clock: FakeClock
    village: Village
    elsewhere: Village

    def __post_init__(self) -> None:
        v, calendar = self.village, FakeHolidays(HOLIDAYS)
        self.account = v.accounts[v.ana.name]
        self.cases = {status: self._case(status) for status in PqrsStatus}
        client = a.a_client(v.agency, "Hugo Niño")
        self.hugo = a.an_account(client, roles=(AccountRole.CLIENT, AccountRole.STAFF))
        self.gone = a.a_staff_account(v.agency, status=AccountStatus.DISABLED)
        self.invited = a.a_staff_account(v.agency, status=AccountStatus.INVITED)
        self.hugos = a.a_case(client, self.hugo, status=PqrsStatus.ANSWERED, answered_at=FILED)
        erased = a.a_client(v.agency, erased_at=FILED)
        theirs = a.an_account(erased, status=AccountStatus.DISABLED)
        self.erased = a.a_case(erased, theirs, status=PqrsStatus.ANSWERED, answered_at=FILED)
        v.store.add(client, self.hugo, self.gone, self.invited, self.hugos, a.filing_of(self.hugos))
        v.store.add(erased, theirs, self.erased, a.filing_of(self.erased))
        self.viewers: dict[str, Viewer] = {
            "client": v.viewer(v.ana),
            "other client": v.viewer(v.berta),
            "client elsewhere": self.elsewhere.viewer(self.elsewhere.ana),
            "staff": v.staff,
            "both": a.viewer_as(self.hugo),
            "staff elsewhere": self.elsewhere.staff,
            "visitor": v.visitor,
        }
        given: dict[str, Any] = {"unit_of_work": self.place.unit_of_work, "clock": self.clock}
        self.start, self.answer = StartPqrs(**given), AnswerPqrs(**given)
        self.assign, self.close = AssignPqrs(**given), ClosePqrs(**given)
        self.inspector = FakeFileInspector()
        check_files = CheckFiles(inspector=self.inspector)
        self.message = AddPqrsMessage(**given, check_files=check_files)
        self.note = AddPqrsNote(**given, check_files=check_files)
        self.extend, self.reopen = ExtendPqrs(**given, calendar=calendar), ReopenPqrs(**given, calendar=calendar)

    def _case(self, status: PqrsStatus) -> Pqrs:
        done: dict[str, Any] = {}
        if status in (PqrsStatus.ANSWERED, PqrsStatus.CLOSED):
            done["answered_at"] = NOON - timedelta(days=2)
        if status is PqrsStatus.CLOSED:
            done["closed_at"] = NOON - timedelta(days=1)
        case = a.a_case(
            self.village.ana, self.account, status=status, filed_at=FILED, term_from_on=date(2026, 7, 10), **done
        )
        self.village.store.add(case, a.filing_of(case))
        return case

    @property
    def ana(self) -> SignedIn:
        return cast(SignedIn, self.viewers["client"])

    @property
    def rosa(self) -> SignedIn:
        return self.village.staff

    async def do(self, act: str, viewer: Viewer, case: Pqrs, **changes: Any) -> None:
        """With a form that has nothing wrong in it, but for `changes`."""
        form: dict[str, Any] = {"pqrs_id": case.id, "body": "¿Cómo va?", "idempotency_key": f"{act} {case.id}"}
        match act:
            case "start":
                await self.start(viewer, case.id)
            case "answer":
                await self.answer(viewer, case.id, **(ANSWER | changes))
            case "extend":
                await self.extend(viewer, case.id, **(EXTENSION | changes))
            case "assign":
                await self.assign(viewer, case.id, changes.get("account_id", self.village.rosa.id))
            case "close":
                await self.close(viewer, case.id)
            case "reopen":
                await self.reopen(viewer, case.id, **(REOPENING | changes))
            case "message":
                await self.message(viewer, MessageForm(**(form | changes)))
            case "note":
                await self.note(viewer, MessageForm(**(form | changes)))
            case _:
                raise ValueError(act)

    async def refused(self, act: str, viewer: Viewer, case: Pqrs, error: type[DomainError], **changes: Any) -> Any:
        """The refusal, after which everything is as it was."""
        before = await self.kept()
        with pytest.raises(error) as refusal:
            await self.do(act, viewer, case, **changes)
        assert await self.kept() == before
        return refusal.value

    async def case(self, case: Pqrs) -> Pqrs:
        async with self.place.readings.of(self.rosa) as reading:
            return (await reading.pqrs.get_many([case.id]))[case.id]

    async def history(self, case: Pqrs) -> list[PqrsEvent]:
        async with self.place.readings.of(self.rosa) as reading:
            return list((await reading.pqrs.events([case.id]))[case.id])

    async def messages(self, case: Pqrs, viewer: SignedIn | None = None) -> list[PqrsMessage]:
        async with self.place.readings.of(viewer or self.rosa) as reading:
            return list((await reading.pqrs.messages([case.id])).get(case.id, ()))

    async def files(self, case: Pqrs, viewer: SignedIn | None = None) -> list[Attachment]:
        """Those that came with messages and notes."""
        async with self.place.readings.of(viewer or self.rosa) as reading:
            messages = (await reading.pqrs.messages([case.id])).get(case.id, ())
            found = await reading.attachments.of_messages([message.id for message in messages])
        return [file for message in messages for file in found.get(message.id, ())]

    async def jobs(self) -> list[Job]:
        return await self.place.jobs(self.village.agency.id)

    async def recorded(self) -> list[AuditEntry]:
        async with self.place.readings.of(self.rosa) as reading:
            return list(await reading.audit.chain(after=None, limit=100))

    async def kept(self) -> Any:
        """All that any of it can change."""
        async with self.place.readings.of(self.rosa) as reading:
            return await self._read(reading), await self.jobs(), await self.place.counters(self.village.agency.id)

    async def _read(self, reading: Reading) -> Any:
        ids = list(self.village.store.pqrs)
        found: list[Any] = [
            await reading.pqrs.get_many(ids),
            await reading.pqrs.events(ids),
            await reading.pqrs.messages(ids),
        ]
        messages = [message.id for written in found[2].values() for message in written]
        found.append(await reading.attachments.of_messages(messages))
        return [told({key: rows[key] for key in sorted(rows)}) for rows in found]


async def opened(place: Place, clock: FakeClock) -> Office:
    """With the rows of both agencies planted."""
    office = Office(place, clock, Village(), Village())
    await place.plant(office.village.store)
    await place.plant(office.elsewhere.store)
    for case in office.cases.values():
        async with place.unit_of_work(office.rosa.scope) as uow:
            await uow.pqrs.save(replace(case, assignee_id=office.village.rosa.id))
            await uow.commit()
    return office
