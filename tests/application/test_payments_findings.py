"""The staff say that a finding was dealt with."""

from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest

from application.access import Visitor
from application.use_cases.payments import ResolveFinding
from domain.errors import InvalidInput, InvalidTransition, NotAllowed, NotFound, Unauthenticated
from domain.findings import Finding, FindingKind
from domain.payment_intents import PaymentIntentStatus
from tests.application.payments_world import World, as_staff


class Office(World):
    """A member of the staff, and the use case."""

    def __init__(self) -> None:
        super().__init__()
        self.staff = as_staff(self.agency)
        self.resolve = ResolveFinding(unit_of_work=self.till, clock=self.clock)

    def find(self, **given: object) -> Finding:
        finding = Finding(
            id=uuid4(), agency_id=self.agency.id, kind=FindingKind.CREDITED, key=uuid4().hex, at=self.clock.now()
        )
        finding = replace(finding, **given)  # type: ignore[arg-type]
        self.books.findings[finding.agency_id, finding.key] = finding
        return finding

    def found(self, finding: Finding) -> Finding:
        return self.books.findings[finding.agency_id, finding.key]


async def test_a_finding_is_resolved_by_somebody_with_a_note() -> None:
    office = Office()
    finding = office.find()
    office.clock.advance(timedelta(hours=2))

    await office.resolve(office.staff, finding_id=finding.id, note=" Se abonó a julio. ")

    assert office.found(finding) == replace(
        finding, resolved_at=office.clock.now(), resolved_by=office.staff.account_id, note="Se abonó a julio."
    )
    with pytest.raises(InvalidTransition):
        await office.resolve(office.staff, finding_id=finding.id, note="Otra vez.")
    assert office.found(finding).note == "Se abonó a julio."


async def test_who_may_not_changes_nothing() -> None:
    office = Office()
    finding, theirs = office.find(), office.find(agency_id=office.other_agency.id)
    for viewer, refusal in (
        (office.viewer, NotAllowed),
        (Visitor(agency_id=office.agency.id), Unauthenticated),
        (as_staff(office.other_agency), NotFound),
    ):
        with pytest.raises(refusal):
            await office.resolve(viewer, finding_id=finding.id, note="Visto.")
    for key in (theirs.id, uuid4()):
        with pytest.raises(NotFound):
            await office.resolve(office.staff, finding_id=key, note="Visto.")
    assert (office.found(finding), office.found(theirs), office.till.commits) == (finding, theirs, 0)


@pytest.mark.parametrize(
    ("note", "code"), [("", "REQUIRED"), (" \n", "REQUIRED"), ("x" * 501, "TOO_LONG"), ("a\0b", "INVALID")]
)
async def test_a_note_has_to_say_something_that_can_be_kept(note: str, code: str) -> None:
    office = Office()
    finding = office.find()
    with pytest.raises(InvalidInput) as refused:
        await office.resolve(office.staff, finding_id=finding.id, note=note)
    assert [(it.field, it.code) for it in refused.value.problems] == [("note", code)]
    assert office.found(finding) == finding


async def test_a_review_is_ended_by_deciding_about_the_payment() -> None:
    office = Office()
    intent = await office.start(office.viewer, office.invoices[0])
    finding = office.find(kind=FindingKind.REVIEW, intent_id=intent.id)
    office.books.intents[intent.id] = replace(intent, status=PaymentIntentStatus.REVIEW)

    with pytest.raises(InvalidTransition):
        await office.resolve(office.staff, finding_id=finding.id, note="No lo mire nadie.")

    assert office.found(finding) == finding
    office.books.intents[intent.id] = replace(intent, status=PaymentIntentStatus.CANCELLED)
    await office.resolve(office.staff, finding_id=finding.id, note="Ya se decidió.")
    assert office.found(finding).resolved_at is not None
