"""What both sides write about a PQRS, what the staff note for themselves, and how the client ends it or brings it
back."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import datetime

from application.access import SignedIn, StaffViewer, Viewer, require_client, require_signed_in, require_staff
from application.announcements import pqrs_due_soon, pqrs_replied, pqrs_taken_further
from application.attachments import CheckedFile, CheckFiles, ReceivedFile, SentFile, attach, must_fit, receive
from application.idempotency import request_hash
from application.ports.calendar import HolidayCalendar
from application.ports.clock import Clock
from application.ports.unit_of_work import UnitOfWork, UnitOfWorkFactory
from application.text import problem_of_required_text
from application.use_cases.pqrs import KEY_LIMIT
from application.use_cases.pqrs_acts import found, found_with_client, must_say, record, written
from domain.audit import AuditAction
from domain.errors import IdempotencyConflict, LimitReached, NotFound, refuse
from domain.ids import ClientId, PqrsId
from domain.periods import bogota_date, midnight
from domain.pqrs import BODY_LIMIT, DAILY_MESSAGES, REASON_LIMIT, Pqrs, PqrsActor, PqrsMessageKind
from domain.pqrs_terms import warned_at
from domain.pqrs_transitions import PqrsAct, Who, check, close, reopen


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageForm:
    """What was written. An id that is none of ours is given as the nil UUID: it names nothing."""

    pqrs_id: PqrsId
    body: str
    idempotency_key: str
    attachments: tuple[SentFile, ...] = ()

    def received(self, *, author: PqrsActor) -> tuple[ReceivedFile, ...]:
        """Its files; InvalidInput with everything that is wrong with the form, and with them at first sight."""
        received, problems = receive(self.attachments, author=author)
        refuse(
            problem_of_required_text("body", self.body, limit=BODY_LIMIT, lines=True),
            problem_of_required_text("idempotencyKey", self.idempotency_key, limit=KEY_LIMIT),
            *problems,
        )
        return received

    def fingerprint(self, *, internal: bool) -> str:
        """Equal for equal forms of the same act, however often they are sent."""
        told = ("note" if internal else "message", self.pqrs_id, self.body)
        files = [part for file in self.attachments for part in file.fingerprint]
        return request_hash((*told, *files))


@dataclass(frozen=True, slots=True, kw_only=True)
class AddPqrsMessage:
    """Write to the other side about a case that is not closed. For its client and for staff; who works for the agency
    and is the client of the case writes as its client. Of what the agency writes, the client is told by mail; of what
    the client writes, whoever is in charge.

    Repeating the same key adds nothing, with other data it is an IdempotencyConflict. InvalidInput for a form that
    cannot be kept, and for files as in `receive`, at last as in CheckFiles; NotFound; InvalidTransition for a case that
    is closed, or of a client whose data was erased; LimitReached for a client's messages of one day.
    """

    unit_of_work: UnitOfWorkFactory
    check_files: CheckFiles
    clock: Clock

    async def __call__(self, viewer: Viewer, form: MessageForm) -> None:
        signed_in = require_signed_in(viewer)
        side = PqrsActor.AGENCY if isinstance(signed_in, StaffViewer) else PqrsActor.CLIENT
        received = form.received(author=side)
        files: tuple[CheckedFile, ...] = ()
        if received:
            # Only files of what would be kept are looked into: whoever has written enough keeps nobody waiting for it.
            async with self.unit_of_work(signed_in.scope) as uow:
                admitted = await self._admitted(uow, signed_in, form)
                if admitted is None:
                    return
                await must_fit(uow, admitted[0], len(received), author=admitted[1])
            files = await self.check_files(received, sender=signed_in.account_id)
        async with self.unit_of_work(signed_in.scope) as uow:
            admitted = await self._admitted(uow, signed_in, form)
            if admitted is None:
                return
            case, by = admitted
            at = self.clock.now()
            message = replace(
                written(case, signed_in, by, PqrsMessageKind.MESSAGE, form.body, at=at),
                idempotency_key=form.idempotency_key,
                request_hash=form.fingerprint(internal=False),
            )
            await uow.pqrs.add_message(message)
            await attach(uow, case, files, author=by, at=at, message_id=message.id)
            if by is PqrsActor.CLIENT:
                await uow.jobs.put(pqrs_taken_further(message))
            else:
                await uow.jobs.put(pqrs_replied(message))
                await record(uow, AuditAction.PQRS_REPLIED, case, at=at)
            await uow.commit()

    async def _admitted(self, uow: UnitOfWork, signed_in: SignedIn, form: MessageForm) -> tuple[Pqrs, PqrsActor] | None:
        """The case and on which side they write about it; None where this came before."""
        if await came_before(uow, signed_in, form, internal=False):
            return None
        case = await found_with_client(uow, form.pqrs_id)
        by = PqrsActor.CLIENT if case.client_id == signed_in.client_id else PqrsActor.AGENCY
        check(case, PqrsAct.MESSAGE, by)
        if by is PqrsActor.CLIENT:
            await within_the_days_limit(uow, case.client_id, at=self.clock.now())
        return case, by


@dataclass(frozen=True, slots=True, kw_only=True)
class AddPqrsNote:
    """Note something about a case, in whatever state, that no client ever sees. For staff.

    Repeating the same key adds nothing, with other data it is an IdempotencyConflict. InvalidInput for a form that
    cannot be kept, and for files as in `receive`, at last as in CheckFiles; NotFound; InvalidTransition for a case of a
    client whose data was erased, about whom nothing is written any more.
    """

    unit_of_work: UnitOfWorkFactory
    check_files: CheckFiles
    clock: Clock

    async def __call__(self, viewer: Viewer, form: MessageForm) -> None:
        staff = require_staff(viewer)
        received = form.received(author=PqrsActor.AGENCY)
        files: tuple[CheckedFile, ...] = ()
        if received:
            async with self.unit_of_work(staff.scope) as uow:
                case = await self._admitted(uow, staff, form)
                if case is None:
                    return
                await must_fit(uow, case, len(received), author=PqrsActor.AGENCY)
            files = await self.check_files(received, sender=staff.account_id)
        async with self.unit_of_work(staff.scope) as uow:
            case = await self._admitted(uow, staff, form)
            if case is None:
                return
            at = self.clock.now()
            message = replace(
                written(case, staff, PqrsActor.AGENCY, PqrsMessageKind.MESSAGE, form.body, at=at),
                internal=True,
                idempotency_key=form.idempotency_key,
                request_hash=form.fingerprint(internal=True),
            )
            await uow.pqrs.add_message(message)
            await attach(uow, case, files, author=PqrsActor.AGENCY, at=at, message_id=message.id, internal=True)
            await record(uow, AuditAction.PQRS_NOTED, case, at=at)
            await uow.commit()

    async def _admitted(self, uow: UnitOfWork, staff: SignedIn, form: MessageForm) -> Pqrs | None:
        """The case; None where this came before."""
        if await came_before(uow, staff, form, internal=True):
            return None
        case = await found_with_client(uow, form.pqrs_id)
        check(case, PqrsAct.NOTE, PqrsActor.AGENCY)
        return case


@dataclass(frozen=True, slots=True, kw_only=True)
class ClosePqrs:
    """Be content with the answer. For the client of a case that is answered.

    NotFound; InvalidTransition for a case that is not answered, or closed already.
    """

    unit_of_work: UnitOfWorkFactory
    clock: Clock

    async def __call__(self, viewer: Viewer, pqrs_id: PqrsId) -> None:
        client_id, signed_in = require_client(viewer), require_signed_in(viewer)
        async with self.unit_of_work(signed_in.scope) as uow:
            case = await own(uow, pqrs_id, client_id)
            who = Who(by=PqrsActor.CLIENT, account_id=signed_in.account_id)
            moved = close(case, who, at=self.clock.now())
            await uow.pqrs.save(moved.case, *moved.events)
            await uow.commit()


@dataclass(frozen=True, slots=True, kw_only=True)
class ReopenPqrs:
    """Not be content with the answer, and say why: the case is pending again and has a new term, and whoever was in
    charge is told. For the client of a case that is answered, or was closed at most thirty days ago.

    InvalidInput for a reason that is empty or cannot be kept; NotFound; InvalidTransition for a case that waits for its
    answer anyway, or was closed too long ago; LimitReached, since the reason is one of the day's messages.
    """

    unit_of_work: UnitOfWorkFactory
    calendar: HolidayCalendar
    clock: Clock

    async def __call__(self, viewer: Viewer, pqrs_id: PqrsId, *, reason: str) -> None:
        client_id, signed_in = require_client(viewer), require_signed_in(viewer)
        must_say("reason", reason, limit=REASON_LIMIT)
        async with self.unit_of_work(signed_in.scope) as uow:
            case = await own(uow, pqrs_id, client_id, find=found_with_client)
            at = self.clock.now()
            who = Who(by=PqrsActor.CLIENT, account_id=signed_in.account_id)
            is_holiday = self.calendar.is_holiday
            moved = reopen(case, who, at=at, reason=reason, is_holiday=is_holiday)
            await within_the_days_limit(uow, case.client_id, at=at)
            message = written(case, signed_in, PqrsActor.CLIENT, PqrsMessageKind.REOPENING, reason, at=at)
            await uow.pqrs.save(moved.case, *moved.events)
            await uow.pqrs.add_message(message)
            warning = pqrs_due_soon(moved.case, warned_at(moved.case.due_on, is_holiday=is_holiday))
            await uow.jobs.put_all([pqrs_taken_further(message), warning])
            await uow.commit()


async def own(
    uow: UnitOfWork,
    pqrs_id: PqrsId,
    client_id: ClientId,
    *,
    find: Callable[[UnitOfWork, PqrsId], Awaitable[Pqrs]] = found,
) -> Pqrs:
    """The client's own case; NotFound for any other, also for who works for the agency and finds all."""
    case = await find(uow, pqrs_id)
    if case.client_id != client_id:
        raise NotFound
    return case


async def within_the_days_limit(uow: UnitOfWork, client_id: ClientId, *, at: datetime) -> None:
    """LimitReached for a client who has written as much as one Bogotá day allows."""
    if await uow.pqrs.written_since(client_id, midnight(bogota_date(at))) >= DAILY_MESSAGES:
        raise LimitReached(DAILY_MESSAGES)


async def came_before(uow: UnitOfWork, writer: SignedIn, form: MessageForm, *, internal: bool) -> bool:
    """Whether the same was sent under the key; IdempotencyConflict where something else was."""
    known = await uow.pqrs.message_by_key(writer.account_id, form.idempotency_key)
    if known is not None and known.request_hash != form.fingerprint(internal=internal):
        raise IdempotencyConflict
    return known is not None
