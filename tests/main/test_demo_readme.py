"""The README says what is true: operations of the schema, people of the demo, our settings, codes and limits."""

import re
from pathlib import Path

import pytest
from graphql import build_schema, parse, validate

from graphql_api.http.codes import MEANINGS, Code
from graphql_api.limits.budget import Limits
from graphql_api.schema import SNAPSHOT
from main.demo.people import PEOPLE
from main.demo.service import welcome
from main.settings import Settings

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
OPERATIONS = re.findall(r"'((?:query |mutation |\{\s+\w+ \{)[^']+)'", README)


def test_there_is_an_operation_for_each_step_of_the_first_session() -> None:
    text = " ".join(OPERATIONS)

    assert len(OPERATIONS) >= 9
    for step in (
        "login(",
        "dashboard",
        "invoices(",
        "pdf {",
        "startPayment(",
        "paymentIntent(",
        "createPqrs(",
        "voucher",
    ):
        assert step in text


@pytest.mark.parametrize("operation", OPERATIONS, ids=range(len(OPERATIONS)))
def test_the_operations_are_of_the_schema(operation: str) -> None:
    schema = build_schema(SNAPSHOT.read_text(encoding="utf-8"))

    assert validate(schema, parse(operation)) == []


def test_the_welcome_is_the_one_that_is_printed() -> None:
    assert welcome("http://127.0.0.1:8000", "http://127.0.0.1:8001").strip() in README


def test_the_session_signs_in_as_people_of_the_demo() -> None:
    used = re.findall(r'"login": "(\w+)", "password": "([^"]+)"', README)

    assert {pair for pair in used if pair[1] != "otra"} <= {(person.username, person.password) for person in PEOPLE}


def test_every_variable_of_the_environment_is_told_and_no_other() -> None:
    told = set(re.findall(r"PORTAL_[A-Z_]+", README))

    assert told == {f"PORTAL_{name.upper()}" for name in Settings.model_fields}


def test_every_code_is_told_with_its_status() -> None:
    table = README[README.index("| código | HTTP ") : README.index("Lo que alcanzó a ejecutarse")]
    for code, meaning in MEANINGS.items():
        if code is not Code.TIMEOUT:  # answers 200, among the errors of what was executed
            (line,) = [line for line in table.splitlines() if f"`{code.value}`" in line]
            assert str(meaning.status) in line


def test_the_limits_are_the_ones_that_count() -> None:
    limits = Limits()

    assert (
        f"Profundidad {limits.depth}, {limits.fields} campos, {limits.aliases} alias, {limits.mutations} mutaciones, "
        f"{limits.documents} documentos, costo {limits.cost:,}".replace(",000", ".000")
        in README
    )


def test_what_it_links_to_exists() -> None:
    links = [link for link in re.findall(r"\]\(([^)#]+)\)", README) if not link.startswith("http")]

    assert links
    assert [link for link in links if not (ROOT / link).exists()] == []
