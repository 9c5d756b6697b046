"""Whose the rows of a table are, by following what its tags say."""

from typing import Any

import sqlalchemy as sa

from adapters.postgres.tables import metadata
from adapters.postgres.tables.tags import ways_of
from domain.ids import AgencyId, ClientId

CLIENTS = metadata.tables["clients"]


def owned(table: sa.Table, agency_id: AgencyId, client_id: ClientId) -> sa.ColumnElement[bool] | None:
    """The condition under which a row of `table` belongs to the client; None for tables that belong to nobody."""
    if table is CLIENTS:
        return (table.c.agency_id == agency_id) & (table.c.id == client_id)
    found: list[sa.ColumnElement[bool]] = []
    for way in ways_of(table):
        column: sa.Column[Any] = table.c[way.column]
        if (way.table, way.other) == ("clients", "id"):
            found.append(column == client_id)
            continue
        other = metadata.tables[way.table]
        theirs = owned(other, agency_id, client_id)
        if theirs is None:
            raise ValueError(f"{table.name} is found by {way.table}, which belongs to nobody")
        found.append(column.in_(sa.select(other.c[way.other]).where(theirs).correlate(None)))
    return (table.c.agency_id == agency_id) & sa.or_(*found) if found else None
