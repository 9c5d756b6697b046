"""Row-level security by raw SQL as the serving role, for every table that the catalog knows.

No repository stands between these statements and the policies: whatever a query forgets, the database does not show.
"""

from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import create_async_engine

from domain.accounts import login_key
from tests.adapters.postgres.land import DANGLING, KEYS, REFUSED, SETTINGS, STANDS, Land, sqlstate, typed
from tests.postgres import Database
from tests.village import Village

OF_CLIENTS = {
    "consents",
    "attachments",
    "contract_readers",
    "contacts",
    "invoices",
    "payment_allocations",
    "payment_intent_invoices",
    "payment_intent_keys",
    "payment_intents",
    "payment_reversals",
    "payments",
    "payouts",
    "pqrs",
    "pqrs_events",
    "pqrs_messages",
    "property_readers",
}
"""Rows of one client each, whose `client_id` says whose."""
SHARED = {"accounts", "clients", "contract_parties", "contracts", "properties", "property_owners"}
OF_ACCOUNTS = {"account_links", "second_factors", "session_tokens", "sessions"}
OF_STAFF = {
    "audit_entries",
    "findings",
    "gateway_events",
    "gateway_transactions",
    "kept_identities",
    "ledger_entries",
    "ledger_journals",
    "reconciliations",
    "refunds",
    "request_keys",
    "suppressed_documents",
}
FACTS = {"audit_entries", "contacts", "consents", "ledger_entries", "ledger_journals", "payment_reversals"}
"""Added, and never changed or removed by anybody."""
OF_SIGNED_IN = {"counters", "gateway_accounts"}
BEFORE_SIGN_IN = {"agency_keys", "audit_heads", "rate_limits", "spent_challenges"}
"""What a visitor needs to find the agency, to be slowed down and told from a program, and to be recorded."""
ADVANCES = {"audit_heads"}
"""Changed in one way only, and never removed."""
TABLES = sorted(OF_CLIENTS | SHARED | OF_ACCOUNTS | OF_STAFF | OF_SIGNED_IN | BEFORE_SIGN_IN)


async def catalog(land: Land, query: str) -> list[tuple[Any, ...]]:
    async with land.engine.connect() as connection:
        return [tuple(row) for row in await connection.exec_driver_sql(query)]


async def test_every_table_is_known_here(land: Land) -> None:
    tables = "select relname from pg_class where relnamespace = 'public'::regnamespace and relkind in ('r', 'p')"
    with_agency = "select table_name from information_schema.columns where column_name = 'agency_id'"

    assert sorted(name for (name,) in await catalog(land, tables)) == sorted([*TABLES, "agencies", "alembic_version"])
    assert sorted(name for (name,) in await catalog(land, with_agency)) == TABLES


async def test_security_is_enabled_and_forced_with_policies_on_every_table(land: Land) -> None:
    secured = (
        "select relname from pg_class c where relrowsecurity and relforcerowsecurity and "
        "exists (select from pg_policy p where p.polrelid = c.oid and p.polname = 'agency' and p.polcmd = '*' "
        "        and p.polqual is not null and p.polwithcheck is not null)"
    )
    restricted = (
        "select relname from pg_class c join pg_policy p on p.polrelid = c.oid "
        "where not p.polpermissive and p.polcmd = '*' and p.polqual is not null and p.polwithcheck is not null"
    )

    assert sorted(name for (name,) in await catalog(land, secured)) == sorted([*TABLES, "agencies"])
    # Besides the agency, the viewer: but for what shows the agency's public face.
    assert sorted(name for (name,) in await catalog(land, restricted)) == sorted(set(TABLES) - {"agency_keys"})


async def test_policies_are_for_every_role(land: Land) -> None:
    assert await catalog(land, "select polname, polrelid::regclass::text from pg_policy where polroles <> '{0}'") == []


async def test_no_function_or_view_sees_more_than_who_asks(land: Land) -> None:
    ours = "not in ('pg_catalog', 'information_schema')"
    definers = f"select proname from pg_proc where prosecdef and pronamespace::regnamespace::text {ours}"
    views = (
        f"select relname from pg_class where relkind in ('v', 'm') and relnamespace::regnamespace::text {ours} "
        "and not coalesce(array_to_string(reloptions, ',') like '%security_invoker=true%', false)"
    )

    assert await catalog(land, definers) == await catalog(land, views) == []


