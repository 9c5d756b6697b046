"""The payer comes back with words that prove nothing."""

import asyncio
from dataclasses import replace

import pytest

from adapters.guard.gateway import GuardedGateway
from application.ports.payment_gateway import NotificationRejected, Rejection
from application.ports.payments import EventOutcome, GatewayEvent
from application.use_cases.payments import ReceiveReturn
from domain.errors import NotFound, Unavailable
from domain.gateway_reports import GatewayReport, Hint, ReportedState, StatusReason
from domain.payment_intents import MOST_HINTS, PaymentIntent, PaymentIntentStatus
from domain.payments import PaymentGatewayCode
from tests.application.payments_world import PAYU, RETURN_URL, World
from tests.fakes.payment_gateway import a_report

ENLINEA = PaymentGatewayCode.ENLINEA
S = PaymentIntentStatus


class Door(World):
    """An agency that takes payments by EnLineaPagos."""

    def __init__(self) -> None:
        super().__init__()
        self.change_account(gateway=ENLINEA)
        gateways = {ENLINEA: self.gateway}
        self.settlement = replace(self.settlement, gateways=gateways)
        self.start_payment = replace(self.start_payment, gateways=gateways, settlement=self.settlement)
        self.refresh_payment = replace(self.refresh_payment, settlement=self.settlement)
        self.receive_return = ReceiveReturn(settlement=self.settlement)

    async def begin(self) -> PaymentIntent:
        return await self.start(self.viewer, self.invoices[0], gateway=ENLINEA)

    async def come_back(
        self,
        intent: PaymentIntent,
        number: str | None = "901",
        *,
        told: str = "APROBADA",
        body: bytes | None = None,
        account: str = "acc-andina",
        gateway: PaymentGatewayCode = ENLINEA,
    ) -> str:
        self.clock.advance(5)
        return await self.receive_return(
            gateway=gateway,
            account=account,
            hint=Hint(reference=intent.reference, transaction_id=number, told=told),
            body=body or f"nrotransaccion={number}&respuesta={told}".encode(),
            ip="203.0.113.9",
        )

    @property
    def events(self) -> list[GatewayEvent]:
        return list(self.books.events.values())


@pytest.fixture
def door() -> Door:
    return Door()


def approved(intent: PaymentIntent, number: str = "901") -> GatewayReport:
    return a_report(intent.reference, intent.amount, transaction_id=number)


async def test_the_gateways_answer_pays_and_the_browser_goes_home(door: Door) -> None:
    intent = await door.begin()
    door.gateway.knows([approved(intent)])

    home = await door.come_back(intent)

    assert home == f"{RETURN_URL}?reference={intent.reference}"
    assert (door.intent(intent).status, len(door.payments)) == (S.APPROVED, 1)
    assert door.intent(intent).transaction_hints == ("901",)
    (event,) = door.events
    assert (event.reference, event.authentic, event.source_ip) == (intent.reference, False, "203.0.113.9")
    assert event.body == "nrotransaccion=901&respuesta=APROBADA"
    assert event.outcome == "T5 APPROVED"


async def test_the_word_approved_alone_moves_nothing(door: Door) -> None:
    intent = await door.begin()

    home = await door.come_back(intent, told="APROBADA")

    assert home.startswith(RETURN_URL)
    assert (door.intent(intent).status, door.payments) == (S.REDIRECTED, [])


async def test_a_return_that_tells_of_a_rejection_asks_too(door: Door) -> None:
    intent = await door.begin()
    door.gateway.knows([approved(intent)])
    await door.come_back(intent, told="RECHAZADA")
    assert door.intent(intent).status is S.APPROVED


