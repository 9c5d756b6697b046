"""Asking the platform what became of a transaction, by the number that came back with the payer.

PSE's service is asked first and the cards' when it has nothing to say. Neither asks by reference, so that a number
anybody hands in could be somebody else's payment: an answer that does not name our reference is foreign, and a person
looks at it. The cards' service tells no amount. The checkout was opened from server to server, so that no payer could
change what it was for: an answer bound to our reference is about the intent's amount.
"""

import asyncio
import logging
import re
from collections.abc import Iterable, Mapping
from datetime import datetime

from adapters.enlinea.dialects import KEY, PASSWORD, USER, StatusService
from adapters.enlinea.soap import CONTENT_TYPE, BadAnswer, Fault, answered, envelope
from adapters.enlinea.texts import one_line, read_amount
from adapters.web.calls import BoundedCalls, NoAnswer
from application.ports.payment_gateway import MerchantAccount
from domain.errors import GatewayUnavailable
from domain.gateway_reports import Evidence, GatewayReport, ReportedState, StatusReason
from domain.payment_intents import CURRENCY, PaymentIntent
from domain.payments import PaymentMethod
from domain.periods import BOGOTA

_log = logging.getLogger(__name__)

_RETRY_AFTER = 30
_ANSWERS = frozenset({200, 500})
"""SOAP 1.1 reports faults with 500."""
_DATES = ("%Y-%m-%d", "%Y/%m/%d", "%d/%m/%Y", "%d-%m-%Y")
_TIMES = ("%H:%M:%S", "%H:%M")
_SILENT = "error"
_REASONS = {
    ReportedState.DECLINED: StatusReason.CONTACT_BANK,
    ReportedState.PENDING: StatusReason.AWAITING_BANK,
    ReportedState.EXPIRED: StatusReason.EXPIRED_AT_GATEWAY,
}


class StatusQueries:
    """Asks the services below `base_url`, all numbers of an intent at once; the whole may take `total_seconds`."""

    def __init__(self, calls: BoundedCalls, *, base_url: str, total_seconds: float) -> None:
        self._calls = calls
        self._base_url = base_url
        self._total_seconds = total_seconds

    async def reports(
        self, intent: PaymentIntent, services: tuple[StatusService, ...], *, merchant: MerchantAccount
    ) -> tuple[GatewayReport, ...]:
        """One report for each number; none for one of which every service says that there is no such transaction. What
        they have nothing to say about otherwise is UNKNOWN. GatewayUnavailable where any answer fails."""
        try:
            async with asyncio.timeout(self._total_seconds):
                answers = await asyncio.gather(
                    *(self._report(number, intent, services, merchant) for number in intent.transaction_hints),
                    return_exceptions=True,
                )
            for answer in answers:
                if isinstance(answer, BaseException):
                    raise answer
        except (NoAnswer, BadAnswer, TimeoutError) as failure:
            _log.warning("no usable answer of EnLineaPagos about %s: %r", intent.reference, failure)
            raise GatewayUnavailable(_RETRY_AFTER) from failure
        return tuple(answer for answer in answers if isinstance(answer, GatewayReport))

    async def _report(
        self, number: str, intent: PaymentIntent, services: tuple[StatusService, ...], merchant: MerchantAccount
    ) -> GatewayReport | None:
        """What the first service that knows the number tells; each live key is tried while none does."""
        denied = True
        for key in merchant.api_keys:
            for service in services:
                told = await self._ask(service, number, merchant, key)
                if told[service.answer].lower() != service.failed:
                    return _report(told, service, number, intent)
                text = " ".join(told.get(name, "") for name in service.failure_text).lower()
                denied = denied and any(word in text for word in service.unknown_number)
        # Anybody may hand in a number: that a service fails over one is no failure of the platform.
        return None if denied else _silent(number, intent)

    async def _ask(self, service: StatusService, number: str, merchant: MerchantAccount, key: str) -> Mapping[str, str]:
        arguments = {USER: merchant.merchant_id, PASSWORD: merchant.api_login, KEY: key, service.number: number}
        url = f"{self._base_url}{service.path}"
        answer = await self._calls.post(
            url,
            content=envelope(service.operation, arguments),
            headers={"Content-Type": CONTENT_TYPE, "SOAPAction": f'"{url}/{service.operation}"', "Accept": "text/xml"},
        )
        if answer.status not in _ANSWERS:
            raise BadAnswer(f"status {answer.status}")
        try:
            told = answered(answer.body, answer.content_type)
        except Fault as fault:
            return {service.answer: service.failed, service.failure_text[0]: str(fault)}
        if answer.status != 200 or service.answer not in told:
            raise BadAnswer(f"no {service.answer}")
        return told


def _report(told: Mapping[str, str], service: StatusService, number: str, intent: PaymentIntent) -> GatewayReport:
    word = told[service.answer]
    states = {name.lower(): state for name, state in service.states.items()}
    state = states.get(word.lower(), ReportedState.UNKNOWN)
    amount = intent.amount
    try:
        amount = read_amount(told.get(service.amount, "")) if service.amount else amount
    except ValueError as error:
        if state is ReportedState.APPROVED:  # of what brings no money nothing depends on it
            raise BadAnswer("amount") from error
    code = _first(told, service.code)
    is_foreign = not _names(told, service, intent.reference)
    return GatewayReport(
        reference=intent.reference,
        # Kept under a name of its own: the number belongs to the payment that it is really of.
        transaction_id=f"{number}~{intent.reference}" if is_foreign else number,
        state=state,
        amount=amount,
        currency=CURRENCY,
        evidence=Evidence.QUERY,
        code=one_line(f"{word} {code}", 60) or "?",
        reason=_REASONS.get(state),
        method=_method(told, service),
        gateway_reference=one_line(_first(told, service.bank_reference), 64) or None,
        occurred_at=_instant(told.get(service.date, ""), told.get(service.time, "")),
        is_foreign=is_foreign,
    )


def _silent(number: str, intent: PaymentIntent) -> GatewayReport:
    """Nothing is known of it, not even that there is no such transaction; wrong credentials look the same."""
    return GatewayReport(
        reference=intent.reference,
        transaction_id=number,
        state=ReportedState.UNKNOWN,
        amount=intent.amount,
        currency=CURRENCY,
        evidence=Evidence.QUERY,
        code=_SILENT,
    )


def _names(told: Mapping[str, str], service: StatusService, reference: str) -> bool:
    """Whether the answer is about our reference: as a field of its own, or as a word of a description."""
    if any(told.get(name, "").upper() == reference for name in service.reference):
        return True
    words = re.findall(r"[A-Z0-9]+", " ".join(told.get(name, "") for name in service.description).upper())
    return reference in words


def _method(told: Mapping[str, str], service: StatusService) -> PaymentMethod | None:
    if service.bank and not told.get(service.bank):
        return None  # PSE's service knows cash and wallets too
    card = told.get(service.card, "").lower()
    return PaymentMethod.DEBIT_CARD if any(piece in card for piece in service.debit) else service.method


def _instant(date: str, time: str) -> datetime | None:
    """In Bogotá, where it can be read; the two may come in one."""
    if not time and " " in date:
        date, _, time = date.partition(" ")
    for day in _DATES:
        for hour in _TIMES:
            try:
                return datetime.strptime(f"{date} {time.partition('.')[0]}", f"{day} {hour}").replace(tzinfo=BOGOTA)
            except ValueError:
                continue
    return None


def _first(told: Mapping[str, str], names: Iterable[str]) -> str:
    return next((told[name] for name in names if told.get(name)), "")
