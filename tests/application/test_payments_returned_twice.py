"""Money that leaves twice, from office and gateway: each time it is in the books, and the staff hear of it."""

from collections import Counter
from dataclasses import replace
from decimal import Decimal

from domain.findings import FindingKind
from domain.gateway_reports import GatewayReport, RefundReport, ReportedState
from domain.ledger import LedgerAccount
from domain.money import ZERO
from domain.payments import Payment
from domain.refunds import RefundStatus
from tests.application.payments_world import World
from tests.application.test_payments_refunds import intent_of, paid
from tests.application.test_payments_reversed import reverse

WHOLE, PART = Decimal("1000000.00"), Decimal("300000.00")


def refunded(amount: Decimal, number: str = "r-1") -> RefundReport:
    return RefundReport(transaction_id=number, state=ReportedState.APPROVED, amount=amount)


async def told(world: World, payment: Payment, *refunds: RefundReport, charged_back: bool = False) -> None:
    """The gateway answers, three times."""
    intent = intent_of(world, payment)
    answer: tuple[GatewayReport, ...] = world.gateway.answers[intent.reference]
    world.gateway.knows([replace(it, refunds=refunds, charged_back=charged_back) for it in answer])
    for _ in range(3):
        world.clock.advance(10)
        await world.settlement.ask(intent)


def balances(world: World) -> dict[LedgerAccount, Decimal]:
    """Those that are not zero."""
    found = Counter[LedgerAccount]()
    for journal in world.books.journals.values():
        for entry in journal.entries:
            found[entry.account] += entry.amount  # type: ignore[assignment]
    return {account: Decimal(amount) for account, amount in found.items() if amount}


def twice(world: World) -> list[Decimal | None]:
    return [it.amount for it in world.books.findings.values() if it.kind is FindingKind.RETURNED_TWICE]


async def test_what_the_gateway_returns_of_a_receipt_that_the_staff_took_back_left_twice() -> None:
    world, payment = await paid()
    await reverse(world, payment, "Se le transfirió.")

    await told(world, payment, refunded(WHOLE))

    assert balances(world) == {LedgerAccount.OFFICE: -WHOLE, LedgerAccount.TO_RECOVER: WHOLE}
    assert twice(world) == [WHOLE]
    (finding,) = [it for it in world.books.findings.values() if it.kind is FindingKind.RETURNED_TWICE]
    assert (finding.payment_id, finding.client_id, finding.detail) == (payment.id, world.ana.id, payment.receipt_number)
    assert intent_of(world, payment).refunds[0].status is RefundStatus.APPROVED
    assert world.payment(payment).reversed == WHOLE
    await world.assert_balanced()


async def test_of_a_refund_in_part_before_and_another_after_only_the_latter_left_twice() -> None:
    world, payment = await paid()
    await told(world, payment, refunded(PART))
    await reverse(world, payment)
    assert balances(world) == {LedgerAccount.GATEWAY: WHOLE - PART, LedgerAccount.OFFICE: PART - WHOLE}

    await told(world, payment, refunded(PART), refunded(PART, "r-2"))

    assert twice(world) == [PART]
    assert balances(world) == {
        LedgerAccount.GATEWAY: WHOLE - 2 * PART,
        LedgerAccount.OFFICE: PART - WHOLE,
        LedgerAccount.TO_RECOVER: PART,
    }
    await world.assert_balanced()


async def test_a_chargeback_after_the_staff_took_back_takes_all_that_the_gateway_had() -> None:
    world, payment = await paid()
    await told(world, payment, refunded(PART))
    await reverse(world, payment)

    await told(world, payment, refunded(PART), charged_back=True)

    assert twice(world) == [WHOLE - PART]
    assert balances(world) == {LedgerAccount.OFFICE: PART - WHOLE, LedgerAccount.TO_RECOVER: WHOLE - PART}
    await world.assert_balanced()


async def test_more_than_the_gateway_ever_got_is_told_and_not_booked() -> None:
    world, payment = await paid()
    await told(world, payment, charged_back=True)
    assert (balances(world), twice(world)) == ({}, [])

    await told(world, payment, refunded(PART), charged_back=True)

    assert (balances(world), twice(world)) == ({}, [PART])
    assert world.payment(payment).in_force == ZERO
    await world.assert_balanced()
