"""A receipt is found by its code before any scope, and by nothing else."""

from uuid import uuid4

from application.access import Scope
from tests.ports.payments_place import Place, place

__all__ = ["place"]


async def test_a_receipt_is_found_by_its_code_whichever_agency_gave_it(place: Place) -> None:
    intent = await place.add(place.intent())
    payment = place.payment(intent)
    async with place.store.unit_of_work(place.staff) as uow:
        await uow.payments.add(payment, [(place.invoices[0].id, intent.amount)])
        await uow.commit()
    code = payment.verification_code

    for scope in (Scope(receipt_key=code), Scope(agency_id=place.other.id, receipt_key=code)):
        async with place.store.unit_of_work(scope) as uow:
            found = await uow.payments.by_verification_code(code)
            assert found is not None
            assert (found.id, found.amount, found.agency_id) == (payment.id, payment.amount, place.agency.id)
            assert await uow.payments.by_verification_code(uuid4().hex) is None
    for scope in (Scope(receipt_key="another"), Scope(), Scope(agency_id=place.agency.id), *place.strangers):
        async with place.store.unit_of_work(scope) as uow:
            assert await uow.payments.by_verification_code(code) is None
