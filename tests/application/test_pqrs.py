"""Filing PQRS: what a case gets, what is refused, and that a refusal leaves nothing behind."""

from base64 import b64encode
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from typing import Any
from uuid import UUID

import pytest

from application.access import SignedIn, Viewer
from application.announcements import pqrs_due_soon, pqrs_filed
from application.attachments import CheckFiles, SentFile
from application.use_cases.pqrs import FilePqrs, PqrsForm
from domain.attachments import FILE_LIMIT, FileKind
from domain.errors import (
    DomainError,
    FieldProblem,
    FieldProblemCode,
    IdempotencyConflict,
    InvalidInput,
    LimitReached,
    Unauthenticated,
)
from domain.ids import ClientId, ContractId, PropertyId
from domain.periods import BOGOTA as BOGOTA_TIME
from domain.pqrs import Pqrs, PqrsActor, PqrsClassification, PqrsEvent, PqrsStatus, PqrsSubject
from tests import factories as a
from tests.factories import NOON
from tests.fakes.attachments import FakeFileInspector
from tests.fakes.calendar import FakeHolidays
from tests.fakes.clock import FakeClock
from tests.fakes.unit_of_work import FakeDatabase
from tests.told import told
from tests.village import Village

NOBODY = UUID(int=0)
BOGOTA = timedelta(hours=5)
HOLIDAYS = "2025-06-23 2025-06-30 2026-04-02 2026-04-03 2026-07-13 2026-07-20 2026-12-25 2027-01-01 2027-01-11"


@dataclass
class Counter:
    """Where cases are filed: an agency of which Ana, Berta and the others are clients."""

    village: Village
    database: FakeDatabase
    clock: FakeClock

    def __post_init__(self) -> None:
        calendar = FakeHolidays(date.fromisoformat(day) for day in HOLIDAYS.split())
        self.inspector = FakeFileInspector()
        self.file = FilePqrs(
            unit_of_work=self.database,
            check_files=CheckFiles(inspector=self.inspector),
            calendar=calendar,
            clock=self.clock,
        )
        self.ana, self.staff = self.village.viewer(self.village.ana), self.village.staff

    @property
    def number(self) -> int:
        """The last one given this year."""
        return self.database.store.counters.get((self.village.agency.id, "pqrs:2026"), 0)

    @property
    def cases(self) -> dict[Any, Pqrs]:
        return self.database.store.pqrs

    async def refused(self, viewer: Viewer, form: PqrsForm, error: type[DomainError]) -> Any:
        """The refusal, after which everything is as it was."""
        before, commits = told(vars(self.database.store)), self.database.commits
        with pytest.raises(error) as refusal:
            await self.file(viewer, form)
        assert told(vars(self.database.store)) == before
        assert self.database.commits == commits
        return refusal.value

    async def problems(self, viewer: Viewer, form: PqrsForm) -> list[tuple[str, FieldProblemCode, str]]:
        refusal = await self.refused(viewer, form, InvalidInput)
        found: tuple[FieldProblem, ...] = refusal.problems
        return [(problem.field, problem.code, problem.reason) for problem in found]


@pytest.fixture
def counter() -> Counter:
    village = Village()
    village.store.pqrs.clear()
    village.store.pqrs_events.clear()
    village.store.attachments.clear()
    return Counter(village, FakeDatabase(village.store), FakeClock(NOON))


def a_form(**given: Any) -> PqrsForm:
    common: dict[str, Any] = {
        "classification": PqrsClassification.COMPLAINT,
        "subject": PqrsSubject.REPAIRS,
        "description": "Gotea el techo.\nDesde ayer.",
        "idempotency_key": "clave",
    }
    return PqrsForm(**(common | given))


PNG, PDF = b"\x89PNG\r\n\x1a\n", b"%PDF-1.7"


def sent(content: bytes, name: str = "archivo") -> SentFile:
    return SentFile(name, b64encode(content).decode())


async def file_many(counter: Counter, count: int, viewer: SignedIn | None = None, **given: Any) -> None:
    for index in range(count):
        await counter.file(viewer or counter.ana, a_form(idempotency_key=f"n-{index}", **given))


