"""Whom each column tells something about, and what becomes of it when that person asks to be forgotten.

The export of what is held about somebody and the erasure (Ley 1581 de 2012, art. 8) follow these tags alone: nobody
keeps a second list of tables. A column says it in its declaration; a table, under which heading it is exported and how
its rows are found where no column of `columns.owner` says it.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import sqlalchemy as sa


class About(StrEnum):
    """STRUCTURE: keys, order and machinery, which tell nothing of anybody. AGENCY: the agency itself. PERSON: whom the
    row belongs to; exported. INTERNAL: the same, written by the staff for themselves; not exported. DERIVED: made of
    personal data (folded copies, digests, keys that a program chose). SECRET: never leaves the database."""

    STRUCTURE = "STRUCTURE"
    AGENCY = "AGENCY"
    PERSON = "PERSON"
    INTERNAL = "INTERNAL"
    DERIVED = "DERIVED"
    SECRET = "SECRET"  # noqa: S105 (no password)


class Keep(StrEnum):
    """What an erasure leaves. NOTHING: nothing. FACT: dates, figures and words of closed lists, which name nobody once
    the rest is gone. TAX_10_YEARS: books and their papers, ten years (Estatuto Tributario, art. 632; Ley 962 de 2005,
    art. 28). PROOF: what proves that this law was kept, an authorisation or a request (Ley 1581 de 2012, art. 17)."""

    NOTHING = "NOTHING"
    FACT = "FACT"
    TAX_10_YEARS = "TAX_10_YEARS"
    PROOF = "PROOF"


@dataclass(frozen=True, slots=True)
class Tag:
    """Of a column. `heading` is its name in an export, in Spanish. `instead` stands where nothing can stand: `{id}` in
    it is the id of the row."""

    about: About
    heading: str = ""
    keep: Keep = Keep.FACT
    instead: str = ""

    @property
    def is_erased(self) -> bool:
        return self.keep is Keep.NOTHING


STRUCTURE = Tag(About.STRUCTURE)
AGENCY = Tag(About.AGENCY)
SECRET = Tag(About.SECRET, keep=Keep.NOTHING)
DERIVED = Tag(About.DERIVED, keep=Keep.NOTHING)
INTERNAL = Tag(About.INTERNAL, keep=Keep.NOTHING)
INTERNAL_TAX = Tag(About.INTERNAL, keep=Keep.TAX_10_YEARS)
INTERNAL_PROOF = Tag(About.INTERNAL, keep=Keep.PROOF)


def derived(instead: str) -> Tag:
    """DERIVED, where something has to stand afterwards."""
    return Tag(About.DERIVED, keep=Keep.NOTHING, instead=instead)


def person(heading: str, *, instead: str = "") -> Tag:
    """Personal, and erased when the person asks for it."""
    return Tag(About.PERSON, heading, Keep.NOTHING, instead)


def fact(heading: str) -> Tag:
    """A date, a figure or a word of a closed list about the person; never a free text."""
    return Tag(About.PERSON, heading, Keep.FACT)


def tax(heading: str) -> Tag:
    """Part of the books, or of a paper that belongs to them."""
    return Tag(About.PERSON, heading, Keep.TAX_10_YEARS)


def proof(heading: str) -> Tag:
    return Tag(About.PERSON, heading, Keep.PROOF)


@dataclass(frozen=True, slots=True)
class Way:
    """Rows are somebody's whose `column` is the `other` column of a row of `table` that is theirs."""

    column: str
    table: str
    other: str


@dataclass(frozen=True, slots=True)
class Held:
    """Of a table. `removed`: an erasure takes its rows away whole, and not column by column. `unless` names a column:
    rows in which it is true are the staff's own, and are not exported."""

    heading: str = ""
    ways: tuple[Way, ...] = ()
    removed: bool = False
    unless: str = ""


def held(heading: str = "", *ways: Way, removed: bool = False, unless: str = "") -> dict[str, Any]:
    """The last of a table's arguments: its heading in an export, and how to find whose its rows are."""
    return {"info": {"held": Held(heading, ways, removed, unless)}}


def tag_of(column: sa.Column[Any]) -> Tag | None:
    """None for a column that nobody has thought about yet, which a test refuses."""
    tag: Tag | None = column.info.get("tag")
    return tag


def held_of(table: sa.Table) -> Held:
    held: Held = table.info.get("held", Held())
    return held


def ways_of(table: sa.Table) -> tuple[Way, ...]:
    """How the rows of a person are found: what the table says, and the columns that name an owner."""
    found = list(held_of(table).ways)
    found += [
        Way(element.parent.name, element.column.table.name, "id")
        for constraint in table.foreign_key_constraints
        for element in constraint.elements
        if element.parent.info.get("owner") and element.column.name == "id"
    ]
    return tuple(found)
