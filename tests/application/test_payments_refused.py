"""Whom and what a checkout is refused, and that a refusal leaves nothing behind."""

from dataclasses import replace
from decimal import Decimal

import pytest

from application.access import Visitor
from domain.errors import (
    AmountNotAllowed,
    FieldProblemCode,
    IdempotencyConflict,
    InvalidInput,
    InvoiceNotPayable,
    NotAllowed,
    NotFound,
    PaymentInProgress,
    PaymentsDisabled,
    Unauthenticated,
)
from domain.invoices import InvoiceKind, InvoiceStatus
from domain.payment_intents import PaymentIntentStatus
from domain.payments import PaymentGatewayCode
from tests.application.payments_world import RETURN_URL, World, a_client, an_invoice, as_client, as_staff, refused

S = PaymentIntentStatus


async def test_another_clients_invoice_does_not_exist() -> None:
    world = World()
    neighbour = a_client(world.agency, "Beto")
    stranger = a_client(world.other_agency, "Carla")
    theirs = [an_invoice(neighbour), an_invoice(stranger)]
    world.know(neighbour, theirs[:1])
    world.know(stranger, theirs[1:])
    for invoice in (*theirs, an_invoice(world.ana)):
        for start in ([invoice], [world.invoices[0], invoice]):
            await refused(world, NotFound, world.start(world.viewer, *start))
    staff = as_staff(world.agency, world.ana)
    await refused(world, NotFound, world.start(staff, theirs[0]))


async def test_only_clients_pay() -> None:
    world = World()
    await refused(world, NotAllowed, world.start(as_staff(world.agency), world.invoices[0]))
    visitor = Visitor(agency_id=world.agency.id)
    await refused(world, Unauthenticated, world.start(visitor, world.invoices[0]))


async def test_invoices_that_cannot_be_paid_are_named() -> None:
    world = World()
    paid = an_invoice(world.ana, paid="1000000.00", status=InvoiceStatus.PAID)
    voided = an_invoice(world.ana, status=InvoiceStatus.VOIDED)
    commission = an_invoice(world.ana, kind=InvoiceKind.COMMISSION)
    world.know(world.ana, [paid, voided, commission])

    start = world.start(world.viewer, world.invoices[0], paid, voided, commission)
    error = await refused(world, InvoiceNotPayable, start)

    assert error.invoice_ids == (paid.id, voided.id, commission.id)


@pytest.mark.parametrize("amount", ["999999.99", "1000000.01", "0", "-1", "1"])
async def test_another_amount_than_the_balance_is_refused_with_the_one_that_is_allowed(amount: str) -> None:
    world = World()
    start = world.start(world.viewer, world.invoices[0], amount=amount)
    error = await refused(world, AmountNotAllowed, start)
    assert (error.minimum, error.maximum) == (Decimal("1000000.00"), Decimal("1000000.00"))


async def test_the_whole_balance_may_be_said() -> None:
    world = World()
    assert (await world.start(world.viewer, world.invoices[0], amount="1000000")).amount == Decimal("1000000.00")


@pytest.mark.parametrize("changes", [{"enabled": False}, {"secrets": None}, {"gateway": PaymentGatewayCode.ENLINEA}])
async def test_without_a_working_account_payments_are_disabled(changes: dict[str, object]) -> None:
    world = World()
    world.change_account(**changes)
    await refused(world, PaymentsDisabled, world.start(world.viewer, world.invoices[0]))


async def test_a_gateway_that_is_not_offered_is_disabled() -> None:
    world = World()
    start = world.start(world.viewer, world.invoices[0], gateway=PaymentGatewayCode.ENLINEA)
    await refused(world, PaymentsDisabled, start)


async def test_a_test_account_is_disabled_where_tests_are_not_allowed() -> None:
    world = World(test_allowed=False)
    await refused(world, PaymentsDisabled, world.start(world.viewer, world.invoices[0]))


async def test_anything_different_on_a_held_invoice_is_in_progress() -> None:
    world = World()
    one, other, third = world.invoices
    intent = await world.start(world.viewer, one, other)

    for invoices in ([one], [other, third], [one, other, third]):
        error = await refused(world, PaymentInProgress, world.start(world.viewer, *invoices, key="k"))
        assert error.intent_id == intent.id
    assert (await world.start(world.viewer, third, key="k")).status is S.REDIRECTED


