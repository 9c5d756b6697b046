"""Opaque global ids that carry their type: one of another type, or rubbish, names nothing."""

import base64
import binascii
from uuid import UUID

import strawberry

NOBODY = UUID(int=0)
"""Key of nothing."""


def global_id(type_name: str, key: UUID) -> strawberry.ID:
    """The id that front ends keep and send back."""
    return strawberry.ID(base64.urlsafe_b64encode(f"{type_name}:{key.hex}".encode()).decode().rstrip("="))


def parse_id(text: str) -> tuple[str, UUID] | None:
    """Type name and key of an id, or None for what is no id of ours."""
    if len(text) > 100 or not text.isascii():
        return None
    try:
        name, _, key = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)).decode("ascii").partition(":")
        found = UUID(hex=key) if len(key) == 32 else None
    except (ValueError, binascii.Error):
        return None
    if found is None or global_id(name, found) != text:
        return None
    return name, found


def key_of(text: str, type_name: str) -> UUID | None:
    """The key of an id of that type; None for any other text."""
    parsed = parse_id(text)
    return parsed[1] if parsed and parsed[0] == type_name else None


def named(text: str, type_name: str) -> UUID:
    """The same for what is to be found by it: for any other text the key of nothing, which is not found."""
    return key_of(text, type_name) or NOBODY
