"""A transaction id comes with two payments at once, on Postgres: neither loses by which receipt it was booked.

Ids are not signed. On an account for tests a notice brings money by itself, so that one under an invented id can be
booked while another payment's own answer, which has that id, is being kept.
"""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from adapters.postgres.engine import create_engine
from domain.gateway_reports import Evidence
from domain.payment_intents import PaymentIntent, PaymentIntentStatus
from domain.payments import Payment
from tests.ports.payments_place import Place
from tests.ports.payments_stores import InPostgres
from tests.ports.test_payment_intents_store import an_attempt
from tests.postgres import Database

S = PaymentIntentStatus


class Race:
    """Two payments of Ana that are booked under the same id, one after the other had written and not yet committed."""

    def __init__(self, place: Place) -> None:
        self.place = place

    async def begin(self) -> None:
        one, other, _ = self.place.invoices
        self.forged = await self.place.add(self.place.intent(one))
        self.real = await self.place.add(self.place.intent(other))
        self.receipts = {
            self.forged.id: self.place.payment(self.forged),
            self.real.id: self.place.payment(self.real, "RP-000002"),
        }

    async def book(self, intent: PaymentIntent, written: asyncio.Event, go_on: asyncio.Event) -> None:
        told = Evidence.SIGNATURE if intent is self.forged else Evidence.QUERY
        paid = an_attempt("tx", S.APPROVED, charged=True, verified_by=told, amount=intent.amount)
        receipt = self.receipts[intent.id]
        async with self.place.store.unit_of_work(self.place.staff) as uow:
            await uow.payments.add(receipt, [(intent.invoices[0].invoice_id, intent.amount)])
            await uow.intents.save(replace(intent, attempts=(paid,)), booked={"tx": receipt.id})
            written.set()
            await go_on.wait()
            await uow.commit()

    async def run(self, first: PaymentIntent, second: PaymentIntent) -> None:
        written, end, free = asyncio.Event(), asyncio.Event(), asyncio.Event()
        free.set()
        before = asyncio.create_task(self.book(first, written, end))
        await written.wait()
        after = asyncio.create_task(self.book(second, asyncio.Event(), free))
        await asyncio.sleep(0.3)
        assert not after.done()  # it waits for the id
        end.set()
        await asyncio.gather(before, after)

    async def booked_by(self, intent: PaymentIntent) -> tuple[str, Payment | None]:
        found = await self.place.found(intent)
        assert found is not None
        (attempt,) = found.attempts
        async with self.place.store.unit_of_work(self.place.staff) as uow:
            return attempt.transaction_id, await uow.payments.of_charge(found, attempt.transaction_id)


@pytest.fixture
async def race(database: Database) -> AsyncIterator[Race]:
    engine = create_engine(database.app_url, pool_size=3)
    race = Race(await Place(InPostgres(engine)).fill())
    await race.begin()
    yield race
    await engine.dispose()


@pytest.mark.parametrize("forged_first", [True, False])
async def test_an_id_that_two_payments_bring_at_once_costs_neither_its_receipt(race: Race, forged_first: bool) -> None:
    order = (race.forged, race.real) if forged_first else (race.real, race.forged)

    await race.run(*order)

    for intent, name in ((race.real, "tx"), (race.forged, f"tx~{race.forged.id}")):
        known, receipt = await race.booked_by(intent)
        assert known == name
        assert receipt is not None
        assert receipt.id == race.receipts[intent.id].id