async def test_a_balance_that_changed_meanwhile_is_something_different() -> None:
    world = World()
    await world.start(world.viewer, world.invoices[0])
    world.books.invoices[world.invoices[0].id].receive(Decimal("1.00"))
    await refused(world, PaymentInProgress, world.start(world.viewer, world.invoices[0], key="k"))


async def test_a_payment_in_process_holds_its_invoice_even_for_the_same() -> None:
    world = World()
    intent = await world.start(world.viewer, world.invoices[0])
    world.books.intents[intent.id] = replace(intent, status=S.PENDING)
    await refused(world, PaymentInProgress, world.start(world.viewer, world.invoices[0], key="k"))


async def test_a_key_used_for_something_else_is_a_conflict() -> None:
    world = World()
    one, other, _ = world.invoices
    await world.start(world.viewer, one)
    for start in (
        world.start(world.viewer, other),
        world.start(world.viewer, one, other),
        world.start(world.viewer, one, amount="1.00"),
        world.start(world.viewer, one, return_url="https://app.example/vuelta"),
    ):
        await refused(world, IdempotencyConflict, start)


async def test_keys_are_each_clients_own() -> None:
    world = World()
    neighbour = a_client(world.agency, "Beto")
    theirs = an_invoice(neighbour)
    world.know(neighbour, [theirs])
    mine = await world.start(world.viewer, world.invoices[0])
    assert (await world.start(as_client(neighbour), theirs)).id != mine.id


@pytest.mark.parametrize(
    ("changes", "field", "code"),
    [
        ({"return_url": ""}, "returnUrl", FieldProblemCode.REQUIRED),
        ({"return_url": "https://evil.example/pago"}, "returnUrl", FieldProblemCode.INVALID),
        ({"return_url": f"{RETURN_URL}/"}, "returnUrl", FieldProblemCode.INVALID),
        ({"return_url": f"{RETURN_URL}#x"}, "returnUrl", FieldProblemCode.INVALID),
        ({"return_url": f"{RETURN_URL}.evil.example"}, "returnUrl", FieldProblemCode.INVALID),
        ({"return_url": "HTTPS://portal.example/pago"}, "returnUrl", FieldProblemCode.INVALID),
        ({"return_url": f"{RETURN_URL}?a=b\x00"}, "returnUrl", FieldProblemCode.INVALID),
        ({"return_url": f"{RETURN_URL}?a=b\r\nc"}, "returnUrl", FieldProblemCode.INVALID),
        ({"return_url": f"{RETURN_URL}?{'a' * 200}"}, "returnUrl", FieldProblemCode.TOO_LONG),
        ({"key": ""}, "idempotencyKey", FieldProblemCode.REQUIRED),
        ({"key": " "}, "idempotencyKey", FieldProblemCode.REQUIRED),
        ({"key": "k" * 256}, "idempotencyKey", FieldProblemCode.TOO_LONG),
        ({"key": "k\x00"}, "idempotencyKey", FieldProblemCode.INVALID),
    ],
)
async def test_a_field_that_cannot_stay_is_named(changes: dict[str, str], field: str, code: FieldProblemCode) -> None:
    world = World()
    error = await refused(
        world,
        InvalidInput,
        world.start(world.viewer, world.invoices[0], **changes),  # type: ignore[arg-type]
    )
    assert [(problem.field, problem.code) for problem in error.problems] == [(field, code)]


async def test_invoices_have_to_be_named_once_each_and_not_too_many() -> None:
    world = World()
    one = world.invoices[0]
    for invoices, field in (((), "invoiceIds"), ((one, one), "invoiceIds.1")):
        error = await refused(world, InvalidInput, world.start(world.viewer, *invoices))
        assert [problem.field for problem in error.problems] == [field]
    too_many = [an_invoice(world.ana) for _ in range(51)]
    error = await refused(world, InvalidInput, world.start(world.viewer, *too_many))
    assert error.problems[0].limit == 50
