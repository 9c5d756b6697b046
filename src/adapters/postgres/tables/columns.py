"""How the kinds of value are stored, said once for all tables."""

from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlmodel import Field, MetaData, SQLModel

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


def identity() -> Any:
    return Field(sa_type=sa.Uuid, primary_key=True)


def reference() -> Any:
    """A UUID of another table; the composite foreign key that binds it to the agency is declared with the table."""
    return Field(sa_type=sa.Uuid)


def text(**more: Any) -> Any:
    return Field(sa_type=sa.Text, **more)


def sorted_text() -> Any:
    """By which lists are sorted: letter by letter, so that lists look alike on every server, whatever its locale."""
    return Field(sa_type=SORTED)


def instant(**more: Any) -> Any:
    return Field(sa_type=sa.DateTime(timezone=True), **more)


def money(**more: Any) -> Any:
    return Field(sa_type=MONEY, **more)


def zero_money() -> Any:
    """Money that is zero until something happens."""
    return Field(sa_type=MONEY, sa_column_kwargs={"server_default": "0"})


def no_yet() -> Any:
    """False until something happens."""
    return Field(sa_type=sa.Boolean, sa_column_kwargs={"server_default": sa.false()})


def percent(**more: Any) -> Any:
    return Field(sa_type=PERCENT, **more)


def json(**more: Any) -> Any:
    return Field(sa_type=JSONB, **more)


def texts(**more: Any) -> Any:
    return Field(sa_type=ARRAY(sa.Text), **more)


def of_agency() -> Any:
    """`agency_id`: on every table, the first column of every key and index, what row-level security looks at."""
    return Field(sa_type=sa.Uuid, foreign_key="agencies.id")


def key_of_agency() -> Any:
    """The same where it is part of the primary key."""
    return Field(sa_type=sa.Uuid, foreign_key="agencies.id", primary_key=True)


def part_of_key(kind: Any = sa.Uuid) -> Any:
    return Field(sa_type=kind, primary_key=True)


def belongs_to(column: str, table: str, *more: str, **options: Any) -> sa.ForeignKeyConstraint:
    """Foreign key that carries the agency along: plain ones ignore row-level security and would cross agencies."""
    return sa.ForeignKeyConstraint(
        ["agency_id", column, *more],
        [f"{table}.agency_id", f"{table}.id", *(f"{table}.{name}" for name in more)],
        **options,
    )