async def test_every_reference_between_tables_of_agencies_carries_the_agency_along(land: Land) -> None:
    references = await catalog(
        land,
        "select c.conname, c.conrelid::regclass::text, c.confrelid::regclass::text, "
        "  (select array_agg(a.attname::text order by k.place) from unnest(c.conkey) with ordinality k(number, place) "
        "   join pg_attribute a on a.attrelid = c.conrelid and a.attnum = k.number), "
        "  (select array_agg(a.attname::text order by k.place) from unnest(c.confkey) with ordinality k(number, place) "
        "   join pg_attribute a on a.attrelid = c.confrelid and a.attnum = k.number) "
        "from pg_constraint c where c.contype = 'f'",
    )
    between = [row for row in references if row[1] in TABLES and row[2] in TABLES]

    assert len(between) > 20
    assert [name for name, _, _, own, theirs in between if (own[0], theirs[0]) != ("agency_id", "agency_id")] == []
    assert [row[1] for row in references if row not in between and row[2] != "agencies"] == []


@pytest.mark.parametrize("table", TABLES)
async def test_an_agency_sees_its_rows_and_none_of_another(land: Land, table: str) -> None:
    for mine, other in ((land.here, land.there), (land.there, land.here)):
        assert await land.count(table, f"agency_id = '{mine.agency.id}'", **land.staff(mine)) > 0
        assert await land.count(table, f"agency_id = '{other.agency.id}'", **land.staff(mine)) == 0
        assert await land.count(table, "agency_id is null", **land.staff(mine)) == 0


@pytest.mark.parametrize("table", [*TABLES, "agencies"])
async def test_who_says_nothing_sees_nothing(land: Land, table: str) -> None:
    nothing = dict.fromkeys((*SETTINGS, *KEYS), "")
    assert await land.count(table) == 0
    assert await land.count(table, **nothing) == 0
    assert await land.count(table, **(nothing | {"viewer": "staff"})) == 0
    assert await land.count(table, viewer="client", client_id=land.here.ana.id) == 0


@pytest.mark.parametrize("table", TABLES)
async def test_a_visitor_sees_the_way_to_the_agency_and_nothing_else(land: Land, table: str) -> None:
    agency_id = land.here.agency.id
    for viewer in ("visitor", "", "owner", "STAFF", "staff "):
        seen = await land.count(table, agency_id=agency_id, viewer=viewer, client_id=land.here.ana.id)
        assert (seen > 0) is (table in BEFORE_SIGN_IN)
    assert await land.count("agencies", agency_id=agency_id) == 1


@pytest.mark.parametrize("table", TABLES)
async def test_a_client_sees_own_rows_only(land: Land, table: str) -> None:
    v = land.here
    for client in (v.ana, v.berta, v.diana, v.felix, v.gloria):
        me = land.client(v, client)
        if table in OF_CLIENTS:
            assert await land.count(table, f"client_id <> '{client.id}'", **me) == 0
        elif table in OF_ACCOUNTS:
            assert await land.count(table, f"account_id <> '{me['account_id']}'", **me) == 0
            assert await land.count(table, **me) > 0
        elif table in OF_STAFF:
            assert await land.count(table, **me) == 0
        elif table in ("accounts", "clients"):
            assert await land.count(table, **me) == 1
        assert await land.count(table, f"agency_id <> '{v.agency.id}'", **me) == 0


async def test_a_client_sees_of_shared_rows_those_that_are_shared(land: Land) -> None:
    v = land.here
    for client, seen in (
        (v.ana, {"contracts": 1, "contract_parties": 2, "properties": 1, "property_owners": 0}),
        (v.berta, {"contracts": 4, "contract_parties": 3, "properties": 2, "property_owners": 3}),
        (v.elias, {"contracts": 1, "contract_parties": 2, "properties": 1, "property_owners": 0}),
        (v.gloria, {"contracts": 0, "contract_parties": 0, "properties": 0, "property_owners": 0}),
    ):
        assert {table: await land.count(table, **land.client(v, client)) for table in seen} == seen


@pytest.mark.parametrize("table", TABLES)
async def test_a_row_of_another_agency_cannot_be_written(land: Land, table: str) -> None:
    row = await land.a_row(table, land.there)
    names = ", ".join(f'"{name}"' for name in row)
    values = ", ".join(f":{name}" for name in row)
    async with land.seen_by(**land.staff(land.here)) as connection:
        insert = sa.text(f"insert into {table} ({names}) values ({values})")
        with pytest.raises(DBAPIError) as refusal:
            await connection.execute(insert.bindparams(*typed(table, row)))
    assert sqlstate(refusal.value) == REFUSED