async def test_its_client_is_sent_the_acknowledgement_once(counter: Counter) -> None:
    form = a_form()
    case = await counter.file(counter.ana, form)
    await counter.file(counter.ana, form)

    warning = pqrs_due_soon(case, datetime(2026, 8, 4, 8, tzinfo=BOGOTA_TIME))
    assert [kept.job for kept in counter.database.store.jobs] == [pqrs_filed(case), warning]


async def test_a_case_gets_its_number_is_pending_and_has_a_term(counter: Counter) -> None:
    case = await counter.file(counter.ana, a_form())

    assert told(case) == told(
        Pqrs(
            id=case.id,
            agency_id=counter.village.agency.id,
            filing_number="PQRS-2026-000001",
            client_id=counter.village.ana.id,
            filed_by=counter.ana.account_id,
            status=PqrsStatus.PENDING,
            classification=PqrsClassification.COMPLAINT,
            subject=PqrsSubject.REPAIRS,
            start_on=date(2026, 7, 15),
            description="Gotea el techo.\nDesde ayer.",
            filed_at=NOON,
            term_from_on=date(2026, 7, 15),
            due_on=date(2026, 8, 6),
            idempotency_key="clave",
            request_hash=a_form().fingerprint,
        )
    )
    assert told(counter.cases) == told({case.id: case})
    (event,) = counter.database.store.pqrs_events
    assert event == PqrsEvent(
        pqrs_id=case.id,
        at=NOON,
        from_status=None,
        to_status=PqrsStatus.PENDING,
        by=PqrsActor.CLIENT,
        account_id=counter.ana.account_id,
        due_on=case.due_on,
    )


@pytest.mark.parametrize("classification", PqrsClassification)
@pytest.mark.parametrize(
    ("filed", "due"),
    [
        ("2026-03-30", "2026-04-22"),  # Holy Thursday and Good Friday
        ("2026-07-01", "2026-07-24"),  # Chiquinquirá and Independence
        ("2025-06-20", "2025-07-15"),  # Corpus Christi, and two holidays that fall together
        ("2026-12-18", "2027-01-13"),  # over the turn of the year
        ("2026-07-18", "2026-08-10"),  # a Saturday
    ],
)
async def test_the_term_is_fifteen_business_days_from_the_day_after_filing(
    counter: Counter, classification: PqrsClassification, filed: str, due: str
) -> None:
    day = datetime.fromisoformat(filed).replace(tzinfo=UTC)
    dues = set()
    for hour in (0, 12, 23):
        counter.clock.set(day + BOGOTA + timedelta(hours=hour))
        form = a_form(classification=classification, idempotency_key=str(hour))
        dues.add((await counter.file(counter.ana, form)).due_on)

    assert dues == {date.fromisoformat(due)}


async def test_the_year_of_a_number_is_the_year_in_bogota(counter: Counter) -> None:
    counter.clock.set(datetime(2026, 12, 31, 23, 30, tzinfo=UTC) + BOGOTA)
    old = await counter.file(counter.ana, a_form())
    counter.clock.advance(30 * 60)
    new = await counter.file(counter.ana, a_form(idempotency_key="otra"))

    assert (old.filing_number, new.filing_number) == ("PQRS-2026-000001", "PQRS-2027-000001")
    assert (old.start_on, new.start_on) == (date(2026, 12, 31), date(2027, 1, 1))


async def test_numbers_count_up_over_all_clients_of_the_agency(counter: Counter) -> None:
    people = (counter.ana, counter.village.viewer(counter.village.berta), counter.ana)
    cases = [await counter.file(viewer, a_form(idempotency_key=str(index))) for index, viewer in enumerate(people)]

    assert [case.filing_number[-1] for case in cases] == ["1", "2", "3"]


async def test_a_repeat_is_the_same_case(counter: Counter) -> None:
    first = await counter.file(counter.ana, a_form())
    counter.clock.advance(timedelta(days=1))

    again = await counter.file(counter.ana, a_form())

    assert told(again) == told(first)
    assert (len(counter.cases), counter.number) == (1, 1)


@pytest.mark.parametrize(
    "changed",
    [
        {"description": "Otra cosa."},
        {"classification": PqrsClassification.CLAIM},
        {"subject": PqrsSubject.LEGAL},
        {"start_on": date(2026, 7, 1)},
        {"property_id": "flat"},
        {"contract_id": "flat_lease"},
    ],
)
async def test_a_key_with_other_data_is_a_conflict(counter: Counter, changed: dict[str, Any]) -> None:
    await counter.file(counter.ana, a_form())
    named = {name: getattr(counter.village, value).id for name, value in changed.items() if name.endswith("_id")}

    await counter.refused(counter.ana, a_form(**(changed | named)), IdempotencyConflict)


