"""Entities as plain data: they compare by identity, what they tell compares by content."""

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from typing import Any
from uuid import UUID


def told(value: Any) -> Any:
    """Entities and values, alone or within mappings and sequences."""
    if is_dataclass(value) and not isinstance(value, type):
        return (type(value).__name__, *((field.name, told(getattr(value, field.name))) for field in fields(value)))
    if isinstance(value, Mapping):
        return {key: told(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return tuple(told(item) for item in value)
    if isinstance(value, Decimal | Enum | UUID | str | int | bytes | date | datetime | None):
        return value
    raise TypeError(type(value))
