"""What precedes a scope: a key opens the one row it is the key of, to be read, and nothing beside it."""

from collections.abc import Iterator

import pytest
import sqlalchemy as sa

from domain.accounts import login_key
from tests.adapters.postgres.land import KEYS, Land
from tests.adapters.postgres.test_row_level_security import TABLES
from tests.village import Village


def keys_of(village: Village) -> Iterator[tuple[dict[str, object], str, str]]:
    """Settings, the table that they open, and the row."""
    token = next(it for it in village.store.tokens.values() if it.account_id == village.accounts["Ana Peña"].id)
    agency_id = village.agency.id
    yield {"session_key": token.token_hash}, "session_tokens", f"token_hash = '{token.token_hash}'"
    yield {"agency_key": village.agency.slug}, "agency_keys", f"key = '{village.agency.slug}'"
    yield {"gateway_key": village.merchant.public_key}, "gateway_accounts", f"id = '{village.merchant.id}'"
    yield {"origin_key": village.agency.origins[0]}, "agencies", f"id = '{agency_id}'"


async def test_a_key_opens_its_one_row_and_nothing_else(land: Land) -> None:
    for settings, table, row in keys_of(land.here):
        assert await land.count(table, row, **settings) == 1, table
        assert {it: await land.count(it, **settings) for it in (*TABLES, "agencies")} == {
            it: int(it == table) for it in (*TABLES, "agencies")
        }, table


async def test_a_login_opens_its_one_account_within_the_agency(land: Land) -> None:
    v = land.here
    account = v.accounts[v.ana.name]
    beyond = set(TABLES) - {"accounts", "agency_keys", "audit_heads", "rate_limits", "spent_challenges"}
    for login in (account.username, account.email.upper()):
        settings = {"agency_id": v.agency.id, "viewer": "visitor", "login_key": login_key(login)}
        assert await land.count("accounts", f"id = '{account.id}'", **settings) == 1
        assert await land.count("accounts", **settings) == 1
        assert {it: await land.count(it, **settings) for it in beyond} == dict.fromkeys(beyond, 0)
    theirs = {"agency_id": land.there.agency.id, "viewer": "visitor", "login_key": login_key(account.username)}
    assert await land.count("accounts", **theirs) == 0
    assert await land.count("accounts", login_key=login_key(account.username)) == 0


async def test_a_link_opens_itself_within_the_agency_and_not_its_account(land: Land) -> None:
    v = land.here
    link = v.links[0]
    settings = {"agency_id": v.agency.id, "viewer": "visitor", "link_key": link.token_hash}
    beyond = set(TABLES) - {"account_links", "agency_keys", "audit_heads", "rate_limits", "spent_challenges"}
    row = f"id = '{link.id}'"
    assert await land.count("account_links", row, **settings) == await land.count("account_links", **settings) == 1
    assert {it: await land.count(it, **settings) for it in beyond} == dict.fromkeys(beyond, 0)
    assert await land.count("account_links", agency_id=land.there.agency.id, link_key=link.token_hash) == 0
    assert await land.count("account_links", link_key=link.token_hash) == 0
    async with land.seen_by(**settings) as connection:
        for statement in (f"update account_links set ended_at = now() where {row}", "delete from account_links"):
            assert (await connection.exec_driver_sql(statement)).rowcount == 0
        locked = await connection.exec_driver_sql(f"select id from account_links where {row} for update")
        assert locked.all() == []
    async with land.seen_by(agency_id=v.agency.id, viewer="visitor", account_id=link.account_id) as connection:
        assert (await connection.exec_driver_sql("update account_links set ended_at = now()")).rowcount == 1


@pytest.mark.parametrize("value", ["", "%", "' or true --", "*", "{}"])
async def test_what_is_no_key_opens_nothing(land: Land, value: str) -> None:
    for name in KEYS:
        assert {it: await land.count(it, **{name: value}) for it in ("agencies", *TABLES)} == dict.fromkeys(
            ("agencies", *TABLES), 0
        ) | ({"agency_keys": 1} if (name, value) == ("agency_key", "*") else {})


async def test_what_a_key_opens_is_only_read(land: Land) -> None:
    for settings, table, row in keys_of(land.here):
        async with land.seen_by(**settings, viewer="staff") as connection:
            column = await connection.scalar(
                sa.text("select column_name from information_schema.columns where table_name = :table limit 1"),
                {"table": table},
            )
            changed = await connection.exec_driver_sql(f'update {table} set "{column}" = "{column}" where {row}')
            removed = await connection.exec_driver_sql(f"delete from {table} where {row}")
            locked = (await connection.exec_driver_sql(f"select * from {table} where {row} for update")).all()
        assert (changed.rowcount, removed.rowcount, len(locked)) == (0, 0, 0), table


async def test_the_key_of_the_only_agency_can_be_taken_away_but_not_given(land: Land) -> None:
    v = land.here
    async with land.seen_by(**land.staff(v), agency_key="*") as connection:
        given = await connection.exec_driver_sql("select agency_id from agency_keys where key = '*'")
        assert given.scalars().all() == [None]
        with pytest.raises(sa.exc.DBAPIError):
            await connection.exec_driver_sql(f"update agency_keys set agency_id = '{v.agency.id}' where key = '*'")
    async with land.seen_by(agency_id=v.agency.id, viewer="client", agency_key="*") as connection:
        taken = await connection.exec_driver_sql("update agency_keys set agency_id = null where key = '*'")
    assert taken.rowcount == 0


async def test_a_stolen_key_does_not_widen_a_scope(land: Land) -> None:
    v, other = land.here, land.there
    token = next(iter(other.store.tokens))
    keys = {"session_key": token, "gateway_key": other.merchant.public_key, "login_key": "usuario"}
    me = land.client(v, v.ana) | keys
    assert await land.count("invoices", f"agency_id = '{other.agency.id}'", **me) == 0
    assert await land.count("sessions", f"agency_id = '{other.agency.id}'", **me) == 0
    assert await land.count("accounts", f"agency_id = '{other.agency.id}'", **me) == 0
    assert await land.count("clients", **me) == 1
