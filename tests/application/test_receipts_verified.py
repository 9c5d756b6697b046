"""Checking a printed receipt by its code."""

from decimal import Decimal

import pytest

from application.access import Visitor
from application.codes import verification_code
from domain.errors import TooManyAttempts
from domain.payments import PaymentStatus
from tests.application.payments_world import World, as_staff
from tests.application.test_payments_office import a_form

IP = "203.0.113.9"


async def test_anybody_reads_what_a_receipt_says_and_whose_it_is() -> None:
    world = World()
    payment = await world.record_payment(world.staff, a_form(world))
    code = payment.verification_code
    visitors = (Visitor(agency_id=world.agency.id), Visitor(agency_id=world.other_agency.id))

    for viewer in (*visitors, world.viewer, world.staff, as_staff(world.other_agency)):
        for typed in (code, code.lower(), f" {code[:4]}-{code[4:8]} {code[8:]} "):
            found = await world.verify_receipt(viewer, code=typed, ip=IP)
            assert found is not None
            receipt, agency = found
            assert (receipt.receipt_number, receipt.amount, agency) == (
                "RP-000001",
                Decimal("1200000.00"),
                world.agency.name,
            )


async def test_a_receipt_that_was_taken_back_says_so() -> None:
    world = World()
    payment = await world.record_payment(world.staff, a_form(world))
    await world.reverse_payment(world.staff, payment_id=payment.id, reason="Cheque devuelto.")

    found = await world.verify_receipt(Visitor(agency_id=world.agency.id), code=payment.verification_code, ip=IP)

    assert found is not None
    assert found[0].status is PaymentStatus.REVERSED


async def test_what_is_no_code_is_nothing_and_not_counted() -> None:
    world = World()
    for code in ("", "x", "0" * 16, "ñ" * 16, "A" * 15, "A" * 17, "A" * 5000, "' or 1=1; --"):
        for _ in range(5):
            assert await world.verify_receipt(Visitor(agency_id=world.agency.id), code=code, ip=IP) is None


async def test_who_tries_codes_has_to_wait_and_who_has_receipts_does_not() -> None:
    world = World()
    payment = await world.record_payment(world.staff, a_form(world))
    visitor = Visitor(agency_id=world.agency.id)
    for _ in range(100):
        assert await world.verify_receipt(visitor, code=payment.verification_code, ip=IP) is not None
    for _ in range(30):
        assert await world.verify_receipt(visitor, code=verification_code(), ip=IP) is None

    with pytest.raises(TooManyAttempts):
        await world.verify_receipt(visitor, code=payment.verification_code, ip=IP)

    assert await world.verify_receipt(visitor, code=payment.verification_code, ip="198.51.100.1") is not None
    world.clock.advance(3600)
    assert await world.verify_receipt(visitor, code=payment.verification_code, ip=IP) is not None
