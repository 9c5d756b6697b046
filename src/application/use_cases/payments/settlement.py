"""What a gateway's report does to the books. Notices, returns, the regular check and the staff all end here."""

import logging
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from application.access import Scope
from application.announcements import payment_declined
from application.merchants import Merchants
from application.ports.clock import Clock
from application.ports.payment_gateway import PaymentGateway
from application.ports.secrets import SecretUnreadable
from application.ports.unit_of_work import UnitOfWork, UnitOfWorkFactory
from application.use_cases.payments.books import Receipt, receive, tell_staff
from application.use_cases.payments.findings import finding_about, report
from application.use_cases.payments.given_back import take_back
from domain.errors import GatewayUnavailable, NotFound
from domain.findings import Finding, FindingKind
from domain.gateway_reports import GatewayReport
from domain.ids import AccountId, InvoiceId, PaymentId
from domain.invoices import Invoice
from domain.ledger import Journal, JournalKind, LedgerAccount, LedgerEntry, held, to_return
from domain.money import ZERO
from domain.payment_intents import GatewayAttempt, PaymentIntent, PaymentIntentStatus
from domain.payment_transitions import Outcome, reconcile
from domain.payments import Payment, PaymentGatewayCode, PaymentMethod

_log = logging.getLogger(__name__)

ASK_AGAIN_AFTER = timedelta(seconds=3)
"""How long a question to the gateway, and then its answer, serves whoever asks about the same reference."""

_END_A_REVIEW = frozenset({"T6", "T23"})

Effect = Callable[[PaymentIntent, Sequence[GatewayReport], datetime], Outcome]
Last = Callable[[UnitOfWork, PaymentIntent], Awaitable[None]]


def as_answered(intent: PaymentIntent, answer: Sequence[GatewayReport], at: datetime) -> Outcome:
    """What an answer does to an intent, whoever asked."""
    return reconcile(intent, answer, at=at)


@dataclass(frozen=True, slots=True, kw_only=True)
class Settlement:
    """Shared by the use cases of payments. Works on all rows of the intent's agency: whoever calls has made sure
    that the intent is the caller's, or that the gateway itself called."""

    unit_of_work: UnitOfWorkFactory
    gateways: Mapping[PaymentGatewayCode, PaymentGateway]
    merchants: Merchants
    clock: Clock

    def is_settled(self, intent: PaymentIntent) -> bool:
        """The gateway itself has confirmed the money, nothing is to be returned, and it was asked about every number
        that came: there is nothing to ask."""
        charged = [attempt for attempt in intent.attempts if attempt.charged]
        confirmed = bool(charged) and all(attempt.verified_by.is_proof for attempt in charged)
        waiting = any(refund.is_open for refund in intent.refunds)
        asked = intent.queried_at is not None or not intent.transaction_hints
        return intent.status is PaymentIntentStatus.APPROVED and confirmed and asked and not waiting

    async def ask(
        self,
        intent: PaymentIntent,
        *,
        event: str | None = None,
        is_new: bool = False,
        then: Effect = as_answered,
        last: Last | None = None,
        by: AccountId | None = None,
    ) -> PaymentIntent | None:
        """Ask the gateway what it knows and act on it (`then`); the intent afterwards. None, and nothing is asked, if
        somebody else asked about it within the last seconds: a gateway that is slow is not asked the same by many at
        once; `is_new` says that it is not the same. `event` is the inbox's key of the notice that made us ask, which
        is then dealt with. `last` is what else is done in the same work before its end, as the account `by`.
        GatewayUnavailable leaves everything as it was."""
        scope = Scope.of_agency(intent.agency_id)
        asked_at = self.clock.now()
        async with self.unit_of_work(scope) as uow:
            account = await uow.gateway_accounts.get(intent.gateway)
            if account is None or intent.gateway not in self.gateways:
                raise GatewayUnavailable(intent_id=intent.id)
            # Kept before the question, which may take many seconds and is asked outside of any transaction.
            since = asked_at if is_new else asked_at - ASK_AGAIN_AFTER
            if not await uow.intents.claim_question(intent, at=asked_at, since=since):
                return None
            await uow.commit()
        try:
            merchant = self.merchants.open(account)
            answer = await self.gateways[intent.gateway].query(intent, merchant=merchant)
        except SecretUnreadable as error:
            _log.exception("credentials of merchant account %s cannot be read", account.id)
            raise GatewayUnavailable(intent_id=intent.id) from error
        except GatewayUnavailable as error:
            raise GatewayUnavailable(error.retry_after_seconds, intent.id) from error
        at = self.clock.now()
        async with self.unit_of_work(replace(scope, account_id=by)) as uow:
            current = await uow.intents.by_reference(intent.reference, for_update=True)
            if current is None:
                raise NotFound
            outcome = then(current.answered(intent, at=at), answer, at)
            await keep(uow, outcome, before=current, at=at)
            if event is not None:
                await uow.gateway_events.conclude(event, description(outcome))
            # The answer says more than any notice before the question, also one that a crash left undone.
            until, told = asked_at, description(outcome)
            await uow.gateway_events.conclude_about(intent.reference, until=until, outcome=told)
            if last is not None:
                await last(uow, outcome.intent)
            await uow.commit()
        return outcome.intent


