"""What the staff decide about payments in review."""

from decimal import Decimal

import pytest

from application.access import Visitor
from application.use_cases.payments.reviews import ReviewDecision
from domain.errors import (
    GatewayUnavailable,
    InvalidInput,
    InvalidTransition,
    NotAllowed,
    NotFound,
    Unauthenticated,
)
from domain.findings import FindingKind
from domain.gateway_reports import ReportedState, StatusReason
from domain.ledger import JournalKind, LedgerAccount
from domain.payment_intents import PaymentIntent, PaymentIntentStatus
from tests.application.payments_world import World, as_staff, refused
from tests.fakes.payment_gateway import a_report

S = PaymentIntentStatus
D = ReviewDecision
R = ReportedState


async def in_review(world: World, *, amount: str = "900000.00", confirmed: bool = True) -> PaymentIntent:
    """Too little was paid, as a notice says and, if `confirmed`, the gateway too."""
    intent = await world.start(world.viewer, world.invoices[0])
    if confirmed:
        world.gateway.knows([a_report(intent.reference, amount)])
        await world.refresh_payment(world.viewer, reference=intent.reference)
        world.clock.advance(10)
    else:
        await world.notice(intent, amount=amount)
    assert world.intent(intent).status is S.REVIEW
    return intent


async def test_money_that_is_taken_pays_the_invoice_as_far_as_it_goes() -> None:
    world = World()
    intent = await in_review(world)

    done = await world.resolve_review(world.staff, reference=intent.reference, decision=D.APPROVE, note=" Es abono. ")

    assert done.status is world.intent(intent).status is S.APPROVED
    ((payment, shares),) = world.payments
    assert (payment.amount, shares) == (Decimal("900000.00"), ((world.invoices[0].id, Decimal("900000.00")),))
    assert world.invoice(world.invoices[0]).paid == Decimal("900000.00")
    (released,) = [it for it in world.books.journals.values() if it.kind is JournalKind.RELEASE]
    assert (released.by, released.note) == (world.staff.account_id, "Es abono.")
    (finding,) = [it for it in world.books.findings.values() if it.kind is FindingKind.REVIEW]
    assert finding.resolved_at is not None
    await world.assert_balanced()


async def test_money_that_is_not_taken_is_to_be_returned() -> None:
    world = World()
    intent = await in_review(world)

    done = await world.resolve_review(world.staff, reference=intent.reference, decision=D.CANCEL, note="No es nuestro.")

    assert (done.status, world.payments) == (S.CANCELLED, [])
    (journal,) = [it for it in world.books.journals.values() if it.kind is JournalKind.RETURN]
    assert {entry.account for entry in journal.entries} == {LedgerAccount.UNAPPLIED, LedgerAccount.TO_RETURN}
    assert (journal.by, journal.note) == (world.staff.account_id, "No es nuestro.")
    (owed,) = [it for it in world.books.findings.values() if it.kind is FindingKind.TO_RETURN]
    (attempt,) = world.intent(intent).attempts
    assert (owed.reference, owed.amount, owed.resolved_at) == (intent.reference, attempt.amount, None)
    # The same news moves nothing more.
    world.clock.advance(10)
    await world.refresh_payment(world.viewer, reference=intent.reference)
    assert (world.intent(intent).status, world.payments) == (S.CANCELLED, [])
    await world.assert_balanced()


@pytest.mark.parametrize("told", ["1000000.00", "950000.00"])
async def test_held_money_of_which_the_gateway_tells_another_amount_is_in_the_books_once(told: str) -> None:
    """A statement typed by hand may have told it wrongly first."""
    world = World()
    intent = await in_review(world)
    world.gateway.knows([a_report(intent.reference, told)])
    await world.refresh_payment(world.viewer, reference=intent.reference)
    fits = Decimal(told) == intent.amount
    assert world.intent(intent).status is (S.APPROVED if fits else S.REVIEW)

    assert balance(world, LedgerAccount.GATEWAY) == Decimal(told)
    assert balance(world, LedgerAccount.UNAPPLIED) == (0 if fits else -Decimal(told))
    if not fits:
        world.clock.advance(10)
        await world.resolve_review(world.staff, reference=intent.reference, decision=D.APPROVE, note="Es abono.")
    assert balance(world, LedgerAccount.UNAPPLIED) == 0
    assert [payment.amount for payment, _ in world.payments] == [Decimal(told)]
    await world.assert_balanced()


def balance(world: World, account: LedgerAccount) -> Decimal:
    entries = (entry for journal in world.books.journals.values() for entry in journal.entries)
    return sum((entry.amount for entry in entries if entry.account is account), Decimal(0))


@pytest.mark.parametrize("decision", D)
async def test_a_silent_gateway_does_not_stop_a_decision_about_what_it_had_confirmed(decision: ReviewDecision) -> None:
    world = World()
    intent = await in_review(world)
    world.gateway.down = True

    done = await world.resolve_review(world.staff, reference=intent.reference, decision=decision, note="Llamé.")

    assert done.status is (S.APPROVED if decision is D.APPROVE else S.CANCELLED)
    assert world.gateway.queried[-1] == intent.reference
    await world.assert_balanced()


@pytest.mark.parametrize("decision", D)
async def test_what_only_a_notice_said_waits_for_the_gateway(decision: ReviewDecision) -> None:
    world = World()
    intent = await in_review(world, confirmed=False)
    world.gateway.down = True

    def decide(note: str = "Sí.") -> object:
        return world.resolve_review(world.staff, reference=intent.reference, decision=decision, note=note)

    for asked in (True, False):  # the second time another question has just been asked
        told = await refused(world, GatewayUnavailable, decide(), asked=asked)  # type: ignore[arg-type]
        assert told.intent_id == intent.id


