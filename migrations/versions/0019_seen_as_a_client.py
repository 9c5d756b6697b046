"""Access tokens with which somebody of the staff sees what a client sees, and the call that lets them in.

Such a token stands under the staff's own session, and is good only while that is.
"""

import sqlalchemy as sa
from alembic import op

from migrations.row_level_security import serving_role

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

ENTER = """
create function enter(p_token text, p_host text, p_slug text, p_now timestamptz)
returns table (agency_id uuid, account_id uuid, session_id uuid, client_id uuid, roles text[],
               last_seen_at timestamptz{more_columns})
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
    select t.agency_id, t.account_id, t.session_id{as_client} into token from session_tokens t
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
        if found and person.staff = visit.staff and (person.staff or person.client_id is not null){only_staff} then
          perform set_config('app.viewer', case when person.staff then 'staff' else 'client' end, true),
                  set_config('app.client_id', coalesce(person.client_id::text, ''), true);
          agency_id := token.agency_id;
          account_id := token.account_id;
          session_id := token.session_id;
          client_id := person.client_id;
          roles := person.roles;
          last_seen_at := visit.last_seen_at;{see_as}
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
BEFORE = {"more_columns": "", "as_client": "", "only_staff": "", "see_as": ""}
SINCE = {
    "more_columns": ", read_only boolean",
    "as_client": ", t.as_client_id",
    "only_staff": "\n           and (person.staff or token.as_client_id is null)",
    "see_as": """
          read_only := token.as_client_id is not null;
          if read_only then
            -- From here on the client's own scope, with the client's account where there is one.
            perform set_config('app.viewer', 'client', true), set_config('app.account_id', '', true),
                    set_config('app.client_id', token.as_client_id::text, true),
                    set_config('app.session_key', '', true);
            client_id := token.as_client_id;
            roles := array['CLIENT'];
            last_seen_at := null;
            account_id := null;
            select a.id into account_id from accounts a
              where a.agency_id = token.agency_id and a.client_id = token.as_client_id;
            perform set_config('app.account_id', coalesce(account_id::text, ''), true);
          end if;""",
}


def upgrade() -> None:
    op.execute("set local lock_timeout = '5s'")
    op.add_column("session_tokens", sa.Column("as_client_id", sa.Uuid))
    op.create_foreign_key(
        "fk_session_tokens_agency_id_as_client_id",
        "session_tokens",
        "clients",
        ["agency_id", "as_client_id"],
        ["agency_id", "id"],
    )
    _enter_anew(SINCE)


def downgrade() -> None:
    op.execute("set local lock_timeout = '5s'")
    _enter_anew(BEFORE)
    op.drop_constraint("fk_session_tokens_agency_id_as_client_id", "session_tokens")
    op.drop_column("session_tokens", "as_client_id")


def _enter_anew(parts: dict[str, str]) -> None:
    op.execute("drop function enter(text, text, text, timestamptz)")
    op.execute(ENTER.format(**parts))
    op.execute(f"grant execute on function enter(text, text, text, timestamptz) to {serving_role()}")
