"""Bodies that only sessions may send, through the whole service."""

from collections.abc import AsyncIterator

import pytest

from domain.accounts import AccountRole
from domain.imports.sheets import ImportKind
from tests.application.imports_office import csv_of
from tests.graphql_api.forms import IMPORT, act
from tests.graphql_api.town import Town, counted, founded
from tests.postgres import Database

LARGE = 'Peña, "Los Álamos" [2] {b} \\ ' * 800


@pytest.fixture
async def town(database: Database) -> AsyncIterator[Town]:
    async with founded(database) as town:
        await town.agency("andina")
        await town.person("andina", "sara", role=AccountRole.STAFF)
        yield town


async def test_a_large_table_is_imported(town: Town) -> None:
    rows = [{"codigo": f"G{number}", "nombre": LARGE} for number in range(100)]
    table = csv_of(ImportKind.CLIENTS, {}, *rows)
    assert len(table) > 2_000_000

    told = await act(town, IMPORT, by="sara", input={"kind": "CLIENTS", "csv": table})

    assert told["is"] == "importRecords.ImportRecordsPayload"
    assert (told["created"], told["rejected"]) == (1, 100)  # such a name is too long, and only for that reason
    assert {it["column"] for it in told["rowErrors"]} == {"nombre"}


async def test_a_table_from_a_session_that_ended_is_refused_unread(town: Town) -> None:
    table = csv_of(ImportKind.CLIENTS, *({"codigo": f"G{number}", "nombre": LARGE} for number in range(100)))
    await town.ask("mutation { logout { __typename } }", by="sara")

    with counted(town.service.portal.engine) as counts:
        ended = await town.ask(IMPORT, by="sara", input={"kind": "CLIENTS", "csv": table})
        invented = await town.send(IMPORT, {"input": {"kind": "CLIENTS", "csv": table}}, token="inventada")

    assert [(answer.status, answer.code) for answer in (ended, invented)] == [(401, "UNAUTHENTICATED")] * 2
    assert len(counts.statements) == 2  # who it is, and nothing else
    assert await town.rows("select id from clients") == []
