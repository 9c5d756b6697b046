"""Many rows in one statement: arrays, one per column, unfolded by the database.

COPY is faster by a tenth but refuses tables with row-level security; this obeys the policies like any INSERT.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY, insert

Types = Mapping[str, sa.types.TypeEngine[Any]]


def types_of(table: sa.Table, *names: str) -> dict[str, sa.types.TypeEngine[Any]]:
    return {name: table.c[name].type for name in names}


def unfolded(types: Types) -> sa.TableValuedAlias:
    """The rows of a statement's parameters, one array parameter per column, as a table."""
    arrays = [sa.bindparam(f"new_{name}", type_=ARRAY(kind, dimensions=1)) for name, kind in types.items()]
    columns: list[sa.ColumnElement[Any]] = [sa.column(name, kind) for name, kind in types.items()]
    return sa.func.unnest(*arrays).table_valued(*columns, name="new").render_derived()


def parameters(types: Types, rows: Sequence[Mapping[str, Any]]) -> dict[str, list[Any]]:
    """The arrays for `unfolded`."""
    return {f"new_{name}": [row[name] for row in rows] for name in types}


def any_of(column: sa.ColumnElement[Any], values: Iterable[Any]) -> sa.ColumnElement[bool]:
    """`column = any(array)`: one parameter, so that the statement is the same for every number of values."""
    return column == sa.any_(sa.bindparam(None, list(values), type_=ARRAY(column.type, dimensions=1)))


def upsert(
    table: sa.Table,
    key: str,
    rows: sa.FromClause,
    values: Mapping[str, sa.ColumnElement[Any]],
    *,
    once: Sequence[str],
    unless: sa.ColumnElement[bool] | None = None,
) -> sa.Executable:
    """INSERT … SELECT of `values` from `rows`; where the agency has the key already, all of them but those that are
    given `once`, the key and the agency are written over. A stored row of which `unless` holds stays as it is, and is
    not counted."""
    statement = insert(table).from_select(list(values), sa.select(*values.values()).select_from(rows))
    fixed = {"agency_id", key, *once}
    return statement.on_conflict_do_update(
        index_elements=["agency_id", key],
        set_={name: statement.excluded[name] for name in values if name not in fixed},
        where=None if unless is None else sa.not_(unless),
    )