async def keep(
    uow: UnitOfWork,
    outcome: Outcome,
    *,
    before: PaymentIntent | None = None,
    at: datetime,
    by: AccountId | None = None,
    note: str | None = None,
) -> None:
    """Save the intent, locked by the caller, and book what it brings and what was taken back; tell the staff, and the
    client.

    `before` is the intent as it was; without it no failed try is told. `by` and `note`: the person of the staff who
    decided it, and why."""
    intent = outcome.intent
    if outcome.alert:
        _log.warning("payment %s needs a look: %s", intent.reference, description(outcome))
    retold = tuple((attempt, more) for attempt, more in outcome.were_held if more != ZERO)
    if outcome.charges or outcome.held or retold or outcome.to_return or outcome.take_backs:
        await uow.payments.lock_client(intent.client_id)
    booked: dict[str, PaymentId] = {}
    for attempt, more in retold:
        await _post(uow, intent, f"held:{at.isoformat()}", JournalKind.UNAPPLIED, attempt, held(amount=more), at=at)
    unapplied = {attempt.transaction_id for attempt, _ in outcome.were_held}
    if outcome.charges:
        locked = await uow.payments.lock_invoices([part.invoice_id for part in intent.invoices])
        # The back office may have billed one to somebody else meanwhile: this client's money pays nobody else's debt.
        invoices = {key: invoice for key, invoice in locked.items() if invoice.client_id == intent.client_id}
        for charge in outcome.charges:
            released = charge.is_held_money or charge.transaction_id in unapplied
            payment = await _charge(uow, intent, charge, invoices, released=released, at=at, by=by, note=note)
            booked[charge.transaction_id] = payment.id
    await uow.intents.save(intent, booked=booked)
    for attempt in outcome.held:
        await _post(uow, intent, "held", JournalKind.UNAPPLIED, attempt, held(amount=attempt.amount), at=at)
    for attempt in outcome.to_return:
        entries = to_return(amount=attempt.amount)
        await _post(uow, intent, "return", JournalKind.RETURN, attempt, entries, at=at, by=by, note=note)
        await uow.findings.report(_finding(intent, FindingKind.TO_RETURN, attempt.transaction_id, at=at))
    for back in outcome.take_backs:
        await take_back(uow, intent, back, at=at, by=by, reason=back.reason or note or "")
    again = before is not None and before.status is not intent.status
    for kind, about in outcome.findings:
        await report(uow, _finding(intent, kind, about, at=at), again=again)
    for attempt in _newly_declined(before, intent) if before else ():
        await uow.jobs.put(payment_declined(intent, attempt))
    if outcome.transition in _END_A_REVIEW and not any(it.is_held_money for it in intent.attempts):
        await uow.findings.resolve_about(intent.id, [FindingKind.REVIEW], at=at)


def _newly_declined(before: PaymentIntent, intent: PaymentIntent) -> Iterator[GatewayAttempt]:
    """The try that has just failed, where the payment failed with it."""
    declined = PaymentIntentStatus.DECLINED
    for attempt in intent.attempts if intent.status is declined else ():
        known = before.attempt(attempt.transaction_id)
        if attempt.status is declined and (known is None or known.status is not declined):
            yield attempt


def description(outcome: Outcome) -> str:
    """For the inbox and the log: the row of the table and where it led."""
    return f"{outcome.transition or 'RECORDED'} {outcome.intent.status}"


async def _charge(
    uow: UnitOfWork,
    intent: PaymentIntent,
    charge: GatewayAttempt,
    invoices: dict[InvoiceId, Invoice],
    *,
    released: bool,
    at: datetime,
    by: AccountId | None,
    note: str | None,
) -> Payment:
    """One receipt for one transaction of the gateway, out of what was held where it was (`released`); its key in the
    ledger is what no two may have."""
    receipt = Receipt(
        key=f"charge:{intent.id}:{charge.transaction_id}",
        kind=JournalKind.RELEASE if released else JournalKind.CHARGE,
        into=LedgerAccount.UNAPPLIED if released else LedgerAccount.GATEWAY,
        agency_id=intent.agency_id,
        client_id=intent.client_id,
        amount=charge.amount,
        method=charge.method or PaymentMethod.OTHER,
        paid_at=charge.at if intent.created_at <= charge.at <= at else at,
        gateway=intent.gateway,
        gateway_reference=charge.gateway_reference,
        intent_id=intent.id,
        by=by,
        note=note,
    )
    payment = await receive(uow, receipt, intent.invoices, invoices, at)
    if payment.credited > ZERO:
        await tell_staff(
            uow,
            FindingKind.CREDITED,
            str(payment.id),
            payment=payment,
            detail=payment.receipt_number,
            amount=payment.credited,
            at=at,
        )
    return payment


async def _post(
    uow: UnitOfWork,
    intent: PaymentIntent,
    what: str,
    kind: JournalKind,
    attempt: GatewayAttempt,
    entries: tuple[LedgerEntry, ...],
    *,
    at: datetime,
    by: AccountId | None = None,
    note: str | None = None,
) -> None:
    await uow.ledger.post(
        Journal(
            key=f"{what}:{intent.id}:{attempt.transaction_id}",
            kind=kind,
            agency_id=intent.agency_id,
            client_id=intent.client_id,
            at=at,
            entries=entries,
            intent_id=intent.id,
            by=by,
            note=note,
        )
    )


def _finding(intent: PaymentIntent, kind: FindingKind, about: str, *, at: datetime) -> Finding:
    attempt = intent.attempt(about)
    amount = attempt.amount if attempt else None
    return finding_about(intent, kind, key=f"{kind}:{intent.id}:{about}", at=at, amount=amount, detail=about)