@pytest.mark.parametrize("table", TABLES)
async def test_a_row_cannot_be_given_to_another_agency(land: Land, table: str) -> None:
    async with land.seen_by(**land.staff(land.here)) as connection:
        with pytest.raises(DBAPIError) as refusal:
            await connection.exec_driver_sql(f"update {table} set agency_id = '{land.there.agency.id}'")
    assert sqlstate(refusal.value) == (STANDS if table in {"payments"} | ADVANCES else REFUSED)


@pytest.mark.parametrize("table", sorted(set(TABLES) - FACTS - ADVANCES))
async def test_rows_of_another_agency_cannot_be_changed_or_removed(land: Land, table: str) -> None:
    theirs = f"where agency_id = '{land.there.agency.id}'"
    async with land.seen_by(**land.staff(land.here)) as connection:
        changed = await connection.exec_driver_sql(f"update {table} set agency_id = agency_id {theirs}")
        removed = await connection.exec_driver_sql(f"delete from {table} {theirs}")
    assert (changed.rowcount, removed.rowcount) == (0, 0)


@pytest.mark.parametrize("table", sorted(OF_CLIENTS - {"contract_readers", "property_readers"}))
async def test_a_client_cannot_give_a_row_to_another(land: Land, table: str) -> None:
    v = land.here
    async with land.seen_by(**land.staff(v)) as connection:
        owner = await connection.scalar(sa.text(f"select client_id from {table} limit 1"))
    client = v.store.clients[owner]
    async with land.seen_by(**land.client(v, client)) as connection:
        with pytest.raises(DBAPIError) as refusal:
            await connection.exec_driver_sql(f"update {table} set client_id = '{v.gloria.id}'")
    assert sqlstate(refusal.value) == (STANDS if table == "payments" else REFUSED)


CLIENTS_ADD = {
    "consents",
    "attachments",
    "counters",
    "payment_intent_invoices",
    "payment_intent_keys",
    "payment_intents",
    "pqrs",
    "pqrs_events",
    "pqrs_messages",
}
EVERYBODY_ADDS = {"audit_entries", "audit_heads"}
CLIENTS_CHANGE = {"accounts", "clients", "counters", "payment_intent_invoices", "payment_intents", "pqrs"}
ANYBODYS = {"rate_limits", "spent_challenges"}
NEVER_REMOVED = {"agencies", "agency_keys", "counters"}


@pytest.mark.parametrize("table", [*TABLES, "agencies"])
async def test_who_is_not_staff_adds_changes_and_removes_only_what_the_work_needs(land: Land, table: str) -> None:
    v = land.here
    staff = land.staff(v)
    visitor = {"agency_id": v.agency.id, "viewer": "visitor"} | keys_to_everything(v)
    for client in (None, v.ana, v.felix):
        viewer = visitor if client is None else land.client(v, client) | keys_to_everything(v)
        changing = ANYBODYS | ADVANCES | (set() if client is None else CLIENTS_CHANGE | OF_ACCOUNTS)
        removing = ANYBODYS if client is None else ANYBODYS | OF_ACCOUNTS
        column = "id" if table == "agencies" else "agency_id"
        assert table in changing or not await rows_touched(land, f"update {table} set {column} = {column}", viewer)
        assert table in removing or not await rows_touched(land, f"delete from {table}", viewer)
        if table not in CLIENTS_ADD | EVERYBODY_ADDS | ANYBODYS | OF_ACCOUNTS | {"agencies"}:
            row = await land.a_row(table, v) | ({"client_id": client.id} if client and table in OF_CLIENTS else {})
            await refuse_to_add(land, table, row, viewer)
    if table in FACTS | ADVANCES:
        return
    async with land.seen_by(**staff) as connection:
        assert (await connection.exec_driver_sql(f"update {table} set {column} = {column}")).rowcount > 0
        if table in NEVER_REMOVED:
            assert (await connection.exec_driver_sql(f"delete from {table}")).rowcount == 0


def keys_to_everything(village: Village) -> dict[str, object]:
    """What would open rows to be read."""
    token = next(it for it in village.store.tokens.values() if it.account_id == village.accounts["Ana Peña"].id)
    return {
        "login_key": login_key(village.accounts["Ana Peña"].username),
        "session_key": token.token_hash,
        "gateway_key": village.merchant.public_key,
        "link_key": village.links[1].token_hash,
        "agency_key": village.agency.slug,
        "origin_key": village.agency.origins[0],
    }


async def rows_touched(land: Land, statement: str, viewer: dict[str, object]) -> bool:
    """Whether a statement finds a row that it may touch, be it one that others refer to; False if it is refused."""
    async with land.seen_by(**viewer) as connection:
        try:
            return (await connection.exec_driver_sql(statement)).rowcount > 0
        except DBAPIError as error:
            if sqlstate(error) not in (REFUSED, DANGLING):
                raise
            return sqlstate(error) == DANGLING


