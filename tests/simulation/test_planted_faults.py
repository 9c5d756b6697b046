"""The simulation finds what it is there to find: a service made of one faulty part fails within a few hundred seeds."""

import logging
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

import pytest

from application.merchants import Merchants
from application.ports.payment_gateway import MerchantAccount, Reception
from application.ports.payments import GatewayAccount
from application.use_cases.payments import ReceiveGatewayReport
from domain.errors import RetryLater
from domain.ids import PaymentId
from domain.payment_intents import PaymentIntent
from domain.payments import PaymentGatewayCode
from tests.fakes.books import Repository
from tests.fakes.payments import FakePaymentIntents
from tests.simulation.__main__ import failure_of
from tests.simulation.scheduler import Tally
from tests.simulation.storage import LOCKS, REPOSITORIES, Locking, Storage, Unit
from tests.simulation.town import Making

SEEDS = 1_000


def without(*statements: str) -> Mapping[str, Locking]:
    return {name: locking for name, locking in LOCKS.items() if name not in statements}


class ReadsIntentsUnlocked(Storage):
    locks = without("intents.by_reference", "intents.save")


class ReadsInvoicesUnlocked(Storage):
    locks = without("payments.lock_invoices", "payments.save_invoice", "payments.lock_client")


class SpendsCreditUnlocked(Storage):
    locks = without("payments.lock_client", "payments.with_credit", "payments.use_credit")


class CountsUnlocked(Storage):
    locks = without("counters.next")


class OpensUnlocked(Storage):
    """Neither row nor index keeps two checkouts from holding an invoice."""

    locks = without("intents.add", "payments.lock_invoices", "intents.by_idempotency_key")


class KeepsWorkOfTheDead(Storage):
    """Each statement counts at once, whether or not its transaction commits."""

    class HalfDone(Unit):
        def end(self) -> None:
            if self._books is not None:
                self._books.publish()
            super().end()

    unit = HalfDone


class ForgetsRefunds(Storage):
    class Intents(FakePaymentIntents):
        async def save(self, intent: PaymentIntent, *, booked: Mapping[str, PaymentId] | None = None) -> None:
            await super().save(replace(intent, refunds=()), booked=booked)

    repositories = REPOSITORIES | {"intents": Intents}


class ForgetsWhatWasBooked(Storage):
    """The journal's key alone stands between the same news and a second receipt."""

    class Intents(FakePaymentIntents):
        async def save(self, intent: PaymentIntent, *, booked: Mapping[str, PaymentId] | None = None) -> None:
            attempts = tuple(replace(attempt, charged=False) for attempt in intent.attempts)
            await super().save(replace(intent, attempts=attempts), booked=booked)

    repositories = REPOSITORIES | {"intents": Intents}


class LetsTheSameFactIn(ForgetsWhatWasBooked):
    """And neither does the key."""

    class Ledger(Repository):
        async def post(self, journal: Any) -> bool:
            key = (journal.agency_id, f"{journal.key}/{len(self.books.journals)}")
            self.books.journals[key] = journal
            return True

    repositories = ForgetsWhatWasBooked.repositories | {"ledger": Ledger}
    locks = without("ledger.post")


@dataclass(frozen=True, slots=True, kw_only=True)
class AcknowledgesWhatFailed(ReceiveGatewayReport):
    async def __call__(
        self, *, gateway: PaymentGatewayCode, account: str, body: bytes, headers: Mapping[str, str], ip: str | None
    ) -> Reception:
        try:
            told = ReceiveGatewayReport.__call__
            return await told(self, gateway=gateway, account=account, body=body, headers=headers, ip=ip)
        except RetryLater:
            return Reception.PROCESSED


@dataclass(frozen=True, slots=True, kw_only=True)
class TakesTestsForMoney(Merchants):
    def open(self, account: GatewayAccount) -> MerchantAccount:
        return replace(Merchants.open(self, account), test=True)


FAULTY = {
    making.__name__: Making(storage=making)
    for making in (
        ReadsIntentsUnlocked,
        ReadsInvoicesUnlocked,
        SpendsCreditUnlocked,
        CountsUnlocked,
        OpensUnlocked,
        KeepsWorkOfTheDead,
        ForgetsRefunds,
        ForgetsWhatWasBooked,
        LetsTheSameFactIn,
    )
} | {
    "AcknowledgesWhatFailed": Making(receive_report=AcknowledgesWhatFailed),
    "TakesTestsForMoney": Making(merchants=TakesTestsForMoney),
}


@pytest.fixture(autouse=True)
def silence() -> Iterator[None]:
    logging.disable(logging.ERROR)
    yield
    logging.disable(logging.NOTSET)


@pytest.mark.parametrize("fault", FAULTY)
def test_a_planted_fault_is_found(fault: str) -> None:
    failures = (failure_of(seed, Tally(), FAULTY[fault]) for seed in range(1, SEEDS + 1))

    assert next(filter(None, failures), None) is not None