async def test_a_gateway_that_is_down_keeps_nobody_from_going_home_and_the_number_is_not_lost(door: Door) -> None:
    intent = await door.begin()
    door.gateway.down = True
    assert (await door.come_back(intent)).startswith(RETURN_URL)
    assert (door.intent(intent).status, door.intent(intent).transaction_hints) == (S.REDIRECTED, ("901",))
    assert [event.outcome for event in door.events] == [EventOutcome.RECORDED]

    door.gateway.down = False
    door.gateway.knows([approved(intent)])
    door.clock.advance(5)
    refreshed = await door.refresh_payment(door.viewer, reference=intent.reference)

    assert refreshed.status is S.APPROVED


async def test_a_gateway_that_takes_too_long_keeps_nobody_either(door: Door) -> None:
    intent = await door.begin()
    door.gateway.thinking.clear()
    guarded = {ENLINEA: GuardedGateway(door.gateway, most_seconds=0.1)}
    door.receive_return = ReceiveReturn(settlement=replace(door.settlement, gateways=guarded))
    async with asyncio.timeout(5):
        assert (await door.come_back(intent)).startswith(RETURN_URL)
    assert door.intent(intent).transaction_hints == ("901",)


async def test_the_same_return_again_is_one_event_and_one_payment(door: Door) -> None:
    intent = await door.begin()
    door.gateway.knows([approved(intent)])
    for _ in range(3):
        await door.come_back(intent)
    assert len(door.events) == len(door.payments) == 1
    assert len(door.gateway.queried) == 1  # what the gateway has confirmed is not asked again


async def test_many_at_once_are_one_payment(door: Door) -> None:
    intent = await door.begin()
    door.gateway.knows([approved(intent)])
    await asyncio.gather(*(door.come_back(intent) for _ in range(10)))
    assert (len(door.payments), door.intent(intent).transaction_hints) == (1, ("901",))


async def test_a_second_number_is_asked_about_even_after_the_first_was_paid(door: Door) -> None:
    intent = await door.begin()
    door.gateway.knows([approved(intent)])
    await door.come_back(intent)
    door.gateway.knows([approved(intent), approved(intent, "902")])

    await door.come_back(intent, "902")

    assert door.intent(intent).transaction_hints == ("901", "902")
    assert [payment.credited for payment, _ in door.payments] == [0, intent.amount]


async def test_a_new_number_is_asked_about_at_once_whatever_was_asked_before(door: Door) -> None:
    intent = await door.begin()
    for number in ("901", "902", "902"):
        await door.receive_return(
            gateway=ENLINEA,
            account="acc-andina",
            hint=Hint(reference=intent.reference, transaction_id=number),
            body=number.encode(),
            ip=None,
        )
    assert len(door.gateway.queried) == 2


async def test_a_second_number_that_could_not_be_asked_about_at_once_is_not_forgotten(door: Door) -> None:
    intent = await door.begin()
    door.gateway.knows([approved(intent)])
    await door.come_back(intent)
    door.gateway.down = True
    await door.come_back(intent, "902")
    door.gateway.down = False
    door.gateway.knows([approved(intent), approved(intent, "902")])
    door.clock.advance(5)

    assert not door.settlement.is_settled(door.intent(intent))
    await door.refresh_payment(door.viewer, reference=intent.reference)

    assert len(door.payments) == 2
    assert door.settlement.is_settled(door.intent(intent))


async def test_a_number_that_comes_while_the_gateway_is_being_asked_was_not_part_of_the_question(door: Door) -> None:
    intent = await door.begin()
    asked = replace(door.intent(intent), transaction_hints=("901",))
    now = replace(asked, transaction_hints=("901", "902"))

    assert now.answered(asked, at=door.clock.now()).queried_at is None
    assert asked.answered(asked, at=door.clock.now()).queried_at == door.clock.now()
    assert asked.answered(now, at=door.clock.now()).queried_at == door.clock.now()


async def test_a_return_without_a_number_is_kept_and_asks(door: Door) -> None:
    intent = await door.begin()
    await door.come_back(intent, None)
    assert (door.intent(intent).transaction_hints, len(door.events)) == ((), 1)


async def test_a_handful_of_numbers_is_kept(door: Door) -> None:
    intent = await door.begin()
    for number in range(MOST_HINTS + 3):
        await door.come_back(intent, str(number))
    assert door.intent(intent).transaction_hints == tuple(str(number) for number in range(MOST_HINTS))