async def refuse_to_add(land: Land, table: str, row: dict[str, Any], viewer: dict[str, object]) -> None:
    names, values = ", ".join(f'"{name}"' for name in row), ", ".join(f":{name}" for name in row)
    async with land.seen_by(**viewer) as connection:
        insert = sa.text(f"insert into {table} ({names}) values ({values})")
        with pytest.raises(DBAPIError) as refusal:
            await connection.execute(insert.bindparams(*typed(table, row)))
    assert sqlstate(refusal.value) == REFUSED, table


async def test_an_account_whose_login_was_typed_is_changed_by_itself_only(land: Land) -> None:
    v = land.here
    account = v.accounts["Ana Peña"]
    typed_in = {"agency_id": v.agency.id, "viewer": "visitor", "login_key": login_key(account.username)}
    change = f"update accounts set last_login_at = now() where id = '{account.id}'"
    async with land.seen_by(**typed_in) as connection:
        assert (await connection.exec_driver_sql(change)).rowcount == 0
        locked = await connection.exec_driver_sql(f"select id from accounts where id = '{account.id}' for update")
        assert locked.all() == []
        assert (await connection.exec_driver_sql("select id from accounts")).scalars().all() == [account.id]
    async with land.seen_by(agency_id=v.agency.id, viewer="visitor", account_id=account.id) as connection:
        assert (await connection.exec_driver_sql(change)).rowcount == 1


async def test_no_client_sees_or_writes_what_the_staff_note(land: Land) -> None:
    v = land.here
    assert await land.count("pqrs_messages", "internal", **land.staff(v)) == 2
    for client in (v.ana, v.berta):
        assert await land.count("pqrs_messages", "internal", **land.client(v, client)) == 0
    columns = "id, agency_id, pqrs_id, client_id, author, account_id, kind, body, sent_at, internal"
    add = (
        f"insert into pqrs_messages ({columns}) select gen_random_uuid(), agency_id, pqrs_id, client_id, {{}}, "
        "account_id, kind, body, sent_at, {} from pqrs_messages limit 1"
    )
    for author, internal, may in (
        ("'CLIENT'", "false", True),
        ("'CLIENT'", "true", False),
        ("'AGENCY'", "false", False),
    ):
        async with land.seen_by(**land.client(v, v.ana)) as connection:
            if may:
                assert (await connection.exec_driver_sql(add.format(author, internal))).rowcount == 1
                continue
            with pytest.raises(DBAPIError) as refusal:
                await connection.exec_driver_sql(add.format(author, internal))
        assert sqlstate(refusal.value) == REFUSED


async def test_a_client_locks_invoices_and_changes_none(land: Land) -> None:
    v = land.here
    me = land.client(v, v.ana)
    async with land.seen_by(**me) as connection:
        mine = (await connection.exec_driver_sql("select id from invoices for update")).all()
        assert mine
        with pytest.raises(DBAPIError) as refusal:
            await connection.exec_driver_sql("update invoices set paid = total")
    assert sqlstate(refusal.value) == REFUSED


async def test_a_reference_to_another_agencys_row_refers_to_nothing(land: Land) -> None:
    v, theirs = land.here, land.there
    references = {
        "update invoices set client_id": theirs.ana.id,
        "update invoices set contract_id": theirs.flat_lease.id,
        "update contracts set property_id": theirs.flat.id,
        "update pqrs set contract_id": theirs.flat_lease.id,
        "update accounts set client_id": theirs.ana.id,
        "update payment_intents set gateway_account_id": theirs.merchant.id,
    }
    for change, key in references.items():
        one = f"where ctid = (select ctid from {change.split()[1]} limit 1)"
        async with land.seen_by(**land.staff(v)) as connection:
            with pytest.raises(DBAPIError) as refusal:
                await connection.exec_driver_sql(f"{change} = '{key}' {one}")
        assert sqlstate(refusal.value) == DANGLING, change


@pytest.mark.parametrize("table", sorted(FACTS))
@pytest.mark.parametrize("act", ["update {} set agency_id = agency_id", "delete from {}", "truncate {} cascade"])
async def test_facts_are_neither_changed_nor_removed(
    land: Land, module_database: Database, table: str, act: str
) -> None:
    async with land.seen_by(**land.staff(land.here)) as connection:
        with pytest.raises(DBAPIError) as refusal:
            await connection.exec_driver_sql(act.format(table))
    assert sqlstate(refusal.value) == REFUSED

    owner = create_async_engine(module_database.owner_url)
    async with owner.connect() as connection:
        await connection.exec_driver_sql(f"alter table {table} no force row level security")
        with pytest.raises(DBAPIError) as refusal:
            await connection.exec_driver_sql(act.format(table))
    await owner.dispose()
    assert sqlstate(refusal.value) == STANDS


