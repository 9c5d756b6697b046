"""What the gateway tells: its notices, and its answers when we ask."""

import hashlib
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import uuid4

from application.access import Scope, Viewer
from application.ports.payment_gateway import MerchantAccount, NotificationRejected, Reception, Rejection
from application.ports.payments import EventOutcome, GatewayEvent
from application.use_cases.payments.acts import intent_of
from application.use_cases.payments.settlement import (
    ASK_AGAIN_AFTER,
    Effect,
    Settlement,
    as_answered,
    description,
    keep,
)
from domain.errors import GatewayUnavailable
from domain.findings import Finding, FindingKind
from domain.gateway_reports import GatewayReport, ReportedState
from domain.ids import AgencyId
from domain.payment_intents import CURRENCY, PaymentIntent, PaymentIntentStatus
from domain.payment_transitions import Outcome, apply
from domain.payments import PaymentGatewayCode

_log = logging.getLogger(__name__)

_APPROVED = PaymentIntentStatus.APPROVED
_MAX_KEPT_OF_REJECTED = 4096
_MAX_KEPT = 8 * 1024
"""Bytes of an authentic notice; PayU's have about two thousand."""
_SILENT = 3
"""Questions without an answer, one after another, until the gateway is taken for gone."""
_MAX_OF_REFERENCE = 100
"""Different notices that are kept about one reference. The signature covers no transaction id, so that whoever has
seen one notice can make up any number; a payment has a handful."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiveGatewayReport:
    """Act on a notice that arrived at a merchant account's address. For the gateway: who calls proves it by the
    signature alone.

    The notice is stored before anything is done about it, repetitions are met, and what a signature cannot vouch for
    is asked back. NotificationRejected for what proves nothing; GatewayUnavailable, Unavailable or Busy when it could
    not be dealt with now and the gateway should repeat it.
    """

    settlement: Settlement

    async def __call__(
        self, *, gateway: PaymentGatewayCode, account: str, body: bytes, headers: Mapping[str, str], ip: str | None
    ) -> Reception:
        settlement = self.settlement
        async with settlement.unit_of_work(Scope(gateway_key=account)) as uow:
            stored = await uow.gateway_accounts.by_public_key(account)
        if stored is None or stored.gateway is not gateway or not stored.secrets:
            raise NotificationRejected(Rejection.UNKNOWN_ACCOUNT)
        merchant = settlement.merchants.open(stored)
        try:
            report = settlement.gateways[gateway].parse_notification(body, headers, merchant=merchant)
        except NotificationRejected as rejection:
            await self._store_rejected(merchant, rejection, body, ip)
            raise
        event = self._event(merchant, _dedup_key(merchant, report), body[:_MAX_KEPT], ip, reference=report.reference)
        async with settlement.unit_of_work(Scope.of_agency(merchant.agency_id)) as uow:
            repeated = await uow.gateway_events.knows(event.dedup_key)
            kept = 0 if repeated else await uow.gateway_events.count(report.reference)
            if kept >= _MAX_OF_REFERENCE:
                return Reception.STORED  # the regular check asks the gateway itself
            known = await uow.gateway_events.receive(event)
            await uow.commit()
        if kept == _MAX_OF_REFERENCE - 1:
            _log.warning("as many notices about %s as are kept: others will be passed over", report.reference)
        return Reception.DUPLICATE if known is not None else await self._act(merchant, report, event.dedup_key)

    async def _act(self, merchant: MerchantAccount, report: GatewayReport, event: str) -> Reception:
        settlement = self.settlement
        async with settlement.unit_of_work(Scope.of_agency(merchant.agency_id)) as uow:
            intent = await uow.intents.by_reference(report.reference, for_update=True)
            if await uow.gateway_events.outcome(event) is not None:
                return Reception.DUPLICATE  # dealt with while this one waited for the lock
            if intent is None or intent.gateway_account_id != merchant.id:
                _log.warning("notice about an unknown reference at merchant account %s", merchant.id)
                await uow.findings.report(_unknown(merchant, report, at=settlement.clock.now()))
                await uow.gateway_events.conclude(event, EventOutcome.UNKNOWN_REFERENCE)
                await uow.commit()
                return Reception.STORED
            at = settlement.clock.now()
            outcome = apply(intent, report, at=at)
            # Ids are not signed: one that is another payment's was put there by somebody else than the gateway. Nor
            # is the mark of a test: whoever paid with a test card could send the notice again without it.
            unsigned = (outcome.charges and not merchant.test) or await uow.intents.is_of_another(
                report.transaction_id, intent
            )
            if not outcome.query_needed and not unsigned:
                await keep(uow, outcome, before=intent, at=at)
                await uow.gateway_events.conclude(event, description(outcome))
                await uow.commit()
                return Reception.STORED if outcome.review else Reception.PROCESSED
        if await settlement.ask(intent, event=event, then=_after(report)) is None:
            raise GatewayUnavailable(ASK_AGAIN_AFTER.seconds, intent.id)
        return Reception.PROCESSED

    async def _store_rejected(
        self, merchant: MerchantAccount, rejection: NotificationRejected, body: bytes, ip: str | None
    ) -> None:
        """One of each kind an hour, with how many came: enough to see a wrong key, too little to fill the disk."""
        hour = self.settlement.clock.now().strftime("%Y-%m-%dT%H")
        key = f"{EventOutcome.REJECTED}:{merchant.id}:{rejection.kind}:{hour}"
        event = self._event(merchant, key, body[:_MAX_KEPT_OF_REJECTED], ip, rejected=True)
        async with self.settlement.unit_of_work(Scope.of_agency(merchant.agency_id)) as uow:
            await uow.gateway_events.receive(event)
            await uow.commit()

    def _event(
        self,
        merchant: MerchantAccount,
        dedup_key: str,
        body: bytes,
        ip: str | None,
        *,
        reference: str | None = None,
        rejected: bool = False,
    ) -> GatewayEvent:
        return GatewayEvent(
            id=uuid4(),
            agency_id=merchant.agency_id,
            gateway_account_id=merchant.id,
            dedup_key=dedup_key,
            reference=reference,
            received_at=self.settlement.clock.now(),
            source_ip=ip or "",
            body=body.decode("utf-8", "replace").replace("\x00", "\ufffd"),
            authentic=not rejected,
            outcome=EventOutcome.REJECTED if rejected else None,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class RefreshPayment:
    """Ask the gateway about a payment now, for the page the payer comes back to; that return itself moves nothing.

    For whoever may see the intent: its client, and staff. The gateway is asked about a reference every few seconds at
    most, and no more once it has confirmed the money. Refuses with NotFound and GatewayUnavailable (what was known
    stands).
    """

    settlement: Settlement

    async def __call__(self, viewer: Viewer, *, reference: str) -> PaymentIntent:
        intent = await intent_of(self.settlement.unit_of_work, viewer, reference)
        if self.settlement.is_settled(intent):
            return intent
        return await self.settlement.ask(intent) or intent


@dataclass(frozen=True, slots=True, kw_only=True)
class ReconcilePayments:
    """Ask the gateway about an agency's payments whose news may have been lost: in process for a while, open past
    their half hour, approved by a notice alone, or expired in the last week. A background job."""

    settlement: Settlement

    async def __call__(self, agency_id: AgencyId, *, limit: int = 20) -> int:
        """How many were asked about; the most urgent `limit`. Stops where the gateway has been silent several times
        running: a refusal of one question is no reason to leave the others."""
        async with self.settlement.unit_of_work(Scope.of_agency(agency_id)) as uow:
            due = await uow.intents.due(at=self.settlement.clock.now(), limit=limit)
        asked = silent = 0
        for intent in due:
            try:
                asked += await self.settlement.ask(intent) is not None
                silent = 0
            except GatewayUnavailable:
                silent += 1
                if silent == _SILENT:
                    break
        return asked


def _after(notice: GatewayReport) -> Effect:
    """What an answer does that was asked for because of a notice: where the notice announced one more approval than
    the gateway knows of, the staff are told (T16)."""

    def effect(intent: PaymentIntent, answer: Sequence[GatewayReport], at: datetime) -> Outcome:
        outcome = as_answered(intent, answer, at)
        known = outcome.intent.attempt(notice.transaction_id) is not None
        if known or notice.state is not ReportedState.APPROVED or outcome.intent.status is not _APPROVED:
            return outcome
        replayed = (FindingKind.REPLAYED, notice.transaction_id)
        return replace(outcome, findings=(*outcome.findings, replayed), alert=True)

    return effect


def _unknown(merchant: MerchantAccount, notice: GatewayReport, *, at: datetime) -> Finding:
    """Once for each reference, which is signed: nobody but the gateway can make up another one."""
    return Finding(
        id=uuid4(),
        agency_id=merchant.agency_id,
        kind=FindingKind.UNKNOWN_REFERENCE,
        key=f"{FindingKind.UNKNOWN_REFERENCE}:{merchant.id}:{notice.reference}",
        at=at,
        reference=notice.reference,
        amount=notice.amount if notice.currency == CURRENCY else None,
        detail=notice.transaction_id,
    )


def _dedup_key(merchant: MerchantAccount, report: GatewayReport) -> str:
    """Equal for deliveries of the same notice: account, transaction, state, amount, currency."""
    parts = (merchant.id, report.reference, report.transaction_id, report.state, report.code)
    text = "|".join(map(str, (*parts, report.amount, report.currency, report.is_test)))
    return hashlib.sha256(text.encode()).hexdigest()
