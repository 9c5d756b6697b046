"""Filing PQRS."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import uuid4

from application.access import SignedIn, StaffViewer, Viewer, require_signed_in
from application.announcements import pqrs_due_soon, pqrs_filed
from application.attachments import CheckedFile, CheckFiles, SentFile, attach, receive
from application.idempotency import request_hash
from application.ports.calendar import HolidayCalendar
from application.ports.clock import Clock
from application.ports.unit_of_work import UnitOfWork, UnitOfWorkFactory
from application.text import problem_of_required_text, problem_of_text
from domain.audit import AuditAction
from domain.business_days import add_business_days
from domain.errors import FieldProblem, FieldProblemCode, IdempotencyConflict, InvalidInput, LimitReached, NotAllowed
from domain.ids import ClientId, ContractId, PqrsId, PropertyId
from domain.periods import bogota_date, midnight
from domain.pqrs import (
    CHANNEL_LIMIT,
    DAILY_LIMIT,
    DESCRIPTION_LIMIT,
    Pqrs,
    PqrsActor,
    PqrsClassification,
    PqrsEvent,
    PqrsMatter,
    PqrsStatus,
    PqrsSubject,
    filing_number,
)
from domain.pqrs_terms import matters_of, term_of, warned_at

KEY_LIMIT = 200
EARLIEST = date(2000, 1, 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class PqrsForm:
    """What was written in the form. Ids that are none of ours are given as the nil UUID: they name nothing. `channel`
    is how it reached the staff who file it ("teléfono")."""

    classification: PqrsClassification
    subject: PqrsSubject
    description: str
    idempotency_key: str
    start_on: date | None = None
    property_id: PropertyId | None = None
    contract_id: ContractId | None = None
    client_id: ClientId | None = None
    matter: PqrsMatter = PqrsMatter.GENERAL
    channel: str | None = None
    attachments: tuple[SentFile, ...] = ()

    @property
    def fingerprint(self) -> str:
        """Equal for equal forms, however often they are sent."""
        place = (self.property_id, self.contract_id, self.client_id)
        told = (self.classification, self.subject, self.description, self.start_on, *place)
        more = (self.matter, self.channel) if (self.matter, self.channel) != (PqrsMatter.GENERAL, None) else ()
        files = [part for file in self.attachments for part in file.fingerprint]
        return request_hash((*told, *more, *files))


@dataclass(frozen=True, slots=True, kw_only=True)
class FilePqrs:
    """File a petition, complaint, claim or suggestion: it gets its number, is pending, its term begins tomorrow, and
    the client is sent its acknowledgement.

    For clients, and for staff on behalf of one (`client_id`). Repeating the same key returns the same case; with other
    data it is an IdempotencyConflict. Refuses InvalidInput for the form (property and contract only of the client's
    own, NOT_FOUND otherwise, as is a client whose data was erased; a matter that is none of the classification's; files
    as in `receive`), LimitReached for a client's twenty-first case of the day, and then InvalidInput for files as in
    CheckFiles.
    """

    unit_of_work: UnitOfWorkFactory
    check_files: CheckFiles
    calendar: HolidayCalendar
    clock: Clock

    async def __call__(self, viewer: Viewer, form: PqrsForm) -> Pqrs:
        signed_in = require_signed_in(viewer)
        now = self.clock.now()
        problems = self._problems(signed_in, form, today=bogota_date(now))
        received, wrong = receive(form.attachments, author=PqrsActor.CLIENT)
        problems += wrong
        files: tuple[CheckedFile, ...] = ()
        if received and not problems:
            # Only files of what would be filed are looked into: whoever has filed enough keeps nobody waiting for that.
            async with self.unit_of_work(signed_in.scope) as uow:
                admitted = await self._admitted(uow, signed_in, form, problems)
                if isinstance(admitted, Pqrs):
                    return admitted
                await _within_the_days_limit(uow, signed_in, admitted[0], at=now)
            files = await self.check_files(received, sender=signed_in.account_id)
        async with self.unit_of_work(signed_in.scope) as uow:
            admitted = await self._admitted(uow, signed_in, form, problems)
            if isinstance(admitted, Pqrs):
                return admitted
            client_id, property_id = admitted
            # Once one has a number, the agency's other filings wait: what is counted after that is exact.
            number = await uow.counters.next(f"pqrs:{bogota_date(now).year}")
            await _within_the_days_limit(uow, signed_in, client_id, at=now)
            case = self._case(signed_in, form, number, client_id, property_id, now)
            by = PqrsActor.CLIENT if client_id == signed_in.client_id else PqrsActor.AGENCY
            event = PqrsEvent(
                pqrs_id=case.id,
                at=now,
                from_status=None,
                to_status=case.status,
                by=by,
                account_id=signed_in.account_id,
                note=form.channel,
                due_on=case.due_on,
            )
            await uow.pqrs.add(case, event)
            await attach(uow, case, files, author=PqrsActor.CLIENT, at=now)
            warning = pqrs_due_soon(case, warned_at(case.due_on, is_holiday=self.calendar.is_holiday))
            await uow.jobs.put_all([pqrs_filed(case), warning])
            if by is PqrsActor.AGENCY:
                told, entity = {"filingNumber": case.filing_number}, ("Pqrs", case.id)
                await uow.audit.record(AuditAction.PQRS_FILED, at=now, entity=entity, changes=told)
            await uow.commit()
        return case

    async def _admitted(
        self, uow: UnitOfWork, viewer: SignedIn, form: PqrsForm, problems: Sequence[FieldProblem]
    ) -> Pqrs | tuple[ClientId, PropertyId | None]:
        """What was filed under the key before, or whose case it becomes and about which property; IdempotencyConflict,
        and InvalidInput with what is wrong with the form and what in it cannot be."""
        if not problems:
            known = await uow.pqrs.by_idempotency_key(viewer.account_id, form.idempotency_key)
            if known is not None:
                if known.request_hash != form.fingerprint:
                    raise IdempotencyConflict
                return known
        client_id, property_id, misplaced = await self._place(uow, viewer, form)
        if problems or misplaced or client_id is None:
            raise InvalidInput(*problems, *misplaced)
        return client_id, property_id

    def _problems(self, viewer: SignedIn, form: PqrsForm, *, today: date) -> list[FieldProblem]:
        """Everything that the form alone tells."""
        staff = isinstance(viewer, StaffViewer)
        if not staff and viewer.client_id is None:
            raise NotAllowed
        problems = [
            problem_of_required_text("description", form.description, limit=DESCRIPTION_LIMIT, lines=True),
            problem_of_required_text("idempotencyKey", form.idempotency_key, limit=KEY_LIMIT),
        ]
        if form.start_on is not None and form.start_on > today:
            problems.append(FieldProblem("startDate", FieldProblemCode.INVALID, "future"))
        if form.start_on is not None and form.start_on < EARLIEST:
            problems.append(FieldProblem("startDate", FieldProblemCode.INVALID, "too_early"))
        if form.matter not in matters_of(form.classification):
            problems.append(FieldProblem("matter", FieldProblemCode.MISMATCH, "not_of_classification"))
        if form.channel is not None:
            problems.append(problem_of_text("channel", form.channel, limit=CHANNEL_LIMIT))
        if form.channel is not None and not staff:
            problems.append(FieldProblem("channel", FieldProblemCode.NOT_ALLOWED))
        if form.client_id is not None and not staff:
            problems.append(FieldProblem("clientId", FieldProblemCode.NOT_ALLOWED))
        if form.client_id is None and viewer.client_id is None:
            problems.append(FieldProblem("clientId", FieldProblemCode.REQUIRED))
        return [problem for problem in problems if problem is not None]

    async def _place(
        self, uow: UnitOfWork, viewer: SignedIn, form: PqrsForm
    ) -> tuple[ClientId | None, PropertyId | None, list[FieldProblem]]:
        """Whose case it is, about which property (a contract brings its own), and what of that cannot be."""
        on_behalf = form.client_id if isinstance(viewer, StaffViewer) else None
        client_id = on_behalf or viewer.client_id
        if client_id is None:
            return None, None, []
        if not await uow.pqrs.hold_client(client_id):
            return None, None, [FieldProblem("clientId", FieldProblemCode.NOT_FOUND)]
        problems = []
        property_id = form.property_id
        if property_id is not None and not await uow.pqrs.property_is_of(property_id, client_id):
            problems.append(FieldProblem("propertyId", FieldProblemCode.NOT_FOUND))
        if form.contract_id is not None:
            found = await uow.pqrs.contract_property(form.contract_id, client_id)
            if found is None:
                problems.append(FieldProblem("contractId", FieldProblemCode.NOT_FOUND))
            elif property_id is not None and property_id != found and not problems:
                problems.append(FieldProblem("contractId", FieldProblemCode.MISMATCH, "other_property"))
            property_id = property_id or found
        return client_id, property_id, problems

    def _case(
        self,
        viewer: SignedIn,
        form: PqrsForm,
        number: int,
        client_id: ClientId,
        property_id: PropertyId | None,
        now: datetime,
    ) -> Pqrs:
        today = bogota_date(now)
        term = term_of(form.classification, form.matter, on=today)
        return Pqrs(
            id=PqrsId(uuid4()),
            agency_id=viewer.agency_id,
            filing_number=filing_number(today.year, number),
            client_id=client_id,
            filed_by=viewer.account_id,
            status=PqrsStatus.PENDING,
            classification=form.classification,
            subject=form.subject,
            start_on=form.start_on or today,
            description=form.description,
            filed_at=now,
            term_from_on=today,
            due_on=add_business_days(today, term.days, is_holiday=self.calendar.is_holiday),
            idempotency_key=form.idempotency_key,
            request_hash=form.fingerprint,
            matter=form.matter,
            property_id=property_id,
            contract_id=form.contract_id,
        )


async def _within_the_days_limit(uow: UnitOfWork, viewer: SignedIn, client_id: ClientId, *, at: datetime) -> None:
    """LimitReached for a client who has filed as much as one Bogotá day allows; the staff file whatever comes in."""
    if isinstance(viewer, StaffViewer):
        return
    if await uow.pqrs.filed_since(client_id, midnight(bogota_date(at))) >= DAILY_LIMIT:
        raise LimitReached(DAILY_LIMIT)
