"""What a gateway gave back of a payment, also where the staff had taken it back before."""

from datetime import datetime

from application.ports.unit_of_work import UnitOfWork
from application.use_cases.payments.books import give_back, tell_staff
from domain.findings import FindingKind
from domain.ids import AccountId
from domain.ledger import Journal, JournalKind, returned_twice
from domain.money import ZERO
from domain.payment_intents import PaymentIntent
from domain.payment_returns import TakeBack


async def take_back(
    uow: UnitOfWork, intent: PaymentIntent, back: TakeBack, *, at: datetime, by: AccountId | None, reason: str
) -> None:
    """Book that money left the gateway: out of the receipt as far as that is in force. What goes beyond left twice, for
    the staff took it back themselves (out of the office): the payer owes it to the agency, and the staff are told.

    Callers hold the client's lock. More than the gateway ever got is told and not booked."""
    payment = await uow.payments.of_charge(intent, back.charge_id)
    if payment is None:
        return
    there = payment.amount - await uow.ledger.given_back_by_gateway(payment.id)
    told = there if back.amount is None else back.amount
    of_receipt = min(told, there, payment.in_force)
    if of_receipt > ZERO:
        await give_back(uow, payment, amount=of_receipt, kind=back.kind, reason=reason, at=at, by=by)
    twice = min(told, there) - of_receipt
    if twice > ZERO:
        journal = Journal(
            key=f"twice:{intent.id}:{back.kind}:{back.about}",
            kind=JournalKind.RETURNED_TWICE,
            agency_id=payment.agency_id,
            client_id=payment.client_id,
            at=at,
            entries=returned_twice(amount=twice),
            payment_id=payment.id,
            intent_id=intent.id,
            by=by,
            note=reason or None,
        )
        await uow.ledger.post(journal)
    if told > of_receipt:
        await tell_staff(
            uow,
            FindingKind.RETURNED_TWICE,
            f"{intent.id}:{back.kind}:{back.about}",
            payment=payment,
            detail=payment.receipt_number,
            amount=told - of_receipt,
            at=at,
        )
