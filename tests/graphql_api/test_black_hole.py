"""While a gateway says nothing: nobody's connection to the database waits for it, and everybody else is served.

The gateway is a server of our own that takes each question and answers when it is told to.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

import pytest

from adapters.enlinea.returning import return_url
from application.ports.jobs import Job, JobKind
from application.use_cases.payments import AskGateway
from domain.accounts import AccountRole
from domain.imports.sheets import ImportKind
from domain.payments import PaymentGatewayCode
from main.demo.people import ENLINEA_SIMULATOR
from main.settings import Secrets
from tests.adapters.enlinea.examples import UNKNOWN_NUMBER, soap
from tests.adapters.hostile import Hostile, Wire, hostile
from tests.adapters.payu.examples import FORM, a_confirmation, encoded
from tests.graphql_api.forms import ASK, PAY, act, order
from tests.graphql_api.town import LOGIN, PASSWORD, RETURN_URL, Answer, Town, founded
from tests.postgres import Database
from tests.served import PUBLIC_URL

LINK = "http://127.0.0.1/pagar/7f3a"
NOTHING = b'{"code": "SUCCESS", "error": null, "result": null}'
DASHBOARD = """{ me { client { name
    invoices(first: 20) { nodes { number total status payments { amount } } } pqrs { nodes { filingNumber } } } } }"""
LIST = "{ invoices(first: 50) { nodes { number client { name } } totalCount } }"
OF_ONE_ACCOUNT = 10
"""Questions that may be under way at once."""


class Quiet:
    """What the gateway does: nothing, until `speak` is set."""

    def __init__(self) -> None:
        self.speak = asyncio.Event()

    async def __call__(self, wire: Wire) -> None:
        await self.speak.wait()
        head = wire.request.partition(b"\r\n\r\n")[0].lower()
        if b"application/json" in head:
            await wire.answer(NOTHING)
        elif b"xml" in head:
            await wire.answer(soap(UNKNOWN_NUMBER), head=b"Content-Type: text/xml\r\n")
        else:
            await wire.answer(LINK.encode(), head=b"Content-Type: text/html\r\n")


class Street:
    """A town with fifty invoices, and a quiet gateway."""

    def __init__(self, town: Town, gateway: Hostile, quiet: Quiet) -> None:
        self.town, self.gateway, self.quiet = town, gateway, quiet

    async def started(self, number: str, gateway: str = "PAYU") -> dict[str, Any]:
        told = await act(self.town, PAY, by="ana", input=await order(self.town, number, gateway=gateway))
        intent: dict[str, Any] = told["intent"]
        return intent

    async def until_asked(self, work: asyncio.Future[Any]) -> None:
        """Until the gateway has one more question of that work, which has then not ended."""
        asked = asyncio.ensure_future(self.gateway.asked.acquire())
        await asyncio.wait({asked, work}, return_when=asyncio.FIRST_COMPLETED)
        assert asked.done(), work

    def later(self, **by: float) -> None:
        """So that a question may be asked again, in sessions that still hold."""
        self.town.clock.advance(timedelta(**by))
        self.town.tokens.clear()


@pytest.fixture(autouse=True)
def nobody_loses_patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """However slow the machine is: the gateway answers when a test says so."""
    monkeypatch.setattr("application.patience.REQUEST_SECONDS", 3600.0)


@asynccontextmanager
async def living(database: Database, *, connections: int) -> AsyncIterator[Street]:
    quiet = Quiet()
    async with (
        hostile(quiet) as gateway,
        founded(database, database_pool=connections, payu_reports_url=gateway.url, enlinea_url=gateway.url) as town,
    ):
        agency = await town.agency("andina", payu=True)
        await town.use_cases.set_merchant_account(
            agency.id, gateway=PaymentGatewayCode.ENLINEA, settings=ENLINEA_SIMULATOR
        )
        await town.books("andina")
        await town.take("andina", ImportKind.INVOICES, *({"numero": f"FV-{number}"} for number in range(101, 151)))
        await town.person("andina", "ana", client="T1")
        await town.person("andina", "sara", role=AccountRole.STAFF)
        yield Street(town, gateway, quiet)
        quiet.speak.set()


async def _refresh(street: Street, intent: dict[str, Any]) -> Any:
    return await act(street.town, ASK, by="ana", reference=intent["reference"])


async def _pay_again_after_half_an_hour(street: Street, intent: dict[str, Any]) -> Any:
    street.later(minutes=31)
    asked = await order(street.town, "FV-101", idempotencyKey="otra vez")
    return await act(street.town, PAY, by="ana", input=asked)


async def _second_approval(street: Street, intent: dict[str, Any]) -> Any:
    fields = {field["name"]: field["value"] for field in intent["checkout"]["fields"]}
    address = fields["confirmationUrl"].removeprefix(PUBLIC_URL)
    for transaction in ("the-first", "the-second"):
        form = a_confirmation(reference_sale=intent["reference"], value=fields["amount"], transaction_id=transaction)
        answer = await street.town.http.post(address, content=encoded(form), headers=FORM)
    return answer.status_code


async def _regular_check(street: Street, intent: dict[str, Any]) -> Any:
    street.later(minutes=31)
    return await street.town.use_cases.reconcile_payments(street.town.agencies["andina"].id)


async def _job(street: Street, intent: dict[str, Any]) -> Any:
    settlement = street.town.use_cases.refresh_payment.settlement
    agency_id = street.town.agencies["andina"].id
    await AskGateway(settlement=settlement)(
        Job(kind=JobKind.ASK_GATEWAY, agency_id=agency_id, subject=intent["reference"])
    )
    return "done"


async def _open_at_enlinea(street: Street, intent: dict[str, Any]) -> Any:
    opened = await street.started("FV-102", "ENLINEA")
    assert opened["checkout"]["url"] == LINK
    return opened["status"]


async def _return_from_enlinea(street: Street, intent: dict[str, Any]) -> Any:
    """The payer comes back, and what the browser says makes us ask."""
    street.later(seconds=10)
    ((account,),) = await street.town.rows("select public_key from gateway_accounts where gateway = 'ENLINEA'")
    secret = Secrets(street.town.service.portal.settings).enlinea
    back = return_url(f"/callbacks/enlinea/{account}", secret, account=account, reference=intent["reference"])
    answer = await street.town.http.get(f"{back}&nrotransaccion=901&respuesta=APROBADA")
    assert answer.headers["Location"] == f"{RETURN_URL}?reference={intent['reference']}"
    return answer.status_code


@pytest.mark.parametrize(
    ("operation", "result", "gateway"),
    [
        (_refresh, "refreshPayment.PaymentIntentPayload", "PAYU"),
        (_pay_again_after_half_an_hour, "startPayment.PaymentIntentPayload", "PAYU"),
        (_second_approval, 200, "PAYU"),
        (_regular_check, 1, "PAYU"),
        (_job, "done", "PAYU"),
        (_open_at_enlinea, "REDIRECTED", "PAYU"),
        (_return_from_enlinea, 303, "ENLINEA"),
    ],
)
async def test_no_connection_to_the_database_is_held_while_a_gateway_is_asked(
    database: Database, operation: Callable[[Street, dict[str, Any]], Awaitable[Any]], result: object, gateway: str
) -> None:
    async with living(database, connections=2) as street:
        town = street.town
        street.quiet.speak.set()
        intent = await street.started("FV-101", gateway)
        street.quiet.speak.clear()
        street.gateway.asked = asyncio.Semaphore(0)

        under_way = asyncio.ensure_future(operation(street, intent))
        await street.until_asked(under_way)

        assert town.connections_in_use == 0
        seen = await town.ask(DASHBOARD, by="ana")
        assert seen.data["me"]["client"]["name"] == "Ana Peña"
        assert not under_way.done()
        street.quiet.speak.set()
        told = await under_way
        assert (told["is"] if isinstance(told, dict) else told) == result


async def test_while_fifty_refreshes_meet_a_black_hole_everybody_else_is_served(database: Database) -> None:
    async with living(database, connections=10) as street:
        town = street.town
        references = [(await street.started(f"FV-{number}"))["reference"] for number in range(101, 151)]
        sessions = [(await town.sign_in("ana"))["accessToken"] for _ in range(10)]
        pressing: list[asyncio.Future[Answer]] = []
        for place, reference in enumerate(references):
            refresh = asyncio.ensure_future(town.send(ASK, {"reference": reference}, token=sessions[place % 10]))
            pressing.append(refresh)
            if place < OF_ONE_ACCOUNT:
                await street.until_asked(refresh)
            else:
                told = (await refresh).data["refreshPayment"]
                assert (told["__typename"], told["retryAfterSeconds"]) == ("GatewayUnavailable", 30)

        looking = [
            *[await town.ask(DASHBOARD, by="ana") for _ in range(5)],
            *[await town.ask(LIST, by="sara") for _ in range(5)],
            *[await town.send(LOGIN, {"login": "ana", "password": PASSWORD}, agency="andina") for _ in range(3)],
        ]

        assert all(answer.data for answer in looking)
        waiting = [refresh for refresh in pressing if not refresh.done()]
        assert len(waiting) == len(street.gateway.wires) == OF_ONE_ACCOUNT  # since before all that was served
        assert town.connections_in_use == 0
        street.quiet.speak.set()
        answered = [(await refresh).data["refreshPayment"] for refresh in waiting]
        assert {told["__typename"] for told in answered} == {"PaymentIntentPayload"}
        assert len(street.gateway.wires) == OF_ONE_ACCOUNT


async def test_requests_and_notices_have_only_so_much_patience_and_the_background_has_its_own(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with living(database, connections=2) as street:
        intent = await street.started("FV-101")
        monkeypatch.setattr("application.patience.REQUEST_SECONDS", 0.0)
        street.quiet.speak.set()

        told = await _refresh(street, intent)
        assert (told["is"], told["retryAfterSeconds"]) == ("refreshPayment.GatewayUnavailable", 1)
        assert told["lastKnown"] == {"reference": intent["reference"], "status": "REDIRECTED"}
        street.later(seconds=10)
        assert await _second_approval(street, intent) == 503
        assert street.gateway.wires == []

        assert await _regular_check(street, intent) == 1
        assert len(street.gateway.wires) == 1
