"""How the kinds of value are stored, said once for all tables, and of each column whom it tells something about.

A new column takes a tag of `tags`: `person("Teléfono")` for what is somebody's own, `tax(...)` for what the books
keep, `fact(...)` for dates, figures and closed lists about somebody, `proof(...)` for what proves that this law was
kept, and STRUCTURE, AGENCY, INTERNAL, DERIVED or SECRET.
"""

from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlmodel import Field, MetaData, SQLModel

from adapters.postgres.tables.tags import STRUCTURE, Tag

SQLModel.metadata.naming_convention = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}
metadata: MetaData = SQLModel.metadata

MONEY = sa.Numeric(14, 2)
PERCENT = sa.Numeric(5, 2)
SORTED = sa.Text(collation="C")


def _field(kind: Any, tag: Tag, **more: Any) -> Any:
    info = {"tag": tag, **more.pop("info", {})}
    return Field(sa_type=kind, sa_column_kwargs={"info": info, **more.pop("sa_column_kwargs", {})}, **more)


def identity() -> Any:
    return _field(sa.Uuid, STRUCTURE, primary_key=True)


def reference(**more: Any) -> Any:
    """A UUID of another table; the composite foreign key that binds it to the agency is declared with the table."""
    return _field(sa.Uuid, STRUCTURE, **more)


def owner(**more: Any) -> Any:
    """The same, where the row belongs to whom the other row belongs to: its client, its account, its case."""
    return _field(sa.Uuid, STRUCTURE, info={"owner": True}, **more)


def text(tag: Tag, **more: Any) -> Any:
    return _field(sa.Text, tag, **more)


def sorted_text(tag: Tag) -> Any:
    """By which lists are sorted: letter by letter, so that lists look alike on every server, whatever its locale."""
    return _field(SORTED, tag)


def code(tag: Tag, **more: Any) -> Any:
    """A word of a closed list of ours."""
    return _field(sa.Text, tag, info={"closed": True}, **more)


def instant(tag: Tag, **more: Any) -> Any:
    return _field(sa.DateTime(timezone=True), tag, **more)


def day(tag: Tag) -> Any:
    return _field(sa.Date, tag)


def money(tag: Tag, **more: Any) -> Any:
    return _field(MONEY, tag, **more)


def zero_money(tag: Tag) -> Any:
    """Money that is zero until something happens."""
    return _field(MONEY, tag, sa_column_kwargs={"server_default": "0"})


def flag(tag: Tag) -> Any:
    return _field(sa.Boolean, tag)


def no_yet(tag: Tag) -> Any:
    """False until something happens."""
    return _field(sa.Boolean, tag, sa_column_kwargs={"server_default": sa.false()})


def percent(tag: Tag, **more: Any) -> Any:
    return _field(PERCENT, tag, **more)


def whole(tag: Tag, kind: Any = sa.Integer, **more: Any) -> Any:
    return _field(kind, tag, **more)


def position(**more: Any) -> Any:
    """The place of a row among its like."""
    return _field(sa.Integer, STRUCTURE, **more)


def counted() -> Any:
    """The order in which rows were added, over the whole table."""
    return _field(sa.BigInteger, STRUCTURE, sa_column_args=[sa.Identity()])


def blob(tag: Tag) -> Any:
    return _field(sa.LargeBinary, tag)


def json(tag: Tag, **more: Any) -> Any:
    return _field(JSONB, tag, **more)


def texts(tag: Tag, **more: Any) -> Any:
    return _field(ARRAY(sa.Text), tag, **more)


def codes(tag: Tag, **more: Any) -> Any:
    """Words of a closed list of ours."""
    return _field(ARRAY(sa.Text), tag, info={"closed": True}, **more)


def of_agency() -> Any:
    """`agency_id`: on every table, the first column of every key and index, what row-level security looks at."""
    return _field(sa.Uuid, STRUCTURE, foreign_key="agencies.id")


def key_of_agency() -> Any:
    """The same where it is part of the primary key."""
    return _field(sa.Uuid, STRUCTURE, foreign_key="agencies.id", primary_key=True)


def part_of_key(kind: Any = sa.Uuid, tag: Tag = STRUCTURE) -> Any:
    return _field(kind, tag, primary_key=True)


def belongs_to(column: str, table: str, *more: str, **options: Any) -> sa.ForeignKeyConstraint:
    """Foreign key that carries the agency along: plain ones ignore row-level security and would cross agencies."""
    return sa.ForeignKeyConstraint(
        ["agency_id", column, *more],
        [f"{table}.agency_id", f"{table}.id", *(f"{table}.{name}" for name in more)],
        **options,
    )
