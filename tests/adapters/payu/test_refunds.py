"""Returning a charge through PayU, with the simulator at the other end."""

from collections.abc import AsyncIterator
from datetime import timedelta
from decimal import Decimal

import httpx
import pytest

from adapters.payu.gateway import PayuGateway
from application.ports.payment_gateway import RefundNotPossible
from domain.errors import GatewayUnavailable
from domain.gateway_reports import Evidence, RefundReport, ReportedState
from domain.payment_intents import GatewayAttempt, PaymentIntent, PaymentIntentStatus
from domain.payments import PaymentMethod
from tests.adapters.payu.examples import AT, a_merchant
from tests.adapters.payu.test_against_the_simulator import SIMULATOR, Town

R = ReportedState
URL = "https://api.payulatam.com/payments-api/4.0/service.cgi"


@pytest.fixture
async def town() -> AsyncIterator[Town]:
    town = Town()
    async with town.payu:
        await town.open()
        yield town


def gateway_of(town: Town) -> PayuGateway:
    return PayuGateway(
        town.payu,
        checkout_url=f"{SIMULATOR}/ppp-web-gateway-payu/",
        reports_url=f"{SIMULATOR}/reports-api/4.0/service.cgi",
        payments_url=f"{SIMULATOR}/payments-api/4.0/service.cgi",
        allowed_hosts={"127.0.0.1"},
        total_timeout=2,
    )


async def charged(town: Town, *, method: str = "VISA", wait: str = "PT15M") -> tuple[PaymentIntent, GatewayAttempt]:
    """A payment that PayU confirmed, as much later."""
    intent = await town.start()
    await town.pay(intent, f"approve:method={method}")
    await town.control("/_sim/clock", advance=wait)
    town.clock.advance(timedelta(minutes=15))
    confirmed = await town.refresh(intent)
    (charge,) = town.till.books.intents[confirmed.id].attempts
    return confirmed, charge


async def refund(town: Town, charge: GatewayAttempt, amount: Decimal, *, whole: bool) -> RefundReport:
    return await gateway_of(town).refund(
        charge, amount=amount, whole=whole, reason="Pagó dos veces", merchant=a_merchant()
    )


async def told(town: Town, intent: PaymentIntent) -> tuple[RefundReport, ...]:
    (report,) = await gateway_of(town).query(intent, merchant=a_merchant())
    return report.refunds


@pytest.mark.parametrize(("whole", "amount"), [(True, "1850000.00"), (False, "50000.00")])
@pytest.mark.parametrize(("decision", "state"), [("approve", R.APPROVED), ("decline", R.DECLINED)])
async def test_a_refund_is_asked_for_decided_later_and_told_by_the_query(
    town: Town, whole: bool, amount: str, decision: str, state: ReportedState
) -> None:
    intent, charge = await charged(town)
    assert charge.order_id is not None

    answer = await refund(town, charge, Decimal(amount), whole=whole)
    assert answer == RefundReport(transaction_id="", state=R.PENDING, amount=Decimal(amount))

    orders = (await town.payu.get("/_sim/orders")).json()
    listed = orders["orders"] if isinstance(orders, dict) else orders
    await town.control(f"/_sim/orders/{listed[0]['id']}/play", script=[f"refund:{decision}"])
    (found,) = await told(town, intent)
    assert (found.state, found.amount) == (state, Decimal(amount))


async def test_a_request_that_is_open_already_stays_open(town: Town) -> None:
    _, charge = await charged(town)
    await refund(town, charge, charge.amount, whole=True)
    assert (await refund(town, charge, charge.amount, whole=True)).state is R.PENDING


@pytest.mark.parametrize("method", ["PSE", "EFECTY"])
async def test_what_is_no_card_is_not_even_asked_for(town: Town, method: str) -> None:
    _, charge = await charged(town, method=method)
    before = len((await town.payu.get("/_sim/orders")).json())
    with pytest.raises(RefundNotPossible):
        await refund(town, charge, charge.amount, whole=True)
    assert len((await town.payu.get("/_sim/orders")).json()) == before


async def test_what_payu_refuses_is_declined(town: Town) -> None:
    _, charge = await charged(town, wait="PT1M")  # PayU takes none in the first ten minutes
    assert (await refund(town, charge, charge.amount, whole=True)).state is R.DECLINED


@pytest.mark.parametrize(
    "answer",
    [
        httpx.Response(500, json={"code": "SUCCESS"}),
        httpx.Response(200, text="<html>"),
        httpx.Response(200, json=["SUCCESS"]),
        httpx.Response(200, json={"code": "MAYBE"}),
        httpx.Response(200, json={"code": "SUCCESS", "transactionResponse": None}),
        httpx.Response(302, headers={"Location": "https://elsewhere.example/"}),
        httpx.ReadTimeout("slow"),
    ],
)
async def test_without_a_usable_answer_it_is_not_known_whether_it_was_asked_for(
    answer: httpx.Response | Exception,
) -> None:
    async def answering(request: httpx.Request) -> httpx.Response:
        if isinstance(answer, Exception):
            raise answer
        return answer

    charge = GatewayAttempt(
        transaction_id="t1",
        status=PaymentIntentStatus.APPROVED,
        amount=Decimal("1000.00"),
        currency="COP",
        verified_by=Evidence.QUERY,
        at=AT,
        method=PaymentMethod.CREDIT_CARD,
        order_id="7",
    )
    async with httpx.AsyncClient(transport=httpx.MockTransport(answering)) as client:
        gateway = PayuGateway(client, checkout_url=URL, reports_url=URL, payments_url=URL)
        with pytest.raises(GatewayUnavailable):
            await gateway.refund(charge, amount=charge.amount, whole=True, reason="x", merchant=a_merchant())
