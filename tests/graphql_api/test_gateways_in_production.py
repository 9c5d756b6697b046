"""What was set up for tests is of no use where money is real, put together as production is."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from domain.accounts import AccountRole
from domain.imports.sheets import ImportKind
from main.settings import Profile
from tests.fakes.clock import FakeClock
from tests.graphql_api.forms import PAY, order
from tests.graphql_api.town import NOON, Town, founded
from tests.postgres import Database
from tests.served import opened

LIVE: dict[str, Any] = {
    "payu_checkout_url": "https://checkout.payulatam.com/ppp-web-gateway-payu/",
    "payu_api_url": "https://api.payulatam.com/payments-api/4.0/service.cgi",
    "payu_reports_url": "https://api.payulatam.com/reports-api/4.0/service.cgi",
    "enlinea_url": "https://www.enlineapagos.com",
}
OFFERED = "{ agency { gateways { code } } me { client { invoices { nodes { payable gateways { code } } } } } }"


@pytest.fixture
async def town(database: Database) -> AsyncIterator[Town]:
    async with founded(database) as town:
        await town.agency("andina", payu=True)
        await town.books("andina")
        await town.take("andina", ImportKind.INVOICES, {})
        await town.person("andina", "ana", client="T1")
        await town.person("andina", "sara", role=AccountRole.STAFF)
        yield town


async def test_a_sandbox_account_in_the_database_is_neither_offered_nor_paid_with(
    town: Town, database: Database
) -> None:
    asked = await order(town, "FV-1")
    before = await town.ask(OFFERED, by="ana")
    assert before.data["me"]["client"]["invoices"]["nodes"] == [{"payable": True, "gateways": [{"code": "PAYU"}]}]
    headers = {"Authorization": f"Bearer {town.tokens['ana']['accessToken']}"}

    async with (
        opened(database, clock=FakeClock(NOON), profile=Profile.PRODUCTION, **LIVE) as service,
        service.client() as http,
    ):

        async def ask(query: str, **variables: Any) -> Any:
            body = {"query": query, "variables": variables}
            return (await http.post("/graphql", json=body, headers=headers)).json()["data"]

        offered = await ask(OFFERED)
        refused = await ask(PAY, input=asked)

    assert offered == {
        "agency": {"gateways": []},
        "me": {"client": {"invoices": {"nodes": [{"payable": False, "gateways": []}]}}},
    }
    assert refused["startPayment"]["__typename"] == "PaymentsDisabled"
    assert await town.rows("select count(*) from payment_intents") == [(0,)]


@pytest.mark.parametrize("name", LIVE)
@pytest.mark.parametrize(
    "url",
    ["http://127.0.0.1:8001/", "https://localhost/", "https://sandbox.api.payulatam.com/", "https://otra.example/"],
)
async def test_the_service_cannot_be_put_together_with_a_simulator_or_a_place_for_tests(
    database: Database, name: str, url: str
) -> None:
    with pytest.raises(ValueError, match=r"is not an address of (PayU|EnLineaPagos)"):
        async with opened(database, profile=Profile.PRODUCTION, **(LIVE | {name: url})):
            pass