async def test_a_key_is_its_accounts_own(counter: Counter) -> None:
    mine = await counter.file(counter.ana, a_form())
    theirs = await counter.file(counter.village.viewer(counter.village.berta), a_form(description="Otra cosa."))

    assert mine.id != theirs.id


async def test_a_repeat_is_answered_even_after_the_days_limit(counter: Counter) -> None:
    first = await counter.file(counter.ana, a_form())
    await file_many(counter, 19)

    assert (await counter.file(counter.ana, a_form())).id == first.id


async def test_the_twenty_first_case_of_a_day_is_too_many(counter: Counter) -> None:
    await file_many(counter, 20)

    refusal = await counter.refused(counter.ana, a_form(idempotency_key="una más"), LimitReached)

    assert refusal.limit == 20
    assert counter.number == 20
    # Another client files on; so does the same one from midnight in Bogotá.
    await counter.file(counter.village.viewer(counter.village.berta), a_form())
    counter.clock.set(datetime(2026, 7, 15, 23, 59, 59, tzinfo=UTC) + BOGOTA)
    await counter.refused(counter.ana, a_form(idempotency_key="una más"), LimitReached)
    counter.clock.advance(1)
    assert (await counter.file(counter.ana, a_form(idempotency_key="una más"))).filing_number == "PQRS-2026-000022"


async def test_staff_file_as_many_as_they_receive(counter: Counter) -> None:
    await file_many(counter, 21, counter.staff, client_id=counter.village.ana.id)

    assert counter.number == 21


async def test_staff_file_on_behalf_of_a_client(counter: Counter) -> None:
    v = counter.village
    form = a_form(client_id=v.berta.id, property_id=v.flat.id, contract_id=v.flat_management.id)

    case = await counter.file(counter.staff, form)

    assert (case.client_id, case.filed_by) == (v.berta.id, v.rosa.id)
    assert (case.property_id, case.contract_id) == (v.flat.id, v.flat_management.id)
    assert [event.by for event in counter.database.store.pqrs_events] == [PqrsActor.AGENCY]


async def test_staff_who_are_clients_file_for_themselves_too(counter: Counter) -> None:
    v = counter.village
    both = a.staff_of(v.agency, client=v.gloria)

    own = await counter.file(both, a_form())
    other = await counter.file(both, a_form(client_id=v.ana.id, idempotency_key="otra"))

    assert (own.client_id, other.client_id) == (v.gloria.id, v.ana.id)
    assert [event.by for event in counter.database.store.pqrs_events] == [PqrsActor.CLIENT, PqrsActor.AGENCY]


async def test_a_contract_brings_its_property(counter: Counter) -> None:
    v = counter.village

    case = await counter.file(counter.ana, a_form(contract_id=v.flat_lease.id))

    assert (case.contract_id, case.property_id) == (v.flat_lease.id, v.flat.id)


async def test_a_property_may_stand_alone(counter: Counter) -> None:
    v = counter.village
    for index, (client, home) in enumerate(((v.ana, v.flat), (v.elias, v.flat), (v.ciro, v.flat), (v.felix, v.depot))):
        form = a_form(property_id=home.id, idempotency_key=str(index))
        case = await counter.file(v.viewer(client), form)
        assert (case.property_id, case.contract_id) == (home.id, None)


async def test_the_files_of_a_case_are_kept_with_it(counter: Counter) -> None:
    case = await counter.file(counter.ana, a_form(attachments=(sent(PNG + b"1", "a/b.exe"), sent(PDF, "carta.pdf"))))

    kept = counter.database.store.attachments.values()
    assert [(file.position, file.file_name, file.content_type, content) for file, content in kept] == [
        (1, "b-exe.png", FileKind.PNG, PNG + b"1"),
        (2, "carta.pdf", FileKind.PDF, PDF),
    ]
    for file, content in kept:
        assert (file.pqrs_id, file.client_id, file.agency_id) == (case.id, case.client_id, case.agency_id)
        assert (file.author, file.internal, file.message_id) == (PqrsActor.CLIENT, False, None)
        assert (file.added_at, file.byte_size, file.sha256) == (NOON, len(content), sha256(content).hexdigest())


