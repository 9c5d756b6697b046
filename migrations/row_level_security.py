"""Row-level security for a table, in one call: enabled, forced, the agency's rows only, and of those the viewer's.

Settings, all local to a transaction: app.agency_id, app.viewer (visitor, client, staff), app.client_id,
app.account_id, and the keys app.agency_key, app.origin_key, app.login_key, app.session_key, app.gateway_key; app.work
is 'on' for those who work through the queue of jobs. An absent or empty setting matches nothing. Sub-selects make the
planner evaluate each setting once and not per row.
"""

from alembic import context, op


def serving_role() -> str:
    """The role that serves, quoted for SQL."""
    name = str(context.config.attributes.get("app_role", "portal_app"))
    return '"' + name.replace('"', '""') + '"'


def setting(name: str) -> str:
    """SQL that reads a setting as text, null where it is absent or empty."""
    return f"(select nullif(current_setting('app.{name}', true), ''))"


def setting_id(name: str) -> str:
    return f"(select nullif(current_setting('app.{name}', true), '')::uuid)"


AGENCY = setting_id("agency_id")
ME = setting_id("client_id")
ACCOUNT = setting_id("account_id")
STAFF = f"{setting('viewer')} = 'staff'"
CLIENT = f"{setting('viewer')} = 'client'"
WORK = f"{setting('work')} = 'on'"
SIGNED_IN = f"{setting('viewer')} in ('client', 'staff')"
ANYONE = "true"
NOBODY = "false"


def mine(column: str = "client_id") -> str:
    return f"{column} = {ME}"


def readable(table: str, readers: str, column: str, extra: str = "") -> str:
    """The client stands in the table of readers for the row."""
    owner = column if table not in ("contracts", "properties") else "id"
    same = f"r.agency_id = {table}.agency_id and r.{column} = {table}.{owner} and r.client_id = {ME}{extra}"
    return f"exists (select 1 from {readers} r where {same})"  # noqa: S608 (names of ours, no input)


def protect(
    table: str,
    *,
    client: str | None = None,
    anyone: str | None = None,
    key: str | None = None,
    added_by: str = STAFF,
    changed_by: str = STAFF,
    removed_by: str = STAFF,
    lockable: str | None = None,
) -> None:
    """Policies of a table with agency_id.

    `client`: which rows of the agency its clients see, besides its staff who see all; `anyone`: instead, which rows
    any viewer of the agency sees; neither: staff only. `key`: rows visible before any scope, to be read only.
    The others as in `restrict_writing`.
    """
    op.execute(f"alter table {table} enable row level security")
    op.execute(f"alter table {table} force row level security")
    within = f"agency_id = {AGENCY}"
    op.execute(f"create policy agency on {table} using ({within}) with check ({within})")
    allowed = anyone or (f"{STAFF} or ({CLIENT} and {client})" if client else STAFF)
    if key:
        op.execute(f"create policy by_key on {table} for select using ({key})")
        allowed_to_read = f"({allowed}) or {key}"
    else:
        allowed_to_read = allowed
    op.execute(f"create policy viewer on {table} as restrictive using ({allowed_to_read}) with check ({allowed})")
    # What a key opens besides is not even locked.
    lockable = lockable or (allowed if key else ANYONE)
    restrict_writing(table, added_by=added_by, changed_by=changed_by, removed_by=removed_by, lockable=lockable)


def restrict_writing(
    table: str, *, added_by: str = STAFF, changed_by: str = STAFF, removed_by: str = STAFF, lockable: str = ANYONE
) -> None:
    """Which rows, of those a viewer sees, that viewer may add, change or remove.

    What is said for changing is asked of the new row, and of the old one only as far as `lockable`: clients lock rows
    that they do not change (`select … for update` asks the policies of an update for the old row).
    """
    op.execute(f"create policy adding on {table} as restrictive for insert with check ({added_by})")
    op.execute(
        f"create policy changing on {table} as restrictive for update using ({lockable}) with check ({changed_by})"
    )
    op.execute(f"create policy removing on {table} as restrictive for delete using ({removed_by})")


def expose(table: str) -> None:
    """Take the policies of `protect` off again."""
    for name in ("agency", "by_key", "viewer", "adding", "changing", "removing"):
        op.execute(f"drop policy if exists {name} on {table}")
    op.execute(f"alter table {table} no force row level security")
    op.execute(f"alter table {table} disable row level security")
