"""Opening a checkout."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from uuid import uuid4

from application.access import ClientViewer, StaffViewer, Viewer, require_client, require_signed_in
from application.codes import random_code
from application.merchants import Merchants
from application.ports.clock import Clock
from application.ports.payment_gateway import CheckoutRequest, GatewayRefused, Payer, PaymentGateway
from application.ports.payments import GatewayAccount, InvoicesHeld
from application.ports.unit_of_work import UnitOfWork, UnitOfWorkFactory
from application.use_cases.payments.orders import Order
from application.use_cases.payments.settlement import ASK_AGAIN_AFTER, Settlement
from domain.agencies import Agency
from domain.errors import (
    FieldProblem,
    FieldProblemCode,
    GatewayUnavailable,
    IdempotencyConflict,
    InvalidInput,
    NotFound,
    PaymentInProgress,
    PaymentsDisabled,
    refuse,
)
from domain.ids import InvoiceId, PaymentIntentId
from domain.invoices import Invoice
from domain.payment_intents import BEFORE_A_TRY, PaymentIntent, PaymentIntentStatus, taxes_within
from domain.payment_transitions import not_opened, redirect
from domain.payments import PaymentGatewayCode
from domain.periods import bogota_date

_ROUNDS = 3
_TO_OPEN = timedelta(seconds=30)
"""How long one has to open a checkout; a gateway is given eight seconds."""
_LOOKS, _BETWEEN_LOOKS = 20, 0.4
"""How often, and with how many seconds in between, whoever finds another at it looks whether that one is done."""
_TRY_AGAIN_AFTER = 30
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Told:
    """What of our side a checkout tells. `parts`: what is paid of each invoice."""

    agency: Agency
    account: GatewayAccount
    payer: Payer
    parts: Sequence[tuple[Invoice, Decimal]]


@dataclass(frozen=True, slots=True, kw_only=True)
class StartPayment:
    """Open a checkout at the agency's gateway for one or more rent invoices of the client: the whole balance, or the
    part of it that the agency allows.

    For the client who owes them; staff who are no client are NotAllowed. The same key gives the same intent, whatever
    became of it, also a key that found it open; the same invoices, amount and gateway give the intent that is open.
    One whose half hour has passed without a try is released, after asking the gateway. Refuses with InvalidInput,
    NotFound (an invoice that is not the client's), IdempotencyConflict, PaymentsDisabled, InvoiceNotPayable,
    AmountNotAllowed, PaymentInProgress and GatewayUnavailable; where a gateway opened none, the intent is CANCELLED
    and another key starts anew. While another request opens the same checkout this one waits some seconds for it.
    """

    unit_of_work: UnitOfWorkFactory
    gateways: Mapping[PaymentGatewayCode, PaymentGateway]
    merchants: Merchants
    settlement: Settlement
    clock: Clock
    public_url: str
    pause: Callable[[float], Awaitable[None]] = asyncio.sleep

    async def __call__(
        self,
        viewer: Viewer,
        *,
        invoice_ids: Sequence[InvoiceId],
        gateway: PaymentGatewayCode,
        return_url: str,
        idempotency_key: str,
        amount: Decimal | None = None,
    ) -> PaymentIntent:
        client_id = require_client(viewer)
        signed_in = require_signed_in(viewer)
        order = Order(
            client_id=client_id,
            invoice_ids=tuple(invoice_ids),
            amount=amount,
            gateway=gateway,
            return_url=return_url,
            key=idempotency_key,
        )
        refuse(*order.problems())
        for _ in range(_ROUNDS):
            try:
                intent, stands = await self._begin(signed_in, order)
            except InvoicesHeld:
                continue
            if stands:
                return await self._open(signed_in, intent)
            if await self.settlement.ask(intent) is None:
                raise GatewayUnavailable(ASK_AGAIN_AFTER.seconds, intent.id)  # another call is asking
        raise PaymentInProgress(intent.id)

    async def _begin(self, viewer: ClientViewer | StaffViewer, order: Order) -> tuple[PaymentIntent, bool]:
        """The intent that this order gives or finds; False if it is one to be released first."""
        at = self.clock.now()
        async with self.unit_of_work(viewer.scope) as uow:
            agency = await _agency(uow, viewer)
            if order.return_url.partition("?")[0] not in agency.return_urls:
                raise InvalidInput(FieldProblem("returnUrl", FieldProblemCode.INVALID, "not_listed"))
            before = await uow.intents.by_idempotency_key(order.client_id, order.key)
            if before is not None:
                if not order.repeats(before):
                    raise IdempotencyConflict
                return before.intent, not before.intent.is_over_untried(at=at)
            intent = await self._freeze(uow, order, at=at, partial_allowed=agency.partial_payments_allowed)
            held = await uow.intents.holding(order.invoice_ids)
            for other in held:
                if other.is_over_untried(at=at):
                    return other, False
            if held:
                other = held[0]
                again = other.pays_the_same(invoice_ids=order.invoice_ids, amount=intent.amount, gateway=order.gateway)
                if len(held) > 1 or other.status not in BEFORE_A_TRY or not again:
                    raise PaymentInProgress(other.id)
                await uow.intents.remember(other, key=order.key, request_hash=order.digest)
                await uow.commit()
                return other, True
            await uow.intents.add(intent)
            await uow.commit()
        return intent, True

    async def _freeze(self, uow: UnitOfWork, order: Order, *, at: datetime, partial_allowed: bool) -> PaymentIntent:
        """T1, with the invoices locked: who else wants to pay one of them waits, and then finds this intent."""
        invoices = await uow.payments.lock_invoices(order.invoice_ids)
        own = [invoices[key] for key in order.invoice_ids if key in invoices]
        if len(own) < len(order.invoice_ids) or any(invoice.client_id != order.client_id for invoice in own):
            raise NotFound
        account = await uow.gateway_accounts.get(order.gateway)
        if order.gateway not in self.gateways or not self.merchants.usable(account):
            raise PaymentsDisabled
        return PaymentIntent.start(
            own,
            intent_id=PaymentIntentId(uuid4()),
            gateway_account_id=account.id,
            gateway=order.gateway,
            reference=new_reference(at),
            return_url=order.return_url,
            idempotency_key=order.key,
            request_hash=order.digest,
            at=at,
            amount=order.amount,
            partial_allowed=partial_allowed,
        )

    async def _open(self, viewer: ClientViewer | StaffViewer, intent: PaymentIntent) -> PaymentIntent:
        """T2: the checkout. Of several that would open it one does, and the others wait for it a little; its time runs
        out, so that a repetition completes what a crash left undone."""
        for _ in range(_LOOKS):
            if intent.checkout is not None or intent.status is not PaymentIntentStatus.CREATED:
                return intent
            told = await self._claimed(viewer, intent)
            if told is not None:
                return await self._opened(viewer, intent, told)
            await self.pause(_BETWEEN_LOOKS)
            async with self.unit_of_work(viewer.scope) as uow:
                intent = await uow.intents.get(intent.id) or intent
        raise PaymentInProgress(intent.id)

    async def _claimed(self, viewer: ClientViewer | StaffViewer, intent: PaymentIntent) -> _Told | None:
        """What a checkout is built of, for the one who is to open it now."""
        at = self.clock.now()
        async with self.unit_of_work(viewer.scope) as uow:
            if not await uow.intents.claim_opening(intent, at=at, until=at + _TO_OPEN):
                return None
            told = await self._told(uow, viewer, intent)
            await uow.commit()
        return told

    async def _told(self, uow: UnitOfWork, viewer: ClientViewer | StaffViewer, intent: PaymentIntent) -> _Told:
        account = await uow.gateway_accounts.get(intent.gateway)
        if account is None:
            raise PaymentsDisabled
        agency = await _agency(uow, viewer)
        payer = await uow.intents.payer(intent.client_id)
        found = await uow.payments.lock_invoices([part.invoice_id for part in intent.invoices])
        parts = [(found[part.invoice_id], part.amount) for part in intent.invoices if part.invoice_id in found]
        return _Told(agency, account, payer, parts)

    async def _opened(self, viewer: ClientViewer | StaffViewer, intent: PaymentIntent, told: _Told) -> PaymentIntent:
        """Built outside any transaction."""
        tax, tax_base = taxes_within(told.parts)
        numbers = ", ".join(invoice.number for invoice, _ in told.parts)
        key = told.account.public_key
        asked = CheckoutRequest(
            intent=intent,
            payer=told.payer,
            description=f"{told.agency.name}: {numbers}",
            tax=tax,
            tax_base=tax_base,
            agency_phone=told.agency.phone,
            response_url=intent.page_to_return_to,
            confirmation_url=f"{self.public_url}/callbacks/{intent.gateway.value.lower()}/{key}",
        )
        merchant = self.merchants.open(told.account)
        try:
            checkout = await self.gateways[intent.gateway].create_checkout(asked, merchant=merchant)
        except (GatewayRefused, GatewayUnavailable) as error:
            # Whether or not it was opened there, nobody was told where: the next try has another reference.
            _log.warning("no checkout for payment %s: %r", intent.reference, error)
            await self._save(viewer, intent, not_opened)
            raise GatewayUnavailable(getattr(error, "retry_after_seconds", _TRY_AGAIN_AFTER), intent.id) from error
        return await self._save(viewer, intent, lambda current: redirect(current, checkout))

    async def _save(
        self,
        viewer: ClientViewer | StaffViewer,
        intent: PaymentIntent,
        change: Callable[[PaymentIntent], PaymentIntent],
    ) -> PaymentIntent:
        """The intent as `change` makes it, unless something else happened to it meanwhile."""
        async with self.unit_of_work(viewer.scope) as uow:
            current = await uow.intents.by_reference(intent.reference, for_update=True)
            if current is None:
                raise NotFound
            if current.status is PaymentIntentStatus.CREATED:
                current = change(current)
                await uow.intents.save(current)
                await uow.commit()
        return current


def new_reference(at: datetime) -> str:
    """The day in Bogotá and sixty random bits: letters and digits only, never one twice."""
    return f"{bogota_date(at):%y%m%d}" + random_code(12)


async def _agency(uow: UnitOfWork, viewer: ClientViewer | StaffViewer) -> Agency:
    agency = await uow.agencies.get(viewer.agency_id)
    if agency is None:
        raise NotFound
    return agency