@pytest.mark.parametrize("decision", D)
async def test_an_answer_from_before_the_notice_confirms_nothing(decision: ReviewDecision) -> None:
    world = World()
    intent = await world.start(world.viewer, world.invoices[0])
    await world.refresh_payment(world.viewer, reference=intent.reference)
    await world.notice(intent, amount="900000.00")
    world.gateway.knows([a_report(intent.reference, "900000.00")])

    work = world.resolve_review(world.staff, reference=intent.reference, decision=decision, note="A ver.")
    await refused(world, GatewayUnavailable, work)

    world.clock.advance(4)
    await world.resolve_review(world.staff, reference=intent.reference, decision=decision, note="A ver.")
    kinds = [it.kind for it in world.books.journals.values()]
    assert kinds == [JournalKind.UNAPPLIED, JournalKind.RELEASE if decision is D.APPROVE else JournalKind.RETURN]


async def test_what_a_notice_said_and_the_gateway_does_not_know_is_no_money() -> None:
    world = World()
    intent = await in_review(world, confirmed=False)

    async def decide(decision: ReviewDecision) -> PaymentIntent:
        return await world.resolve_review(world.staff, reference=intent.reference, decision=decision, note="A ver.")

    with pytest.raises(InvalidTransition):
        await decide(D.APPROVE)
    world.clock.advance(4)
    assert (await decide(D.CANCEL)).status is S.CANCELLED
    assert world.payments == []
    await world.assert_balanced()


async def test_a_test_payment_is_nothing_to_take() -> None:
    world = World(test_allowed=False)
    world.change_account(test=False)
    intent = await world.start(world.viewer, world.invoices[0])
    world.gateway.knows([a_report(intent.reference, intent.amount, is_test=True)])
    await world.refresh_payment(world.viewer, reference=intent.reference)
    assert world.intent(intent).status_reason is StatusReason.TEST_PAYMENT
    world.clock.advance(10)

    with pytest.raises(InvalidTransition):
        await world.resolve_review(world.staff, reference=intent.reference, decision=D.APPROVE, note="Sí.")
    assert world.payments == []
    done = await world.resolve_review(world.staff, reference=intent.reference, decision=D.CANCEL, note="Era de prueba.")
    assert done.status is S.CANCELLED


async def test_what_the_gateway_makes_good_meanwhile_needs_no_decision() -> None:
    world = World()
    intent = await in_review(world)
    world.gateway.knows(
        [
            a_report(intent.reference, "900000.00"),
            a_report(intent.reference, intent.amount, transaction_id="tx-2"),
        ]
    )

    done = await world.resolve_review(world.staff, reference=intent.reference, decision=D.CANCEL, note="No.")

    # The whole came beside it: that is booked, and the decision was about the rest.
    assert done.status is S.APPROVED
    assert [payment.amount for payment, _ in world.payments] == [intent.amount]
    await world.assert_balanced()


async def test_only_what_is_in_review_is_decided_about() -> None:
    world = World()
    intent = await world.start(world.viewer, world.invoices[0])
    for decision in D:
        await refused(
            world,
            InvalidTransition,
            world.resolve_review(world.staff, reference=intent.reference, decision=decision, note="Sí."),
        )
    paid = await world.pay(world.invoices[1])
    done = world.books.intents[paid.intent_id]  # type: ignore[index]
    await refused(
        world,
        InvalidTransition,
        world.resolve_review(world.staff, reference=done.reference, decision=D.APPROVE, note="Sí."),
    )


async def test_only_staff_of_the_agency_decide_and_they_say_why() -> None:
    world = World()
    intent = await in_review(world)

    def decide(viewer: object, note: str = "Sí.", reference: str = intent.reference) -> object:
        return world.resolve_review(viewer, reference=reference, decision=D.APPROVE, note=note)  # type: ignore[arg-type]

    for viewer, error in (
        (Visitor(agency_id=world.agency.id), Unauthenticated),
        (world.viewer, NotAllowed),
        (as_staff(world.other_agency), NotFound),
    ):
        await refused(world, error, decide(viewer))  # type: ignore[arg-type]
    await refused(world, NotFound, decide(world.staff, reference="NADA"))  # type: ignore[arg-type]
    for note in ("", "  ", "x" * 501, "a\0b"):
        told = await refused(world, InvalidInput, decide(world.staff, note))  # type: ignore[arg-type]
        assert [problem.field for problem in told.problems] == ["note"]


async def test_a_review_that_ended_by_itself_and_begins_again_is_found_again() -> None:
    """The gateway says no, then yes, then no again."""
    world = World()
    intent = await world.start(world.viewer, world.invoices[0])
    seen = []
    for state in (R.APPROVED, R.DECLINED, R.DECLINED, R.APPROVED, R.DECLINED, R.DECLINED):
        world.gateway.knows([a_report(intent.reference, intent.amount, state=state)])
        world.clock.advance(10)
        await world.settlement.ask(world.intent(intent))
        reviews = [it for it in world.books.findings.values() if it.kind is FindingKind.REVIEW]
        seen.append((world.intent(intent).status, sum(it.resolved_at is None for it in reviews)))

    assert seen == [(S.APPROVED, 0), (S.REVIEW, 1), (S.REVIEW, 1), (S.APPROVED, 0), (S.REVIEW, 1), (S.REVIEW, 1)]