@pytest.mark.parametrize(
    ("act", "as_served"),
    [
        ("update audit_heads set number = number - 1", STANDS),
        ("update audit_heads set hash = 'x'", STANDS),
        ("delete from audit_heads", REFUSED),
        ("truncate audit_heads", REFUSED),
    ],
)
async def test_the_head_of_a_chain_only_advances(
    land: Land, module_database: Database, act: str, as_served: str
) -> None:
    async with land.seen_by(**land.staff(land.here)) as connection:
        with pytest.raises(DBAPIError) as refusal:
            await connection.exec_driver_sql(act)
    assert sqlstate(refusal.value) == as_served

    owner = create_async_engine(module_database.owner_url)
    async with owner.connect() as connection:
        await connection.exec_driver_sql("alter table audit_heads no force row level security")
        with pytest.raises(DBAPIError) as refusal:
            await connection.exec_driver_sql(act)
    await owner.dispose()
    assert sqlstate(refusal.value) == STANDS


async def test_a_journal_that_does_not_balance_is_not_kept(land: Land) -> None:
    add = "insert into ledger_entries select agency_id, id, 9, 'OFFICE', 1, null from ledger_journals"
    async with land.seen_by(**land.staff(land.here)) as connection:
        await connection.exec_driver_sql(add)
        with pytest.raises(DBAPIError) as refusal:
            await connection.commit()
    assert sqlstate(refusal.value) == "23514"


async def test_a_receipt_made_here_says_what_it_said(land: Land) -> None:
    for change in (
        "set amount = amount + 1",
        "set receipt_number = 'X'",
        "set paid_at = now()",
        "set method = 'OTHER'",
    ):
        async with land.seen_by(**land.staff(land.here)) as connection:
            with pytest.raises(DBAPIError) as refusal:
                await connection.exec_driver_sql(f"update payments {change} where gateway is not null")
        assert sqlstate(refusal.value) == STANDS
    async with land.seen_by(**land.staff(land.here)) as connection:
        with pytest.raises(DBAPIError) as refusal:
            await connection.exec_driver_sql("delete from payments where gateway is not null")
    assert sqlstate(refusal.value) == STANDS


async def test_of_the_files_of_a_case_its_client_sees_those_that_are_not_the_staffs(land: Land) -> None:
    v = land.here
    of_case = f"pqrs_id = '{v.cases[0].id}'"

    assert await land.count("attachments", of_case, **land.staff(v)) == 3
    assert await land.count("attachments", of_case, **land.client(v, v.ana)) == 2
    assert await land.count("attachments", "internal", **land.client(v, v.ana)) == 0
    for client in (v.berta, v.diana, v.elias):
        assert await land.count("attachments", of_case, **land.client(v, client)) == 0


ADD_FILE = """
insert into attachments (id, agency_id, pqrs_id, message_id, client_id, author, internal, added_at, position, file_name,
                         content_type, byte_size, sha256, content)
select gen_random_uuid(), agency_id, coalesce(:pqrs_id, pqrs_id), null, client_id, :author, :internal, added_at, 9,
       file_name, content_type, byte_size, sha256, content
from attachments where not internal limit 1
"""


@pytest.mark.parametrize(
    ("given", "state"),
    [
        ({}, None),
        ({"author": "AGENCY"}, REFUSED),
        ({"author": "AGENCY", "internal": True}, REFUSED),
        ({"internal": True}, REFUSED),
        ({"pqrs_id": "theirs"}, DANGLING),
    ],
)
async def test_a_client_adds_files_to_own_cases_as_the_clients_own(
    land: Land, given: dict[str, Any], state: str | None
) -> None:
    v = land.here
    common: dict[str, Any] = {"author": "CLIENT", "internal": False, "pqrs_id": None}
    told = common | given
    if told["pqrs_id"]:
        told["pqrs_id"] = v.cases[2].id
    types = {"pqrs_id": sa.Uuid, "author": sa.Text, "internal": sa.Boolean}
    add = sa.text(ADD_FILE).bindparams(*(sa.bindparam(name, type_=type_) for name, type_ in types.items()))
    async with land.seen_by(**land.client(v, v.ana)) as connection:
        if state is None:
            assert (await connection.execute(add, told)).rowcount == 1
            return
        with pytest.raises(DBAPIError) as refusal:
            await connection.execute(add, told)
    assert sqlstate(refusal.value) == state
