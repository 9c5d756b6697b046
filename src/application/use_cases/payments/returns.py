"""The payer comes back from a gateway whose returns are not signed."""

import hashlib
import logging
from dataclasses import dataclass
from uuid import uuid4

from application.access import Scope
from application.patience import patience
from application.ports.payment_gateway import NotificationRejected, Rejection
from application.ports.payments import EventOutcome, GatewayAccount, GatewayEvent
from application.use_cases.payments.settlement import Settlement
from domain.errors import DomainError, NotFound
from domain.gateway_reports import Hint
from domain.payment_intents import PaymentIntent
from domain.payments import PaymentGatewayCode

_log = logging.getLogger(__name__)

_MAX_KEPT = 4 * 1024
_MAX_OF_REFERENCE = 100
"""Different returns that are kept about one reference: whoever holds its address can make up any number."""
_PATIENCE = 5.0
"""Seconds that a browser waits for the gateway's answer before it is sent on to the page that asks again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiveReturn:
    """Take a return to a merchant account's address, remember the transaction number it brings, and ask the gateway,
    which alone moves money. For whoever holds the address: the adapter has checked its token.

    Gives the address of the agency's page. A gateway that does not answer, or not in time, changes nothing of that:
    the page asks again. NotificationRejected for an account that does not exist, NotFound for a payment that is none
    of it; Unavailable or Busy when nothing could be stored.
    """

    settlement: Settlement
    patience: float = _PATIENCE

    async def __call__(
        self, *, gateway: PaymentGatewayCode, account: str, hint: Hint, body: bytes, ip: str | None
    ) -> str:
        settlement = self.settlement
        async with settlement.unit_of_work(Scope(gateway_key=account)) as uow:
            stored = await uow.gateway_accounts.by_public_key(account)
        if stored is None or stored.gateway is not gateway:
            raise NotificationRejected(Rejection.UNKNOWN_ACCOUNT)
        event = self._event(stored, hint, body, ip)
        async with settlement.unit_of_work(Scope.of_agency(stored.agency_id)) as uow:
            intent = await uow.intents.by_reference(hint.reference, for_update=True)
            if intent is None or intent.gateway_account_id != stored.id:
                raise NotFound
            is_kept = await uow.gateway_events.knows(event.dedup_key)
            is_kept = is_kept or await uow.gateway_events.count(hint.reference) < _MAX_OF_REFERENCE
            if is_kept:
                await uow.gateway_events.receive(event)
            hinted = intent.hinted(hint)
            if hinted is not intent:
                await uow.intents.save(hinted)
            await uow.commit()
        if hinted is not intent or not settlement.is_settled(hinted):
            await self._ask(hinted, event.dedup_key if is_kept else None, is_new=hinted is not intent)
        return hinted.page_to_return_to

    async def _ask(self, intent: PaymentIntent, event: str | None, *, is_new: bool) -> None:
        try:
            with patience(self.patience):
                await self.settlement.ask(intent, event=event, is_new=is_new)
        except DomainError as error:
            _log.warning("the gateway tells nothing yet about %s: %s", intent.reference, type(error).__name__)

    def _event(self, account: GatewayAccount, hint: Hint, body: bytes, ip: str | None) -> GatewayEvent:
        """The same return again has the same key. It proves nothing, so that it counts as not authentic."""
        text = b"|".join((str(account.id).encode(), hint.reference.encode(), body))
        return GatewayEvent(
            id=uuid4(),
            agency_id=account.agency_id,
            gateway_account_id=account.id,
            dedup_key=hashlib.sha256(text).hexdigest(),
            reference=hint.reference,
            received_at=self.settlement.clock.now(),
            source_ip=ip or "",
            body=body[:_MAX_KEPT].decode("latin-1").replace("\x00", "\ufffd"),
            authentic=False,
            outcome=EventOutcome.RECORDED,
        )
