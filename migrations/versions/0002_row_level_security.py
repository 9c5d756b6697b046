"""The serving role, its grants, and row-level security on every table; the call that lets a request in."""

from alembic import op

from migrations.row_level_security import (
    ACCOUNT,
    AGENCY,
    ANYONE,
    CLIENT,
    ME,
    NOBODY,
    SIGNED_IN,
    STAFF,
    expose,
    mine,
    protect,
    readable,
    restrict_writing,
    serving_role,
    setting,
)

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

OWN_ROWS = ("invoices", "payments", "payment_allocations", "payouts", "property_readers", "contract_readers")
PAYING = ("payment_intents", "payment_intent_invoices")
"""Rows that clients add and change too; of the others they only add, or nothing at all."""
FILING = ("payment_intent_keys", "pqrs", "pqrs_events")
STAFF_ONLY = ("gateway_transactions", "gateway_events")
BEFORE_SIGN_IN = ("rate_limits", "spent_challenges")
OTHERS = (
    "counters",
    "clients",
    "properties",
    "contracts",
    "property_owners",
    "contract_parties",
    "gateway_accounts",
    "accounts",
    "sessions",
    "session_tokens",
)

ENTER = """
create function enter(p_token text, p_host text, p_slug text, p_now timestamptz)
returns table (agency_id uuid, account_id uuid, session_id uuid, client_id uuid, roles text[],
               last_seen_at timestamptz)
language plpgsql volatile security invoker set search_path = public as $$
declare
  hosted uuid;
  named uuid;
  token record;
  person record;
  visit record;
begin
  -- Key policies show only the rows whose key was given; the scope they open is then set step by step.
  perform set_config('app.agency_key', concat_ws(' ', p_host, p_slug, '*'), true);
  select k.agency_id into hosted from agency_keys k where k.key = p_host;
  if p_slug is not null then
    select k.agency_id into named from agency_keys k where k.key = p_slug;
  end if;
  if p_token is not null then
    perform set_config('app.session_key', p_token, true);
    select t.agency_id, t.account_id, t.session_id into token from session_tokens t
      where t.token_hash = p_token and t.kind = 'ACCESS' and t.expires_at > p_now;
    -- A host or a header that disagrees makes the token no good here.
    if found and token.agency_id = coalesce(hosted, token.agency_id)
       and (p_slug is null or token.agency_id = named) then
      perform set_config('app.agency_id', token.agency_id::text, true),
              set_config('app.account_id', token.account_id::text, true);
      select s.last_seen_at, s.staff into visit from sessions s
        where s.id = token.session_id and s.ended_at is null and s.expires_at > p_now;
      if found then
        select a.client_id, a.roles, a.roles && array['STAFF', 'ADMIN'] as staff into person from accounts a
          where a.id = token.account_id and a.status = 'ACTIVE';
        -- A session lasts as long as the role it began with allows: with another one it is over.
        if found and person.staff = visit.staff and (person.staff or person.client_id is not null) then
          perform set_config('app.viewer', case when person.staff then 'staff' else 'client' end, true),
                  set_config('app.client_id', coalesce(person.client_id::text, ''), true);
          agency_id := token.agency_id;
          account_id := token.account_id;
          session_id := token.session_id;
          client_id := person.client_id;
          roles := person.roles;
          last_seen_at := visit.last_seen_at;
          return next;
          return;
        end if;
      end if;
    end if;
    perform set_config('app.session_key', '', true), set_config('app.account_id', '', true);
  end if;
  agency_id := coalesce(hosted, named);
  if agency_id is null and p_slug is null then
    select k.agency_id into agency_id from agency_keys k where k.key = '*';
  end if;
  perform set_config('app.agency_id', coalesce(agency_id::text, ''), true),
          set_config('app.viewer', 'visitor', true);
  return next;
end $$
"""


