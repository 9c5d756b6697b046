"""Going back to an older version and forward again with two agencies' rows in every table: no money changes."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from adapters.postgres.engine import create_engine
from tests.adapters.postgres.land import STANDS, settle, sqlstate
from tests.adapters.postgres.test_migrations import STEPS, migrate
from tests.postgres import Database

MONEY = (
    *("invoices", "payments", "payment_allocations", "payouts", "payment_intents", "payment_intent_invoices"),
    *("gateway_transactions", "gateway_accounts", "counters"),
)
BOOKS = ("ledger_entries", "ledger_journals", "payment_reversals", "refunds", "findings", "reconciliations")
NEWER = (
    "update refunds set status = 'RELEASED', note = 'No está.'",
    "update payment_intents set dispute = 'DISMISSED'",
    "update findings set kind = 'RETURNED_TWICE' where resolved_at is null",
    "update findings set kind = 'REFUND_UNDECIDED' where resolved_at is not null",
)
TWICE = (
    """insert into ledger_journals (id, agency_id, key, kind, client_id, at)
    select gen_random_uuid(), agency_id, 'twice', 'RETURNED_TWICE', client_id, at from ledger_journals limit 1""",
    """insert into ledger_entries select agency_id, id, v.position, v.account, v.amount, null from ledger_journals,
    (values (1, 'GATEWAY', -5), (2, 'TO_RECOVER', 5)) as v(position, account, amount) where key = 'twice'""",
)
SCHEDULE = {"next_check_at"}
"""When a gateway is asked next: no money, and made anew with its column."""

Rows = dict[str, list[dict[str, Any]]]


class Books:
    """The tables as their owner sees them, past every policy."""

    def __init__(self, database: Database, engine: AsyncEngine) -> None:
        self.database = database
        self.engine = engine

    async def run(self, *statements: str) -> None:
        async with self.engine.begin() as connection:
            for way in ("no force", "force"):
                for table in (*MONEY, *BOOKS):
                    await connection.exec_driver_sql(f"alter table {table} {way} row level security")
                if way == "no force":
                    for statement in statements:
                        await connection.exec_driver_sql(statement)
                    await connection.exec_driver_sql("set constraints all immediate")

    async def read(self, *tables: str) -> Rows:
        found: Rows = {}
        async with self.engine.connect() as connection:  # and let go again, so that nothing stays changed
            for table in tables:
                await connection.exec_driver_sql(f"alter table {table} no force row level security")
                rows = await connection.exec_driver_sql(f"select to_jsonb(t) from {table} t order by t::text")
                found[table] = [dict(row) for row in rows.scalars()]
        return found

    async def refused(self, step: str) -> str:
        """Why it does not go back to that step."""
        with pytest.raises(DBAPIError) as error:
            await migrate(self.database, step, down=True)
        assert sqlstate(error.value) == STANDS
        return str(error.value.orig)


@pytest.fixture
async def books(database: Database) -> AsyncIterator[Books]:
    """Of two agencies, with a row in every table."""
    serving = create_engine(database.app_url)
    await settle(serving)
    await serving.dispose()
    engine = create_async_engine(database.owner_url)
    yield Books(database, engine)
    await engine.dispose()


def shared(rows: Rows, others: Rows) -> Rows:
    """Those rows without the columns that only one of the two versions has, and in one order."""
    found: Rows = {}
    for table, mine in rows.items():
        names = (set(mine[0]) & set(others[table][0])) - SCHEDULE
        kept = [{name: row[name] for name in names} for row in mine]
        found[table] = sorted(kept, key=lambda row: sorted((name, str(value)) for name, value in row.items()))
    return found


def assert_same(rows: Rows, others: Rows) -> None:
    assert shared(rows, others) == shared(others, rows)


async def test_money_is_the_same_after_every_step_back_and_forward_again(books: Books) -> None:
    here = await books.read(*MONEY, *BOOKS)
    assert all(here.values())

    for step in reversed(STEPS[STEPS.index("0003") : -1]):
        await migrate(books.database, step, down=True)
        assert_same(await books.read(*MONEY, *BOOKS), here)

    why = await books.refused("0002")
    assert "ledger_journals has rows" in why
    assert_same(await books.read(*MONEY, *BOOKS), here)
    await migrate(books.database, STEPS[-1])
    assert_same(await books.read(*MONEY, *BOOKS), here)


async def test_receipts_stay_where_no_books_were_kept(books: Books) -> None:
    names = ("payment_reversals", "ledger_entries", "ledger_journals")
    gone = [f"alter table {name} disable trigger user" for name in names] + [f"delete from {name}" for name in names]
    await books.run(*gone, "delete from refunds", *(f"alter table {name} enable trigger user" for name in names))
    here = await books.read(*MONEY)

    await migrate(books.database, "0002", down=True)
    assert_same(await books.read(*MONEY), here)
    await migrate(books.database, STEPS[-1])
    assert_same(await books.read(*MONEY), here)


async def test_what_the_code_of_before_cannot_read_is_said_otherwise(books: Books) -> None:
    await books.run(*NEWER)
    before = await books.read("refunds", "payment_intents", "findings")
    await migrate(books.database, "0013", down=True)

    there = await books.read("refunds", "payment_intents", "findings")
    assert {row["status"] for row in there["refunds"]} == {"DECLINED"}
    assert {row["dispute"] for row in there["payment_intents"]} == {"WON"}
    assert {row["kind"] for row in there["findings"] if row["resolved_at"] is None} == {"CHARGED_BACK"}
    assert {row["kind"] for row in there["findings"] if row["resolved_at"]} == {"SLOW"}
    assert [len(rows) for rows in there.values()] == [len(rows) for rows in before.values()]


async def test_books_of_money_that_left_twice_do_not_go_back_to_code_that_cannot_read_them(books: Books) -> None:
    await books.run(*TWICE)
    await migrate(books.database, "0014", down=True)
    here = await books.read(*MONEY, *BOOKS)

    assert "money left twice (TO_RECOVER)" in await books.refused("0013")

    assert await books.read(*MONEY, *BOOKS) == here
