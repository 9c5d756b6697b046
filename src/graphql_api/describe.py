"""Spanish descriptions for what the explorer shows: fields, and enums whose classes stay plain in the domain."""

from enum import Enum
from typing import Any, TypeVar

import strawberry

E = TypeVar("E", bound=Enum)


def field(description: str, **more: Any) -> Any:
    """A plain attribute of a type, with what it means."""
    return strawberry.field(description=description, **more)


def described_enum(enum_class: type[E], description: str, values: dict[E, str], *, name: str | None = None) -> type[E]:
    """Make a domain enum one of the schema, where it may have another name; a member without a text is a ValueError
    when the program starts."""
    missing = [member.name for member in enum_class if member not in values]
    if missing:
        raise ValueError(f"{enum_class.__name__}: no description for {missing}")
    strawberry.enum(enum_class, name=name, description=description)
    texts = {member.name: text for member, text in values.items()}
    for value in enum_class.__strawberry_definition__.values:  # type: ignore[attr-defined]
        value.description = texts[value.name]
    return enum_class
