"""`make run` as a newcomer meets it: one process, started once for this file, with everything that it brings along."""

import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest.mock import ANY
from uuid import uuid4

import httpx
import pytest

from domain.accounts import AccountRole
from domain.passwords import password_problem
from main.demo.people import NAME, PEOPLE, SLUG
from main.places import bound
from tests.main.command_line import SECONDS_TO_END, Service, ask, processes_about, started, surroundings

DEMO = [sys.executable, "-m", "main.demo"]
USERS = {person.username: person for person in PEOPLE}

LOGIN = """
mutation ($login: String!, $password: String!) {
  login(input: {login: $login, password: $password}) { ... on SessionPayload { accessToken } }
}
"""


@dataclass(frozen=True, slots=True)
class Demo:
    """A demo that is ready, and what it printed until then."""

    service: Service
    folder: Path
    welcome: str

    @property
    def url(self) -> str:
        return self._found(r"API y GraphiQL +(http://\S+)/graphql$")

    @property
    def simulator(self) -> str:
        return self._found(r"pasarelas +(http://\S+)/ ")

    def signed_in(self, username: str) -> str:
        """The access token of one of the demo's people."""
        answer = ask(self.url, LOGIN, login=username, password=self._found(rf"^  {username} +(\S+) "))
        return str(answer["login"]["accessToken"])

    def _found(self, pattern: str) -> str:
        found = re.search(pattern, self.welcome, re.MULTILINE)
        assert found, self.welcome
        return found[1]


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    """A data directory through which an unprivileged PostgreSQL can pass."""
    made = Path(tempfile.mkdtemp(prefix="portal-test-"))
    made.chmod(0o711)
    yield made
    shutil.rmtree((made / "postgres").resolve(), ignore_errors=True)
    shutil.rmtree(made)


@pytest.fixture(scope="module")
def port() -> str:
    """One that was free a moment ago."""
    with bound("127.0.0.1", 0) as place:
        return str(place.getsockname()[1])


@pytest.fixture(scope="module")
def demo(folder: Path, port: str) -> Iterator[Demo]:
    """The demo on new data. Its first load is interrupted, and its standard input is closed."""
    environment = {**surroundings(folder), "PORT": port}
    with started(DEMO, environment) as interrupted:
        assert interrupted.line().startswith("Cargando la inmobiliaria de ejemplo")
        time.sleep(0.5)
        assert interrupted.stop() == 0
    assert processes_about(folder) == []
    with started(DEMO, environment) as service:
        yield Demo(service, folder, welcome_of(service))


def welcome_of(service: Service) -> str:
    """All that a demo prints until it is ready."""
    lines = [service.line()]
    while not lines[-1].startswith(f"  {PEOPLE[-1].username} "):
        lines.append(service.line())
    return "\n".join(lines)


def test_the_first_lines_say_what_to_open_and_as_whom(demo: Demo, port: str) -> None:
    assert demo.welcome.startswith("Cargando la inmobiliaria de ejemplo")  # where the interrupted one had been
    assert demo.url == f"http://127.0.0.1:{port}"
    assert httpx.get(f"{demo.simulator}/_sim/health", trust_env=False).is_success
    for person in PEOPLE:
        assert re.search(
            rf"{person.username} +{person.password} +{re.escape(person.shows)}$", demo.welcome, re.MULTILINE
        )


@pytest.mark.parametrize("person", PEOPLE, ids=USERS)
def test_the_printed_passwords_keep_the_rules(person: Any) -> None:
    staff = person.role is not AccountRole.CLIENT

    assert password_problem(person.password, staff=staff, known=(person.username, person.email, NAME, SLUG)) is None


@pytest.mark.parametrize(("username", "profile"), [("inquilino", "TENANT"), ("propietario", "OWNER")])
def test_a_tenant_and_an_owner_see_their_half_of_the_main_page(demo: Demo, username: str, profile: str) -> None:
    client = ask(
        demo.url,
        "{ me { client { profile dashboard { tenant { pendingInvoices overdueAmount creditBalance } "
        "owner { rentedProperties pendingCommission lastPayout { number } } } } } }",
        demo.signed_in(username),
    )["me"]["client"]

    assert client["profile"] == profile
    other = {"TENANT": "owner", "OWNER": "tenant"}[profile]
    assert client["dashboard"].pop(other) is None
    (mine,) = client["dashboard"].values()
    assert all(mine.values())


def test_who_is_both_sees_both_halves(demo: Demo) -> None:
    client = ask(
        demo.url,
        "{ me { client { profile dashboard { tenant { pendingInvoices } owner { rentedProperties } } } } }",
        demo.signed_in("tercero"),
    )["me"]["client"]

    assert client == {
        "profile": "TENANT_OWNER",
        "dashboard": {"tenant": {"pendingInvoices": 1}, "owner": {"rentedProperties": 3}},
    }


def test_staff_see_the_whole_agency_and_the_example_is_complete(demo: Demo) -> None:
    seen = ask(
        demo.url,
        "{ me { client { id } } clients { totalCount } properties { totalCount } contracts { totalCount } "
        "payouts { totalCount } agency { name taxId logo { contentType byteSize } gateways { label } } }",
        demo.signed_in("personal"),
    )

    assert seen["me"]["client"] is None
    counts = [seen[name]["totalCount"] for name in ("clients", "properties", "contracts", "payouts")]
    assert counts == [444, 220, 440, 4967]
    assert seen["agency"] == {
        "name": NAME,
        "taxId": "900123456-8",
        "logo": {"contentType": "image/png", "byteSize": ANY},
        "gateways": [{"label": "Pagar con PayU"}, {"label": "EnLineapagos"}],
    }


