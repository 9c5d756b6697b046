"""What a gateway's report does to the books. Notices, the return page and the regular check all end here."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import uuid4

from application.access import Scope
from application.codes import verification_code
from application.merchants import Merchants
from application.ports.clock import Clock
from application.ports.payment_gateway import PaymentGateway
from application.ports.secrets import SecretUnreadable
from application.ports.unit_of_work import UnitOfWork, UnitOfWorkFactory
from domain.errors import GatewayUnavailable, NotFound
from domain.ids import InvoiceId, PaymentId
from domain.invoices import Invoice
from domain.money import ZERO
from domain.payment_intents import Evidence, GatewayAttempt, PaymentIntent, PaymentIntentStatus, share_out
from domain.payment_transitions import Outcome, reconcile
from domain.payments import (
    Payment,
    PaymentGatewayCode,
    PaymentMethod,
    PaymentStatus,
)

_log = logging.getLogger(__name__)

ASK_AGAIN_AFTER = timedelta(seconds=3)
"""How long a question to the gateway, and then its answer, serves whoever asks about the same reference."""

_RECEIPTS = "receipts"
_RECEIPT_PREFIX = "RP-"
"""Recibo del portal: apart from the back office's own series, which is imported."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settlement:
    """Shared by the use cases of payments. Works on all rows of the intent's agency: whoever calls has made sure
    that the intent is the caller's, or that the gateway itself called."""

    unit_of_work: UnitOfWorkFactory
    gateways: Mapping[PaymentGatewayCode, PaymentGateway]
    merchants: Merchants
    clock: Clock

    def is_settled(self, intent: PaymentIntent) -> bool:
        """The gateway itself has confirmed the money: there is nothing to ask."""
        charged = [attempt for attempt in intent.attempts if attempt.charged]
        confirmed = bool(charged) and all(attempt.verified_by is Evidence.QUERY for attempt in charged)
        return intent.status is PaymentIntentStatus.APPROVED and confirmed

    async def ask(self, intent: PaymentIntent, *, event: str | None = None) -> PaymentIntent | None:
        """Ask the gateway what it knows and act on it; the intent afterwards. None, and nothing is asked, if somebody
        else asked about it within the last seconds: a gateway that is slow is not asked the same by many at once.
        `event` is the inbox's key of the notice that made us ask, which is then dealt with. GatewayUnavailable leaves
        everything as it was."""
        scope = Scope.of_agency(intent.agency_id)
        asked_at = self.clock.now()
        async with self.unit_of_work(scope) as uow:
            account = await uow.gateway_accounts.get(intent.gateway)
            if account is None or intent.gateway not in self.gateways:
                raise GatewayUnavailable(intent_id=intent.id)
            # Kept before the question, which may take many seconds and is asked outside of any transaction.
            if not await uow.intents.claim_question(intent, at=asked_at, since=asked_at - ASK_AGAIN_AFTER):
                return None
            await uow.commit()
        try:
            merchant = self.merchants.open(account)
            answer = await self.gateways[intent.gateway].query(intent.reference, merchant=merchant)
        except SecretUnreadable as error:
            _log.exception("credentials of merchant account %s cannot be read", account.id)
            raise GatewayUnavailable(intent_id=intent.id) from error
        except GatewayUnavailable as error:
            raise GatewayUnavailable(error.retry_after_seconds, intent.id) from error
        at = self.clock.now()
        async with self.unit_of_work(scope) as uow:
            current = await uow.intents.by_reference(intent.reference, for_update=True)
            if current is None:
                raise NotFound
            outcome = reconcile(replace(current, queried_at=at), answer, at=at)
            await keep(uow, outcome, at=at)
            if event is not None:
                await uow.gateway_events.conclude(event, description(outcome))
            await uow.commit()
        return outcome.intent


async def keep(uow: UnitOfWork, outcome: Outcome, *, at: datetime) -> None:
    """Save the intent, locked by the caller, and book what it brings: receipt, invoices, credit for the rest."""
    intent = outcome.intent
    if outcome.alert:
        _log.warning("payment %s needs a look: %s", intent.reference, description(outcome))
    booked: dict[str, PaymentId] = {}
    if outcome.charges:
        invoices = dict(await uow.payments.lock_invoices([part.invoice_id for part in intent.invoices]))
        for charge in outcome.charges:
            booked[charge.transaction_id] = await _book(uow, intent, charge, invoices, at=at)
    await uow.intents.save(intent, booked=booked)


def description(outcome: Outcome) -> str:
    """For the inbox and the log: the row of the table and where it led."""
    return f"{outcome.transition or 'RECORDED'} {outcome.intent.status}"


async def _book(
    uow: UnitOfWork, intent: PaymentIntent, charge: GatewayAttempt, invoices: dict[InvoiceId, Invoice], *, at: datetime
) -> PaymentId:
    """One receipt. Its number is taken last, so that the agency's series is locked for the shortest time."""
    balances = {key: invoice.balance for key, invoice in invoices.items()}
    shares, credited = share_out(charge.amount, intent.invoices, balances)
    for invoice_id, amount in shares:
        invoices[invoice_id].receive(amount)
        await uow.payments.save_invoice(invoices[invoice_id])
    if credited > ZERO:
        _log.warning("payment %s leaves %s as credit", intent.reference, credited)
    payment = Payment(
        id=PaymentId(uuid4()),
        agency_id=intent.agency_id,
        receipt_number=await _receipt_number(uow),
        client_id=intent.client_id,
        paid_at=charge.at if intent.created_at <= charge.at <= at else at,
        amount=charge.amount,
        credited=credited,
        method=charge.method or PaymentMethod.OTHER,
        status=PaymentStatus.APPLIED,
        verification_code=verification_code(),
        gateway=intent.gateway,
        gateway_reference=charge.gateway_reference,
        intent_id=intent.id,
    )
    await uow.payments.add(payment, shares)
    return payment.id


async def _receipt_number(uow: UnitOfWork) -> str:
    """The next of the agency's series without gaps; one that an import happens to use is passed over."""
    while True:
        number = f"{_RECEIPT_PREFIX}{await uow.counters.next(_RECEIPTS):06d}"
        if not await uow.payments.has_receipt(number):
            return number
