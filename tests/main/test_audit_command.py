"""`portal audit`: a record as it was written ends with 0, one that somebody changed with 1 and the entry's number."""

import asyncio
import json

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine

from tests.main.test_cli import Portal, agency, portal
from tests.postgres import Database

__all__ = ["agency", "portal"]
TABLES = ("agencies", "audit_entries", "audit_heads")


async def _tamper(database: Database, statement: str) -> None:
    engine = create_async_engine(database.owner_url)
    async with engine.begin() as connection:
        for table in TABLES:
            await connection.execute(text(f"alter table {table} disable trigger user"))
            await connection.execute(text(f"alter table {table} no force row level security"))
        await connection.execute(text(statement))
        for table in TABLES:
            await connection.execute(text(f"alter table {table} force row level security"))
            await connection.execute(text(f"alter table {table} enable trigger user"))
    await engine.dispose()


def test_a_record_that_was_changed_is_told_by_the_entrys_number(
    portal: Portal, agency: str, module_database: Database
) -> None:
    portal("agency", "set", agency, "phone=3001234567")
    portal("agency", "set", agency, "city=Cali")
    head = portal("audit", "head", agency)
    number, _, hash_ = head.out.strip().partition(":")
    intact = portal("audit", "verify", agency, "--head", head.out.strip())
    assert (number, len(hash_)) == ("3", 64)
    assert (intact.status, intact.out) == (0, f"{agency}: bitácora intacta, 3 anotaciones.\n")

    mine = f"agency_id = (select id from agencies where slug = '{agency}')"
    asyncio.run(_tamper(module_database, f"update audit_entries set actor = 'otro' where number = 2 and {mine}"))

    told, as_json = portal("audit", "verify", agency), portal("audit", "verify", "--all", "--json")
    assert (told.status, as_json.status) == (1, 1)
    assert (
        told.out
        == f"{agency}: bitácora alterada: la anotación 2 no dice lo que se escribió, o no la escribió el portal.\n"
    )
    (found,) = [it for it in json.loads(as_json.out)["agencies"] if it["slug"] == agency]
    assert found["faults"] == [{"fault": "CHANGED", "number": 2}]


def test_a_record_that_was_emptied_is_told_with_or_without_a_head_kept_elsewhere_and_goes_on_so(
    portal: Portal, agency: str, module_database: Database
) -> None:
    head = portal("audit", "head", agency).out.strip()
    mine = f"where agency_id = (select id from agencies where slug = '{agency}')"
    for table in ("audit_entries", "audit_heads"):
        asyncio.run(_tamper(module_database, f"delete from {table} {mine}"))

    for noted in ((), ("--head", head)):
        told = portal("audit", "verify", agency, *noted)
        assert (told.status, told.out) == (1, f"{agency}: bitácora alterada: falta la anotación 1.\n")

    portal("agency", "set", agency, "phone=3001234567")
    goes_on = portal("audit", "verify", agency)
    assert goes_on.status == 1
    assert goes_on.out.endswith("la anotación 1 no es la creación de la inmobiliaria: la bitácora se vació y siguió.\n")
    first = portal("audit", "head", agency).out.strip()
    assert portal("audit", "verify", agency, "--head", first).status == 0


@pytest.mark.parametrize("arguments", [(), ("x", "--all"), ("x", "--head", "1"), ("--all", "--head", f"1:{'a' * 64}")])
def test_what_cannot_be_asked_is_told_in_a_line(portal: Portal, arguments: tuple[str, ...]) -> None:
    ended = portal("audit", "verify", *arguments)
    assert (ended.status, ended.said.endswith(".")) == (1, True)