async def test_files_that_staff_send_in_for_a_caller_are_the_clients(counter: Counter) -> None:
    await counter.file(counter.staff, a_form(client_id=counter.village.ana.id, attachments=(sent(PNG),)))

    ((file, _),) = counter.database.store.attachments.values()
    assert (file.author, file.internal) == (PqrsActor.CLIENT, False)


async def test_the_same_files_under_the_same_key_are_the_same_case(counter: Counter) -> None:
    form = a_form(attachments=(sent(PNG), sent(PDF)))
    case = await counter.file(counter.ana, form)

    assert (await counter.file(counter.ana, form)).id == case.id
    assert len(counter.database.store.attachments) == 2
    for files in ((), (sent(PNG),), (sent(PDF), sent(PNG)), (sent(PNG), sent(PDF + b" "))):
        await counter.refused(counter.ana, replace(form, attachments=files), IdempotencyConflict)
    renamed = (sent(PNG), sent(PDF, "otro"))
    await counter.refused(counter.ana, replace(form, attachments=renamed), IdempotencyConflict)


async def test_nobody_looks_into_files_of_what_is_not_filed(counter: Counter) -> None:
    form = a_form(attachments=(sent(PNG),))
    await counter.refused(counter.village.visitor, form, Unauthenticated)
    for wrong in (
        {"description": ""},
        {"property_id": PropertyId(NOBODY)},
        {"attachments": (sent(PNG), sent(b"MZ"))},
        {"attachments": (sent(PNG), SentFile("archivo", "no es base64"))},
        {"attachments": (sent(PNG), sent(PDF + bytes(FILE_LIMIT)))},
        {"attachments": (sent(PNG + bytes(FILE_LIMIT // 2)),) * 2},
        {"attachments": (sent(PNG),) * 6},
    ):
        await counter.refused(counter.ana, replace(form, **wrong), InvalidInput)
    await file_many(counter, 20)
    await counter.refused(counter.ana, form, LimitReached)

    assert counter.inspector.looked == []


async def test_files_of_a_repeat_are_not_looked_into_again(counter: Counter) -> None:
    form = a_form(attachments=(sent(PNG),))
    await counter.file(counter.ana, form)

    await counter.file(counter.ana, form)
    await counter.refused(counter.ana, replace(form, description="Otra cosa."), IdempotencyConflict)

    assert counter.inspector.looked == [PNG]


async def test_all_files_that_turn_out_to_be_no_good_are_told(counter: Counter) -> None:
    bad = PDF + b"DAMAGED"

    problems = await counter.problems(counter.ana, a_form(attachments=(sent(bad), sent(PNG), sent(bad))))

    assert [(field, reason) for field, _, reason in problems] == [
        ("attachments.0", "file_damaged"),
        ("attachments.2", "file_damaged"),
    ]


async def test_a_visitor_files_nothing(counter: Counter) -> None:
    await counter.refused(counter.village.visitor, a_form(), Unauthenticated)


REQUIRED, INVALID, NOT_FOUND = FieldProblemCode.REQUIRED, FieldProblemCode.INVALID, FieldProblemCode.NOT_FOUND
TOO_LONG, NOT_ALLOWED, MISMATCH = FieldProblemCode.TOO_LONG, FieldProblemCode.NOT_ALLOWED, FieldProblemCode.MISMATCH


@pytest.mark.parametrize(
    ("given", "problem"),
    [
        ({"description": ""}, ("description", REQUIRED, "")),
        ({"description": " \n\t"}, ("description", REQUIRED, "")),
        ({"description": "x" * 10_001}, ("description", TOO_LONG, "")),
        ({"description": "a\0b"}, ("description", INVALID, "control_characters")),
        ({"description": "a\ud83db"}, ("description", INVALID, "control_characters")),
        ({"idempotency_key": " "}, ("idempotencyKey", REQUIRED, "")),
        ({"idempotency_key": "x" * 201}, ("idempotencyKey", TOO_LONG, "")),
        ({"idempotency_key": "a\nb"}, ("idempotencyKey", INVALID, "control_characters")),
        ({"start_on": date(2026, 7, 16)}, ("startDate", INVALID, "future")),
        ({"start_on": date(1999, 12, 31)}, ("startDate", INVALID, "too_early")),
        ({"attachments": (sent(b"GIF89a"),)}, ("attachments.0", INVALID, "file_kind")),
        ({"attachments": (sent(PNG),) * 6}, ("attachments", TOO_LONG, "too_many_files")),
        ({"client_id": ClientId(NOBODY)}, ("clientId", NOT_ALLOWED, "")),
        ({"property_id": PropertyId(NOBODY)}, ("propertyId", NOT_FOUND, "")),
        ({"contract_id": ContractId(NOBODY)}, ("contractId", NOT_FOUND, "")),
    ],
)
async def test_what_a_form_cannot_say_is_refused(
    counter: Counter, given: dict[str, Any], problem: tuple[str, FieldProblemCode, str]
) -> None:
    assert await counter.problems(counter.ana, a_form(**given)) == [problem]


async def test_a_form_may_say_as_much_as_its_limits(counter: Counter) -> None:
    form = a_form(description="x" * 10_000, idempotency_key="k" * 200, start_on=date(2000, 1, 1))

    assert (await counter.file(counter.ana, form)).start_on == date(2000, 1, 1)
    today = await counter.file(counter.ana, a_form(start_on=date(2026, 7, 15)))
    assert today.start_on == date(2026, 7, 15)


async def test_today_is_the_day_in_bogota(counter: Counter) -> None:
    counter.clock.set(datetime(2026, 7, 16, 3, tzinfo=UTC))  # 22:00 on the 15th

    problems = await counter.problems(counter.ana, a_form(start_on=date(2026, 7, 16)))

    assert problems == [("startDate", INVALID, "future")]


async def test_all_problems_are_told_at_once(counter: Counter) -> None:
    form = a_form(
        description="",
        idempotency_key="",
        start_on=date(2030, 1, 1),
        attachments=(sent(PNG), sent(b"GIF89a")),
        property_id=PropertyId(NOBODY),
        contract_id=ContractId(NOBODY),
    )

    fields = [field for field, _, _ in await counter.problems(counter.ana, form)]

    assert fields == ["description", "idempotencyKey", "startDate", "attachments.1", "propertyId", "contractId"]


async def test_what_is_anothers_answers_like_what_does_not_exist(counter: Counter) -> None:
    v, elsewhere = counter.village, Village()
    vars(counter.database.store).update(
        {name: rows | getattr(elsewhere.store, name) for name, rows in vars(v.store).items() if isinstance(rows, dict)}
    )
    # Ana's landlord's papers, another client's and another agency's.
    for contract in (v.flat_management, v.shop_lease, elsewhere.flat_lease):
        form = a_form(contract_id=contract.id)
        assert await counter.problems(counter.ana, form) == [("contractId", NOT_FOUND, "")]
    for home in (v.shop, elsewhere.flat):
        form = a_form(property_id=home.id)
        assert await counter.problems(counter.ana, form) == [("propertyId", NOT_FOUND, "")]
    for client in (elsewhere.ana.id, ClientId(NOBODY)):
        assert await counter.problems(counter.staff, a_form(client_id=client)) == [("clientId", NOT_FOUND, "")]
    # Nor do staff put one client's case on another's contract.
    form = a_form(client_id=v.berta.id, contract_id=v.flat_lease.id)
    assert await counter.problems(counter.staff, form) == [("contractId", NOT_FOUND, "")]
    # The owner reads the lease on the flat, but it is not the owner's own contract.
    form = a_form(contract_id=v.flat_lease.id)
    assert await counter.problems(v.viewer(v.berta), form) == [("contractId", NOT_FOUND, "")]


async def test_contract_and_property_have_to_match(counter: Counter) -> None:
    v = counter.village
    form = a_form(contract_id=v.shop_lease.id, property_id=v.depot.id)

    problems = await counter.problems(v.viewer(v.diana), form)

    assert problems == [("contractId", MISMATCH, "other_property")]
    matching = replace(form, property_id=v.shop.id)
    assert (await counter.file(v.viewer(v.diana), matching)).property_id == v.shop.id


async def test_staff_have_to_say_for_whom(counter: Counter) -> None:
    assert await counter.problems(counter.staff, a_form()) == [("clientId", REQUIRED, "")]
