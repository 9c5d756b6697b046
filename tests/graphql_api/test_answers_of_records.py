"""Every answer of the mutations for filing a PQRS and taking over records, as somebody gets it."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from domain.accounts import AccountRole
from domain.imports.sheets import ImportKind
from tests.application.imports_office import csv_of
from tests.graphql_api.forms import FILE, IMPORT, a_case, act
from tests.graphql_api.town import Town, founded
from tests.postgres import Database


@pytest.fixture(scope="module")
async def town(module_database: Database) -> AsyncIterator[Town]:
    async with founded(module_database) as town:
        await town.agency("andina")
        await town.books("andina")
        await town.person("andina", "ana", client="T1")
        await town.person("andina", "sara", role=AccountRole.STAFF)
        yield town


@pytest.fixture(autouse=True)
def from_noon(town: Town) -> None:
    """Each test begins a day after the one before it, when nothing that was counted then matters any more."""
    town.clock.advance(timedelta(days=1))
    town.tokens.clear()


async def test_a_case_is_filed_once_for_a_key(town: Town) -> None:
    told = await act(town, FILE, by="ana", input=a_case())

    assert told["pqrs"]["status"] == "PENDING"
    assert await act(town, FILE, by="ana", input=a_case()) == told
    other = await act(town, FILE, by="ana", input=a_case(description="Otra cosa."))
    assert other["is"] == "createPqrs.IdempotencyConflict"


async def test_a_case_with_problems_names_all_of_them(town: Town) -> None:
    bad = {
        "description": " ",
        "idempotencyKey": "",
        "startDate": "2026-12-31",
        "attachments": [{"fileName": "a.pdf", "contentBase64": "QQ=="}],
        "clientId": "x",
    }
    told = await act(town, FILE, by="ana", input=a_case(**bad))

    assert told["is"] == "createPqrs.InvalidInput"
    assert [(it["field"], it["code"]) for it in told["fields"]] == [
        ("description", "REQUIRED"),
        ("idempotencyKey", "REQUIRED"),
        ("startDate", "INVALID"),
        ("clientId", "NOT_ALLOWED"),
        ("attachments.0", "INVALID"),
    ]


async def test_the_twenty_first_case_of_a_day_is_too_many(town: Town) -> None:
    for number in range(20):
        filed = await act(town, FILE, by="ana", input=a_case(idempotencyKey=f"hoy-{number}"))
        assert filed["is"] == "createPqrs.PqrsPayload"

    told = await act(town, FILE, by="ana", input=a_case(idempotencyKey="hoy-20"))

    assert (told["is"], told["limit"]) == ("createPqrs.LimitReached", 20)


async def test_an_import_counts_rows_and_names_bad_cells(town: Town) -> None:
    rows = csv_of(ImportKind.CLIENTS, {}, {"codigo": "T9", "numero_documento": "x", "nombre": ""})
    told = await act(town, IMPORT, by="sara", input={"kind": "CLIENTS", "csv": rows, "dryRun": True})

    assert told["is"] == "importRecords.ImportRecordsPayload"
    assert (told["created"], told["rejected"]) == (0, 1)
    assert [(it["row"], it["column"]) for it in told["rowErrors"]] == [(3, "nombre"), (3, "numero_documento")]


async def test_a_file_without_a_column_is_refused(town: Town) -> None:
    told = await act(town, IMPORT, by="sara", input={"kind": "CLIENTS", "csv": "codigo;nombre\nT1;Ana"})

    assert told["is"] == "importRecords.InvalidInput"
    assert [(it["field"], it["code"]) for it in told["fields"]] == [
        ("csv.tipo_persona", "REQUIRED"),
        ("csv.tipo_documento", "REQUIRED"),
        ("csv.numero_documento", "REQUIRED"),
    ]
