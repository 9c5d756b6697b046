"""What PayU's sandbox itself answers, for whoever has a way there:

    PORTAL_TEST_PAYU_SANDBOX=https://sandbox make test ARGS=tests/adapters/payu/test_against_payus_own_sandbox.py

The variable is what PayU's addresses begin with; that of a simulator (http://127.0.0.1:8001) plays the same suite
there. Without it nothing is asked of anybody.
"""

import os
import re
from collections.abc import AsyncIterator
from datetime import UTC, datetime

import httpx
import pytest

from adapters.payu.addresses import PAYU_HOSTS
from adapters.payu.gateway import PayuGateway
from adapters.web.addresses import LOOPBACK
from application.codes import random_code
from domain.payment_intents import PaymentIntent
from tests.adapters.payu.examples import KEY, LOGIN, a_merchant, a_request, an_intent

BASE = os.environ.get("PORTAL_TEST_PAYU_SANDBOX", "")
pytestmark = pytest.mark.skipif(not BASE, reason="PORTAL_TEST_PAYU_SANDBOX says no address")

_IS_PAYU = BASE.startswith("https://sandbox")
API = "https://sandbox.api.payulatam.com" if _IS_PAYU else BASE
CHECKOUT = f"{'https://sandbox.checkout.payulatam.com' if _IS_PAYU else BASE}/ppp-web-gateway-payu/"
REPORTS, PAYMENTS = f"{API}/reports-api/4.0/service.cgi", f"{API}/payments-api/4.0/service.cgi"


@pytest.fixture
async def http() -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(trust_env=not BASE.startswith("http://127."), timeout=65) as http:
        yield http


@pytest.fixture
def payu(http: httpx.AsyncClient) -> PayuGateway:
    return PayuGateway(
        http,
        checkout_url=CHECKOUT,
        reports_url=REPORTS,
        payments_url=PAYMENTS,
        allowed_hosts=PAYU_HOSTS | LOOPBACK,
    )


def a_new_intent() -> PaymentIntent:
    return an_intent(reference=f"{datetime.now(UTC):%y%m%d}{random_code(12)}")


@pytest.mark.parametrize("url", [REPORTS, PAYMENTS])
async def test_the_public_credentials_are_good(http: httpx.AsyncClient, url: str) -> None:
    ping = {"test": False, "language": "es", "command": "PING", "merchant": {"apiLogin": LOGIN, "apiKey": KEY}}
    answer = await http.post(url, json=ping, headers={"Accept": "application/json"})

    assert (answer.status_code, answer.json()["code"]) == (200, "SUCCESS")


async def test_nothing_is_known_of_a_new_reference(payu: PayuGateway) -> None:
    assert await payu.query(a_new_intent(), merchant=a_merchant()) == ()


async def test_our_form_opens_a_checkout_and_one_that_was_changed_does_not(
    http: httpx.AsyncClient, payu: PayuGateway
) -> None:
    checkout = await payu.create_checkout(a_request(a_new_intent()), merchant=a_merchant())
    good = await http.post(checkout.url, data=dict(checkout.fields), follow_redirects=True)
    changed = await http.post(checkout.url, data=dict(checkout.fields) | {"amount": "1000"}, follow_redirects=True)

    assert good.status_code == changed.status_code == 200
    assert not _speaks_of_the_signature(good)
    assert _speaks_of_the_signature(changed)


def _speaks_of_the_signature(page: httpx.Response) -> bool:
    return re.search("firma|signature", page.text, re.IGNORECASE) is not None
