"""Two agencies with rows in every table, looked at by raw SQL as the serving role."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from adapters.postgres.tables import metadata
from domain.clients import Client
from tests.factories import NOON
from tests.fakes.clock import FakeClock
from tests.ports.places import InPostgres
from tests.village import Village, two_villages

REFUSED, DANGLING, STANDS = "42501", "23503", "23001"
"""What Postgres calls a row that the policies refuse, one that refers to nothing, and one that may never change."""

EVENT = "id, agency_id, gateway_account_id, dedup_key, received_at, source_ip, body, authentic, deliveries"

FROM_PAYMENT = "select {} from payments where status = 'APPLIED' limit 1"

FROM_ACCOUNT = "select {} from accounts where client_id is not null"
CONSENT = "id, agency_id, client_id, :kind, true, '1', :at, :kind, id"
IDENTITY = "agency_id, client_id, 'x', :kind, '1', null, '2036-12-31'"
SUPPRESSED = "agency_id, id::text, client_id, :at"

REVERSAL = "id, agency_id, id, client_id, :kind, 1, :kind, :at"

SETTINGS = ("agency_id", "viewer", "client_id", "account_id")
KEYS = ("agency_key", "origin_key", "login_key", "session_key", "gateway_key", "link_key")


@dataclass
class Land:
    """Two agencies with rows in every table."""

    engine: AsyncEngine
    here: Village
    there: Village

    @asynccontextmanager
    async def seen_by(self, **settings: object) -> AsyncIterator[AsyncConnection]:
        """A transaction with these settings and no others."""
        async with self.engine.connect() as connection:
            for name, value in settings.items():
                await connection.execute(
                    sa.text("select set_config(:name, :value, true)"), {"name": f"app.{name}", "value": str(value)}
                )
            yield connection

    def staff(self, village: Village) -> dict[str, object]:
        """With the account of one who has a session, of which nobody else sees anything."""
        return {"agency_id": village.agency.id, "viewer": "staff", "account_id": village.rosa.id}

    def client(self, village: Village, client: Client) -> dict[str, object]:
        account = village.accounts[client.name]
        return {"agency_id": village.agency.id, "viewer": "client", "client_id": client.id, "account_id": account.id}

    async def count(self, table: str, where: str = "true", /, **settings: object) -> int:
        async with self.seen_by(**settings) as connection:
            return int(await connection.scalar(sa.text(f"select count(*) from {table} where {where}")) or 0)

    async def a_row(self, table: str, village: Village) -> dict[str, Any]:
        """Some row of the agency, without what the database computes."""
        async with self.seen_by(**self.staff(village)) as connection:
            row = (await connection.exec_driver_sql(f"select * from {table} limit 1")).one()
            computed = "select column_name from information_schema.columns where is_generated = 'ALWAYS'"
            names = set((await connection.exec_driver_sql(computed)).scalars())
        return {name: value for name, value in row._mapping.items() if name not in names}


async def plant_the_rest(land: Land, village: Village) -> None:
    """Tables that no repository of the village filled."""
    values = {"agency": village.agency.id, "merchant": village.merchant.id, "at": NOON, "kind": "KIND"}
    async with land.seen_by(**land.staff(village)) as connection:
        for statement in (
            "insert into counters values (:agency, 'serie', 1)",
            "insert into rate_limits values (:agency, 'clave', 1, :at, null)",
            "insert into spent_challenges values (:agency, 'clave', :at)",
            "insert into payment_intent_keys select agency_id, client_id, 'otra', 'hash', id from payment_intents",
            f"insert into gateway_events ({EVENT}) select :agency, :agency, :merchant, 'x', :at, '', '', true, 1",
            f"insert into ledger_journals {FROM_PAYMENT.format('id, agency_id, id::text, :kind, client_id, :at, id')}",
            "insert into ledger_entries select agency_id, id, 1, 'GATEWAY', 5, null from ledger_journals",
            "insert into ledger_entries select agency_id, id, 2, 'CREDIT', -5, null from ledger_journals",
            f"insert into payment_reversals {FROM_PAYMENT.format(REVERSAL)}",
            "insert into refunds select id, agency_id, id, 'x', 5, 'REQUESTED', '', :at from payment_intents",
            "insert into request_keys select agency_id, id, 'k', 'h', id from accounts limit 1",
            "insert into findings (id, agency_id, kind, key, at, detail) select :agency, :agency, :kind, 'k', :at, ''",
            "insert into audit_entries values (:agency, :agency, 1, :at, 'x', null, :kind, null, null, '{}', '', 'x')",
            "insert into audit_heads values (:agency, 1, 'x', 'x')",
            f"insert into consents {FROM_ACCOUNT.format(CONSENT)}",
            f"insert into kept_identities {FROM_ACCOUNT.format(IDENTITY)}",
            f"insert into suppressed_documents {FROM_ACCOUNT.format(SUPPRESSED)}",
            "insert into contacts select id, agency_id, id, '2026-07-15', :at, 'EMAIL', :kind, 'x' from clients",
            "insert into reconciliations values (:agency, :agency, '2026-07-15', :at, '{}')",
        ):
            used = {name: value for name, value in values.items() if f":{name}" in statement}
            await connection.execute(sa.text(statement), used)
        await connection.commit()


async def settle(engine: AsyncEngine) -> Land:
    """Plant both agencies where the engine leads."""
    here, there, both = two_villages()
    await InPostgres(engine, FakeClock(NOON)).plant(both)
    land = Land(engine, here, there)
    for village in (here, there):
        await plant_the_rest(land, village)
    return land


def sqlstate(error: DBAPIError) -> str:
    return str(getattr(error.orig, "sqlstate", ""))


def typed(table: str, row: dict[str, Any]) -> list[Any]:
    """Parameters with the types of their columns."""
    columns = metadata.tables[table].c
    return [sa.bindparam(name, value, type_=columns[name].type) for name, value in row.items()]
