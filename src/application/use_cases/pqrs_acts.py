"""What the staff do about a PQRS: begin, answer, put off, hand over."""

from dataclasses import dataclass, replace
from datetime import date, datetime
from uuid import uuid4

from application.access import SignedIn, Viewer, require_staff
from application.announcements import pqrs_answered, pqrs_due_soon, pqrs_extended
from application.ports.calendar import HolidayCalendar
from application.ports.clock import Clock
from application.ports.unit_of_work import UnitOfWork, UnitOfWorkFactory
from application.text import problem_of_required_text
from domain.accounts import AccountStatus
from domain.audit import AuditAction
from domain.business_days import add_business_days, business_days_between
from domain.errors import FieldProblem, FieldProblemCode, InvalidInput, InvalidTransition, NotFound
from domain.ids import AccountId, PqrsId, PqrsMessageId
from domain.pqrs import BODY_LIMIT, REASON_LIMIT, Pqrs, PqrsActor, PqrsMessage, PqrsMessageKind
from domain.pqrs_terms import warned_at
from domain.pqrs_transitions import Who, answer, assign, extend, start

MOST_DAYS = 60
"""More than any law lets an answer be put off by."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StartPqrs:
    """Say that somebody works on a case: from pending to in progress. For staff.

    NotFound; InvalidTransition for a case that is not pending.
    """

    unit_of_work: UnitOfWorkFactory
    clock: Clock

    async def __call__(self, viewer: Viewer, pqrs_id: PqrsId) -> None:
        staff = require_staff(viewer)
        async with self.unit_of_work(staff.scope) as uow:
            case = await found(uow, pqrs_id)
            moved = start(case, of_the_agency(staff.account_id), at=self.clock.now())
            await uow.pqrs.save(moved.case, *moved.events)
            await record(uow, AuditAction.PQRS_STARTED, moved.case, at=moved.events[0].at)
            await uow.commit()


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerPqrs:
    """Answer a case that is pending or in progress: the answer is a message of the agency, and the client is told by
    mail. With `close` nothing is left to say, and it is closed at once. For staff.

    InvalidInput for an answer that is empty or cannot be kept; NotFound; InvalidTransition for a case that is answered
    or closed: of two who answer at once, one does.
    """

    unit_of_work: UnitOfWorkFactory
    clock: Clock

    async def __call__(self, viewer: Viewer, pqrs_id: PqrsId, *, body: str, close: bool) -> None:
        staff = require_staff(viewer)
        must_say("body", body, limit=BODY_LIMIT)
        async with self.unit_of_work(staff.scope) as uow:
            case = await found(uow, pqrs_id)
            at = self.clock.now()
            moved = answer(case, of_the_agency(staff.account_id), at=at, close=close)
            message = written(case, staff, PqrsActor.AGENCY, PqrsMessageKind.ANSWER, body, at=at)
            await uow.pqrs.save(moved.case, *moved.events)
            await uow.pqrs.add_message(message)
            await uow.jobs.put(pqrs_answered(message))
            await record(uow, AuditAction.PQRS_ANSWERED, moved.case, at=at, status=moved.case.status)
            await uow.commit()


@dataclass(frozen=True, slots=True, kw_only=True)
class ExtendPqrs:
    """Put the answer of a case off, by so many business days or until a day: once, before its term ends, until double
    the first term at most. The client is told why and until when, by a message and by mail. For staff.

    InvalidInput for a form that cannot be kept, a day beyond what the law allows, and a complaint or claim, which it
    does not let be put off (`domain.pqrs_terms`); NotFound; InvalidTransition for a case that is answered, overdue or
    put off already.
    """

    unit_of_work: UnitOfWorkFactory
    calendar: HolidayCalendar
    clock: Clock

    async def __call__(
        self, viewer: Viewer, pqrs_id: PqrsId, *, reason: str, days: int | None = None, due_on: date | None = None
    ) -> None:
        staff = require_staff(viewer)
        if (days is None) is (due_on is None):
            raise InvalidInput(FieldProblem("newDueDate", FieldProblemCode.INVALID, "days_or_date"))
        if days is not None and not 1 <= days <= MOST_DAYS:
            raise InvalidInput(FieldProblem("days", FieldProblemCode.INVALID, "days_range", limit=MOST_DAYS))
        must_say("reason", reason, limit=REASON_LIMIT)
        async with self.unit_of_work(staff.scope) as uow:
            case = await found(uow, pqrs_id)
            at, is_holiday = self.clock.now(), self.calendar.is_holiday
            until = due_on or add_business_days(case.due_on, days or 1, is_holiday=is_holiday)
            who = of_the_agency(staff.account_id)
            field = "newDueDate" if due_on else "days"
            moved = extend(case, who, at=at, due_on=until, reason=reason, is_holiday=is_holiday, field=field)
            message = written(case, staff, PqrsActor.AGENCY, PqrsMessageKind.EXTENSION, reason, at=at)
            message = replace(message, due_on=until)
            await uow.pqrs.save(moved.case, *moved.events)
            await uow.pqrs.add_message(message)
            warning = pqrs_due_soon(moved.case, warned_at(until, is_holiday=is_holiday))
            await uow.jobs.put_all([pqrs_extended(message), warning])
            await record(uow, AuditAction.PQRS_EXTENDED, moved.case, at=at, dueDate=until)
            await uow.commit()


@dataclass(frozen=True, slots=True, kw_only=True)
class AssignPqrs:
    """Put a case that is not closed in the charge of one of the staff. For staff.

    InvalidInput for an account that does not exist (NOT_FOUND), or is not of active staff (NOT_ALLOWED); NotFound;
    InvalidTransition for a case that is closed, or of a client whose data was erased.
    """

    unit_of_work: UnitOfWorkFactory
    clock: Clock

    async def __call__(self, viewer: Viewer, pqrs_id: PqrsId, account_id: AccountId) -> None:
        staff = require_staff(viewer)
        async with self.unit_of_work(staff.scope) as uow:
            case = await found_with_client(uow, pqrs_id)
            assigned = assign(case, of_the_agency(staff.account_id), account_id)
            account = await uow.accounts.get(account_id)
            if account is None:
                raise InvalidInput(FieldProblem("accountId", FieldProblemCode.NOT_FOUND))
            if not account.is_staff or account.status is not AccountStatus.ACTIVE:
                raise InvalidInput(FieldProblem("accountId", FieldProblemCode.NOT_ALLOWED, "not_active_staff"))
            await uow.pqrs.save(assigned)
            await record(uow, AuditAction.PQRS_ASSIGNED, case, at=self.clock.now(), assignee=account.username)
            await uow.commit()


async def found(uow: UnitOfWork, pqrs_id: PqrsId) -> Pqrs:
    """The case, locked; NotFound where the scope has none."""
    case = await uow.pqrs.get(pqrs_id)
    if case is None:
        raise NotFound
    return case


async def found_with_client(uow: UnitOfWork, pqrs_id: PqrsId) -> Pqrs:
    """The same, of a client whose data was not erased and will not be meanwhile: InvalidTransition otherwise."""
    stays = await uow.pqrs.hold_client_of(pqrs_id)
    case = await found(uow, pqrs_id)
    if not stays:
        raise InvalidTransition
    return case


async def record(uow: UnitOfWork, action: AuditAction, case: Pqrs, *, at: datetime, **changes: object) -> None:
    """Write down what one of the staff did about the case: the last thing before the commit."""
    await uow.audit.record(action, at=at, entity=("Pqrs", case.id), changes=changes)


def must_say(field: str, text: str, *, limit: int) -> None:
    """InvalidInput for a text that says nothing, is too long or cannot be kept."""
    problem = problem_of_required_text(field, text, limit=limit, lines=True)
    if problem is not None:
        raise InvalidInput(problem)


def of_the_agency(account_id: AccountId) -> Who:
    return Who(by=PqrsActor.AGENCY, account_id=account_id)


def written(
    case: Pqrs, viewer: SignedIn, author: PqrsActor, kind: PqrsMessageKind, body: str, *, at: datetime
) -> PqrsMessage:
    """What somebody says about the case, for the other side."""
    return PqrsMessage(
        id=PqrsMessageId(uuid4()),
        agency_id=case.agency_id,
        pqrs_id=case.id,
        client_id=case.client_id,
        author=author,
        account_id=viewer.account_id,
        kind=kind,
        body=body,
        sent_at=at,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class CountBusinessDays:
    """How many business days come after one Bogotá date until another; negative where that one is past. For anybody."""

    calendar: HolidayCalendar

    def __call__(self, start: date, end: date) -> int:
        return business_days_between(start, end, is_holiday=self.calendar.is_holiday)