def upgrade() -> None:
    op.execute("set local lock_timeout = '5s'")
    role = serving_role()
    literal = role.strip('"').replace("'", "''")
    op.execute(
        f"do $$ begin if not exists (select from pg_roles where rolname = '{literal}') "
        f"then create role {role} nologin nosuperuser nobypassrls; end if; end $$"
    )
    op.execute(f"grant usage on schema public to {role}")
    op.execute(f"grant select, insert, update, delete on all tables in schema public to {role}")
    op.execute(f"revoke all on alembic_version from {role}")
    op.execute(f"grant select on alembic_version to {role}")

    for table in OWN_ROWS:
        protect(table, client=mine())
    for table in PAYING:
        protect(table, client=mine(), added_by=SIGNED_IN, changed_by=SIGNED_IN)
    for table in FILING:
        protect(table, client=mine(), added_by=SIGNED_IN)
    for table in STAFF_ONLY:
        protect(table)
    for table in BEFORE_SIGN_IN:
        protect(table, anyone=ANYONE, added_by=ANYONE, changed_by=ANYONE, removed_by=ANYONE)
    protect("counters", anyone=SIGNED_IN, added_by=SIGNED_IN, changed_by=SIGNED_IN, removed_by=NOBODY)
    protect("clients", client=mine("id"), changed_by=SIGNED_IN)
    protect("properties", client=readable("properties", "property_readers", "property_id"))
    protect("contracts", client=readable("contracts", "contract_readers", "contract_id"))
    protect("property_owners", client=readable("property_owners", "property_readers", "property_id", " and r.as_owner"))
    protect(
        "contract_parties", client=readable("contract_parties", "contract_readers", "contract_id", " and r.as_party")
    )
    protect("gateway_accounts", anyone=SIGNED_IN, key=f"public_key = {setting('gateway_key')}")
    own_account = f"id = {ACCOUNT} or ({CLIENT} and client_id = {ME})"
    by_login = f"username_key = {setting('login_key')} or email_key = {setting('login_key')}"
    # Who types a login reads the account; what is changed at the sign-in is changed as that account.
    protect(
        "accounts",
        anyone=f"{STAFF} or {own_account}",
        key=f"agency_id = {AGENCY} and ({by_login})",
        changed_by=f"{STAFF} or {own_account}",
    )
    by_session = f"token_hash = {setting('session_key')}"
    own_session = f"account_id = {ACCOUNT}"
    own = {"added_by": own_session, "changed_by": own_session, "removed_by": own_session}
    protect("session_tokens", anyone=own_session, key=by_session, **own)
    protect("sessions", anyone=own_session, **own)

    by_agency_key = f"key = any(string_to_array({setting('agency_key')}, ' '))"
    # Agencies and their keys have no viewer: their public face is what a visitor sees.
    for table, mine_too, key in (
        ("agencies", f"id = {AGENCY}", f"{setting('origin_key')} = any(origins)"),
        ("agency_keys", f"agency_id = {AGENCY}", by_agency_key),
    ):
        op.execute(f"alter table {table} enable row level security")
        op.execute(f"alter table {table} force row level security")
        op.execute(f"create policy agency on {table} using ({mine_too}) with check ({mine_too})")
        op.execute(f"create policy by_key on {table} for select using ({key})")
        restrict_writing(table, removed_by=NOBODY, lockable=STAFF)
    # Besides reading: the second agency takes the key of the only one away, which by then is nobody's.
    op.execute(
        f"create policy no_longer_alone on agency_keys for update using ({by_agency_key} and key = '*' and {STAFF}) "
        f"with check (key = '*' and agency_id is null)"
    )
    # The check of any policy lets a changed row through, so that the agency's own would let it take the key back.
    op.execute(
        "create policy never_alone_again on agency_keys as restrictive for update using (true) "
        "with check (key <> '*' or agency_id is null)"
    )
    op.execute(ENTER)
    op.execute(f"grant execute on function enter(text, text, text, timestamptz) to {role}")


def downgrade() -> None:
    op.execute("set local lock_timeout = '5s'")
    op.execute("drop function enter(text, text, text, timestamptz)")
    op.execute("drop policy if exists no_longer_alone on agency_keys")
    op.execute("drop policy if exists never_alone_again on agency_keys")
    for table in (*OWN_ROWS, *PAYING, *FILING, *STAFF_ONLY, *BEFORE_SIGN_IN, *OTHERS, "agencies", "agency_keys"):
        expose(table)
    role = serving_role()
    op.execute(f"revoke all on all tables in schema public from {role}")
    op.execute(f"revoke usage on schema public from {role}")