async def test_whoever_was_declined_many_times_and_then_pays_has_paid(door: Door) -> None:
    intent = await door.begin()
    declined = [str(number) for number in range(MOST_HINTS)]
    for number in declined:
        report = a_report(intent.reference, intent.amount, transaction_id=number, state=ReportedState.DECLINED)
        door.gateway.answers[intent.reference] = (*door.gateway.answers.get(intent.reference, ()), report)
        await door.come_back(intent, number)
    await door.come_back(intent, "paid")
    assert door.intent(intent).transaction_hints == (*declined[1:], "paid")

    await door.come_back(intent, declined[0])  # known to have failed
    assert door.intent(intent).transaction_hints == (*declined[1:], "paid")


async def test_so_many_returns_and_no_more_are_kept_and_the_browser_still_goes_home(door: Door) -> None:
    intent = await door.begin()
    for number in range(103):
        assert (await door.come_back(intent, body=str(number).encode())).startswith(RETURN_URL)
    assert len(door.events) == 100


async def test_anothers_transaction_is_no_payment_of_this_one(door: Door) -> None:
    """The payer hands in the number of somebody else's approved payment."""
    intent = await door.begin()
    door.gateway.knows([replace(approved(intent, f"901~{intent.reference}"), is_foreign=True)])

    await door.come_back(intent)

    assert door.payments == []
    stored = door.intent(intent)
    assert (stored.status, stored.status_reason) == (S.REVIEW, StatusReason.MERCHANT_MISMATCH)


async def test_an_unknown_word_moves_nothing_and_ends_nothing(door: Door) -> None:
    intent = await door.begin()
    door.gateway.knows([replace(approved(intent), state=ReportedState.UNKNOWN)])
    door.clock.advance(3600)
    await door.come_back(intent)
    assert (door.intent(intent).status, door.payments) == (S.REDIRECTED, [])


@pytest.mark.parametrize(("account", "gateway"), [("acc-nobody", ENLINEA), ("acc-andina", PAYU), ("acc-beta", ENLINEA)])
async def test_an_address_that_is_none_stores_nothing(door: Door, account: str, gateway: PaymentGatewayCode) -> None:
    intent = await door.begin()
    with pytest.raises(NotificationRejected) as rejected:
        await door.come_back(intent, account=account, gateway=gateway)
    assert rejected.value.kind is Rejection.UNKNOWN_ACCOUNT
    assert (door.events, door.intent(intent).transaction_hints, door.gateway.queried) == ([], (), [])


async def test_a_payment_that_does_not_exist_stores_nothing(door: Door) -> None:
    intent = replace(await door.begin(), reference="NOSUCHREFERENCE")
    with pytest.raises(NotFound):
        await door.come_back(intent)
    assert (door.events, door.gateway.queried) == ([], [])


async def test_a_payment_of_another_account_is_not_there(door: Door) -> None:
    other = next(account for account in door.books.accounts.values() if account.public_key == "acc-beta")
    door.books.accounts[other.id] = replace(other, gateway=ENLINEA)
    intent = await door.begin()
    with pytest.raises(NotFound):
        await door.come_back(intent, account="acc-beta")
    assert (door.events, door.intent(intent).transaction_hints) == ([], ())


async def test_nothing_is_answered_while_nothing_can_be_stored(door: Door) -> None:
    intent = await door.begin()
    door.till.down = Unavailable(2)
    with pytest.raises(Unavailable):
        await door.come_back(intent)
    assert door.gateway.queried == []


async def test_the_address_home_keeps_what_the_agency_had_in_it(door: Door) -> None:
    intent = await door.start(door.viewer, door.invoices[0], gateway=ENLINEA, return_url=f"{RETURN_URL}?lang=es")
    assert await door.come_back(intent) == f"{RETURN_URL}?lang=es&reference={intent.reference}"
