"""A dispute that somebody told of falsely is put aside by the staff; what the gateway itself tells counts more."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from application.access import Visitor
from application.use_cases.payments import DismissDispute, ResolveFinding
from application.use_cases.payments.refunds import RefundForm
from domain.audit import AuditAction
from domain.errors import GatewayUnavailable, InvalidInput, InvalidTransition, NotAllowed, NotFound, Unauthenticated
from domain.findings import FindingKind
from domain.payment_intents import DisputeStatus, PaymentIntent
from domain.payments import PaymentMethod
from domain.refunds import RefundStatus
from tests.application.payments_world import as_staff, refused
from tests.application.test_payments_disputes import Office, form
from tests.fakes.payment_gateway import a_report

NOTE = "En el panel de PayU no hay nada."


async def claimed() -> tuple[Office, PaymentIntent]:
    """By somebody who knew the address and the reference; a day has passed."""
    office = Office()
    intent = await office.paid()
    paid = a_report(intent.reference, intent.amount, method=PaymentMethod.CREDIT_CARD)
    office.gateway.knows([replace(paid, order_id="1")])
    await office.told(form(intent))
    office.clock.advance(timedelta(days=1))
    return office, office.intent(intent)


async def dismiss(office: Office, intent: PaymentIntent, note: str = NOTE) -> PaymentIntent:
    use_case = DismissDispute(settlement=office.settlement)
    return await use_case(office.staff, reference=intent.reference, note=note)


def notes(office: Office) -> list[tuple[str | None, bool]]:
    found = [it for it in office.books.findings.values() if it.kind is FindingKind.DISPUTE]
    return [(it.note, it.resolved_at is not None) for it in found]


def wish(office: Office) -> RefundForm:
    ((payment, _),) = office.payments
    return RefundForm(payment_id=payment.id, reason="Desistió.", idempotency_key="k")


async def test_a_false_dispute_is_put_aside_and_the_payment_can_be_returned_again() -> None:
    office, intent = await claimed()
    await refused(office, InvalidTransition, office.refund_payment(office.staff, wish(office)))

    done = await dismiss(office, intent, f" {NOTE} ")

    assert (done.dispute, office.intent(intent).dispute) == (DisputeStatus.DISMISSED, DisputeStatus.DISMISSED)
    (finding,) = office.books.findings.values()
    assert (finding.note, finding.resolved_by) == (NOTE, office.staff.account_id)
    (entry,) = office.books.audit
    assert (entry.action, entry.entity_id) == (AuditAction.DISPUTE_DISMISSED, intent.id)
    _, refund = await office.refund_payment(office.staff, wish(office))
    assert refund.status is RefundStatus.REQUESTED
    await refused(office, InvalidTransition, dismiss(office, intent))


async def test_a_finding_that_was_closed_by_hand_leaves_the_dispute_and_the_note_has_one_of_its_own() -> None:
    office, intent = await claimed()
    (finding,) = office.books.findings.values()
    await ResolveFinding(unit_of_work=office.till, clock=office.clock)(
        office.staff, finding_id=finding.id, note="Visto."
    )
    assert office.intent(intent).dispute is DisputeStatus.OPEN

    await dismiss(office, intent)

    assert notes(office) == [("Visto.", True), (NOTE, True)]
    assert office.intent(intent).dispute is DisputeStatus.DISMISSED


async def test_what_is_posted_afterwards_is_told_once_a_day_and_blocks_nothing() -> None:
    office, intent = await claimed()
    await dismiss(office, intent)

    for state in ("REVIEW", "NOTIFIED_AGAIN"):
        office.clock.advance(60)
        await office.told(form(intent, state))

    assert office.intent(intent).dispute is DisputeStatus.DISMISSED
    assert office.disputes() == [(intent.reference, date(2026, 7, 7))]
    await office.refund_payment(office.staff, wish(office))
    office.clock.advance(timedelta(days=181))
    await office.reconcile(office.agency.id, office.clock.today())
    assert office.disputes() == []


async def test_a_chargeback_wins_before_and_after() -> None:
    for before in (True, False):
        office, intent = await claimed()
        if not before:
            await dismiss(office, intent)
        (known,) = office.gateway.answers[intent.reference]
        office.gateway.knows([replace(known, charged_back=True)])
        office.clock.advance(timedelta(days=8))

        if before:
            with pytest.raises(InvalidTransition):
                await dismiss(office, intent)
        else:
            await office.reconcile_payments(office.agency.id)

        assert office.intent(intent).dispute is DisputeStatus.LOST
        assert office.invoice(office.invoices[0]).paid == 0
        assert len(office.books.audit) == (not before)
        await office.assert_balanced()


async def test_a_gateway_that_does_not_say_leaves_it_open() -> None:
    office, intent = await claimed()
    office.gateway.down = True
    await refused(office, GatewayUnavailable, dismiss(office, intent), asked=True)
    office.gateway.down = False
    office.clock.advance(10)
    await office.settlement.ask(intent)  # somebody else asks, and this one cannot
    await refused(office, GatewayUnavailable, dismiss(office, intent))


async def test_only_staff_of_the_agency_put_it_aside_and_they_say_why() -> None:
    office, intent = await claimed()
    use_case = DismissDispute(settlement=office.settlement)
    for viewer, error in (
        (Visitor(agency_id=office.agency.id), Unauthenticated),
        (office.viewer, NotAllowed),
        (as_staff(office.other_agency), NotFound),
    ):
        await refused(office, error, use_case(viewer, reference=intent.reference, note=NOTE))
    for note in ("", " ", "x" * 501, "a\0b"):
        wrong = await refused(office, InvalidInput, dismiss(office, intent, note))
        assert [it.field for it in wrong.problems] == ["note"]
    quiet = Office()
    await refused(quiet, InvalidTransition, dismiss(quiet, await quiet.paid()))
