"""Every column says whom it tells something about, so that an export and an erasure forget none."""

from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from adapters.postgres.tables import metadata
from adapters.postgres.tables.tags import About, Keep, held_of, tag_of, ways_of

TABLES = metadata.sorted_tables
COLUMNS = [column for table in TABLES for column in table.columns]
WHAT_TO_DO = (
    "Declare it with a function of tables/columns.py and a tag of tables/tags.py: t.person('Teléfono') for what is "
    "somebody's own and is erased, t.tax(…) for what the books keep ten years, t.fact(…) for dates, figures and closed "
    "lists (c.code) about somebody, t.INTERNAL for what the staff write for themselves, t.DERIVED for copies and "
    "digests, t.SECRET, t.AGENCY, or t.STRUCTURE for machinery that tells nothing of anybody. A column that names "
    "whose the row is (client_id, account_id, …) is c.owner(), and the table says t.held('Facturas')."
)


def name(column: sa.Column[Any]) -> str:
    return f"{column.table.name}.{column.name}"


def is_text(column: sa.Column[Any]) -> bool:
    return isinstance(column.type, sa.Text | JSONB | ARRAY | sa.LargeBinary)


def test_no_column_is_without_a_tag() -> None:
    assert [name(column) for column in COLUMNS if tag_of(column) is None] == [], WHAT_TO_DO


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_what_is_about_a_person_is_found_and_has_a_heading(table: sa.Table) -> None:
    tags = [tag for column in table.columns if (tag := tag_of(column)) is not None]
    exported = [tag.heading for tag in tags if tag.about is About.PERSON]
    about_somebody = [tag for tag in tags if tag.about in (About.PERSON, About.INTERNAL, About.DERIVED)]

    assert all(exported), WHAT_TO_DO
    assert len(exported) == len(set(exported)), "two columns would have one name in the export"
    assert bool(exported) == bool(held_of(table).heading), "t.held(…) gives the table its heading in the export"
    assert not about_somebody or ways_of(table) or table.name == "clients", "c.owner() names whose the rows are"


def test_a_row_that_names_a_client_is_found_by_it() -> None:
    """And what is left out of an export is left out by its tags, not because nobody finds the row."""
    of_clients = [
        (table, element.parent.name)
        for table in TABLES
        for constraint in table.foreign_key_constraints
        for element in constraint.elements
        if element.column.table.name == "clients" and element.column.name == "id"
    ]

    assert len(of_clients) > 10
    assert [f"{table.name}.{column}" for table, column in of_clients if not table.c[column].info.get("owner")] == []


def test_what_is_called_a_fact_is_no_free_text() -> None:
    """A text that anybody may write can hold a name: it is somebody's own, or kept because a law says so."""
    facts = [
        column
        for column in COLUMNS
        if (tag := tag_of(column)) and tag.about in (About.PERSON, About.INTERNAL) and tag.keep is Keep.FACT
    ]

    assert [name(column) for column in facts if is_text(column) and not column.info.get("closed")] == [], WHAT_TO_DO


def test_what_is_to_be_erased_can_be() -> None:
    """Emptied, or replaced by a text; a date or a figure that must be there can only go with its row."""
    erased = [column for column in COLUMNS if (tag := tag_of(column)) and tag.is_erased]

    assert [
        name(column)
        for column in erased
        if not (column.nullable or is_text(column) or held_of(column.table).removed or column.table.name == "agencies")
    ] == []


def test_what_the_staff_note_for_themselves_is_left_out_by_rows_too() -> None:
    internal = [table for table in TABLES if "internal" in table.c]

    assert [table.name for table in internal if held_of(table).unless != "internal"] == []
    assert internal
