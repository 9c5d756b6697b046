"""What tells a repeated request from another one under the same key."""

import hashlib
import json
from collections.abc import Iterable


def request_hash(told: Iterable[object]) -> str:
    """Equal for requests that say the same, and kept with their key: lists count as such, anything else as its text."""
    parts = [part if isinstance(part, list) else str(part) for part in told]
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()
