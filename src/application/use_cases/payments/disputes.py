"""Notices that a payer's bank claims a payment back (PayU, disputas).

What PayU posts is not documented and carries no signature that we know: a notice proves nothing. It is kept as it came,
tells the staff that there is a term to send proof within, and makes us ask the gateway. No money moves by it.
"""

import hashlib
import logging
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import uuid4

from application.access import Scope
from application.ports.calendar import HolidayCalendar
from application.ports.payment_gateway import NotificationRejected, Reception, Rejection
from application.ports.payments import EventOutcome, GatewayAccount, GatewayEvent
from application.ports.rate_limits import RateLimiter
from application.ports.unit_of_work import UnitOfWork
from application.use_cases.payments.settlement import ASK_AGAIN_AFTER, Settlement
from domain.business_days import add_business_days
from domain.errors import GatewayUnavailable
from domain.findings import Finding, FindingKind
from domain.gateway_reports import GatewayReport
from domain.payment_intents import DisputeStatus, PaymentIntent
from domain.payment_returns import disputed
from domain.payment_transitions import Outcome, reconcile
from domain.payments import PaymentGatewayCode
from domain.periods import bogota_date
from domain.throttling import Backoff

_log = logging.getLogger(__name__)

TERM = 2
"""Working days to send proof, in Colombia (PayU, disputas)."""
HEARD = Backoff(free=6, first=timedelta(minutes=10), ceiling=timedelta(hours=1), forgotten_after=timedelta(hours=1))
"""Of one merchant account: there are a few disputes in a year, and anybody may post here."""

_MAX_KEPT = 4096
_MOST_NAMED = 5
_REFERENCE = re.compile(r"(?<![A-Za-z0-9])[0-9]{6}[A-Z0-9]{12}(?![A-Za-z0-9])", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiveDisputeNotice:
    """Act on whatever arrived at a merchant account's address for disputes. For anybody who knows it.

    NotificationRejected for an account that there is none of; TooManyAttempts past a few in an hour;
    GatewayUnavailable, Unavailable or Busy when the rest could not be done now and should be repeated.
    """

    settlement: Settlement
    limiter: RateLimiter
    calendar: HolidayCalendar

    async def __call__(
        self, *, gateway: PaymentGatewayCode, account: str, body: bytes, headers: Mapping[str, str], ip: str | None
    ) -> Reception:
        settlement = self.settlement
        async with settlement.unit_of_work(Scope(gateway_key=account)) as uow:
            stored = await uow.gateway_accounts.by_public_key(account)
        if stored is None or stored.gateway is not gateway:
            raise NotificationRejected(Rejection.UNKNOWN_ACCOUNT)
        await self.limiter.hit(stored.agency_id, f"dispute:{stored.id}", HEARD)
        event = _event(stored, body, ip, at=settlement.clock.now())
        async with settlement.unit_of_work(Scope.of_agency(stored.agency_id)) as uow:
            known = await uow.gateway_events.receive(event)
            if known is not None:
                await uow.commit()
                return Reception.DUPLICATE
            claimed = await self._claimed(uow, stored, event.body)
            for intent in claimed:
                await uow.findings.report(self._finding(stored, intent, at=event.received_at))
            if not claimed:
                _log.warning("a notice of a dispute at merchant account %s names no payment received here", stored.id)
                await uow.findings.report(self._finding(stored, None, at=event.received_at))
                await uow.gateway_events.conclude(event.dedup_key, EventOutcome.UNKNOWN_REFERENCE)
            await uow.commit()
        for intent in claimed:
            if await settlement.ask(intent, then=_disputed) is None:
                raise GatewayUnavailable(ASK_AGAIN_AFTER.seconds, intent.id)
        if claimed:
            async with settlement.unit_of_work(Scope.of_agency(stored.agency_id)) as uow:
                await uow.gateway_events.conclude(event.dedup_key, EventOutcome.RECORDED)
                await uow.commit()
        return Reception.STORED

    async def _claimed(self, uow: UnitOfWork, account: GatewayAccount, text: str) -> Sequence[PaymentIntent]:
        """Payments of the account that the notice names, and that money was received for."""
        named = list(dict.fromkeys(_REFERENCE.findall(text)))[:_MOST_NAMED]
        found = await uow.intents.by_references(named) if named else ()
        return [it for it in found if it.gateway_account_id == account.id and it.charged_ids]

    def _finding(self, account: GatewayAccount, intent: PaymentIntent | None, *, at: datetime) -> Finding:
        """One for each payment. For notices that name none, and for a payment of which the staff dismissed an earlier
        notice, one a day."""
        today = bogota_date(at)
        about = str(intent.id) if intent else f"{account.id}:{today}"
        if intent and intent.dispute is DisputeStatus.DISMISSED:
            about = f"{intent.id}:{today}"
        return Finding(
            id=uuid4(),
            agency_id=account.agency_id,
            kind=FindingKind.DISPUTE,
            key=f"{FindingKind.DISPUTE}:{about}",
            at=at,
            reference=intent.reference if intent else None,
            client_id=intent.client_id if intent else None,
            intent_id=intent.id if intent else None,
            amount=intent.amount if intent else None,
            due_on=add_business_days(today, TERM, is_holiday=self.calendar.is_holiday),
        )


def _disputed(intent: PaymentIntent, answer: Sequence[GatewayReport], at: datetime) -> Outcome:
    """What the gateway answers counts; that there is a dispute is put beside it (T21)."""
    outcome = reconcile(intent, answer, at=at)
    return replace(outcome, intent=disputed(outcome.intent))


def _event(account: GatewayAccount, body: bytes, ip: str | None, *, at: datetime) -> GatewayEvent:
    digest = hashlib.sha256(body).hexdigest()
    return GatewayEvent(
        id=uuid4(),
        agency_id=account.agency_id,
        gateway_account_id=account.id,
        dedup_key=f"{FindingKind.DISPUTE}:{account.id}:{digest}",
        reference=None,
        received_at=at,
        source_ip=ip or "",
        body=body[:_MAX_KEPT].decode("utf-8", "replace").replace("\x00", "\ufffd"),
        authentic=False,
    )