def test_an_invoice_is_paid_at_the_simulator_and_the_payer_comes_back_to_a_page(demo: Demo) -> None:
    tenant = demo.signed_in("inquilino")
    listed = ask(demo.url, "{ me { client { invoices(first: 1) { nodes { id payable } } } } }", tenant)
    (invoice,) = listed["me"]["client"]["invoices"]["nodes"]
    assert invoice["payable"]
    opened = ask(
        demo.url,
        "mutation ($input: StartPaymentInput!) { startPayment(input: $input) { ... on PaymentIntentPayload "
        "{ intent { reference checkout { url fields { name value } } } } } }",
        tenant,
        input={
            "invoiceIds": [invoice["id"]],
            "gateway": "PAYU",
            "returnUrl": f"{demo.url}/graphql",
            "idempotencyKey": str(uuid4()),
        },
    )["startPayment"]["intent"]
    assert opened["checkout"]["url"].startswith(f"{demo.simulator}/")

    scenario = {"gateway": "payu", "reference": opened["reference"], "script": ["approve"]}
    httpx.post(f"{demo.simulator}/_sim/scenarios", json=scenario, trust_env=False).raise_for_status()
    form = {field["name"]: field["value"] for field in opened["checkout"]["fields"]}
    paid = httpx.post(opened["checkout"]["url"], data=form, trust_env=False)
    page = httpx.get(paid.headers["location"], headers={"Accept": "text/html"}, trust_env=False)

    assert (paid.status_code, page.status_code) == (303, 200)
    assert page.headers["content-type"].startswith("text/html")
    assert _until_settled(demo, opened["reference"], tenant) == {
        "status": "APPROVED",
        "statusMessage": "¡Pago exitoso!",
        "payments": [{"receiptNumber": "RP-000001", "receipt": {"contentType": "application/pdf"}}],
    }


def _until_settled(demo: Demo, reference: str, token: str) -> Any:
    query = (
        "query ($reference: String!) { paymentIntent(reference: $reference) { status statusMessage "
        "payments { receiptNumber receipt { contentType } } } }"
    )
    for _ in range(50):
        intent = ask(demo.url, query, token, reference=reference)["paymentIntent"]
        if intent["status"] not in ("REDIRECTED", "PENDING"):
            return intent
        time.sleep(0.1)
    pytest.fail("the simulator's notice did not arrive")


def test_front_ends_in_development_may_call_and_strangers_may_not(demo: Demo) -> None:
    def allowed(origin: str) -> str | None:
        answer = httpx.post(
            f"{demo.url}/graphql", json={"query": "{ agency { slug } }"}, headers={"Origin": origin}, trust_env=False
        )
        origin_allowed: str | None = answer.headers.get("access-control-allow-origin")
        return origin_allowed

    assert allowed("http://localhost:3000") == "http://localhost:3000"
    assert allowed("http://localhost:5173") == "http://localhost:5173"
    assert allowed("http://localhost:9999") is None


def test_a_second_one_takes_other_ports_and_the_same_data_and_is_there_soon(demo: Demo, port: str) -> None:
    with started(DEMO, {**surroundings(demo.folder), "PORT": port}) as service:
        second = Demo(service, demo.folder, welcome_of(service))

        assert second.welcome.startswith(f"El puerto {port} está ocupado: se usa el ")
        assert "Cargando" not in second.welcome
        assert not {second.url, second.simulator} & {demo.url, demo.simulator}
        assert ask(second.url, "{ agency { slug } }") == {"agency": {"slug": SLUG}}
        assert service.stop() == 0

    assert ask(demo.url, "{ agency { slug } }") == {"agency": {"slug": SLUG}}  # whose database it was


def test_the_simulator_does_not_outlive_whoever_holds_its_input(tmp_path: Path) -> None:
    leash = [sys.executable, "-m", "main.demo.leash", "simulator", "--port", "0"]
    with started(leash, surroundings(tmp_path), stdin=subprocess.PIPE) as simulator:
        url = simulator.url()
        assert httpx.get(f"{url}/_sim/health", trust_env=False).is_success

        assert simulator.process.stdin is not None
        simulator.process.stdin.close()  # as the kernel does for a process that was killed

        assert simulator.process.wait(SECONDS_TO_END) == 0


def test_ctrl_c_ends_everything_that_it_started(demo: Demo) -> None:
    running = " ".join(processes_about(demo.folder))
    assert "simulator" in running
    assert "postgres" in running
    assert "spawn_main" in running  # the workers that drew the receipt

    os.killpg(demo.service.process.pid, signal.SIGINT)  # as a terminal does

    assert demo.service.process.wait(SECONDS_TO_END) == 0
    assert demo.service.errors() == ""
    assert processes_about(demo.folder) == []


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        ({"PORTAL_PROFILE": "production"}, "El ejemplo es solo para desarrollo"),
        ({"PORTAL_PAYU_REPORTS_URL": "https://otra.example/"}, "No se puede iniciar: PORTAL_PAYU_REPORTS_URL debe"),
        ({"PORT": "http"}, "PORT=http no es un puerto."),
        ({"PORTAL_DATABASE_URL": "postgresql://nobody@127.0.0.1:1/none"}, "No hay conexión con la base de datos"),
    ],
)
def test_what_keeps_it_from_starting_is_told_in_a_line(tmp_path: Path, settings: dict[str, str], told: str) -> None:
    ended = subprocess.run(
        DEMO, env=surroundings(tmp_path) | settings, capture_output=True, text=True, check=False, timeout=SECONDS_TO_END
    )

    assert (ended.returncode, ended.stdout, ended.stderr.count("\n")) == (1, "", 1)
    assert ended.stderr.startswith(told)
    assert processes_about(tmp_path) == []
